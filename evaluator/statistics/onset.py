"""By which age affected children who were not screened are diagnosed, and whether follow-up is mature.

A newborn followed up for six months cannot be called a true negative for a condition that shows itself at two
years. The curve is specific to a condition, from the literature or from cases by Kaplan-Meier.
"""

from __future__ import annotations

import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from statsmodels.duration.survfunc import SurvfuncRight

from evaluator.statistics.uncertain_share import UncertainShare


@dataclass(frozen=True)
class FollowedFor:
    """How many screen-negative newborns were followed up for how long."""

    months: float
    newborns: int


@dataclass(frozen=True)
class OnsetCurve:
    """Probability that an affected, unscreened child has been diagnosed clinically, by age in months.

    A step function: zero before the first age, and between two ages the value of the earlier one, so that
    follow-up is never credited with diagnoses that the curve does not show yet.
    """

    months: tuple[float, ...]
    diagnosed: tuple[float, ...]
    errors: tuple[float, ...]  # standard errors; zero where a value is taken as known
    source: str

    def __post_init__(self) -> None:
        if not self.months or not len(self.months) == len(self.diagnosed) == len(self.errors):
            raise ValueError("an onset curve needs as many values and errors as ages, and at least one")
        if any(later <= earlier for earlier, later in pairwise(self.months)):
            raise ValueError("the ages of an onset curve must rise")
        values = (0.0, *self.diagnosed, 1.0)
        if any(later < earlier for earlier, later in pairwise(values)):
            raise ValueError("an onset curve must rise from 0 to at most 1")

    def at(self, months: float) -> UncertainShare:
        """Read the curve at an age."""
        place = bisect_right(self.months, months) - 1
        return UncertainShare(0.0) if place < 0 else UncertainShare(self.diagnosed[place], self.errors[place])


def kaplan_meier(ages: Sequence[float], diagnosed: Sequence[bool], source: str) -> OnsetCurve:
    """Estimate the curve from affected, unscreened children: age in months at diagnosis or at censoring.

    Greenwood's standard errors, zero where every child had been diagnosed.
    """
    if not any(diagnosed):
        raise ValueError("no child was diagnosed, so there is no onset curve")
    survival = SurvfuncRight(ages, [int(one) for one in diagnosed])
    errors = np.nan_to_num(survival.surv_prob_se)  # not a number where nobody is left undiagnosed
    return OnsetCurve(
        tuple(survival.surv_times.tolist()),
        tuple((1 - survival.surv_prob).tolist()),
        tuple(errors.tolist()),
        source,
    )


def mean_diagnosed(curve: OnsetCurve, follow_up: Sequence[FollowedFor]) -> UncertainShare:
    """Average the curve over the newborns' own follow-up times.

    The error is the average error, as if the curve were wrong in the same direction everywhere.
    """
    newborns = sum(one.newborns for one in follow_up)
    if newborns == 0:
        raise ValueError("nobody was followed up")
    read = [(one.newborns, curve.at(one.months)) for one in follow_up]
    mean = math.fsum(number * share.mean for number, share in read) / newborns
    error = math.fsum(number * share.error for number, share in read) / newborns
    return UncertainShare(min(1.0, mean), error)
