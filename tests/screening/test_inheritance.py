"""The genotype against the inheritance of the row."""

from __future__ import annotations

from typing import Any

import pytest

Bench = Any  # the builders of conftest.py
RB1 = "chr13-48303950-C-T"
ACADM = "chr1-75761161-A-G"
TL1 = "chrM-3243-A-G"
KCNJ11 = "chr11-17387490-C-T"


@pytest.mark.parametrize(
    ("genotype", "genotype_reason"), [("0/1", "one_copy_dominant"), ("1/1", "homozygous")]
)
def test_one_copy_is_enough_for_a_dominant_row(bench: Bench, genotype: str, genotype_reason: str) -> None:
    """AD: a heterozygote is positive, a homozygote too."""
    panel = bench.panel([bench.row("RB1", "AD")], [bench.listed(RB1, "RB1")])
    finding = bench.finding(panel, [bench.call(RB1, genotype)])
    assert (finding["verdict"], finding["reasons"]) == ("reportable", f"listed_allele;{genotype_reason}")


@pytest.mark.parametrize(("genotype", "expected"), [("0/1", "not reportable"), ("1/1", "reportable")])
def test_a_recessive_row_needs_two(bench: Bench, genotype: str, expected: str) -> None:
    """AR: a carrier is negative, a homozygote positive."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(ACADM, "ACADM")])
    assert bench.finding(panel, [bench.call(ACADM, genotype)])["verdict"] == expected


def test_a_recessive_allele_does_not_fire_the_dominant_row(bench: Bench) -> None:
    """KCNJ11 is recessive for one disease and dominant for another: two rows, two answers."""
    genes = [bench.row("KCNJ11", "AR", "hyperinsulinism"), bench.row("KCNJ11", "AD", "diabetes")]
    variants = [
        bench.variant(
            KCNJ11, "KCNJ11", clinvar_id="1", clinvar_pathogenic=3, clinvar_benign=0, clinvar_stars=2
        )
    ]
    recessive, dominant = reversed(
        bench.findings(bench.panel(genes), [bench.call(KCNJ11)], variants=variants)
    )
    assert (recessive["verdict"], recessive["reasons"]) == ("not reportable", "one_allele_only")
    assert (dominant["verdict"], dominant["reasons"]) == ("not reportable", "other_inheritance")


def test_a_dominant_row_accepts_what_its_evidence_says(bench: Bench) -> None:
    """Written evidence "all" opens the dominant row of a gene with two inheritances."""
    genes = [
        bench.row("KCNJ11", "AR", "hyperinsulinism"),
        bench.row("KCNJ11", "AD", "diabetes", evidence="all"),
    ]
    variants = [
        bench.variant(
            KCNJ11, "KCNJ11", clinvar_id="1", clinvar_pathogenic=3, clinvar_benign=0, clinvar_stars=2
        )
    ]
    dominant, _ = bench.findings(bench.panel(genes), [bench.call(KCNJ11)], variants=variants)
    assert dominant["reasons"] == "known_pathogenic;one_copy_dominant"


def test_a_disabled_row_still_makes_the_gene_ambiguous(bench: Bench) -> None:
    """Switching the recessive row off does not make its alleles dominant ones."""
    genes = [
        bench.row("KCNJ11", "AR", "hyperinsulinism", enabled="no"),
        bench.row("KCNJ11", "AD", "diabetes"),
    ]
    variants = [
        bench.variant(
            KCNJ11, "KCNJ11", clinvar_id="1", clinvar_pathogenic=3, clinvar_benign=0, clinvar_stars=2
        )
    ]
    finding = bench.finding(bench.panel(genes), [bench.call(KCNJ11)], variants=variants)
    assert finding["reasons"] == "other_inheritance"


def test_a_listed_allele_fires_only_the_rows_of_its_scope(bench: Bench) -> None:
    """An allele listed for the recessive row is no evidence in the dominant row."""
    genes = [bench.row("KCNJ11", "AR", "hyperinsulinism"), bench.row("KCNJ11", "AD", "diabetes")]
    panel = bench.panel(genes, [bench.listed(KCNJ11, "KCNJ11", inheritance="AR")])
    dominant, recessive = bench.findings(panel, [bench.call(KCNJ11, "1/1")])
    assert dominant["reasons"] == "other_inheritance;no_annotation"
    assert recessive["verdict"] == "reportable"


@pytest.mark.parametrize(
    ("genotype", "expected"), [("0/1", "pending phase"), ("1/.", "pending phase"), ("1/1", "reportable")]
)
def test_parent_of_origin_is_pending_until_known(bench: Bench, genotype: str, expected: str) -> None:
    """A maternal-only row cannot tell from the child whose allele it is, except in a homozygote."""
    panel = bench.panel([bench.row("RB1", "AD", parent_of_origin="maternal")], [bench.listed(RB1, "RB1")])
    finding = bench.finding(panel, [bench.call(RB1, genotype)])
    assert finding["verdict"] == expected
    if expected == "pending phase":
        assert finding["reasons"] == "parent_of_origin_unknown;listed_allele"


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"alt_depth": 3, "depth": 30}, ("reportable", "listed_allele;heteroplasmy")),  # 0.10 is enough
        ({"alt_depth": 2, "depth": 30}, ("not reportable", "below_heteroplasmy;no_annotation")),
        ({"allele_fraction": 0.4, "alt_depth": None}, ("reportable", "listed_allele;heteroplasmy")),
        ({"allele_fraction": 0.04, "alt_depth": 30}, ("not reportable", "below_heteroplasmy;no_annotation")),
        ({"allele_fraction": None, "alt_depth": None}, ("not assessed", "repeat_allele_balance")),
        ({"genotype_quality": None, "alt_depth": 30}, ("reportable", "listed_allele;heteroplasmy")),
        ({"depth": 5, "alt_depth": 5}, ("not assessed", "repeat_low_depth")),
    ],
)
def test_mitochondrial_rows_ask_for_heteroplasmy(
    bench: Bench, values: dict[str, Any], expected: tuple[str, str]
) -> None:
    """MT: the file's AF, else counted reads, against the threshold; never diploid logic."""
    panel = bench.panel([bench.row("MT-TL1", "MT")], [bench.listed(TL1, "MT-TL1")])
    finding = bench.finding(panel, [bench.call(TL1, "0/1", **values)])
    assert (finding["verdict"], finding["reasons"]) == expected
