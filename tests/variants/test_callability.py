"""What was not assessed, from a BED, a gVCF, or the newborn's own missing genotypes."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.panel.criteria import Callability
from evaluator.variants.alignment import AsWritten
from evaluator.variants.callability import (
    REASONS,
    SPANS,
    Evidence,
    no_evidence,
    read_bed,
    read_callable,
    uncallable,
)
from evaluator.variants.intervals import Intervals, from_frame, merged

WriteVcf = Callable[..., Path]
Row = tuple[str, int, int, str]


def regions_from(*rows: tuple[str, int, int]) -> Intervals:
    """Merged intervals from contig, start, end."""
    return from_frame(pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row"))


REGIONS = regions_from(("chr1", 100, 200), ("chr2", 50, 60))


def gaps(path: Path, *names: str, min_depth: int | None = 10, quality: float | None = None) -> list[Row]:
    """What a callable file leaves unassessed."""
    rule = Callability(
        min_depth=min_depth, min_fraction=None, min_genotype_quality=quality, unknown="not assessed"
    )
    evidence = read_callable(path, names, AsWritten(REGIONS), "GRCh38", rule)
    return uncallable(REGIONS, evidence, SPANS.to_frame()).rows()


def test_a_bed_leaves_its_complement(tmp_path: Path) -> None:
    """Bases of the regions outside every BED interval were not assessed; header lines are no intervals."""
    bed = tmp_path / "callable.bed"
    bed.write_text(
        "track name=x\n#c\nchr1\t0\t120\textra\nchr1\t110\t150\n\nchrUn_1\t0\t9\n1\t190\t500\n", newline=""
    )
    assert gaps(bed) == [("chr1", 150, 190, "not_in_bed"), ("chr2", 50, 60, "not_in_bed")]


def test_a_byte_order_mark_is_no_part_of_a_bed(tmp_path: Path) -> None:
    """Editors put one before the first line, whose contig would be none of the panel's."""
    bed = tmp_path / "callable.bed"
    bed.write_bytes(b"\xef\xbb\xbfchr1\t100\t200\r\nchr2\t0\t55\r\n")
    assert gaps(bed) == [("chr2", 55, 60, "not_in_bed")]


def test_a_compressed_bed_is_read(tmp_path: Path) -> None:
    """A gzipped BED says the same."""
    bed = tmp_path / "callable.bed.gz"
    bed.write_bytes(gzip.compress(b"chr1\t100\t200\nchr2\t0\t55\n"))
    assert gaps(bed) == [("chr2", 55, 60, "not_in_bed")]


@pytest.mark.parametrize(
    ("text", "line"),
    [("chr1\t5\t9\nchr1\tx\t9\n", 2), ("chr1 5 9\n", 1), ("#c\nchr1\t5\n", 2), ("chr1\t-5\t9\n", 1)],
)
def test_a_bad_bed_line_is_named(tmp_path: Path, text: str, line: int) -> None:
    """A line that is no interval stops the reading and is named."""
    bed = tmp_path / "bad.bed"
    bed.write_text(text, newline="")
    with pytest.raises(InputError, match="BED line") as caught:
        read_bed(bed)
    assert caught.value.problems[0].line == line


@pytest.mark.parametrize("end", [248956422, 2**31 - 1, 99_999_999_999])
def test_to_the_end_of_a_contig_is_not_the_next_one(tmp_path: Path, end: int) -> None:
    """An interval that runs past its chromosome assesses nothing of the following ones."""
    bed = tmp_path / "chr1.bed"
    bed.write_text(f"chr1\t0\t{end}\n", newline="")
    assert gaps(bed) == [("chr2", 50, 60, "not_in_bed")]


def test_a_bed_interval_that_ends_before_it_starts_is_refused(tmp_path: Path) -> None:
    """Start and end the wrong way round would drop an interval in silence."""
    bed = tmp_path / "swapped.bed"
    bed.write_text("chr1\t0\t150\nchr1\t190\t160\n", newline="")
    with pytest.raises(InputError, match="starts after its end"):
        read_bed(bed)


@pytest.mark.parametrize("text", ["", "NC_000001.11\t5\t9\n"])
def test_a_bed_of_nothing_is_refused(tmp_path: Path, text: str) -> None:
    """A BED without one interval on a known chromosome would make everything uncallable in silence."""
    bed = tmp_path / "nothing.bed"
    bed.write_text(text, newline="")
    with pytest.raises(InputError, match="no interval"):
        read_bed(bed)


