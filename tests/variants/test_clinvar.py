"""ClinVar's words and records."""

from __future__ import annotations

import gzip
import re
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.variants.clinvar import COUNTED, NOT_COUNTED, Counts, counts, stars, terms
from evaluator.variants.clinvar_records import read_clinvar

CONFLICT = "Conflicting_classifications_of_pathogenicity"
HEADER = (
    "##fileformat=VCFv4.1",
    "##reference=GRCh38",
    '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Classification">',
    '##INFO=<ID=CLNSIGCONF,Number=.,Type=String,Description="Conflicting classifications">',
    '##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="Review status">',
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
)
ONE_STAR = "CLNREVSTAT=criteria_provided,_single_submitter"


@pytest.mark.parametrize(
    ("significance", "conflicting", "expected"),
    [
        ("Pathogenic", None, (1, 0, 0)),
        ("Pathogenic/Likely_pathogenic", None, (1, 0, 0)),
        ("Pathogenic|drug_response", None, (1, 0, 0)),
        ("Pathogenic,_risk_factor", None, (1, 0, 0)),
        ("Pathogenic/Likely_pathogenic/Pathogenic,_low_penetrance", None, (1, 0, 0)),
        ("Pathogenic,_low_penetrance", None, (0, 0, 0)),
        ("Benign/Likely_benign|other", None, (0, 1, 0)),
        ("Uncertain_significance/Uncertain_risk_allele", None, (0, 0, 1)),
        ("not_provided", None, (0, 0, 0)),
        (CONFLICT, None, (0, 0, 0)),
        ("Conflicting_interpretations_of_pathogenicity,_other", None, (0, 0, 0)),
        (CONFLICT, "Pathogenic(2)|Likely_pathogenic(1)|Uncertain_significance(4)|Benign(1)", (3, 1, 4)),
        (
            "Conflicting_interpretations_of_pathogenicity",
            "Likely_benign(1);Uncertain_significance(1)",
            (0, 1, 1),
        ),
        ("Conflicting_interpretations_of_pathogenicity", "Pathogenic(1),_Likely_benign(12)", (1, 12, 0)),
        (CONFLICT, "Pathogenic,_low_penetrance(1)|Pathogenic(1)", (1, 0, 0)),
    ],
)
def test_counts(significance: str, conflicting: str | None, expected: tuple[int, int, int]) -> None:
    """Counts come from CLNSIGCONF, else one by class; conflicting and low penetrance are not pathogenic."""
    assert counts(significance, conflicting) == Counts(*expected)


@pytest.mark.parametrize("word", ["Pathogenik", "pathogenic", "", "Pathogenic(1)"])
def test_an_unknown_word_is_an_error(word: str) -> None:
    """A word that nobody knows is never taken for another."""
    with pytest.raises(ValueError, match=f"^{re.escape(word)}$"):
        counts(word, None)
    with pytest.raises(ValueError, match=r"^five_golden_stars$"):
        stars("five_golden_stars")


def test_no_word_is_counted_twice() -> None:
    """The vocabularies do not overlap, and every word of them is read as itself."""
    assert not COUNTED & NOT_COUNTED
    assert [terms(word) for word in sorted(COUNTED | NOT_COUNTED)] == [
        [word] for word in sorted(COUNTED | NOT_COUNTED)
    ]


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        ("practice_guideline", 4),
        ("reviewed_by_expert_panel", 3),
        ("criteria_provided,_multiple_submitters,_no_conflicts", 2),
        ("criteria_provided,_conflicting_classifications", 1),
        ("criteria_provided,_conflicting_interpretations", 1),
        ("criteria_provided,_single_submitter", 1),
        ("no_assertion_criteria_provided", 0),
    ],
)
def test_stars(status: str, expected: int) -> None:
    """Review status in the words before and after 2024."""
    assert stars(status) == expected


@pytest.fixture
def clinvar(tmp_path: Path) -> Callable[..., Path]:
    """Write a ClinVar-like file from `CHROM POS ID REF ALT INFO` lines."""

    def write(*records: str, header: tuple[str, ...] = HEADER) -> Path:
        path = tmp_path / "clinvar.vcf"
        rows = [record.split(" ") for record in records]
        lines = ["\t".join([*row[:5], ".", ".", row[5]]) for row in rows]
        path.write_text("\n".join([*header, *lines]) + "\n", encoding="utf-8")
        return path

    return write


