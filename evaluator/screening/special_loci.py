"""Loci that raw short-read calls cannot decide: what their dedicated callers' output amounts to."""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.gene_rows import TWO_COPIES
from evaluator.screening.zygosity import HEMIZYGOUS, HETEROZYGOUS, HOMOZYGOUS
from evaluator.vocabulary import CallerCall, SpecialLocus

# Sequence calls of these genes are sound; only the inversion is invisible to them. About half of severe
# haemophilia A is an inversion (reporting-rules.md, step 6), so a negative still needs the caller.
SEQUENCE_IS_VALID = (SpecialLocus.F8_INVERSION, SpecialLocus.IDS_INVERSION)
# Copies are counted there: small changes, and two copies on one chromosome, are not seen.
ONLY_COUNTED = (SpecialLocus.SMN1, SpecialLocus.HBA)
ALPHA_GENES = 4  # two on either chromosome 16
COMPOUND_HETEROZYGOUS = "compound_heterozygous"


class Outcome(StrEnum):
    """What a caller's output amounts to in one gene row; without output there is none."""

    POSITIVE = "positive"
    PHASE_UNKNOWN = "phase_unknown"
    CARRIER = "carrier"
    NEGATIVE = "negative"
    NO_CALL = "no_call"
    FILTERED = "filtered"
    RULE_NOT_SET = "rule_not_set"
    AGAINST_SEX = "against_sex"
    SEX_UNKNOWN = "sex_unknown"


def raw_calls_are_used() -> pl.Expr:
    """The row's calls may decide it: no special locus, or one where only an inversion is missed."""
    locus = pl.col("special_locus")
    return locus.is_null() | locus.is_in([str(name) for name in SEQUENCE_IS_VALID])


def lacks_output() -> pl.Expr:
    """The row needs a dedicated caller, whose output the store does not hold."""
    return pl.col("special_locus").is_not_null() & pl.col("special").is_null()


def came_out(*outcomes: Outcome) -> pl.Expr:
    """The caller's output amounts to one of these; false without output."""
    return pl.col("special").is_in([str(outcome) for outcome in outcomes]).fill_null(value=False)


def only_counted() -> pl.Expr:
    """The locus's caller counts copies and sees no small change."""
    return pl.col("special_locus").is_in([str(name) for name in ONLY_COUNTED]).fill_null(value=False)


def outcomes(
    special: pl.DataFrame, newborns: pl.DataFrame, rows: pl.DataFrame, criteria: Criteria
) -> pl.DataFrame:
    """Return newborn, row, `special` (Outcome), `special_zygosity`, `shared` for every output and row.

    Needs tables.SPECIAL_LOCI, the newborns' `x_count`, and the rows' condition, inheritance, special_locus.
    """
    located = rows.drop_nulls("special_locus").select(
        "row", "condition", "inheritance", locus="special_locus"
    )
    return (
        special.join(newborns.select("newborn", "x_count"), on="newborn")
        .join(located, on="locus")
        .with_columns(outcome(criteria).alias("special"), shared=_plain_negative(criteria))
        .select("newborn", "row", "special", _zygosity().alias("special_zygosity"), "shared")
    )


def told_apart(outcomes: pl.DataFrame) -> pl.DataFrame:
    """Return newborn and row of the outcomes that a newborn does not share with others (`shared_outcome`)."""
    return outcomes.filter(~pl.col("shared")).select("newborn", "row")


