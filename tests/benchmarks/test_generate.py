"""The benchmark inputs are valid, repeatable, and hold the records that make reading hard."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import polars as pl
import pysam
import pysam.bcftools
import pytest
from cyvcf2 import VCF

Generate = Callable[..., None]
Lines = list[list[str]]


@pytest.fixture(scope="module")
def generate(repository: Path) -> Generate:
    """Run the generator as a user would."""

    def run(*words: str | Path) -> None:
        command = [sys.executable, str(repository / "benchmarks" / "generate.py"), *map(str, words)]
        environment = {**os.environ, "PYTHONPATH": str(repository)}
        done = subprocess.run(
            command, capture_output=True, text=True, env=environment, timeout=300, check=False
        )
        assert done.returncode == 0, done.stderr

    return run


@pytest.fixture(scope="module")
def newborns(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A boy and a girl of 20,000 records, with symbolic deletions."""
    folder = tmp_path_factory.mktemp("newborns")
    generate("wgs", "--newborns", 2, "--records", 20_000, "--symbolic", "--out", folder)
    return folder


@pytest.fixture(scope="module")
def wide(generate: Generate, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A joint file of 60 newborns."""
    folder = tmp_path_factory.mktemp("wide")
    generate("wide", "--samples", 60, "--records", 200, "--out", folder)
    return folder


def records(path: Path) -> Lines:
    """Every record of a VCF as its columns, read through htslib's own text layer."""
    with pysam.BGZFile(str(path)) as stream:
        lines = (line.decode() for line in stream)
        return [line.split("\t") for line in lines if not line.startswith("#")]


def genotypes(path: Path, contig: str) -> set[str]:
    """The distinct genotypes on one contig."""
    return {row[9].split(":")[0] for row in records(path) if row[0] == contig}


@pytest.mark.parametrize("name", ["NB000001.vcf.gz", "NB000002.vcf.gz"])
def test_every_reader_counts_the_same_records(newborns: Path, name: str) -> None:
    """cyvcf2, bcftools and the index agree with the lines of the file."""
    path = newborns / name
    written = len(records(path))
    assert 17_000 < written < 23_000
    assert sum(1 for _ in VCF(str(path))) == written
    assert int(pysam.bcftools.index("--nrecords", str(path))) == written
    assert len(pysam.bcftools.view("--no-header", str(path)).splitlines()) == written


def test_the_index_finds_what_overlaps_from_the_left(newborns: Path) -> None:
    """A query one base before the end of a long deletion finds the deletion."""
    path = newborns / "NB000001.vcf.gz"
    row = next(row for row in records(path) if len(row[3]) > 100)
    last = int(row[1]) + len(row[3]) - 1
    with pysam.TabixFile(str(path)) as index:
        found = [line.split("\t")[:5] for line in index.fetch(row[0], last - 1, last)]
    assert row[:5] in found


def test_the_hard_records_are_there(newborns: Path) -> None:
    """Multi-allelic records, overlapping deletions, `*` alleles, phase sets and symbolic deletions occur."""
    rows = records(newborns / "NB000001.vcf.gz")
    several = sum("," in row[4] and "*" not in row[4] for row in rows) / len(rows)
    assert 0.01 < several < 0.03
    overlapping = sum(
        first[0] == second[0] and int(first[1]) + len(first[3]) > int(second[1])
        for first, second in pairwise(rows)
    )
    assert overlapping > 10
    assert any("*" in row[4] for row in rows)
    assert any(1 < len(row[3]) <= 50 for row in rows)
    assert any("|" in row[9] for row in rows if row[8].endswith(":PS"))
    symbolic = [row for row in rows if row[4] == "<DEL>"]
    assert symbolic
    assert all("END=" in row[7] and "SVLEN=-" in row[7] for row in symbolic)


def test_without_symbolic_nothing_announces_far_reach(generate: Generate, tmp_path: Path) -> None:
    """The plain file declares neither END nor SVLEN and has no symbolic allele."""
    generate("wgs", "--newborns", 1, "--records", 5_000, "--out", tmp_path)
    path = tmp_path / "NB000001.vcf.gz"
    header = VCF(str(path)).raw_header
    assert "END" not in header
    assert "SVLEN" not in header
    assert not any("<" in row[4] for row in records(path))


def test_boys_are_haploid_outside_the_pseudo_autosomal_regions(newborns: Path) -> None:
    """A boy has one chrX outside the pseudo-autosomal regions, two inside; a girl has no chrY."""
    boy, girl = newborns / "NB000001.vcf.gz", newborns / "NB000002.vcf.gz"
    assert genotypes(boy, "chrY") == {"1"}
    assert {"1", "0/1"} <= genotypes(boy, "chrX")
    assert "1" not in genotypes(girl, "chrX")
    assert genotypes(girl, "chrY") == set()


def test_depths_and_likelihoods_fit_the_alleles(newborns: Path) -> None:
    """Each sample has one depth per allele and one likelihood per genotype."""
    for row in records(newborns / "NB000001.vcf.gz"):
        if row[4] == "<DEL>":
            continue
        fields = dict(zip(row[8].split(":"), row[9].split(":"), strict=True))
        alleles = 2 + row[4].count(",")
        diploid = len(fields["GT"]) > 1
        assert len(fields["AD"].split(",")) == alleles
        assert len(fields["PL"].split(",")) == (alleles * (alleles + 1) // 2 if diploid else alleles)


def test_two_newborns_share_sites_but_no_record(newborns: Path) -> None:
    """Two newborns carry common alleles; their records differ in the numbers."""
    boy, girl = (records(newborns / f"NB00000{number}.vcf.gz") for number in (1, 2))
    boy_alleles, girl_alleles = ({tuple(row[:5]) for row in rows} for rows in (boy, girl))
    assert len(boy_alleles & girl_alleles) > len(girl_alleles) / 4
    boy_lines, girl_lines = ({tuple(row) for row in rows} for rows in (boy, girl))
    assert len(boy_lines & girl_lines) < len(girl_lines) / 1000


def test_same_arguments_same_bytes(generate: Generate, newborns: Path, wide: Path, tmp_path: Path) -> None:
    """A second run writes the same files, indices and sheets."""
    again_newborns, again_wide = tmp_path / "newborns", tmp_path / "wide"
    generate("wgs", "--newborns", 2, "--records", 20_000, "--symbolic", "--out", again_newborns)
    generate("wide", "--samples", 60, "--records", 200, "--out", again_wide)
    for first, second in ((newborns, again_newborns), (wide, again_wide)):
        names = sorted(path.name for path in first.iterdir())
        assert names == sorted(path.name for path in second.iterdir())
        for name in names:
            assert (first / name).read_bytes() == (second / name).read_bytes(), name


def test_the_wide_file_is_sparse_and_the_same_in_both_formats(wide: Path) -> None:
    """VCF and BCF hold the same records; nearly every genotype is 0/0, and some are not."""
    text = pysam.bcftools.view("--no-header", str(wide / "wide.vcf.gz"))
    assert text == pysam.bcftools.view("--no-header", str(wide / "wide.bcf"))
    cells = [cell.split(":")[0] for line in text.splitlines() for cell in line.split("\t")[9:]]
    assert len(cells) == 60 * 200
    share = cells.count("0/0") / len(cells)
    assert 0.9 < share < 1.0
    assert set(cells) == {"0/0", "0/1", "1/1"}


def test_sample_sheets_name_the_files(newborns: Path, wide: Path) -> None:
    """Each sheet lists every newborn with a file that exists."""
    for folder, count in ((newborns, 2), (wide, 60)):
        sheet = pl.read_csv(folder / "samples.tsv", separator="\t")
        assert sheet.height == sheet["newborn"].n_unique() == count
        assert all((folder / name).is_file() for name in sheet["vcf"].unique())
