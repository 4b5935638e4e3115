"""Every affected newborn that was not found, by the most telling of the reasons why.

A miss that a rule of the panel made can be mended by the panel; one that no allele explains cannot.
"""

from __future__ import annotations

from enum import StrEnum

import polars as pl

from evaluator.accuracy.annex import Annex
from evaluator.accuracy.ledger.findings import Findings
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.screening.reasons import REPEAT, Reason
from evaluator.vocabulary import IndexResult, Reference, SampleStatus


class Miss(StrEnum):
    """Why an affected newborn was not found; where several hold, the first."""

    NOT_SCREENED = "not_screened"
    SAMPLE_FAILED = "sample_failed"
    NOT_ON_PANEL = "not_on_panel"
    REVIEWED_AWAY = "reviewed_away"
    LATER_THAN_TARGET = "outcome_later_than_follow_up"
    SAMPLE_DOUBTED = "sample_doubted"
    LOCUS_NOT_TESTED = "locus_not_tested"
    PHASE_UNKNOWN = "phase_unknown"
    REPEAT_NEEDED = "repeat_needed"
    STRUCTURAL = "structural"
    UNCOVERED = "uncovered"
    DENIED = "denied"
    TOO_COMMON = "too_common"
    BELOW_STARS = "below_stars"
    EVIDENCE_REFUSED = "evidence_refused"
    ONE_HETEROZYGOTE = "one_heterozygote_found"
    NO_ALLELE = "no_allele_seen"
    OTHER = "other"


SENTENCES: dict[Miss, str] = {
    Miss.NOT_SCREENED: "declined, withdrawn or not sampled",
    Miss.SAMPLE_FAILED: "the sample gave no sequence, or its file was set aside",
    Miss.NOT_ON_PANEL: "the panel does not evaluate the condition, or not the causal gene for it",
    Miss.REVIEWED_AWAY: "a reviewer did not report it",
    Miss.LATER_THAN_TARGET: "the disease began later than the target",
    Miss.SAMPLE_DOUBTED: "the sample may not show the newborn: contaminated, transfused, swapped or mixed up",
    Miss.LOCUS_NOT_TESTED: "the locus needs a dedicated caller: no output, no usable call, or no rule for it",
    Miss.PHASE_UNKNOWN: "two alleles; cis or trans, or the parent of origin, is not known",
    Miss.REPEAT_NEEDED: "an allele was seen but its call was not good enough",
    Miss.STRUCTURAL: "a deletion or duplication was seen, but does not count for this gene row",
    Miss.UNCOVERED: "the sequence that matters was not assessed",
    Miss.DENIED: "an allele or a pair stands on the panel's deny list",
    Miss.TOO_COMMON: "an allele is more common than the panel allows",
    Miss.BELOW_STARS: "an allele has fewer review stars than the panel asks for",
    Miss.EVIDENCE_REFUSED: "an allele was seen, but its evidence is not accepted for this gene row",
    Miss.ONE_HETEROZYGOTE: "one allele of two was found",
    Miss.NO_ALLELE: "no allele met the panel's rules: none seen, or of a kind that the file does not call",
    Miss.OTHER: "none of these reasons was given",
}
BY_REASON: dict[Miss, tuple[Reason, ...]] = {
    Miss.SAMPLE_FAILED: (Reason.SEQUENCING_FAILED, Reason.QUARANTINED),
    Miss.SAMPLE_DOUBTED: (
        Reason.CONTAMINATED_SAMPLE,
        Reason.TRANSFUSED_BEFORE_SAMPLING,
        Reason.SEX_MISMATCH,
        Reason.DUPLICATE_SAMPLE,
    ),
    Miss.LOCUS_NOT_TESTED: (
        Reason.SPECIAL_LOCUS_NEEDS_CALLER,
        Reason.SPECIAL_LOCUS_NO_CALL,
        Reason.SPECIAL_LOCUS_FILTERED,
        Reason.SPECIAL_LOCUS_RULE_NOT_SET,
        Reason.SPECIAL_LOCUS_AGAINST_SEX,
    ),
    Miss.PHASE_UNKNOWN: (Reason.PHASE_UNKNOWN, Reason.PHASE_CONTRADICTED, Reason.PARENT_OF_ORIGIN_UNKNOWN),
    Miss.REPEAT_NEEDED: (
        *REPEAT,
        Reason.POSSIBLE_MOSAIC,
        Reason.HALF_CALL,
        Reason.UNEXPECTED_PLOIDY,
        Reason.SEX_UNKNOWN,
        Reason.SUSPICIOUS_MALE_HETEROZYGOTE,
        Reason.BELOW_HETEROPLASMY,
    ),
    Miss.STRUCTURAL: (
        Reason.DELETION_SPARES_EXONS,
        Reason.WHOLE_GENE_DUPLICATION,
        Reason.UNLISTED_DUPLICATION,
    ),
    Miss.UNCOVERED: (Reason.LOW_CALLABILITY, Reason.LISTED_ALLELE_UNCOVERED, Reason.CALLABILITY_UNKNOWN),
    Miss.DENIED: (
        Reason.DENIED_ALLELE,
        Reason.DENY_ALONE,
        Reason.DIPLOTYPE_NOT_REPORTABLE,
        Reason.DIPLOTYPE_OTHER_CONDITION,
    ),
    Miss.TOO_COMMON: (Reason.TOO_COMMON,),
    Miss.BELOW_STARS: (Reason.BELOW_MIN_STARS,),
    Miss.EVIDENCE_REFUSED: (
        Reason.BENIGN_CLASSIFICATION,
        Reason.OTHER_INHERITANCE,
        Reason.OTHER_PARENT_OF_ORIGIN,
        Reason.NOT_LOF_MECHANISM,
        Reason.ESCAPES_DECAY,
        Reason.OTHER_TRANSCRIPT,
        Reason.LOW_CONFIDENCE_LOF,
        Reason.EVIDENCE_NOT_ACCEPTED,
    ),
    Miss.ONE_HETEROZYGOTE: (
        Reason.ONE_ALLELE_ONLY,
        Reason.CARRIER_FEMALE,
        Reason.IN_CIS,
        Reason.SPECIAL_LOCUS_CARRIER,
    ),
    Miss.NO_ALLELE: (Reason.NO_QUALIFYING_ALLELE, Reason.SPECIAL_LOCUS_NEGATIVE),
}
PAIR = ["newborn", "condition"]