def alleles(*names: str) -> pl.DataFrame:
    """Alleles by name."""
    rows = [
        (contig, int(position), ref, alt)
        for contig, position, ref, alt in (name.split("-") for name in names)
    ]
    schema = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String}
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_records_meet_alleles_in_minimal_form(clinvar: Callable[..., Path]) -> None:
    """ClinVar names contigs without chr and may write an allele with more bases than it needs."""
    path = clinvar(
        f"1 100 11 CTT CT {ONE_STAR};CLNSIG=Pathogenic",
        f"1 100 12 C G {ONE_STAR};CLNSIG=Benign",
        f"MT 3243 13 A G {ONE_STAR};CLNSIG=Pathogenic;GENEINFO=MT-TL1:4567|MT-X:1",
    )
    found = read_clinvar(path, alleles("chr1-100-CT-C", "chrM-3243-A-G", "chr2-100-C-G"), "GRCh38")
    assert found["clinvar_id"].to_list() == ["11", "13"]
    assert found["clinvar_genes"].to_list() == [[], ["MT-TL1", "MT-X"]]


def test_the_best_reviewed_record_of_an_allele_counts(clinvar: Callable[..., Path]) -> None:
    """Of two records of one allele the one with more stars is taken."""
    path = clinvar(
        "1 100 11 C G CLNREVSTAT=no_assertion_criteria_provided;CLNSIG=Pathogenic",
        "1 100 12 C G CLNREVSTAT=reviewed_by_expert_panel;CLNSIG=Benign",
    )
    (record,) = read_clinvar(path, alleles("chr1-100-C-G"), "GRCh38").to_dicts()
    assert (record["clinvar_id"], record["clinvar_stars"], record["clinvar_benign"]) == ("12", 3, 1)


def test_a_record_without_a_germline_class_says_nothing(clinvar: Callable[..., Path]) -> None:
    """Somatic-only records have no CLNSIG; a missing review status has no stars."""
    path = clinvar("1 100 11 C G ONC=Oncogenic", "1 101 12 C G CLNSIG=Pathogenic")
    (record,) = read_clinvar(path, alleles("chr1-100-C-G", "chr1-101-C-G"), "GRCh38").to_dicts()
    assert (record["clinvar_id"], record["clinvar_stars"]) == ("12", 0)


def test_unknown_words_stop_the_run_and_are_all_named(clinvar: Callable[..., Path]) -> None:
    """Each unknown term and status is told with its record."""
    path = clinvar(
        f"1 100 11 C G {ONE_STAR};CLNSIG=Pathogenic/Very_bad",
        "1 101 12 C G CLNREVSTAT=five_stars;CLNSIG=Pathogenic",
    )
    with pytest.raises(InputError) as raised:
        read_clinvar(path, alleles("chr1-100-C-G", "chr1-101-C-G"), "GRCh38")
    told = [problem.message for problem in raised.value.problems]
    assert [word in message for word, message in zip(("'Very_bad'", "'five_stars'"), told, strict=True)] == [
        True,
        True,
    ]
    assert "record 11" in told[0]


def test_another_build_is_refused(clinvar: Callable[..., Path]) -> None:
    """The header's reference decides."""
    header = tuple(line.replace("GRCh38", "GRCh37") for line in HEADER)
    with pytest.raises(InputError, match="GRCh37"):
        read_clinvar(
            clinvar(f"1 100 11 C G {ONE_STAR};CLNSIG=Benign", header=header),
            alleles("chr1-100-C-G"),
            "GRCh38",
        )


def test_another_file_is_refused(clinvar: Callable[..., Path]) -> None:
    """A VCF without CLNSIG is not ClinVar's."""
    header = tuple(line for line in HEADER if "CLNSIG," not in line)
    with pytest.raises(InputError, match="INFO/CLNSIG"):
        read_clinvar(clinvar("1 100 11 C G .", header=header), alleles("chr1-100-C-G"), "GRCh38")


@pytest.mark.parametrize(
    ("name", "build"), [("clinvar_20191007.vcf.gz", "GRCh37"), ("clinvar_testset.GRCh38.vcf.gz", "GRCh38")]
)
def test_real_records_are_understood(shared_data: Path, name: str, build: str) -> None:
    """Every record of two real ClinVar files of different years is read and counted."""
    path = shared_data / "vcf" / "annotated" / name
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        rows = [line.split("\t") for line in stream if not line.startswith("#")]
    contigs = {"MT": "chrM"}
    wanted = [
        f"{contigs.get(row[0], 'chr' + row[0])}-{row[1]}-{row[3]}-{row[4]}"
        for row in rows
        if set(row[4]) <= set("ACGT")
    ]
    found = read_clinvar(path, alleles(*wanted), build)
    classified = [row for row in rows if "CLNSIG=" in row[7] and set(row[4]) <= set("ACGT")]
    assert len(found) >= 0.9 * len({(row[0], row[1]) for row in classified}) > 0
    assert (found["clinvar_pathogenic"] + found["clinvar_benign"] + found["clinvar_uncertain"]).sum() > 0
