"""From facts to a verdict and its reasons, in the order of decision of the reporting rules."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.evidence import Sources
from evaluator.screening.gene_rows import DOMINANT, TWO_COPIES
from evaluator.screening.inheritance import of_inheritance
from evaluator.screening.phase import CIS, NOT_NEEDED, TRANS, UNKNOWN
from evaluator.screening.special_loci import (
    COMPOUND_HETEROZYGOUS,
    Outcome,
    came_out,
    lacks_output,
    raw_calls_are_used,
)
from evaluator.screening.verdict_reasons import TOLD, in_order, reasons
from evaluator.vocabulary import Inheritance, SampleStatus, Verdict

# Facts of the calls and pairs; absent ones are false, zero or empty.
FLAGS = (
    "dominant_hit",
    "dominant_homozygous",
    "origin_matches",
    "origin_differs",
    "origin_unknown",
    "de_novo",
    "contradicted_pair",
    "phased_by_parents",
    "parents_doubted",
    "hemizygous_hit",
    "heteroplasmy_hit",
    "below_heteroplasmy",
    "sex_undecided",
    "suspicious",
    "half_call",
    "half_of_one_x",
    "extra_alleles",
    "copy_whatever_sex",
    "heterozygous_hit",
    "possible_mosaic",
    "homozygous_pair",
    "trans_pair",
    "pending_pair",
    "cis_pair",
    "same_copy",
    "any_trans",
    "any_unknown",
    "excluded_pair",
    "elsewhere_pair",
    "reported_by_rule",
    "held_by_rule",
    "over_deletion",
    "low_callability",
    "listed_allele_uncovered",
    "partner_uncovered",
)
LISTS = (
    "repeats",
    "partner_repeats",
    "obstacles",
    "evidence_codes",
    "good_alleles",
    "all_alleles",
    "ruled_alleles",
    "zygosities",
    "pair_evidence",
    "pair_alleles",
)


def decide(facts: pl.DataFrame, criteria: Criteria, sources: Sources) -> pl.DataFrame:
    """Add verdict, reasons, alleles, zygosity and phase to one row per newborn x gene row.

    Needs the gene row's columns, `status`, `stopped`, `flagged`, `callability_unknown`,
    `no_structural_calls`, FLAGS, LISTS, `x_count`, and `special` and `special_zygosity` (special_loci).
    """
    # A caller that answered for the locus has judged its own reads there.
    asked = raw_calls_are_used() | pl.col("special").is_null()
    filled = facts.with_columns(
        pl.col(*FLAGS).fill_null(value=False),
        pl.col(*LISTS).fill_null(pl.lit([], dtype=pl.List(pl.String))),
    ).with_columns(
        pl.col("repeats").list.set_union("partner_repeats"),
        (pl.col("listed_allele_uncovered") | pl.col("partner_uncovered")) & asked,
        pl.col("low_callability", "callability_unknown", "no_structural_calls") & asked,
    )
    marked = filled.with_columns(*map(in_order, TOLD), **_steps(criteria))
    return (
        marked.with_columns(verdict(criteria).alias("verdict"))
        .with_columns(
            reasons(criteria, sources).alias("reasons"),
            _alleles().alias("alleles"),
            _zygosity().alias("zygosity"),
            _phase().alias("phase"),
        )
        .with_columns(
            pl.when(pl.col("alleles").is_not_null() | told_by_caller()).then(pl.col("zygosity")),
            pl.when(pl.col("alleles").is_not_null() | pl.col("special_open")).then(pl.col("phase")),
        )
    )


def _steps(criteria: Criteria) -> dict[str, pl.Expr]:
    one_copy = of_inheritance(DOMINANT)
    origin_matters = pl.col("parent_of_origin").is_not_null() & one_copy
    carriers_count = pl.lit(criteria.x_linked.report_heterozygous_females)
    # A homozygote has the allele from both parents: the origin is known whichever is asked for.
    dominant = pl.col("dominant_hit") & (
        ~origin_matters | pl.col("dominant_homozygous") | pl.col("origin_matches")
    )
    recessive = pl.col("homozygous_pair") | pl.col("trans_pair") | pl.col("hemizygous_hit")
    return {
        "sequenced": pl.col("status") == SampleStatus.SEQUENCED,
        "believed": (pl.col("status") == SampleStatus.SEQUENCED) & pl.col("stopped").is_null(),
        "is_positive": dominant
        | (recessive & of_inheritance(TWO_COPIES))
        | pl.col("heteroplasmy_hit")
        | came_out(Outcome.POSITIVE)
        | (carriers_count & (carrier_female() | one_copy_whatever_sex())),
        "special_open": came_out(Outcome.PHASE_UNKNOWN) | (came_out(Outcome.CARRIER) & _seen_on_one_copy()),
        "origin_open": pl.col("dominant_hit") & origin_matters & pl.col("origin_unknown"),
        "origin_matters": origin_matters,
        "is_carrier_female": carrier_female(),
        "is_one_copy_of_x": one_copy_whatever_sex(),
    }


def carrier_female() -> pl.Expr:
    """One qualifying copy, or one inversion, on one of two X chromosomes in a recessive row."""
    return (
        (pl.col("inheritance") == Inheritance.XLR)
        & (pl.col("x_count") == 2).fill_null(value=False)  # noqa: PLR2004 - two X chromosomes
        & (_seen_on_one_copy() | came_out(Outcome.CARRIER))
    )


def one_copy_whatever_sex() -> pl.Expr:
    """One copy in an X-linked recessive row: the newborn is a hemizygous boy or a girl who carries it."""
    return (pl.col("inheritance") == Inheritance.XLR) & pl.col("copy_whatever_sex")


def told_by_caller() -> pl.Expr:
    """The zygosity is known from the locus's caller, and the sample is believed."""
    return pl.col("believed") & pl.col("special_zygosity").is_not_null()