def missed(ledger: Ledger, findings: Findings, references: pl.DataFrame) -> Annex:
    """Count the misses by class and condition; no newborn is named."""
    table = pl.concat([_not_found(ledger, findings), _off_panel(ledger, references)])
    order = pl.Enum([str(miss) for miss in Miss])
    counted = (
        table.with_columns(pl.col("class").cast(order))
        .group_by("class", "condition")
        .agg(pl.col("newborn").n_unique().cast(pl.Int64).alias("newborns"))
        .sort("class", "condition")
        .with_columns(pl.col("class").cast(pl.String))
        .with_columns(pl.col("class").replace_strict(_sentences(), return_dtype=pl.String).alias("meaning"))
    )
    total = int(counted["newborns"].sum())
    note = (
        f"Affected newborn x condition that the index test did not call positive: {total}, each under the"
        " first class that holds. Only those that an outcome names can be counted."
    )
    return Annex("missed", "Affected and not found, by reason", counted, (note,))


def _sentences() -> dict[str, str]:
    return {str(miss): sentence for miss, sentence in SENTENCES.items()}


def _not_found(ledger: Ledger, findings: Findings) -> pl.DataFrame:
    """Classify the affected records of the ledger that are not positive: newborn, condition, class."""
    records = (
        ledger.affected()
        .filter(
            (pl.col("reference") == Reference.AFFECTED)
            & (pl.col("cell") != "outside_target")
            & (pl.col("index") != IndexResult.POSITIVE)
        )
        .join(ledger.screened.newborns.select("newborn", "status"), on="newborn")
    )
    codes = _codes(records, findings)
    told = records.join(codes, on=PAIR, how="left").with_columns(pl.col("codes").fill_null([]))
    return told.select("newborn", "condition", _class().alias("class"))


def _codes(records: pl.DataFrame, findings: Findings) -> pl.DataFrame:
    """Gather the reasons of the gene rows that matter: those of the causal gene where it is known."""
    rows = findings.table(records["newborn"], records["condition"]).join(
        records.select(*PAIR, "causal_gene"), on=PAIR
    )
    of_gene = pl.col("gene") == pl.col("causal_gene")
    return (
        rows.with_columns(of_gene.any().over(PAIR).fill_null(value=False).alias("known"))
        .filter(~pl.col("known") | of_gene)
        .group_by(PAIR)
        .agg(
            pl.col("reasons").str.split(";").explode().alias("codes"),
            (pl.col("causal_gene").first().is_not_null() & ~pl.col("known").any()).alias("other_gene"),
        )
    )


def _class() -> pl.Expr:
    status = pl.col("status")
    decided = (
        pl.when(status == SampleStatus.FAILED)
        .then(pl.lit(str(Miss.SAMPLE_FAILED)))
        .when(status != SampleStatus.SEQUENCED)
        .then(pl.lit(str(Miss.NOT_SCREENED)))
        .when(_any_of(Miss.SAMPLE_FAILED))
        .then(pl.lit(str(Miss.SAMPLE_FAILED)))
        .when(pl.col("other_gene"))
        .then(pl.lit(str(Miss.NOT_ON_PANEL)))
        .when(pl.col("index_reason").str.starts_with("review: "))
        .then(pl.lit(str(Miss.REVIEWED_AWAY)))
        .when(pl.col("onset_class") == "late_onset")
        .then(pl.lit(str(Miss.LATER_THAN_TARGET)))
    )
    for miss in BY_REASON:
        decided = decided.when(_any_of(miss)).then(pl.lit(str(miss)))
    return decided.otherwise(pl.lit(str(Miss.OTHER)))


def _any_of(miss: Miss) -> pl.Expr:
    return pl.col("codes").list.set_intersection([str(reason) for reason in BY_REASON[miss]]).list.len() > 0


def _off_panel(ledger: Ledger, references: pl.DataFrame) -> pl.DataFrame:
    """Affected newborns of the run whose condition the panel does not evaluate."""
    return (
        references.filter(pl.col("reference") == Reference.AFFECTED)
        .join(ledger.screened.newborns, on="newborn", how="semi")
        .join(ledger.screened.conditions, on="condition", how="anti")
        .select("newborn", "condition", pl.lit(str(Miss.NOT_ON_PANEL)).alias("class"))
    )
