"""Genotypes of all samples of a joint file in one table: what each text means is worked out once."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.variants.calls import CALLED, FORMAT_KEYS, with_values
from evaluator.variants.carriers import TOO_MANY, Fields, Slabful, joined_fields
from evaluator.variants.genotype_text import (
    CALL,
    GENOTYPE,
    NO_CALL,
    REASONS,
    SPANNING_DELETION,
    STRUCTURAL,
    WITHOUT_GENOTYPE,
)
from evaluator.variants.intervals import Coordinates
from evaluator.variants.joint_alleles import SPELLED_OUT, Named, name_alleles
from evaluator.variants.pairs import Flags, Pairs, joined_pairs
from evaluator.variants.spanning_deletions import STARS, called_stars
from evaluator.variants.structural import CALLED as STRUCTURAL_CALLED
from evaluator.variants.structural import (
    SHORTEST,
    Speaks,
    copy_number_speaks,
    is_structural,
    structural_calls,
    who_speaks,
)
from evaluator.variants.well_formed import TOO_MANY_FIELDS

_CALLED = pl.Schema([("sample", pl.Int64()), *CALLED.items()])
_SOURCE = ("source_position", "source_ref", "source_alts")
_OF_CALLS = ["contig", "position", "ref", "alt", "filters", "line", *_SOURCE]
_OF_ALLELES = ["info", *_OF_CALLS]
_NO_VALUES = pl.Schema({"record": pl.Int64, "sample": pl.Int64})
_NOWHERE = np.empty(0, np.int64)
_UNRESOLVED = pl.Schema({"sample": pl.Int64, "start": pl.Int64, "end": pl.Int64, "reason": pl.String})
_STRUCTURAL = pl.Schema({**STRUCTURAL_CALLED, "sample": pl.Int64()})
_STARS = pl.Schema([("sample", pl.Int64()), *STARS.items()])
_SET_ASIDE = pl.Schema({"sample": pl.Int64, "kind": pl.String, "len": pl.UInt32})


@dataclass(frozen=True)
class Together:
    """The genotypes of many samples; `sample` is each one's number.

    calls: CALLED without info; alleles: CALLED, a row per record and called allele; unresolved: start, end
    (on the axis) and reason of what could not become a call; set_aside: kind and how many of them; stars:
    called `*` alleles, not yet held against the deletions.
    """

    calls: pl.DataFrame
    alleles: pl.DataFrame
    unresolved: pl.DataFrame
    set_aside: pl.DataFrame
    structural: pl.DataFrame  # structural.CALLED
    stars: pl.DataFrame


_NOTHING = Together(
    _CALLED.to_frame().drop("info"),
    CALLED.to_frame(),
    _UNRESOLVED.to_frame(),
    _SET_ASIDE.to_frame(),
    _STRUCTURAL.to_frame(),
    _STARS.to_frame(),
)


@dataclass(frozen=True)
class _Others:
    """Genotypes that are no call: record, by row, and sample; and of each the kind, a place in `kinds`."""

    pairs: Pairs
    kind: NDArray[np.int8]
    kinds: list[str | None]

    def of(self, kinds: Collection[str | None]) -> _Others:
        """Return those of some kinds."""
        some = np.array([kind in kinds for kind in self.kinds], dtype=np.bool_)[self.kind]
        return _Others(self.pairs[some], self.kind[some], self.kinds)


def put_together(parts: list[Together]) -> Together:
    """Put the genotypes of several stretches of a file together."""
    parts = parts or [_NOTHING]
    return Together(
        _stacked([part.calls for part in parts]),
        _stacked([part.alleles for part in parts]),
        _stacked([part.unresolved for part in parts]),
        _summed([part.set_aside for part in parts]),
        _stacked([part.structural for part in parts]),
        _stacked([part.stars for part in parts]),
    )


def _summed(counts: list[pl.DataFrame]) -> pl.DataFrame:
    """Add up what was set aside; each has its rows in the order of samples and kinds."""
    if len(counts) == 1:
        return counts[0]
    both = pl.concat(counts).group_by("sample", "kind").agg(pl.col("len").sum())
    return both.sort("sample", "kind")


def _stacked(frames: list[pl.DataFrame]) -> pl.DataFrame:
    return frames[0] if len(frames) == 1 else pl.concat(frames)


def together(path: Path, records: pl.DataFrame, slabfuls: list[Slabful], samples: int) -> Together:
    """Parse what slabs hold; `records` are those of them, by number, that overlap the regions.

    Raises InputError where a genotype is malformed or names an allele that the record does not have.
    """
    row_of = np.full(sum(len(part.lines) for part in slabfuls), -1)
    row_of[records["record"].to_numpy()] = np.arange(len(records))
    values = _values(slabfuls, row_of)
    _require_fields(path, records, values)
    named = name_alleles(path, records, values[GENOTYPE], values["record"].to_numpy())
    called = named.is_kind(CALL)
    calls = with_values(path, _stated(values, named, called))
    structural, by_copy_number = _structural(path, records, values, named)
    others = _others(values, named, ~called & ~by_copy_number)
    stars, half_called = _stars(records, values, named)
    no_calls = joined_pairs([_no_calls(slabfuls, row_of), half_called])
    without = _without_genotype(records)
    return Together(
        calls[[name for name in _CALLED if name != "info"]],
        _alleles(named, called),
        _unresolved(records, no_calls, others, without, samples),
        _set_aside(others, len(without), samples),
        structural,
        stars,
    )


def _stated(values: pl.DataFrame, named: Named, which: Flags) -> pl.DataFrame:
    """Return rows of what genotypes name, with the alleles and with what FORMAT says beside the genotype."""
    value, genotype, allele = named.value, named.genotype, named.allele
    if not which.all():
        value, genotype, allele = value[which], genotype[which], allele[which]
    stated = _beside_genotypes(values)
    if len(named.value) != len(values):
        stated = stated[value]
    elif not which.all():
        stated = stated.filter(pl.Series(which))
    spelt = named.genotypes[SPELLED_OUT][genotype]
    alleles = named.listed.alleles[_OF_CALLS][allele]
    return _with_absent(stated.hstack(spelt).hstack(alleles))


def _beside_genotypes(values: pl.DataFrame) -> pl.DataFrame:
    return values[[name for name in values.columns if name not in ("record", TOO_MANY)]]


def _with_absent(values: pl.DataFrame) -> pl.DataFrame:
    """Add the FORMAT keys that no record has."""
    absent = [pl.Series(key, [None], dtype=pl.String) for key in FORMAT_KEYS if key not in values.columns]
    return values.hstack([null.new_from_index(0, len(values)) for null in absent])


def _others(values: pl.DataFrame, named: Named, which: Flags) -> _Others:
    """Return record, sample and kind of genotypes that are no call, nor reference."""
    rows = np.flatnonzero(which & ~named.is_kind(None))
    samples = values["sample"].to_numpy()[named.value[rows]]
    return _Others(Pairs(named.record[rows], samples), named.kind[rows], named.kinds)


def _structural(
    path: Path, records: pl.DataFrame, values: pl.DataFrame, named: Named
) -> tuple[pl.DataFrame, Flags]:
    """Return the structural calls, by genotype or by copy number, and which rows the copy number decides."""
    decided = np.zeros(len(named.record), dtype=np.bool_)
    alt, ref = records["alt"], records["ref"]
    eventful = (alt.str.contains("<", literal=True) | (ref.str.len_bytes() > SHORTEST)).to_numpy()
    rows = np.flatnonzero(eventful[named.record]) if eventful.any() else _NOWHERE
    if not len(rows):
        return _NOTHING.structural, decided
    kinds = pl.Series("kind", named.kinds, dtype=pl.String).gather(named.kind[rows])
    spelt = named.genotypes[SPELLED_OUT][named.genotype[rows]]
    called = named.listed.alleles["called"].gather(pl.Series(named.allele[rows]).replace(-1, None))
    stated = _with_absent(_beside_genotypes(values)[named.value[rows]])
    of_record = records.drop("start", "end", "format", "record")[named.record[rows]]
    told = pl.concat([stated, spelt, of_record], how="horizontal").with_columns(called, kinds)
    speaks = told.select(copy_number_speaks().fill_null(value=False)).to_series()
    decided[rows] = speaks.to_numpy()
    events = told.filter(speaks | told.select(is_structural().fill_null(value=False)).to_series())
    return structural_calls(path, events).select(list(_STRUCTURAL)), decided


def _stars(records: pl.DataFrame, values: pl.DataFrame, named: Named) -> tuple[pl.DataFrame, Pairs]:
    """Return the called `*` alleles, and the records and samples of which only one half was called so."""
    rows = np.flatnonzero(named.is_kind(SPANNING_DELETION))
    if not len(rows):
        return _NOTHING.stars, joined_pairs([])
    record, sample = named.record[rows], values["sample"].to_numpy()[named.value[rows]]
    spelt = named.genotypes[["copies", "missing"]][named.genotype[rows]]
    told = [pl.Series("sample", sample, pl.Int64), pl.Series("record", record, pl.Int64)]
    stars = called_stars(records[["contig", "position"]][record].hstack(spelt).hstack(told), "record")
    return stars, Pairs(record, sample)[(spelt["missing"] > 0).to_numpy()]


def _values(slabfuls: list[Slabful], row_of: Coordinates) -> pl.DataFrame:
    """Return what there is to parse in the wanted records, which are numbered by their row among them."""
    frames: list[pl.DataFrame] = []
    by_format: dict[str, list[Fields]] = {}
    for first, part in zip(_firsts(slabfuls), slabfuls, strict=True):
        if part.values is not None:
            frames.append(part.values.with_columns(pl.col("record") + first) if first else part.values)
        for fields in part.fields:
            by_format.setdefault(fields.format, []).append(fields.moved(first))
    frames += [joined_fields(fields).values() for fields in by_format.values()]
    if len(frames) != 1:  # each frame numbers its own genotypes
        frames = [_NO_VALUES.to_frame(), *(frame.cast({pl.Enum: pl.String}) for frame in frames)]
    values = frames[0] if len(frames) == 1 else pl.concat(frames, how="diagonal")
    if GENOTYPE not in values.columns:
        values = values.with_columns(pl.lit(None, pl.String).alias(GENOTYPE))
    row = row_of[values["record"].to_numpy()]
    values = values.with_columns(pl.Series("record", row))
    return values if (row >= 0).all() else values.filter(pl.Series(row >= 0))


def _require_fields(path: Path, records: pl.DataFrame, values: pl.DataFrame) -> None:
    if TOO_MANY in values.columns and values[TOO_MANY].count():
        lines = records["line"].gather(values.filter(pl.col(TOO_MANY).is_not_null())["record"])
        raise InputError.of(path, TOO_MANY_FIELDS, int(str(lines.min())))


def _firsts(slabfuls: list[Slabful]) -> list[int]:
    counts = [len(part.lines) for part in slabfuls]
    return [0, *np.cumsum(counts).tolist()[:-1]]


def _alleles(named: Named, called: Flags) -> pl.DataFrame:
    """Return a row per record and called allele; what only a sample's genotype could say is null."""
    listed = named.listed
    seen = np.zeros(len(listed.number), dtype=np.bool_)
    seen[named.allele[called]] = True
    places = np.flatnonzero(seen)
    rows = listed.alleles[_OF_ALLELES][places]
    rows = rows.hstack([pl.Series("allele", listed.number[places], dtype=pl.Int16)])
    absent = [pl.Series(name, [None], dtype) for name, dtype in CALLED.items() if name not in rows.columns]
    return rows.hstack([null.new_from_index(0, len(rows)) for null in absent])[list(CALLED)]


