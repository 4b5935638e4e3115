"""What a wide BCF file's records say of carriers beside the genotype: fetched for them alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.variants.bcf_genotypes import item_type, spelled
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
from evaluator.variants.pairs import Flags

DTYPES = {INT8: "<i1", INT16: "<i2", INT32: "<i4"}
_LONGEST = 8  # values of a list up to which all are made as long
_ABSENT = np.int32(np.iinfo(np.int32).min)  # with its type: a plain number would take that of smaller ones
_DOT = ord(".")
_FLOAT_END, _FLOAT_MISSING = 0x7F800002, 0x7F800001
# Keys whose values stay numbers where the header declares them so, and whether a sample has several.
_NUMBERS = {"DP": False, "GQ": False, "AD": True}

Buffer = NDArray[np.uint8]
Raw = NDArray[Any]  # an item per carrier, its bytes as they are stored; or a row of numbers
Part = tuple[Coordinates, Raw, int, int]  # whose values, their bytes, type and count
Shape = tuple[str, int, int]  # key, type, values per sample
Groups = dict[
    Shape, tuple[list[int], list[int]]
]  # the records that have such a field, where it stands in each
Stretches = dict[Shape, tuple[Coordinates, Raw]]  # which of the carriers have such a field, and their values


def grouped(path: Path, records: list[Record], dictionary: Dictionary) -> Groups:
    """Group the wanted FORMAT fields of records by shape; raises InputError for a type that cannot be."""
    groups: Groups = {}
    wanted = {GENOTYPE, *FORMAT_KEYS}
    for number, record in enumerate(records):
        for key, kind, length, offset in record.fields:
            if key in wanted:
                numbers, offsets = groups.setdefault((key, kind, length), ([], []))
                numbers.append(number)
                offsets.append(offset)
    for key, kind, _ in groups:
        whole = key == GENOTYPE or key in dictionary.whole_numbers
        if kind not in (DTYPES if whole else SIZES):
            raise InputError.of(path, DAMAGED)
    return groups


def gathered(
    buffer: Buffer, groups: Groups, records: int, carriers: Coordinates, columns: Coordinates
) -> Stretches:
    """Copy the carriers' values of FORMAT_KEYS as they are stored.

    `carriers` are the records of the carriers, and `columns` their places among the file's samples.
    """
    found: Stretches = {}
    for (key, kind, length), (numbers, offsets) in groups.items():
        if key == GENOTYPE:
            continue
        width = length * SIZES[kind]
        if numbers == list(range(records)):
            who = np.arange(len(carriers))
            at = np.array(offsets)[carriers] + columns * width
        else:
            offset_of = np.full(records, -1)
            offset_of[numbers] = offsets
            offset = offset_of[carriers]
            who = np.flatnonzero(offset >= 0)
            at = offset[who] + columns[who] * width
        # every place of the slab can be read, so nothing is cut into records
        everywhere = np.ndarray((len(buffer) - width + 1,), item_type(width), buffer, 0, (1,))
        found[key, kind, length] = who, everywhere[at]
    return found


class Values:
    """What was gathered of the carriers, slab by slab, until it is worth making columns of it."""

    def __init__(self) -> None:
        self._parts: dict[Shape, list[tuple[Coordinates, Raw]]] = {}

    def add(self, stretches: Stretches, carriers: int) -> None:
        """Add what was gathered of those that come after so many `carriers`."""
        for shape, (who, raw) in stretches.items():
            self._parts.setdefault(shape, []).append((who + carriers, raw))

    def columns(self, dictionary: Dictionary, carriers: int) -> list[pl.Series]:
        """Return GT and the values of FORMAT_KEYS of so many carriers, null where missing."""
        by_key: dict[str, list[Part]] = {}
        for (key, kind, length), parts in self._parts.items():
            who, raw = (np.concatenate(part) for part in zip(*parts, strict=True))
            by_key.setdefault(key, []).append((who, raw, kind, length))
        return [_column(key, parts, dictionary, carriers).alias(key) for key, parts in by_key.items()]


def _column(key: str, parts: list[Part], dictionary: Dictionary, count: int) -> pl.Series:
    if key == GENOTYPE:
        first = dictionary.first_phase
        stored = [(who, _as(raw, kind, length)) for who, raw, kind, length in parts if len(who)]
        spelt = [(who, spelled(genotypes, first_phase=first)) for who, genotypes in stored]
        if len(spelt) != 1 or len(spelt[0][0]) < count:  # each numbers its own
            spelt = [(who, genotypes.cast(pl.String)) for who, genotypes in spelt]
        return _scattered(spelt, count, pl.String())
    if key in _NUMBERS and key in dictionary.whole_numbers:
        numbers = [(who, _as(raw, kind, length)) for who, raw, kind, length in parts]
        return _numbers(numbers, count, listed=_NUMBERS[key])
    return _scattered([_written(*part) for part in parts], count, pl.String())


def _as(raw: Raw, kind: int, length: int) -> NDArray[Any]:
    """Return stored values as numbers, a row per carrier."""
    return raw.view(DTYPES[kind]).reshape(-1, length)


def _scattered(parts: list[tuple[Coordinates, pl.Series]], count: int, dtype: pl.DataType) -> pl.Series:
    """Put the parts' values to their places; null elsewhere."""
    parts = [part for part in parts if len(part[0])]
    if len(parts) == 1 and len(parts[0][0]) == count:
        return parts[0][1]
    values = pl.concat([*(values for _, values in parts), pl.Series([None], dtype=dtype)], rechunk=True)
    if not parts:
        return values.new_from_index(0, count)
    source = np.full(count, len(values) - 1, np.uint32)
    source[np.concatenate([who for who, _ in parts])] = np.arange(len(values) - 1)
    return values[pl.Series(source)]


