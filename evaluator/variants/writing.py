"""Write VCFs that every tool can index."""

from __future__ import annotations

from pathlib import Path

import pysam

from evaluator.files import whole_file


def write_bgzipped_vcf(path: Path, header_lines: list[str], record_lines: list[str]) -> None:
    """Write a BGZF-compressed VCF and its .tbi, each whole or not at all.

    Lines come without line ends; the records must be sorted by contig and position.
    """
    index = path.with_name(path.name + ".tbi")
    with whole_file(path) as temporary, whole_file(index) as temporary_index:
        with pysam.BGZFile(str(temporary), "wb", index=None) as stream:
            stream.write("".join(f"{line}\n" for line in (*header_lines, *record_lines)).encode())
        pysam.tabix_index(str(temporary), preset="vcf", index=str(temporary_index), force=True)
