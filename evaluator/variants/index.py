"""Decode a .tbi or .csi index and find the stretches of a BGZF file that may hold wanted records.

The formats are those of the SAM and tabix specifications (samtools/hts-specs: SAMv1 section 5, CSIv1).
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants import bgzf
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import Coordinates, Intervals

_TBI = b"TBI\x01"
_CSI = b"CSI\x01"
_VCF_PRESET = 2
_CHUNK_WORDS = 4  # begin and end, each a virtual offset of two 32-bit words
_BINS_ONE_BY_ONE = 64  # a run of fewer equal bins is not worth a vectorised step

Words = NDArray[np.uint32]
Offsets = NDArray[np.uint64]
Numbers = NDArray[np.int64]


@dataclass(frozen=True)
class _Layout:
    """The binning scheme of one index, its contigs' names, and the bytes after them as 32-bit words."""

    min_shift: int
    depth: int
    linear: bool  # .tbi: lowest offsets stand in a table of windows; .csi: in each bin
    names: list[str]
    words: Words

    @property
    def pseudo_bin(self) -> int:
        """The number of the bin that holds statistics instead of chunks."""
        return ((1 << (3 * self.depth + 3)) - 1) // 7 + 1

    @property
    def level_firsts(self) -> Numbers:
        """The number of the first bin of each level, widest bins first."""
        return np.array([((1 << 3 * level) - 1) // 7 for level in range(self.depth + 1)], dtype=np.int64)


@dataclass(frozen=True)
class _Contig:
    """The bins of one contig; offsets are told by the words of the index where they stand."""

    name: str
    bins: Numbers
    chunks: Numbers  # per bin the word of its first chunk's begin; its end stands two words later
    counts: Numbers  # per bin how many chunks follow one another
    windows: Numbers  # numbers of the leaf windows whose lowest offset is known, ascending
    lowest: Numbers


def find_index(path: Path) -> Path | None:
    """Return the index beside a file, the .csi first as htslib does."""
    for suffix in (".csi", ".tbi"):
        candidate = path.with_name(path.name + suffix)
        if candidate.is_file():
            return candidate
    return None


def spans(index: Path, data: Path, regions: Intervals) -> list[tuple[int, int]]:
    """Return pairs of virtual offsets that together hold every record overlapping the regions, in file order.

    Raises InputError when the index is damaged or does not belong to the data file.
    """
    wanted: list[Offsets] = []
    last = 0
    try:
        layout = _decode(index)
        for contig in _contigs(layout):
            ends = contig.chunks + _CHUNK_WORDS * contig.counts - 2
            last = max(last, int(_offset(layout, ends[contig.counts > 0]).max(initial=0)))
            rank = KARYOTYPE_ORDER.get(CONTIG_ALIASES.get(contig.name, ""))
            if rank is not None:
                wanted.append(_overlapping(layout, contig, regions, rank))
    except (struct.error, IndexError, ValueError) as error:
        raise InputError.of(index, "cannot be read as an index; make it again (tabix -f)") from error
    bgzf.require_same_end(index, data, last, "tabix -f")
    return _joined(np.concatenate(wanted)) if wanted else []


def contigs_held(index: Path) -> set[str]:
    """Return the chromosomes of which an index that was read before leads to a record."""
    held = {contig.name for contig in _contigs(_decode(index)) if contig.counts.any()}
    return {CONTIG_ALIASES[name] for name in held if name in CONTIG_ALIASES}


def _decode(index: Path) -> _Layout:
    raw = bgzf.whole(index)
    if raw[:4] == _TBI:
        min_shift, depth, preset_at = 14, 5, 8
        count = struct.unpack_from("<i", raw, 4)[0]
        names_at = preset_at + 28
        body_at = names_at + struct.unpack_from("<i", raw, names_at - 4)[0]
        names_end = body_at
    elif raw[:4] == _CSI:
        min_shift, depth, auxiliary = struct.unpack_from("<3i", raw, 4)
        preset_at, names_at = 16, 44
        names_end = 16 + auxiliary
        body_at = names_end + 4
        count = struct.unpack_from("<i", raw, names_end)[0]
    else:
        raise ValueError("neither TBI nor CSI")
    if struct.unpack_from("<i", raw, preset_at)[0] & 0xFFFF != _VCF_PRESET:
        raise ValueError("not the index of a VCF")
    names = raw[names_at:names_end].decode().rstrip("\0").split("\0") if count else []
    if len(names) != count:
        raise ValueError("as many names as contigs")
    body = raw[body_at : body_at + (len(raw) - body_at) // 4 * 4]
    return _Layout(min_shift, depth, raw[:4] == _TBI, names, np.frombuffer(body, "<u4"))


def _contigs(layout: _Layout) -> Iterator[_Contig]:
    words = layout.words.data
    before_chunks = 2 if layout.linear else 4  # number, [lowest offset,] count
    at = 0
    for name in layout.names:
        place, at = _places_of_bins(layout, before_chunks, words[at], at + 1)
        place = place[layout.words[place] != layout.pseudo_bin]
        bins = layout.words[place].astype(np.int64)
        counts = layout.words[place + before_chunks - 1].astype(np.int64)
        windows, lowest, at = _lowest_offsets(layout, bins, place, at)
        yield _Contig(name, bins, place + before_chunks, counts, windows, lowest)


def _places_of_bins(layout: _Layout, before_chunks: int, remaining: int, at: int) -> tuple[Numbers, int]:
    """Return the word at which each bin of a contig begins, and the word after the last.

    Each bin tells only where the next begins. Neighbours mostly have as many chunks as each other, one:
    such a run is stepped over at once, and bin by bin only where runs are short.
    """
    words = layout.words.data
    places = []
    while remaining:
        stride = before_chunks + _CHUNK_WORDS * words[at + before_chunks - 1]
        counts = layout.words[at + before_chunks - 1 : at + stride * remaining : stride]
        run = _equal_at_start(counts)
        places.append(np.arange(at, at + stride * run, stride))
        at, remaining = at + stride * run, remaining - run
        single = []
        for _ in range(min(remaining, _BINS_ONE_BY_ONE) if run < _BINS_ONE_BY_ONE else 0):
            single.append(at)
            at += before_chunks + _CHUNK_WORDS * words[at + before_chunks - 1]
        remaining -= len(single)
        places.append(np.array(single, dtype=np.int64))
    return np.concatenate([np.empty(0, np.int64), *places]), at


def _equal_at_start(values: Words) -> int:
    """Count how many values at the start are equal to the first; looks only a little further than that."""
    size = _BINS_ONE_BY_ONE
    while True:
        differs = values[:size] != values[0]
        run = int(differs.argmax())
        if differs[run]:
            return run
        if size >= len(values):
            return len(values)
        size *= 8


def _lowest_offsets(layout: _Layout, bins: Numbers, place: Numbers, at: int) -> tuple[Numbers, Numbers, int]:
    """Return leaf windows, the word of each one's lowest offset, and where the next contig begins."""
    if layout.linear:
        count = int(layout.words[at])
        windows = np.arange(count, dtype=np.int64)
        return windows, at + 1 + 2 * windows, at + 1 + 2 * count
    first_leaf = int(layout.level_firsts[-1])
    leaves = np.flatnonzero(bins >= first_leaf)
    leaves = leaves[np.argsort(bins[leaves])]
    return bins[leaves] - first_leaf, place[leaves] + 1, at


def _offset(layout: _Layout, word: Numbers) -> Offsets:
    low, high = layout.words[word].astype(np.uint64), layout.words[word + 1].astype(np.uint64)
    offset: Offsets = low | (high << np.uint64(32))
    return offset


def _overlapping(layout: _Layout, contig: _Contig, regions: Intervals, rank: int) -> Offsets:
    """Keep the chunks of bins that overlap a region and do not end before its first record can begin."""
    starts, ends = regions.of_contig(rank)
    held = np.flatnonzero(np.isin(contig.bins, _bins_over(layout, starts, ends)))
    rows = np.repeat(held, contig.counts[held])
    bins = contig.bins[rows]
    level = np.searchsorted(layout.level_firsts, bins, side="right") - 1
    bin_start = (bins - layout.level_firsts[level]) << (layout.min_shift + 3 * (layout.depth - level))
    region_start = starts[np.searchsorted(ends, bin_start, side="right")] if len(rows) else bin_start
    window = np.maximum(region_start, bin_start) >> layout.min_shift
    known = np.searchsorted(contig.windows, window, side="right") - 1
    lowest = np.zeros(len(rows), np.uint64)  # where nothing is known
    lowest[known >= 0] = _offset(layout, contig.lowest[known[known >= 0]])
    chunk = contig.chunks[rows] + _CHUNK_WORDS * _places_in_runs(contig.counts[held])
    begin, end = _offset(layout, chunk), _offset(layout, chunk + 2)
    chosen: Offsets = np.stack([begin, end], axis=1)[end > lowest]
    return chosen


def _bins_over(layout: _Layout, starts: Coordinates, ends: Coordinates) -> Numbers:
    """Return the numbers of all bins that overlap a region, on every level."""
    numbers = []
    for level, first in enumerate(layout.level_firsts.tolist()):
        shift = layout.min_shift + 3 * (layout.depth - level)
        begin, counts = starts >> shift, ((ends - 1) >> shift) - (starts >> shift) + 1
        numbers.append(first + np.repeat(begin, counts) + _places_in_runs(counts))
    return np.concatenate(numbers)


def _places_in_runs(lengths: Numbers) -> Numbers:
    """Number the members of each run from 0; the runs have these lengths."""
    return np.arange(lengths.sum()) - np.repeat(np.cumsum(lengths) - lengths, lengths)


def _joined(chunks: Offsets) -> list[tuple[int, int]]:
    """Merge chunks that overlap or meet in one block, so that no block is inflated twice."""
    chunks = chunks[np.argsort(chunks[:, 0], kind="stable")]
    if not len(chunks):
        return []
    reached = np.maximum.accumulate(chunks[:, 1])
    opens = np.ones(len(chunks), np.bool_)
    opens[1:] = chunks[1:, 0] >> np.uint64(16) > reached[:-1] >> np.uint64(16)
    last = np.append(np.flatnonzero(opens)[1:] - 1, len(chunks) - 1)
    return list(zip(chunks[opens, 0].tolist(), reached[last].tolist(), strict=True))
