"""Genotypes of all samples of a joint file in one table: what each text means is worked out once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.errors import InputError
from evaluator.variants.calls import CALLED, FORMAT_KEYS, minimal_alleles, with_values
from evaluator.variants.carriers import TOO_MANY, Fields, Slabful, joined_fields
from evaluator.variants.genotype_text import (
    CALL,
    GENOTYPE,
    NO_CALL,
    STRUCTURAL,
    WITHOUT_GENOTYPE,
    doubt,
    named,
    spelled_out,
)
from evaluator.variants.intervals import Coordinates
from evaluator.variants.pairs import Flags, distinct
from evaluator.variants.structural import CALLED as STRUCTURAL_CALLED
from evaluator.variants.structural import copy_number_speaks, is_structural, structural_calls
from evaluator.variants.well_formed import TOO_MANY_FIELDS

_KEYS = (GENOTYPE, *FORMAT_KEYS, TOO_MANY)
_CALLED = pl.Schema([("sample", pl.Int64()), *CALLED.items()])
_SOURCE = ("source_position", "source_ref", "source_alts")
_OF_ALLELES = ("contig", "position", "ref", "alt", "filters", "info", "allele", *_SOURCE)
_NOWHERE = np.empty(0, np.int64)
_UNRESOLVED = pl.Schema({"sample": pl.Int64, "start": pl.Int64, "end": pl.Int64, "reason": pl.String})
_STRUCTURAL = pl.Schema({**STRUCTURAL_CALLED, "sample": pl.Int64()})
_SET_ASIDE = pl.Schema({"sample": pl.Int64, "kind": pl.String, "len": pl.UInt32})


@dataclass(frozen=True)
class Together:
    """The genotypes of many samples; `sample` is each one's number.

    calls: CALLED without info; alleles: CALLED, a row per record and called allele; unresolved: start, end
    (on the axis) and reason of what could not become a call; set_aside: kind and how many of them.
    """

    calls: pl.DataFrame
    alleles: pl.DataFrame
    unresolved: pl.DataFrame
    set_aside: pl.DataFrame
    structural: pl.DataFrame  # structural.CALLED


_NOTHING = Together(
    _CALLED.to_frame().drop("info"),
    CALLED.to_frame(),
    _UNRESOLVED.to_frame(),
    _SET_ASIDE.to_frame(),
    _STRUCTURAL.to_frame(),
)


def put_together(parts: list[Together]) -> Together:
    """Put the genotypes of several stretches of a file together."""
    parts = parts or [_NOTHING]
    set_aside = pl.concat([part.set_aside for part in parts])
    return Together(
        _stacked([part.calls for part in parts]),
        _stacked([part.alleles for part in parts]),
        _stacked([part.unresolved for part in parts]),
        set_aside.group_by("sample", "kind").agg(pl.col("len").sum()).sort("sample", "kind"),
        _stacked([part.structural for part in parts]),
    )


def _stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return frames[0] if len(frames) == 1 else pl.concat(frames)


@dataclass(frozen=True)
class _Meanings:
    """The distinct genotypes of each record, spelled out, and which of them each value is."""

    rows: pl.DataFrame  # a row per called allele of a genotype, or one with none
    genotypes: Coordinates  # per value: its genotype, a number
    first: Coordinates  # per genotype: its first row
    count: Coordinates  # per genotype: how many rows


def together(path: Path, records: pl.DataFrame, slabfuls: list[Slabful], samples: int) -> Together:
    """Parse what slabs hold; `records` are those of them, by number, that overlap the regions.

    Raises InputError where a genotype is malformed or names an allele that the record does not have.
    """
    row_of = np.full(sum(len(part.lines) for part in slabfuls), -1)
    row_of[records["record"].to_numpy()] = np.arange(len(records))
    values = _values(slabfuls, row_of)
    _require_fields(path, records, values)
    meanings = _meanings(path, records, values)
    value, row = _expanded(meanings)
    is_call = (meanings.rows["kind"] == CALL).fill_null(value=False).to_numpy()
    calls = minimal_alleles(meanings.rows.filter(pl.Series(is_call)))
    number = np.cumsum(is_call) - 1  # of a row among those that are calls
    called = is_call[row]
    facts = calls.drop("info", "filter", "called", "kind", "record", "qual")
    stated = values.drop("record", GENOTYPE, TOO_MANY)
    if len(value) != len(values) or not called.all():
        stated = stated[value[called]]
    stated = stated.hstack(facts[number[row[called]]])
    others = meanings.rows.select("record", "kind", doubt().alias("reason"))[row[~called]]
    others = others.with_columns(values["sample"].gather(value[~called]))
    others = others.filter(~_by_copy_number(values, meanings.rows, value, row)[~called])
    without = _without_genotype(records)
    return Together(
        with_values(path, stated).select([name for name in _CALLED if name != "info"]),
        _alleles(calls),
        _unresolved(records, _no_calls(slabfuls, row_of), others, without, samples),
        _set_aside(others, len(without), samples),
        _structural(path, values, meanings.rows, value, row),
    )


def _structural(
    path: Path, values: pl.DataFrame, meanings: pl.DataFrame, value: Coordinates, row: Coordinates
) -> pl.DataFrame:
    """Return the structural calls, by genotype or by copy number."""
    wanted = meanings.select(is_structural().fill_null(value=False)).to_series().to_numpy()[row]
    wanted |= _by_copy_number(values, meanings, value, row)
    if not wanted.any():
        return _NOTHING.structural
    stated = values.drop("record", GENOTYPE, TOO_MANY)[value[wanted]].hstack(meanings[row[wanted]])
    return structural_calls(path, stated).select(list(_STRUCTURAL))


def _by_copy_number(
    values: pl.DataFrame, meanings: pl.DataFrame, value: Coordinates, row: Coordinates
) -> Flags:
    """Tell of which pairs of a value and a row of its meaning the copy number says what is there."""
    found = np.zeros(len(value), dtype=np.bool_)
    if values["CN"].count():
        known = np.flatnonzero(values["CN"].is_not_null().to_numpy()[value])
        pairs = meanings.select("alt", "allele", "kind")[row[known]].hstack(values.select("CN")[value[known]])
        found[known] = pairs.select(copy_number_speaks().fill_null(value=False)).to_series().to_numpy()
    return found


def _values(slabfuls: list[Slabful], row_of: Coordinates) -> pl.DataFrame:
    """Return what there is to parse in the wanted records, which are numbered by their row among them."""
    frames: list[pl.DataFrame] = []
    by_format: dict[str, list[Fields]] = {}
    for first, part in zip(_firsts(slabfuls), slabfuls, strict=True):
        if part.values is not None:
            frames.append(part.values.with_columns(pl.col("record") + first))
        for fields in part.fields:
            by_format.setdefault(fields.format, []).append(fields.moved(first))
    frames += [joined_fields(fields).values() for fields in by_format.values()]
    if len(frames) > 1:  # each frame numbers its own genotypes
        frames = [frame.cast({pl.Enum: pl.String}) for frame in frames]
    nothing = pl.DataFrame(schema={"record": pl.Int64, "sample": pl.Int64})
    values = pl.concat([nothing, *frames], how="diagonal")
    absent = [pl.lit(None, pl.String).alias(key) for key in _KEYS if key not in values.columns]
    row = row_of[values["record"].to_numpy()]
    values = values.with_columns(pl.Series("record", row), *absent)
    return values if (row >= 0).all() else values.filter(pl.Series(row >= 0))


def _require_fields(path: Path, records: pl.DataFrame, values: pl.DataFrame) -> None:
    if values[TOO_MANY].count():
        lines = records["line"].gather(values.filter(pl.col(TOO_MANY).is_not_null())["record"])
        raise InputError.of(path, TOO_MANY_FIELDS, int(str(lines.min())))


def _firsts(slabfuls: list[Slabful]) -> list[int]:
    counts = [len(part.lines) for part in slabfuls]
    return [0, *np.cumsum(counts).tolist()[:-1]]


def _meanings(path: Path, records: pl.DataFrame, values: pl.DataFrame) -> _Meanings:
    genotype = values[GENOTYPE]
    numbered = genotype.dtype
    if not isinstance(numbered, pl.Enum):
        numbered = pl.Enum(genotype.drop_nulls().unique())
    texts = numbered.categories.alias(GENOTYPE)
    code = genotype.cast(numbered).to_physical().cast(pl.Int64).fill_null(len(texts))
    kinds = len(texts) + 1  # the last one is no text
    key = values["record"].to_numpy() * kinds + code.to_numpy()
    found, genotypes = distinct(key, max(1, len(records) * kinds))
    record, text = np.divmod(found, kinds)
    pairs = records.drop("start", "end", "format", "record")[record].with_columns(
        pl.Series("record", record), texts.extend_constant(None, 1).gather(text)
    )
    alleles = named(path, pairs, spelled_out(path, pairs))
    count = np.bincount(alleles["row"].to_numpy(), minlength=len(found))
    rows = pairs[alleles["row"]].hstack(alleles.drop("row"))
    return _Meanings(rows, genotypes, np.cumsum(count) - count, count)


def _expanded(meanings: _Meanings) -> tuple[Coordinates, Coordinates]:
    """Return pairs of a value and a row of its meaning."""
    if (meanings.count == 1).all():
        return np.arange(len(meanings.genotypes)), meanings.first[meanings.genotypes]
    count = meanings.count[meanings.genotypes]
    value = np.repeat(np.arange(len(count)), count)
    within = np.arange(len(value)) - np.repeat(np.cumsum(count) - count, count)
    return value, meanings.first[meanings.genotypes[value]] + within


def _alleles(calls: pl.DataFrame) -> pl.DataFrame:
    """Return a row per record and called allele; what only a sample's genotype could say is null."""
    distinct = calls.unique(["record", "allele"], maintain_order=True)
    return distinct.select(
        name if name in _OF_ALLELES else pl.lit(None, dtype).alias(name) for name, dtype in CALLED.items()
    )


