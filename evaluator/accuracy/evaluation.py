"""From files to the accuracy table: the one door that the command line uses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.accuracy.annex import Annex
from evaluator.accuracy.ascertainment import ascertainment
from evaluator.accuracy.clustering import clustered
from evaluator.accuracy.comparison import comparison
from evaluator.accuracy.counts import read_counts
from evaluator.accuracy.ledger.additional_findings import additional_findings, false_positive_reasons
from evaluator.accuracy.ledger.choices import Choices
from evaluator.accuracy.ledger.findings import Findings, read_findings
from evaluator.accuracy.ledger.ledger import Ledger, build_ledger
from evaluator.accuracy.ledger.missed import missed
from evaluator.accuracy.ledger.notes import affected_not_on_panel, ledger_notes
from evaluator.accuracy.ledger.reference import reference_results
from evaluator.accuracy.ledger.screened import Screened, screen_results
from evaluator.accuracy.ledger.strata import Stratum, counts_by
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.accuracy.sampled_verification import sampled_verification
from evaluator.accuracy.sensitivity_analysis import Ledgers, sensitivity_analysis
from evaluator.accuracy.verification.registry import SEED
from evaluator.accuracy.verification.registry_file import Registry, read_registry
from evaluator.accuracy.without_answer import without_answer
from evaluator.errors import Problem, raise_if_any
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, sha256_of_file
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import CONVENTIONAL, OUTCOMES, REVIEWS, SAMPLES, Sheet
from evaluator.statistics.intervals import CONFIDENCE
from evaluator.vocabulary import Definition, Reference


@dataclass(frozen=True)
class Accuracy:
    """The accuracy table, the ledger it was derived from, what stands beside both, and what ran."""

    rows: pl.DataFrame  # tables.ACCURACY
    ledger: Ledger | None  # of every newborn, also those used for tuning; None for published counts
    notes: list[str]
    provenance: Provenance
    annexes: tuple[Annex, ...] = ()


@dataclass(frozen=True)
class Inputs:
    """The files of one evaluation; reviews make the reviewer the index test where `reviewed` says so."""

    findings: Path
    panel: Path
    samples: Path
    outcomes: Path
    reviews: Path | None = None
    conventional: Path | None = None
    reviewed: bool = False
    registry: Path | None = None


@dataclass(frozen=True, eq=False)
class _Run:
    """The files of a run, read."""

    panel: Panel
    samples: pl.DataFrame
    reviews: pl.DataFrame | None
    conventional: pl.DataFrame | None
    registry: Registry | None
    findings: Findings
    later_onset: Reference | None
    references: Mapping[Definition, tuple[pl.DataFrame, list[str]]]  # reference.COLUMNS, and notes

    def ledger(self, screened: Screened, definition: Definition, *, reviewed: bool) -> Ledger:
        """Build the ledger of these newborns under one definition and one index test."""
        references, _ = self.references[definition]
        choices = Choices.declared(self.panel.criteria, definition, self.later_onset)
        return build_ledger(screened, references, definition, choices, self.reviews if reviewed else None)


def evaluate_findings(
    inputs: Inputs,
    definition: Definition,
    strata: Sequence[Stratum],
    settings: Settings,
    later_onset: Reference | None = None,
) -> Accuracy:
    """Measure the accuracy of a run; raise InputError with every problem of every file.

    Newborns on whom a threshold or a list was tuned are left out of every figure but the one labelled
    apparent. `later_onset` overrides how the definition counts disease of later onset than the target.
    """
    run = _read_run(inputs, later_onset)
    screened = screen_results(run.findings, run.samples, run.panel)
    tuned = screened.newborns["used_for_tuning"].eq("yes").fill_null(value=False)
    apart = screened.only(~tuned) if tuned.any() else screened
    ledger = run.ledger(apart, definition, reviewed=inputs.reviewed)
    references, reference_notes = run.references[definition]
    counts = counts_by(ledger, run.findings, strata, affected_not_on_panel(ledger, references))
    notes = [
        _size(run.panel),
        *_tuned(int(tuned.sum())),
        *ledger_notes(ledger, references, run.reviews if inputs.reviewed else None),
        *reference_notes,
    ]
    others = _other_ledgers(run, ledger, screened, inputs)
    annexes = [
        missed(ledger, run.findings, references),
        false_positive_reasons(ledger),
        additional_findings(ledger),
        sensitivity_analysis(Ledgers(ledger, others), settings),
        clustered(ledger),
        without_answer(ledger, settings),
    ]
    if run.conventional is not None:
        by_definition = [others["definition", str(other)] for other in Definition]
        annexes.append(comparison(by_definition, run.conventional))
    annexes += _verified(run, ledger)
    parameters = {
        "definition": definition.value,
        "index": "reviewed" if inputs.reviewed else "pipeline",
        "by": [stratum.value for stratum in dict.fromkeys(strata)],
        "ledger": run.panel.criteria.ledger.model_dump(mode="json"),
        "later_onset": str(ledger.choices.later_onset),
        "panel_conditions": screened.conditions.height,
        **_settings(settings),
        "notes": notes,
    }
    provenance = Provenance(
        "accuracy", run.panel.id, run.panel.version, run.panel.sha256, _digests(inputs), parameters
    )
    complete = run.ledger(screened, definition, reviewed=inputs.reviewed) if tuned.any() else ledger
    return Accuracy(accuracy_table(counts, settings), complete, notes, provenance, tuple(annexes))


def _verified(run: _Run, ledger: Ledger) -> list[Annex]:
    """What a registry and a designed sample say of the negatives, where there are such."""
    sampled = sampled_verification(ledger)
    annexes = [] if sampled is None else [sampled]
    return annexes if run.registry is None else [*annexes, ascertainment(ledger, run.registry, SEED)]


def _read_run(inputs: Inputs, later_onset: Reference | None) -> _Run:
    panel = load_panel(inputs.panel)
    problems: list[Problem] = []
    samples = _read(inputs.samples, SAMPLES, problems)
    outcomes = _read(inputs.outcomes, OUTCOMES, problems)
    reviews = _read(inputs.reviews, REVIEWS, problems) if inputs.reviews else None
    conventional = _read(inputs.conventional, CONVENTIONAL, problems) if inputs.conventional else None
    registry = None
    if inputs.registry:
        registry, found = read_registry(inputs.registry, set(panel.conditions["condition"]))
        problems += found
    raise_if_any(problems)
    findings = read_findings(inputs.findings, panel)
    references = {definition: reference_results(outcomes, definition) for definition in Definition}
    return _Run(panel, samples, reviews, conventional, registry, findings, later_onset, references)


def _digests(inputs: Inputs) -> dict[str, str]:
    files = {
        "findings": inputs.findings,
        "samples": inputs.samples,
        "outcomes": inputs.outcomes,
        "reviews": inputs.reviews,
        "conventional": inputs.conventional,
        "registry": inputs.registry,
    }
    return {role: sha256_of_file(path) for role, path in files.items() if path is not None}


def _other_ledgers(
    run: _Run, headline: Ledger, screened: Screened, inputs: Inputs
) -> dict[tuple[str, str], Ledger]:
    """Build the ledgers that differ from the headline's by more than a choice."""
    apart, definition = headline.screened, headline.definition
    ledgers = {
        ("definition", str(other)): headline
        if other is definition
        else run.ledger(apart, other, reviewed=inputs.reviewed)
        for other in Definition
    }
    if run.reviews is not None:
        for name, reviewed in (("pipeline", False), ("reviewed", True)):
            same = reviewed == inputs.reviewed
            ledgers["index", name] = headline if same else run.ledger(apart, definition, reviewed=reviewed)
    if apart is not screened:
        tuned = screened.newborns["used_for_tuning"].eq("yes").fill_null(value=False)
        for name, newborns in (("apparent: only those", screened.only(tuned)), ("with those", screened)):
            ledgers["used for tuning", name] = run.ledger(newborns, definition, reviewed=inputs.reviewed)
    return ledgers


def evaluate_counts(path: Path, settings: Settings) -> Accuracy:
    """Measure accuracy from published counts; raise InputError with every problem of the table."""
    rows = accuracy_table(read_counts(path), settings)
    empty = "a measure that needs it is not estimable, one that does without says what it took as none"
    notes = [f"Computed from published counts; an empty cell is unknown, which is not zero: {empty}."]
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


def _tuned(newborns: int) -> list[str]:
    if not newborns:
        return []
    note = (
        f"Newborns used for tuning a list or a threshold: {newborns}; left out, as accuracy measured on them"
        " is apparent. The sensitivity analysis shows it."
    )
    return [note]
