"""From files to the accuracy table: the one door that the command line uses."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.accuracy.counts import read_counts
from evaluator.accuracy.intervals import CONFIDENCE
from evaluator.accuracy.ledger import build_ledger
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.accuracy.strata import Stratum, counts_by, several_positives
from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, read_provenance, sha256_of_file
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import OUTCOMES, REVIEWS, SAMPLES, Sheet
from evaluator.tables import FINDINGS, check
from evaluator.vocabulary import Definition

FINDINGS_USED = ("newborn", "condition", "gene", "inheritance", "verdict", "reasons")


@dataclass(frozen=True)
class Accuracy:
    """The accuracy table, the ledger it was derived from, what its reader must know, and what ran."""

    rows: pl.DataFrame  # tables.ACCURACY
    ledger: pl.DataFrame | None  # tables.LEDGER; None for published counts
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
    findings = read_findings(inputs.findings)
    check_panel(inputs.findings, panel)
    ledger = build_ledger(findings, samples, outcomes, panel, definition, reviews)
    counts = counts_by(ledger.rows, findings, strata, ledger.affected_not_on_panel)
    notes = [_size(panel), *ledger.notes, *_clustering(ledger.rows)]
    files = {"findings": inputs.findings, "samples": inputs.samples, "outcomes": inputs.outcomes}
    if inputs.reviews:
        files["reviews"] = inputs.reviews
    parameters = {
        "definition": definition.value,
        "index": "reviewed" if reviews is not None else "pipeline",
        "by": [stratum.value for stratum in dict.fromkeys(strata)],
        "ledger": panel.criteria.ledger.model_dump(mode="json"),
        "panel_conditions": ledger.rows["condition"].n_unique(),
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
    return Accuracy(accuracy_table(counts, settings), ledger.rows, notes, provenance)


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


def read_findings(path: Path) -> pl.DataFrame:
    """Read findings from Parquet, or from TSV by extension, check their columns, keep FINDINGS_USED.

    The alleles and genotypes of a large cohort are most of its bytes, and no count needs them.
    """
    if not path.is_file():
        raise InputError.of(path, "does not exist; make it with `nbseval flag`")
    try:
        if path.suffix == ".tsv":
            rows = pl.scan_csv(path, separator="\t", infer_schema=False, quote_char=None)
        else:
            rows = pl.scan_parquet(path)
        check(pl.DataFrame(schema=rows.collect_schema()), FINDINGS, "findings")
        return rows.select(FINDINGS_USED).collect()
    except (pl.exceptions.PolarsError, TypeError) as error:
        message = f"is not a findings table ({error}); make it with `nbseval flag`"
        raise InputError.of(path, message) from None


def check_panel(findings: Path, panel: Panel) -> None:
    """Raise InputError when the findings say that another panel or version made them."""
    if findings.suffix == ".tsv":
        return  # text carries no record; the ledger still compares the gene rows
    record = read_provenance(findings)
    made_with = (record.get("panel", panel.id), record.get("panel_version", panel.version))
    if made_with != (panel.id, panel.version):
        raise InputError.of(
            findings,
            f"was made with panel {made_with[0]} {made_with[1]}, not {panel.id} {panel.version};"
            " give that panel, or run `nbseval flag` again",
        )


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


def _clustering(ledger: pl.DataFrame) -> list[str]:
    several = several_positives(ledger)
    if not several:
        return []
    note = (
        f"Newborns positive for more than one condition: {several}; the intervals of groups and of newborn"
        " x condition treat their results as independent and are somewhat too narrow."
    )
    return [note]
