"""Stream a BCF file's records, as many at once as fit into a processor's cache, and none cut in two."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.errors import InputError
from evaluator.variants import bcf_index, bgzf
from evaluator.variants.bcf_records import DAMAGED, Dictionary, Place, walk
from evaluator.variants.bgzf_runs import inflated
from evaluator.variants.intervals import Intervals
from evaluator.variants.sources import Source

_ROOM = 1 << 17  # bytes before each slab for the beginning of a record that the one before it ended in


def slabs(
    source: Source, regions: Intervals, dictionary: Dictionary
) -> Iterator[tuple[bytearray, list[Place]]]:
    """Yield at least the records that overlap the regions, as bytes in which each has its place.

    The same bytes are written over for later ones. Raises InputError where the file is damaged or ends within
    a record.
    """
    unread = 0 if source.index else source.header_size
    rest = b""
    for text, begin, end in inflated(source.path, _spans(source, regions, dictionary), _ROOM):
        header = min(unread, end - begin)
        unread -= header
        slab, start, stop = _continued(rest, text, begin + header, end)
        places = list(walk(source.path, slab, start, stop))
        rest = bytes(slab[places[-1].end if places else start : stop])
        yield slab, places
    if rest:
        raise InputError.of(source.path, DAMAGED)


def _spans(source: Source, regions: Intervals, dictionary: Dictionary) -> list[tuple[int, int]]:
    """Return the stretches that the index leads to, or the whole file, as virtual offsets."""
    if source.index is not None:
        return bcf_index.spans(source.index, source.path, regions, dictionary)
    bgzf.require_end_block(source.path)
    return [(0, source.path.stat().st_size << 16)]


def _continued(rest: bytes, text: bytearray, begin: int, end: int) -> tuple[bytearray, int, int]:
    """Put what was left of the text before in front of this one; returns memory, begin and end."""
    if len(rest) <= begin:
        text[begin - len(rest) : begin] = rest
        return text, begin - len(rest), end
    whole = bytearray(rest) + text[begin:end]
    return whole, 0, len(whole)
