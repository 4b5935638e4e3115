"""Named sets of alleles and the sides of rules about pairs."""

from __future__ import annotations

import polars as pl

from evaluator.panel.allele_sets import allele_sets, haplotypes
from evaluator.panel.alleles import Allele

A, B, C = (Allele("chr7", position, "A", "G") for position in (1, 5, 9))
SETS = {("CFTR", "five_t"): (B, C)}


def test_a_side_is_a_haplotype_of_alleles() -> None:
    """Alleles in cis are joined by a plus sign; `any` stands alone and names none."""
    assert haplotypes("chr7-1-A-G+chr7-5-A-G", "CFTR", SETS) == [(A, B)]
    assert haplotypes("any", "CFTR", SETS) == [()]
    assert haplotypes("any+chr7-5-A-G", "CFTR", SETS) is None
    assert haplotypes("chr7-1-A-G+", "CFTR", SETS) is None


def test_a_set_stands_for_each_of_its_alleles() -> None:
    """One haplotype per member; a choice of one allele twice is none; sets belong to their gene."""
    assert haplotypes("chr7-1-A-G+five_t", "CFTR", SETS) == [(A, B), (A, C)]
    assert haplotypes("chr7-5-A-G + five_t", "CFTR", SETS) == [(B, C)]
    assert haplotypes("five_t", "HBB", SETS) is None


def test_sets_are_collected_from_the_allele_table() -> None:
    """Rows of one gene with one word are a set; an allele in several scopes is one member."""
    rows = [(*allele, "CFTR", "five_t") for allele in (C, B, B)] + [(*A, "CFTR", None)]
    names = ["contig", "position", "ref", "alt", "gene", "set"]
    assert allele_sets(pl.DataFrame(rows, schema=names, orient="row")) == SETS
