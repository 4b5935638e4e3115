"""Accuracy where only some of the screened newborns were verified.

Begg and Greenes (Biometrics 1983;39:207) correct it if verification depends on nothing but the index result;
the variances are those of Zhou (Commun Stat Theory Methods 1993;22:3177). Cronin and Vickers (BMC Med Res
Methodol 2008;8:75) found such corrections inadequate where few missed cases were verified, which is
the rule in newborn screening. So without a verified missed case there is no estimate, and with few there is
none without the bounds beside it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from scipy.special import expit

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.estimability import unknown
from evaluator.accuracy.verification.bounds import Bounds, sensitivity_bounds
from evaluator.statistics.measure import Measure
from evaluator.statistics.ratios import Z

FEW_MISSED = 5  # ours, after Cronin and Vickers: below, read the estimate only beside the bounds
FLAG = f"; fewer than {FEW_MISSED} verified missed cases: read only beside the bounds"
ASSUMPTION = "Begg-Greenes, logit interval; assumes that verification depends on the index result alone"
NEEDED = ("tp", "fp", "fn", "tn", "unresolved_positive", "unverified_negative")


@dataclass(frozen=True)
class Correction:
    """Accuracy corrected for partial verification, and the bounds of the sensitivity."""

    sensitivity: Measure
    specificity: Measure
    sensitivity_error: float | None  # Zhou's standard error
    specificity_error: float | None
    bounds: Bounds  # without an assumption
    only_beside_bounds: bool  # the sensitivity may not be shown without them


@dataclass(frozen=True)
class _Arm:
    """The newborns with one index result: all, and of those verified the wanted and the others."""

    everyone: int
    wanted: int
    others: int

    @property
    def verified(self) -> int:
        return self.wanted + self.others

    @property
    def expected(self) -> float:
        """How many of all would be the wanted, had all been verified."""
        return self.everyone * self.wanted / self.verified

    @property
    def turned(self) -> _Arm:
        return _Arm(self.everyone, self.others, self.wanted)


def begg_greenes(counts: Counts) -> Correction:
    """Correct sensitivity and specificity for newborns who were not verified.

    Sensitivity has no estimate without a verified missed case, specificity none without a verified
    false positive.
    """
    bounds = sensitivity_bounds(counts)
    reason = unknown(counts, *NEEDED) or wrong_condition(counts)
    if reason:
        nothing = Measure(not_estimable=reason)
        return Correction(nothing, nothing, None, None, bounds, only_beside_bounds=False)
    tp, fp, fn, tn = counts.tp or 0, counts.fp or 0, counts.fn or 0, counts.tn or 0
    positives = _Arm(tp + fp + (counts.unresolved_positive or 0), tp, fp)
    negatives = _Arm(fn + tn + (counts.unverified_negative or 0), fn, tn)
    label = ASSUMPTION + (f"; inconclusive left out: {counts.inconclusive}" if counts.inconclusive else "")
    flagged = 0 < fn < FEW_MISSED
    sensitivity, error = _corrected(positives, negatives, label + (FLAG if flagged else ""))
    if reason := no_sensitivity(tp, fn, tn):
        sensitivity, error = Measure(not_estimable=reason), None
    specificity, other_error = _corrected(negatives.turned, positives.turned, label)
    return Correction(sensitivity, specificity, error, other_error, bounds, only_beside_bounds=flagged)


def no_sensitivity(tp: int, fn: int, tn: int) -> str | None:
    """Say why partly verified counts give no sensitivity: the gate of every such estimate."""
    if fn + tn == 0:
        return "no screen-negative newborn was followed up"
    if fn == 0:
        return f"no missed case among the verified negatives ({tn}): bounds only"
    if tp == 0:
        return "no verified true positive"
    return None


def wrong_condition(counts: Counts) -> str | None:
    """Say why newborns positive for another condition than theirs stand in the way of a correction."""
    if not counts.misplaced:
        return None
    return f"positive for the wrong condition: {counts.misplaced}; correct newborn x condition instead"


def _corrected(found: _Arm, missed: _Arm, label: str) -> tuple[Measure, float | None]:
    """Correct the share found, for sensitivity or, with the arms exchanged and turned, specificity."""
    if found.verified == 0 or missed.verified == 0:
        return Measure(not_estimable="nobody was verified among the positives, or among the negatives"), None
    if found.wanted == 0 or missed.wanted == 0:
        return Measure(not_estimable="a verified cell is empty, which leaves the variance undefined"), None
    share = found.expected / (found.expected + missed.expected)
    variance = (  # of the logit
        1 / found.everyone
        + 1 / missed.everyone
        + found.others / (found.wanted * found.verified)
        + missed.others / (missed.wanted * missed.verified)
    )
    lower, upper = logit_interval(share, variance)
    return Measure(None, None, share, lower, upper, label), share * (1 - share) * math.sqrt(variance)


def logit_interval(share: float, variance: float, z: float = Z) -> tuple[float, float]:
    """Compute the interval of a share strictly between 0 and 1 from the variance of its logit."""
    centre, reach = math.log(share / (1 - share)), z * math.sqrt(variance)
    return float(expit(centre - reach)), float(expit(centre + reach))