def _without_genotype(records: pl.DataFrame) -> Coordinates:
    """Return the rows of records whose FORMAT has no GT and in which nobody speaks otherwise."""
    formats = records["format"].unique().to_list()
    without = [text for text in formats if GENOTYPE not in text.split(":")]
    rows = np.flatnonzero(records["format"].is_in(without).to_numpy()) if without else _NOWHERE
    told = records.select("alt", "format")[rows].iter_rows()
    return rows[[who_speaks(*each) != Speaks.EVERYONE for each in told]] if len(rows) else rows


def _no_calls(slabfuls: list[Slabful], row_of: Coordinates) -> Pairs:
    """Return the pairs of record, by row, and sample of which the file says that nothing was called."""
    firsts = _firsts(slabfuls)
    pairs = joined_pairs([part.no_calls.moved(n) for n, part in zip(firsts, slabfuls, strict=True)])
    row = row_of[pairs.records]
    return Pairs(row[row >= 0], pairs.samples[row >= 0])


def _unresolved(
    records: pl.DataFrame, no_calls: Pairs, others: _Others, without: Coordinates, samples: int
) -> pl.DataFrame:
    """Return the spans whose genotype says neither reference nor a sequence: never taken for reference."""
    everyone = Pairs(np.repeat(without, samples), np.tile(np.arange(samples), len(without)))
    doubted = others.of(REASONS)
    pairs = joined_pairs([no_calls, everyone, doubted.pairs])
    undecided = pl.Series([NO_CALL]).new_from_index(0, len(pairs.records) - len(doubted.kind))
    reasons = pl.Series([REASONS.get(str(kind)) for kind in others.kinds], dtype=pl.String)
    start, end = (records[name].to_numpy()[pairs.records] for name in ("start", "end"))
    reason = pl.concat([undecided, reasons[doubted.kind]])
    return pl.DataFrame({"sample": pairs.samples, "start": start, "end": end, "reason": reason})


def _set_aside(others: _Others, without: int, samples: int) -> pl.DataFrame:
    """Count what is neither a call nor told as one of the spans that nothing was called in."""
    counted = others.of([kind for kind in others.kinds if kind not in (NO_CALL, STRUCTURAL)])
    found, count = np.unique(counted.pairs.samples * len(others.kinds) + counted.kind, return_counts=True)
    sample, kind = np.divmod(found, len(others.kinds))
    names = pl.Series(others.kinds, dtype=pl.String)[kind]
    told = pl.DataFrame({"sample": sample, "kind": names, "len": count}, schema=_SET_ASIDE)
    if not without:
        return told
    everyone = pl.DataFrame({"sample": np.arange(samples)})
    unnamed = everyone.with_columns(kind=pl.lit(WITHOUT_GENOTYPE), len=pl.lit(without, pl.UInt32))
    return _summed([told, unnamed])
