"""How a computed measure is written into a table cell."""

from __future__ import annotations

from evaluator.accuracy.verification.bounds import Bounds
from evaluator.report.numbers import Row, decimal, in_words, in_words_or_limits, percent
from evaluator.statistics.measure import Measure

NOT_ESTIMABLE = "not estimable"


def proportion(measure: Measure) -> str:
    """Write a proportion with counts and interval on two lines, or the reason why there is none."""
    if measure.not_estimable is not None:
        return f"{NOT_ESTIMABLE}: {measure.not_estimable}"
    if measure.lower is None or measure.upper is None:
        return percent(measure.estimate or 0.0)
    return in_words({"measure": "", **vars(measure)}).replace(" (95% CI ", "\n(")


def number(measure: Measure) -> str:
    """Write a number or ratio with its interval, or the reason why there is none."""
    if measure.not_estimable is not None:
        return f"{NOT_ESTIMABLE}: {measure.not_estimable}"
    text = decimal(measure.estimate or 0.0)
    if measure.lower is None:
        return text
    upper = "no limit" if measure.upper is None else decimal(measure.upper)
    return f"{text}\n({decimal(measure.lower)} to {upper})"


def bounds(found: Bounds) -> str:
    """Write bounds, or the reason why there are none."""
    if found.lower is None or found.upper is None:
        return f"{NOT_ESTIMABLE}: {found.not_estimable}"
    return f"{percent(found.lower)} to {percent(found.upper)}"


def p_value(value: float | None) -> str:
    """Write a p-value.

    >>> p_value(0.00004), p_value(0.0321), p_value(None)
    ('<0.0001', '0.032', '')
    """
    if value is None:
        return ""
    return "<0.0001" if value < 0.0001 else f"{value:.2g}"  # noqa: PLR2004 - as journals print it


def measured(row: Row) -> str:
    """Write a row of a table beside the accuracy table: its estimate with an interval, where it has one."""
    if row["not_estimable"] is not None or row["estimate"] is None:
        return NOT_ESTIMABLE
    if row["lower"] is None and isinstance(row["estimate"], float):
        return decimal(row["estimate"])
    return in_words({"measure": "", **row}).replace(" (95% CI ", "\n(")


def on_two_lines(row: Row) -> str:
    """Write a row with its counts and interval on two lines, or its limits, or why it has neither."""
    return in_words_or_limits(row).replace(" (95% CI ", "\n(")
