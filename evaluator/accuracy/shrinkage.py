"""Borrow strength across conditions: the beta-binomial model of a proportion.

Conditions are pooled only in sets declared exchangeable before the results were seen, for one mechanism of
disease; what is shrunken never replaces the raw proportion, it stands beside it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from math import log

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, betaln, expit
from scipy.stats import beta

from evaluator.accuracy.grids import (
    PROBABILITIES,
    Floats,
    Grid,
    marginal_quantiles,
    mixture_quantiles,
    posterior_grid,
)
from evaluator.accuracy.intervals import IntervalMethod, proportion_interval
from evaluator.accuracy.measures import Measure

MINIMUM_CONDITIONS = 5  # ours: fewer do not tell how much the conditions differ
MINIMUM_TOTAL = 30  # ours
LOGIT_MEAN = (-16.0, 16.0)
# Towards a + b = 0 the prior (a + b)^(-5/2) has infinite mass unless one condition has both outcomes, and it
# would let 1 of 1 stand at 100%: the prior is worth at least the two newborns of the uniform prior. Ours.
LOG_SIZE = (log(2.0), 14.0)
EDGE = 1e-6


class Pooling(StrEnum):
    """How the spread between conditions is treated."""

    FULL_BAYES = "full Bayes, grid"
    EMPIRICAL_BAYES = "empirical Bayes, maximum likelihood"


@dataclass(frozen=True)
class ExchangeableSet:
    """Conditions whose proportions may be pooled, and where that was declared before the results."""

    name: str
    declared_in: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Shrunken:
    """One condition: its own proportion, and the one that borrows from the set."""

    condition: str
    raw: Measure
    shrunken: Measure


@dataclass(frozen=True)
class Shrinkage:
    """All conditions of one set, sorted by name, with the set's mean, or why nothing was pooled."""

    set_name: str
    conditions: tuple[Shrunken, ...]
    mean: Measure
    a: float | None = None
    b: float | None = None
    not_pooled: str | None = None


def shrink(
    counts: Mapping[str, tuple[int, int]],
    declared: ExchangeableSet,
    pooling: Pooling = Pooling.FULL_BAYES,
) -> Shrinkage:
    """Shrink count / total of every condition of a declared set towards the set.

    Full Bayes has the prior of Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3. Raises ValueError
    for a condition outside the set, or one of the set that is missing: a chosen part is not the declared set.
    """
    refuse_other_sets(set(counts), declared)
    names = sorted(counts)
    x = np.array([counts[name][0] for name in names], dtype=float)
    n = np.array([counts[name][1] for name in names], dtype=float)
    raw = [_raw(*counts[name]) for name in names]
    reason = why_not_pooled(n, declared)
    if reason:
        blocked = Measure(not_estimable=reason)
        rows = tuple(Shrunken(name, own, blocked) for name, own in zip(names, raw, strict=True))
        return Shrinkage(declared.name, rows, blocked, not_pooled=reason)
    label = pooling.value
    if pooling is Pooling.EMPIRICAL_BAYES:
        fitted = maximum_likelihood(x, n)
        if fitted:
            return _empirical(declared.name, list(zip(names, raw, strict=True)), (x, n), fitted)
        label = f"{Pooling.FULL_BAYES.value}; maximum likelihood has no solution"
    return _full(declared.name, list(zip(names, raw, strict=True)), (x, n), label)


def refuse_other_sets(given: set[str], declared: ExchangeableSet) -> None:
    """Raise ValueError unless exactly the declared conditions are given."""
    if different := given.symmetric_difference(declared.conditions):
        raise ValueError(f"not exactly the conditions of {declared.name}: {', '.join(sorted(different))}")


def why_not_pooled(totals: Floats, declared: ExchangeableSet) -> str | None:
    """Say why a set is not pooled: not declared, too few conditions with a result, or too few results."""
    if not declared.declared_in.strip():
        return "the set was not declared exchangeable beforehand"
    informative = int((totals > 0).sum())
    if informative < MINIMUM_CONDITIONS:
        return f"{informative} conditions with a result, {MINIMUM_CONDITIONS} are needed to pool"
    if totals.sum() < MINIMUM_TOTAL:
        return f"{int(totals.sum())} results in all, {MINIMUM_TOTAL} are needed to pool"
    return None


def _raw(count: int, total: int) -> Measure:
    if total == 0:
        return Measure(count, total, not_estimable="no result")
    method = IntervalMethod.CLOPPER_PEARSON
    return Measure(count, total, count / total, *proportion_interval(count, total, method), method.full_name)


