"""The score interval of a difference of two independent proportions.

Written here because statsmodels 0.15 divides by zero where a proportion is 0 or 1, which is the usual case in
newborn screening, and elsewhere takes proportions under the hypothesis that are not the likeliest: it gives
other limits than Newcombe prints for 56/70 against 48/80.
"""

from __future__ import annotations

from math import copysign, inf, sqrt

from scipy.optimize import brentq

from evaluator.statistics.ratios import Z

HALVINGS = 60
EDGE = 1e-12


def score_difference(first: tuple[int, int], second: tuple[int, int]) -> tuple[float, float]:
    """Compute the 95% limits of first minus second, each (count, total) (Miettinen and Nurminen 1985).

    Stat Med 1985;4:213: the variance is that of the proportions that fit best at the difference in question,
    times n / (n - 1).
    """
    estimate = first[0] / first[1] - second[0] / second[1]

    def distance(gap: float) -> float:
        return _statistic(gap, first, second)

    lower, upper = -1.0, 1.0
    if estimate > -1 + EDGE and distance(-1 + EDGE) > Z:
        lower = float(brentq(lambda gap: distance(gap) - Z, -1 + EDGE, estimate, xtol=1e-12))
    if estimate < 1 - EDGE and distance(1 - EDGE) < -Z:
        upper = float(brentq(lambda gap: distance(gap) + Z, estimate, 1 - EDGE, xtol=1e-12))
    return lower, upper


def _statistic(gap: float, first: tuple[int, int], second: tuple[int, int]) -> float:
    (x1, n1), (x2, n2) = first, second
    p2 = _best_second(gap, first, second)
    p1 = min(1.0, max(0.0, p2 + gap))
    variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
    beyond = x1 / n1 - x2 / n2 - gap
    if variance > 0:
        return beyond / sqrt(variance)
    return copysign(inf, beyond) if abs(beyond) > EDGE else 0.0


def _best_second(gap: float, first: tuple[int, int], second: tuple[int, int]) -> float:
    """Find the second proportion of greatest likelihood when the first is larger by the gap."""
    (x1, n1), (x2, n2) = first, second
    low, high = max(0.0, -gap), min(1.0, 1.0 - gap)
    for _ in range(HALVINGS):
        middle = (low + high) / 2
        terms = (
            (x1, middle + gap),
            (x1 - n1, 1 - middle - gap),
            (x2, middle),
            (x2 - n2, 1 - middle),
        )
        # the slope of the log likelihood falls all along; a count of zero adds nothing to it
        slope = sum(count / max(share, EDGE * EDGE) for count, share in terms if count)
        low, high = (middle, high) if slope > 0 else (low, middle)
    return (low + high) / 2
