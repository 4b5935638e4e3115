"""From facts to a verdict and its reasons, in the order of decision of the reporting rules."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.evidence import Sources
from evaluator.screening.gene_rows import DOMINANT, TWO_COPIES
from evaluator.screening.inheritance import of_inheritance
from evaluator.screening.phase import CIS, NOT_NEEDED, TRANS, UNKNOWN
from evaluator.screening.reasons import ORDER, Reason
from evaluator.screening.special_loci import needs_caller
from evaluator.vocabulary import Evidence, Inheritance, Mechanism, SampleStatus, Verdict

# Facts of the calls and pairs; absent ones are false, zero or empty.
FLAGS = (
    "dominant_hit",
    "dominant_homozygous",
    "hemizygous_hit",
    "heteroplasmy_hit",
    "below_heteroplasmy",
    "sex_undecided",
    "suspicious",
    "half_call",
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
    "low_callability",
    "listed_allele_uncovered",
)
LISTS = (
    "repeats",
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

    Needs the gene row's columns, `status`, `callability_unknown`, and FLAGS, LISTS, `x_count`.
    """
    filled = facts.with_columns(
        pl.col(*FLAGS).fill_null(value=False),
        pl.col(*LISTS).fill_null(pl.lit([], dtype=pl.List(pl.String))),
    )
    marked = filled.with_columns(**_steps(criteria))
    return (
        marked.with_columns(verdict().alias("verdict"))
        .with_columns(
            _reasons(criteria, sources).alias("reasons"),
            _alleles().alias("alleles"),
            _zygosity().alias("zygosity"),
            _phase().alias("phase"),
        )
        .with_columns(pl.when(pl.col("alleles").is_not_null()).then(pl.col("zygosity", "phase")))
    )


def _steps(criteria: Criteria) -> dict[str, pl.Expr]:
    one_copy = of_inheritance(DOMINANT)
    origin_matters = pl.col("parent_of_origin").is_not_null() & one_copy
    reported_carrier = carrier_female() & pl.lit(criteria.x_linked.report_heterozygous_females)
    # A homozygote has the allele from both parents: the origin is known whichever is asked for.
    dominant = pl.col("dominant_hit") & (~origin_matters | pl.col("dominant_homozygous"))
    recessive = pl.col("homozygous_pair") | pl.col("trans_pair") | pl.col("hemizygous_hit")
    return {
        "sequenced": pl.col("status") == SampleStatus.SEQUENCED,
        "is_positive": dominant
        | (recessive & of_inheritance(TWO_COPIES))
        | pl.col("heteroplasmy_hit")
        | reported_carrier,
        "origin_open": pl.col("dominant_hit") & origin_matters,
        "is_carrier_female": carrier_female(),
    }


def carrier_female() -> pl.Expr:
    """One qualifying copy on one of two X chromosomes, in a recessive row."""
    return (
        (pl.col("inheritance") == Inheritance.XLR)
        & (pl.col("x_count") == 2).fill_null(value=False)  # noqa: PLR2004 - two X chromosomes
        & pl.col("heterozygous_hit")
    )


def verdict() -> pl.Expr:
    """A positive stands whatever was not seen; a negative stands only if nothing stands against it."""
    return (
        pl.when(~pl.col("sequenced"))
        .then(pl.lit(str(Verdict.NOT_ASSESSED)))
        .when(pl.col("is_positive"))
        .then(pl.lit(str(Verdict.REPORTABLE)))
        .when(pl.col("pending_pair") | pl.col("origin_open"))
        .then(pl.lit(str(Verdict.PENDING_PHASE)))
        .when(blocked())
        .then(pl.lit(str(Verdict.NOT_ASSESSED)))
        .otherwise(pl.lit(str(Verdict.NOT_REPORTABLE)))
    )


def blocked() -> pl.Expr:
    """Something that was not seen, or not seen well, could turn this negative into a positive."""
    return pl.any_horizontal(
        needs_caller(),
        "sex_undecided",
        "suspicious",
        pl.col("repeats").list.len() > 0,
        "half_call",
        "low_callability",
        "listed_allele_uncovered",
        "callability_unknown",
    )


def _reasons(criteria: Criteria, sources: Sources) -> pl.Expr:
    reportable = pl.col("verdict") == Verdict.REPORTABLE
    pending = pl.col("verdict") == Verdict.PENDING_PHASE
    return (
        pl.when(pl.col("status") == "quarantined")
        .then(pl.lit(str(Reason.QUARANTINED)))
        .when(~pl.col("sequenced"))
        .then(pl.lit(str(Reason.SEQUENCING_FAILED)))
        .when(reportable)
        .then(_joined(_positive_reasons()))
        .when(pending)
        .then(_joined(_pending_reasons()))
        .when(pl.col("verdict") == Verdict.NOT_ASSESSED)
        .then(_joined([*_blocking_reasons(), *_negative_reasons()]))
        .otherwise(_joined([_told_or_none_qualified(), *_silent_rules(criteria, sources)]))
    )


def _positive_reasons() -> list[pl.Expr]:
    recessive = of_inheritance(TWO_COPIES)
    by_pair = recessive & (pl.col("homozygous_pair") | pl.col("trans_pair"))
    evidence = pl.when(by_pair).then("pair_evidence").otherwise("evidence_codes")
    homozygous = pl.col("homozygous_pair") | pl.col("dominant_homozygous")
    hemizygous = pl.col("hemizygous_hit") & ~homozygous
    trans = pl.col("trans_pair") & ~homozygous & ~hemizygous
    return [
        _in_order(evidence),
        _flag(pl.col("reported_by_rule"), Reason.DIPLOTYPE_REPORTABLE),
        _flag(homozygous, Reason.HOMOZYGOUS),
        _flag(hemizygous, Reason.HEMIZYGOUS),
        _flag(trans, Reason.TWO_ALLELES_IN_TRANS),
        _flag(pl.col("heteroplasmy_hit"), Reason.HETEROPLASMY),
        _flag(pl.col("dominant_hit") & ~homozygous & ~hemizygous, Reason.ONE_COPY_DOMINANT),
        _flag(pl.col("is_carrier_female") & ~by_pair, Reason.CARRIER_FEMALE),
    ]


