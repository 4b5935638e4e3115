"""A posterior over two unknowns on a grid, and quantiles of what is mixed over it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from evaluator.statistics.intervals import CONFIDENCE

Floats = NDArray[np.float64]
LogDensity = Callable[[Floats, Floats], Floats]

POINTS = 61
ROUNDS = 4  # each round narrows the box to where the posterior is not negligible
NEGLIGIBLE = 16.0  # natural log below the highest point: a weight of one in nine million
PROBABILITIES = ((1 - CONFIDENCE) / 2, 0.5, 1 - (1 - CONFIDENCE) / 2)


@dataclass(frozen=True)
class Grid:
    """The points of two unknowns that carry weight; the weights sum to 1."""

    first: Floats
    second: Floats
    weight: Floats


def posterior_grid(log_density: LogDensity, first: tuple[float, float], second: tuple[float, float]) -> Grid:
    """Weigh a rectangle of points by a posterior density that has one peak inside the given ranges.

    `log_density` takes two columns of equal length.
    """
    box = (first, second)
    for _ in range(ROUNDS):
        one, two, height = _evaluate(log_density, box)
        heavy = height > height.max() - NEGLIGIBLE
        narrowed = (_around(one[heavy], box[0], first), _around(two[heavy], box[1], second))
        if narrowed == box:
            break
        box = narrowed
    one, two, height = _evaluate(log_density, box)
    heavy = height > height.max() - NEGLIGIBLE
    weight = np.exp(height[heavy] - height.max())
    return Grid(one[heavy], two[heavy], weight / weight.sum())


def _evaluate(
    log_density: LogDensity, box: tuple[tuple[float, float], tuple[float, float]]
) -> tuple[Floats, Floats, Floats]:
    axes = [np.linspace(low, high, POINTS) for low, high in box]
    one, two = (axis.ravel() for axis in np.meshgrid(*axes, indexing="ij"))
    return one, two, log_density(one, two)


def _around(values: Floats, box: tuple[float, float], limit: tuple[float, float]) -> tuple[float, float]:
    """Keep one step more than the values need, within the limit."""
    step = (box[1] - box[0]) / (POINTS - 1)
    return max(limit[0], float(values.min()) - step), min(limit[1], float(values.max()) + step)


def mixture_quantiles(
    cumulative: Callable[[float], Floats], weight: Floats, upper: float
) -> tuple[float, float, float]:
    """Find the 2.5%, 50% and 97.5% points of a mixture on 0 to `upper`.

    `cumulative` gives one value per part of the mixture.
    """

    def gap(value: float, probability: float) -> float:
        return float(weight @ cumulative(value)) - probability

    low, middle, high = (
        float(brentq(gap, 0.0, upper, args=(probability,), xtol=upper * 1e-14, rtol=1e-10))
        for probability in PROBABILITIES
    )
    return low, middle, high


def marginal_quantiles(values: Floats, weight: Floats) -> tuple[float, float, float]:
    """Find the 2.5%, 50% and 97.5% points of one unknown of a grid, between its points by a straight line."""
    points, place = np.unique(values, return_inverse=True)
    mass = np.bincount(place, weights=weight)
    low, middle, high = np.interp(PROBABILITIES, np.cumsum(mass) - mass / 2, points)
    return float(low), float(middle), float(high)
