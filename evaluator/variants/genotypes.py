"""From genotype text to calls: one row per called allele, phase and counts of reads kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.variants.calls import CALLED, FORMAT_KEYS, called_alleles, with_format_values
from evaluator.variants.records import sample_column
from evaluator.variants.well_formed import require_fields

_GENOTYPE = re.compile(r"^[|/]?(?:\d+|\.)(?:[|/](?:\d+|\.))*$")
_ONLY_REFERENCE = r"^0(?:[|/]0)*(?::|$)"
_SEQUENCE = r"^[ACGTNacgtn]+$"
SPANNING_DELETION = "*"
MISSING_ALT = "."  # a genotype that names it has an allele of which nothing is known
_CALL = "call"
UNRESOLVED = pl.Schema({"start": pl.Int64, "end": pl.Int64, "reason": pl.String})
_GENOTYPE_TABLE = pl.Schema(
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


@dataclass
class Genotypes:
    """The called alleles of one sample in some records, and what could not become a call."""

    calls: pl.DataFrame
    unresolved: pl.DataFrame  # start, end (on the axis), reason: spans whose genotype is not known
    set_aside: Counter[str] = field(default_factory=Counter)


@dataclass(frozen=True)
class Rows:
    """The same for several samples at once: `sample` tells rows apart; set_aside: sample, kind, len."""

    calls: pl.DataFrame
    unresolved: pl.DataFrame
    set_aside: pl.DataFrame


def by_sample(parts: list[Rows], samples: list[str]) -> dict[str, Genotypes]:
    """Put the rows of many frames together and give each sample its own, in the order of the records."""
    no_calls, nothing_unresolved = CALLED.to_frame(), UNRESOLVED.to_frame()
    genotypes = {sample: Genotypes(no_calls, nothing_unresolved) for sample in samples}
    if not parts:
        return genotypes
    calls = pl.concat([part.calls for part in parts])
    unresolved = pl.concat([part.unresolved for part in parts])
    if len(samples) == 1:  # nothing to tell apart
        genotypes[samples[0]] = Genotypes(calls.drop("sample"), unresolved.drop("sample"))
        calls, unresolved = calls.clear(), unresolved.clear()
    for (sample,), rows in calls.partition_by("sample", include_key=False, as_dict=True).items():
        genotypes[str(sample)].calls = rows
    for (sample,), rows in unresolved.partition_by("sample", include_key=False, as_dict=True).items():
        genotypes[str(sample)].unresolved = rows
    for sample, kind, count in pl.concat([part.set_aside for part in parts]).iter_rows():
        genotypes[sample].set_aside[kind] += count
    return genotypes


def read_genotypes(path: Path, records: pl.DataFrame, samples: list[str]) -> Rows:
    """Turn the samples' genotypes into one row per record, sample and called allele of known sequence.

    The calls have the columns of CALLED, and `sample`. Raises InputError where a genotype is malformed or
    names an allele that the record does not have.
    """
    rows = _not_reference(records, samples)
    require_fields(path, rows)
    rows = with_format_values(rows, "value", ("GT", *FORMAT_KEYS))
    named = _named(rows, _genotype_table(path, rows))
    _require_alleles(path, rows, named)
    called, others = (named.filter(which) for which in (pl.col("kind") == _CALL, pl.col("kind") != _CALL))
    calls = rows.drop("format", "value")[called["row"]].hstack(called.drop("row"))
    spans = rows.select("sample", "start", "end")[others["row"]].hstack(others.select("kind"))
    return Rows(called_alleles(path, calls), _unresolved(spans), _set_aside(spans))


def _named(rows: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """One row per record (`row`) and allele that its genotype names: the allele's sequence and what it is."""
    alternatives = pl.col("alt").str.split(",")
    called = alternatives.list.get(pl.col("allele").cast(pl.Int64) - 1, null_on_oob=True)
    return (
        rows.lazy()
        .select("GT", "alt")
        .with_row_index("row")
        .join(table.lazy(), on="GT", how="left", maintain_order="left")
        .with_columns(called.alias("called"))
        .with_columns(_kind().alias("kind"))
        .drop("GT", "alt")
        .collect()
    )


