"""Is the screen as accurate in one ancestry, sex or place as in the others?

A wide interval is no reassurance. Each stratum is set against all others together, and equal accuracy is only
ever said within a margin that was declared; whatever is not shown to lie within it is insufficient evidence.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import sqrt

import numpy as np
from scipy.stats import fisher_exact
from statsmodels.stats.multitest import multipletests

from evaluator.statistics.homogeneity import Homogeneity, exact_homogeneity
from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired_difference import unpaired_difference
from evaluator.statistics.ratios import Z
from evaluator.statistics.score_difference import score_difference

MOST_NEEDED = 10_000_000


class DifferenceMethod(StrEnum):
    """How the interval of a difference of two proportions is computed."""

    NEWCOMBE = "Newcombe hybrid score"
    SCORE = "score (Miettinen-Nurminen)"


class Verdict(StrEnum):
    """What may be said about a stratum; that there is no difference is never among it."""

    LOWER = "lower than in the others"
    HIGHER = "higher than in the others"
    EQUAL_WITHIN_MARGIN = "equal within the margin"
    INSUFFICIENT = "insufficient evidence of equal accuracy"


@dataclass(frozen=True)
class Tally:
    """Count of total in one stratum, such as found of affected."""

    stratum: str
    count: int
    total: int


@dataclass(frozen=True)
class Contrast:
    """One stratum against all others together; `needed` is the total that could show it to be equal."""

    stratum: str
    own: Measure
    others: Measure
    difference: Measure
    p_value: float | None
    p_holm: float | None
    verdict: Verdict
    needed: int | None
    needed_reason: str | None = None


@dataclass(frozen=True)
class Equity:
    """All contrasts of one measure, sorted by stratum, with the exact test of heterogeneity."""

    margin: float
    contrasts: tuple[Contrast, ...]
    heterogeneity: Homogeneity


def contrast_strata(
    tallies: Sequence[Tally],
    margin: float,
    seed: int,
    method: DifferenceMethod = DifferenceMethod.NEWCOMBE,
) -> Equity:
    """Set each stratum against the others; the margin is a difference of proportions and has no default.

    p-values are Fisher's exact, with Holm's correction over the strata beside them. The intervals are 95% and
    not corrected. The seed serves the test of heterogeneity.
    """
    if not 0 < margin < 1:
        raise ValueError(f"margin {margin} is not between 0 and 1")
    ordered = sorted(tallies, key=lambda tally: tally.stratum)
    pairs = [(tally, _others(tally, ordered)) for tally in ordered]
    p_values = [_fisher(own, others) for own, others in pairs]
    tested = [p for p in p_values if p is not None]
    corrected = iter(multipletests(tested, method="holm")[1].tolist() if tested else [])
    contrasts = tuple(
        _contrast(own, others, margin, method, p, None if p is None else next(corrected))
        for (own, others), p in zip(pairs, p_values, strict=True)
    )
    test = exact_homogeneity([t.count for t in ordered], [t.total for t in ordered], seed)
    return Equity(margin, contrasts, test)


def difference(own: Tally, others: Tally, method: DifferenceMethod = DifferenceMethod.NEWCOMBE) -> Measure:
    """Subtract the others' proportion from the stratum's own, with a 95% interval."""
    for tally in (own, others):
        if tally.total == 0:
            return Measure(not_estimable=f"no newborn with a result: {tally.stratum}")
    if method is DifferenceMethod.NEWCOMBE:
        return unpaired_difference((own.count, own.total), (others.count, others.total))
    estimate = own.count / own.total - others.count / others.total
    low, high = score_difference((own.count, own.total), (others.count, others.total))
    return Measure(estimate=estimate, lower=low, upper=high, method=method.value)


def newborns_needed(rate: float, others_total: int, margin: float) -> int | None:
    """Find the total at which a stratum with the others' rate would be shown equal within the margin.

    It takes the expected result for granted, so that about half of such studies would succeed. None when not
    even a stratum without end would do, because the others are too few.
    """

    def enough(total: int) -> bool:
        low, high = _newcombe(rate, total, rate, others_total)
        return -margin < low and high < margin

    if not enough(MOST_NEEDED):
        return None
    low, high = 0, MOST_NEEDED
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if enough(middle) else (middle, high)
    return high


def _others(tally: Tally, everyone: Sequence[Tally]) -> Tally:
    return Tally(
        f"all but {tally.stratum}",
        sum(one.count for one in everyone) - tally.count,
        sum(one.total for one in everyone) - tally.total,
    )


def _contrast(
    own: Tally,
    others: Tally,
    margin: float,
    method: DifferenceMethod,
    p_value: float | None,
    p_holm: float | None,
) -> Contrast:
    gap = difference(own, others, method)
    needed, reason = None, None
    if others.total == 0:
        reason = "there are no others to compare with"
    else:
        needed = newborns_needed(others.count / others.total, others.total, margin)
        if needed is None:
            reason = f"the others, {others.total}, are too few for a margin of {margin:g}"
    return Contrast(
        own.stratum,
        _proportion(own),
        _proportion(others),
        gap,
        p_value,
        p_holm,
        _verdict(gap, margin),
        needed,
        reason,
    )


def _verdict(gap: Measure, margin: float) -> Verdict:
    if gap.lower is None or gap.upper is None:
        return Verdict.INSUFFICIENT
    if -margin < gap.lower and gap.upper < margin:
        return Verdict.EQUAL_WITHIN_MARGIN
    if gap.upper < 0:
        return Verdict.LOWER
    return Verdict.HIGHER if gap.lower > 0 else Verdict.INSUFFICIENT


def _proportion(tally: Tally) -> Measure:
    if tally.total == 0:
        return Measure(tally.count, 0, not_estimable="no newborn with a result")
    method = IntervalMethod.CLOPPER_PEARSON
    limits = proportion_interval(tally.count, tally.total, method)
    return Measure(tally.count, tally.total, tally.count / tally.total, *limits, method.full_name)


def _fisher(own: Tally, others: Tally) -> float | None:
    if own.total == 0 or others.total == 0:
        return None
    table = np.array([[tally.count, tally.total - tally.count] for tally in (own, others)])
    return float(fisher_exact(table).pvalue)


def _newcombe(p1: float, n1: int, p2: float, n2: int) -> tuple[float, float]:
    """Hybrid score interval of p1 - p2 (Newcombe, Stat Med 1998;17:873, method 10), for expected results."""
    low1, high1 = _wilson(p1, n1)
    low2, high2 = _wilson(p2, n2)
    gap = p1 - p2
    return gap - sqrt((p1 - low1) ** 2 + (high2 - p2) ** 2), gap + sqrt((high1 - p1) ** 2 + (p2 - low2) ** 2)


def _wilson(p: float, n: int) -> tuple[float, float]:
    """Wilson's limits, also for a proportion that is no whole number of n, as the design needs it."""
    centre = (p + Z * Z / (2 * n)) / (1 + Z * Z / n)
    reach = Z / (1 + Z * Z / n) * sqrt(p * (1 - p) / n + Z * Z / (4 * n * n))
    return max(0.0, min(p, centre - reach)), min(1.0, max(p, centre + reach))
