"""The reference standard: one answer per newborn x condition under one definition of "affected".

Molecular rows answer the molecular definition, biochemical and clinical rows the clinical one. A row without
a basis answers whichever definition is asked, when no row with a basis does.
"""

from __future__ import annotations

import polars as pl

from evaluator.vocabulary import Definition, Reference

BASES = {
    Definition.MOLECULAR: ("molecular",),
    # the phenotype first: where both say the same, its follow-up describes the newborn
    Definition.CLINICAL: ("clinical", "biochemical"),
}
# Disease shown by either basis is disease shown (a composite reference standard), and an answer outranks a
# question still open.
REFERENCE_ORDER = (
    Reference.AFFECTED,
    Reference.UNAFFECTED,
    Reference.UNCERTAIN,
    Reference.PENDING,
    Reference.DIED_UNRESOLVED,
    Reference.LOST,
    Reference.NOT_VERIFIED,
)
COLUMNS = (
    "newborn",
    "condition",
    "reference",
    "method",
    "followup_months",
    "found_by",
    "causal_gene",
    "onset_class",
    "reason_fp",
    "verification_probability",
)


def reference_results(outcomes: pl.DataFrame, definition: Definition) -> tuple[pl.DataFrame, list[str]]:
    """Choose the row that answers for each newborn x condition; returns COLUMNS and notes for the reader."""
    bases = BASES[definition]
    rank = {word.value: place for place, word in enumerate(REFERENCE_ORDER)}
    basis_rank = {basis: place for place, basis in enumerate(bases)}
    relevant = outcomes.filter(pl.col("basis").is_null() | pl.col("basis").is_in(bases))
    chosen = (
        relevant.with_columns(
            pl.col("reference").replace_strict(rank, return_dtype=pl.UInt8).alias("rank"),
            pl.col("basis")
            .replace_strict(basis_rank, default=len(bases), return_dtype=pl.UInt8)
            .alias("place"),
        )
        .sort("newborn", "condition", pl.col("basis").is_null(), "rank", "place")
        .unique(["newborn", "condition"], keep="first", maintain_order=True)
    )
    return chosen.select(COLUMNS), _notes(outcomes, relevant, chosen, definition)


def _notes(
    outcomes: pl.DataFrame, relevant: pl.DataFrame, chosen: pl.DataFrame, definition: Definition
) -> list[str]:
    notes = []
    if other := outcomes.height - relevant.height:
        notes.append(f"Outcome rows that answer the other definition: {other}; not used for this one.")
    if without := chosen["basis"].is_null().sum():
        notes.append(f"Outcomes that name no basis: {without}; they count for the {definition} definition.")
    answers = relevant.filter(pl.col("basis").is_not_null()).group_by("newborn", "condition").agg("reference")
    conflicts = answers.filter(
        pl.col("reference").list.contains(Reference.AFFECTED.value)
        & pl.col("reference").list.contains(Reference.UNAFFECTED.value)
    ).height
    if conflicts:
        notes.append(
            f"Outcomes affected on one basis and unaffected on another: {conflicts};"
            " disease shown by either counts as affected."
        )
    if definition is Definition.MOLECULAR:
        notes.append(
            "Incorporation bias: the molecular definition reads the same genotype as the screening test,"
            " so these figures are higher than against disease shown by other means."
        )
    return notes