def _not_reference(records: pl.DataFrame, samples: list[str]) -> pl.DataFrame:
    """One row per record and sample, with the sample's text in `value`.

    Where GT comes first, as it nearly always does, rows that say nothing but reference are left out before
    anything is split: in a wide file they are almost all.
    """
    columns = [sample_column(sample) for sample in samples]
    not_reference = pl.lit(value=True)
    if records["format"].str.contains(r"^GT(?::|$)").all():
        not_reference = ~pl.col("value").str.contains(_ONLY_REFERENCE)
    if len(samples) == 1:
        alone = records.lazy().rename({columns[0]: "value"}).filter(not_reference)
        return alone.with_columns(pl.lit(samples[0]).alias("sample")).collect()
    fixed = records.lazy().drop(columns).with_row_index("row")
    long = records.lazy().select(columns).with_row_index("row")
    long = long.unpivot(index="row", variable_name="sample", value_name="value").filter(not_reference)
    return (
        long.with_columns(pl.col("sample").str.strip_prefix(sample_column("")))
        .join(fixed, on="row", how="left", maintain_order="left")
        .drop("row")
        .collect()
    )


def _kind() -> pl.Expr:
    """What a row is: a call, or why it is none; null for a reference genotype."""
    return (
        pl.when(pl.col("GT").is_null())
        .then(pl.lit("without_genotype"))
        .when(pl.col("allele").is_null())
        .then(pl.when(pl.col("missing") > 0).then(pl.lit("no_call")))
        .when(pl.col("called") == MISSING_ALT)
        .then(pl.lit("missing_alt"))
        .when(pl.col("called") == SPANNING_DELETION)
        .then(pl.lit("spanning_deletion"))
        .when(pl.col("called").str.contains(_SEQUENCE))
        .then(pl.lit(_CALL))
        .otherwise(pl.lit("symbolic_allele"))
    )


def _unresolved(others: pl.DataFrame) -> pl.DataFrame:
    """Spans whose genotype says neither reference nor a sequence: never taken for reference."""
    reasons = dict.fromkeys(("without_genotype", "no_call", "missing_alt"), "no_call")
    reasons["symbolic_allele"] = "symbolic_allele"
    reason = pl.col("kind").replace_strict(reasons, default=None, return_dtype=pl.String)
    spans = others.select("sample", "start", "end", reason.alias("reason"))
    return spans.drop_nulls("reason").unique(maintain_order=True)


def _set_aside(others: pl.DataFrame) -> pl.DataFrame:
    counted = others.filter(pl.col("kind") != "no_call").group_by("sample", "kind").len()
    return counted.sort("sample", "kind")


def _genotype_table(path: Path, records: pl.DataFrame) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for text in records["GT"].drop_nulls().unique(maintain_order=True):
        if not _GENOTYPE.match(text):
            line = records.filter(pl.col("GT") == text)["line"][0]
            raise InputError.of(path, "has a genotype (GT) that is none", line)
        rows.extend(_genotype_rows(text))
    return pl.DataFrame(rows, schema=_GENOTYPE_TABLE, orient="row")


def _genotype_rows(text: str) -> list[tuple[object, ...]]:
    """Spell out one genotype: a row per alternative allele in it, or one row with none.

    >>> _genotype_rows("1|2")
    [('1|2', 1, 1, 2, 0, True, 0), ('1|2', 2, 1, 2, 0, True, 1)]
    """
    alleles = re.split(r"[|/]", text.lstrip("|/"))
    phased = "|" in text and "/" not in text
    missing = alleles.count(".")
    called = sorted({int(allele) for allele in alleles if allele != "."} - {0})
    numbers = [None if allele == "." else int(allele) for allele in alleles]
    if not called:
        return [(text, None, 0, len(alleles), missing, phased, None)]
    return [
        (
            text,
            allele,
            numbers.count(allele),
            len(alleles),
            missing,
            phased,
            numbers.index(allele) if phased and len(alleles) > 1 and numbers.count(allele) == 1 else None,
        )
        for allele in called
    ]


def _require_alleles(path: Path, rows: pl.DataFrame, named: pl.DataFrame) -> None:
    beyond = named.filter(pl.col("allele").is_not_null() & pl.col("called").is_null())
    if len(beyond):
        line = rows["line"][beyond["row"][0]]
        raise InputError.of(path, "has a genotype (GT) that names an allele its ALT does not list", line)
