"""Find the few carriers in the text of a wide file: almost all genotypes are 0/0 and are not parsed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import Problem, raise_if_any
from evaluator.variants.calls import FORMAT_KEYS
from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.header import FIXED
from evaluator.variants.intervals import Coordinates, Intervals
from evaluator.variants.lines import find_candidates, require_last_end
from evaluator.variants.pairs import Flags, Pairs, joined_pairs
from evaluator.variants.sources import Slab
from evaluator.variants.structural import Speaks, who_speaks

TOO_MANY = "too many"
HEAD_COLUMNS = len(FIXED) + 1  # what stands before the samples: the fixed columns and FORMAT
_HEAD = re.compile(rb"(?:[^\t\n]*\t){%d}[^\t\r\n]*" % (HEAD_COLUMNS - 1))
_TAB, _NEWLINE, _RETURN, _COLON = 9, 10, 13, 58  # characters
_WORD = 4  # bytes of a field that are looked at
_MOST_PROBLEMS = 20
_ALT = FIXED.index("ALT")
# What GT:REST of a reference genotype and of a missing one begins with, and what may follow.
_REFERENCE, _NO_CALL, _AFTER = (b"0/0", b"0|0", b"0"), (b"./.", b".|.", b"."), (b":", b"\t", b"\n", b"\r")

Words = NDArray[np.uint32]


@dataclass(frozen=True)
class Fields:
    """Sample columns to be parsed, all of one FORMAT: a line for each pair, begun by a colon."""

    format: str
    pairs: Pairs
    text: bytes

    def moved(self, records: int) -> Fields:
        """Return the same with records numbered from there on."""
        return Fields(self.format, self.pairs.moved(records), self.text)

    def values(self) -> pl.DataFrame:
        """Split into the columns GT and FORMAT_KEYS (text, null where absent or "."; GT as written).

        Where a sample has more fields than FORMAT names, `too many` is not null.
        """
        keys = self.format.split(":")
        wanted = [key for key in (GENOTYPE, *FORMAT_KEYS) if key in keys]
        places = [keys.index(key) + 1 for key in wanted]
        table = pl.read_csv(
            b":" * (len(keys) + 1) + b"\n" + self.text,  # the first line settles the columns
            separator=":",
            has_header=False,
            quote_char=None,
            encoding="utf8-lossy",
            truncate_ragged_lines=True,
            schema={f"column_{place}": pl.String for place in range(len(keys) + 2)},
            null_values={
                f"column_{place}": "." for key, place in zip(wanted, places, strict=True) if key != GENOTYPE
            },
            columns=[*sorted(places), len(keys) + 1],
        )
        return table.slice(1).select(
            pl.Series("record", self.pairs.records, dtype=pl.Int64),
            pl.Series("sample", self.pairs.samples, dtype=pl.Int64),
            *(pl.col(f"column_{place}").alias(key) for key, place in zip(wanted, places, strict=True)),
            pl.col(f"column_{len(keys) + 1}").alias(TOO_MANY),
        )


@dataclass(frozen=True)
class Slabful:
    """What a slab holds of the wanted samples in records that may overlap the regions."""

    heads: bytes  # the records' columns before the samples, as lines
    lines: Coordinates  # line of the file, 0 where it is not known
    on_karyotype: int
    no_calls: Pairs
    fields: list[Fields]
    values: pl.DataFrame | None = None  # what `fields` would give, where the file is not text

    @property
    def genotypes(self) -> int:
        """How many genotypes there are that are not reference."""
        parsed = 0 if self.values is None else len(self.values)
        return parsed + len(self.no_calls.records) + sum(len(part.pairs.records) for part in self.fields)


def joined_fields(fields: list[Fields]) -> Fields:
    """Put sample columns of one FORMAT together."""
    pairs = joined_pairs([part.pairs for part in fields])
    return Fields(fields[0].format, pairs, b"".join(part.text for part in fields))


def find_carriers(
    path: Path, slab: Slab, regions: Intervals, columns: int, places: Coordinates, *, may_reach: bool
) -> Slabful:
    """Find who carries, or was not called, in the slab's records that may overlap the regions.

    `columns` is how many each line has; `places` are the wanted samples' among the samples, from 0. Raises
    InputError for lines that are no records.
    """
    text = slab.text or b"\n"
    require_last_end(path, slab)
    heads, begins, ends = _lines(text)
    first = slab.first_line or 1
    found = find_candidates(
        path, Slab(b"\n".join(heads) + b"\n", first), regions, HEAD_COLUMNS, may_reach=may_reach
    )
    chosen = found.lines - first
    known = found.lines if slab.first_line else np.zeros(len(chosen), np.int64)
    formats = [heads[line].rpartition(b"\t")[2].decode("utf-8", "replace") for line in chosen.tolist()]
    kinds = np.array([_kind(*told) for told in zip(formats, speaking(found.text), strict=True)], np.int8)
    no_calls, others, spans = [], [], []
    for run in _runs(chosen):
        here = slice(*run)
        tabs = _tabs(path, text, begins[chosen[here]], ends[chosen[here]], known[here], columns)
        missing, rest = _classified(text, int(begins[chosen[run[0]]]), tabs, places, kinds[here])
        spans.append(_spans(begins[chosen[here]], ends[chosen[here]], tabs, places, rest))
        no_calls.append(_pairs(missing, len(places), run[0]))
        others.append(_pairs(rest, len(places), run[0]))
    fields = _fields(text, formats, joined_pairs(others), spans)
    return Slabful(found.text, known, found.on_karyotype, joined_pairs(no_calls), fields)


def _lines(text: bytes) -> tuple[list[bytes], Coordinates, Coordinates]:
    """Return the lines' heads, and where each line begins and ends; lines are long, so they are few."""
    heads, begins, ends = [], [], []
    at = 0
    while at < len(text):
        end = text.find(b"\n", at)
        head = _HEAD.match(text, at)
        heads.append(head[0] if head else _padded(text[at:end]))
        begins.append(at)
        ends.append(end - 1 if text[end - 1 : end] == b"\r" else end)
        at = end + 1
    return heads, np.array(begins, dtype=np.int64), np.array(ends, dtype=np.int64)


