"""Find the carriers in the binary records of a wide BCF file: genotypes are a matrix, the rest waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.variants import bcf_index, bgzf
from evaluator.variants.bcf_records import (
    CHARACTERS,
    DAMAGED,
    FLOAT,
    INT8,
    INT16,
    INT32,
    SIZES,
    Dictionary,
    Record,
    decode,
    header_length,
    read_dictionary,
    walk,
)
from evaluator.variants.calls import FORMAT_KEYS
from evaluator.variants.carriers import GENOTYPE, Pairs, Slabful
from evaluator.variants.intervals import SPACING, Coordinates, Intervals
from evaluator.variants.stretches import ahead, blocks

_SLAB_SIZE = 1 << 23
_DTYPES = {INT8: "<i1", INT16: "<i2", INT32: "<i4"}
_REFERENCE, _PHASED = 2, 1  # an allele is stored as (number + 1) x 2, and 1 more when it is phased
_FLOAT_END, _FLOAT_MISSING = 0x7F800002, 0x7F800001
_WORDS = (1, 2, 4, 8)  # bytes of a number

Integers = NDArray[np.int32]


def find_carriers(
    path: Path, index: Path | None, regions: Intervals, samples: int, places: Coordinates
) -> Iterator[Slabful]:
    """Yield who carries, or was not called, in records that may overlap the regions, some megabytes at once.

    `samples` is how many the file has, `places` are the wanted ones', from 0. Raises InputError when the file
    is damaged.
    """
    header, rest, after = _header(path)
    dictionary = read_dictionary(header)
    if index is not None:
        rest, after = b"", _stretches(path, bcf_index.spans(index, path, regions, dictionary.ranks))
    pending, size = [rest], len(rest)
    for chunk in ahead(after):
        pending.append(chunk)
        size += len(chunk)
        if size >= _SLAB_SIZE:
            text = b"".join(pending)
            slabful, used = _slabful(path, text, dictionary, regions, samples, places)
            yield slabful
            pending, size = [text[used:]], len(text) - used
    text = b"".join(pending)
    slabful, used = _slabful(path, text, dictionary, regions, samples, places)
    if used != len(text):
        raise InputError.of(path, DAMAGED)
    yield slabful


def _header(path: Path) -> tuple[bytes, bytes, Iterator[bytes]]:
    """Return the header, what was read beyond it, and the chunks after that."""
    chunks = bgzf.chunks(path)
    text = b""
    while (end := header_length(text)) is None:
        more = next(chunks, b"")
        if not more:
            raise InputError.of(path, "is cut short within its header; copy it again")
        text += more
    return text[:end], text[end:], chunks


def _stretches(path: Path, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    with path.open("rb") as stream:
        for span in spans:
            yield from map(b"".join, blocks(path, stream, *span))


def _slabful(
    path: Path, text: bytes, dictionary: Dictionary, regions: Intervals, samples: int, places: Coordinates
) -> tuple[Slabful, int]:
    """Read the whole records of a slab; also returns where they end."""
    table = np.array(list(walk(path, text)), dtype=np.int64).reshape(-1, 5)
    at, ends, contigs, starts, lengths = table.T
    if len(table) and not ((contigs >= 0) & (contigs < len(dictionary.ranks))).all():
        raise InputError.of(path, DAMAGED)
    ranks = dictionary.ranks[contigs]
    axis = ranks * SPACING + starts
    wanted = (ranks >= 0) & regions.overlapped_by(axis, axis + lengths)
    records = [decode(path, text, offset, dictionary, samples) for offset in at[wanted].tolist()]
    buffer = np.frombuffer(text, np.uint8)
    no_calls, carriers, genotypes = _genotypes(buffer, records, samples, places, dictionary.first_phase)
    slabful = Slabful(
        b"".join(record.head + b"\n" for record in records),
        np.zeros(len(records), np.int64),
        int((ranks >= 0).sum()),
        no_calls,
        [],
        _values(buffer, records, carriers, places).with_columns(genotypes),
    )
    return slabful, int(ends[-1]) if len(ends) else 0


def _genotypes(
    buffer: NDArray[np.uint8],
    records: list[Record],
    samples: int,
    places: Coordinates,
    first_phase: bool,  # noqa: FBT001 - what the file's version says, handed on
) -> tuple[Pairs, Pairs, pl.Series]:
    """Return who was not called, who carries, and the carriers' genotypes as text."""
    groups: dict[tuple[int, int], list[tuple[int, int]]] = {}
    for number, record in enumerate(records):
        for field in record.fields:
            if field.key == GENOTYPE and field.length:
                groups.setdefault((field.type, field.length), []).append((number, field.offset))
    missing, carrying, texts = [], [], [pl.Series(GENOTYPE, [], dtype=pl.String)]
    for (kind, ploidy), members in groups.items():
        size = samples * ploidy * SIZES[kind]
        matrix = np.concatenate([buffer[offset : offset + size] for _, offset in members])
        matrix = matrix.view(_DTYPES[kind]).reshape(len(members), samples, ploidy)
        matrix = matrix if len(places) == samples and (np.diff(places) == 1).all() else matrix[:, places]
        matrix = matrix.reshape(-1, ploidy)
        left = np.flatnonzero(~_plainly_reference(matrix))
        rows = matrix[left].astype(np.int32)
        end = np.iinfo(matrix.dtype).min + 1
        alleles = np.where(
            rows >= 0, rows >> 1, np.where(rows == end, -1, 0)
        )  # -1 beyond the last, 0 missing
        carries = (alleles > 1).any(axis=1)
        unknown = ~carries & ((alleles == 0).any(axis=1) | (alleles == -1).all(axis=1))
        row, sample = np.divmod(left, len(places))
        numbers = np.array([number for number, _ in members])
        missing.append(Pairs(numbers[row[unknown]], sample[unknown]))
        carrying.append(Pairs(numbers[row[carries]], sample[carries]))
        phased = rows[carries] & _PHASED
        if not first_phase:  # where it says nothing, the others speak for it
            phased[:, 0] = _PHASED
        texts.append(_spelled(alleles[carries], phased, matrix[left[carries]]))
    return _joined(missing), _joined(carrying), pl.concat(texts)


