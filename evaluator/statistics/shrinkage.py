"""The beta-binomial model of proportions that borrow strength from each other."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from functools import cache, partial
from math import log

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, betaln, expit
from scipy.stats import beta

from evaluator.statistics.grids import (
    PROBABILITIES,
    Floats,
    Grid,
    marginal_quantiles,
    mixture_quantiles,
    posterior_grid,
)
from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.pooling import Borrowed, ExchangeableSet, Shrinkage, pool

LOGIT_MEAN = (-16.0, 16.0)
# Towards a + b = 0 the prior (a + b)^(-5/2) has infinite mass unless one condition has both outcomes, and it
# would let 1 of 1 stand at 100%: the prior is worth at least the two newborns of the uniform prior. Ours.
LOG_SIZE = (log(2.0), 14.0)
EDGE = 1e-6


class Pooling(StrEnum):
    """How the spread between conditions is treated."""

    FULL_BAYES = "full Bayes, grid"
    EMPIRICAL_BAYES = "empirical Bayes, maximum likelihood"


def shrink(
    counts: Mapping[str, tuple[int, int]],
    declared: ExchangeableSet,
    pooling: Pooling = Pooling.FULL_BAYES,
) -> Shrinkage:
    """Shrink count / total of every condition of a declared set towards the set.

    Full Bayes has the prior of Gelman et al., Bayesian Data Analysis, 3rd ed., section 5.3. Raises ValueError
    as pooling.pool() does.
    """
    return pool(counts, declared, _raw, _empirical if pooling is Pooling.EMPIRICAL_BAYES else _full)


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


def _full(x: Floats, n: Floats, label: str = Pooling.FULL_BAYES.value) -> Borrowed:
    grid = hyperparameter_grid(x, n)
    a, b = _beta_parameters(grid.first, grid.second)
    method = f"beta-binomial, {label}; posterior median, 95% credible interval"

    @cache  # equal counts, equal answer
    def shrunken(count: int, total: int) -> Measure:
        cumulative = partial(_cumulative, a + count, b + total - count)
        low, middle, high = mixture_quantiles(cumulative, grid.weight, 1.0)
        return Measure(count, total, middle, low, high, method)

    low, middle, high = (float(expit(value)) for value in marginal_quantiles(grid.first, grid.weight))
    return Borrowed(
        tuple(shrunken(int(count), int(total)) for count, total in zip(x, n, strict=True)),
        Measure(int(x.sum()), int(n.sum()), middle, low, high, f"{method}; mean of the set"),
        float(grid.weight @ a),
        float(grid.weight @ b),
    )


def _cumulative(a: Floats, b: Floats, value: float) -> Floats:
    return np.asarray(betainc(a, b, value))


def _empirical(x: Floats, n: Floats) -> Borrowed:
    fitted = maximum_likelihood(x, n)
    if fitted is None:
        return _full(x, n, f"{Pooling.FULL_BAYES.value}; maximum likelihood has no solution")
    a, b = fitted
    method = f"beta-binomial, {Pooling.EMPIRICAL_BAYES.value}; too narrow, as it takes the spread as known"
    rows = []
    for count, total in zip(x, n, strict=True):
        low, middle, high = (float(beta.ppf(p, a + count, b + total - count)) for p in PROBABILITIES)
        rows.append(Measure(int(count), int(total), middle, low, high, method))
    mean = Measure(int(x.sum()), int(n.sum()), a / (a + b), method=f"{method}; no interval for the mean")
    return Borrowed(tuple(rows), mean, a, b)
