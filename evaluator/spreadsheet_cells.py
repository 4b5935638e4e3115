"""Cells that a spreadsheet program shows and never runs."""

from __future__ import annotations

import polars as pl

# A spreadsheet takes a cell that starts with one of these for a formula (OWASP, "CSV Injection").
FORMULA_START = r"^[=+\-@\t\r]"


def spreadsheet_safe(table: pl.DataFrame) -> pl.DataFrame:
    """Put an apostrophe before every text cell that a spreadsheet would run as a formula."""
    texts = pl.col(pl.String)
    risky = texts.str.contains(FORMULA_START)
    return table.with_columns(pl.when(risky).then(pl.lit("'") + texts).otherwise(texts).name.keep())
