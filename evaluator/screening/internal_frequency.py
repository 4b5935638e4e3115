"""How common an allele is in the store itself: its copies among the chromosomes that could have shown it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.panel.criteria import Frequency
from evaluator.panel.genome import pseudo_autosomal
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.zygosity import x_chromosomes
from evaluator.variants.store import Store

INTERNAL = "internal"
_DIPLOID = 2
Numbers = NDArray[np.int64]


def with_internal_frequency(store: Store, variants: pl.DataFrame, rule: Frequency) -> pl.DataFrame:
    """Put the store's own frequencies into `population_frequency` and `frequency_source`.

    Counted are newborns of whom something says what was assessed, and of them those whose allele's first base
    was; on the X outside the pseudo-autosomal regions also only those of known sex. Where fewer newborns than
    the panel's minimum were assessed, and on chrM and chrY, the frequency is unknown.
    """
    newborns = counted_newborns(store)
    counts = _chromosomes(store, variants.select(ALLELE).unique(), newborns)
    known = (pl.col("newborns") >= rule.min_newborns) & (pl.col("chromosomes") > 0)
    frequencies = _copies(store, counts, newborns).select(
        *ALLELE,
        population_frequency=pl.when(known).then(
            pl.min_horizontal(pl.col("copies") / pl.col("chromosomes"), 1.0)
        ),
        frequency_source=pl.when(known).then(
            pl.concat_str(pl.lit(f"{INTERNAL}, "), "newborns", pl.lit(" newborns"))
        ),
    )
    columns = variants.columns
    return (
        variants.drop("population_frequency", "frequency_source")
        .join(frequencies, on=ALLELE, how="left", maintain_order="left")
        .select(columns)
    )


def counted_newborns(store: Store) -> pl.DataFrame:
    """Return newborn and x_count of those of whom something says what was assessed."""
    sequenced = (pl.col("status") == "sequenced") & (pl.col("callable_evidence") != "none")
    return store.newborns().filter(sequenced).select("newborn", x_count=x_chromosomes()).collect()


def _copies(store: Store, counts: pl.DataFrame, newborns: pl.DataFrame) -> pl.DataFrame:
    """Add `copies`: how often the counted newborns' genotypes name each allele."""
    one = pl.col("one_x") & (pl.col("x_count") == 1)
    named = (
        store.calls()
        .join(counts.lazy().select(*ALLELE, "one_x"), on=ALLELE)
        .join(newborns.lazy(), on="newborn")
        .filter(~pl.col("one_x") | pl.col("x_count").is_not_null())
        .group_by(ALLELE)
        # a boy's X may be written 1/1: it is one copy all the same
        .agg(copies=pl.when(one).then(pl.lit(1)).otherwise("copies").cast(pl.Int64).sum())
        .collect()
    )
    return counts.join(named, on=ALLELE, how="left").with_columns(pl.col("copies").fill_null(0))


def _chromosomes(store: Store, alleles: pl.DataFrame, newborns: pl.DataFrame) -> pl.DataFrame:
    """Return ALLELE, one_x, and the newborns and chromosomes assessed at the allele's first base."""
    places = alleles.with_columns(
        one_x=(pl.col("contig") == "chrX") & ~pseudo_autosomal(store.genome_build), at=pl.col("position") - 1
    ).filter(~pl.col("contig").is_in(["chrY", "chrM"]))
    gaps = store.uncallable().join(newborns.lazy(), on="newborn").sort("contig", "start").collect()
    weights = {False: pl.lit(_DIPLOID), True: pl.col("x_count").fill_null(0)}
    parts = []
    for (contig, one_x), part in places.partition_by("contig", "one_x", as_dict=True).items():
        here = gaps.filter(pl.col("contig") == contig)
        weight = weights[bool(one_x)].cast(pl.Int64).alias("weight")
        everyone = newborns.with_columns(weight)["weight"].to_numpy()
        at, chromosomes = part["at"].to_numpy(), here.with_columns(weight)["weight"].to_numpy()
        parts.append(
            part.drop("at").with_columns(
                pl.Series(
                    "newborns", (everyone > 0).sum() - _missing(here, (chromosomes > 0).astype(np.int64), at)
                ),
                pl.Series("chromosomes", everyone.sum() - _missing(here, chromosomes, at)),
            )
        )
    nothing = (
        places.drop("at").clear().with_columns(newborns=pl.lit(0, pl.Int64), chromosomes=pl.lit(0, pl.Int64))
    )
    return pl.concat([nothing, *parts])


def _missing(gaps: pl.DataFrame, weights: Numbers, at: Numbers) -> Numbers:
    """Sum the weights of the gaps that cover each place; a newborn's gaps do not overlap."""

    def before(column: str) -> Numbers:
        places = gaps[column].to_numpy()
        order = np.argsort(places, kind="stable")
        total: Numbers = np.concatenate([[0], np.cumsum(weights[order].astype(np.int64))])
        reached: Numbers = total[np.searchsorted(places[order], at, side="right")]
        return reached

    return before("start") - before("end")
