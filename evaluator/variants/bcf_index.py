"""Where in a BCF file the wanted records may stand: its .csi index (specification: hts-specs, CSIv1)."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIGS
from evaluator.variants import bgzf
from evaluator.variants.bcf_records import Dictionary
from evaluator.variants.intervals import SPACING, Coordinates, Intervals

_MAGIC = b"CSI\x01"
_BIN = struct.Struct("<IQi")  # number, lowest offset, how many chunks
_CHUNK = struct.Struct("<QQ")
_COUNT = struct.Struct("<i")
_MANY = 64  # contigs without records are passed over together: a reference may have thousands
_MANY_EMPTY = bytes(_MANY * _COUNT.size)
_MOST_BITS = 62  # of a place on a contig


class _Bins(NamedTuple):
    """The bins in which records lie, and where in the index the chunks of each stand."""

    starts: Coordinates
    ends: Coordinates
    chunks: list[tuple[int, int]]


def spans(index: Path, data: Path, regions: Intervals, dictionary: Dictionary) -> list[tuple[int, int]]:
    """Return pairs of virtual offsets that together hold every record overlapping the regions, in file order.

    Raises InputError when the index is damaged or does not belong to the data file.
    """
    raw = bgzf.whole(index)
    try:
        bins, last = _bins(raw, dictionary)
    except (struct.error, IndexError, ValueError, OverflowError) as error:
        raise InputError.of(index, "cannot be read as an index; make it again (bcftools index -f)") from error
    bgzf.require_same_end(index, data, last, "bcftools index -f")
    reaching = regions.overlapped_by(bins.starts, bins.ends)
    wanted = (raw[slice(*bins.chunks[number])] for number in np.flatnonzero(reaching).tolist())
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(chunk for some in wanted for chunk in _CHUNK.iter_unpack(some)):
        if joined and begin >> 16 <= joined[-1][1] >> 16:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def contigs_held(index: Path, dictionary: Dictionary) -> set[str]:
    """Return the chromosomes of which an index that was read before leads to a record."""
    bins, _ = _bins(bgzf.whole(index), dictionary)
    return {CONTIGS[rank] for rank in np.unique(bins.starts // SPACING).tolist()}


def _bins(raw: bytes, dictionary: Dictionary) -> tuple[_Bins, int]:
    """Return the bins of the karyotype's contigs, and where the last chunk of all ends."""
    if raw[:4] != _MAGIC:
        raise ValueError("not CSI")
    min_shift, depth, auxiliary = struct.unpack_from("<3i", raw, 4)
    if min(min_shift, depth, auxiliary) < 0 or min_shift + 3 * depth > _MOST_BITS:
        raise ValueError("no contig is so long")
    at = 16 + auxiliary
    (contigs,) = struct.unpack_from("<i", raw, at)
    at += 4
    stretches: list[tuple[int, int]] = []
    held: list[tuple[int, int]] = []
    last = 0
    pseudo_bin = ((1 << 3 * depth + 3) - 1) // 7 + 1
    contig = 0
    while contig < contigs:
        if contig + _MANY <= contigs and raw.startswith(_MANY_EMPTY, at):
            contig, at = contig + _MANY, at + len(_MANY_EMPTY)
            continue
        (bins,) = _COUNT.unpack_from(raw, at)
        at += _COUNT.size
        axis = dictionary.rank_of(contig) * SPACING if bins else -1
        contig += 1
        for _ in range(bins):
            number, _, count = _BIN.unpack_from(raw, at)
            begin = at + _BIN.size
            at = begin + count * _CHUNK.size
            if number == pseudo_bin or not count:  # it holds statistics
                continue
            last = max(last, _CHUNK.unpack_from(raw, at - _CHUNK.size)[1])
            start, end = _stretch(number, min_shift, depth)
            if axis >= 0:
                stretches.append((axis + start, axis + end))
                held.append((begin, at))
    starts, ends = np.array(stretches, dtype=np.int64).reshape(-1, 2).T
    return _Bins(starts, ends, held), last


def _stretch(number: int, min_shift: int, depth: int) -> tuple[int, int]:
    """Return start and end of a bin on its contig."""
    # The first number of a level is (8^level - 1) / 7.
    level = min(depth, ((7 * number + 1).bit_length() - 1) // 3)
    size = 1 << min_shift + 3 * (depth - level)
    start = (number - ((1 << 3 * level) - 1) // 7) * size
    return start, min(start + size, SPACING)