def log_marginal(x: Floats, n: Floats, a: Floats, b: Floats) -> Floats:
    """Log likelihood of the beta-binomial without its constant, one value per pair (a, b)."""
    a, b = a[:, None], b[:, None]
    return np.asarray((betaln(a + x, b + n - x) - betaln(a, b)).sum(axis=1))


def hyperparameter_grid(x: Floats, n: Floats) -> Grid:
    """Posterior of logit(a / (a + b)) and log(a + b) under the prior (a + b)^(-5/2) on (a, b)."""
    return posterior_grid(partial(log_posterior, x, n), LOGIT_MEAN, LOG_SIZE)


def log_posterior(x: Floats, n: Floats, logit_mean: Floats, log_size: Floats) -> Floats:
    """Log posterior of (logit(a / (a + b)), log(a + b)) without its constant, one value per point."""
    a, b = _beta_parameters(logit_mean, log_size)
    # a b is the Jacobian of the change from (a, b)
    return np.log(a) + np.log(b) - 2.5 * log_size + log_marginal(x, n, a, b)


def _beta_parameters(logit_mean: Floats, log_size: Floats) -> tuple[Floats, Floats]:
    size = np.exp(log_size)
    return size * expit(logit_mean), size * expit(-logit_mean)


def maximum_likelihood(x: Floats, n: Floats) -> tuple[float, float] | None:
    """Fit a and b by maximum likelihood; None where it runs to the edge, as when every x = n."""

    def loss(point: Floats) -> float:
        a, b = _beta_parameters(point[:1], point[1:])
        return -float(log_marginal(x, n, a, b)[0])

    start = hyperparameter_grid(x, n)
    point = np.array([start.weight @ start.first, start.weight @ start.second])
    bounds = [LOGIT_MEAN, LOG_SIZE]
    found = minimize(
        loss, point, method="Nelder-Mead", bounds=bounds, options={"xatol": 1e-10, "fatol": 1e-12}
    )
    inside = all(low + EDGE < value < high - EDGE for value, (low, high) in zip(found.x, bounds, strict=True))
    if not (found.success and inside):
        return None
    a, b = _beta_parameters(found.x[:1], found.x[1:])
    return float(a[0]), float(b[0])


def _full(
    set_name: str, raws: list[tuple[str, Measure]], data: tuple[Floats, Floats], label: str
) -> Shrinkage:
    grid = hyperparameter_grid(*data)
    a, b = _beta_parameters(grid.first, grid.second)
    method = f"beta-binomial, {label}; posterior median, 95% credible interval"
    found: dict[tuple[float, float], tuple[float, float, float]] = {}  # equal counts, equal answer
    rows = []
    for (name, raw), x, n in zip(raws, *data, strict=True):
        if (x, n) not in found:
            found[x, n] = mixture_quantiles(partial(_cumulative, a + x, b + n - x), grid.weight, 1.0)
        low, middle, high = found[x, n]
        shrunken = Measure(raw.numerator, raw.denominator, middle, low, high, method)
        rows.append(Shrunken(name, raw, shrunken))
    low, middle, high = (float(expit(value)) for value in marginal_quantiles(grid.first, grid.weight))
    mean = Measure(int(data[0].sum()), int(data[1].sum()), middle, low, high, f"{method}; mean of the set")
    return Shrinkage(set_name, tuple(rows), mean, float(grid.weight @ a), float(grid.weight @ b))


def _cumulative(a: Floats, b: Floats, value: float) -> Floats:
    return np.asarray(betainc(a, b, value))


def _empirical(
    set_name: str,
    raws: list[tuple[str, Measure]],
    data: tuple[Floats, Floats],
    fitted: tuple[float, float],
) -> Shrinkage:
    a, b = fitted
    method = f"beta-binomial, {Pooling.EMPIRICAL_BAYES.value}; too narrow, as it takes the spread as known"
    rows = []
    for (name, raw), x, n in zip(raws, *data, strict=True):
        low, middle, high = (float(beta.ppf(p, a + x, b + n - x)) for p in PROBABILITIES)
        rows.append(Shrunken(name, raw, Measure(raw.numerator, raw.denominator, middle, low, high, method)))
    mean = Measure(
        int(data[0].sum()), int(data[1].sum()), a / (a + b), method=f"{method}; no interval for the mean"
    )
    return Shrinkage(set_name, tuple(rows), mean, a, b)
