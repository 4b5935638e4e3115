"""Population frequencies of alleles, with the name of the statistic that was read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.variants.sites import ALLELE, info_value, open_sites, read_sites

# INFO keys in order of preference. The criteria compare a population maximum: gnomAD calls it AF_grpmax since
# version 4 and AF_popmax or AF_POPMAX before; the filtering frequency comes next, the overall frequency last.
STATISTICS = (
    "AF_grpmax",
    "AF_popmax",
    "AF_POPMAX",
    "AF_grpmax_joint",
    "fafmax_faf95_max",
    "faf95_popmax",
    "faf95",
    "AF",
)
FREQUENCIES = pl.Schema(
    {
        "contig": pl.String,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "population_frequency": pl.Float64,
        "frequency_source": pl.String,
    }
)


def read_frequencies(path: Path, alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return FREQUENCIES for the alleles that the file has; the first statistic with a value counts.

    Raises InputError when the file declares none of the statistics.
    """
    source = open_sites(path)
    declared = [name for name in STATISTICS if source.header.declares("INFO", name)]
    if not declared:
        raise InputError.of(
            path,
            f"declares none of the INFO keys {', '.join(STATISTICS)}; give a file of population frequencies",
        )
    sites = read_sites(source, alleles, build)
    values = {name: _of_allele(name) for name in declared}
    source_name = pl.coalesce(
        [pl.when(value.is_not_null()).then(pl.lit(name)) for name, value in values.items()]
    )
    return (
        sites.with_columns(
            pl.coalesce(list(values.values())).alias("population_frequency"),
            source_name.alias("frequency_source"),
        )
        .drop_nulls("population_frequency")
        # A file joined of exomes and genomes may hold an allele twice: the higher frequency is the safer one.
        .sort(*ALLELE, "population_frequency", "frequency_source", descending=[False] * 4 + [True, False])
        .unique(ALLELE, keep="first", maintain_order=True)
        .select(list(FREQUENCIES))
    )


def _of_allele(key: str) -> pl.Expr:
    """Read the value of the row's allele: one per alternative, or one for all."""
    values = info_value(key).str.split(",")
    several = values.list.len() > 1
    own = values.list.get(pl.col("allele_index"), null_on_oob=True)
    return pl.when(several).then(own).otherwise(values.list.first()).cast(pl.Float64, strict=False)
