"""Where in a BCF file the wanted records may stand: its .csi index (specification: hts-specs, CSIv1)."""

from __future__ import annotations

import struct
from pathlib import Path

import numpy as np

from evaluator.errors import InputError
from evaluator.variants import bgzf
from evaluator.variants.intervals import SPACING, Coordinates, Intervals

_MAGIC = b"CSI\x01"
_BIN = struct.Struct("<IQi")  # number, lowest offset, how many chunks
_CHUNK = struct.Struct("<QQ")


def spans(index: Path, data: Path, regions: Intervals, ranks: Coordinates) -> list[tuple[int, int]]:
    """Return pairs of virtual offsets that together hold every record overlapping the regions, in file order.

    `ranks` are the contigs' places in the karyotype by their number in the file. Raises InputError when the
    index is damaged or does not belong to the data file.
    """
    raw = bgzf.whole(index)
    try:
        wanted, last = _chunks(raw, regions, ranks)
    except (struct.error, IndexError, ValueError) as error:
        raise InputError.of(index, "cannot be read as an index; make it again (bcftools index -f)") from error
    _require_same_end(index, data, last)
    joined: list[tuple[int, int]] = []
    for begin, end in sorted(wanted):
        if joined and begin >> 16 <= joined[-1][1] >> 16:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((begin, end))
    return joined


def _chunks(raw: bytes, regions: Intervals, ranks: Coordinates) -> tuple[list[tuple[int, int]], int]:
    """Return the chunks of all bins that overlap a region, and where the last chunk of all ends."""
    if raw[:4] != _MAGIC:
        raise ValueError("not CSI")
    min_shift, depth, auxiliary = struct.unpack_from("<3i", raw, 4)
    at = 16 + auxiliary
    (contigs,) = struct.unpack_from("<i", raw, at)
    at += 4
    stretches: list[tuple[int, int]] = []
    held: list[list[tuple[int, int]]] = []  # each stretch's chunks
    last = 0
    pseudo_bin = ((1 << 3 * depth + 3) - 1) // 7 + 1
    for contig in range(contigs):
        (bins,) = struct.unpack_from("<i", raw, at)
        at += 4
        for _ in range(bins):
            number, _, count = _BIN.unpack_from(raw, at)
            at += _BIN.size
            chunks = list(_CHUNK.iter_unpack(raw[at : at + count * _CHUNK.size]))
            at += count * _CHUNK.size
            if number == pseudo_bin or not chunks:  # it holds statistics
                continue
            last = max(last, chunks[-1][1])
            start, end = _stretch(number, min_shift, depth)
            axis = int(ranks[contig]) * SPACING
            if axis >= 0:
                stretches.append((axis + start, axis + end))
                held.append(chunks)
    starts, ends = np.array(stretches, dtype=np.int64).reshape(-1, 2).T
    wanted = np.flatnonzero(regions.overlapped_by(starts, ends)).tolist()
    return [chunk for number in wanted for chunk in held[number]], last


def _stretch(number: int, min_shift: int, depth: int) -> tuple[int, int]:
    """Return start and end of a bin on its contig."""
    level = next(n for n in range(depth, -1, -1) if number >= ((1 << 3 * n) - 1) // 7)
    size = 1 << min_shift + 3 * (depth - level)
    start = (number - ((1 << 3 * level) - 1) // 7) * size
    return start, min(start + size, SPACING)


def _require_same_end(index: Path, data: Path, last: int) -> None:
    """The last chunk must end where the data end: an index of another or an older file seldom does."""
    data_end = data.stat().st_size - len(bgzf.END_OF_FILE)
    block, within = last >> 16, last & 0xFFFF
    if last == 0 or block in (data_end, data_end + len(bgzf.END_OF_FILE)):
        return
    with data.open("rb") as stream:
        stream.seek(block)
        raw = stream.read(1 << 16)
    if block < data_end and len(raw) > len(bgzf.END_OF_FILE):
        text, length = bgzf.inflate_block(data, raw, 0, block)
        if block + length == data_end and len(text) == within:
            return
    raise InputError.of(
        index, f"does not belong to {data.name}: they end differently; make it again (bcftools index -f)"
    )
