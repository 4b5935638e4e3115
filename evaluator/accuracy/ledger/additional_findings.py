"""What stands beside the 2 x 2 table: disease outside the target, carriers, and why positives were false."""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluator.accuracy.annex import Annex
from evaluator.accuracy.cells import Cell
from evaluator.accuracy.ledger.ledger import Ledger

# Decisive reasons of a negative result that found one allele of two.
CARRIER_REASONS = {
    "not reportable: one_allele_only": "one allele of a recessive condition, not reported",
    "not reportable: carrier_female": "girl with one allele on X, not reported",
}
# The words of outcomes.tsv (reason_fp) in plain English.
REASONS_MEAN = {
    "technical": "the call was wrong: an artefact, or another person's sample",
    "cis": "both alleles lie on one chromosome",
    "classification": "the allele is not, or no longer, held to cause the condition",
    "carrier": "a carrier, who is not affected",
    "nonpenetrant": "the genotype is right, and there is no disease",
    "other": "another reason than these",
    "not given": "outcomes.tsv gives no reason",
}
ROWS = pl.Schema(
    {"finding": pl.String, "condition": pl.String, "counted_as": pl.String, "newborns": pl.Int64}
)


def additional_findings(ledger: Ledger) -> Annex:
    """Count outcomes of later onset or outside the target, and carriers that were not reported."""
    outcomes = (
        ledger.affected()
        .filter(pl.col("onset_class").is_in(["late_onset", "incidental"]))
        .group_by(
            pl.concat_str("onset_class", pl.lit(", index "), "index").alias("finding"),
            "condition",
            pl.col("cell").alias("counted_as"),
        )
        .agg(pl.len().cast(pl.Int64).alias("newborns"))
        .sort("finding", "condition", "counted_as")
    )
    rows = pl.concat([pl.DataFrame(schema=ROWS), outcomes.select(list(ROWS)), _carriers(ledger)])
    later = ledger.choices.later_onset
    how = f"counts as {later}" if later else "is outside the table"
    note = (
        f"Disease of later onset than the target {how} under the {ledger.definition} definition; incidental"
        " disease is outside the table. A carrier that is not reported is a negative result; one that is"
        " reported for the disease is a false positive."
    )
    return Annex("additional_findings", "Additional findings, beside the table", rows, (note,))


def _carriers(ledger: Ledger) -> pl.DataFrame:
    """Count, by condition, the negative results that found one allele."""
    screened = ledger.screened
    reasons = screened.answers["index_reason"].to_list()
    rows = []
    for reason, words in CARRIER_REASONS.items():
        told = np.array([one == reason for one in reasons])
        if not told.any():
            continue
        counts = np.count_nonzero(told[screened.results], axis=0)
        for condition, count in zip(screened.conditions["condition"], counts.tolist(), strict=True):
            if count:
                rows.append((words, condition, "negative result", count))
    return pl.DataFrame(rows, schema=ROWS, orient="row")


def false_positive_reasons(ledger: Ledger) -> Annex:
    """Count false positives by the reason that the outcomes table gives."""
    rows = (
        ledger.positives.filter(pl.col("cell") == Cell.FP)
        .with_columns(pl.col("reason_fp").fill_null("not given"))
        .group_by("reason_fp", "condition")
        .agg(pl.len().cast(pl.Int64).alias("newborns"))
        .sort("reason_fp", "condition")
        .with_columns(meaning=pl.col("reason_fp").replace_strict(REASONS_MEAN, return_dtype=pl.String))
    )
    return Annex("reason_fp", "False positives, by reason", rows)
