"""Read late: find the lines of a slab that may overlap a region; only CHROM and POS are read for that."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evaluator.errors import Problem, raise_if_any
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import SPACING, SPACING_BITS, Coordinates, Intervals
from evaluator.variants.sources import Slab

# Enough for a contig of the karyotype, POS and both tabs; a longer contig name is none of the panel's.
_WINDOW = 24
_KEY = 8  # a contig name of the karyotype and its padding fit in one 64-bit word
_TAB, _NEWLINE, _RETURN, _HASH, _ZERO = 9, 10, 13, 35, 48  # characters
_NINE = 9  # a digit
_MOST_PROBLEMS = 20
# A record may reach beyond its REF by one of these INFO keys (VCF 4.5, section 1.6.1).
_REACH_KEYS = (b"END=", b"SVLEN=")
_KEYS = {name.encode().ljust(_KEY, b"\0"): KARYOTYPE_ORDER[contig] for name, contig in CONTIG_ALIASES.items()}

Bytes = NDArray[np.uint8]


@dataclass(frozen=True)
class Candidates:
    """The lines of a slab that may overlap a region: their text, and per line its place on the axis."""

    text: bytes
    starts: Coordinates  # POS - 1 on the axis
    lines: Coordinates  # line of the file, 0 where it is not known
    on_karyotype: int  # lines of the slab that stand on a contig of the karyotype
    reaching: bool  # a record of the slab may extend beyond its REF


def joined(parts: list[Candidates]) -> Candidates:
    """Put the candidates of several slabs together."""
    return Candidates(
        b"".join(part.text for part in parts),
        np.concatenate([part.starts for part in parts]),
        np.concatenate([part.lines for part in parts]),
        sum(part.on_karyotype for part in parts),
        any(part.reaching for part in parts),
    )


def find_candidates(
    path: Path, slab: Slab, regions: Intervals, columns: int, *, may_reach: bool = True
) -> Candidates:
    """Find the lines that may overlap a region; raises InputError for lines that are no records.

    `may_reach`: the header declares END or SVLEN, so records may extend beyond their REF.
    """
    text = slab.text if slab.text.endswith(b"\n") else slab.text + b"\n"
    buffer = np.frombuffer(text, np.uint8)
    ends = np.flatnonzero(buffer == _NEWLINE)
    starts = np.concatenate([np.zeros(1, ends.dtype), ends[:-1] + 1])
    lines = np.arange(len(ends)) + slab.first_line if slab.first_line else np.zeros(len(ends), np.int64)
    last = ends - 1
    ends = np.where((last >= starts) & (buffer[np.maximum(last, 0)] == _RETURN), last, ends)
    filled = ends > starts  # blank lines carry nothing; some tools leave one at the end
    starts, ends, lines = starts[filled], ends[filled], lines[filled]
    heads = _heads(buffer, starts)
    ranks, positions, sound = _places(text, heads, starts, ends)
    _require_sound(path, lines, sound, heads)
    axis = ranks * SPACING + positions - 1
    # A symbolic allele reaches although the header may have forgotten to declare by what.
    reaching = (may_reach or b"<" in text) and any(key in text for key in _REACH_KEYS)
    # A line is longer than its REF: an upper bound of the record's end that costs no splitting.
    furthest = (ranks + 1) * SPACING if reaching else axis + (ends - starts)
    chosen = np.flatnonzero((ranks >= 0) & regions.overlapped_by(axis, furthest))
    gathered = _gathered(text, starts[chosen], ends[chosen])
    _require_columns(path, gathered, lines[chosen], columns)
    if len(text) != len(slab.text) and len(starts):  # a last line without its end may be half a line
        _require_columns(path, text[starts[-1] : ends[-1]] + b"\n", lines[-1:], columns)
    return Candidates(
        gathered,
        axis[chosen],
        lines[chosen],
        int((ranks >= 0).sum()),
        reaching,
    )


def _heads(buffer: Bytes, starts: Coordinates) -> Bytes:
    """Copy the first bytes of every line into the rows of a matrix."""
    padded = np.concatenate([buffer, np.zeros(_WINDOW, np.uint8)])
    windows = np.ndarray((len(buffer),), dtype=f"V{_WINDOW}", buffer=padded.data, strides=(1,))
    heads: Bytes = windows[starts].view(np.uint8).reshape(-1, _WINDOW)
    return heads


def _places(
    text: bytes, heads: Bytes, starts: Coordinates, ends: Coordinates
) -> tuple[Coordinates, Coordinates, NDArray[np.bool_]]:
    """Return per line the contig's rank (-1: not of the karyotype), POS, and whether the two are sound."""
    tabs = heads == _TAB
    name_length = tabs.argmax(axis=1)
    has_name = tabs[np.arange(len(heads)), name_length]
    names = np.where(np.arange(_KEY) < name_length[:, None], heads[:, :_KEY], 0).astype(np.uint8)
    ranks = np.where(has_name & (name_length < _KEY), _ranks(names), -1)
    positions = np.zeros(len(heads), dtype=np.int64)
    sound = np.ones(len(heads), dtype=np.bool_)
    for length in np.unique(name_length[ranks >= 0]).tolist():
        rows = np.flatnonzero((ranks >= 0) & (name_length == length))
        positions[rows], sound[rows] = _numbers(heads[rows, length + 1 :])
    for row in np.flatnonzero(ranks < 0).tolist():
        sound[row] = _is_record(text[starts[row] : ends[row]])
    return ranks, positions, sound


