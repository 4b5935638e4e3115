"""Stream a BCF file's records, as many at once as fit into a processor's cache, and none cut in two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from evaluator.errors import InputError
from evaluator.variants import bcf_index, bgzf
from evaluator.variants.bcf_records import DAMAGED, Dictionary, Place, walk
from evaluator.variants.intervals import Intervals
from evaluator.variants.sources import Source

_SLAB_SIZE = 1 << 21
_READ_SIZE = 1 << 18  # compressed bytes


def slabs(
    source: Source, regions: Intervals, dictionary: Dictionary
) -> Iterator[tuple[bytearray, list[Place]]]:
    """Yield at least the records that overlap the regions, as bytes in which each has its place.

    The same bytes are written over for the next ones. Raises InputError where the file is damaged or ends
    within a record.
    """
    filled = 0
    slab = bytearray(_SLAB_SIZE)
    for text in _texts(source, regions, dictionary):
        while filled + len(text) > len(slab):
            places = list(walk(source.path, slab, filled))
            if places:
                yield slab, places
                rest = slab[places[-1].end : filled]
                filled = len(rest)
                slab[:filled] = rest
            else:  # of a record longer than a slab
                slab = slab.ljust(2 * len(slab))
        slab[filled : filled + len(text)] = text
        filled += len(text)
    places = list(walk(source.path, slab, filled))
    if filled != (places[-1].end if places else 0):
        raise InputError.of(source.path, DAMAGED)
    yield slab, places


def _texts(source: Source, regions: Intervals, dictionary: Dictionary) -> Iterator[bytes]:
    """Yield the file beyond its header, or the stretches that its index leads to, in pieces."""
    if source.index is None:
        header = source.header_size
        for chunk in bgzf.chunks(source.path):
            yield chunk[header:]
            header = max(0, header - len(chunk))
        return
    with source.path.open("rb") as stream:
        for begin, end in bcf_index.spans(source.index, source.path, regions, dictionary):
            yield from _blocks(source.path, stream, begin, end)


def _blocks(path: Path, stream: BinaryIO, begin: int, end: int) -> Iterator[bytes]:
    """Yield the blocks between two virtual offsets, each inflated when it is its turn."""
    base, last, within = begin >> 16, end >> 16, end & 0xFFFF
    skip = begin & 0xFFFF
    stream.seek(min(base, last))  # a damaged index may begin where no file can
    raw, offset = b"", 0
    while base + offset < last or (base + offset == last and within):
        if len(raw) - offset < bgzf.LARGEST_BLOCK:
            raw, base, offset = raw[offset:] + stream.read(_READ_SIZE), base + offset, 0
        is_last = base + offset == last
        text, offset = bgzf.inflate_block(path, raw, offset, base)
        yield text[skip : within if is_last else None]
        skip = 0
        if is_last:
            return
    if base + offset != last:
        raise InputError.of(path, "and its index do not fit together; make the index again (tabix -f)")
