"""A file ten times as long takes no more memory, in whichever way it is read."""

from __future__ import annotations

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.lines import find_candidates
from evaluator.variants.sources import open_source
from tests.variants.test_probing import HEADER, record

SHORT, LONG = 6_000, 60_000
TOLERANCE = 1.5  # blocks differ in how much text they hold; what was kept would make it ten times as much
Write = Callable[[str, int], Path]


@pytest.fixture
def regions() -> Intervals:
    """The places of the short file, which are the first of the long one."""
    return from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [SHORT]}))


@pytest.fixture
def write(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Write:
    """Write so many records in a form; files are read in pieces that even the short one fills many times."""
    monkeypatch.setattr("evaluator.variants.bgzf.READ_SIZE", 1 << 13)
    monkeypatch.setattr("evaluator.variants.bgzf.FIRST_READ_SIZE", 1 << 13)
    monkeypatch.setattr("evaluator.variants.stretches._LARGEST_BLOCK", 1 << 13)
    monkeypatch.setattr("evaluator.variants.stretches._TEXT_SIZE", 1 << 15)

    def written(form: str, records: int) -> Path:
        plain = tmp_path / f"{records}.vcf"
        plain.write_text(HEADER + "".join(record("chr1", place) for place in range(1, records + 1)))
        packed = tmp_path / f"{records}.{form}.vcf.gz"
        if form == "plain":
            return plain
        if form == "gzip":
            packed.write_bytes(gzip.compress(plain.read_bytes()))
        else:
            pysam.tabix_compress(str(plain), str(packed))
        if form == "index":
            pysam.tabix_index(str(packed), preset="vcf")
        return packed

    return written


def peak(path: Path, way: str, regions: Intervals) -> int:
    """The most bytes that were held at once while the lines of the regions were looked for."""
    source = open_source(path, 0)
    source = source.with_probes() if way == "probed" else source
    assert source.how == (way if way in ("index", "probed") else "whole")
    tracemalloc.start()
    for slab in source.slabs(regions, ["S"]):
        find_candidates(path, slab, regions, 10, may_reach=True)
        del slab
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return most


@pytest.mark.parametrize("way", ["index", "probed", "plain", "gzip"])
def test_a_longer_file_takes_no_more_memory(write: Write, way: str, regions: Intervals) -> None:
    """Text is looked at piece by piece and let go."""
    short, long = (peak(write(way, records), way, regions) for records in (SHORT, LONG))
    assert long < TOLERANCE * short


def test_a_dense_stretch_takes_no_more_memory(write: Write) -> None:
    """However much of a file the regions cover, the index leads through it piece by piece."""
    whole = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [LONG]}))
    short, long = (peak(write("index", records), "index", whole) for records in (SHORT, LONG))
    assert long < TOLERANCE * short