GVCF = [
    "chr1 91 . A <NON_REF> . . END=120 GT:DP:MIN_DP 0/0:30:20",
    "chr1 121 . A <NON_REF> . . END=130 GT:DP:MIN_DP 0/0:30:9",
    "chr1 131 . A <NON_REF> . . END=140 GT:DP 0/0:10",
    "chr1 141 . A <NON_REF> . . END=150 GT:DP ./.:40",
    "chr1 151 . AC A,<NON_REF> . . . GT:AD 0/1:6,6,0",
    "chr1 153 . A <NON_REF> . LowQual END=160 GT:DP 0/0:40",
    "chr1 161 . A <NON_REF> . . END=170 GT:DP 0/0:.",
    "chr1 181 . A <NON_REF> . . END=200 GT:DP 0/0:40",
    "chr2 1 . A . . PASS END=55 GT:DP:GQ 0/0:40:1",
    "chr2 56 . A . . PASS END=58 GT:DP:GQ 0/0:40:0",
    "chr2 59 . A . . PASS END=500000000 GT:DP:GQ 0/0:40:99",
]
GVCF_GAPS = [
    ("chr1", 120, 130, "low_depth"),
    ("chr1", 140, 150, "no_call"),
    ("chr1", 152, 160, "low_quality"),
    ("chr1", 160, 170, "low_depth"),
    ("chr1", 170, 180, "no_block"),
    ("chr2", 55, 58, "no_call"),
]


@pytest.mark.parametrize("genotype", ["1/1", "0/1", "./."])
def test_a_block_with_a_called_unknown_allele_is_not_assessed(write_vcf: WriteVcf, genotype: str) -> None:
    """The gVCF says that something is there and not what: silence of the VCF is no reference."""
    block = f"chr1 91 . A <NON_REF> . . END=200 GT:DP:GQ {genotype}:30:40"
    (gap,) = gaps(write_vcf("unknown", [block, *GVCF[-3:]]))[:1]
    assert gap[:3] == ("chr1", 100, 200)


@pytest.mark.parametrize("form", ["plain", "tbi"])
def test_gvcf_blocks(write_vcf: WriteVcf, form: str) -> None:
    """Blocks count from their lowest depth; shallow, filtered, uncalled and absent ones have reasons."""
    assert gaps(write_vcf("blocks", GVCF, form)) == GVCF_GAPS


def test_without_a_depth_threshold_depth_does_not_matter(write_vcf: WriteVcf) -> None:
    """A threshold set to null is a rule switched off."""
    rows = gaps(write_vcf("blocks", GVCF), min_depth=None)
    assert [row for row in rows if row[3] == "low_depth"] == []
    assert rows == [row for row in GVCF_GAPS if row[3] != "low_depth"]


def test_a_newborn_is_found_in_a_joint_gvcf(write_vcf: WriteVcf) -> None:
    """Of several samples the newborn's is read; a single one may have any name; a stranger is refused."""
    joint = write_vcf("joint", ["chr1 91 . A . . PASS END=200 GT:DP 0/0:2 0/0:50"], samples="N1 N2")
    assert ("chr1", 100, 200, "low_depth") in gaps(joint, "name_in_vcf", "N1")
    assert ("chr1", 100, 200, "low_depth") not in gaps(joint, "N2", "N1")
    with pytest.raises(InputError, match="2 samples"):
        gaps(joint, "N3")
    assert gaps(write_vcf("blocks", GVCF), "name_in_vcf") == GVCF_GAPS


def test_a_gvcf_of_another_build_is_refused(write_vcf: WriteVcf) -> None:
    """Callability of another genome build says nothing of this one."""
    with pytest.raises(InputError, match="GRCh37"):
        gaps(write_vcf("other", GVCF, build="GRCh37"))


def test_a_missing_genotype_blocks_even_without_evidence() -> None:
    """Without a callable file only the newborn's own missing genotypes are known to be unassessed."""
    spans = regions_from(("chr1", 195, 205))
    unresolved = pl.DataFrame({"start": spans.starts, "end": spans.ends, "reason": ["no_call"]}, schema=SPANS)
    rows = uncallable(REGIONS, no_evidence(REGIONS), unresolved).rows()
    assert rows == [("chr1", 195, 200, "no_call")]


spans = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 15)), max_size=5)


@given(
    regions=spans,
    good=spans,
    bad=st.lists(st.tuples(st.integers(0, 60), st.integers(1, 15), st.sampled_from(REASONS))),
)
def test_every_base_is_judged(
    regions: list[tuple[int, int]], good: list[tuple[int, int]], bad: list[tuple[int, int, str]]
) -> None:
    """Base by base: unassessed is what no evidence covers or a doubt touches, with the strongest reason."""

    def intervals(rows: list[tuple[int, int]]) -> Intervals:
        starts = np.array([start for start, _ in rows], dtype=np.int64)
        return merged(starts, starts + np.array([size for _, size in rows], dtype=np.int64))

    doubts = pl.DataFrame([(s, s + n, r) for s, n, r in bad], schema=SPANS, orient="row")
    evidence = Evidence("gvcf", intervals(good), SPANS.to_frame())
    rows = uncallable(intervals(regions), evidence, doubts).rows()
    ours = {base: reason for _, start, end, reason in rows for base in range(start, end)}
    covered = {base for start, size in good for base in range(start, start + size)}
    expected = {}
    for base in {base for start, size in regions for base in range(start, start + size)}:
        reasons = [r for s, n, r in bad if s <= base < s + n] + ([] if base in covered else ["no_block"])
        if reasons:
            expected[base] = max(reasons, key=REASONS.index)
    assert ours == expected
    assert sum(end - start for _, start, end, _ in rows) == len(ours)
