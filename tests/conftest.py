"""What every test may ask for: the repository, the optional real data, the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import settings

from evaluator.provenance import Provenance, write_parquet
from evaluator.tables import FINDINGS

# How fast the machine is says nothing about the answer.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")

REPOSITORY = Path(__file__).resolve().parent.parent

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The root of the checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Real public data that lies beside the checkout; a test that needs it is skipped where it is absent."""
    folder = REPOSITORY.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the optional folder of real data is not beside this checkout")
    return folder


@pytest.fixture(scope="session")
def nbseval() -> Run:
    """Run the command line in a child process, as a user would; returns the completed process."""

    def run(*words: str | Path, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "evaluator.cli.main", *map(str, words)]
        environment = {**os.environ, "PYTHONPATH": str(REPOSITORY), "COLUMNS": "100", "NO_COLOR": "1"}
        return subprocess.run(
            command, capture_output=True, text=True, cwd=cwd, env=environment, timeout=300, check=False
        )

    return run


@pytest.fixture
def example_run(tmp_path: Path, repository: Path, nbseval: Run) -> Path:
    """A folder whose `results` hold the example run of tests/report, evaluated from the command line."""
    example = repository / "tests" / "report" / "example"
    results = tmp_path / "results"
    results.mkdir()
    findings = pl.read_csv(example / "findings.tsv", separator="\t", schema=FINDINGS)
    write_parquet(findings, results / "findings.parquet", Provenance("flag", "hostile", "7"))
    done = nbseval(
        "accuracy", results / "findings.parquet", "--panel", example / "panel",
        "--samples", example / "samples.tsv", "--outcomes", example / "outcomes.tsv",
        "--by", "overall", "--by", "condition", "--by", "group", "--format", "json",
        "--out", results / "accuracy.json", "--ledger", results / "ledger.parquet",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return tmp_path


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests recorded as their property `table`, also when workers ran them."""
    for report in sorted(terminalreporter.getreports("passed"), key=lambda report: report.nodeid):
        for name, value in report.user_properties:
            if name == "table":
                terminalreporter.write_line(str(value))