def plain_negatives(special: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Return newborn and `negative_loci`: the loci, with `;` between, that are negative in whoever it is.

    Nearly all output is: newborns who share it share the answers that follow, and it is not told one by one.
    """
    kept = special.filter(_plain_negative(criteria)).sort("newborn", "locus")
    return kept.group_by("newborn").agg(pl.col("locus").str.join(";").alias("negative_loci"))


def _plain_negative(criteria: Criteria) -> pl.Expr:
    """The output is negative whatever the newborn's sex and the row's condition."""
    copies, call = pl.col("copy_number"), pl.col("call")
    negative = (
        pl.when(pl.col("locus") == SpecialLocus.SMN1)
        .then(copies > 1)
        .when(_inversion())
        .then(copies.fill_null(0) == 0)
        .when(pl.col("locus") == SpecialLocus.HBA)  # there the condition decides
        .then(pl.lit(value=False))
        .otherwise(call == CallerCall.NEGATIVE)
    )
    stated = (call != CallerCall.NO_CALL).fill_null(value=True)
    return negative.fill_null(value=False) & stated & _filter_accepted(criteria)


def shared_outcome() -> pl.Expr:
    """The outcome of a row in newborns who share `negative_loci`; null where their output says nothing."""
    told = pl.col("negative_loci").str.split(";").list.contains(pl.col("special_locus"))
    negative = pl.when(_two_copies()).then(pl.lit(str(Outcome.NEGATIVE)))
    return pl.when(told.fill_null(value=False)).then(negative.otherwise(pl.lit(str(Outcome.RULE_NOT_SET))))


def outcome(criteria: Criteria) -> pl.Expr:
    """Judge one output in one gene row: the caller's own doubts, then the locus's rule."""
    locus = pl.col("locus")
    return (
        pl.when(~_filter_accepted(criteria))
        .then(pl.lit(str(Outcome.FILTERED)))
        .when((pl.col("call") == CallerCall.NO_CALL).fill_null(value=False))
        .then(pl.lit(str(Outcome.NO_CALL)))
        .when(~_two_copies())  # no source says what one copy means in a dominant row
        .then(pl.lit(str(Outcome.RULE_NOT_SET)))
        .when(locus == SpecialLocus.SMN1)
        .then(_counted(pl.lit(0), pl.lit(1)))
        .when(locus == SpecialLocus.HBA)
        .then(_alpha_globin(criteria))
        .when(_inversion())
        .then(_inverted(criteria))
        .otherwise(pl.col("call"))
    )


def _alpha_globin(criteria: Criteria) -> pl.Expr:
    most = criteria.special_loci.hba_reportable_copies
    set_by_panel = pl.col("condition").replace_strict(most, default=None, return_dtype=pl.Int32)
    unset = pl.lit(str(Outcome.RULE_NOT_SET))
    by_genes = _counted(set_by_panel, pl.lit(ALPHA_GENES - 1))
    return pl.when(set_by_panel.is_null()).then(unset).otherwise(by_genes)


def _counted(most_positive: pl.Expr, most_carrier: pl.Expr) -> pl.Expr:
    """Positive up to so many working copies, carrier up to so many, negative above."""
    copies = pl.col("copy_number")
    return (
        pl.when(copies <= most_positive)
        .then(pl.lit(str(Outcome.POSITIVE)))
        .when(copies <= most_carrier)
        .then(pl.lit(str(Outcome.CARRIER)))
        .otherwise(pl.lit(str(Outcome.NEGATIVE)))
    )


def _inverted(criteria: Criteria) -> pl.Expr:
    """The number of X chromosomes with the inversion against the number of X chromosomes.

    Where carriers are reported an affected boy and a carrier are reported alike: the sex does not decide.
    """
    found, x_count = pl.col("copy_number").fill_null(0), pl.col("x_count")
    either = criteria.x_linked.report_heterozygous_females
    return (
        pl.when(found == 0)
        .then(pl.lit(str(Outcome.NEGATIVE)))
        .when(x_count.is_null() & (found == 1))
        .then(pl.lit(str(Outcome.POSITIVE if either else Outcome.SEX_UNKNOWN)))
        .when((x_count == 1) & (found > 1))
        .then(pl.lit(str(Outcome.AGAINST_SEX)))
        .when((x_count == 1) | (found > 1))
        .then(pl.lit(str(Outcome.POSITIVE)))
        .otherwise(pl.lit(str(Outcome.CARRIER)))
    )


def _zygosity() -> pl.Expr:
    """Zygosity of a positive or a carrier, where the output tells it."""
    alleles = pl.col("genotype").str.split("/")
    counted = pl.col("locus").is_in([str(name) for name in ONLY_COUNTED])
    named = ~counted & (alleles.list.len() == 2)  # noqa: PLR2004 - one allele of either copy
    return (
        pl.when(pl.col("special") == Outcome.CARRIER)
        .then(pl.lit(HETEROZYGOUS))
        .when(pl.col("special") != Outcome.POSITIVE)
        .then(pl.lit(None, pl.String))
        .when(pl.col("locus") == SpecialLocus.SMN1)
        .then(pl.lit(HOMOZYGOUS))
        .when(_inversion())
        .then(
            pl.when(pl.col("x_count") == 1)
            .then(pl.lit(HEMIZYGOUS))
            .when(pl.col("copy_number") > 1)
            .then(pl.lit(HOMOZYGOUS))
        )
        .when(named & (alleles.list.n_unique() == 1))
        .then(pl.lit(HOMOZYGOUS))
        .when(named)
        .then(pl.lit(COMPOUND_HETEROZYGOUS))
    )


def _inversion() -> pl.Expr:
    return pl.col("locus").is_in([str(name) for name in SEQUENCE_IS_VALID])


def _two_copies() -> pl.Expr:
    return pl.col("inheritance").is_in([str(mode) for mode in TWO_COPIES])


def _filter_accepted(criteria: Criteria) -> pl.Expr:
    """Every word of the caller's filter is one that the panel accepts of VCFs; no word at all passes."""
    accepted = criteria.quality.filters
    if accepted is None:
        return pl.lit(value=True)
    words = pl.lit(list(accepted), dtype=pl.List(pl.String))
    unknown = pl.col("filter").str.split(";").list.set_difference(words)
    return (unknown.list.len() == 0).fill_null(value=True)
