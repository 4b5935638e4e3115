"""Population frequencies of alleles, with the name of the statistic that was read."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.variants.sites import ALLELE, info_value, open_sites, read_sites

# What a panel may compare, and the INFO keys that hold it, in order of preference. gnomAD calls the
# population maximum AF_grpmax since version 4 and AF_popmax or AF_POPMAX before; it leaves out small and
# bottlenecked groups (gnomAD browser, help on "grpmax"). The filtering frequency is the lower end of a 95%
# interval (Whiffin et al., Genet Med 2017;19:1151).
STATISTICS = {
    "population_max": ("AF_grpmax", "AF_grpmax_joint", "AF_popmax", "AF_POPMAX"),
    "filtering_frequency": ("fafmax_faf95_max", "fafmax_faf95_max_joint", "faf95_popmax", "faf95"),
    "global": ("AF", "AF_joint"),
}
POPULATION_MAXIMUM = "population_max"
_NUMBER_A = "##INFO=<ID={},Number=A,"
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


def statistic_of(source: str) -> str:
    """Classify the name of a frequency by STATISTICS; names of a CSQ included.

    >>> statistic_of("CSQ MAX_AF"), statistic_of("faf95"), statistic_of("AF")
    ('population_max', 'filtering_frequency', 'global')
    """
    name = source.lower()
    if "faf" in name:
        return "filtering_frequency"
    is_maximum = any(word in name for word in ("grpmax", "popmax", "max_af"))
    return POPULATION_MAXIMUM if is_maximum else "global"


def read_frequencies(
    path: Path, alleles: pl.DataFrame, build: str, statistic: str = POPULATION_MAXIMUM
) -> pl.DataFrame:
    """Return FREQUENCIES for the alleles that the file has: of the statistic's first key with a value.

    Raises InputError when the file declares no key of the statistic, for another one never stands in for it,
    and for a value that is no frequency or cannot be given to its allele.
    """
    source = open_sites(path)
    held = {
        name: [key for key in keys if source.header.declares("INFO", key)]
        for name, keys in STATISTICS.items()
    }
    declared = held[statistic]
    if not declared:
        others = [f"{name} ({', '.join(keys)})" for name, keys in held.items() if keys]
        wanted = ", ".join(STATISTICS[statistic])
        message = f"declares none of the INFO keys of the statistic {statistic} ({wanted})"
        advice = (
            f"it has {' and '.join(others)}: choose it by --statistic and in the panel's frequency.statistic"
            if others
            else "give a file of population frequencies"
        )
        raise InputError.of(path, f"{message}; {advice}")
    sites = read_sites(source, alleles, build)
    for name in declared:
        _require_frequencies(path, sites, name, each=_NUMBER_A.format(name) in source.header.text)
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


def require_proportions(where: Path, table: pl.DataFrame, column: str, name: str) -> None:
    """Raise InputError for what is no number from 0 to 1: it would make an allele common, or rare."""
    number = pl.col(column).cast(pl.Float64, strict=False)
    wrong = table.filter(~number.is_between(0, 1).fill_null(value=False)).head(1)
    for contig, position, value in wrong.select("contig", "position", column).iter_rows():
        message = f"has the {name} {value} at {contig}:{position}; a frequency lies between 0 and 1"
        raise InputError.of(where, message)


def _require_frequencies(path: Path, sites: pl.DataFrame, key: str, *, each: bool) -> None:
    """Look at the values of one key; `each`: the header promises one per alternative."""
    texts = info_value(key).str.split(",")
    count = texts.list.len()
    promised = pl.col("alternatives") if each else pl.lit(1)
    wrong = sites.filter((count != pl.col("alternatives")) & (count != promised)).head(1)
    for contig, position in wrong.select("contig", "position").iter_rows():
        message = f"has another number of values of {key} than alternatives at {contig}:{position}"
        raise InputError.of(path, f"{message}; give a file whose records are whole")
    values = sites.with_columns(texts.alias("value")).explode("value").drop_nulls("value")
    require_proportions(path, values.filter(pl.col("value") != "."), "value", key)


def _of_allele(key: str) -> pl.Expr:
    """Read the value of the row's allele: one per alternative, or one for all."""
    values = info_value(key).str.split(",")
    several = values.list.len() > 1
    own = values.list.get(pl.col("allele_index"), null_on_oob=True)
    return pl.when(several).then(own).otherwise(values.list.first()).cast(pl.Float64, strict=False)
