"""Reference genotypes of records: what they say of depth and quality, and when that is too little."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.records import Tally, scan
from evaluator.variants.references import Thresholds, doubted, read_references
from evaluator.variants.sources import open_source

WriteVcf = Callable[..., Path]
EVERYWHERE: Intervals = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [10_000]}))


def read(path: Path, *samples: str) -> pl.DataFrame:
    """Read the reference genotypes of a whole small file."""
    frames = scan(open_source(path), EVERYWHERE, list(samples), Tally())
    return pl.concat([read_references(frame, list(samples)) for frame in frames])


@pytest.mark.parametrize(
    ("keys", "values", "depth", "quality"),
    [
        ("GT:DP:GQ", "0/0:9:15", 9, 15),
        ("GT:MIN_DP:DP", "0|0:7:9", 7, None),
        ("GT:AD", "0/0:4,1", 5, None),
        ("GT", "0", None, None),
        ("DP:GT", "3:0/0", 3, None),
        ("GT:DP", "/0/0:3", 3, None),
        ("GT:DP", "|0|0:3", 3, None),
        ("GT:DP:GQ", "0/0:.:.", None, None),
    ],
)
def test_what_a_reference_genotype_says(
    write_vcf: WriteVcf, keys: str, values: str, depth: int | None, quality: float | None
) -> None:
    """Depth is the least of a block, DP, or the sum of AD; nothing is made up."""
    found = read(write_vcf("one", [f"chr1 100 . A G . . . {keys} {values}"]), "S")
    assert found.select("position", "depth", "genotype_quality").rows() == [(100, depth, quality)]


def test_only_reference_counts(write_vcf: WriteVcf) -> None:
    """Calls, half calls and missing genotypes are no reference, sample by sample."""
    genotypes = "0/0:3 0/1:3 ./.:3 0/.:3 0|0:3"
    path = write_vcf("several", [f"chr1 100 . A G . . . GT:DP {genotypes}"], samples="A B C D E")
    assert read(path, "A", "B", "C", "D", "E")["sample"].to_list() == ["A", "E"]


def test_thresholds_may_be_switched_off(write_vcf: WriteVcf) -> None:
    """Depth is told before quality; a missing value is never below a threshold."""
    told = ((10, "9:5"), (20, "10:5"), (30, ".:."))
    lines = [f"chr1 {place} . A G . . . GT:DP:GQ 0/0:{values}" for place, values in told]
    found = read(write_vcf("three", lines), "S")
    assert doubted(found, Thresholds(10, 20.0))["reason"].to_list() == ["low_depth", "low_quality"]
    assert doubted(found, Thresholds(None, 20.0))["reason"].to_list() == ["low_quality", "low_quality"]
    assert doubted(found, Thresholds(None, None)).is_empty()
