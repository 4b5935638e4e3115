"""A table that stands beside the accuracy table: in JSON under its key, in text under its title."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import polars as pl

from evaluator.statistics.measure import Measure
from evaluator.tables import MEASURE


@dataclass(frozen=True)
class Annex:
    """One such table; `notes` say how to read it, or why it is empty."""

    key: str
    title: str
    rows: pl.DataFrame
    notes: tuple[str, ...] = ()


def measure_row(measured: Measure, /, **names: str) -> dict[str, object]:
    """Put the names that say what was measured before the columns of MEASURE."""
    values: Mapping[str, object] = vars(measured)
    return {**names, **{column: values[column] for column in MEASURE}}
