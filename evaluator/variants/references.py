"""What records say of reference genotypes, and whether it is enough to be believed."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluator.variants.calls import with_format_values
from evaluator.variants.genotype_text import genotype_is_first
from evaluator.variants.records import sample_column

ONLY_REFERENCE = r"^[|/]?0(?:[|/]0){0,126}(?::|$)"  # from VCF 4.4 on the first allele may state its phase
_READ = ("GT", "MIN_DP", "DP", "AD", "GQ", "PS")
REFERENCES = pl.Schema(
    {
        "sample": pl.String,
        "contig": pl.String,
        "start": pl.Int64,  # on the axis
        "end": pl.Int64,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "filter": pl.String,
        "ploidy": pl.Int8,
        "depth": pl.Int32,
        "genotype_quality": pl.Float32,
    }
)


@dataclass(frozen=True)
class Thresholds:
    """What a reference genotype needs to be believed; null = not asked."""

    min_depth: int | None
    min_genotype_quality: float | None


def read_references(records: pl.DataFrame, samples: list[str]) -> pl.DataFrame:
    """Return a row (REFERENCES) per record and sample whose genotype says reference and nothing else."""
    parts = [REFERENCES.to_frame()]
    fixed = ("contig", "start", "end", "position", "ref", "alt", "filter", "format")
    for sample in samples:
        own = records.select(*fixed, sample_column(sample)).rename({sample_column(sample): "value"})
        if genotype_is_first(records):
            own = own.filter(pl.col("value").str.contains(ONLY_REFERENCE))
        rows = with_format_values(own, "value", _READ).filter(pl.col("GT").str.contains(ONLY_REFERENCE))
        counted = pl.col("AD").str.split(",").list.eval(pl.element().cast(pl.Int32, strict=False))
        depth = pl.coalesce(pl.col("MIN_DP", "DP").cast(pl.Int32, strict=False), counted.list.sum())
        told = pl.col("AD").is_not_null() | pl.col("DP").is_not_null() | pl.col("MIN_DP").is_not_null()
        parts.append(
            rows.with_columns(
                pl.lit(sample).alias("sample"),
                pl.col("GT").str.count_matches("0", literal=True).cast(pl.Int8).alias("ploidy"),
                pl.when(told).then(depth).alias("depth"),
                pl.col("GQ").cast(pl.Float32, strict=False).alias("genotype_quality"),
            ).select(list(REFERENCES))
        )
    return pl.concat(parts)


def doubted(references: pl.DataFrame, thresholds: Thresholds) -> pl.DataFrame:
    """Return start, end, reason of reference genotypes that were hardly read; a missing value is no doubt."""
    return (
        references.select(
            "start",
            "end",
            pl.when(_below("depth", thresholds.min_depth))
            .then(pl.lit("low_depth"))
            .when(_below("genotype_quality", thresholds.min_genotype_quality))
            .then(pl.lit("low_quality"))
            .alias("reason"),
        )
        .drop_nulls("reason")
        .unique(maintain_order=True)
    )


def _below(column: str, threshold: float | None) -> pl.Expr:
    if threshold is None:
        return pl.lit(value=False)
    return (pl.col(column) < threshold).fill_null(value=False)
