"""A proportion whose results come in clusters: the conditions of one newborn, the newborns of one site.

Results of one cluster resemble each other, so that they tell less than as many independent ones. Rao and
Scott (Biometrics 1992;48:577) measure by how much: the design effect divides the numbers. Korn and Graubard
(Surv Methodol 1998;24:193) put the effective numbers, made smaller again where clusters are few, into
Clopper and Pearson's limits. The score limits of Saha, Miller and Wang (Int J Biostat 2016;12:1) are not
taken: near 0 and 1, where screening measures lie, Wilson's limits hold the truth too rarely.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, t

from evaluator.statistics.grids import PROBABILITIES
from evaluator.statistics.measure import Measure

MINIMUM_CLUSTERS = 10  # ours: the variance between fewer is hardly known


@dataclass(frozen=True)
class Clustered:
    """A proportion with an interval that allows for clusters; a design effect of 1 changes nothing."""

    measure: Measure
    clusters: int
    design_effect: float | None = None


def clustered_proportion(
    counts: NDArray[np.int64], totals: NDArray[np.int64], what: str = "clusters"
) -> Clustered:
    """Estimate the sum of counts by the sum of totals, one entry per cluster; empty clusters fall away.

    A design effect below 1 counts as 1: agreement within clusters is no reason for a narrower interval.
    """
    counts, totals = counts[totals > 0], totals[totals > 0]
    x, n, clusters = int(counts.sum()), int(totals.sum()), len(totals)
    if clusters < MINIMUM_CLUSTERS:
        reason = f"{clusters} {what} with a result, {MINIMUM_CLUSTERS} are needed"
        return Clustered(Measure(x, n, not_estimable=reason), clusters)
    effect = design_effect(counts, totals)
    tail = PROBABILITIES[2]
    effective = n / effect * float(t.ppf(tail, n - 1) / t.ppf(tail, clusters - 1)) ** 2
    share = x / n
    hits, others = share * effective, (1 - share) * effective
    lower = 0.0 if x == 0 else float(beta.ppf(1 - tail, hits, others + 1))
    upper = 1.0 if x == n else float(beta.ppf(tail, hits + 1, others))
    method = (
        f"Clopper-Pearson on effective numbers (Korn-Graubard), {clusters} {what}, design effect {effect:.2f}"
    )
    return Clustered(Measure(x, n, share, lower, upper, method), clusters, effect)


def design_effect(counts: NDArray[np.int64], totals: NDArray[np.int64]) -> float:
    """Divide the variance of the ratio estimator between clusters by the binomial one; at least 1.

    Where all results are the same nothing varies, and 1 is returned.
    """
    n, clusters = int(totals.sum()), len(totals)
    share = int(counts.sum()) / n
    if share in (0, 1):
        return 1.0
    # Clusters come in no order, so the sum must not depend on it: fsum rounds once, at the end.
    between = clusters / (clusters - 1) * math.fsum((counts - share * totals) ** 2) / n**2
    return max(1.0, between / (share * (1 - share) / n))
