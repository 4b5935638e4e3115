"""Likelihood ratios and the diagnostic odds ratio with their intervals.

A zero cell leaves the ratio at 0, infinite or undefined; then 0.5 is added to every cell (Haldane 1956) and
the method says so, beside what the ratio would be without it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from scipy.optimize import brentq
from scipy.stats import norm

from evaluator.statistics.intervals import CONFIDENCE

Z = float(norm.ppf(1 - (1 - CONFIDENCE) / 2))
HALDANE = 0.5


class RatioMethod(StrEnum):
    """How the interval of a likelihood ratio is computed."""

    LOG = "log"  # what the published references print
    SCORE = "score"


@dataclass(frozen=True)
class Ratio:
    """A ratio, its interval and how both were obtained."""

    estimate: float
    lower: float
    upper: float
    method: str


def likelihood_ratio(
    affected: tuple[int, int], unaffected: tuple[int, int], method: RatioMethod = RatioMethod.LOG
) -> Ratio:
    """Divide the proportion (count, total) in the affected by that in the unaffected.

    Positives give LR+, negatives LR-. Log interval: Simel, Samsa and Matchar, J Clin Epidemiol 1991;44:763.
    """
    (x1, n1), (x2, n2) = affected, unaffected
    if method is RatioMethod.SCORE and x2:
        return _score(affected, unaffected)
    if x1 and x2:
        return _log((x1 / n1) / (x2 / n2), 1 / x1 - 1 / n1 + 1 / x2 - 1 / n2, "log")
    a, b = x1 + HALDANE, x2 + HALDANE
    m1, m2 = n1 + 2 * HALDANE, n2 + 2 * HALDANE
    return _log((a / m1) / (b / m2), 1 / a - 1 / m1 + 1 / b - 1 / m2, _haldane_label(x1, x2))


def odds_ratio(tp: int, fp: int, fn: int, tn: int) -> Ratio:
    """Compute the diagnostic odds ratio, log interval (Glas et al., J Clin Epidemiol 2003;56:1129)."""
    cells: tuple[float, ...] = (tp, fp, fn, tn)
    label = "log"
    if 0 in cells:
        label = _haldane_label(tp * tn, fp * fn)
        cells = tuple(cell + HALDANE for cell in cells)
    a, b, c, d = cells
    return _log(a * d / (b * c), sum(1 / cell for cell in cells), label)


def _haldane_label(above: int, below: int) -> str:
    if below:
        plain = "0"
    elif above:
        plain = "infinite"
    else:
        plain = "undefined"
    return f"log; zero cell: 0.5 added to each cell (Haldane), without it {plain}"


def _log(estimate: float, variance: float, label: str) -> Ratio:
    reach = Z * math.sqrt(variance)
    return Ratio(estimate, estimate * math.exp(-reach), estimate * math.exp(reach), label)


def _score(affected: tuple[int, int], unaffected: tuple[int, int]) -> Ratio:
    """Invert Koopman's score test (Biometrics 1984;40:513).

    Written here because statsmodels 0.14's closed form puts the lower limit at the estimate when the first
    proportion is 1, and a sensitivity of 100% is the usual case in newborn screening.
    """
    (x1, n1), (x2, n2) = affected, unaffected
    estimate = (x1 / n1) / (x2 / n2)

    def distance(log_ratio: float) -> float:
        return _koopman(math.exp(log_ratio), x1, n1, x2, n2)

    start = math.log(estimate if x1 else (HALDANE / n1) / (x2 / n2))
    lower = math.exp(_solve(distance, Z, start, -1)) if x1 else 0.0
    upper = math.exp(_solve(distance, -Z, start, 1))
    return Ratio(estimate, lower, upper, "score (Koopman)")


def _koopman(ratio: float, x1: int, n1: int, x2: int, n2: int) -> float:
    """Signed score statistic of `ratio`, with the proportions that fit the data best under it."""
    a = (n1 + n2) * ratio
    b = n1 * ratio + x1 + n2 + x2 * ratio
    c = x1 + x2
    p2 = (b - math.sqrt(max(0.0, b * b - 4 * a * c))) / (2 * a)
    p1 = min(1.0, p2 * ratio)
    variance = p1 * (1 - p1) / n1 + ratio * ratio * p2 * (1 - p2) / n2
    gap = x1 / n1 - ratio * x2 / n2
    return gap / math.sqrt(variance) if variance > 0 else 0.0


def _solve(distance: Callable[[float], float], level: float, start: float, direction: int) -> float:
    """Find where the falling statistic takes the level, searching outward from the estimate."""
    reach = 1.0
    while (distance(start + direction * reach) - level) * direction > 0:
        reach *= 2
    edge = start + direction * reach
    return float(brentq(lambda value: distance(value) - level, min(start, edge), max(start, edge)))
