"""From files to the accuracy table: the one door that the command line uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.accuracy.choices import Choices
from evaluator.accuracy.counts import read_counts
from evaluator.accuracy.findings import read_findings
from evaluator.accuracy.intervals import CONFIDENCE
from evaluator.accuracy.ledger import Ledger, build_ledger
from evaluator.accuracy.ledger_notes import affected_not_on_panel, ledger_notes
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.accuracy.reference import reference_results
from evaluator.accuracy.screened import screen_results
from evaluator.accuracy.strata import Stratum, counts_by
from evaluator.errors import Problem, raise_if_any
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, sha256_of_file
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import OUTCOMES, REVIEWS, SAMPLES, Sheet
from evaluator.vocabulary import Definition


@dataclass(frozen=True)
class Accuracy:
    """The accuracy table, the ledger it was derived from, what its reader must know, and what ran."""

    rows: pl.DataFrame  # tables.ACCURACY
    ledger: Ledger | None  # None for published counts
    notes: list[str]
    provenance: Provenance


@dataclass(frozen=True)
class Inputs:
    """The files of one evaluation; reviews make the reviewer the index test."""

    findings: Path
    panel: Path
    samples: Path
    outcomes: Path
    reviews: Path | None = None


def evaluate_findings(
    inputs: Inputs, definition: Definition, strata: Sequence[Stratum], settings: Settings
) -> Accuracy:
    """Measure the accuracy of a run; raise InputError with every problem of every file."""
    panel = load_panel(inputs.panel)
    problems: list[Problem] = []
    samples = _read(inputs.samples, SAMPLES, problems)
    outcomes = _read(inputs.outcomes, OUTCOMES, problems)
    reviews = _read(inputs.reviews, REVIEWS, problems) if inputs.reviews else None
    raise_if_any(problems)
    findings = read_findings(inputs.findings, panel)
    screened = screen_results(findings, samples, panel)
    choices = Choices.declared(panel.criteria, definition)
    references, reference_notes = reference_results(outcomes, definition)
    ledger = build_ledger(screened, references, definition, choices, reviews)
    missed = affected_not_on_panel(ledger, references)
    counts = counts_by(ledger, findings, strata, missed)
    notes = [_size(panel), *ledger_notes(ledger, references, reviews), *reference_notes]
    files = {"findings": inputs.findings, "samples": inputs.samples, "outcomes": inputs.outcomes}
    if inputs.reviews:
        files["reviews"] = inputs.reviews
    parameters = {
        "definition": definition.value,
        "index": "reviewed" if reviews is not None else "pipeline",
        "by": [stratum.value for stratum in dict.fromkeys(strata)],
        "ledger": panel.criteria.ledger.model_dump(mode="json"),
        "panel_conditions": screened.conditions.height,
        **_settings(settings),
        "notes": notes,
    }
    provenance = Provenance(
        "accuracy",
        panel.id,
        panel.version,
        panel.sha256,
        {role: sha256_of_file(path) for role, path in files.items()},
        parameters,
    )
    return Accuracy(accuracy_table(counts, settings), ledger, notes, provenance)


def evaluate_counts(path: Path, settings: Settings) -> Accuracy:
    """Measure accuracy from published counts; raise InputError with every problem of the table."""
    rows = accuracy_table(read_counts(path), settings)
    notes = ["Computed from published counts; an empty cell is unknown, which is not zero."]
    provenance = Provenance(
        "accuracy",
        inputs={"counts": sha256_of_file(path)},
        parameters={**_settings(settings), "notes": notes},
    )
    return Accuracy(rows, None, notes, provenance)


def _read(path: Path, sheet: Sheet, problems: list[Problem]) -> pl.DataFrame:
    table, found = read_sheet(path, sheet)
    problems.extend(found)
    return table


def _settings(settings: Settings) -> dict[str, object]:
    return {
        "confidence": CONFIDENCE,
        "interval": settings.interval.value,
        "ratio_interval": settings.ratio_interval.value,
        "prevalence": settings.prevalence,
    }


def _size(panel: Panel) -> str:
    conditions, genes = panel.gene_rows["condition"].n_unique(), panel.gene_rows["gene"].n_unique()
    return f"The panel evaluates {conditions} conditions by {genes} genes."
