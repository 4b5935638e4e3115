"""Rows in = rows out: one finding per newborn and gene row, whatever was seen."""

from __future__ import annotations

from typing import Any

import pytest

from evaluator.screening.reasons import SENTENCES, Reason
from evaluator.tables import FINDINGS
from evaluator.vocabulary import SpecialLocus

Bench = Any  # the builders of conftest.py
SMN1, F8 = "chr5-70951941-C-T", "chrX-154860500-G-T"
ACADM = "chr1-75761161-A-G"


def test_every_newborn_has_every_row_once_and_in_order(bench: Bench) -> None:
    """Sequenced, failed and quarantined newborns are evaluated; others have no findings."""
    genes = [bench.row("OTC", "XLR", "b"), bench.row("ACADM", "AR", "b"), bench.row("AGXT", "AR", "a")]
    genes.append(bench.row("RB1", "AD", "a", enabled="no"))
    states = {"N3": "sequenced", "N1": "failed", "N2": "quarantined", "N4": "declined", "N5": "withdrawn"}
    newborns = [bench.newborn(name, status=status) for name, status in states.items()]
    evaluation = bench.evaluate(bench.panel(genes), [bench.call(ACADM, newborn="N3")], newborns)
    findings = evaluation.findings
    assert dict(findings.schema) == dict(FINDINGS)
    expected = [
        (newborn, *row)
        for newborn in ("N1", "N2", "N3")
        for row in (("a", "AGXT", "AR"), ("b", "ACADM", "AR"), ("b", "OTC", "XLR"))
    ]
    assert findings.select("newborn", "condition", "gene", "inheritance").rows() == expected


@pytest.mark.parametrize(
    ("status", "reason"), [("failed", "sequencing_failed"), ("quarantined", "quarantined")]
)
def test_no_sequence_no_negative(bench: Bench, status: str, reason: str) -> None:
    """A sample that failed or was set aside is not assessed, for that reason alone."""
    panel = bench.panel([bench.row("ACADM", "AR")])
    newborns = [bench.newborn(status=status, callable_evidence="none", calls=None, has_depth=None)]
    finding = bench.finding(panel, [], newborns)
    assert (finding["verdict"], finding["reasons"]) == ("not assessed", reason)


@pytest.mark.parametrize("locus", ["SMN1", "CYP21A2", "CYP11B1", "GBA1", "HBA"])
def test_a_special_locus_never_reads_raw_calls(bench: Bench, locus: str) -> None:
    """Two listed copies at such a locus are still not assessed, and not even named."""
    panel = bench.panel([bench.row("SMN1", "AR", special_locus=locus)], [bench.listed(SMN1, "SMN1")])
    finding = bench.finding(panel, [bench.call(SMN1, "1/1")])
    assert (finding["verdict"], finding["reasons"]) == ("not assessed", "special_locus_needs_caller")
    assert finding["alleles"] is None


@pytest.mark.parametrize("locus", ["F8_inversion", "IDS_inversion"])
def test_an_inversion_locus_reads_sequence_but_is_never_negative(bench: Bench, locus: str) -> None:
    """A sequence variant of F8 is reported; without one, the inversion may still be there."""
    panel = bench.panel([bench.row("F8", "XLR", special_locus=locus)], [bench.listed(F8, "F8")])
    boy = [bench.newborn(sex="male")]
    assert bench.finding(panel, [bench.call(F8, "1")], boy)["verdict"] == "reportable"
    assert bench.finding(panel, [], boy)["reasons"] == "special_locus_needs_caller"


def test_every_special_locus_is_covered() -> None:
    """The two tests above name every locus of the vocabulary."""
    named = {"SMN1", "CYP21A2", "CYP11B1", "GBA1", "HBA", "F8_inversion", "IDS_inversion"}
    assert {str(locus) for locus in SpecialLocus} == named


def test_every_reason_has_a_sentence() -> None:
    """Each code is explained in one sentence."""
    assert set(SENTENCES) == set(Reason)
    assert all(sentence.endswith(".") for sentence in SENTENCES.values())


def test_an_empty_cohort_has_no_findings(bench: Bench) -> None:
    """No newborn, no row, no error."""
    evaluation = bench.evaluate(
        bench.panel([bench.row("ACADM", "AR")]), [], [bench.newborn(status="declined")]
    )
    assert evaluation.findings.is_empty()


def test_the_order_of_inputs_does_not_matter(bench: Bench) -> None:
    """Shuffled newborns, calls and rows give the same findings."""
    genes = [bench.row("ACADM", "AR", "a"), bench.row("OTC", "XLR", "b")]
    listed = [bench.listed(ACADM, "ACADM"), bench.listed("chrX-38367361-G-A", "OTC")]
    calls = [
        bench.call(ACADM, newborn="N1"),
        bench.call("chr1-75745788-G-A", newborn="N1"),
        bench.call(ACADM, "1/1", newborn="N2"),
        bench.call("chrX-38367361-G-A", newborn="N2"),
    ]
    newborns = [bench.newborn("N1"), bench.newborn("N2")]
    one = bench.evaluate(bench.panel(genes, listed), calls, newborns).findings
    two = bench.evaluate(bench.panel(genes[::-1], listed[::-1]), calls[::-1], newborns[::-1]).findings
    assert one.equals(two)


def test_a_negative_names_the_alleles_it_considered(bench: Bench) -> None:
    """A carrier's allele and zygosity stand beside the negative verdict."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(ACADM, "ACADM")])
    finding = bench.finding(panel, [bench.call(ACADM)])
    assert (finding["alleles"], finding["zygosity"], finding["phase"]) == (
        ACADM,
        "heterozygous",
        "not_needed",
    )
