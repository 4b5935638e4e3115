"""How many copies of a chromosome carry an allele: sex, the pseudo-autosomal regions, half calls."""

from __future__ import annotations

import polars as pl

from evaluator.panel.genome import pseudo_autosomal
from evaluator.vocabulary import Sex

HOMOZYGOUS = "homozygous"
HEMIZYGOUS = "hemizygous"
HETEROZYGOUS = "heterozygous"
HETEROPLASMIC = "heteroplasmic"
HALF = "half"  # one copy seen, its partner not called
HALF_OF_ONE_X = "half_of_one_x"  # the same where there is one chromosome: hemizygous or suspicious
EXTRA = "extra"  # on two of three or more called alleles, beside another: no diploid genotype
SUSPICIOUS = "suspicious"  # heterozygous where there is one chromosome
UNDECIDED = "undecided"  # on X, and the sex is not known

# One X follows male rules, two or more follow female rules (reporting-rules.md, step 3).
_ONE_X = ("XY", "X", "XYY")


def x_chromosomes() -> pl.Expr:
    """Number of X chromosomes as 1 or 2 (two or more), null when the sex is not known.

    `sex_chromosomes`, where it is given, overrides the registered sex.
    """
    by_sex = pl.col("sex").replace_strict(
        {str(Sex.MALE): 1, str(Sex.FEMALE): 2}, default=None, return_dtype=pl.Int8
    )
    karyotype = pl.col("sex_chromosomes")
    by_karyotype = pl.when(karyotype.is_not_null()).then(
        pl.when(karyotype.is_in(_ONE_X)).then(pl.lit(1, pl.Int8)).otherwise(pl.lit(2, pl.Int8))
    )
    return pl.coalesce(by_karyotype, by_sex)


def zygosity(build: str) -> pl.Expr:
    """Zygosity of a call; needs the columns of CALLS and `x_count`.

    A haploid `1` or a diploid `1/1` on a male's X is hemizygous; a diploid heterozygote there is suspicious,
    and a half call may be either. A haploid genotype anywhere else leaves the partner unseen, as a half call
    does.
    """
    sex_linked = (pl.col("contig") == "chrX") & ~pseudo_autosomal(build)
    all_copies = (pl.col("copies") == pl.col("ploidy")) & (pl.col("missing") == 0)
    male_x = (
        pl.when(all_copies)
        .then(pl.lit(HEMIZYGOUS))
        .when(pl.col("copies") + pl.col("missing") == pl.col("ploidy"))
        .then(pl.lit(HALF_OF_ONE_X))
        .otherwise(pl.lit(SUSPICIOUS))
    )
    # A homozygote means an affected boy as well as an affected girl: the sex does not decide.
    unknown_x = (
        pl.when(all_copies & (pl.col("ploidy") > 1)).then(pl.lit(HOMOZYGOUS)).otherwise(pl.lit(UNDECIDED))
    )
    return (
        pl.when(pl.col("contig") == "chrM")
        .then(pl.lit(HETEROPLASMIC))
        .when(sex_linked & (pl.col("x_count") == 1))
        .then(male_x)
        .when(sex_linked & pl.col("x_count").is_null())
        .then(unknown_x)
        .otherwise(_two_copies(all_copies))
    )


def _two_copies(all_copies: pl.Expr) -> pl.Expr:
    return (
        pl.when(all_copies & (pl.col("ploidy") > 1))
        .then(pl.lit(HOMOZYGOUS))
        .when((pl.col("missing") > 0) | (pl.col("ploidy") < 2))  # noqa: PLR2004 - diploid
        .then(pl.lit(HALF))
        .when(pl.col("copies") > 1)
        .then(pl.lit(EXTRA))
        .otherwise(pl.lit(HETEROZYGOUS))
    )
