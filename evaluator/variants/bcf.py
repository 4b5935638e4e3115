"""BCF through htslib: its records as lines of VCF for the one parser."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import pysam

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIGS
from evaluator.variants.bcf_records import HEADER_AT, MAGIC, header_length
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import Intervals

_LINES_PER_SLAB = 20_000
# htslib's warnings name the file, which may hold an identifier; exceptions say what is wrong.
pysam.set_verbosity(0)
# Annotations may hold letters of another encoding: text is read so as well, and no call hangs on them.
pysam.set_encoding_error_handler("replace")


def header_text(path: Path, chunks: Iterator[bytes]) -> tuple[bytes, int]:
    """Return the header of a BCF as it would stand in a VCF, and where in the text the records begin."""
    text = next(chunks, b"")
    if text[: len(MAGIC)] != MAGIC:
        raise InputError.of(path, "cannot be read as BCF; copy or make it again")
    while (end := header_length(text)) is None:
        more = next(chunks, b"")
        if not more:
            raise InputError.of(path, "is cut short within its header; copy it again")
        text += more
    return text[HEADER_AT:end].rstrip(b"\0"), end


def written_samples(names: tuple[str, ...], wanted: Collection[str]) -> tuple[str, ...]:
    """Return which of a file's samples `slabs` writes: the wanted ones, or all of them.

    htslib is told names as a list with commas between, in which `^` at the beginning means all but these.
    """
    if any("," in name or name.startswith("^") for name in wanted):
        return names
    return tuple(name for name in names if name in wanted)


def slabs(path: Path, index: Path | None, regions: Intervals, samples: list[str]) -> Iterator[bytes]:
    """Stream the records, with the columns of `written_samples` only, as whole lines of VCF text."""
    lines: list[str] = []
    try:
        with pysam.VariantFile(str(path)) as file:
            names = tuple(file.header.samples)
            written = written_samples(names, frozenset(samples))
            if written != names:
                file.subset_samples(written)
            for record in _fetched(file, regions) if index else file:
                lines.append(str(record))
                if len(lines) == _LINES_PER_SLAB:
                    yield "".join(lines).encode()
                    lines = []
    except (OSError, ValueError) as error:
        raise InputError.of(path, "is damaged; htslib cannot read its records") from error
    yield "".join(lines).encode()


def _fetched(file: pysam.VariantFile, regions: Intervals) -> Iterator[pysam.VariantRecord]:
    """Fetch region by region; a record that reaches into several regions is yielded with the first."""
    for name in map(str, file.header.contigs):
        contig = CONTIG_ALIASES.get(name)
        if contig is None:
            continue
        previous_end = -1
        for start, end in zip(
            *(part.tolist() for part in regions.of_contig(CONTIGS.index(contig))), strict=True
        ):
            for record in file.fetch(name, start, end):
                if record.start >= previous_end:
                    yield record
            previous_end = end
