"""Alleles as a panel writes them: minimal form, and the names used in diplotype rules."""

from __future__ import annotations

import re
from typing import NamedTuple

# The words of diplotype rules: any other haplotype; a verdict that belongs to another condition.
ANY = "any"
REPORTABLE_AS = "reportable as "
_NAME = re.compile(r"(chr(?:[1-9]|1[0-9]|2[0-2]|X|Y|M))-([1-9][0-9]{0,8})-([ACGT]+)-([ACGT]+)")


class Allele(NamedTuple):
    """One alternative allele; the position is 1-based."""

    contig: str
    position: int
    ref: str
    alt: str

    def __str__(self) -> str:
        return f"{self.contig}-{self.position}-{self.ref}-{self.alt}"


def parse_allele(name: str) -> Allele | None:
    """Read an allele's name; None when it is no such name.

    >>> parse_allele("chr7-117559590-ATCT-A")
    Allele(contig='chr7', position=117559590, ref='ATCT', alt='A')
    """
    match = _NAME.fullmatch(name)
    return Allele(match[1], int(match[2]), match[3], match[4]) if match else None


def parse_haplotype(text: str) -> tuple[Allele, ...] | None:
    """Read one side of a diplotype rule: `A` or, in cis, `A+B`; `any` is the empty haplotype.

    None when a name cannot be read.

    >>> parse_haplotype("chr7-117530975-G-A+chr7-117548630-T-G")[1].position
    117548630
    >>> parse_haplotype("any")
    ()
    """
    if text == ANY:
        return ()
    alleles = [parse_allele(name.strip()) for name in text.split("+")]
    return None if None in alleles else tuple(allele for allele in alleles if allele is not None)


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
