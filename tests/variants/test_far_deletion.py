"""A <DEL> that begins 50 million bases to the left of a region is found in every way of reading a file."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.variants.intervals import from_frame
from evaluator.variants.joint import is_wide, read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import Source, open_source

WriteVcf = Callable[..., Path]
PLANTED = 1_000
REGION = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [50_000_500], "end": [50_000_600]}))
END = '##INFO=<ID=END,Number=1,Type=Integer,Description="End">'
SVLEN = '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">'
GT = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">'
# How the record says how far it reaches, and what the header declares of it.
SAYINGS = {
    "END": ("END=50001000", (END, SVLEN, GT)),
    "SVLEN": ("SVLEN=-50000000", (END, SVLEN, GT)),
    "both": ("END=50001000;SVLEN=-50000000", (END, SVLEN, GT)),
    "SVLEN, nothing else declared": ("SVLEN=50000000", (SVLEN, GT)),
}
# The forms of a file, and how each is read: with the index where one can be trusted.
FORMS = ("plain", "gzip", "bgzf", "tbi", "csi", "bcf", "bcf without index")


def written(write: WriteVcf, form: str, saying: str, samples: int) -> Path:
    """Write a file of many blocks with the planted deletion at its beginning, carried by the last sample."""
    info, keys = SAYINGS[saying]
    reference = "0/0 " * (samples - 1)
    lines = [f"chr1 {PLANTED} . A <DEL> . . {info} GT {reference}0/1"]
    places = range(PLANTED + 1_000, 60_000_000, 30_000)
    lines += [f"chr1 {place} . A C . . . GT {reference}0/{place // 30_000 % 2}" for place in places]
    names = " ".join(f"N{number:02d}" for number in range(samples))
    stored = {"gzip": "plain", "bcf without index": "bcf"}.get(form, form)
    path = write("far", lines, stored, keys=keys, samples=names)
    if form == "gzip":
        packed = path.with_name("far.vcf.gz")
        packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        return packed
    if form == "bcf without index":
        path.with_name(path.name + ".csi").unlink()
    return path


def told(source: Source) -> tuple[list[int], int]:
    """Return the records found in the region, and how many rows say something of the carrier's deletion."""
    sample = source.header.samples[-1]
    if is_wide(source):
        joint = read_joint(source, REGION, list(source.header.samples))
        found = joint.found
        last = pl.col("sample") == len(joint.samples) - 1
        rows = sum(len(part.filter(last)) for part in (found.calls, found.unresolved, found.structural))
        return joint.touched["position"].to_list(), rows
    reading = read_samples(source, REGION, [sample])
    parts = vars(reading.genotypes[sample]).values()
    return reading.touched["position"].to_list(), sum(
        len(part) for part in parts if isinstance(part, pl.DataFrame)
    )


@pytest.mark.parametrize("samples", [1, 20])
@pytest.mark.parametrize("saying", SAYINGS)
@pytest.mark.parametrize("form", FORMS)
def test_it_is_found(form: str, saying: str, samples: int, write_vcf: WriteVcf) -> None:
    """Plain, gzip, BGZF with and without index, BCF with and without index; alone and in a joint file."""
    source = open_source(written(write_vcf, form, saying, samples), 0)
    positions, rows = told(source)
    assert positions == [PLANTED]
    assert rows >= 1


def test_an_index_is_used_where_the_header_declares_the_end(write_vcf: WriteVcf) -> None:
    """The test above would prove nothing of indices if they were never used."""
    for form in ("tbi", "csi", "bcf"):
        assert open_source(written(write_vcf, form, "END", 1), 0).index is not None
