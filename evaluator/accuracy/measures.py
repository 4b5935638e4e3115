"""The measures of one stratum: estimate with counts and interval, or the reason why there is none.

Two rules above all others: an unverified negative is not a true negative, and a number that is not known is
not zero. Sensitivity, specificity and what follows from them stand only when no screen-negative is
unverified; where published counts state fn or tn but not how many negatives went unverified, the estimate
stands and its method says so. Unresolved positives and inconclusive results are left out and named.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.estimability import blocked, left_out, unknown, unscreened
from evaluator.statistics.intervals import IntervalMethod, one_sided_bound, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.predictive import npv_at, ppv_at
from evaluator.statistics.ratios import Ratio, RatioMethod, likelihood_ratio, odds_ratio
from evaluator.tables import ACCURACY, check

CELLS = (
    "tp",
    "fp",
    "fn",
    "tn",
    "unresolved_positive",
    "unverified_negative",
    "inconclusive",
    "failed",
)
LEDGER_CELLS = ("not_tested", "wrong_condition", "affected_not_on_panel", "outside_target")


@dataclass(frozen=True)
class Settings:
    """Which intervals to compute, and the prevalence at which to predict."""

    interval: IntervalMethod = IntervalMethod.CLOPPER_PEARSON
    ratio_interval: RatioMethod = RatioMethod.LOG
    prevalence: float | None = None


def accuracy_table(strata: list[Counts], settings: Settings) -> pl.DataFrame:
    """Compute cells and measures of every stratum as tables.ACCURACY."""
    rows = [
        {"stratum": counts.stratum, "measure": name, **vars(measure)}
        for counts in strata
        for name, measure in measures(counts, settings).items()
    ]
    return check(pl.DataFrame(rows, schema=ACCURACY), ACCURACY, "accuracy")


def measures(counts: Counts, settings: Settings) -> dict[str, Measure]:
    """Compute every measure of one stratum by name, the cells first."""
    table = {name: _cell(counts, name) for name in CELLS}
    table |= {name: _cell(counts, name) for name in LEDGER_CELLS if getattr(counts, name) is not None}
    compute: dict[str, Callable[[Counts, Settings], Measure]] = {
        "sensitivity": _sensitivity,
        "specificity": _specificity,
        "ppv": _ppv,
        "npv": _npv,
        "fpr": _fpr,
        "recall_rate": _recall_rate,
        "detection_rate": _detection_rate,
        "lr_positive": _lr_positive,
        "lr_negative": _lr_negative,
        "dor": _dor,
        "screened_per_case": _screened_per_case,
        "false_per_true": _false_per_true,
        "positives_per_true": _positives_per_true,
    }
    if counts.affected_untested is not None:
        compute["programme_sensitivity"] = _programme_sensitivity
    if settings.prevalence is not None:
        compute |= {"ppv_at_prevalence": _ppv_at, "npv_at_prevalence": _npv_at}
    return table | {name: function(counts, settings) for name, function in compute.items()}


def _cell(counts: Counts, name: str) -> Measure:
    value = getattr(counts, name)
    if value is None:
        return Measure(method="count", not_estimable=unknown(counts, name))
    return Measure(numerator=value, estimate=float(value), method="count")


def proportion(numerator: int, denominator: int, settings: Settings, nothing: str, more: str = "") -> Measure:
    """Estimate a proportion with the chosen interval, mid-P beside it; `nothing` says why 0/0 has none."""
    if denominator == 0:
        return Measure(numerator, denominator, not_estimable=nothing)
    lower, upper = proportion_interval(numerator, denominator, settings.interval)
    midp_lower, midp_upper = proportion_interval(numerator, denominator, IntervalMethod.MID_P)
    return Measure(
        numerator,
        denominator,
        numerator / denominator,
        lower,
        upper,
        settings.interval.full_name + more,
        one_sided_bound=one_sided_bound(numerator, denominator),
        midp_lower=midp_lower,
        midp_upper=midp_upper,
    )


def _sensitivity(counts: Counts, settings: Settings) -> Measure:
    if reason := blocked(counts, "tp", "fn"):
        return Measure(not_estimable=reason)
    tp, fn = counts.tp or 0, counts.fn or 0
    affected = tp + fn + counts.misplaced
    return proportion(tp, affected, settings, "no affected newborn with a result", left_out(counts))


def _specificity(counts: Counts, settings: Settings) -> Measure:
    if reason := blocked(counts, "tn", "fp"):
        return Measure(not_estimable=reason)
    fp, tn = counts.fp or 0, counts.tn or 0
    return proportion(tn, fp + tn, settings, "no unaffected newborn with a result", left_out(counts))


def _fpr(counts: Counts, settings: Settings) -> Measure:
    if reason := blocked(counts, "fp", "tn"):
        return Measure(not_estimable=reason)
    fp, tn = counts.fp or 0, counts.tn or 0
    return proportion(fp, fp + tn, settings, "no unaffected newborn with a result", left_out(counts))


def _npv(counts: Counts, settings: Settings) -> Measure:
    if reason := blocked(counts, "tn", "fn"):
        return Measure(not_estimable=reason)
    fn, tn = counts.fn or 0, counts.tn or 0
    unstated = left_out(counts) if counts.unverified_negative is None else ""
    return proportion(tn, tn + fn, settings, "no screen-negative newborn", unstated)


def _ppv(counts: Counts, settings: Settings) -> Measure:
    """PPV of the resolved positives; its method gives the bounds if all unresolved were false, or true."""
    if reason := unknown(counts, "tp", "fp"):
        return Measure(not_estimable=reason)
    tp = counts.tp or 0
    resolved = tp + (counts.fp or 0) + counts.misplaced
    open_ones = counts.unresolved_positive or 0
    nothing = f"none of {open_ones} positives has been resolved" if open_ones else "no positive newborn"
    more = ""
    if open_ones:
        everyone = resolved + open_ones
        more = (
            f"; {open_ones} of {everyone} positives unresolved:"
            f" {tp / everyone:.1%} if all were false, {(tp + open_ones) / everyone:.1%} if all were true"
        )
    elif counts.unresolved_positive is None:
        more = "; unresolved positives not stated, taken as none"
    return proportion(tp, resolved, settings, nothing, more)


def _recall_rate(counts: Counts, settings: Settings) -> Measure:
    """Every positive is recalled, resolved or not; an inconclusive result is not counted as a recall."""
    if reason := unscreened(counts) or unknown(counts, "tp", "fp", "unresolved_positive"):
        return Measure(not_estimable=reason)
    recalled = (counts.tp or 0) + (counts.fp or 0) + (counts.unresolved_positive or 0) + counts.misplaced
    more = f"; inconclusive, not counted as recalled: {counts.inconclusive}" if counts.inconclusive else ""
    return proportion(recalled, counts.screened or 0, settings, "nobody was screened", more)


def _detection_rate(counts: Counts, settings: Settings) -> Measure:
    if reason := unscreened(counts) or unknown(counts, "tp"):
        return Measure(not_estimable=reason)
    more = (
        f"; unresolved positives not counted: {counts.unresolved_positive}"
        if counts.unresolved_positive
        else ""
    )
    return proportion(counts.tp or 0, counts.screened or 0, settings, "nobody was screened", more)


def _screened_per_case(counts: Counts, settings: Settings) -> Measure:
    """Newborns screened per true positive; the interval inverts that of the detection rate."""
    return _per_true_positive(_detection_rate(counts, settings))


def _false_per_true(counts: Counts, settings: Settings) -> Measure:
    """False positives per true positive; the interval is that of the PPV, turned into odds."""
    if reason := unknown(counts, "tp", "fp"):
        return Measure(not_estimable=reason)
    false = (counts.fp or 0) + counts.misplaced
    if not counts.tp:
        return Measure(false, 0, not_estimable="no true positive")
    return _inverted(_ppv(counts, settings), lambda ppv: (1 - ppv) / ppv, false, counts.tp)


def _positives_per_true(counts: Counts, settings: Settings) -> Measure:
    """Resolved positives per true positive: the PPV turned round."""
    return _per_true_positive(_ppv(counts, settings))


def _per_true_positive(share: Measure) -> Measure:
    """Turn the share that true positives have of something into how much of it there is for each."""
    if share.estimate is None:
        return Measure(not_estimable=share.not_estimable)
    if not share.estimate:
        return Measure(share.denominator, 0, not_estimable="no true positive")
    return _inverted(share, lambda proportion: 1 / proportion, share.denominator, share.numerator)


def _programme_sensitivity(counts: Counts, settings: Settings) -> Measure:
    """True positives of all affected newborns, also of those who declined or whose sample or test failed."""
    reason = blocked(counts, "tp", "fn")
    if reason is None and counts.unverified_untested:
        reason = f"{counts.unverified_untested} without a result were not followed up"
    if reason is not None:
        return Measure(not_estimable=reason)
    tp, without = counts.tp or 0, counts.affected_untested or 0
    affected = tp + (counts.fn or 0) + counts.misplaced + without
    more = f"; affected without a result, counted as not found: {without}" if without else ""
    return proportion(tp, affected, settings, "no affected newborn", more)


def _inverted(
    rate: Measure, turn: Callable[[float], float], numerator: int | None, denominator: int | None
) -> Measure:
    """Turn a proportion that is above zero, and its limits, into a falling function of it."""
    estimate, lower, upper = rate.estimate or 0.0, rate.lower or 0.0, rate.upper or 0.0
    return Measure(
        numerator,
        denominator,
        turn(estimate),
        turn(upper),
        turn(lower) if lower > 0 else None,  # a limit of zero leaves no bound
        f"inverted {rate.method}",
    )


def _from_all_four(counts: Counts, compute: Callable[[int, int, int, int], Ratio]) -> Measure:
    """Compute what needs the whole 2 x 2 table: tp, fp, missed, tn."""
    if reason := blocked(counts, "tp", "fp", "fn", "tn"):
        return Measure(not_estimable=reason)
    tp, fp, tn = counts.tp or 0, counts.fp or 0, counts.tn or 0
    missed = (counts.fn or 0) + counts.misplaced
    if tp + missed == 0:
        return Measure(not_estimable="no affected newborn with a result")
    if fp + tn == 0:
        return Measure(not_estimable="no unaffected newborn with a result")
    ratio = compute(tp, fp, missed, tn)
    return Measure(
        estimate=ratio.estimate,
        lower=ratio.lower,
        upper=ratio.upper,
        method=ratio.method + left_out(counts),
    )


def _lr_positive(counts: Counts, settings: Settings) -> Measure:
    return _from_all_four(
        counts,
        lambda tp, fp, fn, tn: likelihood_ratio((tp, tp + fn), (fp, fp + tn), settings.ratio_interval),
    )


def _lr_negative(counts: Counts, settings: Settings) -> Measure:
    return _from_all_four(
        counts,
        lambda tp, fp, fn, tn: likelihood_ratio((fn, tp + fn), (tn, fp + tn), settings.ratio_interval),
    )


def _dor(counts: Counts, settings: Settings) -> Measure:
    del settings  # the odds ratio has its log interval whichever is chosen for the likelihood ratios
    return _from_all_four(counts, odds_ratio)


def _ppv_at(counts: Counts, settings: Settings) -> Measure:
    prevalence = settings.prevalence or 0.0
    return _from_all_four(counts, lambda tp, fp, fn, tn: ppv_at(prevalence, tp, fp, fn, tn))


def _npv_at(counts: Counts, settings: Settings) -> Measure:
    prevalence = settings.prevalence or 0.0
    return _from_all_four(counts, lambda tp, fp, fn, tn: npv_at(prevalence, tp, fp, fn, tn))
