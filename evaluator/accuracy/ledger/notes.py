"""What the reader of the accuracy table must know about its ledger: choices made, and what stands outside."""

from __future__ import annotations

import polars as pl

from evaluator.accuracy.cells import Cell
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.vocabulary import Reference, Verdict


def ledger_notes(ledger: Ledger, references: pl.DataFrame, reviews: pl.DataFrame | None) -> list[str]:
    """Say how results count, which reviews and outcomes are not used, and who has no result."""
    return [
        _declared(ledger),
        *(_reviews(ledger, reviews) if reviews is not None else []),
        *_outside(ledger, references),
        *_untested_affected(ledger),
        *_clustering(ledger),
    ]


def affected_not_on_panel(ledger: Ledger, references: pl.DataFrame) -> int:
    """Count the newborns of the run affected by a condition that the panel does not evaluate."""
    off_panel = _off_panel(ledger, references)
    return off_panel.filter(pl.col("reference") == Reference.AFFECTED)["newborn"].n_unique()


def several_positives(ledger: Ledger) -> int:
    """Count newborns positive for more than one condition: their records are not independent."""
    return ledger.positives.group_by("newborn").len().filter(pl.col("len") > 1).height


def _declared(ledger: Ledger) -> str:
    """Say how the verdicts between positive and negative count, and how many there are."""
    table = ledger.by_condition
    pending = table.filter(pl.col("state") == str(Verdict.PENDING_PHASE))["len"].sum()
    unassessed = table.filter(pl.col("state") == str(Verdict.NOT_ASSESSED))["len"].sum()
    choices = ledger.choices
    return (
        f"Pending phase counts as {choices.pending_phase} ({pending} newborn x condition); not assessed"
        f" counts as {choices.not_assessed} ({unassessed}). The panel declares both."
    )


def _reviews(ledger: Ledger, reviews: pl.DataFrame) -> list[str]:
    positives = ledger.positives
    waiting = positives.filter(~pl.col("index_reason").str.starts_with("review: ")).height
    notes = []
    if waiting:
        notes.append(f"Positives without a review: {waiting}; the pipeline's result stands for them.")
    if unused := reviews.height - ledger.screened.numbered(reviews).height:
        notes.append(f"Reviews of newborns or conditions outside this run: {unused}; they are not used.")
    return notes


def _off_panel(ledger: Ledger, references: pl.DataFrame) -> pl.DataFrame:
    screened = ledger.screened
    in_run = references.join(screened.newborns, on="newborn", how="semi")
    return in_run.join(screened.conditions, on="condition", how="anti")


def _outside(ledger: Ledger, references: pl.DataFrame) -> list[str]:
    """Count the outcomes that have no row in the ledger: kept in view, never dropped in silence."""
    in_run = references.join(ledger.screened.newborns, on="newborn", how="semi").height
    notes = []
    if elsewhere := references.height - in_run:
        notes.append(f"Outcomes of newborns outside this run: {elsewhere}; they are not counted.")
    if off_panel := _off_panel(ledger, references).height:
        notes.append(
            f"Outcomes of conditions that the panel does not evaluate: {off_panel}; newborns affected"
            f" by one: {affected_not_on_panel(ledger, references)}, missed because it is not on the panel,"
            " and outside the table."
        )
    later = ledger.noted.filter(
        (pl.col("reference") == Reference.AFFECTED) & (pl.col("onset_class") == "late_onset")
    ).height
    if later:
        counted = ledger.choices.later_onset
        notes.append(
            f"Affected outcomes of later onset than the target: {later};"
            f" {f'they count as {counted}' if counted else 'they are outside the table'}."
        )
    incidental = ledger.noted.filter(
        (pl.col("reference") == Reference.AFFECTED) & (pl.col("onset_class") == "incidental")
    ).height
    if incidental:
        notes.append(f"Incidental outcomes, outside the target: {incidental}; they are outside the table.")
    return notes


def _untested_affected(ledger: Ledger) -> list[str]:
    untested = (
        ledger.affected()
        .filter(
            (pl.col("reference") == Reference.AFFECTED)
            & pl.col("cell").is_in([Cell.INCONCLUSIVE, Cell.FAILED, Cell.NOT_TESTED])
        )
        .height
    )
    if not untested:
        return []
    note = (
        "Affected newborn x condition without a positive or negative result (inconclusive, failed, not"
        f" assessed or not tested): {untested}; outside sensitivity."
    )
    return [note]


def _clustering(ledger: Ledger) -> list[str]:
    several = several_positives(ledger)
    if not several:
        return []
    note = (
        f"Newborns positive for more than one condition: {several}; the intervals of groups and of newborn"
        " x condition treat their results as independent; the table of clusters does not."
    )
    return [note]
