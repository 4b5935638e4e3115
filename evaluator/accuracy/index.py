"""The index test: what the pipeline, or the reviewer after it, says of each newborn x condition."""

from __future__ import annotations

import polars as pl

from evaluator.vocabulary import VERDICT_ORDER, IndexResult, SampleStatus, Verdict

# A sample that gave no sequence is a failed test, whatever the panel declares for a locus not assessed.
FAILED_SAMPLE_REASONS = ("sequencing_failed", "quarantined")
CONDITION_VERDICTS = pl.Schema(dict.fromkeys(("newborn", "condition", "verdict", "decisive"), pl.String()))
REVIEWED = {
    "report": IndexResult.POSITIVE,
    "do_not_report": IndexResult.NEGATIVE,
    "repeat": IndexResult.INCONCLUSIVE,
}


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
        notes.append(f"Positives without a review: {waiting}; the pipeline's result stands for them.")
    if unused := reviews.height - used:
        notes.append(f"Reviews of newborns or conditions outside this run: {unused}; they are not used.")
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