def _seen_on_one_copy() -> pl.Expr:
    """At least one copy carries a qualifying allele, and not for certain both."""
    return pl.any_horizontal("heterozygous_hit", "half_call", "extra_alleles")


def verdict(criteria: Criteria) -> pl.Expr:
    """A positive stands whatever was not seen; a negative stands only if nothing stands against it."""
    return (
        pl.when(~pl.col("believed"))
        .then(pl.lit(str(Verdict.NOT_ASSESSED)))
        .when(pl.col("is_positive"))
        .then(pl.lit(str(Verdict.REPORTABLE)))
        .when(pl.col("pending_pair") | pl.col("origin_open") | pl.col("special_open"))
        .then(pl.lit(str(Verdict.PENDING_PHASE)))
        .when(blocked(criteria))
        .then(pl.lit(str(Verdict.NOT_ASSESSED)))
        .otherwise(pl.lit(str(Verdict.NOT_REPORTABLE)))
    )


def blocked(criteria: Criteria) -> pl.Expr:
    """Something that was not seen, or not seen well, could turn this negative into a positive."""
    return pl.any_horizontal(
        lacks_output(),
        undecided_by_caller(),
        "sex_undecided",
        "suspicious",
        pl.col("repeats").list.len() > 0,
        "half_call",
        "extra_alleles",
        "low_callability",
        "listed_allele_uncovered",
        "callability_unknown",
        pl.col("no_structural_calls") & pl.lit(criteria.structural.without_calls == "not assessed"),
    )


def undecided_by_caller() -> pl.Expr:
    """The locus's caller answered, and its answer decides nothing."""
    return came_out(
        Outcome.NO_CALL,
        Outcome.FILTERED,
        Outcome.RULE_NOT_SET,
        Outcome.AGAINST_SEX,
        Outcome.SEX_UNKNOWN,
    )


def _alleles() -> pl.Expr:
    """List every qualifying allele of a positive, and every allele that was considered for a negative.

    Where a diplotype rule decided, the cis partners that it may have asked for are listed too.
    """
    deciding = pl.col("verdict").is_in([str(Verdict.REPORTABLE), str(Verdict.PENDING_PHASE)])
    with_partners = pl.col("all_alleles").list.set_intersection(
        pl.col("good_alleles")
        .list.set_union("pair_alleles")
        .list.set_union(
            pl.when(pl.col("held_by_rule"))
            .then("ruled_alleles")
            .otherwise(pl.lit([], dtype=pl.List(pl.String)))
        )
    )
    shown = pl.when(deciding).then(with_partners).otherwise("all_alleles")
    return pl.when(pl.col("believed") & (shown.list.len() > 0)).then(shown.list.join(";"))


def _zygosity() -> pl.Expr:
    reportable = pl.col("verdict") == Verdict.REPORTABLE
    recessive = of_inheritance(TWO_COPIES)
    return (
        pl.when(reportable & (pl.col("homozygous_pair") | pl.col("dominant_homozygous")))
        .then(pl.lit("homozygous"))
        .when(reportable & pl.col("hemizygous_hit"))
        .then(pl.lit("hemizygous"))
        .when(reportable & recessive & pl.col("trans_pair"))
        .then(pl.lit(COMPOUND_HETEROZYGOUS))
        .when(pl.col("special_zygosity").is_not_null())
        .then("special_zygosity")
        .when(pl.col("zygosities").list.drop_nulls().list.len() == 1)
        .then(pl.col("zygosities").list.drop_nulls().list.first())
    )


def _phase() -> pl.Expr:
    recessive = of_inheritance(TWO_COPIES)
    return (
        pl.when(pl.col("special_open") & ~pl.col("is_positive"))
        .then(pl.lit(UNKNOWN))
        .when(~recessive | pl.col("homozygous_pair") | pl.col("hemizygous_hit"))
        .then(pl.lit(NOT_NEEDED))
        .when(pl.col("trans_pair"))
        .then(pl.lit(TRANS))
        .when(pl.col("pending_pair"))
        .then(pl.lit(UNKNOWN))
        .when(pl.col("any_trans"))
        .then(pl.lit(TRANS))
        .when(pl.col("any_unknown"))
        .then(pl.lit(UNKNOWN))
        .when(pl.col("same_copy"))
        .then(pl.lit(CIS))
        .otherwise(pl.lit(NOT_NEEDED))
    )
