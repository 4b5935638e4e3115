"""Nonsense-mediated decay: where a stop codon escapes it."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.screening.lof import decay_free_ends

Bench = Any  # the builders of conftest.py
# ACADM (+): last coding exon 75762692-75762763, the one before 75761122-75761370.
# F8 (-): last coding exon 154837597-154837752, the one before 154860432-154860608.
PLUS, MINUS, SINGLE = "ACADM", "F8", "KCNJ11"


def reason(bench: Bench, gene: str, allele: str, consequence: str = "stop_gained", **lof: bool) -> str:
    """Decide a homozygous loss of function; returns the first reason."""
    inheritance = "XLR" if gene == MINUS else "AR"
    panel = bench.panel(
        [bench.row(gene, inheritance, mechanism="lof")], criteria=bench.criteria(predicted_lof=lof)
    )
    variants = [bench.variant(allele, gene, consequence=consequence)]
    finding = bench.finding(panel, [bench.call(allele, "1/1")], variants=variants)
    return str(finding["reasons"].split(";")[0])


@pytest.mark.parametrize(
    ("gene", "allele", "expected"),
    [
        (PLUS, "chr1-75762692-G-T", "escapes_decay"),  # first base of the last exon
        (PLUS, "chr1-75761370-G-T", "escapes_decay"),  # last base of the exon before
        (PLUS, "chr1-75761321-G-T", "escapes_decay"),  # the 50th base from the junction
        (PLUS, "chr1-75761320-G-T", "predicted_lof"),  # the 51st
        (PLUS, "chr1-75761320-GA-G", "escapes_decay"),  # its first deleted base is the 50th
        (PLUS, "chr1-75761319-GA-G", "predicted_lof"),
        (MINUS, "chrX-154837752-G-T", "escapes_decay"),
        (MINUS, "chrX-154860432-G-T", "escapes_decay"),
        (MINUS, "chrX-154860481-G-T", "escapes_decay"),
        (MINUS, "chrX-154860482-G-T", "predicted_lof"),
        (SINGLE, "chr11-17387490-C-T", "predicted_lof"),  # one coding exon: no junction, no rule
    ],
)
def test_a_late_stop_escapes_decay(bench: Bench, gene: str, allele: str, expected: str) -> None:
    """The last exon and the last 50 bases of the one before, on either strand; single exons are exempt."""
    assert reason(bench, gene, allele) in (expected, "special_locus_needs_caller")


def test_the_panel_may_accept_late_stops(bench: Bench) -> None:
    """last_exon: true switches the rule off."""
    assert reason(bench, PLUS, "chr1-75762692-G-T", last_exon=True) == "predicted_lof"


@pytest.mark.parametrize(
    ("consequence", "expected"),
    [
        ("frameshift_variant", "escapes_decay"),
        ("stop_lost", "predicted_lof"),
        ("splice_acceptor_variant", "predicted_lof"),
        ("stop_gained&splice_donor_variant", "predicted_lof"),
    ],
)
def test_only_premature_stops_escape(bench: Bench, consequence: str, expected: str) -> None:
    """A lost stop or splice site in the last exon is no premature stop codon."""
    assert reason(bench, PLUS, "chr1-75762692-G-T", consequence) == expected


def test_decay_free_ends_are_50_bases_and_an_exon() -> None:
    """The two stretches of a gene, 0-based half-open."""
    ends = decay_free_ends("GRCh38").filter(pl.col("gene") == PLUS).sort("start")
    assert ends.select("start", "end").rows() == [(75761320, 75761370), (75762691, 75762763)]