def _pending_reasons() -> list[pl.Expr]:
    pair = pl.col("pending_pair")
    return [
        _flag(pair, Reason.PHASE_UNKNOWN),
        _flag(pl.col("origin_open"), Reason.PARENT_OF_ORIGIN_UNKNOWN),
        _in_order(pl.when(pair).then("pair_evidence").otherwise("evidence_codes")),
    ]


def _blocking_reasons() -> list[pl.Expr]:
    return [
        _flag(needs_caller(), Reason.SPECIAL_LOCUS_NEEDS_CALLER),
        _flag(pl.col("sex_undecided"), Reason.SEX_UNKNOWN),
        _flag(pl.col("suspicious"), Reason.SUSPICIOUS_MALE_HETEROZYGOTE),
        _in_order(pl.col("repeats")),
        _flag(pl.col("possible_mosaic"), Reason.POSSIBLE_MOSAIC),
        _flag(pl.col("half_call"), Reason.HALF_CALL),
        _flag(pl.col("low_callability"), Reason.LOW_CALLABILITY),
        _flag(pl.col("listed_allele_uncovered"), Reason.LISTED_ALLELE_UNCOVERED),
        _flag(pl.col("callability_unknown"), Reason.CALLABILITY_UNKNOWN),
    ]


def _negative_reasons() -> list[pl.Expr]:
    recessive = of_inheritance(TWO_COPIES)
    one_allele = recessive & (pl.col("heterozygous_hit") | pl.col("half_call")) & ~pl.col("cis_pair")
    ruled_out = pl.col("excluded_pair") | pl.col("elsewhere_pair")
    return [
        _flag(pl.col("excluded_pair"), Reason.DIPLOTYPE_NOT_REPORTABLE),
        _flag(pl.col("elsewhere_pair"), Reason.DIPLOTYPE_OTHER_CONDITION),
        _flag(pl.col("cis_pair"), Reason.IN_CIS),
        _flag(pl.col("is_carrier_female"), Reason.CARRIER_FEMALE),
        _flag(one_allele & ~ruled_out & ~pl.col("is_carrier_female"), Reason.ONE_ALLELE_ONLY),
        _flag(pl.col("below_heteroplasmy"), Reason.BELOW_HETEROPLASMY),
        _in_order(pl.col("obstacles")),
    ]


def _told_or_none_qualified() -> pl.Expr:
    told = _joined(_negative_reasons())
    return pl.when(told == "").then(pl.lit(str(Reason.NO_QUALIFYING_ALLELE))).otherwise(told)


def _silent_rules(criteria: Criteria, sources: Sources) -> list[pl.Expr]:
    """Say on every negative which rules could not speak for want of annotation."""
    automatic = ~pl.col("listed_only")
    lof = (
        automatic
        & (pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION)
        & (pl.col("evidence") != Evidence.MISSENSE)
    )
    no_clinvar = sources.annotated and not sources.clinvar and criteria.known_pathogenic.enabled
    no_consequence = sources.annotated and not sources.consequence and criteria.predicted_lof.enabled
    return [
        _flag(pl.lit(not sources.annotated), Reason.NO_ANNOTATION),
        _flag(pl.lit(no_clinvar) & automatic, Reason.NO_CLINVAR),
        _flag(pl.lit(no_consequence) & lof, Reason.NO_CONSEQUENCE),
    ]


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
    return pl.when(pl.col("sequenced") & (shown.list.len() > 0)).then(shown.list.join(";"))


def _zygosity() -> pl.Expr:
    reportable = pl.col("verdict") == Verdict.REPORTABLE
    recessive = of_inheritance(TWO_COPIES)
    return (
        pl.when(reportable & (pl.col("homozygous_pair") | pl.col("dominant_homozygous")))
        .then(pl.lit("homozygous"))
        .when(reportable & pl.col("hemizygous_hit"))
        .then(pl.lit("hemizygous"))
        .when(reportable & recessive & pl.col("trans_pair"))
        .then(pl.lit("compound_heterozygous"))
        .when(pl.col("zygosities").list.drop_nulls().list.len() == 1)
        .then(pl.col("zygosities").list.drop_nulls().list.first())
    )


def _phase() -> pl.Expr:
    recessive = of_inheritance(TWO_COPIES)
    return (
        pl.when(~recessive | pl.col("homozygous_pair") | pl.col("hemizygous_hit"))
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


def _flag(condition: pl.Expr, reason: Reason) -> pl.Expr:
    return pl.when(condition).then(pl.lit(str(reason)))


def _in_order(codes: pl.Expr) -> pl.Expr:
    """Join a list of codes in the order of the vocabulary; null when empty."""
    ordered = codes.list.eval(pl.element().sort_by(pl.element().replace_strict(ORDER, return_dtype=pl.Int32)))
    return pl.when(codes.list.len() > 0).then(ordered.list.join(";"))


def _joined(reasons: Iterable[pl.Expr]) -> pl.Expr:
    """Join the reasons that apply; empty text when none does."""
    return pl.concat_str(list(reasons), separator=";", ignore_nulls=True)
