"""The reasons of a verdict, in the order in which they are told; the first is decisive."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.evidence import Sources
from evaluator.screening.gene_rows import TWO_COPIES
from evaluator.screening.inheritance import of_inheritance
from evaluator.screening.reasons import ORDER, Reason
from evaluator.screening.special_loci import (
    COMPOUND_HETEROZYGOUS,
    Outcome,
    came_out,
    lacks_output,
    only_counted,
    raw_calls_are_used,
)
from evaluator.screening.zygosity import HEMIZYGOUS, HOMOZYGOUS
from evaluator.vocabulary import Evidence, Mechanism, Verdict

# Lists of codes that are told, which `reasons` needs as columns of their own: inside its conditions polars
# would sort them row by row, which takes fifty times as long.
TOLD = {codes: f"{codes} told" for codes in ("repeats", "obstacles", "evidence_codes", "pair_evidence")}


def told(codes: str) -> pl.Expr:
    """The column of the codes as text."""
    return pl.col(TOLD[codes])


def in_order(codes: str) -> pl.Expr:
    """Join a list of codes in the order of the vocabulary, for `told`; null when empty."""
    place = pl.element().replace_strict(ORDER, return_dtype=pl.Int32)
    ordered = pl.col(codes).list.eval(pl.element().sort_by(place))
    return pl.when(pl.col(codes).list.len() > 0).then(ordered.list.join(";")).alias(TOLD[codes])


def reasons(criteria: Criteria, sources: Sources) -> pl.Expr:
    """Name every reason of a verdict in order; needs the facts, the steps that led to it, and `in_order`."""
    reportable = pl.col("verdict") == Verdict.REPORTABLE
    pending = pl.col("verdict") == Verdict.PENDING_PHASE
    said = (
        pl.when(pl.col("status") == "quarantined")
        .then(pl.lit(str(Reason.QUARANTINED)))
        .when(~pl.col("sequenced"))
        .then(pl.lit(str(Reason.SEQUENCING_FAILED)))
        .when(pl.col("stopped").is_not_null())
        .then("stopped")
        .when(reportable)
        .then(_joined(_positive_reasons()))
        .when(pending)
        .then(_joined(_pending_reasons()))
        .when(pl.col("verdict") == Verdict.NOT_ASSESSED)
        .then(_joined([*_blocking_reasons(criteria), *_negative_reasons()]))
        .otherwise(_joined(_unreported_reasons(criteria, sources)))
    )
    return _joined([said, pl.col("flagged")])


def _positive_reasons() -> list[pl.Expr]:
    recessive = of_inheritance(TWO_COPIES)
    by_pair = recessive & (pl.col("homozygous_pair") | pl.col("trans_pair"))
    evidence = pl.when(by_pair).then(told("pair_evidence")).otherwise(told("evidence_codes"))
    by_caller, of_caller = came_out(Outcome.POSITIVE), pl.col("special_zygosity")
    homozygous = _either("homozygous_pair", "dominant_homozygous", by_caller & (of_caller == HOMOZYGOUS))
    hemizygous = _either("hemizygous_hit", by_caller & (of_caller == HEMIZYGOUS)) & ~homozygous
    both = _either("trans_pair", by_caller & (of_caller == COMPOUND_HETEROZYGOUS))
    trans = both & ~homozygous & ~hemizygous
    return [
        evidence,
        _flag(pl.col("reported_by_rule"), Reason.DIPLOTYPE_REPORTABLE),
        _flag(by_caller, Reason.SPECIAL_LOCUS_POSITIVE),
        _flag(came_out(Outcome.CARRIER), Reason.SPECIAL_LOCUS_CARRIER),
        _flag(homozygous, Reason.HOMOZYGOUS),
        _flag(hemizygous, Reason.HEMIZYGOUS),
        _flag(trans & pl.col("over_deletion"), Reason.HEMIZYGOUS_OVER_DELETION),
        _flag(trans, Reason.TWO_ALLELES_IN_TRANS),
        _flag(pl.col("heteroplasmy_hit"), Reason.HETEROPLASMY),
        _flag(pl.col("dominant_hit") & ~homozygous & ~hemizygous, Reason.ONE_COPY_DOMINANT),
        _flag(pl.col("origin_matters") & pl.col("origin_matches"), Reason.PARENT_OF_ORIGIN_MATCHES),
        _flag(pl.col("is_carrier_female") & ~by_pair, Reason.CARRIER_FEMALE),
        _flag(pl.col("is_one_copy_of_x") & ~by_pair, Reason.ONE_COPY_OF_X),
        *_parental_reasons(),
    ]


def _pending_reasons() -> list[pl.Expr]:
    pair = pl.col("pending_pair")
    return [
        _flag(pl.col("contradicted_pair"), Reason.PHASE_CONTRADICTED),
        _flag(pair | pl.col("special_open"), Reason.PHASE_UNKNOWN),
        _flag(pl.col("origin_open"), Reason.PARENT_OF_ORIGIN_UNKNOWN),
        pl.when(pair).then(told("pair_evidence")).otherwise(told("evidence_codes")),
        _flag(came_out(Outcome.CARRIER), Reason.SPECIAL_LOCUS_CARRIER),
        *_parental_reasons(),
    ]


def _parental_reasons() -> list[pl.Expr]:
    """Note an allele that neither parent has, and parents who do not fit where they decided or would have."""
    decided = pl.col("phased_by_parents") | (
        pl.col("origin_matters") & (pl.col("origin_matches") | pl.col("origin_differs"))
    )
    return [
        _flag(pl.col("de_novo"), Reason.DE_NOVO),
        _flag(
            pl.col("parents_doubted") & (decided | pl.col("pending_pair") | pl.col("origin_open")),
            Reason.PARENT_MISMATCH,
        ),
    ]


def _blocking_reasons(criteria: Criteria) -> list[pl.Expr]:
    structural = pl.lit(criteria.structural.without_calls == "not assessed")
    return [
        _flag(lacks_output(), Reason.SPECIAL_LOCUS_NEEDS_CALLER),
        _flag(came_out(Outcome.NO_CALL), Reason.SPECIAL_LOCUS_NO_CALL),
        _flag(came_out(Outcome.FILTERED), Reason.SPECIAL_LOCUS_FILTERED),
        _flag(came_out(Outcome.RULE_NOT_SET), Reason.SPECIAL_LOCUS_RULE_NOT_SET),
        _flag(came_out(Outcome.AGAINST_SEX), Reason.SPECIAL_LOCUS_AGAINST_SEX),
        _flag(_either("sex_undecided", came_out(Outcome.SEX_UNKNOWN)), Reason.SEX_UNKNOWN),
        _flag(pl.col("suspicious"), Reason.SUSPICIOUS_MALE_HETEROZYGOTE),
        told("repeats"),
        _flag(pl.col("possible_mosaic"), Reason.POSSIBLE_MOSAIC),
        _flag(pl.col("half_call"), Reason.HALF_CALL),
        _flag(pl.col("extra_alleles"), Reason.UNEXPECTED_PLOIDY),
        _flag(pl.col("low_callability"), Reason.LOW_CALLABILITY),
        _flag(pl.col("listed_allele_uncovered"), Reason.LISTED_ALLELE_UNCOVERED),
        _flag(pl.col("callability_unknown"), Reason.CALLABILITY_UNKNOWN),
        _flag(structural & pl.col("no_structural_calls"), Reason.NO_STRUCTURAL_CALLS),
    ]


def _negative_reasons() -> list[pl.Expr]:
    recessive = of_inheritance(TWO_COPIES)
    carrier = pl.col("is_carrier_female") & (pl.col("heterozygous_hit") | came_out(Outcome.CARRIER))
    half = pl.col("half_call") & ~pl.col("half_of_one_x")
    one_allele = recessive & (pl.col("heterozygous_hit") | half) & ~pl.col("cis_pair")
    ruled_out = pl.col("excluded_pair") | pl.col("elsewhere_pair")
    return [
        _flag(came_out(Outcome.CARRIER), Reason.SPECIAL_LOCUS_CARRIER),
        _flag(pl.col("excluded_pair"), Reason.DIPLOTYPE_NOT_REPORTABLE),
        _flag(pl.col("elsewhere_pair"), Reason.DIPLOTYPE_OTHER_CONDITION),
        _flag(pl.col("cis_pair"), Reason.IN_CIS),
        _flag(pl.col("origin_matters") & pl.col("origin_differs"), Reason.OTHER_PARENT_OF_ORIGIN),
        _flag(carrier, Reason.CARRIER_FEMALE),
        _flag(one_allele & ~ruled_out & ~carrier, Reason.ONE_ALLELE_ONLY),
        _flag(pl.col("below_heteroplasmy"), Reason.BELOW_HETEROPLASMY),
        told("obstacles"),
        *_parental_reasons(),
    ]


def _unreported_reasons(criteria: Criteria, sources: Sources) -> list[pl.Expr]:
    return [_told_or_none_qualified(), *_caller_negative(), *_silent_rules(criteria, sources)]


def _told_or_none_qualified() -> pl.Expr:
    said = _joined(_negative_reasons())
    none = pl.when(raw_calls_are_used()).then(pl.lit(str(Reason.NO_QUALIFYING_ALLELE)))
    return pl.when(said == "").then(none).otherwise(said)


def _caller_negative() -> list[pl.Expr]:
    """Say on every negative what the locus's caller found, and what it cannot see."""
    counted = only_counted() & came_out(Outcome.NEGATIVE, Outcome.CARRIER)
    return [
        _flag(came_out(Outcome.NEGATIVE), Reason.SPECIAL_LOCUS_NEGATIVE),
        _flag(counted, Reason.COPIES_COUNTED_ONLY),
    ]


