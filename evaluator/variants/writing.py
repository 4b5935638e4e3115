"""Write a block-compressed, indexed VCF."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pysam

from evaluator.files import whole_file


def write_bgzipped_vcf(path: Path, header_lines: Sequence[str], record_lines: Sequence[str]) -> None:
    """Write `path` (BGZF) and `path.tbi`; equal lines give equal bytes.

    Lines carry no line end; records are sorted within each contig. Raises OSError when htslib cannot
    index them, and then leaves neither file behind.
    """
    index = path.with_name(path.name + ".tbi")
    text = "".join(f"{line}\n" for line in (*header_lines, *record_lines))
    # The index is written after the records, so it never looks older than they are.
    with whole_file(index) as temporary_index, whole_file(path) as temporary:
        with pysam.BGZFile(str(temporary), "w", None) as stream:
            stream.write(text.encode())
        pysam.tabix_index(str(temporary), preset="vcf", index=str(temporary_index), force=True)