def _plainly_reference(matrix: Integers) -> NDArray[np.bool_]:
    plain: NDArray[np.bool_] = (matrix[:, 0] | _PHASED) == _REFERENCE | _PHASED
    for allele in range(1, matrix.shape[1]):
        plain &= (matrix[:, allele] | _PHASED) == _REFERENCE | _PHASED
    return plain


def _spelled(alleles: Integers, phased: Integers, stored: Integers) -> pl.Series:
    """Write genotypes as VCF does; each distinct one is written once."""
    width = stored.shape[1] * stored.itemsize
    if width in _WORDS:  # as single numbers they are sorted faster
        _, first, inverse = np.unique(
            stored.view(f"<u{width}").ravel(), return_index=True, return_inverse=True
        )
    else:
        _, first, inverse = np.unique(stored, axis=0, return_index=True, return_inverse=True)
    texts = []
    for row in first.tolist():
        parts = [
            ("|" if phase else "/") + (str(allele - 1) if allele else ".")
            for allele, phase in zip(alleles[row].tolist(), phased[row].tolist(), strict=True)
            if allele >= 0
        ]
        text = "".join(parts)
        texts.append(text if text.startswith("/") and "|" in text else text[1:])
    return pl.Series(GENOTYPE, texts, dtype=pl.String).gather(pl.Series(inverse.ravel(), dtype=pl.Int64))


def _joined(pairs: list[Pairs]) -> Pairs:
    nothing = [np.empty(0, np.int64)]
    return Pairs(
        np.concatenate([*(part.records for part in pairs), *nothing]),
        np.concatenate([*(part.samples for part in pairs), *nothing]),
    )