def _silent_rules(criteria: Criteria, sources: Sources) -> list[pl.Expr]:
    """Say on every negative which rules could not speak for want of annotation."""
    read = raw_calls_are_used()
    automatic = ~pl.col("listed_only") & read
    lof = (
        automatic
        & (pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION)
        & (pl.col("evidence") != Evidence.MISSENSE)
    )
    no_clinvar = sources.annotated and not sources.clinvar and criteria.known_pathogenic.enabled
    no_consequence = sources.annotated and not sources.consequence and criteria.predicted_lof.enabled
    return [
        _flag(pl.lit(not sources.annotated) & read, Reason.NO_ANNOTATION),
        _flag(pl.lit(no_clinvar) & automatic, Reason.NO_CLINVAR),
        _flag(pl.lit(no_consequence) & lof, Reason.NO_CONSEQUENCE),
        _flag(pl.col("no_structural_calls"), Reason.NO_STRUCTURAL_CALLS),
    ]


def _either(*conditions: str | pl.Expr) -> pl.Expr:
    """One of the conditions holds; what is not known does not."""
    return pl.any_horizontal(*conditions).fill_null(value=False)


def _flag(condition: pl.Expr, reason: Reason) -> pl.Expr:
    return pl.when(condition).then(pl.lit(str(reason)))


def _joined(reasons: Iterable[pl.Expr]) -> pl.Expr:
    """Join the reasons that apply; empty text when none does."""
    return pl.concat_str(list(reasons), separator=";", ignore_nulls=True)
