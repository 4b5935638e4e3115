"""Reads per local allele (VCF 4.5: LAA, LAD), written out as reads per allele of the record."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.errors import InputError


def with_reads_of_all_alleles(path: Path, called: pl.DataFrame) -> pl.DataFrame:
    """Fill AD, text or a list, from LAA and LAD where AD says nothing; InputError where these do not fit."""
    if not called["LAD"].count():
        return called
    rows = called.select("source_alts", "LAA", "LAD", "line").iter_rows()
    texts = pl.Series("written out", [_written_out(path, *row) for row in rows], dtype=pl.String)
    if called.schema["AD"] == pl.String:
        silent = pl.col("AD").is_null() | ~pl.col("AD").str.contains(r"\d")
        return called.with_columns(AD=pl.when(silent).then(texts).otherwise("AD"))
    silent = pl.col("AD").is_null() | (pl.col("AD").list.drop_nulls().list.len() == 0)
    numbers = texts.str.split(",").list.eval(pl.element().cast(pl.Int32, strict=False))
    return called.with_columns(AD=pl.when(silent).then(numbers).otherwise("AD"))


def _written_out(path: Path, alts: str, alleles: str | None, reads: str | None, line: int) -> str | None:
    if reads is None:
        return None
    places = alleles.split(",") if alleles else []
    counts = reads.split(",")
    known = {str(number) for number in range(1, alts.count(",") + 2)}
    if len(counts) != len(places) + 1 or len(set(places)) != len(places) or not set(places) <= known:
        raise InputError.of(path, "has local alleles (LAA) and reads of them (LAD) that do not fit", line)
    told = dict(zip(["0", *places], counts, strict=True))
    return ",".join(told.get(str(number), ".") for number in range(alts.count(",") + 2))
