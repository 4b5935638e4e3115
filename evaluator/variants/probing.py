"""Search a sorted BGZF file that has no index: the first record of each block tells which blocks to read.

Sound only where no record reaches further than its REF, for then no record reaches further than its line is
long. A file that is not sorted is noticed by the blocks' first records and within the blocks that are read;
disorder inside other blocks cannot be seen.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from isal import isal_zlib
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants import bgzf
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.header import Header
from evaluator.variants.intervals import SPACING, Intervals

# What a header declares when a record may reach beyond its REF (VCF 4.5, sections 1.4.5, 1.6.1 and 1.6.2).
_FAR_REACHING = ("##INFO=<ID=END,", "##INFO=<ID=SVLEN,", "##FORMAT=<ID=LEN,", "##ALT=")
# What a search cannot verify; the same words for every file, so that many are told in one line.
NOTE = (
    "searched without an index; of the blocks that were not read, only the order of their first records was "
    "verified"
)
# With many samples a line is longer than a block: nothing would be gained.
_MOST_SAMPLES = 16
_PROBE = 400  # compressed bytes of a block that are looked at first: about 700 characters
_HEAD = 128  # more characters than CHROM and POS take
_HEADER = 18  # bytes of a block before its compressed text
_RAW_DEFLATE = -15
_CELLS = 2  # CHROM and POS
_BLANK = (b"\n", b"\r")  # what a line without anything begins with
_ELSEWHERE = -2  # on no axis: a record before the first base, at POS 0 (VCF 4.5, 1.6.1), may have -1

Numbers = NDArray[np.int64]


class CannotSearchError(Exception):
    """The file must be read whole; the message says why."""


@dataclass(frozen=True)
class Probed:
    """The blocks of a file, and the first line that begins after a line end in each block that has one.

    Such a line and those after it belong to its block, the one that begins in the block and ends in a later
    one included.
    """

    lines: list[int]  # per block to which lines belong, the virtual offset of the first of them
    end: int  # the virtual offset of the file's end
    contigs: Numbers  # per block its first line's contig: a number in the order of the file
    starts: Numbers  # and its place on the axis; _ELSEWHERE on a contig that is none of the karyotype
    longest: Numbers  # no line of the block is longer

    def needed(self, regions: Intervals) -> NDArray[np.bool_]:
        """Tell for each of the blocks whether a line of it may overlap a region.

        Its lines stand between its own first line and that of the next; on a change of contig, anywhere.
        """
        changes = np.ones(len(self.lines), np.bool_)
        changes[:-1] = self.contigs[1:] != self.contigs[:-1]
        following = np.roll(self.starts, -1)
        reached = regions.overlapped_by(self.starts, following + self.longest + 1)
        needed: NDArray[np.bool_] = changes | ((self.starts != _ELSEWHERE) & reached)
        return needed

    def spans(self, regions: Intervals) -> list[tuple[int, int]]:
        """Return pairs of virtual offsets with whole lines between, among them all that may overlap."""
        limits = [*self.lines, self.end]
        return [(limits[first], limits[last + 1]) for first, last in _runs(self.needed(regions))]

    def blocks(self, regions: Intervals) -> tuple[int, int]:
        """Count for the manifest the blocks that a search of the regions reads, and all."""
        return int(self.needed(regions).sum()), len(self.lines)


def searchable(header: Header) -> bool:
    """Tell whether a header rules out records that reach beyond their REF."""
    return len(header.samples) <= _MOST_SAMPLES and not any(word in header.text for word in _FAR_REACHING)


def probe(path: Path, header_size: int) -> Probed:
    """Look at the beginning of every block; the first `header_size` characters are header.

    Raises CannotSearchError when the records are not sorted, and InputError for what is not BGZF.
    """
    bgzf.require_end_block(path)
    with path.open("rb") as stream:
        offsets, sizes, found = _walk(path, stream, header_size)
        _require_last_end(path, stream, offsets, sizes)
        ends = np.cumsum(sizes)
        first = int(np.searchsorted(ends, header_size, side="right"))
        skip = header_size - int(ends[first - 1]) if first else header_size
        opening, lines, heads = [], [], []
        for block in range(first, len(sizes)):
            at, head = found[block]
            if not head:
                at, head = _long_head(path, stream, offsets, block, skip if block == first else None)
            if head:
                opening.append(block)
                lines.append(offsets[block] << 16 | at if at < sizes[block] else offsets[block + 1] << 16)
                heads.append(head)
    contigs, starts = _sorted_places(heads)
    opened = np.array(opening, dtype=np.int64)
    until = np.append(opened[1:], len(sizes) - 1)[: len(opened)]
    longest = ends[until] - ends[opened] + np.array(sizes, dtype=np.int64)[opened]
    return Probed(lines, offsets[-1] << 16, contigs, starts, longest)


def require_searchable(text: bytes, *, ordered: bool) -> None:
    """Raise CannotSearchError when lines that were read belie what probing takes for granted."""
    if not ordered:
        raise CannotSearchError("it is not sorted by position")
    if b"<" in text:
        raise CannotSearchError("it has symbolic alleles that its header does not declare")


def _walk(
    path: Path, stream: BinaryIO, header_size: int
) -> tuple[list[int], list[int], list[tuple[int, bytes]]]:
    """Return where blocks begin (and the last ends), their sizes inflated, and their heads."""
    file = stream.fileno()
    end = os.fstat(file).st_size
    offsets, sizes, heads = [0], [], []
    skip = header_size
    raw = os.pread(file, _HEADER + _PROBE, 0)
    while raw:
        size = bgzf.block_size(path, raw, 0, offsets[-1])
        text = _first_characters(path, raw, offsets[-1])
        offsets.append(offsets[-1] + size)
        if offsets[-1] > end:
            raise InputError.of(path, f"is cut short in the block at byte {offsets[-2]}; copy it again")
        # the last four bytes of a block are its size after inflating
        after = os.pread(file, 4 + _HEADER + _PROBE, offsets[-1] - 4)
        sizes.append(int.from_bytes(after[:4], "little"))
        heads.append(_head(text, skip if 0 <= skip < sizes[-1] else None))
        skip -= sizes[-1]
        raw = after[4:]
    return offsets, sizes, heads


def _require_last_end(path: Path, stream: BinaryIO, offsets: list[int], sizes: list[int]) -> None:
    """Raise CannotSearchError where the text was cut within a line: reading it whole tells which."""
    filled = np.flatnonzero(sizes)
    for last in filled[-1:].tolist():
        text = bgzf.read_span(path, stream, offsets[last] << 16, offsets[last + 1] << 16)
        if not text.endswith(b"\n"):
            raise CannotSearchError("its last line has no line end")


def _first_characters(path: Path, raw: bytes, offset: int) -> bytes:
    try:
        text: bytes = isal_zlib.decompressobj(_RAW_DEFLATE).decompress(raw[_HEADER:])
    except bgzf.DAMAGED as error:
        raise InputError.of(path, f"is damaged in the block at byte {offset}; copy it again") from error
    return text


def _head(text: bytes, skip: int | None) -> tuple[int, bytes]:
    """Return where the first line after a line end (or the header) begins, and its CHROM and POS.

    Empty if they are not here.
    """
    start = text.find(b"\n") + 1 if skip is None else skip
    head = text[start : start + _HEAD]
    return start, head if (start or skip == 0) and head.count(b"\t") > 1 else b""


def _long_head(
    path: Path, stream: BinaryIO, offsets: list[int], block: int, skip: int | None
) -> tuple[int, bytes]:
    """Return the same from as many whole blocks as it takes; empty where no line begins."""
    text = b""
    start = 0
    for place in range(block, len(offsets) - 1):
        text += bgzf.read_span(path, stream, offsets[place] << 16, offsets[place + 1] << 16)
        start = text.find(b"\n") + 1 if skip is None else skip
        if not start and skip is None:
            return 0, b""
        if _head(text, skip)[1] or len(text) > start + _HEAD:
            break
    return start, text[start : start + _HEAD].strip()


def _sorted_places(heads: list[bytes]) -> tuple[Numbers, Numbers]:
    """Return the contigs and the places on the axis of lines that must be sorted."""
    numbers: dict[bytes, int] = {}
    ranks: list[int] = []
    contigs, starts = [], []
    name, before = b"", 0
    for head in heads:
        cells = head.split(b"\t", 2)
        if len(cells) < _CELLS or not cells[1].isdigit() or head.startswith(_BLANK):
            raise CannotSearchError("a block begins with no record")
        position = int(cells[1])
        if cells[0] != name:
            name, before = cells[0], 0
            if name in numbers:
                raise CannotSearchError("it is not sorted: a contig stands in several places")
            numbers[name] = len(numbers)
            ranks.append(KARYOTYPE_ORDER.get(CONTIG_ALIASES.get(name.decode("latin-1"), ""), -1))
        if position < before:
            raise CannotSearchError("it is not sorted by position")
        before = position
        contigs.append(numbers[name])
        starts.append(ranks[-1] * SPACING + position - 1 if ranks[-1] >= 0 else _ELSEWHERE)
    return np.array(contigs, dtype=np.int64), np.array(starts, dtype=np.int64)


def _runs(needed: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """Return the first and last place of every run of needed blocks."""
    padded = np.concatenate([[False], needed, [False]])
    edges = np.flatnonzero(padded[1:] != padded[:-1])
    return list(zip(edges[::2].tolist(), (edges[1::2] - 1).tolist(), strict=True))