def _padded(line: bytes) -> bytes:
    """Fill a line that is too short: what is wrong with it is told later, with its real number of columns."""
    line = line.rstrip(b"\r")
    return line + b"\t" * (HEAD_COLUMNS - 1 - line.count(b"\t")) if line else line


# In records of the second kind a missing genotype is parsed, in those of the last every sample.
_GENOTYPE_FIRST, _UNCALLED_TOO, _GENOTYPE_LATER, _NO_GENOTYPE, _EVERYONE = range(5)


def _kind(keys: str, speaks: Speaks) -> int:
    if speaks == Speaks.EVERYONE:
        return _EVERYONE
    if keys == GENOTYPE or keys.startswith(f"{GENOTYPE}:"):
        return _UNCALLED_TOO if speaks == Speaks.UNCALLED else _GENOTYPE_FIRST
    return _GENOTYPE_LATER if GENOTYPE in keys.split(":") else _NO_GENOTYPE


def speaking(heads: bytes) -> list[Speaks]:
    """Tell of each record, given up to FORMAT, whose genotypes or copy numbers may be structural calls."""
    if b"<" not in heads:
        return [Speaks.CARRIERS] * heads.count(b"\n")
    columns = [head.split("\t") for head in heads.decode("utf-8", "replace").split("\n")[:-1]]
    return [who_speaks(cells[_ALT], cells[-1]) for cells in columns]


def _runs(chosen: Coordinates) -> Iterator[tuple[int, int]]:
    """Yield begin and end of every run of neighbours among the chosen lines."""
    breaks = np.flatnonzero(np.diff(chosen) != 1) + 1
    edges = [0, *breaks.tolist(), len(chosen)] if len(chosen) else [0]
    yield from pairwise(edges)


def _tabs(
    path: Path, text: bytes, begins: Coordinates, ends: Coordinates, lines: Coordinates, columns: int
) -> Coordinates:
    """Return a row per line with the places of its tabs, counted from the first line's beginning."""
    buffer = np.frombuffer(text, np.uint8, count=int(ends[-1] - begins[0]), offset=int(begins[0]))
    tabs = np.flatnonzero(buffer == _TAB)
    if len(tabs) == len(begins) * (columns - 1):
        table = tabs.reshape(len(begins), columns - 1)
        if (table[:, 0] >= begins - begins[0]).all() and (table[:, -1] < ends - begins[0]).all():
            return table
    _require_columns(path, text, begins, ends, lines, columns)
    raise AssertionError("lines of as many columns as asked for have as many tabs")


