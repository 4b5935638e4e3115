"""Reference blocks of VCF 4.5, as long as FORMAT/LEN says, in every way of reading."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam.bcftools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.panel.criteria import Callability
from evaluator.variants.alignment import AsWritten
from evaluator.variants.callability import read_callable, uncallable
from evaluator.variants.genotypes import UNRESOLVED
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.joint import is_wide
from evaluator.variants.reading import Reading, read_samples
from evaluator.variants.sources import open_source

WriteVcf = Callable[..., Path]
KEYS = (
    '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=LEN,Number=1,Type=Integer,Description="Length of the reference block">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
)


def places(*rows: tuple[str, int, int]) -> Intervals:
    """Merged intervals from contig, start, end."""
    return from_frame(pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row"))


def read(path: Path, regions: Intervals) -> Reading:
    """Read a file's first sample, by index where that may be."""
    source = open_source(path, 0)
    return read_samples(source, regions, [source.header.samples[0]])


@pytest.mark.parametrize("form", ["plain", "bgzf", "tbi", "csi", "bcf"])
@settings(max_examples=25, deadline=None)
@given(
    blocks=st.lists(st.tuples(st.integers(1, 5_000), st.integers(1, 2_000)), min_size=1, max_size=8),
    alts=st.lists(st.sampled_from(["<*>", "<NON_REF>", "C", "C,<*>"]), min_size=8, max_size=8),
    where=st.integers(0, 7_500),
)
def test_blocks_reach_as_far_as_bcftools_says(
    form: str, blocks: list[tuple[int, int]], alts: list[str], where: int, tmp_path_factory: object
) -> None:
    """The records that overlap a region are those of `bcftools view -R`, whose index knows LEN."""
    folder = tmp_path_factory.mktemp("blocks")  # type: ignore[attr-defined]
    lines = [
        f"chr1 {position} . A {alt} . . . GT:LEN 0/0:{length}"
        for (position, length), alt in zip(sorted(blocks), alts, strict=False)
    ]
    path, reference = written(folder, lines, form), written(folder, lines, "tbi", "reference")
    bed, chosen = folder / "regions.bed", folder / "chosen.vcf"
    bed.write_text(f"chr1\t{where}\t{where + 3}\n", encoding="utf-8")
    pysam.bcftools.view("-H", "-R", str(bed), "-o", str(chosen), str(reference), catch_stdout=False)
    theirs = [int(line.split("\t")[1]) for line in chosen.read_text(encoding="utf-8").splitlines()]
    assert read(path, places(("chr1", where, where + 3))).touched["position"].to_list() == theirs


def written(folder: Path, lines: list[str], form: str, name: str = "blocks") -> Path:
    """Write a VCF of version 4.5."""
    text = [
        "##fileformat=VCFv4.5",
        "##contig=<ID=chr1,length=248956422>",
        *KEYS,
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS",
        *(line.replace(" ", "\t") for line in lines),
    ]
    plain = folder / f"{name}.vcf"
    plain.write_text("\n".join(text) + "\n", encoding="utf-8", newline="")
    if form == "plain":
        return plain
    packed = plain.with_name(f"{name}.vcf.gz")
    pysam.tabix_compress(str(plain), str(packed), force=True)
    if form in ("tbi", "csi"):
        pysam.tabix_index(str(packed), preset="vcf", force=True, csi=form == "csi")
    if form == "bcf":
        binary = plain.with_suffix(".bcf")
        pysam.bcftools.view("-Ob", "-o", str(binary), str(packed), catch_stdout=False)
        pysam.bcftools.index("-f", str(binary), catch_stdout=False)
        return binary
    return packed


def test_an_index_that_may_not_know_the_length_is_not_used(write_vcf: WriteVcf) -> None:
    """What older indexers leave out would be missed, so the file is read whole and the note says why."""
    path = write_vcf("long", ["chr1 100 . A <*> . . . GT:LEN ./.:90000"], "tbi", keys=KEYS)
    reading = read(path, places(("chr1", 80_000, 80_010)))
    assert reading.how == "whole"
    assert "may not know how far" in reading.note
    assert reading.genotypes["S"].unresolved.select("start", "end", "reason").rows() == [
        (99, 90_099, "no_call")
    ]


def test_callability_lasts_as_long_as_a_block(write_vcf: WriteVcf) -> None:
    """A gVCF of version 4.5 assesses as many bases as LEN says, and no more; shallow blocks have a reason."""
    blocks = [
        "chr1 91 . A <*> . . . GT:LEN:DP 0/0:30:20",
        "chr1 121 . A <*> . . . GT:LEN:DP 0/0:10:9",
        "chr1 141 . A <*> . . . GT:LEN:DP 0/0:10:30",
    ]
    path = write_vcf("blocks", blocks, keys=KEYS)
    regions = places(("chr1", 100, 160))
    rule = Callability(min_depth=10, min_fraction=None, min_genotype_quality=None, unknown="not assessed")
    evidence = read_callable(path, (), AsWritten(regions), "GRCh38", rule)
    assert uncallable(regions, evidence, UNRESOLVED.to_frame()).rows() == [
        ("chr1", 120, 130, "low_depth"),
        ("chr1", 130, 140, "no_block"),
        ("chr1", 150, 160, "no_block"),
    ]


def test_a_length_that_is_no_number_is_refused(write_vcf: WriteVcf) -> None:
    """A block of unknown length would end too early in silence."""
    path = write_vcf("wrong", ["chr1 100 . A <*> . . . GT:LEN 0/0:far"], keys=KEYS)
    with pytest.raises(InputError, match="LEN"):
        read(path, places(("chr1", 0, 1_000)))


def test_blocks_of_many_samples_are_read_one_by_one(write_vcf: WriteVcf) -> None:
    """In a joint file each sample's block has its own length: it is not read for its carriers only."""
    samples = [f"N{number}" for number in range(20)]
    values = " ".join(f"./.:{1_000 * number}" for number in range(20))
    path = write_vcf(
        "joint", [f"chr1 100 . A <*> . . . GT:LEN {values}"], keys=KEYS, samples=" ".join(samples)
    )
    source = open_source(path)
    assert not is_wide(source)
    reading = read_samples(source, places(("chr1", 15_000, 15_001)), samples)
    assert all(len(genotypes.unresolved) == 1 for genotypes in reading.genotypes.values())
