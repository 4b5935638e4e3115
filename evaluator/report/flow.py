"""The flow of newborns from the samples table to the reference standard (STARD 2015, item 19)."""

from __future__ import annotations

import polars as pl

from evaluator.accuracy.cells import Cell
from evaluator.accuracy.ledger.screened import with_status
from evaluator.accuracy.ledger.strata import newborn_cells
from evaluator.report.model import Part, Step
from evaluator.report.results import Results
from evaluator.vocabulary import SampleStatus, Verdict

NOT_SAMPLED = {
    SampleStatus.DECLINED: "declined",
    SampleStatus.NOT_SAMPLED: "not sampled",
    SampleStatus.WITHDRAWN: "withdrawn",
}
POSITIVE_CELLS = {
    Cell.TP.value: "affected: true positive",
    Cell.FP.value: "unaffected: false positive",
    "wrong_condition": "affected by another condition than the one reported",
    Cell.UNRESOLVED_POSITIVE.value: "not resolved: pending, uncertain, lost or without outcome",
}
NEGATIVE_CELLS = {
    Cell.FN.value: "affected: missed",
    Cell.TN.value: "unaffected, every negative verified: true negative",
    Cell.UNVERIFIED_NEGATIVE.value: "not followed up for every condition: unverified",
}


def statuses(results: Results) -> dict[str, int]:
    """Count newborns by the status of their sample; quarantined is a status of its own.

    From the samples table; without one from the ledger; without either from the findings, which do not know
    of newborns who were never sampled.
    """
    if results.samples is not None:
        table = with_status(results.samples).select("newborn", "status")
    elif results.ledger is not None:
        table = results.ledger.group_by("newborn").agg(pl.col("status").first())
    else:
        failed = pl.Series(results.verdicts.any(pl.col("decisive") == "sequencing_failed"))
        words = pl.DataFrame({"status": ["sequenced", "failed"]})
        table = words[failed.cast(pl.UInt32)].with_columns(newborn=results.verdicts.newborns)
    stopped = quarantined(results)
    counted = (
        table.with_columns(
            pl.when(pl.col("newborn").is_in(stopped.implode()))
            .then(pl.lit("quarantined"))
            .otherwise(pl.col("status"))
            .alias("status")
        )
        .group_by("status")
        .len()
    )
    return dict(counted.iter_rows())


def quarantined(results: Results) -> pl.Series:
    """Newborns whose file was set aside when the batch was read."""
    stopped = results.verdicts.any(pl.col("decisive") == "quarantined")
    return results.verdicts.newborns.filter(pl.Series(stopped))


def flow(results: Results) -> tuple[Step, ...]:
    """Compute the steps; every step's parts sum to it, and each step starts from a part of the one before."""
    by_status = statuses(results)
    total = sum(by_status.values())
    absent = [Part(label, by_status.get(status, 0)) for status, label in NOT_SAMPLED.items()]
    sampled = total - sum(part.newborns for part in absent)
    sequenced = by_status.get(SampleStatus.SEQUENCED, 0)
    steps = [
        Step("Newborns in the programme", total, (Part("sampled", sampled), *absent)),
        Step(
            "Sampled",
            sampled,
            (
                Part("sequenced", sequenced),
                Part("sequencing failed", by_status.get(SampleStatus.FAILED, 0)),
                Part("file set aside", by_status.get("quarantined", 0)),
            ),
        ),
    ]
    if results.ledger is None:
        return (*steps, _by_verdict(results, sequenced))
    return (*steps, *_by_cell(results.ledger, sequenced))


def _by_verdict(results: Results, sequenced: int) -> Step:
    verdict = pl.col("verdict")
    found = results.verdicts.any(verdict == Verdict.REPORTABLE)
    waiting = results.verdicts.any(verdict == Verdict.PENDING_PHASE) & ~found
    cleared = results.verdicts.any(verdict == Verdict.NOT_REPORTABLE) & ~found & ~waiting
    reportable, pending, negative = (int(newborns.sum()) for newborns in (found, waiting, cleared))
    nothing = sequenced - reportable - pending - negative
    parts = (
        Part("reportable for at least one condition", reportable),
        Part("pending phase only", pending),
        Part("not reportable for any condition assessed", negative),
        Part("no condition assessed", nothing),
    )
    return Step("Sequenced", sequenced, parts)


def _by_cell(ledger: pl.DataFrame, sequenced: int) -> tuple[Step, ...]:
    cells = dict(newborn_cells(ledger).group_by("cell").len().iter_rows())
    positive = _step("Positive for at least one condition", cells, POSITIVE_CELLS)
    negative = _step("Negative for every condition with a result", cells, NEGATIVE_CELLS)
    inconclusive = cells.get(Cell.INCONCLUSIVE, 0)
    rest = sequenced - positive.newborns - negative.newborns - inconclusive
    result = Step(
        "Sequenced",
        sequenced,
        (
            Part("positive for at least one condition", positive.newborns),
            Part("negative for every condition with a result", negative.newborns),
            Part("inconclusive", inconclusive),
            Part("no usable result: nothing assessed, or affected by a condition that was not", rest),
        ),
    )
    return result, positive, negative


def _step(label: str, cells: dict[str, int], words: dict[str, str]) -> Step:
    parts = tuple(Part(word, cells.get(cell, 0)) for cell, word in words.items())
    return Step(label, sum(part.newborns for part in parts), parts)