def _require_columns(
    path: Path, text: bytes, begins: Coordinates, ends: Coordinates, lines: Coordinates, columns: int
) -> None:
    counts = [text.count(b"\t", *span) + 1 for span in zip(begins.tolist(), ends.tolist(), strict=True)]
    problems = [
        Problem(
            str(path), line, f"has {count} columns, but the #CHROM line names {columns}; the line is damaged"
        )
        for count, line in zip(counts, lines.tolist(), strict=True)
        if count != columns
    ]
    raise_if_any(problems[:_MOST_PROBLEMS])


def _classified(
    text: bytes, begin: int, tabs: Coordinates, places: Coordinates, kinds: NDArray[np.int8]
) -> tuple[Coordinates, Coordinates]:
    """Return where, in the table of lines and wanted samples, nothing was called, and what must be parsed."""
    before = tabs[:, HEAD_COLUMNS - 1 :]
    in_order = np.array_equal(places, np.arange(before.shape[1]))
    words = _words(text, begin, before if in_order else before[:, places])
    plain = (words == _word(b"0/0:")) | (words == _word(b"0|0:"))
    plain |= (words == _word(b"0/0\t")) | (words == _word(b"0|0\t"))
    plain[(kinds == _GENOTYPE_LATER) | (kinds == _EVERYONE)] = False
    plain[kinds == _NO_GENOTYPE] = True  # nothing to parse
    left = np.flatnonzero(~plain)
    first = (kinds == _GENOTYPE_FIRST)[left // len(places)]
    words = words.ravel()[left]
    missing = first & _begin(words, _NO_CALL)
    return left[missing], left[~missing & ~(first & _begin(words, _REFERENCE))]


def _words(text: bytes, begin: int, before: Coordinates) -> Words:
    """Read the first bytes of the fields after these places as one number each."""
    count = len(text) - begin - _WORD
    at_each_byte: Words = np.ndarray((count,), "<u4", text, begin + 1, (1,))
    if before[-1].max() < count:
        return at_each_byte[before]
    words: Words = at_each_byte[np.minimum(before, count - 1)]
    for row, column in np.argwhere(before >= count).tolist():  # the last bytes of the slab
        at = begin + int(before[row, column]) + 1
        words[row, column] = _word(text[at : at + _WORD].ljust(_WORD, b"\n"))
    return words


def _word(text: bytes) -> int:
    return int.from_bytes(text, "little")


def _begin(words: Words, genotypes: tuple[bytes, ...]) -> Flags:
    """Tell which words begin with one of the genotypes and end it."""
    found = np.zeros(len(words), dtype=np.bool_)
    for genotype in genotypes:
        mask = np.uint32((1 << 8 * (len(genotype) + 1)) - 1)
        for after in _AFTER:
            found |= (words & mask) == _word(genotype + after)
    return found


def _spans(
    begins: Coordinates,
    ends: Coordinates,
    tabs: Coordinates,
    places: Coordinates,
    which: Coordinates,
) -> Coordinates:
    """Return begin (of the tab before) and end, in the text, of the fields at these places of the table."""
    row, column = np.divmod(which, len(places))
    column = places[column] + HEAD_COLUMNS - 1
    last = tabs.shape[1] - 1
    after = np.where(column < last, tabs[row, np.minimum(column + 1, last)] + begins[0], ends[row])
    return np.stack([tabs[row, column] + begins[0], after])


def _pairs(which: Coordinates, width: int, first: int) -> Pairs:
    row, column = np.divmod(which, width)
    return Pairs(row + first, column)


def _fields(text: bytes, formats: list[str], pairs: Pairs, spans: list[Coordinates]) -> list[Fields]:
    """Copy the fields out of the text, FORMAT by FORMAT."""
    if not len(pairs.records):
        return []
    buffer = np.frombuffer(text, np.uint8)
    begins, ends = np.concatenate(spans, axis=1)
    distinct = {text: number for number, text in enumerate(dict.fromkeys(formats))}
    numbers = np.array([distinct[text] for text in formats])[pairs.records]
    return [
        Fields(keys, pairs[of], _copied(buffer, begins[of], ends[of]))
        for keys, number in distinct.items()
        for of in (numbers == number,)
        if of.any()
    ]


def _copied(buffer: NDArray[np.uint8], begins: Coordinates, ends: Coordinates) -> bytes:
    """Copy stretches of the text as lines, each with the tab before it, which becomes a colon."""
    lengths = ends - begins + 1
    after = np.cumsum(lengths)
    source = np.repeat(begins - (after - lengths), lengths) + np.arange(after[-1])
    copied = buffer[np.minimum(source, len(buffer) - 1)]
    copied[after - lengths] = _COLON
    copied[after - 1] = _NEWLINE
    return bytes(copied)
