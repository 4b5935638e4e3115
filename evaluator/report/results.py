"""Read a results folder: what the stages wrote, and what is not there."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import polars as pl

from evaluator.accuracy.ledger.file import known_outcomes, records_by_newborn
from evaluator.accuracy.ledger.findings import Findings, read_findings
from evaluator.accuracy.ledger.screened import check_belonging, with_status
from evaluator.accuracy.ledger.verdicts import Verdicts, condition_verdicts
from evaluator.accuracy.supplement import OVERALL, Options, Supplement, counts_of, supplement
from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import read_provenance, sha256_of_file
from evaluator.referral.network_load import load_network
from evaluator.report.disclosure import RULE, Disclosure, Shown, without_gaps
from evaluator.report.numbers import Row
from evaluator.sheet_reader import read_sheet_or_raise
from evaluator.sheets import SAMPLES
from evaluator.tables import ACCURACY, REFERRALS, check

Record = Mapping[str, object]


@dataclass(frozen=True)
class Results:
    """Everything the page is drawn from; None is a stage that was not run or a table that was not given."""

    findings: Findings
    accuracy: Mapping[tuple[str, str], Row]  # stratum, measure -> row; empty without outcomes
    accuracy_record: Record
    ledger: pl.DataFrame | None  # ledger.file.RECORDS: each newborn's distinct records, and how many
    outcomes: pl.DataFrame | None  # ledger.file.OUTCOMES: the records with an outcome
    referrals: pl.DataFrame | None  # tables.REFERRALS
    panel: Panel | None
    samples: pl.DataFrame | None
    network: str  # title of the referral network; empty when it was not given
    records: Mapping[str, Record]  # output -> its provenance
    inputs: Mapping[str, str] = field(default_factory=dict)  # role -> sha256 of what this page read
    more: Mapping[str, object] = field(default_factory=dict)  # further parts of accuracy.json
    disclosure: Disclosure = Disclosure.NONE
    options: Options = field(default_factory=Options)

    @cached_property
    def verdicts(self) -> Verdicts:
        """The verdict of every newborn x condition, with its decisive reason."""
        return condition_verdicts(self.findings)

    @cached_property
    def names(self) -> dict[str, str]:
        """Condition slug to the name that the panel gives it."""
        if self.panel is None:
            return {}
        return dict(self.panel.conditions.select("condition", "name").iter_rows())

    def name(self, condition: str) -> str:
        """The panel's name of a condition, or its slug where the panel is not at hand."""
        return self.names.get(condition) or condition

    @cached_property
    def parameters(self) -> Record:
        """How the accuracy was computed."""
        parameters = self.accuracy_record.get("parameters", {})
        return parameters if isinstance(parameters, dict) else {}

    @property
    def without_overall(self) -> str:
        """Say why there is nothing over all newborns: no outcomes, or `--by` named other strata only."""
        if not self.accuracy:
            return "No outcomes were evaluated."
        return "Not in the data: `nbseval accuracy` was run without `--by overall`."

    @cached_property
    def show(self) -> Shown:
        """How counts may be shown."""
        return Shown(RULE if self.disclosure is Disclosure.COMMITTEE else None)

    @cached_property
    def supplement(self) -> Supplement | None:
        """What follows from the counts over all newborns; None where there are none."""
        columns = ("condition", "group", "birth_prevalence_per_100k", "prevalence_source")
        rows = [] if self.panel is None else self.panel.conditions.select(columns).rows()
        strata = counts_of(self.accuracy.values())
        if self.show.rule and OVERALL in strata:
            strata[OVERALL] = without_gaps(strata[OVERALL])
        return supplement(
            strata,
            {condition: group for condition, group, *_ in rows if group},
            {condition: (rate, source) for condition, _, rate, source in rows if rate and source},
            self.options,
        )


def read_results(
    folder: Path, panel: Path | None = None, samples: Path | None = None, network: Path | None = None
) -> Results:
    """Read what the stages left in the folder; only findings must be there.

    Raises InputError when a file is not what its name says, or when the files are of different panels.
    """
    findings = folder / "findings.parquet"
    loaded = load_panel(panel) if panel else None
    coded = read_findings(findings, loaded)
    records: dict[str, Record] = {"findings.parquet": read_provenance(findings)}
    inputs = {"findings": sha256_of_file(findings)}
    rows, record, more = _read_accuracy(folder / "accuracy.json")
    if record:
        records["accuracy.json"] = record
        inputs["accuracy"] = sha256_of_file(folder / "accuracy.json")
        _same_panel(folder / "accuracy.json", record, records["findings.parquet"])
    ledger, outcomes = _read_ledger(folder / "ledger.parquet")
    if ledger is not None:
        inputs["ledger"] = sha256_of_file(folder / "ledger.parquet")
    referrals_path = folder / "referrals" / "referrals.parquet"
    referrals = _read_referrals(referrals_path)
    if referrals is not None:
        records["referrals/referrals.parquet"] = read_provenance(referrals_path)
        inputs["referrals"] = sha256_of_file(referrals_path)
        _same_panel(referrals_path, records["referrals/referrals.parquet"], records["findings.parquet"])
    if loaded:
        inputs["panel"] = loaded.sha256
    sheet = read_sheet_or_raise(samples, SAMPLES) if samples else None
    if samples and sheet is not None:
        check_belonging(coded, with_status(sheet))
        inputs["samples"] = sha256_of_file(samples)
    title = ""
    if network:
        units = load_network(network)
        title, inputs["network"] = units.title, units.sha256
    return Results(
        coded, rows, record, ledger, outcomes, referrals, loaded, sheet, title, records, inputs, more
    )


def _read_accuracy(path: Path) -> tuple[dict[tuple[str, str], Row], Record, dict[str, object]]:
    """Read the rows, the record of what ran, and whatever else the file holds."""
    if not path.exists():
        return {}, {}, {}
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        rows = {(str(row["stratum"]), str(row["measure"])): row for row in document["rows"]}
        complete = all(set(row) == set(ACCURACY) for row in rows.values())
        record = dict(document["provenance"])
        more = {name: part for name, part in document.items() if name not in ("rows", "provenance")}
    except (ValueError, KeyError, TypeError):
        complete, rows, record, more = False, {}, {}, {}
    if not complete:
        raise InputError.of(path, "is not what `nbseval accuracy --format json` writes; run it again")
    return rows, record, more


def _read_referrals(path: Path) -> pl.DataFrame | None:
    if not path.exists():
        return None
    with _table_of(path, "referrals"):
        return check(pl.read_parquet(path), REFERRALS, "referrals")


def _read_ledger(path: Path) -> tuple[pl.DataFrame | None, pl.DataFrame | None]:
    if not path.exists():
        return None, None
    with _table_of(path, "ledger"):
        return records_by_newborn(path), known_outcomes(path)


@contextmanager
def _table_of(path: Path, name: str) -> Iterator[None]:
    """Turn what a file that is no such table raises into the user's mistake that it is."""
    try:
        yield
    except (pl.exceptions.PolarsError, TypeError) as error:
        raise InputError.of(path, f"is not a {name} table ({error}); run its stage again") from None


def _same_panel(path: Path, record: Record, findings: Record) -> None:
    """Refuse a page whose parts were made with different panels."""
    for key in ("panel", "panel_version"):
        if record.get(key) and findings.get(key) and record[key] != findings[key]:
            raise InputError.of(
                path,
                f"was made with {key} {record[key]}, the findings with {findings[key]}; run its stage again",
            )
