"""Call quality: an allele that fails makes its row "repeat", never negative and never positive."""

from __future__ import annotations

import polars as pl

from evaluator.errors import Problem
from evaluator.panel.criteria import Criteria
from evaluator.screening.reasons import Reason
from evaluator.screening.zygosity import HEMIZYGOUS, HETEROZYGOUS, HOMOZYGOUS
from evaluator.vocabulary import SampleStatus


def repeat_reason(criteria: Criteria) -> pl.Expr:
    """Name the first quality rule that a call fails; null when it passes.

    Needs the columns of CALLS and `zygosity`. A missing value fails the rule that needs it: a call without
    genotype quality never passes in silence. Mitochondrial calls are judged by FILTER and depth only, since
    diploid genotype quality and allele balance say nothing about heteroplasmy.
    """
    nuclear = pl.col("contig") != "chrM"
    return pl.coalesce(
        _named(~filter_accepted(criteria), Reason.REPEAT_FILTER),
        _named(~deep_enough(criteria), Reason.REPEAT_LOW_DEPTH),
        _named(nuclear & ~confident_genotype(criteria), Reason.REPEAT_LOW_GENOTYPE_QUALITY),
        _named(nuclear & ~balanced_heterozygote(criteria), Reason.REPEAT_ALLELE_BALANCE),
        _named(nuclear & ~carried_by_all_reads(criteria), Reason.REPEAT_ALLELE_BALANCE),
        _named(~nuclear & ~fraction_is_known(criteria), Reason.REPEAT_ALLELE_BALANCE),
    )


def filter_accepted(criteria: Criteria) -> pl.Expr:
    """Every FILTER word is one that the panel accepts."""
    return words_accepted(pl.col("filters"), criteria)


def words_accepted(filters: pl.Expr, criteria: Criteria) -> pl.Expr:
    """Every one of these filter words, joined by ";", is one that the panel accepts; none counts as "."."""
    accepted = criteria.quality.filters
    if accepted is None:
        return pl.lit(value=True)
    words = filters.fill_null(".").str.split(";")
    return words.list.set_difference(pl.lit(list(accepted), dtype=pl.List(pl.String))).list.len() == 0


def deep_enough(criteria: Criteria) -> pl.Expr:
    """At least the panel's number of reads; missing is not enough."""
    return _at_least(pl.col("depth"), criteria.quality.min_depth)


def confident_genotype(criteria: Criteria) -> pl.Expr:
    """At least the panel's genotype quality; missing is not enough."""
    return _at_least(pl.col("genotype_quality"), criteria.quality.min_genotype_quality)


def balanced_heterozygote(criteria: Criteria) -> pl.Expr:
    """A heterozygote's read fraction lies inside the panel's window; other genotypes are not asked."""
    window = criteria.quality.het_allele_fraction
    if window is None:
        return pl.lit(value=True)
    inside = read_fraction().is_between(window[0], window[1]).fill_null(value=False)
    return (pl.col("zygosity") != HETEROZYGOUS) | inside


def carried_by_all_reads(criteria: Criteria) -> pl.Expr:
    """Enough reads of a homozygote or hemizygote carry the allele; other genotypes are not asked."""
    on_every_copy = pl.col("zygosity").is_in([HOMOZYGOUS, HEMIZYGOUS])
    return ~on_every_copy | _at_least(read_fraction(), criteria.quality.hom_allele_fraction)


def possible_mosaic(criteria: Criteria) -> pl.Expr:
    """A heterozygote below the window but not below the mosaic floor."""
    window, floor = criteria.quality.het_allele_fraction, criteria.mosaic.min_allele_fraction
    if window is None or floor is None:
        return pl.lit(value=False)
    fraction = read_fraction()
    low = (fraction < window[0]) & (fraction >= floor)
    return ((pl.col("zygosity") == HETEROZYGOUS) & low).fill_null(value=False)


def read_fraction() -> pl.Expr:
    """Fraction of reads that carry the allele; the file's own AF only where reads were not counted."""
    counted = pl.when(pl.col("depth") > 0).then(pl.col("alt_depth") / pl.col("depth"))
    return pl.coalesce(counted, pl.col("allele_fraction").cast(pl.Float64))


def heteroplasmy() -> pl.Expr:
    """Fraction of mitochondrial genomes that carry the allele: the file's AF, else counted reads."""
    return pl.coalesce(pl.col("allele_fraction").cast(pl.Float64), read_fraction())


def fraction_is_known(criteria: Criteria) -> pl.Expr:
    """The heteroplasmy fraction is known wherever the panel has a threshold for it."""
    if criteria.mitochondrial.min_heteroplasmy is None:
        return pl.lit(value=True)
    return heteroplasmy().is_not_null()


def missing_fields(newborns: pl.DataFrame, criteria: Criteria, where: str) -> list[Problem]:
    """Name every FORMAT field that a threshold needs and some newborns' files lack altogether."""
    quality = criteria.quality
    needs = (
        ("has_depth", "DP", "min_depth", quality.min_depth),
        ("has_genotype_quality", "GQ", "min_genotype_quality", quality.min_genotype_quality),
        ("has_allele_depth", "AD", "het_allele_fraction", quality.het_allele_fraction),
        ("has_allele_depth", "AD", "hom_allele_fraction", quality.hom_allele_fraction),
    )
    sequenced = newborns.filter((pl.col("status") == SampleStatus.SEQUENCED) & (pl.col("calls") > 0))
    problems = []
    for column, field, setting, threshold in needs:
        lacking = sequenced.filter(~pl.col(column)).height
        if threshold is not None and lacking:
            problems.append(
                Problem(
                    where,
                    0,
                    f"quality.{setting} needs FORMAT/{field}, which the files of {lacking} of "
                    f"{sequenced.height} newborns do not have; extract files that carry it, or write "
                    f"`quality: {{{setting}: null}}` to switch the rule off",
                )
            )
    return problems


def _at_least(value: pl.Expr, threshold: float | None) -> pl.Expr:
    if threshold is None:
        return pl.lit(value=True)
    return (value >= threshold).fill_null(value=False)


def _named(condition: pl.Expr, reason: Reason) -> pl.Expr:
    return pl.when(condition).then(pl.lit(str(reason)))
