"""What every test may ask for: the repository, the optional real data, the command line."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

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


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Show the tables that tests recorded as their property `table`, also when workers ran them."""
    for report in sorted(terminalreporter.getreports("passed"), key=lambda report: report.nodeid):
        for name, value in report.user_properties:
            if name == "table":
                terminalreporter.write_line(str(value))
