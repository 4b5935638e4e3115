"""Small numbers in published tables: nobody may be found in them, nor by subtracting one from another.

The default follows NHS Digital's hospital statistics below national level since September 2018: counts of 1
to 7 are suppressed and all others rounded to the nearest 5. The rule holds for every line of a table: what is
hidden in it can be got by subtraction as a sum, so that sum must be one that could be published.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure

SUPPRESSED_MARK = "*"
SMALLEST_THRESHOLD = 5
Line = list[tuple[int, int]]


class Hidden(StrEnum):
    """Why a cell is not shown; both print the same mark, which must not tell them apart."""

    SMALL = "small number"
    PROTECTS_ANOTHER = "would reveal a small number"


@dataclass(frozen=True)
class Rule:
    """Counts of 1 to `threshold` are suppressed, the others rounded; `round_to` 1 leaves them exact."""

    threshold: int = 7
    round_to: int = 5

    def __post_init__(self) -> None:
        if self.threshold < SMALLEST_THRESHOLD:
            raise ValueError(f"threshold {self.threshold}: not below {SMALLEST_THRESHOLD}")
        if self.round_to < 1:
            raise ValueError(f"rounding to {self.round_to} is not possible")

    def is_small(self, count: int) -> bool:
        """Say whether a count is one that nobody may see."""
        return 1 <= count <= self.threshold

    def rounded(self, count: int) -> int:
        """Round to the nearest multiple, a half upwards."""
        return (2 * count + self.round_to) // (2 * self.round_to) * self.round_to


@dataclass(frozen=True)
class Cell:
    """A published cell: the rounded count, or the reason why there is none."""

    value: int | None
    hidden: Hidden | None = None

    def __str__(self) -> str:
        return SUPPRESSED_MARK if self.value is None else str(self.value)


@dataclass(frozen=True)
class Protected:
    """A table fit to be published; the last row and the last column are the totals."""

    cells: tuple[tuple[Cell, ...], ...]
    rule: Rule


@dataclass(frozen=True)
class Exposure:
    """Two published numbers whose difference is a small number."""

    label: str
    first: int
    second: int


def protect(counts: Sequence[Sequence[int]], rule: Rule) -> Protected:
    """Suppress and round a table of counts, and its totals, so that no small number can be worked out.

    `counts` has no totals; one row or one column is a list with its total. A zero is hidden where the total
    of its row or column is itself small, as there it says something about everyone in a tiny group.
    """
    table = _with_totals(counts)
    hidden: dict[tuple[int, int], Hidden] = {}
    for place, count in np.ndenumerate(table):
        if rule.is_small(int(count)) or _tells_of_a_tiny_group(table, place, rule):
            hidden[place[0], place[1]] = Hidden.SMALL
    lines = list(_lines(table))
    while open_place := _next_to_hide(table, lines, hidden, rule):
        hidden[open_place] = Hidden.PROTECTS_ANOTHER
    return Protected(
        tuple(
            tuple(
                Cell(None, hidden[i, j]) if (i, j) in hidden else Cell(rule.rounded(int(count)))
                for j, count in enumerate(row)
            )
            for i, row in enumerate(table)
        ),
        rule,
    )


def protect_rate(numerator: int, denominator: int, rule: Rule) -> Measure:
    """Give a proportion of rounded counts, unless numerator, denominator or what lies between is small.

    A sensitivity of 9 in 10 tells that one newborn was missed. Its interval is that of the rounded counts.
    """
    for count, what in (
        (numerator, "numerator"),
        (denominator, "denominator"),
        (denominator - numerator, "denominator less numerator"),
    ):
        if rule.is_small(count):
            return Measure(not_estimable=f"suppressed: the {what} is a number from 1 to {rule.threshold}")
    whole, part = rule.rounded(denominator), min(rule.rounded(numerator), rule.rounded(denominator))
    if whole == 0:
        return Measure(part, whole, not_estimable="nobody in the denominator")
    method = IntervalMethod.CLOPPER_PEARSON
    label = method.full_name + (f", counts rounded to {rule.round_to}" if rule.round_to > 1 else "")
    return Measure(part, whole, part / whole, *proportion_interval(part, whole, method), label)


def protect_ratio(measure: Measure, observed: int, rule: Rule) -> Measure:
    """Pass on a ratio such as O/E, unless the count that it rests on is small."""
    if rule.is_small(observed):
        return Measure(not_estimable=f"suppressed: it rests on a number from 1 to {rule.threshold}")
    return measure


def differences(first: Mapping[str, int], second: Mapping[str, int], rule: Rule) -> list[Exposure]:
    """Find labels whose true counts in two tables, both shown, differ by a small number.

    Two periods of which one holds the other, or two drawings of one boundary, are compared so. Rounding may
    blur such a difference but does not hide it.
    """
    return [
        Exposure(label, first[label], second[label])
        for label in sorted(set(first) & set(second))
        if rule.is_small(abs(first[label] - second[label]))
        and not rule.is_small(first[label])
        and not rule.is_small(second[label])
    ]


def total_less_parts(total: int, parts: Mapping[str, int], rule: Rule) -> Exposure | None:
    """Find whether a total less its published parts leaves a small number, as of an area left out."""
    shown = sum(count for count in parts.values() if not rule.is_small(count))
    if rule.is_small(total) or not rule.is_small(total - shown):
        return None
    return Exposure("total less parts", total, shown)


def revealed(counts: Sequence[Sequence[int]], protected: Protected) -> list[tuple[int, int]]:
    """Find the hidden cells that exact totals would determine, by solving all lines together."""
    table = _with_totals(counts)
    places = [
        (i, j) for i, row in enumerate(protected.cells) for j, cell in enumerate(row) if cell.value is None
    ]
    return _determined(list(_lines(table)), places)


def _with_totals(counts: Sequence[Sequence[int]]) -> NDArray[np.int64]:
    inner = np.array(counts, dtype=np.int64)
    if inner.ndim != 2 or inner.size == 0 or (inner < 0).any():  # noqa: PLR2004
        raise ValueError("a table is rows of counts, all of one length and none below zero")
    wide = np.hstack([inner, inner.sum(axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def _lines(table: NDArray[np.int64]) -> Iterator[Line]:
    """Every row and every column, its total last."""
    rows, columns = table.shape
    yield from ([(i, j) for j in range(columns)] for i in range(rows))
    yield from ([(i, j) for i in range(rows)] for j in range(columns))


def _tells_of_a_tiny_group(table: NDArray[np.int64], place: tuple[int, ...], rule: Rule) -> bool:
    i, j = place
    inner = i < table.shape[0] - 1 and j < table.shape[1] - 1
    return bool(
        inner and table[i, j] == 0 and (rule.is_small(int(table[i, -1])) or rule.is_small(int(table[-1, j])))
    )


def _next_to_hide(
    table: NDArray[np.int64], lines: list[Line], hidden: Mapping[tuple[int, int], Hidden], rule: Rule
) -> tuple[int, int] | None:
    """Find one more cell that must go, or None when every line and all of them together are safe."""

    def size(place: tuple[int, int]) -> tuple[bool, int, tuple[int, int]]:
        return (table[place] == 0, int(table[place]), place)  # a zero protects least, so it goes last

    for line in lines:
        if not _safe(table, line, hidden, rule):
            shown = [place for place in line if place not in hidden]
            return min(shown, key=size)
    for place in _determined(lines, sorted(hidden)):
        if hidden[place] is Hidden.SMALL:
            shown = [other for line in lines if place in line for other in line if other not in hidden]
            if shown:
                return min(shown, key=size)
    return None


def _safe(table: NDArray[np.int64], line: Line, hidden: Mapping[tuple[int, int], Hidden], rule: Rule) -> bool:
    """Say whether subtraction within the line tells nothing small; a line with nothing shown is safe."""
    parts = [place for place in line[:-1] if place in hidden]
    if line[-1] in hidden:
        # the total follows from its parts unless one of these is hidden
        return bool(parts)
    if not parts:
        return True
    together = int(sum(table[place] for place in parts))
    return len(parts) > 1 and not rule.is_small(together)


def _determined(lines: list[Line], places: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """Find the unknown places that the equations parts = total fix, whatever the counts are."""
    if not places:
        return []
    column = {place: index for index, place in enumerate(places)}
    equations = np.zeros((len(lines), len(places)))
    for row, line in enumerate(lines):
        for place in line:
            if place in column:
                equations[row, column[place]] = -1.0 if place == line[-1] else 1.0
    rank = np.linalg.matrix_rank
    full = rank(equations)
    # a place is fixed when its own direction lies in what the equations span
    return [
        place
        for place, index in column.items()
        if rank(np.vstack([equations, np.eye(len(places))[index]])) == full
    ]
