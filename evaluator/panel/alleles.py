"""Alleles as a panel writes them: minimal form, and the names used in diplotype rules."""

from __future__ import annotations

import re
from typing import NamedTuple

import polars as pl

# The words of diplotype rules: any other haplotype; a verdict that belongs to another condition.
ANY = "any"
REPORTABLE_AS = "reportable as "
_CONTIG_AND_POSITION = r"(chr(?:[1-9]|1[0-9]|2[0-2]|X|Y|M))-([1-9][0-9]{0,8})"
_NAME = re.compile(_CONTIG_AND_POSITION + r"-(?:([ACGT]+)-([ACGT]+)|(DEL|DUP)-([1-9][0-9]{0,8}))")
# How a deletion or duplication of known ends stands in the allele table, and its type in an allele's name.
STRUCTURAL = {"<DEL>": "DEL", "<DUP>": "DUP"}


class Allele(NamedTuple):
    """One alternative allele; the position is 1-based.

    A structural allele has its type (DEL, DUP) in `ref` and its last base in `alt`; its position is, as in a
    VCF, that of the base before it.
    """

    contig: str
    position: int
    ref: str
    alt: str

    def __str__(self) -> str:
        return f"{self.contig}-{self.position}-{self.ref}-{self.alt}"

    @property
    def is_structural(self) -> bool:
        """Tell whether this is a deletion or duplication named by its ends."""
        return self.ref in STRUCTURAL.values()

    @property
    def last(self) -> int:
        """The last base of the reference that the allele changes, 1-based."""
        return int(self.alt) if self.is_structural else self.position + len(self.ref) - 1


def parse_allele(name: str) -> Allele | None:
    """Read an allele's name; None when it is no such name.

    >>> parse_allele("chr7-117559590-ATCT-A")
    Allele(contig='chr7', position=117559590, ref='ATCT', alt='A')
    >>> str(parse_allele("chr7-117498312-DEL-117519392"))
    'chr7-117498312-DEL-117519392'
    """
    match = _NAME.fullmatch(name)
    return Allele(match[1], int(match[2]), match[3] or match[5], match[4] or match[6]) if match else None


def named(alleles: pl.DataFrame) -> pl.DataFrame:
    """Name the structural rows of an allele table as calls are named: ref is the type, alt the last base."""
    kind = pl.col("alt").replace_strict(STRUCTURAL, default=None, return_dtype=pl.String)
    return alleles.with_columns(
        pl.coalesce(kind, "ref").alias("ref"),
        pl.when(kind.is_not_null()).then(pl.col("end").cast(pl.String)).otherwise("alt").alias("alt"),
    )


def is_structural() -> pl.Expr:
    """The allele, named as calls are, is a deletion or duplication with its ends."""
    return pl.col("ref").is_in(list(STRUCTURAL.values()))


def minimal_form(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Trim the bases that REF and ALT share at their ends; one base of each is always kept.

    Tan, Abecasis, Kang, Bioinformatics 2015 (31:2202): a parsimonious variant. Left alignment needs the
    reference sequence and is not done here.

    >>> minimal_form(100, "CTCC", "CCC")
    (100, 'CT', 'C')
    """
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt
