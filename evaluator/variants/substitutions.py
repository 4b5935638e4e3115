"""Base changes inside longer alleles: visible for themselves where the lengths are equal, else undecided."""

from __future__ import annotations

import polars as pl

from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.intervals import SPACING

UNEQUAL_BLOCK = "unequal_block"


def with_parts(calls: pl.DataFrame) -> pl.DataFrame:
    """Add a row per changed base of every substitution of several bases, its other columns kept.

    As `bcftools norm --atomize` and `vt decompose_blocksub` split it, but beside the allele as it was called:
    `part_of` names that allele, null in the rows of the calls themselves. Alleles must be in minimal form.
    """
    calls = calls.with_columns(pl.lit(None, pl.String).alias("part_of"))
    several = calls.filter(
        (pl.col("ref").str.len_bytes() > 1) & (pl.col("ref").str.len_bytes() == pl.col("alt").str.len_bytes())
    )
    if several.is_empty():
        return calls
    base = pl.col("base")
    parts = (
        several.with_columns(
            pl.concat_str("contig", "position", "ref", "alt", separator="-").alias("part_of"),
            pl.int_ranges(pl.col("ref").str.len_bytes(), dtype=pl.Int32).alias("base"),
        )
        .explode("base")
        .with_columns(
            pl.col("position") + base, pl.col("ref").str.slice(base, 1), pl.col("alt").str.slice(base, 1)
        )
        .filter(pl.col("ref") != pl.col("alt"))
        .drop("base")
    )
    return pl.concat([calls, parts])


def as_called() -> pl.Expr:
    """The row is a call as the file has it: no part of one, and no row that only stands against another."""
    return pl.col("part_of").is_null() & (pl.col("copies") > 0)


def unequal_blocks(calls: pl.DataFrame) -> pl.DataFrame:
    """Return start, end (on the axis) and reason of the blocks that replace bases by another number of them.

    Which base became which cannot be told, so a listed allele under the block is undecided. A plain insertion
    or deletion, which keeps the base before it, is none. Alleles must be in minimal form.
    """
    lengths = [pl.col(name).str.len_bytes() for name in ("ref", "alt")]
    anchored = (pl.min_horizontal(lengths) == 1) & (
        pl.col("ref").str.slice(0, 1) == pl.col("alt").str.slice(0, 1)
    )
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int64)
    start = rank * SPACING + pl.col("position") - 1
    return calls.filter((lengths[0] != lengths[1]) & ~anchored).select(
        *(name for name in ("sample",) if name in calls.columns),
        start.alias("start"),
        (start + lengths[0].cast(pl.Int64)).alias("end"),
        pl.lit(UNEQUAL_BLOCK).alias("reason"),
    )
