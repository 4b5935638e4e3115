"""The reference assemblies: lengths and pseudo-autosomal regions."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from evaluator.panel.genome import CONTIG_LENGTHS, CONTIGS, PSEUDO_AUTOSOMAL, is_pseudo_autosomal


@pytest.mark.parametrize("build", ["GRCh38", "GRCh37"])
def test_pseudo_autosomal_regions_are_alike_on_both_sex_chromosomes(build: str) -> None:
    """PAR1 and PAR2 have the same length on X and Y, PAR2 ends near the end, all lie on the contig."""
    on_x, on_y = (
        [(start, end) for contig, start, end in PSEUDO_AUTOSOMAL[build] if contig == name]
        for name in ("chrX", "chrY")
    )
    assert [end - start for start, end in on_x] == [end - start for start, end in on_y]
    for contig, _, end in PSEUDO_AUTOSOMAL[build]:
        assert end <= CONTIG_LENGTHS[build][contig]
    assert CONTIG_LENGTHS[build]["chrX"] - on_x[1][1] == 10_000


def test_an_interval_must_lie_wholly_inside() -> None:
    """The border itself decides: one base past the end is outside."""
    assert is_pseudo_autosomal("GRCh38", "chrX", 2_781_400, 2_781_479)
    assert not is_pseudo_autosomal("GRCh38", "chrX", 2_781_400, 2_781_480)
    assert not is_pseudo_autosomal("GRCh38", "chr1", 20_000, 30_000)


@pytest.mark.parametrize(
    ("build", "file"),
    [
        ("GRCh38", "newborns/SRR10141030.filtered.combined.vcf"),
        ("GRCh37", "small/ashk-trio.vcf.gz"),
    ],
)
def test_lengths_are_those_of_real_headers(build: str, file: str, shared_data: Path) -> None:
    """Contig lines of real files of each build say the same lengths."""
    path = shared_data / "vcf" / file
    text = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    found = re.findall(rb"##contig=<ID=(?:chr)?([0-9XYMT]+),length=([0-9]+)", text)
    lengths = {f"chr{name.decode()}".replace("chrMT", "chrM"): int(length) for name, length in found}
    assert {name: lengths[name] for name in CONTIGS} == CONTIG_LENGTHS[build]
