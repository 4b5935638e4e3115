"""Exact test of whether a proportion is the same in several strata or sites."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import gammaln

Floats = NDArray[np.float64]

REPLICATES = 20_000
MOST_TABLES = 200_000  # enumerate up to here, then simulate
TIE = 1e-7  # relative; R's fisher.test uses the same


@dataclass(frozen=True)
class Homogeneity:
    """The p-value of the exact test, or why there is none."""

    p_value: float | None
    method: str
    seed: int | None = None
    not_estimable: str | None = None


def exact_homogeneity(
    counts: Sequence[int], totals: Sequence[int], seed: int, replicates: int = REPLICATES
) -> Homogeneity:
    """Test count / total for equality by Freeman and Halton (Biometrika 1951;38:141), given all margins.

    Every table with these margins is listed; where they are too many they are drawn at random and the method
    says so. A large p-value is no evidence that the proportions are equal.
    """
    kept = [(count, total) for count, total in zip(counts, totals, strict=True) if total > 0]
    if len(kept) < 2:  # noqa: PLR2004
        return Homogeneity(None, "", not_estimable="fewer than two strata with a result")
    x, n = (np.array(column) for column in zip(*kept, strict=True))
    if x.sum() in (0, n.sum()):
        return Homogeneity(1.0, "exact (Freeman-Halton); all results are alike")
    observed = float(_log_tables(x, n))
    listed = _enumerate(n, int(x.sum()))
    if listed is not None:
        likely = np.exp(listed)
        as_rare = listed <= observed + TIE
        return Homogeneity(min(1.0, float(likely[as_rare].sum() / likely.sum())), "exact (Freeman-Halton)")
    generator = np.random.default_rng(seed)
    drawn = generator.multivariate_hypergeometric(n, int(x.sum()), size=replicates, method="marginals")
    rarer = int((_log_tables(drawn, n) <= observed + TIE).sum())
    method = f"Freeman-Halton, {replicates} random tables"
    return Homogeneity((1 + rarer) / (1 + replicates), method, seed)


def _log_choose(n: NDArray[np.int64], k: NDArray[np.int64]) -> Floats:
    return np.asarray(gammaln(n + 1) - gammaln(k + 1) - gammaln(n - k + 1))


def _log_tables(x: NDArray[np.int64], n: NDArray[np.int64]) -> Floats:
    """Log probability of tables, without the constant that the margins give."""
    return np.asarray(_log_choose(n, x).sum(axis=-1))


def _enumerate(n: NDArray[np.int64], events: int) -> Floats | None:
    """List the log weight of every table with these margins; None when there are too many."""
    left = np.array([events])
    weight = np.zeros(1)
    for place, size in enumerate(n[:-1]):
        after = int(n[place + 1 :].sum())
        lowest, highest = np.maximum(0, left - after), np.minimum(size, left)
        choices = highest - lowest + 1
        if choices.sum() > MOST_TABLES:
            return None
        start = np.repeat(np.cumsum(choices) - choices, choices)
        here = np.repeat(lowest, choices) + np.arange(choices.sum()) - start
        weight = np.repeat(weight, choices) + _log_choose(np.full(len(here), size), here)
        left = np.repeat(left, choices) - here
    return weight + _log_choose(np.full(len(left), n[-1]), left)
