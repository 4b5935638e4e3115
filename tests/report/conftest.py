"""The example run as a results folder, as the stages would leave it."""

from __future__ import annotations

import shutil
from pathlib import Path

import polars as pl
import pytest

from evaluator.accuracy.evaluation import Inputs, evaluate_findings
from evaluator.accuracy.ledger.file import write_ledger
from evaluator.accuracy.ledger.strata import Stratum
from evaluator.accuracy.measures import Settings
from evaluator.panel.load import load_panel
from evaluator.provenance import Provenance, write_parquet
from evaluator.report.accuracy_text import as_json
from evaluator.report.results import Results, read_results
from evaluator.tables import FINDINGS, REFERRALS
from evaluator.vocabulary import Definition

EXAMPLE = Path(__file__).parent / "example"
STRATA = (Stratum.OVERALL, Stratum.CONDITION, Stratum.GROUP)


@pytest.fixture(scope="session")
def bare_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Only findings: no outcomes were evaluated, nobody was routed."""
    folder = tmp_path_factory.mktemp("bare")
    panel = load_panel(EXAMPLE / "panel")
    findings = pl.read_csv(EXAMPLE / "findings.tsv", separator="\t", schema=FINDINGS)
    record = Provenance("flag", panel.id, panel.version, panel.sha256, {"store": "0f" * 32})
    write_parquet(findings, folder / "findings.parquet", record)
    return folder


@pytest.fixture(scope="session")
def full_folder(bare_folder: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All stages ran."""
    folder = tmp_path_factory.mktemp("full")
    shutil.copy(bare_folder / "findings.parquet", folder)
    inputs = Inputs(
        folder / "findings.parquet", EXAMPLE / "panel", EXAMPLE / "samples.tsv", EXAMPLE / "outcomes.tsv"
    )
    result = evaluate_findings(inputs, Definition.CLINICAL, STRATA, Settings())
    (folder / "accuracy.json").write_text(as_json(result.rows, result.provenance), encoding="utf-8")
    assert result.ledger is not None
    write_ledger(result.ledger, folder / "ledger.parquet", result.provenance)
    blank = dict.fromkeys(REFERRALS)
    routes = [
        {
            "newborn": "tp",
            "lead_unit": "u1",
            "lead_unit_name": "<u>Unit one</u>",
            "urgency": "E",
            "status": "proposed",
        },
        {
            "newborn": "fp",
            "lead_unit": "u1",
            "lead_unit_name": "<u>Unit one</u>",
            "urgency": "E",
            "status": "proposed",
        },
        {"newborn": "pending", "status": "escalated"},
    ]
    (folder / "referrals").mkdir()
    referrals = pl.DataFrame([{**blank, **route} for route in routes], schema=REFERRALS)
    record = Provenance("route", "hostile", "7", inputs={"network": "1e" * 32})
    write_parquet(referrals, folder / "referrals" / "referrals.parquet", record)
    return folder


@pytest.fixture
def folder(full_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(full_folder, tmp_path / "results"))


@pytest.fixture(scope="session")
def results(full_folder: Path) -> Results:
    """The whole run, read with its panel and samples table."""
    return read_results(full_folder, EXAMPLE / "panel", EXAMPLE / "samples.tsv")


@pytest.fixture(scope="session")
def bare(bare_folder: Path) -> Results:
    """The run with nothing but findings."""
    return read_results(bare_folder)
