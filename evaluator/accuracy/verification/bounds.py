"""How low and how high the sensitivity can be, whatever the unverified newborns are.

Bounds are not confidence intervals: they hold what is possible given these newborns, without sampling error.
"""

from __future__ import annotations

from dataclasses import dataclass

from scipy.stats import poisson

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.estimability import unknown
from evaluator.statistics.intervals import CONFIDENCE, IntervalMethod, proportion_interval


@dataclass(frozen=True)
class Bounds:
    """The least and the greatest value that a measure can take, or the reason why there is none."""

    lower: float | None = None
    upper: float | None = None
    method: str = ""
    not_estimable: str | None = None


def sensitivity_bounds(counts: Counts) -> Bounds:
    """Bound the sensitivity without an assumption: every unverified negative, or none, is a missed case."""
    unverified = counts.unverified_negative or 0
    return _bounds(counts, unverified, "bounds without an assumption")


def bounds_if_share_affected(counts: Counts, share: float) -> Bounds:
    """Bound the sensitivity if at most this share of the unverified negatives is affected."""
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is not a share")
    unverified = counts.unverified_negative or 0
    return _bounds(
        counts, share * unverified, f"bounds if at most {share:.4g} of the unverified negatives are affected"
    )


def bounds_from_verified_negatives(counts: Counts) -> Bounds:
    """Bound the sensitivity by the verified negatives, taken as a random sample of all negatives.

    The unverified negatives then hold at most the upper Clopper-Pearson limit of the share found affected.
    """
    if reason := _open(counts):
        return Bounds(not_estimable=reason)
    affected = counts.fn or 0
    verified = affected + (counts.tn or 0)
    if verified == 0:
        return Bounds(not_estimable="no screen-negative newborn was followed up")
    share = proportion_interval(affected, verified, IntervalMethod.CLOPPER_PEARSON)[1]
    unverified = counts.unverified_negative or 0
    label = f"bounds if verified negatives are a random sample (at most {share:.4g} of the others affected)"
    return _bounds(counts, share * unverified, label)


def bounds_from_expected_cases(counts: Counts, expected: float, confidence: float = CONFIDENCE) -> Bounds:
    """Bound the sensitivity by the number of cases expected among those screened.

    No more newborns than the upper limit of a Poisson number with this mean are taken to be affected. Where
    the prevalence is itself uncertain, give the expectation at its upper limit.
    """
    if expected < 0:
        raise ValueError(f"{expected} cases cannot be expected")
    if reason := _open(counts):
        return Bounds(not_estimable=reason)
    at_most = float(poisson.ppf(1 - (1 - confidence) / 2, expected))
    hidden = at_most - (counts.tp or 0) - _missed(counts)
    # more cases than expected may have been found already, and no more can hide than are unverified
    hidden = min(max(0.0, hidden), counts.unverified_negative or 0)
    return _bounds(
        counts, hidden, f"bounds if at most {at_most:.0f} newborns are affected ({expected:.4g} expected)"
    )


def _bounds(counts: Counts, hidden: float, label: str) -> Bounds:
    if reason := _open(counts):
        return Bounds(not_estimable=reason)
    tp, missed, unresolved = counts.tp or 0, _missed(counts), counts.unresolved_positive or 0
    if tp + missed + unresolved == 0:
        return Bounds(not_estimable="no newborn is known to be affected, and no positive is unresolved")
    at_least = tp / (tp + missed + hidden) if tp else 0.0
    at_most = (tp + unresolved) / (tp + unresolved + missed)
    inconclusive = f"; inconclusive left out: {counts.inconclusive}" if counts.inconclusive else ""
    return Bounds(at_least, at_most, f"{label}, without sampling error{inconclusive}")


def _missed(counts: Counts) -> int:
    """Count the affected newborns known not to have been found."""
    return (counts.fn or 0) + counts.misplaced


def _open(counts: Counts) -> str | None:
    """Say which cell the bounds lack; fn and tn may both be missing, as then no negative was verified."""
    needed = ["tp", "unresolved_positive", "unverified_negative"]
    if counts.fn is not None or counts.tn is not None:
        needed += ["fn", "tn"]
    return unknown(counts, *needed)
