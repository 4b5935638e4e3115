"""Writing a block-compressed VCF: indexed, repeatable, whole or not at all."""

from __future__ import annotations

from pathlib import Path

import cyvcf2
import pytest

from evaluator.variants.writing import write_bgzipped_vcf

HEADER = [
    "##fileformat=VCFv4.2",
    "##contig=<ID=chr1,length=248956422>",
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
]
RECORDS = [f"chr1\t{position}\t.\tA\tC\t.\tPASS\t." for position in (100, 200, 300)]


def test_written_records_are_found_by_region(tmp_path: Path) -> None:
    """The index finds what stands in a region, and the index is not older than the file."""
    path = tmp_path / "one.vcf.gz"
    write_bgzipped_vcf(path, HEADER, RECORDS)
    assert [record.POS for record in cyvcf2.VCF(str(path))("chr1:150-250")] == [200]
    index = tmp_path / "one.vcf.gz.tbi"
    assert index.stat().st_mtime_ns >= path.stat().st_mtime_ns
    assert sorted(tmp_path.iterdir()) == [path, index]


def test_equal_lines_give_equal_bytes(tmp_path: Path) -> None:
    """Neither file holds a clock or its own name."""
    for name in ("one.vcf.gz", "two.vcf.gz"):
        write_bgzipped_vcf(tmp_path / name, HEADER, RECORDS)
    for ending in ("", ".tbi"):
        one, two = ((tmp_path / f"{name}.vcf.gz{ending}").read_bytes() for name in ("one", "two"))
        assert one == two


def test_unsorted_records_leave_nothing(tmp_path: Path) -> None:
    """Records that cannot be indexed are refused and no file remains."""
    with pytest.raises(OSError, match="index"):
        write_bgzipped_vcf(tmp_path / "one.vcf.gz", HEADER, RECORDS[::-1])
    assert list(tmp_path.iterdir()) == []
