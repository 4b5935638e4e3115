"""How numbers are written for people: a proportion travels with its counts and its interval."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping

RATIOS = (
    *("lr_positive", "lr_negative", "dor", "screened_per_case", "false_per_true", "positives_per_true"),
    *("relative_tpf", "relative_fpf", "relative_ppv", "relative_npv", "extra_false_per_extra_true"),
    *("cases_in_all", "missed_adjusted", "interval_cases"),
)
Row = Mapping[str, object]


def count(value: int) -> str:
    """Write a count with thousands separated.

    >>> count(461369)
    '461,369'
    """
    return f"{value:,}"


def counted(value: int, noun: str, nouns: str = "") -> str:
    """Write a count with its noun.

    >>> counted(1, "newborn"), counted(1200, "newborn"), counted(0, "family", "families")
    ('1 newborn', '1,200 newborns', '0 families')
    """
    return f"{count(value)} {noun if value == 1 else nouns or noun + 's'}"


def percent(proportion: float) -> str:
    """Write a proportion, or a difference of two, as a percentage; never round to 0% or 100% what is neither.

    >>> percent(0.9), percent(0.003244), percent(0.99997), percent(1), percent(-0.25)
    ('90.0%', '0.32%', '99.997%', '100%', '-25.0%')
    """
    if proportion < 0:
        return f"-{percent(-proportion)}"
    if proportion in (0, 1):
        return f"{proportion:.0%}"
    below, above = proportion * 100, (1 - proportion) * 100
    decimals = 1
    if below < 1:
        decimals = 1 - math.floor(math.log10(below))  # two significant digits
    elif above < 1:
        decimals = -math.floor(math.log10(above))  # after the nines one is enough
    return f"{below:.{min(decimals, 7)}f}%"


def decimal(value: float) -> str:
    """Write a ratio with three significant digits, and thousands separated.

    >>> decimal(2.7351), decimal(18349.2), decimal(0.0123)
    ('2.74', '18,349', '0.0123')
    """
    if value == 0:
        return "0"
    digits = max(0, 2 - math.floor(math.log10(abs(value))))
    return f"{value:,.{min(digits, 6)}f}"


def in_words(row: Row) -> str:
    """Write one row of the accuracy table: counts, estimate, interval, or the reason why there is none.

    >>> in_words({"measure": "ppv", "numerator": 9, "denominator": 10, "estimate": 0.9, "lower": 0.596,
    ...           "upper": 0.982, "not_estimable": None})
    '9/10 = 90.0% (95% CI 59.6% to 98.2%)'
    """
    if row["not_estimable"] is not None:
        return f"not estimable: {row['not_estimable']}"
    if row["measure"] in RATIOS:
        return f"{_fraction(row)}{decimal(_float(row, 'estimate'))} ({_interval(row, decimal)})"
    if row["lower"] is None:
        return count(int(_float(row, "estimate")))
    return f"{_fraction(row)}{percent(_float(row, 'estimate'))} ({_interval(row, percent)})"


def in_words_or_limits(row: Row) -> str:
    """Write a row that may have limits without an estimate, or an estimate without limits.

    >>> bare = {"measure": "", "numerator": None, "denominator": None, "not_estimable": None}
    >>> in_words_or_limits({**bare, "estimate": None, "lower": 0.25, "upper": 0.75})
    'between 25.0% and 75.0%'
    >>> in_words_or_limits({**bare, "estimate": 0.9, "lower": None, "upper": None})
    '90.0%'
    """
    write = decimal if row["measure"] in RATIOS else percent
    if row["estimate"] is None and row["lower"] is not None:
        reason = f": {row['not_estimable']}" if row["not_estimable"] else ""
        return f"between {write(_float(row, 'lower'))} and {write(_float(row, 'upper'))}{reason}"
    if row["lower"] is None and row["not_estimable"] is None:
        return f"{_fraction(row)}{write(_float(row, 'estimate'))}"
    return in_words(row)


def _fraction(row: Row) -> str:
    if row["numerator"] is None or row["denominator"] is None:
        return ""
    return f"{count(int(_float(row, 'numerator')))}/{count(int(_float(row, 'denominator')))} = "


def _interval(row: Row, write: Callable[[float], str]) -> str:
    upper = "no limit" if row["upper"] is None else write(_float(row, "upper"))
    return f"95% CI {write(_float(row, 'lower'))} to {upper}"


def _float(row: Row, name: str) -> float:
    value = row[name]
    if not isinstance(value, int | float):
        raise TypeError(f"{name} is {value!r}, not a number")
    return float(value)