def _values(
    buffer: NDArray[np.uint8], records: list[Record], carriers: Pairs, places: Coordinates
) -> pl.DataFrame:
    """Return the carriers' values of FORMAT_KEYS as text, null where missing."""
    columns = {
        "record": pl.Series("record", carriers.records, dtype=pl.Int64),
        "sample": pl.Series("sample", carriers.samples, dtype=pl.Int64),
    }
    groups: dict[tuple[str, int, int], dict[int, int]] = {}
    for number, record in enumerate(records):
        for field in record.fields:
            if field.key in FORMAT_KEYS and field.length:
                groups.setdefault((field.key, field.type, field.length), {})[number] = field.offset
    by_key: dict[str, list[tuple[Coordinates, pl.Series]]] = {}
    columns_of = places[carriers.samples]
    for (key, kind, length), offsets in groups.items():
        offset_of = np.full(len(records), -1)
        offset_of[list(offsets)] = list(offsets.values())
        offset = offset_of[carriers.records]
        who = np.flatnonzero(offset >= 0)
        at = offset[who] + columns_of[who] * (length * SIZES[kind])
        by_key.setdefault(key, []).append((who, _texts(buffer, at, kind, length)))
    for key, parts in by_key.items():
        columns[key] = _scattered(parts, len(carriers.records)).alias(key)
    return pl.DataFrame(columns)


def _scattered(parts: list[tuple[Coordinates, pl.Series]], count: int) -> pl.Series:
    """Put the parts' values to their places; null elsewhere."""
    if len(parts) == 1 and len(parts[0][0]) == count:
        return parts[0][1]
    source = np.full(count, -1)
    source[np.concatenate([who for who, _ in parts])] = np.arange(sum(len(who) for who, _ in parts))
    places = pl.Series(source)
    return pl.concat([values for _, values in parts]).gather(places.set(places < 0, None))


def _texts(buffer: NDArray[np.uint8], at: Coordinates, kind: int, length: int) -> pl.Series:
    """Read the values at these offsets as VCF would write them; null for a lone "."."""
    if kind == CHARACTERS:
        rows = _read(buffer, at, f"S{length}", 1, 0)[:, 0]
        text = pl.Series(rows.tolist(), dtype=pl.Binary).cast(pl.String)
        return text.set(text.is_in(["", "."]), None)
    if kind == FLOAT:
        bits = _read(buffer, at, "<u4", length, 4)
        ended, missing = bits == _FLOAT_END, bits == _FLOAT_MISSING
        numbers = [f"{number:g}" for number in bits.view("<f4").ravel().tolist()]
        written = [pl.Series(numbers[column::length], dtype=pl.String) for column in range(length)]
    else:
        values = _read(buffer, at, _DTYPES[kind], length, SIZES[kind])
        lowest = np.iinfo(values.dtype).min
        ended, missing = values == lowest + 1, values == lowest
        written = [pl.Series(values[:, column]).cast(pl.String) for column in range(length)]
    if length == 1:
        return written[0].set(pl.Series((ended | missing)[:, 0]), None)
    shown = [
        text.set(pl.Series(missing[:, column]), ".").set(pl.Series(ended[:, column]), None).alias(str(column))
        for column, text in enumerate(written)
    ]
    text = pl.select(pl.concat_str(shown, separator=",", ignore_nulls=True)).to_series()
    return text.set(text.is_in(["", "."]), None)


def _read(buffer: NDArray[np.uint8], at: Coordinates, dtype: str, count: int, step: int) -> NDArray[Any]:
    """Read `count` values from each offset on, wherever it lies."""
    size = np.dtype(dtype).itemsize
    everywhere = np.ndarray((len(buffer) - size + 1,), dtype, buffer, 0, (1,))
    values: NDArray[Any] = everywhere[at[:, None] + np.arange(count) * step]
    return values
