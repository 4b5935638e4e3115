"""Genotypes of all samples of a joint file in one table: what each text means is worked out once."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.errors import InputError
from evaluator.variants.calls import CALLED, FORMAT_KEYS, called_alleles
from evaluator.variants.carriers import GENOTYPE, TOO_MANY, Fields, Slabful, joined_fields
from evaluator.variants.well_formed import TOO_MANY_FIELDS

CALL = "call"
_GENOTYPE = re.compile(r"^[|/]?(?:\d+|\.)(?:[|/](?:\d+|\.))*$")
_SEQUENCE = r"^[ACGTNacgtn]+$"
_SPANNING_DELETION, _MISSING_ALT = "*", "."
_WITHOUT, _NO_CALL, _SYMBOLIC = "without_genotype", "no_call", "symbolic_allele"
_CALLED = pl.Schema([("sample", pl.Int64()), *CALLED.items()])
_UNRESOLVED = pl.Schema({"sample": pl.Int64, "start": pl.Int64, "end": pl.Int64, "reason": pl.String})
_SET_ASIDE = pl.Schema({"sample": pl.Int64, "kind": pl.String, "len": pl.UInt32})
_VALUES = pl.Schema(
    [
        ("record", pl.Int64),
        ("sample", pl.Int64),
        *((key, pl.String) for key in (GENOTYPE, *FORMAT_KEYS, TOO_MANY)),
    ]
)
_SPELLED = pl.Schema(
    {
        "GT": pl.String,
        "allele": pl.Int16,  # the called allele's number; null in rows of genotypes that call none
        "copies": pl.Int8,
        "ploidy": pl.Int8,
        "missing": pl.Int8,
        "phased": pl.Boolean,
        "haplotype": pl.Int8,
    }
)


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


def put_together(parts: list[Together]) -> Together:
    """Put the genotypes of several stretches of a file together."""
    set_aside = pl.concat([_SET_ASIDE.to_frame(), *(part.set_aside for part in parts)])
    return Together(
        pl.concat([_CALLED.to_frame().drop("info"), *(part.calls for part in parts)]),
        pl.concat([CALLED.to_frame(), *(part.alleles for part in parts)]),
        pl.concat([_UNRESOLVED.to_frame(), *(part.unresolved for part in parts)]),
        set_aside.group_by("sample", "kind").agg(pl.col("len").sum()).sort("sample", "kind"),
    )


def together(path: Path, records: pl.DataFrame, slabfuls: list[Slabful], samples: int) -> Together:
    """Parse what slabs hold; `records` are those of them, by number, that overlap the regions.

    Raises InputError where a genotype is malformed or names an allele that the record does not have.
    """
    values = _values(slabfuls)
    _require_fields(path, records, values)
    meanings = _meanings(path, records, values)
    named = values.join(meanings, on=["record", GENOTYPE], nulls_equal=True)
    is_call = pl.col("kind") == CALL
    fixed = records.drop("start", "end", "format")
    calls = named.lazy().filter(is_call).join(fixed.drop("info").lazy(), on="record")
    distinct = meanings.lazy().filter(is_call).unique(["record", "allele"]).join(fixed.lazy(), on="record")
    nothing = (pl.lit(None, pl.String).alias(key) for key in FORMAT_KEYS)
    alleles = distinct.with_columns(pl.lit(0).alias("sample"), *nothing)
    others = named.filter(~is_call).select("record", "sample", "kind", "reason")
    without = records.filter(~pl.col("format").str.split(":").list.contains(GENOTYPE))["record"]
    return Together(
        called_alleles(path, calls.with_columns(pl.lit("").alias("info")).collect()).drop("info"),
        called_alleles(path, alleles.collect()).drop("sample"),
        _unresolved(records, slabfuls, others, without, samples),
        _set_aside(others, without, samples),
    )


def _values(slabfuls: list[Slabful]) -> pl.DataFrame:
    """Return what there is to parse as text columns; records are numbered over all slabs."""
    frames = [_VALUES.to_frame()]
    by_format: dict[str, list[Fields]] = {}
    for first, part in zip(_firsts(slabfuls), slabfuls, strict=True):
        if part.values is not None:
            frames.append(part.values.with_columns(pl.col("record") + first))
        for fields in part.fields:
            by_format.setdefault(fields.format, []).append(fields.moved(first))
    frames += [joined_fields(fields).values() for fields in by_format.values()]
    return pl.concat(frames, how="diagonal")


def _require_fields(path: Path, records: pl.DataFrame, values: pl.DataFrame) -> None:
    wrong = values.filter(pl.col(TOO_MANY).is_not_null()).join(records.select("record", "line"), on="record")
    if len(wrong):
        raise InputError.of(path, TOO_MANY_FIELDS, int(str(wrong["line"].min())))


def _firsts(slabfuls: list[Slabful]) -> list[int]:
    counts = [len(part.lines) for part in slabfuls]
    return [0, *np.cumsum(counts).tolist()[:-1]]


def _meanings(path: Path, records: pl.DataFrame, values: pl.DataFrame) -> pl.DataFrame:
    """Return what each distinct genotype of a record means: a row per called allele, or one with none."""
    pairs = values.select("record", GENOTYPE).unique()
    pairs = pairs.join(records.select("record", "alt", "line"), on="record")
    allele = pl.col("alt").str.split(",").list.get(pl.col("allele") - 1, null_on_oob=True)
    meanings = (
        pairs.lazy()
        .join(_spelled_out(path, pairs).lazy(), on=GENOTYPE, how="left")
        .with_columns(allele.alias("called"))
        .with_columns(_kind().alias("kind"))
        .with_columns(_reason().alias("reason"))
        .collect()
    )
    beyond = meanings.filter(pl.col("allele").is_not_null() & pl.col("called").is_null())
    wrong = beyond["line"].min()
    if wrong is not None:
        message = "has a genotype (GT) that names an allele its ALT does not list"
        raise InputError.of(path, message, int(str(wrong)))
    return meanings.drop("alt", "line")


def _spelled_out(path: Path, pairs: pl.DataFrame) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for text in pairs[GENOTYPE].drop_nulls().unique():
        if not _GENOTYPE.match(text):
            line = pairs.filter(pl.col(GENOTYPE) == text)["line"].min()
            raise InputError.of(path, "has a genotype (GT) that is none", int(str(line)))
        rows.extend(_spelled(text))
    return pl.DataFrame(rows, schema=_SPELLED, orient="row")


def _spelled(text: str) -> list[tuple[object, ...]]:
    """Spell out one genotype: a row per alternative allele in it, or one row with none.

    >>> _spelled("1|2")
    [('1|2', 1, 1, 2, 0, True, 0), ('1|2', 2, 1, 2, 0, True, 1)]
    """
    numbers = [-1 if part == "." else int(part) for part in re.split(r"[|/]", text.lstrip("|/"))]
    phased = "|" in text and "/" not in text
    both = (len(numbers), numbers.count(-1), phased)
    placed = phased and len(numbers) > 1
    return [
        (text, allele, count, *both, numbers.index(allele) if placed and count == 1 else None)
        for allele in sorted({number for number in numbers if number > 0})
        for count in (numbers.count(allele),)
    ] or [(text, None, 0, *both, None)]


def _kind() -> pl.Expr:
    """What a row is: a call, or why it is none; null for a reference genotype."""
    return (
        pl.when(pl.col(GENOTYPE).is_null())
        .then(pl.lit(_WITHOUT))
        .when(pl.col("allele").is_null())
        .then(pl.when(pl.col("missing") > 0).then(pl.lit(_NO_CALL)))
        .when(pl.col("called") == _MISSING_ALT)
        .then(pl.lit("missing_alt"))
        .when(pl.col("called") == _SPANNING_DELETION)
        .then(pl.lit("spanning_deletion"))
        .when(pl.col("called").str.contains(_SEQUENCE))
        .then(pl.lit(CALL))
        .otherwise(pl.lit(_SYMBOLIC))
    )


def _reason() -> pl.Expr:
    """Why the genotype leaves its stretch not assessed; null where it does not."""
    reasons = {_WITHOUT: _NO_CALL, _NO_CALL: _NO_CALL, "missing_alt": _NO_CALL, _SYMBOLIC: _SYMBOLIC}
    return pl.col("kind").replace_strict(reasons, default=None, return_dtype=pl.String)


def _unresolved(
    records: pl.DataFrame, slabfuls: list[Slabful], others: pl.DataFrame, without: pl.Series, samples: int
) -> pl.DataFrame:
    """Return the spans whose genotype says neither reference nor a sequence: never taken for reference."""
    firsts = _firsts(slabfuls)
    plain = pl.DataFrame(
        {
            "record": np.concatenate(
                [part.no_calls.records + n for n, part in zip(firsts, slabfuls, strict=True)]
            ),
            "sample": np.concatenate([part.no_calls.samples for part in slabfuls]),
        }
    )
    nowhere = pl.DataFrame({"record": without}).join(
        pl.DataFrame({"sample": np.arange(samples)}), how="cross"
    )
    spans = pl.concat(
        [
            pl.concat([plain, nowhere]).with_columns(pl.lit(_NO_CALL).alias("reason")),
            others.filter(pl.col("reason").is_not_null()).select("record", "sample", "reason"),
        ]
    ).join(records.select("record", "start", "end"), on="record")
    return spans.select(pl.col(name).cast(dtype) for name, dtype in _UNRESOLVED.items())


def _set_aside(others: pl.DataFrame, without: pl.Series, samples: int) -> pl.DataFrame:
    counted = others.filter(pl.col("kind") != _NO_CALL).group_by("sample", "kind").len()
    if not len(without):
        return counted
    everyone = pl.DataFrame({"sample": np.arange(samples)})
    unnamed = everyone.with_columns(kind=pl.lit(_WITHOUT), len=pl.lit(len(without), pl.UInt32))
    return pl.concat([counted, unnamed])
