"""Multiple imputation of the reference result of unverified negatives, stratum by stratum.

In each imputation the share affected of a stratum is drawn from its verified negatives, then how many of its
unverified negatives are affected. A shift of that share's logit (delta) asks what follows if
newborns were left unverified because they were more, or less, likely to be affected.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit, logit
from scipy.stats import t as student

from evaluator.accuracy.verification.correction import FEW_MISSED, FLAG, logit_interval, no_sensitivity
from evaluator.statistics.intervals import CONFIDENCE
from evaluator.statistics.measure import Measure

LEAST_IMPUTATIONS = 50
PRIOR = 1.0  # ours: each stratum's prior weighs one newborn with the share affected of all strata


@dataclass(frozen=True)
class NegativeStratum:
    """Screen-negative newborns alike in all that made verification likely."""

    name: str
    affected: int
    unaffected: int
    unverified: int

    def __post_init__(self) -> None:
        if min(self.affected, self.unaffected, self.unverified) < 0:
            raise ValueError(f"{self.name}: a count is below zero")


@dataclass(frozen=True)
class Imputation:
    """Accuracy pooled over the imputations; assumes that within a stratum verification was by chance."""

    sensitivity: Measure
    specificity: Measure
    missing_information: float | None  # share of the sensitivity's variance that is due to imputing
    only_beside_bounds: bool
    imputations: int
    seed: int
    delta: float


@dataclass(frozen=True)
class _Pooled:
    share: float
    lower: float
    upper: float
    missing: float


def impute_unverified_negatives(
    tp: int,
    fp: int,
    strata: Sequence[NegativeStratum],
    *,
    seed: int,
    imputations: int = LEAST_IMPUTATIONS,
    delta: float = 0.0,
) -> Imputation:
    """Estimate accuracy with the unverified negatives imputed from the verified ones of their stratum.

    Pooled by Rubin's rules on the logit scale (Multiple Imputation for Nonresponse in Surveys, 1987). The
    gate is that of Begg-Greenes: without a verified missed case there is no sensitivity.
    """
    if imputations < LEAST_IMPUTATIONS:
        raise ValueError(f"{imputations} imputations are too few; use at least {LEAST_IMPUTATIONS}")
    fn, tn = sum(one.affected for one in strata), sum(one.unaffected for one in strata)
    if reason := no_sensitivity(tp, fn, tn) or _unlike(strata):
        nothing = Measure(not_estimable=reason)
        return Imputation(
            nothing,
            nothing,
            None,
            only_beside_bounds=False,
            imputations=imputations,
            seed=seed,
            delta=delta,
        )
    hidden = _draw(strata, fn / (fn + tn), imputations, seed, delta)
    unverified = sum(one.unverified for one in strata)
    label = f"multiple imputation ({imputations}, seed {seed}), Rubin's rules on the logit scale; " + (
        f"assumes log odds of being affected shifted by {delta:+g} in the unverified"
        if delta
        else "assumes that within a stratum verification was by chance"
    )
    flagged = fn < FEW_MISSED
    found = _pool(tp, fn + hidden)
    sensitivity = Measure(
        None, None, found.share, found.lower, found.upper, label + (FLAG if flagged else "")
    )
    if fp == 0 or np.any(tn + unverified - hidden == 0):
        specificity = Measure(not_estimable="no verified false positive, or no true negative")
    else:
        kept = _pool(fp, tn + unverified - hidden)  # the false-positive share, turned below
        specificity = Measure(None, None, 1 - kept.share, 1 - kept.upper, 1 - kept.lower, label)
    return Imputation(sensitivity, specificity, found.missing, flagged, imputations, seed, delta)


def _unlike(strata: Sequence[NegativeStratum]) -> str | None:
    """Say which strata hold unverified newborns and nobody to learn from."""
    bare = [one.name for one in strata if one.unverified and not one.affected + one.unaffected]
    if not bare:
        return None
    return f"nobody was verified in {', '.join(bare)}: merge it with a stratum that is alike"


def _draw(
    strata: Sequence[NegativeStratum], pooled: float, imputations: int, seed: int, delta: float
) -> NDArray[np.int64]:
    """Draw how many of all unverified negatives are affected, once per imputation."""
    generator = np.random.default_rng(seed)
    hidden = np.zeros(imputations, dtype=np.int64)
    for one in strata:
        if not one.unverified:
            continue
        above, below = one.affected + PRIOR * pooled, one.unaffected + PRIOR * (1 - pooled)
        share = generator.beta(above, below, imputations) if below else np.ones(imputations)
        hidden += generator.binomial(one.unverified, expit(logit(share) + delta))
    return hidden


def _pool(count: int, others: NDArray[np.int64]) -> _Pooled:
    """Pool count / (count + others) over the imputations; both are above zero."""
    number = len(others)
    estimates = np.log(count / others)
    within = float(np.mean(1 / count + 1 / others))
    between = (1 + 1 / number) * float(np.var(estimates, ddof=1))
    total = within + between
    # Rubin's degrees of freedom; infinite where nothing was left to impute
    freedom = (number - 1) * (total / between) ** 2 if between > 0 else math.inf
    share = float(expit(np.mean(estimates)))
    reach = float(student.ppf(1 - (1 - CONFIDENCE) / 2, freedom))
    lower, upper = logit_interval(share, total, reach)
    return _Pooled(share, lower, upper, between / total)
