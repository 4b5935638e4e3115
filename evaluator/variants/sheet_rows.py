"""What is wrong with a file that many rows of the sample sheet name: told once, with all of those rows.

Thousands of newborns may share one file. Rows are named, for a path may hold a newborn's identifier.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

from evaluator.errors import Problem

_SHORTEST_RUN = 3
_MOST_RUNS = 8  # of rows that follow each other; of more the others are counted


class RowMessage(NamedTuple):
    """What is told of one row of the sheet; said of another file, the same words are another matter."""

    row: int  # line of the sheet
    file: str  # never shown; "" where only the words matter
    message: str


def row_message(row: int, column: str, problem: Problem) -> RowMessage:
    """Tell a file's problem by a row of the sheet and the column that names the file."""
    line = f" line {problem.line}" if problem.line else ""
    return RowMessage(row, problem.file, f"{column}{line}: {problem.message}")


def problems_told_once(sheet: Path, told: Iterable[RowMessage]) -> list[Problem]:
    """Return each message as one problem, at the first of its rows, which names all of them; sorted."""
    return sorted(
        Problem(
            str(sheet), rows[0], message if len(rows) == 1 else f"{rows_text(rows)} of the sheet: {message}"
        )
        for rows, message in _together(told)
    )


def notes_told_once(told: Iterable[RowMessage]) -> list[str]:
    """Return each message as one note that names its lines of the sheet, in the order of the sheet."""
    return [
        f"line {rows[0]}: {message}" if len(rows) == 1 else f"{rows_text(rows, 'lines')}: {message}"
        for rows, message in sorted(_together(told))
    ]


def rows_text(rows: Iterable[int], noun: str = "rows") -> str:
    """Name rows of the sheet, those that follow each other by the first and the last.

    >>> rows_text([2, 3, 4, 7])
    'rows 2 to 4, 7'
    """
    ordered = sorted(set(rows))
    runs: list[list[int]] = []
    for _, run in groupby(enumerate(ordered), lambda numbered: numbered[1] - numbered[0]):
        together = [row for _, row in run]
        runs += [together] if len(together) >= _SHORTEST_RUN else [[row] for row in together]
    told = ", ".join(f"{run[0]} to {run[-1]}" if len(run) > 1 else str(run[0]) for run in runs[:_MOST_RUNS])
    more = sum(map(len, runs[_MOST_RUNS:]))
    return f"{noun} {told}" + (f" and {more} more" if more else "")


def _together(told: Iterable[RowMessage]) -> Iterator[tuple[list[int], str]]:
    """Yield each message with its rows, sorted."""
    rows: dict[tuple[str, str], set[int]] = {}
    for each in told:
        rows.setdefault((each.file, each.message), set()).add(each.row)
    yield from ((sorted(of), message) for (_, message), of in rows.items())
