"""Loci that raw short-read calls cannot decide; without their caller's output they are not assessed."""

from __future__ import annotations

import polars as pl

from evaluator.vocabulary import SpecialLocus

# Sequence calls of these genes are sound; only the inversion is invisible to them. About half of severe
# haemophilia A is an inversion (reporting-rules.md, step 6), so a negative still needs the caller.
SEQUENCE_IS_VALID = (SpecialLocus.F8_INVERSION, SpecialLocus.IDS_INVERSION)


def raw_calls_are_used() -> pl.Expr:
    """The row's calls may decide it: no special locus, or one where only an inversion is missed."""
    locus = pl.col("special_locus")
    return locus.is_null() | locus.is_in([str(name) for name in SEQUENCE_IS_VALID])


def needs_caller() -> pl.Expr:
    """The row cannot be negative without a dedicated caller, whose output the store does not hold."""
    return pl.col("special_locus").is_not_null()
