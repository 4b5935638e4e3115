"""The ledger: one row per newborn x condition, index result beside reference result.

Every table of accuracy is derived from it; a 2 x 2 table is never stored.
"""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluator.accuracy.cells import Cell, cell_of
from evaluator.accuracy.index import condition_verdicts, index_result, with_reviews
from evaluator.accuracy.reference import reference_results
from evaluator.errors import Problem, raise_if_any
from evaluator.panel.model import Panel
from evaluator.tables import LEDGER, check
from evaluator.vocabulary import Definition, IndexResult, Reference, SampleStatus


@dataclass(frozen=True)
class Ledger:
    """The ledger with what its reader must know beside it."""

    rows: pl.DataFrame  # tables.LEDGER
    notes: list[str]
    affected_not_on_panel: int  # newborns of the run affected by a condition the panel does not evaluate


def build_ledger(
    findings: pl.DataFrame,
    samples: pl.DataFrame,
    outcomes: pl.DataFrame,
    panel: Panel,
    definition: Definition,
    reviews: pl.DataFrame | None = None,
) -> Ledger:
    """Join findings, samples and outcomes; `reviews` makes the reviewer, not the pipeline, the index test.

    Raises InputError when findings, samples and panel do not belong together.
    """
    status = pl.col("status").fill_null(SampleStatus.SEQUENCED.value)
    newborns = samples.with_columns(status)
    check_belonging(findings, newborns, panel)
    conditions = panel.gene_rows.select("condition").unique().join(panel.conditions, on="condition")
    choices = panel.criteria.ledger
    pending_phase, not_assessed = IndexResult(choices.pending_phase), IndexResult(choices.not_assessed)
    rows = (
        newborns.select("newborn", "status", "site", "ancestry", "sex")
        .join(conditions.select("condition", "group"), how="cross")
        .join(condition_verdicts(findings), on=["newborn", "condition"], how="left")
        .with_columns(index_result(pending_phase, not_assessed))
    )
    notes = _declared(rows, pending_phase, not_assessed)
    if reviews is not None:
        rows, review_notes = with_reviews(rows, reviews)
        notes += review_notes
    references, reference_notes = reference_results(outcomes, definition)
    rows = (
        rows.join(references, on=["newborn", "condition"], how="left")
        .with_columns(pl.col("reference").fill_null(Reference.NOT_VERIFIED.value))
        .with_columns(cell_of().alias("cell"))
        .select(list(LEDGER))
        .sort("newborn", "condition")
    )
    missed, outside = _outside(references, newborns, conditions)
    notes += [*reference_notes, *outside, *_untested_affected(rows)]
    return Ledger(check(rows, LEDGER, "ledger"), notes, missed)


def check_belonging(findings: pl.DataFrame, newborns: pl.DataFrame, panel: Panel) -> None:
    """Raise InputError unless the findings are of these newborns and of this panel, one row each."""
    key = ["condition", "gene", "inheritance"]
    problems = []
    found = findings.select("newborn").unique()
    if strangers := found.join(newborns, on="newborn", how="anti").height:
        problems.append(
            f"{strangers} newborns have no row in the samples table; give the table they came from"
        )
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED)
    absent = sequenced.join(found, on="newborn", how="anti").sort("line")
    if absent.height:
        problems.append(
            f"{absent.height} newborns with status sequenced have no findings, the first at line"
            f" {absent['line'][0]} of the samples table; run `nbseval flag` again"
        )
    rows = findings.select(key).unique()
    expected = panel.gene_rows.select(key)
    surplus, lacking = rows.join(expected, on=key, how="anti"), expected.join(rows, on=key, how="anti")
    if surplus.height or (lacking.height and findings.height):
        problems.append(
            f"{surplus.height} gene rows are not on panel {panel.id} {panel.version} and {lacking.height} of"
            " its rows are missing; give the panel that the findings were made with"
        )
    elif findings.height != found.height * expected.height or _repeats(findings, key):
        problems.append(
            "some newborns lack some of the panel's gene rows or have one twice; run `nbseval flag` again"
        )
    raise_if_any([Problem("findings", 0, problem) for problem in problems])


def _repeats(findings: pl.DataFrame, key: list[str]) -> bool:
    """Tell whether a newborn has a gene row twice."""
    gene_row = pl.concat_str(key, separator=" ").cast(pl.Categorical).to_physical().alias("gene_row")
    return findings.select("newborn", gene_row).group_by("newborn", "gene_row").len()["len"].max() not in (
        1,
        None,
    )


def _declared(rows: pl.DataFrame, pending_phase: IndexResult, not_assessed: IndexResult) -> list[str]:
    """Say how the verdicts between positive and negative count, and how many there are."""
    pending = rows.filter(pl.col("index_reason").str.starts_with("pending phase:")).height
    unassessed = rows.filter(pl.col("index_reason").str.starts_with("not assessed:")).height
    note = (
        f"Pending phase counts as {pending_phase} ({pending} newborn x condition); not assessed counts as"
        f" {not_assessed} ({unassessed}). The panel declares both."
    )
    return [note]


def _outside(
    references: pl.DataFrame, newborns: pl.DataFrame, conditions: pl.DataFrame
) -> tuple[int, list[str]]:
    """Count the outcomes that have no row in the ledger: kept in view, never dropped in silence."""
    in_run = references.join(newborns, on="newborn", how="semi")
    notes = []
    if elsewhere := references.height - in_run.height:
        notes.append(f"Outcomes of newborns outside this run: {elsewhere}; they are not counted.")
    off_panel = in_run.join(conditions, on="condition", how="anti")
    missed = off_panel.filter(pl.col("reference") == Reference.AFFECTED)["newborn"].n_unique()
    if off_panel.height:
        notes.append(
            f"Outcomes of conditions that the panel does not evaluate: {off_panel.height}; newborns affected"
            f" by one: {missed}, missed because it is not on the panel, and outside the table."
        )
    return missed, notes


def _untested_affected(rows: pl.DataFrame) -> list[str]:
    untested = rows.filter(
        (pl.col("reference") == Reference.AFFECTED)
        & pl.col("cell").is_in([Cell.INCONCLUSIVE, Cell.FAILED, Cell.NOT_TESTED])
    ).height
    if not untested:
        return []
    note = (
        "Affected newborn x condition without a positive or negative result (inconclusive, failed, not"
        f" assessed or not tested): {untested}; outside sensitivity."
    )
    return [note]
