"""The genotype against the inheritance: what the calls of one newborn amount to in each gene row."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.diplotypes import ELSEWHERE, EXCLUDED, OPEN, REPORTED
from evaluator.screening.gene_rows import DOMINANT, TWO_COPIES
from evaluator.screening.phase import CIS, PARENTS, TRANS, UNKNOWN
from evaluator.screening.quality import heteroplasmy
from evaluator.screening.zygosity import (
    EXTRA,
    HALF,
    HALF_OF_ONE_X,
    HEMIZYGOUS,
    HETEROPLASMIC,
    HETEROZYGOUS,
    HOMOZYGOUS,
    SUSPICIOUS,
    UNDECIDED,
)
from evaluator.vocabulary import Inheritance

KEY = ("newborn", "row")
# The words of the findings; what is neither homozygous nor heterozygous has none.
_TOLD = {HALF: HETEROZYGOUS, SUSPICIOUS: HETEROZYGOUS, UNDECIDED: None, HALF_OF_ONE_X: None, EXTRA: None}


def of_inheritance(modes: tuple[Inheritance, ...]) -> pl.Expr:
    """The gene row has one of these modes of inheritance."""
    return pl.col("inheritance").is_in([str(mode) for mode in modes])


def qualifies() -> pl.Expr:
    """The allele met the panel's evidence rules for this row."""
    return pl.col("evidence_code").is_not_null()


def sound() -> pl.Expr:
    """The call met every quality rule."""
    return pl.col("repeat").is_null()


def one_copy_is_present() -> pl.Expr:
    """At least one copy carries the allele, whatever the newborn's sex.

    A haploid `1` on X of a newborn of unknown sex is one copy in either sex.
    """
    certain = pl.col("zygosity").is_in([HOMOZYGOUS, HEMIZYGOUS, HETEROZYGOUS, HALF, EXTRA])
    return certain | ((pl.col("zygosity") == UNDECIDED) & (pl.col("ploidy") == 1))


def call_facts(candidates: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Sum up the calls of each newborn and row as named facts.

    Needs the columns of CALLS, of the evidence table, `zygosity`, `repeat`, `mosaic` and `x_count`.
    """
    least = criteria.mitochondrial.min_heteroplasmy
    good, zygosity = qualifies() & sound(), pl.col("zygosity")
    dominant, recessive = of_inheritance(DOMINANT), of_inheritance(TWO_COPIES)
    enough = (heteroplasmy() >= (least if least is not None else 0.0)).fill_null(value=False)
    mitochondrial = good & (zygosity == HETEROPLASMIC)
    undecided = good & (zygosity == UNDECIDED) & ~(dominant & one_copy_is_present())
    return (
        candidates.sort("position", "ref", "alt")
        .group_by(KEY)
        .agg(
            (good & dominant & one_copy_is_present()).any().alias("dominant_hit"),
            (good & dominant & (zygosity == HOMOZYGOUS)).any().alias("dominant_homozygous"),
            *_origins(good & dominant & one_copy_is_present()),
            (good & pl.col("de_novo")).any().alias("de_novo"),
            (good & (zygosity == HEMIZYGOUS)).any().alias("hemizygous_hit"),
            (mitochondrial & enough).any().alias("heteroplasmy_hit"),
            (mitochondrial & ~enough).any().alias("below_heteroplasmy"),
            undecided.any().alias("sex_undecided"),
            (good & (zygosity == SUSPICIOUS)).any().alias("suspicious"),
            (good & ((recessive & (zygosity == HALF)) | (zygosity == HALF_OF_ONE_X)))
            .any()
            .alias("half_call"),
            (good & (zygosity == HALF_OF_ONE_X)).any().alias("half_of_one_x"),
            (good & recessive & (zygosity == EXTRA)).any().alias("extra_alleles"),
            (good & (zygosity == UNDECIDED) & one_copy_is_present()).any().alias("copy_whatever_sex"),
            (good & (zygosity == HETEROZYGOUS)).any().alias("heterozygous_hit"),
            (pl.col("over_deletion") & sound()).any().alias("over_deletion"),
            pl.col("repeat").filter(qualifies() & ~sound()).unique().alias("repeats"),
            (qualifies() & ~sound() & pl.col("mosaic")).any().alias("possible_mosaic"),
            pl.col("obstacle")
            .filter(~qualifies() & pl.col("obstacle").is_not_null())
            .unique()
            .alias("obstacles"),
            pl.col("evidence_code").filter(good).unique().alias("evidence_codes"),
            pl.col("allele").filter(good).unique(maintain_order=True).alias("good_alleles"),
            pl.col("allele").unique(maintain_order=True).alias("all_alleles"),
            pl.col("allele").filter(pl.col("ruled") & sound()).unique().alias("ruled_alleles"),
            zygosity.replace(_TOLD).unique().alias("zygosities"),
            pl.col("x_count").first(),
        )
    )


def _origins(hit: pl.Expr) -> list[pl.Expr]:
    """Tell of dominant hits whether the parent that matters transmitted them, the other did, or either."""
    known, wanted = pl.col("inherited"), pl.col("parent_of_origin")
    return [
        (hit & (known == wanted)).any().alias("origin_matches"),
        (hit & (known != wanted)).any().alias("origin_differs"),
        (hit & known.is_null()).any().alias("origin_unknown"),
    ]


def counts() -> pl.Expr:
    """The pair is reported, or would be in one of the ways in which its alleles may lie."""
    return pl.col("outcome").is_in([REPORTED, OPEN]) & (pl.col("phase") != CIS)


def pair_facts(pairs: pl.DataFrame) -> pl.DataFrame:
    """Sum up the pairs of each newborn and row; needs `outcome` and `by_rule` beside the columns of pairs."""
    itself = pl.col("allele_1") == pl.col("allele_2")
    phase, outcome = pl.col("phase"), pl.col("outcome")
    apart = phase != CIS
    positive = (outcome == REPORTED) & (phase == TRANS)
    pending = counts() & ~positive
    both = pl.col("evidence_1").is_not_null() & pl.col("evidence_2").is_not_null()
    evidence = [pl.col(f"evidence_{side}").filter(positive | pending) for side in ("1", "2")]
    alleles = [pl.col(f"allele_{side}").filter(positive | pending) for side in ("1", "2")]
    return pairs.group_by(KEY).agg(
        (positive & itself).any().alias("homozygous_pair"),
        (positive & ~itself).any().alias("trans_pair"),
        pending.any().alias("pending_pair"),
        (pending & pl.col("contradicted")).any().alias("contradicted_pair"),
        (pl.col("phase_source") == PARENTS).any().alias("phased_by_parents"),
        (both & ~itself & (phase == CIS) & ~pl.col("one_event")).any().alias("cis_pair"),
        (both & ~itself & (phase == CIS)).any().alias("same_copy"),
        (~itself & ~pl.col("shared") & (phase == TRANS)).any().alias("any_trans"),
        (~itself & (phase == UNKNOWN)).any().alias("any_unknown"),
        (apart & (outcome == EXCLUDED)).any().alias("excluded_pair"),
        (apart & (outcome == ELSEWHERE)).any().alias("elsewhere_pair"),
        (positive & pl.col("by_rule")).any().alias("reported_by_rule"),
        ((positive | pending) & pl.col("by_rule")).any().alias("held_by_rule"),
        evidence[0].append(evidence[1]).drop_nulls().unique().alias("pair_evidence"),
        alleles[0].append(alleles[1]).unique().alias("pair_alleles"),
    )
