"""Read the structural VCFs of the sample sheet, each once; join them to what the newborn's own VCF holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.tables import STRUCTURAL, check
from evaluator.variants.build import require_build
from evaluator.variants.cohort import Newborn
from evaluator.variants.header import Header, choose_sample
from evaluator.variants.intervals import Intervals
from evaluator.variants.reading import Reading, read_samples
from evaluator.variants.sample_choice import samples_of
from evaluator.variants.sources import Source, open_source
from evaluator.variants.structural import SHORTEST

OWN, SEPARATE, NOT_LOOKED_FOR = "vcf", "structural_vcf", "none"
# What a structural caller writes and nobody judges here; counted for each newborn.
IGNORED = ("breakend", "inversion", "insertion")
_ROWS = pl.Schema([(name, dtype) for name, dtype in STRUCTURAL.items() if name != "newborn"])


@dataclass(frozen=True)
class StructuralReading:
    """What one structural VCF says of one newborn; `ignored` counts by kind what is not judged."""

    calls: pl.DataFrame  # structural.CALLED
    ignored: dict[str, int]
    entry: dict[str, object]  # for the manifest

    @property
    def unjudged(self) -> int:
        """How many records are not judged; short alleles are read in the newborn's own VCF."""
        return sum(count for kind, count in self.ignored.items() if kind != "short")


def read_structural_files(
    newborns: Iterable[Newborn], regions: Intervals, build: str
) -> tuple[dict[str, StructuralReading], dict[str, InputError]]:
    """Read every structural VCF once; return the newborns' readings, and what is wrong with others' files."""
    groups: dict[Path, list[Newborn]] = {}
    resolved = cache(Path.resolve)
    for newborn in newborns:
        if newborn.sequenced and newborn.structural_vcf is not None:
            groups.setdefault(resolved(newborn.structural_vcf), []).append(newborn)
    readings: dict[str, StructuralReading] = {}
    failures: dict[str, InputError] = {}
    for group in groups.values():
        try:
            read, wrong = _read_group(group, regions, build)
        except InputError as error:
            read, wrong = {}, {newborn.id: error for newborn in group}
        readings |= read
        failures |= wrong
    return readings, failures


def _read_group(
    group: list[Newborn], regions: Intervals, build: str
) -> tuple[dict[str, StructuralReading], dict[str, InputError]]:
    """Read one structural VCF; raises InputError where it is wrong for all of the group."""
    path = group[0].structural_vcf
    if path is None:
        raise AssertionError("only newborns with a structural VCF are grouped")
    source = open_source(path)
    build_by = require_build(source.header, build, regions.contigs())
    if not build_by:
        raise InputError.of(
            path,
            f"does not say which genome build it is on, and the panel is on {build}; add ##contig lines with "
            "lengths to the header (bcftools reheader --fai)",
        )
    samples, failures = samples_of(source.header, group, _sample)
    readings: dict[str, StructuralReading] = {}
    if not samples:
        return readings, failures
    # However many samples it has: in a wide file copy numbers and no-calls would go unread as reference.
    read = read_samples(source, regions, sorted(samples.values()))
    entry = _entry(source, read, build_by)
    for name, sample in samples.items():
        found = read.genotypes[sample]
        ignored = _ignored(found.set_aside, found.calls)
        readings[name] = StructuralReading(found.structural, ignored, {**entry, "ignored": ignored})
    return readings, failures


def _sample(header: Header, newborn: Newborn) -> str:
    known = [name for name in (newborn.sample_in_vcf, newborn.id) if name in header.names]
    return choose_sample(header, known[0] if known else None, None)


def _ignored(set_aside: Mapping[str, int], calls: pl.DataFrame) -> dict[str, int]:
    """Count what is not judged; an insertion may be spelt out, and short alleles belong to the other VCF."""
    gained = pl.col("alt").str.len_bytes().cast(pl.Int64) - pl.col("ref").str.len_bytes().cast(pl.Int64)
    spelt = calls.select(
        (gained >= SHORTEST).sum().alias("long"),
        (gained.abs() < SHORTEST).sum().alias("short"),
    )
    counts = {kind: set_aside.get(kind, 0) for kind in (*IGNORED, "symbolic_allele")}
    counts["insertion"] += spelt["long"].item()
    counts["short"] = spelt["short"].item()
    return {kind: count for kind, count in sorted(counts.items()) if count}


def _entry(source: Source, read: Reading, build_by: str) -> dict[str, object]:
    return {
        "size": source.path.stat().st_size,
        "header_sha256": source.header.sha256,
        "read": read.how,
        "build_by": build_by,
        "records_in_regions": read.tally.in_regions,
    }


def declares_structural(header: Header) -> bool:
    """Tell whether the header declares deletions, duplications or copy numbers: somebody looked for them."""
    return any(f"##ALT=<ID={kind}" in header.text for kind in ("DEL", "DUP", "CN"))


def own_facts(calls: int, set_aside: Mapping[str, int], *, looked_for: bool) -> dict[str, object]:
    """Return the structural columns of tables.NEWBORNS as the newborn's own VCF has them.

    Somebody looked for deletions where the header declares them or a symbolic one was called.
    """
    return {
        "structural_evidence": OWN if looked_for else NOT_LOOKED_FOR,
        "structural_calls": calls,
        "structural_ignored": sum(count for kind, count in set_aside.items() if kind in IGNORED),
    }


def is_symbolic() -> pl.Expr:
    """The record of a structural call has an allele without letters."""
    return pl.col("source_alts").str.contains("<", literal=True)


def with_origin(calls: pl.DataFrame, origin: str) -> pl.DataFrame:
    """Turn structural.CALLED into the columns of tables.STRUCTURAL, but for the newborn."""
    return calls.with_columns(pl.lit(origin).alias("origin")).select(list(_ROWS))


def structural_table(own: pl.DataFrame, readings: Mapping[str, StructuralReading]) -> pl.DataFrame:
    """Put the calls of the newborns' own VCFs and of their structural VCFs together, sorted."""
    separate = [
        with_origin(reading.calls, SEPARATE).select(pl.lit(newborn).alias("newborn"), pl.all())
        for newborn, reading in readings.items()
    ]
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int8)
    every = pl.concat([own, *separate])
    rest = [name for name in STRUCTURAL if name not in ("newborn", "contig", "position", "end", "type")]
    ordered = every.sort("newborn", rank, "position", "end", "type", *rest)
    return check(ordered.select(list(STRUCTURAL)), STRUCTURAL, "structural")


def with_structural_facts(newborns: pl.DataFrame, readings: Mapping[str, StructuralReading]) -> pl.DataFrame:
    """Add what structural VCFs hold to the newborns' rows (tables.NEWBORNS)."""
    found = pl.DataFrame(
        [(newborn, len(reading.calls), reading.unjudged) for newborn, reading in readings.items()],
        schema={"newborn": pl.String, "more": pl.Int32, "unjudged": pl.Int32},
        orient="row",
    )
    read = pl.col("more").is_not_null()
    return (
        newborns.join(found, on="newborn", how="left", maintain_order="left")
        .with_columns(
            pl.when(read)
            .then(pl.lit(SEPARATE))
            .otherwise("structural_evidence")
            .alias("structural_evidence"),
            pl.col("structural_calls") + pl.col("more").fill_null(0),
            pl.col("structural_ignored") + pl.col("unjudged").fill_null(0),
        )
        .drop("more", "unjudged")
    )
