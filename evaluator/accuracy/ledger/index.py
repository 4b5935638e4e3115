"""The index test: what the pipeline, or the reviewer after it, says of each newborn x condition."""

from __future__ import annotations

import polars as pl

from evaluator.accuracy.ledger.findings import Codes, Findings
from evaluator.accuracy.ledger.verdicts import decisive, folded
from evaluator.vocabulary import IndexResult, SampleStatus, Verdict

# A sample that gave no sequence is a failed test, whatever the panel declares for a locus not assessed.
FAILED_SAMPLE_REASONS = ("sequencing_failed", "quarantined")
REVIEWED = {
    "report": IndexResult.POSITIVE,
    "do_not_report": IndexResult.NEGATIVE,
    "repeat": IndexResult.INCONCLUSIVE,
}
# What a newborn x condition can say before the panel's choices turn it into an index result.
STATES = pl.Enum([*map(str, Verdict), *map(str, IndexResult)])
ANSWERS = pl.Schema({"state": STATES, "index_reason": pl.String()})


def condition_results(findings: Findings) -> tuple[Codes, pl.DataFrame]:
    """Fold gene rows into conditions, in the order of their names: the strongest verdict's first gene row.

    Returns newborns x conditions, each the row of the answers returned beside them: state, index_reason.
    """
    return folded(findings), findings.answers.select(_state(), _reason())


def _state() -> pl.Expr:
    failed = decisive().is_in(FAILED_SAMPLE_REASONS)
    state = pl.when(failed).then(pl.lit(IndexResult.FAILED.value)).otherwise("verdict")
    return state.cast(STATES).alias("state")


def _reason() -> pl.Expr:
    return pl.concat_str("verdict", pl.lit(": "), decisive()).alias("index_reason")


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
