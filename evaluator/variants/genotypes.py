"""From genotype text to calls: one row per called allele, phase and counts of reads kept."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from evaluator.variants.calls import CALLED, FORMAT_KEYS, called_alleles, with_format_values
from evaluator.variants.genotype_text import (
    CALL,
    GENOTYPE,
    NO_CALL,
    SPANNING_DELETION,
    STRUCTURAL,
    doubt,
    genotype_is_first,
    named,
    spelled_out,
)
from evaluator.variants.records import sample_column
from evaluator.variants.references import ONLY_REFERENCE, REFERENCES, read_references
from evaluator.variants.spanning_deletions import STARS, called_stars
from evaluator.variants.structural import CALLED as STRUCTURAL_CALLED
from evaluator.variants.structural import (
    copy_number_speaks,
    is_copy_number_record,
    is_structural,
    structural_calls,
)
from evaluator.variants.well_formed import require_fields

UNRESOLVED = pl.Schema({"start": pl.Int64, "end": pl.Int64, "reason": pl.String})


@dataclass
class Genotypes:
    """The called alleles of one sample in some records, and what could not become a call."""

    calls: pl.DataFrame
    unresolved: pl.DataFrame  # start, end (on the axis), reason: spans whose genotype is not known
    set_aside: Counter[str] = field(default_factory=Counter)
    references: pl.DataFrame = field(default_factory=REFERENCES.to_frame)
    structural: pl.DataFrame = field(default_factory=STRUCTURAL_CALLED.to_frame)
    stars: pl.DataFrame = field(default_factory=STARS.to_frame)  # not yet held against the deletions


@dataclass(frozen=True)
class Rows:
    """The same for several samples at once: `sample` tells rows apart; set_aside: sample, kind, len."""

    calls: pl.DataFrame
    unresolved: pl.DataFrame
    references: pl.DataFrame
    set_aside: pl.DataFrame
    structural: pl.DataFrame  # structural.CALLED
    stars: pl.DataFrame


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
    references = pl.concat([part.references for part in parts])
    for (sample,), rows in references.partition_by("sample", as_dict=True).items():
        genotypes[str(sample)].references = rows
    structural = pl.concat([part.structural for part in parts])
    for (sample,), rows in structural.partition_by("sample", include_key=False, as_dict=True).items():
        genotypes[str(sample)].structural = rows
    stars = pl.concat([part.stars for part in parts])
    for (sample,), rows in stars.partition_by("sample", include_key=False, as_dict=True).items():
        genotypes[str(sample)].stars = rows
    for sample, kind, count in pl.concat([part.set_aside for part in parts]).iter_rows():
        genotypes[sample].set_aside[kind] += count
    return genotypes


def read_genotypes(path: Path, records: pl.DataFrame, samples: list[str]) -> Rows:
    """Turn the samples' genotypes into one row per record, sample and called allele of known sequence.

    The calls have the columns of CALLED, and `sample`. Raises InputError where a genotype is malformed or
    names an allele that the record does not have.
    """
    rows = _not_reference(records, samples)
    rows = with_format_values(rows, "value", (GENOTYPE, *FORMAT_KEYS))
    require_fields(path, rows)
    alleles = _by_copy_number(rows, named(path, rows, spelled_out(path, rows)))
    called, others = (alleles.filter(which) for which in (pl.col("kind") == CALL, pl.col("kind") != CALL))
    calls = rows.drop("format", "value", "fields")[called["row"]].hstack(called.drop("row"))
    spans = rows.select("sample", "start", "end")[others["row"]].hstack(others.select("kind", "missing"))
    stars = others.filter(pl.col("kind") == SPANNING_DELETION).select("row", "copies")
    stars = rows.select("sample", "contig", "position")[stars["row"]].hstack(stars)
    events = alleles.hstack(rows.select("ref", "alt")[alleles["row"]]).filter(is_structural())
    structural = rows[events["row"]].hstack(events.drop("row", "ref", "alt"))
    return Rows(
        called_alleles(path, calls),
        _unresolved(spans),
        read_references(records, samples),
        _set_aside(spans),
        structural_calls(path, structural),
        called_stars(stars, "row"),
    )


def _by_copy_number(rows: pl.DataFrame, alleles: pl.DataFrame) -> pl.DataFrame:
    """Take a copy number for a structural call where no genotype says what is there."""
    if not rows["CN"].count():
        return alleles
    stated = alleles.hstack(rows.select("CN", "alt")[alleles["row"]])
    kind = pl.when(copy_number_speaks()).then(pl.lit(STRUCTURAL)).otherwise("kind")
    return stated.with_columns(kind.alias("kind")).drop("CN", "alt")


def _not_reference(records: pl.DataFrame, samples: list[str]) -> pl.DataFrame:
    """One row per record and sample, with the sample's text in `value`.

    Where GT comes first, as it nearly always does, rows that say nothing but reference are left out before
    anything is split: in a wide file they are almost all.
    """
    columns = [sample_column(sample) for sample in samples]
    not_reference = pl.lit(value=True)
    records = records.with_columns(is_copy_number_record().alias("by copy number"))
    if genotype_is_first(records):
        not_reference = ~pl.col("value").str.contains(ONLY_REFERENCE) | pl.col("by copy number")
    if len(samples) == 1:
        alone = records.lazy().rename({columns[0]: "value"}).filter(not_reference)
        return alone.with_columns(pl.lit(samples[0]).alias("sample")).collect()
    fixed = records.lazy().drop(columns).with_row_index("row")
    index = ["row", "by copy number"]
    long = records.lazy().select("by copy number", *columns).with_row_index("row")
    long = long.unpivot(index=index, variable_name="sample", value_name="value").filter(not_reference)
    fixed = fixed.drop("by copy number")
    return (
        long.with_columns(pl.col("sample").str.strip_prefix(sample_column("")))
        .join(fixed, on="row", how="left", maintain_order="left")
        .drop("row")
        .collect()
    )


def _unresolved(others: pl.DataFrame) -> pl.DataFrame:
    """Spans whose genotype says neither reference nor a sequence: never taken for reference."""
    spans = others.select("sample", "start", "end", doubt().alias("reason"))
    return spans.drop_nulls("reason").unique(maintain_order=True)


def _set_aside(others: pl.DataFrame) -> pl.DataFrame:
    counted = others.filter(~pl.col("kind").is_in([NO_CALL, STRUCTURAL])).group_by("sample", "kind").len()
    return counted.sort("sample", "kind")
