"""Incomplete callability blocks a negative, never a positive."""

from __future__ import annotations

from typing import Any

import pytest

Bench = Any  # the builders of conftest.py
LISTED = "chr1-75761161-A-G"
# ACADM codes for 1,266 bases: 63 unassessed bases leave 95.02%, 64 leave 94.94%.
EXON_START = 75761121


def gap(start: int, end: int, contig: str = "chr1", newborn: str = "N1") -> dict[str, Any]:
    """One unassessed stretch, 0-based half-open."""
    return {"newborn": newborn, "contig": contig, "start": start, "end": end, "reason": "not_in_bed"}


def found(
    bench: Bench, calls: list[dict[str, Any]], gaps: list[dict[str, Any]], **newborn: object
) -> tuple[str, str]:
    """Decide ACADM with a listed allele; returns verdict and reasons."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(LISTED, "ACADM")])
    finding = bench.finding(panel, calls, [bench.newborn(**newborn)], uncallable=gaps)
    return finding["verdict"], finding["reasons"]


NEGATIVE = ("not reportable", "no_qualifying_allele;no_annotation")


@pytest.mark.parametrize(
    ("gaps", "expected"),
    [
        ([], NEGATIVE),
        ([gap(EXON_START + 100, EXON_START + 163)], NEGATIVE),
        ([gap(EXON_START + 100, EXON_START + 164)], ("not assessed", "low_callability")),
        ([gap(75762700, 75762732), gap(75724787, 75724819)], NEGATIVE),  # 32 + 30 coding bases in two exons
        ([gap(75761400, 75762600)], NEGATIVE),  # an intron
        ([gap(EXON_START + 100, EXON_START + 164, "chr2")], NEGATIVE),
        ([gap(75761160, 75761161)], ("not assessed", "listed_allele_uncovered")),
        ([gap(75761161, 75761170), gap(75761150, 75761160)], NEGATIVE),  # beside the allele on both sides
        ([gap(75724000, 75763000)], ("not assessed", "low_callability;listed_allele_uncovered")),
    ],
)
def test_a_negative_needs_the_fraction_and_every_listed_allele(
    bench: Bench, gaps: list[dict[str, Any]], expected: tuple[str, str]
) -> None:
    """95% of the coding bases, counted over exons, and each base of each allowed allele."""
    assert found(bench, [], gaps) == expected


def test_a_positive_needs_nothing_more(bench: Bench) -> None:
    """A homozygote stands whatever else of the gene was not assessed."""
    assert found(bench, [bench.call(LISTED, "1/1")], [gap(75724000, 75763000)])[0] == "reportable"


def test_one_allele_and_a_gap_hide_a_second(bench: Bench) -> None:
    """A carrier with unassessed sequence is not a carrier yet."""
    gaps = [gap(75745805, 75745914)]
    assert found(bench, [bench.call(LISTED)], gaps) == ("not assessed", "low_callability;one_allele_only")


@pytest.mark.parametrize("evidence", ["none", None])
def test_without_evidence_nothing_is_negative(bench: Bench, evidence: str | None) -> None:
    """No BED and no reference blocks: unknown counts as not assessed unless the panel says otherwise."""
    assert found(bench, [], [], callable_evidence=evidence) == ("not assessed", "callability_unknown")
    panel = bench.panel(
        [bench.row("ACADM", "AR")], criteria=bench.criteria(callability={"unknown": "assessed"})
    )
    finding = bench.finding(panel, [], [bench.newborn(callable_evidence=evidence)])
    assert finding["verdict"] == "not reportable"


def test_a_gene_without_known_exons_cannot_be_measured(bench: Bench) -> None:
    """No gene model, nothing to measure: the callability is unknown."""
    finding = bench.finding(bench.panel([bench.row("NOMODEL1", "AR")]), [])
    assert (finding["verdict"], finding["reasons"]) == ("not assessed", "callability_unknown")


def test_a_denied_allele_need_not_be_covered(bench: Bench) -> None:
    """Only allowed alleles ask for coverage of their own."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(LISTED, "ACADM", "deny")])
    assert bench.finding(panel, [], uncallable=[gap(75761160, 75761161)])["verdict"] == "not reportable"


def test_a_listed_allele_of_another_scope_need_not_be_covered(bench: Bench) -> None:
    """An allele allowed for one condition asks nothing of another."""
    genes = [bench.row("ACADM", "AR", "one"), bench.row("ACADM", "AR", "two")]
    panel = bench.panel(genes, [bench.listed(LISTED, "ACADM", condition="one")])
    one, two = bench.findings(panel, [], uncallable=[gap(75761160, 75761161)])
    assert (one["verdict"], two["verdict"]) == ("not assessed", "not reportable")


def test_gaps_belong_to_their_newborn(bench: Bench) -> None:
    """One newborn's gap says nothing of another."""
    panel = bench.panel([bench.row("ACADM", "AR")])
    newborns = [bench.newborn("N1"), bench.newborn("N2")]
    first, second = bench.findings(panel, [], newborns, uncallable=[gap(75724000, 75763000, newborn="N2")])
    assert (first["verdict"], second["verdict"]) == ("not reportable", "not assessed")


def test_overlapping_targets_are_all_counted(bench: Bench) -> None:
    """A listed allele inside an exon, two alleles at one base: one gap touches each of them."""
    other = "chr1-75761161-A-T"
    genes = [bench.row("ACADM", "AR", "one"), bench.row("ACADM", "AR", "two")]
    listed = [bench.listed(LISTED, "ACADM", condition="one"), bench.listed(other, "ACADM", condition="two")]
    findings = bench.findings(bench.panel(genes, listed), [], uncallable=[gap(75761100, 75761165)])
    assert [row["reasons"] for row in findings] == ["listed_allele_uncovered"] * 2


@pytest.mark.parametrize(("bases", "expected"), [(34, "not reportable"), (35, "not assessed")])
def test_the_fraction_itself_is_enough(bench: Bench, bases: int, expected: str) -> None:
    """Seven exons of ACADM hold 599 of its 1,266 coding bases; 34 of the eighth make it half exactly."""
    panel = bench.panel(
        [bench.row("ACADM", "AR")], criteria=bench.criteria(callability={"min_fraction": 0.5})
    )
    finding = bench.finding(panel, [], uncallable=[gap(75724000, 75745805 + bases)])
    assert finding["verdict"] == expected


def test_an_allele_denied_here_and_allowed_there_is_needed_there_only(bench: Bench) -> None:
    """The entry that denies an allele for one condition asks for no coverage in that condition."""
    genes = [bench.row("ACADM", "AR", "one"), bench.row("ACADM", "AR", "two")]
    listed = [
        bench.listed(LISTED, "ACADM", condition="one"),
        bench.listed(LISTED, "ACADM", "deny", condition="two"),
    ]
    one, two = bench.findings(bench.panel(genes, listed), [], uncallable=[gap(75761160, 75761161)])
    assert (one["verdict"], two["verdict"]) == ("not assessed", "not reportable")
