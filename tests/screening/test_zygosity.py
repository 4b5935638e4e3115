"""Sex, the X chromosome, pseudo-autosomal genes, half calls."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.screening.zygosity import x_chromosomes

Bench = Any  # the builders of conftest.py
OTC = "chrX-38367361-G-A"
CSF2RA = "chrX-1288600-G-A"  # inside PAR1


def found(
    bench: Bench, genotype: str, sex: str, inheritance: str = "XLR", **x_linked: bool
) -> tuple[str, str]:
    """Decide one listed OTC allele; returns verdict and reasons."""
    criteria = bench.criteria(x_linked=x_linked) if x_linked else None
    panel = bench.panel([bench.row("OTC", inheritance)], [bench.listed(OTC, "OTC")], criteria=criteria)
    finding = bench.finding(panel, [bench.call(OTC, genotype)], [bench.newborn(sex=sex)])
    return finding["verdict"], finding["reasons"]


@pytest.mark.parametrize(
    ("genotype", "sex", "expected"),
    [
        ("1", "male", ("reportable", "listed_allele;hemizygous")),
        ("1/1", "male", ("reportable", "listed_allele;hemizygous")),
        ("1/.", "male", ("not assessed", "half_call")),
        ("0/1/.", "male", ("not assessed", "suspicious_male_heterozygote")),
        ("0/1", "male", ("not assessed", "suspicious_male_heterozygote")),
        ("0/1", "female", ("not reportable", "carrier_female;no_annotation")),
        ("1/1", "female", ("reportable", "listed_allele;homozygous")),
        ("1", "female", ("not assessed", "half_call;one_allele_only")),
        ("1/.", "female", ("not assessed", "half_call;one_allele_only")),
        ("1/1", "unknown", ("reportable", "listed_allele;homozygous")),
        ("0/1", "unknown", ("not assessed", "sex_unknown")),
        ("1", "unknown", ("not assessed", "sex_unknown")),
    ],
)
def test_x_linked_recessive(bench: Bench, genotype: str, sex: str, expected: tuple[str, str]) -> None:
    """One copy affects a boy, two a girl; a heterozygous boy is suspicious; sex is asked where it decides."""
    assert found(bench, genotype, sex) == expected


@pytest.mark.parametrize(
    ("genotype", "sex", "expected"),
    [
        ("0/1", "female", ("reportable", "listed_allele;one_copy_dominant")),
        ("1/.", "female", ("reportable", "listed_allele;one_copy_dominant")),
        ("1", "male", ("reportable", "listed_allele;hemizygous")),
        ("0/1", "male", ("not assessed", "suspicious_male_heterozygote")),
        ("1", "unknown", ("reportable", "listed_allele;one_copy_dominant")),
        ("0/1", "unknown", ("not assessed", "sex_unknown")),
    ],
)
def test_x_linked_dominant(bench: Bench, genotype: str, sex: str, expected: tuple[str, str]) -> None:
    """One copy is enough in either sex, but a heterozygous boy stays suspicious."""
    assert found(bench, genotype, sex, "XLD") == expected


def test_sex_does_not_matter_without_an_allele(bench: Bench) -> None:
    """A newborn of unknown sex without a qualifying allele is negative."""
    panel = bench.panel([bench.row("OTC", "XLR")], [bench.listed(OTC, "OTC")])
    assert bench.finding(panel, [], [bench.newborn(sex="unknown")])["verdict"] == "not reportable"


def test_carrier_girls_are_reported_where_the_panel_says_so(bench: Bench) -> None:
    """The setting turns a carrier girl into a positive that says what she is."""
    expected = ("reportable", "listed_allele;carrier_female")
    assert found(bench, "0/1", "female", report_heterozygous_females=True) == expected


@pytest.mark.parametrize(("sex", "genotype"), [("male", "0/1"), ("female", "0/1")])
def test_pseudo_autosomal_genes_follow_autosomal_rules(bench: Bench, sex: str, genotype: str) -> None:
    """CSF2RA lies in PAR1: a heterozygous boy is a plain carrier, a homozygous one affected."""
    panel = bench.panel([bench.row("CSF2RA", "AR")], [bench.listed(CSF2RA, "CSF2RA")])
    newborns = [bench.newborn(sex=sex)]
    carrier = bench.finding(panel, [bench.call(CSF2RA, genotype)], newborns)
    affected = bench.finding(panel, [bench.call(CSF2RA, "1/1")], newborns)
    assert (carrier["verdict"], carrier["reasons"]) == ("not reportable", "one_allele_only;no_annotation")
    assert (affected["verdict"], affected["zygosity"]) == ("reportable", "homozygous")


def test_a_half_call_on_an_autosome_leaves_a_recessive_row_open(bench: Bench) -> None:
    """`1/.` shows one copy; the missing allele cannot be called reference."""
    allele = "chr1-75761161-A-G"
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(allele, "ACADM")])
    finding = bench.finding(panel, [bench.call(allele, "1/.")])
    assert (finding["verdict"], finding["reasons"]) == ("not assessed", "half_call;one_allele_only")


def test_a_half_call_is_enough_for_a_dominant_row(bench: Bench) -> None:
    """One copy seen is one copy, whatever the other place holds."""
    allele = "chr13-48303950-C-T"
    panel = bench.panel([bench.row("RB1", "AD")], [bench.listed(allele, "RB1")])
    assert bench.finding(panel, [bench.call(allele, "1/.")])["verdict"] == "reportable"


@pytest.mark.parametrize(
    ("sex", "karyotype", "expected"),
    [
        ("male", None, 1),
        ("female", None, 2),
        ("unknown", None, None),
        ("male", "XXY", 2),
        ("female", "X", 1),
        ("unknown", "XYY", 1),
        ("unknown", "XXX", 2),
    ],
)
def test_sex_chromosomes_override_the_registered_sex(
    sex: str, karyotype: str | None, expected: int | None
) -> None:
    """XXY has two X chromosomes, X0 follows male rules, whatever sex was registered."""
    newborns = pl.DataFrame(
        {"sex": [sex], "sex_chromosomes": [karyotype]},
        schema={"sex": pl.String, "sex_chromosomes": pl.String},
    )
    assert newborns.select(x_chromosomes()).item() == expected
