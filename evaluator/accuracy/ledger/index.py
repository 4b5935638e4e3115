"""The index test: what the pipeline, or the reviewer after it, says of each newborn x condition."""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluator.accuracy.ledger.findings import Codes, Findings
from evaluator.vocabulary import VERDICT_ORDER, IndexResult, SampleStatus, Verdict

# A sample that gave no sequence is a failed test, whatever the panel declares for a locus not assessed.
FAILED_SAMPLE_REASONS = ("sequencing_failed", "quarantined")
CONDITION_VERDICTS = pl.Schema(dict.fromkeys(("newborn", "condition", "verdict", "decisive"), pl.String()))
REVIEWED = {
    "report": IndexResult.POSITIVE,
    "do_not_report": IndexResult.NEGATIVE,
    "repeat": IndexResult.INCONCLUSIVE,
}
# What a newborn x condition can say before the panel's choices turn it into an index result.
STATES = pl.Enum([*map(str, Verdict), *map(str, IndexResult)])
NEWBORNS_PER_BLOCK = 4_096
ANSWERS = pl.Schema({"state": STATES, "index_reason": pl.String()})


def condition_verdicts(findings: pl.DataFrame) -> pl.DataFrame:
    """Fold gene rows into conditions: the first verdict of VERDICT_ORDER, and its decisive reason.

    Returns newborn, condition, verdict, decisive; the reason is that of the first deciding gene row.
    """
    if findings.is_empty():
        return pl.DataFrame(schema=CONDITION_VERDICTS)
    # One number orders a condition's rows by verdict, then gene row; its last digits carry the reason. The
    # least of them is all that is needed, and a nation's findings fold without being sorted.
    decisive = findings["reasons"].fill_null("").str.extract("^([^;]*)")
    gene_row = pl.concat_str("gene", "inheritance", separator=" ")
    reasons = decisive.unique().sort().to_list()
    gene_rows = findings.select(gene_row).to_series().unique().sort().to_list()
    place = {verdict.value: number for number, verdict in enumerate(VERDICT_ORDER)}
    number = (
        pl.col("verdict").replace_strict(place, return_dtype=pl.Int64) * len(gene_rows)
        + gene_row.replace_strict(_numbered(gene_rows), return_dtype=pl.Int64)
    ) * len(reasons) + decisive.replace_strict(_numbered(reasons), return_dtype=pl.Int64)
    least = pl.col("number")
    return (
        findings.select("newborn", "condition", number.alias("number"))
        .group_by("newborn", "condition")
        .agg(least.min())
        .select(
            "newborn",
            "condition",
            (least // (len(gene_rows) * len(reasons)))
            .replace_strict(dict(enumerate(map(str, VERDICT_ORDER))), return_dtype=pl.String)
            .alias("verdict"),
            (least % len(reasons))
            .replace_strict(dict(enumerate(reasons)), return_dtype=pl.String)
            .alias("decisive"),
        )
    )


def _numbered(words: list[str]) -> dict[str, int]:
    return {word: number for number, word in enumerate(words)}


def condition_results(findings: Findings) -> tuple[Codes, pl.DataFrame]:
    """Fold gene rows into conditions, in the order of their names: the strongest verdict's first gene row.

    Returns newborns x conditions, each the row of the answers returned beside them: state, index_reason.
    """
    order = {str(verdict): place for place, verdict in enumerate(VERDICT_ORDER)}
    rank = findings.answers["verdict"].replace_strict(order, return_dtype=pl.UInt8).to_numpy()
    columns = findings.gene_rows.with_row_index("column").group_by("condition", maintain_order=True)
    places = [(rows["column"][0], rows["column"][-1] + 1) for _, rows in columns]
    results = np.zeros((findings.newborns.len(), len(places)), dtype=np.uint16)
    for begin in range(0, len(results), NEWBORNS_PER_BLOCK):
        # one row per gene row: what is compared lies side by side, which halves the time of a nation's cohort
        codes = findings.codes[begin : begin + NEWBORNS_PER_BLOCK].T.copy()
        for place, (first, last) in enumerate(places):
            strongest, *others = codes[first:last]
            for other in others:
                strongest = np.where(rank[other] < rank[strongest], other, strongest)
            results[begin : begin + NEWBORNS_PER_BLOCK, place] = strongest
    return results, findings.answers.select(_state(), _reason())


def _decisive() -> pl.Expr:
    return pl.col("reasons").fill_null("").str.extract("^([^;]*)")


def _state() -> pl.Expr:
    failed = _decisive().is_in(FAILED_SAMPLE_REASONS)
    state = pl.when(failed).then(pl.lit(IndexResult.FAILED.value)).otherwise("verdict")
    return state.cast(STATES).alias("state")


def _reason() -> pl.Expr:
    return pl.concat_str("verdict", pl.lit(": "), _decisive()).alias("index_reason")


def unsequenced_answers() -> pl.DataFrame:
    """What stands for a newborn without a sequence: one answer per status of the sample."""
    rows = [
        (IndexResult.FAILED if status is SampleStatus.FAILED else IndexResult.NOT_TESTED, status)
        for status in SampleStatus
        if status is not SampleStatus.SEQUENCED
    ]
    return pl.DataFrame([(str(state), str(status)) for state, status in rows], schema=ANSWERS, orient="row")


def reviewed_answers(reviews: pl.DataFrame) -> pl.DataFrame:
    """Turn the reviewers' decisions into answers: newborn, condition, state, index_reason."""
    words = {word: result.value for word, result in REVIEWED.items()}
    decision = pl.col("decision")
    return reviews.select(
        "newborn",
        "condition",
        decision.replace_strict(words, return_dtype=STATES).alias("state"),
        pl.concat_str(pl.lit("review: "), decision).alias("index_reason"),
    )
