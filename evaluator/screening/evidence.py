"""Which alleles qualify for which gene row, by which evidence, and what kept the others from it."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.listed_alleles import ALLELE, allele_name, listing
from evaluator.screening.lof import (
    MISSENSE,
    escapes_decay,
    has_consequence,
    in_decay_free_end,
    lof_consequence,
    loftee_accepts,
    on_panel_transcript,
)
from evaluator.screening.reasons import Reason
from evaluator.tables import VARIANTS
from evaluator.vocabulary import Evidence, Mechanism

LISTS = ("allow", "deny", "deny_alone", "allow_elsewhere")
# What each rule said of an allele in a row; `explain` prints them.
RULES = (
    "pathogenic_enough",
    "benign_enough",
    "stars_enough",
    "rare_enough_known",
    "lof_consequence",
    "lof_mechanism",
    "rare_enough_lof",
    "escapes_decay",
    "on_panel_transcript",
    "loftee_accepts",
    "is_known_pathogenic",
    "is_predicted_lof",
)


@dataclass(frozen=True)
class Sources:
    """Which kinds of annotation the store carries; without one its rules stay silent and say so."""

    annotated: bool
    clinvar: bool
    consequence: bool
    frequency: bool
    loftee: bool = False

    @classmethod
    def of(cls, names: tuple[str, ...]) -> Sources:
        """Read them from the names that the annotation recorded."""
        return cls(
            annotated=bool(names),
            clinvar="clinvar" in names,
            consequence=bool({"csq", "ann", "bcsq"} & set(names)),
            frequency="frequencies" in names,
            loftee="loftee" in names,
        )


def evidence(
    rows: pl.DataFrame,
    variants: pl.DataFrame | None,
    listed: pl.DataFrame,
    ruled: pl.DataFrame,
    criteria: Criteria,
    build: str,
) -> pl.DataFrame:
    """Judge every allele x gene row: `evidence` (null = does not qualify), `obstacle`, `ruled`, every rule.

    `ruled` names the alleles (contig, position, ref, alt, gene) that diplotype rules speak of.
    """
    known = variants if variants is not None else pl.DataFrame(schema=VARIANTS)
    known = known.filter(pl.col("gene").is_not_null()).rename({"transcript": "transcript_used"})
    everyone = pl.concat([frame.select(*ALLELE, "gene") for frame in (known, listed, ruled)]).unique()
    judged = (
        everyone.join(rows, on="gene")
        .join(known, on=[*ALLELE, "gene"], how="left")
        .join(listing(rows, listed), on=["row", "gene", *ALLELE], how="left")
        .join(ruled.with_columns(ruled=pl.lit(value=True)), on=[*ALLELE, "gene"], how="left")
        .join(in_decay_free_end(everyone, build), on=[*ALLELE, "gene"], how="left")
        .with_columns(pl.col(*LISTS, "ruled", "in_decay_free_end").fill_null(value=False))
        .with_columns(allele_name().alias("allele"), **rule_outcomes(criteria))
        .with_columns(**automatic_rules(criteria))
    )
    return judged.with_columns(
        qualifying_evidence().alias("evidence_code"),
        obstacle(criteria).alias("obstacle"),
        # A denied allele is out of every rule; a diplotype rule may name one that does not qualify alone.
        (pl.col("ruled") & ~pl.col("deny")).alias("ruled"),
    ).sort("row", *ALLELE)


def may_bear(criteria: Criteria) -> pl.Expr:
    """The annotation alone may make the allele qualify or a near miss; others bear only if listed or ruled.

    A large cohort has hundreds of thousands of alleles and a few thousand such.
    """
    known, lof = criteria.known_pathogenic, criteria.predicted_lof
    outcomes = rule_outcomes(criteria)
    return (pl.lit(known.enabled) & outcomes["pathogenic_enough"]) | (
        pl.lit(lof.enabled) & outcomes["lof_consequence"]
    )


def rule_outcomes(criteria: Criteria) -> dict[str, pl.Expr]:
    """Return each single rule as a named expression."""
    known, lof = criteria.known_pathogenic, criteria.predicted_lof
    most_benign = known.max_benign if known.max_benign is not None else 2**15 - 1
    return {
        "pathogenic_enough": (pl.col("clinvar_pathogenic") >= known.min_pathogenic).fill_null(value=False),
        "benign_enough": pl.col("clinvar_benign").fill_null(0) <= most_benign,
        "stars_enough": pl.col("clinvar_stars").fill_null(0) >= pl.col("stars_floor").fill_null(0),
        "rare_enough_known": rarer_than("known_ceiling", criteria),
        "lof_consequence": lof_consequence(lof),
        "lof_mechanism": pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION,
        "rare_enough_lof": rarer_than("lof_ceiling", criteria),
        "escapes_decay": escapes_decay(lof),
        "on_panel_transcript": on_panel_transcript(),
        "loftee_accepts": loftee_accepts(lof),
    }


def bears_as_part() -> pl.Expr:
    """A list, a rule or ClinVar names the base change, so it bears inside a longer substitution, too."""
    return pl.any_horizontal(*LISTS, "ruled", "pathogenic_enough")


def evidence_of_call() -> pl.Expr:
    """The evidence of a call; a base change's own consequence is not that of a longer substitution."""
    lof = (pl.col("evidence_code") == Reason.PREDICTED_LOF).fill_null(value=False)
    return pl.when(pl.col("part_of").is_null() | ~lof).then("evidence_code").alias("evidence_code")