def _without_genotype(records: pl.DataFrame) -> Coordinates:
    """Return the rows of records whose FORMAT has no GT: they speak of nobody."""
    formats = records["format"].unique().to_list()
    without = [text for text in formats if GENOTYPE not in text.split(":")]
    return np.flatnonzero(records["format"].is_in(without).to_numpy()) if without else _NOWHERE


def _no_calls(slabfuls: list[Slabful], row_of: Coordinates) -> pl.DataFrame:
    """Return the pairs of record, by row, and sample of which the file says that nothing was called."""
    firsts = _firsts(slabfuls)
    numbers = [part.no_calls.records + n for n, part in zip(firsts, slabfuls, strict=True)]
    row = row_of[np.concatenate(numbers)]
    sample = np.concatenate([part.no_calls.samples for part in slabfuls])
    return pl.DataFrame({"record": row[row >= 0], "sample": sample[row >= 0]})


def _unresolved(
    records: pl.DataFrame, no_calls: pl.DataFrame, others: pl.DataFrame, without: Coordinates, samples: int
) -> pl.DataFrame:
    """Return the spans whose genotype says neither reference nor a sequence: never taken for reference."""
    if len(without):
        everyone = pl.DataFrame({"sample": np.arange(samples)})
        no_calls = pl.concat([no_calls, pl.DataFrame({"record": without}).join(everyone, how="cross")])
    doubted = others.drop_nulls("reason").select("record", "sample", "reason")
    rows = pl.concat([no_calls.with_columns(pl.lit(NO_CALL).alias("reason")), doubted])
    spans = rows.hstack(records.select("start", "end")[rows["record"]])
    return spans.select(pl.col(name).cast(dtype) for name, dtype in _UNRESOLVED.items())


def _set_aside(others: pl.DataFrame, without: int, samples: int) -> pl.DataFrame:
    if others.is_empty() and not without:
        return _NOTHING.set_aside
    counted = others.filter(~pl.col("kind").is_in([NO_CALL, STRUCTURAL])).group_by("sample", "kind").len()
    if not without:
        return counted
    everyone = pl.DataFrame({"sample": np.arange(samples)})
    unnamed = everyone.with_columns(kind=pl.lit(WITHOUT_GENOTYPE), len=pl.lit(without, pl.UInt32))
    return pl.concat([counted, unnamed])
