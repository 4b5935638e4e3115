"""What a wide BCF file's records say of carriers beside the genotype: fetched for them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
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
)
from evaluator.variants.calls import FORMAT_KEYS
from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.intervals import Coordinates
from evaluator.variants.pairs import Pairs

DTYPES = {INT8: "<i1", INT16: "<i2", INT32: "<i4"}
_NOTHING = (b"", b".")
_FLOAT_END, _FLOAT_MISSING = 0x7F800002, 0x7F800001
# Keys whose values stay numbers where the header declares them so, and whether a sample has several.
_NUMBERS = {"DP": False, "GQ": False, "AD": True}

Buffer = NDArray[np.uint8]
# By key, type and values per sample: the records that have such a field, and where it stands in each.
Groups = dict[tuple[str, int, int], tuple[list[int], list[int]]]


def grouped(path: Path, records: list[Record], dictionary: Dictionary) -> Groups:
    """Group the wanted FORMAT fields of records by shape; raises InputError for a type that cannot be."""
    groups: Groups = {}
    wanted = {GENOTYPE, *FORMAT_KEYS}
    for number, record in enumerate(records):
        for key, kind, length, offset in record.fields:
            if key in wanted and length:
                numbers, offsets = groups.setdefault((key, kind, length), ([], []))
                numbers.append(number)
                offsets.append(offset)
    for key, kind, _ in groups:
        whole = key == GENOTYPE or key in dictionary.whole_numbers
        if kind not in (DTYPES if whole else SIZES):
            raise InputError.of(path, DAMAGED)
    return groups


def carried(
    buffer: Buffer,
    groups: Groups,
    records: int,
    carriers: Pairs,
    columns: Coordinates,
    dictionary: Dictionary,
) -> list[pl.Series]:
    """Return the columns record, sample and the carriers' values of FORMAT_KEYS, null where missing.

    `columns` are the carriers' places among the file's samples.
    """
    by_key: dict[str, list[tuple[Coordinates, pl.Series]]] = {}
    for (key, kind, length), (numbers, offsets) in groups.items():
        if key == GENOTYPE:
            continue
        offset_of = np.full(records, -1)
        offset_of[numbers] = offsets
        offset = offset_of[carriers.records]
        who = np.flatnonzero(offset >= 0)
        at = offset[who] + columns[who] * (length * SIZES[kind])
        if key in _NUMBERS and key in dictionary.whole_numbers:
            values = _numbers(buffer, at, kind, length, listed=_NUMBERS[key])
        else:
            values = _texts(buffer, at, kind, length)
        by_key.setdefault(key, []).append((who, values))
    found = [_scattered(parts, len(columns)).alias(key) for key, parts in by_key.items()]
    pairs = pl.Series("record", carriers.records), pl.Series("sample", carriers.samples)
    return [*pairs, *found]


def _scattered(parts: list[tuple[Coordinates, pl.Series]], count: int) -> pl.Series:
    """Put the parts' values to their places; null elsewhere."""
    if len(parts) == 1 and len(parts[0][0]) == count:
        return parts[0][1]
    source = np.full(count, -1)
    source[np.concatenate([who for who, _ in parts])] = np.arange(sum(len(who) for who, _ in parts))
    places = pl.Series(source)
    return pl.concat([values for _, values in parts]).gather(places.set(places < 0, None))


def _numbers(buffer: Buffer, at: Coordinates, kind: int, length: int, *, listed: bool) -> pl.Series:
    """Read whole numbers at these offsets: one of each, or lists of them, filled up with nulls."""
    values = _read(buffer, at, DTYPES[kind], length, SIZES[kind])
    if not listed:
        values = values[:, :1]
    absent = values <= np.iinfo(values.dtype).min + 1  # missing, or beyond the last
    numbers = pl.Series(values.astype(np.int32).ravel())
    if absent.any():
        numbers = numbers.set(pl.Series(absent.ravel()), None)
    return numbers.reshape((len(at), length)).arr.to_list() if listed else numbers


def _texts(buffer: Buffer, at: Coordinates, kind: int, length: int) -> pl.Series:
    """Read the values at these offsets as VCF would write them; null for a lone "."."""
    if kind == CHARACTERS:
        rows = _read(buffer, at, f"S{length}", 1, 0)[:, 0]
        texts = [None if row in _NOTHING else row.decode(errors="replace") for row in rows.tolist()]
        return pl.Series(texts, dtype=pl.String)
    if kind == FLOAT:
        bits = _read(buffer, at, "<u4", length, 4)
        ended, missing = bits == _FLOAT_END, bits == _FLOAT_MISSING
        numbers = [f"{number:g}" for number in bits.view("<f4").ravel().tolist()]
        written = [pl.Series(numbers[column::length], dtype=pl.String) for column in range(length)]
    else:
        values = _read(buffer, at, DTYPES[kind], length, SIZES[kind])
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


def _read(buffer: Buffer, at: Coordinates, dtype: str, count: int, step: int) -> NDArray[Any]:
    """Read `count` values from each offset on, wherever it lies."""
    size = np.dtype(dtype).itemsize
    everywhere = np.ndarray((len(buffer) - size + 1,), dtype, buffer, 0, (1,))
    values: NDArray[Any] = everywhere[at[:, None] + np.arange(count) * step]
    return values
