"""Read published counts: one row per stratum, an empty cell is unknown."""

from __future__ import annotations

from pathlib import Path

from evaluator.accuracy.cells import Counts
from evaluator.errors import Problem, raise_if_any
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import COUNTS


def read_counts(path: Path) -> list[Counts]:
    """Read the counts of every stratum; raise InputError with every problem of the table."""
    table, problems = read_sheet(path, COUNTS)
    if not problems and table.is_empty():
        problems.append(Problem(str(path), 0, "holds no row; give at least one stratum"))
    raise_if_any(problems)
    return [Counts(**row) for row in table.drop("line").iter_rows(named=True)]
