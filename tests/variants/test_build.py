"""The genome build of a file is verified or the file is refused; never assumed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.variants.build import require_agreeing_bases, require_build, require_listed_bases
from evaluator.variants.header import Header
from evaluator.variants.sources import open_source

WriteVcf = Callable[..., Path]
CHR1 = {"chr1"}


def header(write_vcf: WriteVcf, build: str | None, *keys: str) -> Header:
    """The header of a file without records."""
    return open_source(write_vcf("headed", [], build=build, keys=keys)).header


@pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
def test_lengths_decide(write_vcf: WriteVcf, build: str) -> None:
    """Contig lengths verify a build, and refuse the other by both names."""
    assert require_build(header(write_vcf, build), build, CHR1) == "contig lengths"
    other = {"GRCh38": "GRCh37", "GRCh37": "GRCh38"}[build]
    with pytest.raises(InputError, match=rf"is on {build} .* panel is on {other}"):
        require_build(header(write_vcf, build), other, CHR1)


def test_lengths_decide_against_the_name(write_vcf: WriteVcf) -> None:
    """A misleading ##reference does not outweigh the lengths."""
    assert (
        require_build(header(write_vcf, "GRCh38", "##reference=hg19.fa"), "GRCh38", CHR1) == "contig lengths"
    )


@pytest.mark.parametrize(
    ("line", "build"),
    [
        ("##reference=file:///data/Homo_sapiens_assembly38.fasta", "GRCh38"),
        ("##reference=GRCh38", "GRCh38"),
        ("##contig=<ID=chr1,assembly=hg38>", "GRCh38"),
        ("##reference=human_g1k_v37.fasta", "GRCh37"),
        ("##contig=<ID=1,assembly=b37>", "GRCh37"),
        ("##reference=ucsc.hg19.fasta", "GRCh37"),
    ],
)
def test_the_reference_name_decides_where_lengths_are_missing(
    write_vcf: WriteVcf, line: str, build: str
) -> None:
    """Without lengths the name of the reference tells the build."""
    assert require_build(header(write_vcf, None, line), build, CHR1) == "name of the reference"
    other = {"GRCh38": "GRCh37", "GRCh37": "GRCh38"}[build]
    with pytest.raises(InputError, match=f"is on {build}"):
        require_build(header(write_vcf, None, line), other, CHR1)


def test_a_silent_header_verifies_nothing(write_vcf: WriteVcf) -> None:
    """A header without lengths and reference leaves the build open."""
    assert require_build(header(write_vcf, None), "GRCh38", CHR1) == ""


def test_lengths_of_no_build_are_refused(write_vcf: WriteVcf) -> None:
    """Another species, or an edited header, is no human build."""
    with pytest.raises(InputError, match="neither those of GRCh38 nor GRCh37"):
        require_build(header(write_vcf, None, "##contig=<ID=chr1,length=195471971>"), "GRCh38", CHR1)


def test_another_mitochondrial_genome_matters_only_where_it_is_read(write_vcf: WriteVcf) -> None:
    """hg19's chrM is another sequence: refused when the panel reads it, of no concern otherwise."""
    lines = ("##contig=<ID=chr1,length=249250621>", "##contig=<ID=chrM,length=16571>")
    assert require_build(header(write_vcf, None, *lines), "GRCh37", CHR1) == "contig lengths"
    with pytest.raises(InputError, match="chrM is 16571 bases long"):
        require_build(header(write_vcf, None, *lines), "GRCh37", {"chr1", "chrM"})


def bases(*rows: tuple[int, str]) -> pl.DataFrame:
    """Records or alleles on chr1 from position and REF."""
    return pl.DataFrame([("chr1", *row) for row in rows], schema=["contig", "position", "ref"], orient="row")


def test_listed_alleles_can_verify_a_silent_file(write_vcf: WriteVcf) -> None:
    """Five listed alleles whose REF base the file shares verify the build; four, or one differing, do not."""
    silent = header(write_vcf, None)
    listed = bases(*((place, "ACGTA"[place % 5]) for place in range(10)))
    assert require_listed_bases(silent, listed.head(5), listed, "GRCh38") == "bases of listed alleles"
    with pytest.raises(InputError, match="4 of 4"):
        require_listed_bases(silent, listed.head(4), listed, "GRCh38")
    wrong = pl.concat([listed.head(5), bases((5, "G"))])
    with pytest.raises(InputError, match="5 of 6"):
        require_listed_bases(silent, wrong, listed, "GRCh38")


def test_a_record_may_not_contradict_a_listed_allele() -> None:
    """Each base of REF is held against the listed alleles it overlaps; the position is told."""
    listed = bases((100, "A"), (200, "CTT"))
    records = bases((98, "GGAC"), (100, "a"), (202, "t"), (150, "G"), (200, "NYT"))
    require_agreeing_bases(Path("newborn.vcf"), records, listed)
    wrong = bases((98, "GGTC"), (201, "G"), (150, "G"))
    with pytest.raises(InputError) as caught:
        require_agreeing_bases(Path("newborn.vcf"), wrong, listed)
    told = [problem.message.partition(",")[0] for problem in caught.value.problems]
    assert told == ["has REF T at chr1:100", "has REF G at chr1:201"]


@pytest.mark.parametrize(
    ("name", "contig"),
    [("CHR7", "chr7"), ("chr07", "chr7"), ("NC_000007.14", "chr7"), ("23", "chrX"), ("NC_012920.1", "chrM")],
)
def test_a_chromosome_of_another_name_is_refused(write_vcf: WriteVcf, name: str, contig: str) -> None:
    """Its records would not be found while others are: no variant on X is a boy's negative."""
    line = f"##contig=<ID={name},assembly=x>"
    with pytest.raises(InputError, match=f"names {contig} {name}, which would not be found"):
        require_build(header(write_vcf, None, line), "GRCh38", {contig})
    assert require_build(header(write_vcf, "GRCh38", line), "GRCh38", {contig}) == "contig lengths"
    assert not require_build(header(write_vcf, None, line), "GRCh38", CHR1)
