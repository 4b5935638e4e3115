"""The index test: what the pipeline, or the reviewer after it, says of each newborn x condition."""

from __future__ import annotations

import polars as pl

from evaluator.vocabulary import VERDICT_ORDER, IndexResult, SampleStatus, Verdict

# A sample that gave no sequence is a failed test, whatever the panel declares for a locus not assessed.
FAILED_SAMPLE_REASONS = ("sequencing_failed", "quarantined")
REVIEWED = {
    "report": IndexResult.POSITIVE,
    "do_not_report": IndexResult.NEGATIVE,
    "repeat": IndexResult.INCONCLUSIVE,
}


def condition_verdicts(findings: pl.DataFrame) -> pl.DataFrame:
    """Fold gene rows into conditions: the first verdict of VERDICT_ORDER, and its decisive reason.

    Returns newborn, condition, verdict, decisive; the reason is that of the first deciding gene row.
    """
    order = {verdict.value: place for place, verdict in enumerate(VERDICT_ORDER)}
    return (
        findings.lazy()
        .with_columns(pl.col("verdict").replace_strict(order, return_dtype=pl.UInt8).alias("place"))
        .sort("newborn", "condition", "gene", "inheritance")
        .group_by("newborn", "condition", maintain_order=True)
        .agg(
            pl.col("verdict").get(pl.col("place").arg_min()),
            pl.col("reasons").get(pl.col("place").arg_min()).str.extract("^([^;]*)").alias("decisive"),
        )
        .collect()
    )


def index_result(pending_phase: IndexResult, not_assessed: IndexResult) -> list[pl.Expr]:
    """Turn `status`, `verdict` and `decisive` into `index` and `index_reason`.

    How the two verdicts in between count is the panel's declaration (criteria.yaml, ledger).
    """
    status, verdict = pl.col("status"), pl.col("verdict")
    failed = (status == SampleStatus.FAILED) | pl.col("decisive").is_in(FAILED_SAMPLE_REASONS)
    tested = {
        Verdict.REPORTABLE: IndexResult.POSITIVE,
        Verdict.PENDING_PHASE: pending_phase,
        Verdict.NOT_ASSESSED: not_assessed,
        Verdict.NOT_REPORTABLE: IndexResult.NEGATIVE,
    }
    by_verdict = {key.value: value.value for key, value in tested.items()}
    index = (
        pl.when(failed)
        .then(pl.lit(IndexResult.FAILED.value))
        .when(status == SampleStatus.SEQUENCED)
        .then(verdict.replace_strict(by_verdict, return_dtype=pl.String))
        .otherwise(pl.lit(IndexResult.NOT_TESTED.value))
    )
    reason = (
        pl.when(status == SampleStatus.SEQUENCED)
        .then(pl.concat_str(verdict, pl.lit(": "), pl.col("decisive")))
        .otherwise(status)
    )
    return [index.alias("index"), reason.alias("index_reason")]


def with_reviews(ledger: pl.DataFrame, reviews: pl.DataFrame) -> tuple[pl.DataFrame, list[str]]:
    """Replace the pipeline's index result by the reviewer's where there is one."""
    decisions = reviews.select("newborn", "condition", "decision")
    joined = ledger.join(decisions, on=["newborn", "condition"], how="left", maintain_order="left")
    waiting = joined.filter(pl.col("decision").is_null() & (pl.col("index") == IndexResult.POSITIVE)).height
    used = joined["decision"].is_not_null().sum()
    notes = []
    if waiting:
        notes.append(f"{waiting} positives have no review; the pipeline's result stands for them.")
    if unused := reviews.height - used:
        notes.append(f"{unused} reviews are of newborns or conditions outside this run; they are not used.")
    reviewed = {word: result.value for word, result in REVIEWED.items()}
    decision = pl.col("decision")
    return joined.with_columns(
        pl.when(decision.is_null())
        .then(pl.col("index"))
        .otherwise(decision.replace_strict(reviewed, return_dtype=pl.String, default=None))
        .alias("index"),
        pl.when(decision.is_null())
        .then(pl.col("index_reason"))
        .otherwise(pl.concat_str(pl.lit("review: "), decision))
        .alias("index_reason"),
    ).drop("decision"), notes
