"""Read late: find the lines of a slab that may overlap a region; only CHROM and POS are read for that."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.byte_search import Bytes, end_and_svlen, places
from evaluator.variants.intervals import SPACING, Coordinates, Intervals
from evaluator.variants.sources import Slab

# The bytes of a line that are looked at, two 64-bit words: a contig of the karyotype with its tab fits in the
# first (the longest are chr22 and chrMT), and POS and its tab in what the two have left.
_HEAD = 16
_TAB, _NEWLINE, _HASH, _ZERO, _SEMICOLON = 9, 10, 35, 48, 59  # characters
_NINE = 9  # a digit
_BEFORE_REF, _AFTER_ALT = 2, 4  # tabs of a line
_MOST_PROBLEMS = 20
# A contig outside the karyotype: its name, or an assembly's in angle brackets (VCF 4.5, section 1.6.1).
_RECORD = re.compile(rb"(?:<[^<>\s,]+>|[^#<>\s,][^<>\s,]*)\t\d+\t")
_KEYS = {
    int.from_bytes(name.encode(), "little"): KARYOTYPE_ORDER[contig]
    for name, contig in CONTIG_ALIASES.items()
}

Words = NDArray[np.uint64]

# Patterns of eight equal bytes, for arithmetic on eight characters at once.
_U64 = np.uint64
_ONES, _HIGHS = _U64(0x0101010101010101), _U64(0x8080808080808080)
_TABS, _ZEROS = _U64(0x0909090909090909), _U64(0x3030303030303030)
_TENS, _SIXES, _THREES = _U64(0xF0F0F0F0F0F0F0F0), _U64(0x0606060606060606), _U64(0x3333333333333333)
_PAIR = _U64(0x000000FF000000FF)


@dataclass(frozen=True)
class Candidates:
    """The lines of a slab that may overlap a region: their text, and per line its place on the axis."""

    text: bytes
    starts: Coordinates  # POS - 1 on the axis
    lines: Coordinates  # line of the file, 0 where it is not known
    on_karyotype: int  # lines of the slab that stand on a contig of the karyotype
    reaching: bool  # a record of the slab may extend beyond its REF
    ordered: bool  # on the karyotype, lines are sorted by position and contigs stand together


def joined(parts: list[Candidates]) -> Candidates:
    """Put the candidates of several slabs together."""
    return Candidates(
        b"".join(part.text for part in parts),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.lines for part in parts]),
        sum(part.on_karyotype for part in parts),
        any(part.reaching for part in parts),
        all(part.ordered for part in parts),
    )


def without_substitutions(candidates: Candidates, regions: Intervals) -> Candidates:
    """Leave out lines outside the regions whose REF and ALT are one character each, before they are split.

    Where a line may extend beyond its REF all stay; and one stays in any case.
    """
    if candidates.reaching:
        return candidates
    buffer = np.frombuffer(candidates.text, np.uint8)
    ends = places(buffer, _NEWLINE)
    starts = np.concatenate([[0], ends[:-1] + 1])
    tabs = np.flatnonzero(buffer == _TAB).reshape(len(ends), -1)
    kept = tabs[:, _AFTER_ALT] - tabs[:, _BEFORE_REF] != len("\tA\tC")
    kept |= regions.overlapped_by(candidates.starts, candidates.starts + ends - starts)
    kept[:1] = True
    return replace(
        candidates,
        text=_gathered(candidates.text, starts[kept], ends[kept]),
        starts=candidates.starts[kept],
        lines=candidates.lines[kept],
    )


def find_candidates(
    path: Path, slab: Slab, regions: Intervals, columns: int, *, may_reach: bool = True, blocks: bool = False
) -> Candidates:
    """Find the lines that may overlap a region; raises InputError for lines that are no records.

    `may_reach`: the header declares END or SVLEN, so records may extend beyond their REF; `blocks`: it
    declares FORMAT/LEN, so reference blocks may.
    """
    text = slab.text or b"\n"
    buffer = np.frombuffer(text, np.uint8)
    require_last_end(path, slab)
    starts, ends, order = _lines(text, buffer, slab.line_ends)
    ranks, positions, sound, grouped = _places(text, starts, ends)
    if not sound.all():
        wrong = np.flatnonzero(~sound)[:_MOST_PROBLEMS]
        _refuse(path, _numbered(slab, order[wrong]), buffer[starts[wrong]] == _HASH)
    axis = ranks * SPACING + positions - 1
    # A line is longer than its REF: an upper bound of the record's end that costs no splitting.
    furthest = axis + (ends - starts)
    # A symbolic allele reaches although the header may have forgotten to declare by what.
    reaching = (may_reach or b"<" in text) and _reach_by_info(text, buffer, ends, ranks, furthest)
    if blocks:
        far = _blocks(buffer, ends)
        furthest[far] = (ranks[far] + 1) * SPACING
        reaching |= len(far) > 0
    chosen = np.flatnonzero((ranks >= 0) & regions.overlapped_by(axis, furthest))
    gathered = _gathered(text, starts[chosen], ends[chosen])
    lines = _numbered(slab, order[chosen])
    _require_columns(path, gathered, lines, columns)
    sorted_ = (axis[1:] >= axis[:-1]) | (ranks[1:] != ranks[:-1]) | (ranks[1:] < 0)
    ordered = grouped and bool(sorted_.all())
    return Candidates(gathered, axis[chosen], lines, int((ranks >= 0).sum()), reaching, ordered)


def require_last_end(path: Path, slab: Slab) -> None:
    """Raise InputError where the last line has no end: what follows it is missing, and the line may be half.

    A program that dies while it writes leaves that, also inside a sound gzip or BGZF file.
    """
    if slab.text and not slab.text.endswith(b"\n"):
        line = len(slab.line_ends) + slab.first_line if slab.first_line else 0
        message = "its last line has no line end, so it was cut short; make it again, or add the line end"
        raise InputError.of(path, f"{message} if nothing is missing", line)


def _lines(text: bytes, buffer: Bytes, ends: Coordinates) -> tuple[Coordinates, Coordinates, Coordinates]:
    """Return where the filled lines begin and end, and their place among all lines."""
    if not len(ends):  # nothing at all
        ends = np.append(ends, len(text) - 1)
    starts = np.concatenate([np.zeros(1, ends.dtype), ends[:-1] + 1])
    order = np.arange(len(ends))
    last = np.maximum(ends - 1, 0)
    ends = ends - ((buffer[last] == ord("\r")) & (ends > starts))
    filled = ends > starts  # blank lines carry nothing; some tools leave one at the end
    return (starts, ends, order) if filled.all() else (starts[filled], ends[filled], order[filled])


def _numbered(slab: Slab, order: Coordinates) -> Coordinates:
    """Return the file's line numbers of a slab's lines; 0 where they are not known."""
    return order + slab.first_line if slab.first_line else np.zeros(len(order), np.int64)


def _reach_by_info(
    text: bytes, buffer: Bytes, ends: Coordinates, ranks: Coordinates, furthest: Coordinates
) -> bool:
    """Move `furthest` to where END= says; where it is not plain, and for SVLEN=, to the end of the contig.

    Tells whether any line has END= or SVLEN= in it.
    """
    at, svlens = end_and_svlen(buffer)
    if not (len(at) or len(svlens)):
        return False
    words = _heads(text, at)
    characters = words.view(np.uint8)
    characters[characters == _SEMICOLON] = _TAB  # END stands last in INFO, or something follows it
    positions, plain = _numbers(words[0], words[1], np.full(len(at), len(b"END="), np.uint64))
    rows = np.searchsorted(ends, at)
    reached = np.where(plain, ranks[rows] * SPACING + positions, (ranks[rows] + 1) * SPACING)
    np.maximum.at(furthest, rows, reached)
    far = np.searchsorted(ends, svlens)
    furthest[far] = (ranks[far] + 1) * SPACING
    return True


def _blocks(buffer: Bytes, ends: Coordinates) -> Coordinates:
    """Return the lines with the allele <*> or <NON_REF> in them."""
    opens = places(buffer, ord("<"))
    after = buffer[np.minimum(opens + 1, len(buffer) - 1)]
    return np.unique(np.searchsorted(ends, opens[(after == ord("*")) | (after == ord("N"))]))


def _places(
    text: bytes, starts: Coordinates, ends: Coordinates
) -> tuple[Coordinates, Coordinates, NDArray[np.bool_], bool]:
    """Return per line the contig's rank (-1: none of the karyotype), POS, and whether the two are sound.

    The last value tells whether the lines of each contig of the karyotype stand together.
    """
    first, second = _heads(text, starts)
    names = first & _before(first ^ _TABS)
    # Records of one contig stand together: only changes of the name are looked up.
    changes = np.flatnonzero(np.concatenate([np.ones(min(1, len(names)), np.bool_), names[1:] != names[:-1]]))
    distinct = names[changes].tolist()
    lengths = np.diff(np.append(changes, len(names)))
    ranks = np.repeat(np.array([_KEYS.get(name, -1) for name in distinct], dtype=np.int64), lengths)
    widths = np.repeat(
        np.array([(name.bit_length() + 7) // 8 for name in distinct], dtype=np.uint64), lengths
    )
    positions, sound = _numbers(first, second, widths + _U64(1))
    for row in np.flatnonzero(ranks < 0).tolist():
        sound[row] = _is_record(text[starts[row] : ends[row]])
    known = [name for name in distinct if name in _KEYS]  # of others only the beginning was looked at
    return ranks, positions, sound, len(set(known)) == len(known)


def _heads(text: bytes, starts: Coordinates) -> Words:
    """Read sixteen bytes at each place as two little-endian numbers: all the first, then all the second."""
    if len(starts) and starts.max() + _HEAD > len(text):
        text += bytes(_HEAD)
    windows = np.ndarray((max(0, len(text) - _HEAD + 1),), f"V{_HEAD}", text, strides=(1,))
    return windows[starts].view("<u8").reshape(-1, 2).T.astype(np.uint64, order="C")


def _before(differences: Words) -> Words:
    """Mask the bytes before the first zero byte; all of them where none is zero.

    The test for a zero byte is that of S. E. Anderson's "Bit Twiddling Hacks", exact for the lowest one.
    """
    zero = (differences - _ONES) & ~differences & _HIGHS
    return ((zero & (~zero + _U64(1))) >> _U64(7)) - _U64(1)


def _numbers(first: Words, second: Words, skip: Words) -> tuple[Coordinates, NDArray[np.bool_]]:
    """Read the decimal number after `skip` bytes of sixteen; sound: 1 to 9 digits, a tab, within a contig.

    Eight digits are turned into a number at once, as in D. Lemire's "Quickly parsing eight digits".
    """
    shift = skip << _U64(3)
    word = (first >> shift) | (second << (_U64(64) - shift))
    bits = np.bitwise_count(_before(word ^ _TABS)).astype(np.uint64)
    digits = (word << (_U64(64) - bits)) | (_ZEROS >> bits)  # leading zeros up to eight digits
    sound = ((digits & _TENS) | (((digits + _SIXES) & _TENS) >> _U64(4))) == _THREES
    pairs = (digits - _ZEROS) * _U64(10) + ((digits - _ZEROS) >> _U64(8))
    low, high = pairs & _PAIR, (pairs >> _U64(16)) & _PAIR
    values = ((low * _U64(0x000F424000000064) + high * _U64(0x0000271000000001)) >> _U64(32)).astype(np.int64)
    longer = np.flatnonzero(bits == _U64(64))
    after = (second[longer] >> shift[longer]).astype(np.int64)
    ninth, tenth = after & 0xFF, after >> 8 & 0xFF
    nine = (ninth >= _ZERO) & (ninth <= _ZERO + _NINE)
    sound[longer] &= np.where(nine, tenth, ninth) == _TAB
    values[longer] = np.where(nine, values[longer] * 10 + ninth - _ZERO, values[longer])
    return values, sound & (bits > _U64(0)) & (values < SPACING)


def _is_record(line: bytes) -> bool:
    return _RECORD.match(line) is not None


def _refuse(path: Path, lines: Coordinates, headers: NDArray[np.bool_]) -> None:
    raise_if_any(
        [
            Problem(
                str(path),
                line,
                "is a header line among the records; files were joined without care, use bcftools concat"
                if header
                else "is no VCF record: it must begin with a contig and POS, a whole number that fits it",
            )
            for line, header in zip(lines.tolist(), headers.tolist(), strict=True)
        ]
    )


def _require_columns(path: Path, text: bytes, lines: Coordinates, columns: int) -> None:
    if not text:
        return
    buffer = np.frombuffer(text, np.uint8)
    tabs_before = np.searchsorted(np.flatnonzero(buffer == _TAB), places(buffer, _NEWLINE))
    counts = np.diff(tabs_before, prepend=0) + 1
    raise_if_any(
        [
            Problem(
                str(path),
                int(lines[row]),
                f"has {counts[row]} columns, but the #CHROM line names {columns}; the line is damaged",
            )
            for row in np.flatnonzero(counts != columns)[:_MOST_PROBLEMS].tolist()
        ]
    )


def _gathered(text: bytes, starts: Coordinates, ends: Coordinates) -> bytes:
    """Join the chosen lines; a run of neighbours is copied in one piece."""
    if not len(starts):
        return b""
    opens = np.flatnonzero(np.concatenate([[True], starts[1:] != ends[:-1] + 1]))
    closes = np.append(opens[1:] - 1, len(starts) - 1)
    pieces = [text[a:b] for a, b in zip(starts[opens].tolist(), ends[closes].tolist(), strict=True)]
    return b"\n".join(pieces) + b"\n"
