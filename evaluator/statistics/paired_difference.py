"""The difference between two proportions, of the same newborns or of two groups."""

from __future__ import annotations

import math
from collections.abc import Callable

from scipy.optimize import brentq
from statsmodels.stats.proportion import confint_proportions_2indep

from evaluator.statistics.intervals import CONFIDENCE, IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import PairedTable
from evaluator.statistics.ratios import Z

UNVERIFIED = "newborns negative on both tests were not verified"
NUDGE = 1e-12  # steps off the estimate, where the equation of the limits has a root of its own


def tango_difference(table: PairedTable) -> Measure:
    """First minus second proportion of positives, with Tango's score interval (Stat Med 1998;17:891)."""
    return _difference(table, _tango, "Tango score")


def newcombe_paired_difference(table: PairedTable) -> Measure:
    """First minus second proportion of positives, with Newcombe's method 10 (Stat Med 1998;17:2635)."""
    return _difference(table, _newcombe, "Newcombe method 10")


def unpaired_difference(first: tuple[int, int], second: tuple[int, int]) -> Measure:
    """First minus second proportion, each (count, total) of its own newborns.

    Newcombe's hybrid score interval, Stat Med 1998;17:873, method 10.
    """
    (x1, n1), (x2, n2) = first, second
    if n1 == 0 or n2 == 0:
        return Measure(not_estimable="one of the groups is empty")
    lower, upper = confint_proportions_2indep(
        x1, n1, x2, n2, method="newcomb", compare="diff", alpha=1 - CONFIDENCE
    )
    return Measure(None, None, x1 / n1 - x2 / n2, float(lower), float(upper), "Newcombe hybrid score")


def _difference(
    table: PairedTable, limits: Callable[[PairedTable, int], tuple[float, float]], label: str
) -> Measure:
    total = table.total
    if total is None:
        return Measure(not_estimable=UNVERIFIED)
    if total == 0:
        return Measure(not_estimable="no newborn with both results")
    gap = table.first_only - table.second_only
    lower, upper = limits(table, total)
    return Measure(gap, total, gap / total, lower, upper, label)


def _tango(table: PairedTable, n: int) -> tuple[float, float]:
    b, c = table.first_only, table.second_only
    estimate = (b - c) / n

    def beyond(delta: float) -> float:
        """Squared distance less z squared times its variance under delta: zero at the limits."""
        linear = -b - c + (2 * n - b + c) * delta
        constant = -c * delta * (1 - delta)
        q = (math.sqrt(max(0.0, linear * linear - 8 * n * constant)) - linear) / (4 * n)
        return (b - c - n * delta) ** 2 - Z * Z * n * (2 * q + delta * (1 - delta))

    lower = -1.0 if estimate == -1 else float(brentq(beyond, -1.0, estimate - NUDGE, xtol=1e-14))
    upper = 1.0 if estimate == 1 else float(brentq(beyond, estimate + NUDGE, 1.0, xtol=1e-14))
    return lower, upper


def _newcombe(table: PairedTable, n: int) -> tuple[float, float]:
    p1, p2 = table.first / n, table.second / n
    l1, u1 = proportion_interval(table.first, n, IntervalMethod.WILSON)
    l2, u2 = proportion_interval(table.second, n, IntervalMethod.WILSON)
    phi = _correlation(table, n)
    below = _square_and_add(p1 - l1, u2 - p2, phi)
    above = _square_and_add(u1 - p1, p2 - l2, phi)
    return p1 - p2 - below, p1 - p2 + above


def _square_and_add(one: float, other: float, phi: float) -> float:
    return math.sqrt(max(0.0, one * one - 2 * phi * one * other + other * other))


def _correlation(table: PairedTable, n: int) -> float:
    """Compute phi with Newcombe's continuity correction of a positive numerator."""
    margins = table.first * (n - table.first) * table.second * (n - table.second)
    if margins == 0:
        return 0.0
    cross = table.both * (n - table.first - table.second_only) - table.first_only * table.second_only
    if cross > 0:
        return max(0.0, cross - n / 2) / math.sqrt(margins)
    return cross / math.sqrt(margins)