def _ranks(names: Bytes) -> Coordinates:
    """Look up contigs' names; records of one contig stand together, so only changes are looked up."""
    keys = np.ascontiguousarray(names).view(np.uint64).ravel()
    if not len(keys):
        return np.empty(0, np.int64)
    changes = np.flatnonzero(np.concatenate([[True], keys[1:] != keys[:-1]]))
    found = np.array([_KEYS.get(names[row].tobytes(), -1) for row in changes.tolist()], dtype=np.int64)
    ranks: Coordinates = np.repeat(found, np.diff(np.append(changes, len(keys))))
    return ranks


def _numbers(fields: Bytes) -> tuple[Coordinates, NDArray[np.bool_]]:
    """Read the decimal number at the start of each row; it must end with a tab."""
    tabs = fields == _TAB
    width = tabs.argmax(axis=1)
    digits = fields.astype(np.int64) - _ZERO
    inside = np.arange(fields.shape[1]) < width[:, None]
    sound = (width > 0) & ~(inside & ((digits < 0) | (digits > _NINE))).any(axis=1)
    values = np.zeros(len(fields), dtype=np.int64)
    for column in range(int(width.max(initial=0))):
        values = np.where(inside[:, column], values * 10 + digits[:, column], values)
    return values, sound & (values < 1 << SPACING_BITS)


def _is_record(line: bytes) -> bool:
    contig, _, rest = line.partition(b"\t")
    return bool(contig) and not line.startswith(b"#") and rest.partition(b"\t")[0].isdigit()


def _require_sound(path: Path, lines: Coordinates, sound: NDArray[np.bool_], heads: Bytes) -> None:
    wrong = np.flatnonzero(~sound)[:_MOST_PROBLEMS]
    raise_if_any(
        [
            Problem(
                str(path),
                int(lines[row]),
                "is a header line among the records; files were joined without care, use bcftools concat"
                if heads[row, 0] == _HASH
                else "is no VCF record: POS is not a whole number that fits a chromosome",
            )
            for row in wrong.tolist()
        ]
    )


def _require_columns(path: Path, text: bytes, lines: Coordinates, columns: int) -> None:
    if not text:
        return
    buffer = np.frombuffer(text, np.uint8)
    tabs_before = np.searchsorted(np.flatnonzero(buffer == _TAB), np.flatnonzero(buffer == _NEWLINE))
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
