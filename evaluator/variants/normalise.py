"""Bring an allele to its minimal form: nothing that REF and ALT share, except the one base VCF asks for."""

from __future__ import annotations

import polars as pl


def minimal(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Trim the shared end, then the shared beginning, of one pair of alleles; each keeps a base.

    Without a reference sequence the allele is not shifted: a deletion stays where the caller put it.

    >>> minimal(100, "CTT", "CT")
    (100, 'CT', 'C')
    >>> minimal(100, "ATG", "ACG")
    (101, 'T', 'C')
    """
    shared_end = 0
    shortest = min(len(ref), len(alt))
    while shared_end < shortest - 1 and ref[-1 - shared_end] == alt[-1 - shared_end]:
        shared_end += 1
    ref, alt = ref[: len(ref) - shared_end], alt[: len(alt) - shared_end]
    shared_start = 0
    shortest = min(len(ref), len(alt))
    while shared_start < shortest - 1 and ref[shared_start] == alt[shared_start]:
        shared_start += 1
    return position + shared_start, ref[shared_start:], alt[shared_start:]


def trim_alleles(calls: pl.DataFrame) -> pl.DataFrame:
    """Bring every row's position, ref and alt to the minimal form.

    Only pairs in which both alleles have several bases can share any beyond the first; each distinct pair is
    trimmed once.
    """
    several = (pl.col("ref").str.len_bytes() > 1) & (pl.col("alt").str.len_bytes() > 1)
    pairs = calls.filter(several).select("ref", "alt").unique()
    if pairs.is_empty():
        return calls
    trimmed = [minimal(0, ref, alt) for ref, alt in pairs.iter_rows()]
    table = pairs.with_columns(
        pl.Series("shift", [shift for shift, _, _ in trimmed], dtype=pl.Int32),
        pl.Series("trimmed_ref", [ref for _, ref, _ in trimmed], dtype=pl.String),
        pl.Series("trimmed_alt", [alt for _, _, alt in trimmed], dtype=pl.String),
    )
    return (
        calls.join(table, on=["ref", "alt"], how="left", maintain_order="left")
        .with_columns(
            pl.col("position") + pl.col("shift").fill_null(0),
            pl.coalesce("trimmed_ref", "ref").alias("ref"),
            pl.coalesce("trimmed_alt", "alt").alias("alt"),
        )
        .drop("shift", "trimmed_ref", "trimmed_alt")
    )
