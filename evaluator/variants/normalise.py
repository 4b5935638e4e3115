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
    rows = calls.select(pl.arg_where(several)).to_series()
    if rows.is_empty():
        return calls
    pairs = calls[["ref", "alt"]][rows].rows()
    minimal_of = {pair: minimal(0, *pair) for pair in set(pairs)}
    shifts, refs, alts = zip(*(minimal_of[pair] for pair in pairs), strict=True)
    moved = calls["position"].gather(rows) + pl.Series(shifts, dtype=pl.Int32)
    return calls.with_columns(
        calls["position"].scatter(rows, moved),
        calls["ref"].scatter(rows, refs),
        calls["alt"].scatter(rows, alts),
    )
