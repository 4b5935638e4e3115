"""The synthetic ClinVar has the real file's fields and says that it is none."""

from __future__ import annotations

import pysam

from evaluator.simulation.classifications import CONFLICTING, Classification

from .conftest import Cohort


def test_conflicts_are_counted() -> None:
    """A conflicting record has one star and names its counts."""
    record = Classification.conflicting(pathogenic=1, benign=2)
    assert record == Classification(CONFLICTING, 1, "Pathogenic(1)|Benign(2)")
    assert record.review_status == "criteria_provided,_conflicting_classifications"
    assert Classification("Benign", 0).review_status == "no_assertion_criteria_provided"


def test_the_file_is_indexed_and_says_it_is_simulated(cohort: Cohort) -> None:
    """It is read by region under ClinVar's contig names, and its header warns the reader."""
    with pysam.VariantFile(str(cohort.folder / "clinvar.vcf.gz")) as file:
        assert "SIMULATED" in str(file.header)
        records = list(file.fetch("12", 102_000_000, 103_000_000))
    assert records
    for record in records:
        assert record.info["GENEINFO"] == ("PAH:0",)
        assert record.info["CLNSIG"]
        assert ("CLNSIGCONF" in record.info) == (record.info["CLNSIG"] == (CONFLICTING,))


def test_denied_alleles_may_be_pathogenic_there(cohort: Cohort) -> None:
    """The deny list is tested only if something else would have let the allele in."""
    denied = cohort.panel.alleles.filter(list="deny")
    keys = {(row["contig"][3:], row["position"], row["alt"]) for row in denied.iter_rows(named=True)}
    with pysam.VariantFile(str(cohort.folder / "clinvar.vcf.gz")) as file:
        found = {
            (record.chrom, record.pos, (record.alts or ("",))[0]): record.info["CLNSIGCONF"]
            for record in file
            if "CLNSIGCONF" in record.info
        }
    assert any("Pathogenic(2)" in "".join(found[key]) for key in keys if key in found)
