"""What the sensitivity would be if some of the unverified newborns were missed cases."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.estimability import unknown
from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure

ASSUMED_MISSED = (0, 1, 2, 5, 10)


@dataclass(frozen=True)
class TippingPoint:
    """The sensitivity if this many of the unverified negatives were missed cases."""

    assumed_missed: int
    sensitivity: Measure


def tipping_points(counts: Counts, assumed: Sequence[int] = ASSUMED_MISSED) -> tuple[TippingPoint, ...]:
    """Compute the sensitivity for each number of missed cases assumed on top of those known."""
    return tuple(TippingPoint(number, _assuming(counts, number)) for number in assumed)


def missed_to_fall_below(counts: Counts, target: float) -> int | None:
    """Count how many further missed cases would bring the sensitivity below the target, 0 < target <= 1.

    None where the true positives are not known, or none of them leaves anything to fall.
    """
    if not 0 < target <= 1:
        raise ValueError(f"{target} is not a sensitivity to fall below")
    if not counts.tp:
        return None
    allowed = counts.tp / target - counts.tp - _known_missed(counts)
    return max(0, math.floor(allowed + 1e-9) + 1)  # 9 / 0.9 - 9 lies a rounding below 1


def _known_missed(counts: Counts) -> int:
    return (counts.fn or 0) + counts.misplaced


def _assuming(counts: Counts, number: int) -> Measure:
    if number < 0:
        raise ValueError(f"{number} missed cases cannot be assumed")
    if reason := unknown(counts, "tp"):
        return Measure(not_estimable=reason)
    tp, open_ones = counts.tp or 0, counts.unverified_negative
    if open_ones is not None and number > open_ones:
        return Measure(not_estimable=f"only {open_ones} screen-negatives are unverified")
    affected = tp + _known_missed(counts) + number
    if affected == 0:
        return Measure(tp, 0, not_estimable="no affected newborn")
    lower, upper = proportion_interval(tp, affected, IntervalMethod.CLOPPER_PEARSON)
    label = f"Clopper-Pearson; assumes {number} further missed cases"
    return Measure(tp, affected, tp / affected, lower, upper, label)