def rarer_than(ceiling: str, criteria: Criteria) -> pl.Expr:
    """Population frequency below the row's ceiling; an allele not in the source gets the panel's value."""
    frequency = pl.col("population_frequency").fill_null(criteria.frequency.missing)
    return (frequency < pl.col(ceiling)).fill_null(value=True)


def automatic_rules(criteria: Criteria) -> dict[str, pl.Expr]:
    """Return the two rules that make an allele qualify without a list, before the row's own restrictions."""
    known = pl.all_horizontal("pathogenic_enough", "benign_enough", "stars_enough", "rare_enough_known")
    lof = pl.all_horizontal(
        "lof_consequence", "lof_mechanism", "rare_enough_lof", "on_panel_transcript", "loftee_accepts"
    )
    return {
        "is_known_pathogenic": pl.lit(criteria.known_pathogenic.enabled) & known,
        "is_predicted_lof": pl.lit(criteria.predicted_lof.enabled) & lof & ~pl.col("escapes_decay"),
    }


def row_accepts_known() -> pl.Expr:
    """The row's evidence setting accepts this known pathogenic allele."""
    kind = pl.col("evidence")
    return (
        ~pl.col("listed_only")
        & ((kind != Evidence.LOF) | pl.col("lof_consequence"))
        & ((kind != Evidence.MISSENSE) | has_consequence(MISSENSE))
    )


def row_accepts_lof() -> pl.Expr:
    """The row's evidence setting accepts predicted loss of function."""
    return ~pl.col("listed_only") & (pl.col("evidence") != Evidence.MISSENSE)


def qualifying_evidence() -> pl.Expr:
    """Name the first evidence by which the allele qualifies; denied and deny_alone alleles have none."""
    barred = pl.col("deny") | pl.col("deny_alone")
    return (
        pl.when(barred)
        .then(pl.lit(None, pl.String))
        .when(pl.col("allow"))
        .then(pl.lit(str(Reason.LISTED_ALLELE)))
        .when(pl.col("is_known_pathogenic") & row_accepts_known())
        .then(pl.lit(str(Reason.KNOWN_PATHOGENIC)))
        .when(pl.col("is_predicted_lof") & row_accepts_lof())
        .then(pl.lit(str(Reason.PREDICTED_LOF)))
    )


def obstacle(criteria: Criteria) -> pl.Expr:
    """Name the first thing that keeps a near miss from qualifying; null for alleles that are no near miss.

    A near miss is on a deny list, allowed for another inheritance, called pathogenic in ClinVar often enough,
    or has a loss-of-function consequence.
    """
    known = pl.lit(criteria.known_pathogenic.enabled) & pl.col("pathogenic_enough")
    lof = pl.lit(criteria.predicted_lof.enabled) & pl.col("lof_consequence")
    automatic = pl.col("is_known_pathogenic") | pl.col("is_predicted_lof")
    steps = (
        (pl.col("deny"), Reason.DENIED_ALLELE),
        (pl.col("deny_alone"), Reason.DENY_ALONE),
        (pl.col("allow_elsewhere"), Reason.OTHER_INHERITANCE),
        (
            automatic & pl.col("listed_only") & (pl.col("evidence") != Evidence.LISTED),
            Reason.OTHER_INHERITANCE,
        ),
        (automatic, Reason.EVIDENCE_NOT_ACCEPTED),
        (known & ~pl.col("benign_enough"), Reason.BENIGN_CLASSIFICATION),
        (known & ~pl.col("rare_enough_known"), Reason.TOO_COMMON),
        (known & ~pl.col("stars_enough"), Reason.BELOW_MIN_STARS),
        (lof & ~pl.col("lof_mechanism"), Reason.NOT_LOF_MECHANISM),
        (lof & ~pl.col("rare_enough_lof"), Reason.TOO_COMMON),
        (lof & pl.col("escapes_decay"), Reason.ESCAPES_DECAY),
        (lof & ~pl.col("on_panel_transcript"), Reason.OTHER_TRANSCRIPT),
        (lof & ~pl.col("loftee_accepts"), Reason.LOW_CONFIDENCE_LOF),
    )
    first = pl.coalesce([pl.when(condition).then(pl.lit(str(reason))) for condition, reason in steps])
    return pl.when(qualifying_evidence().is_null()).then(first)
