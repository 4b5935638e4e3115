"""The Poisson-gamma model of rare counts that borrow strength from each other, as of false positives."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

import numpy as np
from scipy.special import gammainc, gammaln
from scipy.stats import gamma

from evaluator.statistics.expected import poisson_interval
from evaluator.statistics.grids import Floats, Grid, marginal_quantiles, mixture_quantiles, posterior_grid
from evaluator.statistics.measure import Measure
from evaluator.statistics.pooling import Borrowed, ExchangeableSet, Shrinkage, pool

# Ours: the rates of a set differ by a coefficient of variation between 0.1% and 2, that is alpha = 1 / CV^2.
LOG_ALPHA = (np.log(0.25), 14.0)
FURTHEST = 20.0  # natural log around the pooled rate within which the mean of the set is looked for
HALF = 0.5
METHOD = "Poisson-gamma, full Bayes, grid; posterior median, 95% credible interval"


def shrink_counts(counts: Mapping[str, tuple[int, int]], declared: ExchangeableSet) -> Shrinkage:
    """Shrink the rate count / newborns of every condition of a declared set towards the set.

    The prior is Jeffreys' on the mean rate and uniform on the coefficient of variation between conditions
    (after Gelman, Bayesian Anal 2006;1:515, who argues for a uniform prior on a standard deviation). `a` of
    the result is the shape of the gamma distribution, `b` its rate in newborns. Raises ValueError
    as pooling.pool() does.
    """
    return pool(counts, declared, _raw, _full)


def _full(x: Floats, n: Floats) -> Borrowed:
    grid = _grid(x, n)
    mean, alpha = np.exp(grid.first), np.exp(grid.second)
    shrunken = (
        _posterior(alpha + count, alpha / mean + total, grid.weight, int(count), int(total))
        for count, total in zip(x, n, strict=True)
    )
    low, middle, high = (float(np.exp(value)) for value in marginal_quantiles(grid.first, grid.weight))
    return Borrowed(
        tuple(shrunken),
        Measure(int(x.sum()), int(n.sum()), middle, low, high, f"{METHOD}; mean of the set"),
        float(grid.weight @ alpha),
        float(grid.weight @ (alpha / mean)),
    )


def log_negative_binomial(x: Floats, expected: Floats, alpha: Floats) -> Floats:
    """Log likelihood of counts whose rates vary by a gamma distribution of mean 1, without its constant.

    `expected` and `alpha` have one row per point at which to evaluate, `x` is one row.
    """
    share = alpha / (alpha + expected)
    # the logarithms of small differences are taken so that they stay exact when alpha is large
    terms = gammaln(alpha + x) - gammaln(alpha) + alpha * np.log(share) + x * np.log1p(-share)
    return np.asarray(terms.sum(axis=-1))


def _grid(x: Floats, n: Floats) -> Grid:
    tested = n > 0
    x, n = x[tested], n[tested]

    def log_density(log_mean: Floats, log_alpha: Floats) -> Floats:
        likelihood = log_negative_binomial(x, np.exp(log_mean)[:, None] * n, np.exp(log_alpha)[:, None])
        return likelihood + HALF * log_mean - HALF * log_alpha

    centre = float(np.log((x.sum() + HALF) / n.sum()))
    return posterior_grid(log_density, (centre - FURTHEST, centre + FURTHEST), LOG_ALPHA)


def _posterior(shape: Floats, rate: Floats, weight: Floats, count: int, total: int) -> Measure:
    upper = float(np.max(gamma.ppf(1 - 1e-12, shape, scale=1 / rate)))
    low, middle, high = mixture_quantiles(partial(_cumulative, shape, rate), weight, upper)
    return Measure(count, total, middle, low, high, METHOD)


def _cumulative(shape: Floats, rate: Floats, value: float) -> Floats:
    return np.asarray(gammainc(shape, rate * value))


def _raw(count: int, total: int) -> Measure:
    if total == 0:
        return Measure(count, total, not_estimable="nobody tested")
    lower, upper = poisson_interval(count)
    return Measure(count, total, count / total, lower / total, upper / total, "exact Poisson")
