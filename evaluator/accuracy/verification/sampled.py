"""Accuracy where newborns were drawn for verification with known probabilities.

Each verified newborn stands for 1 / probability newborns (Horvitz and Thompson, J Am Stat Assoc 1952;47:663).
The variance is the robust one of a weighted share, which treats the screened newborns as themselves a
sample; it equals the binomial variance when everybody was verified.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evaluator.accuracy.verification.correction import FEW_MISSED, FLAG, logit_interval, no_sensitivity
from evaluator.statistics.measure import Measure

LABEL = "Horvitz-Thompson weights, logit interval"


@dataclass(frozen=True)
class VerifiedGroup:
    """Verified newborns alike in index result, reference result and probability of verification."""

    positive: bool
    affected: bool
    probability: float  # of being drawn, before the outcome was known
    newborns: int

    def __post_init__(self) -> None:
        if not 0 < self.probability <= 1:
            raise ValueError(f"{self.probability} is not a probability of verification")
        if self.newborns < 0:
            raise ValueError(f"{self.newborns} newborns cannot have been verified")


@dataclass(frozen=True)
class SampledAccuracy:
    """Accuracy by weighting; the sensitivity may need the bounds beside it."""

    sensitivity: Measure
    specificity: Measure
    ppv: Measure
    npv: Measure
    only_beside_bounds: bool


def weighted_accuracy(groups: Sequence[VerifiedGroup]) -> SampledAccuracy:
    """Estimate accuracy from the verified newborns, each weighted by the inverse of its probability."""
    tp = _count(groups, positive=True, affected=True)
    fn = _count(groups, positive=False, affected=True)
    tn = _count(groups, positive=False, affected=False)
    flagged = 0 < fn < FEW_MISSED
    affected = [one for one in groups if one.affected]
    unaffected = [one for one in groups if not one.affected]
    positives = [one for one in groups if one.positive]
    negatives = [one for one in groups if not one.positive]
    if reason := no_sensitivity(tp, fn, tn):
        sensitivity = Measure(not_estimable=reason)
    else:
        sensitivity = _share(affected, [one.positive for one in affected], LABEL + (FLAG if flagged else ""))
    return SampledAccuracy(
        sensitivity,
        specificity=_share(unaffected, [not one.positive for one in unaffected]),
        ppv=_share(positives, [one.affected for one in positives]),
        npv=_share(negatives, [not one.affected for one in negatives]),
        only_beside_bounds=flagged,
    )


def _count(groups: Sequence[VerifiedGroup], *, positive: bool, affected: bool) -> int:
    return sum(one.newborns for one in groups if (one.positive, one.affected) == (positive, affected))


def _share(groups: Sequence[VerifiedGroup], wanted: Sequence[bool], label: str = LABEL) -> Measure:
    """Estimate the weighted share of the wanted; the method gives the newborns it rests on."""
    seen = sum(one.newborns for one in groups)
    hits = sum(one.newborns for one, yes in zip(groups, wanted, strict=True) if yes)
    if seen == 0:
        return Measure(not_estimable="nobody of this kind was verified")
    if hits in (0, seen):
        return Measure(not_estimable=f"{hits} of {seen} verified newborns: a weighted share needs both kinds")
    total = sum(one.newborns / one.probability for one in groups)
    weighted = sum(one.newborns / one.probability for one, yes in zip(groups, wanted, strict=True) if yes)
    share = weighted / total
    variance = sum(
        one.newborns * ((yes - share) / one.probability) ** 2 for one, yes in zip(groups, wanted, strict=True)
    )
    lower, upper = logit_interval(share, variance / (total * share * (1 - share)) ** 2)
    return Measure(hits, seen, share, lower, upper, f"{label}; {hits} of {seen} before weighting")