def _numbers(parts: list[tuple[Coordinates, Raw]], count: int, *, listed: bool) -> pl.Series:
    """Turn whole numbers into one of each carrier, or lists of them, filled up with nulls."""
    longest = max(values.shape[1] for _, values in parts) if listed else 1
    if longest > _LONGEST:  # what fills up everybody's would take much memory
        return _scattered([(who, _lists(values)) for who, values in parts], count, pl.List(pl.Int32))
    if len(parts) == 1 and len(parts[0][0]) == count:
        filled = parts[0][1][:, :longest]
    else:
        filled = np.full((count, longest), _ABSENT)
        for who, values in parts:
            known = values[:, :longest]
            filled[who, : known.shape[1]] = np.where(_absent(known), _ABSENT, known)
    return _lists(filled) if listed else _flat(filled)


def _absent(values: Raw) -> Flags:
    """Tell which whole numbers are missing, or beyond the last."""
    flags: Flags = values <= np.iinfo(values.dtype).min + 1
    return flags


def _lists(values: Raw) -> pl.Series:
    return _flat(values).reshape(values.shape).arr.to_list()


def _flat(values: Raw) -> pl.Series:
    absent = _absent(values)
    numbers = pl.Series(values.astype(np.int32, copy=False).ravel())
    return numbers.set(pl.Series(absent.ravel()), None) if absent.any() else numbers


def _written(who: Coordinates, raw: Raw, kind: int, length: int) -> tuple[Coordinates, pl.Series]:
    """Return whose value is known, and the values as VCF would write them."""
    if kind != CHARACTERS:
        return who, _texts(raw, kind, length)
    rows, bytes_ = raw.view(f"S{length}"), raw.view(np.uint8).reshape(-1, length)
    unknown = (bytes_[:, 0] == 0) | ((bytes_[:, 0] == _DOT) & (bytes_[:, 1:2] == 0).all(axis=1))
    known = np.flatnonzero(~unknown)  # often nearly all are missing
    texts = [row.decode(errors="replace") for row in rows[known].tolist()]
    return who[known], pl.Series(texts, dtype=pl.String)


def _texts(raw: Raw, kind: int, length: int) -> pl.Series:
    """Return numbers as VCF would write them; null for a lone "."."""
    if kind == FLOAT:
        bits = raw.view("<u4").reshape(-1, length)
        ended, missing = bits == _FLOAT_END, bits == _FLOAT_MISSING
        numbers = [f"{number:g}" for number in bits.view("<f4").ravel().tolist()]
        written = [pl.Series(numbers[column::length], dtype=pl.String) for column in range(length)]
    else:
        values = _as(raw, kind, length)
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
