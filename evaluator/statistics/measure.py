"""What every statistic here returns: an estimate with its interval, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Measure:
    """One measured quantity; either an estimate or a reason."""

    numerator: int | None = None
    denominator: int | None = None
    estimate: float | None = None
    lower: float | None = None
    upper: float | None = None
    method: str = ""
    not_estimable: str | None = None
    one_sided_bound: float | None = None
    midp_lower: float | None = None
    midp_upper: float | None = None
