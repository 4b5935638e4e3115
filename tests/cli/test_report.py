"""`nbseval report` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

Run = Callable[..., CompletedProcess[str]]


def test_help_has_an_example(nbseval: Run) -> None:
    """The first line ends with a full stop and an example follows."""
    done = nbseval("report", "--help")
    assert "what is not known." in done.stdout
    assert "Example:" in done.stdout


def test_page_and_terminal(nbseval: Run, example_run: Path, repository: Path) -> None:
    """One HTML file with its record, the same facts on the terminal, the same bytes each time."""
    example = repository / "tests" / "report" / "example"
    words = ("report", "results", "--panel", example / "panel", "--samples", example / "samples.tsv", "--out")
    done = nbseval(*words, "one.html", cwd=example_run)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "6 newborns sequenced, of 9 in all" in done.stdout
    assert "Written to one.html." in done.stdout
    assert nbseval(*words, "two.html", cwd=example_run).returncode == 0
    assert (example_run / "one.html").read_bytes() == (example_run / "two.html").read_bytes()
    record = json.loads((example_run / "one.html.provenance.json").read_text("utf-8"))
    assert (record["panel"], record["panel_version"]) == ("hostile", "7")
    assert set(record["inputs"]) == {"accuracy", "findings", "ledger", "panel", "samples"}


def test_protected_page_and_spreadsheet(nbseval: Run, example_run: Path) -> None:
    """The committee's page says that numbers are hidden, and the spreadsheet is written with a record."""
    done = nbseval(
        "report", "results", "--disclosure", "committee", "--out", "page.html", "--xlsx", "page.xlsx",
        cwd=example_run,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "stands for a number from 1 to 7" in done.stdout
    assert (example_run / "page.xlsx").read_bytes().startswith(b"PK")
    record = json.loads((example_run / "page.xlsx.provenance.json").read_text("utf-8"))
    assert record["parameters"]["disclosure"] == "committee"


def test_a_protected_page_needs_the_ledger(nbseval: Run, example_run: Path) -> None:
    """Without the ledger nothing is written, and the message says what to run."""
    (example_run / "results" / "ledger.parquet").unlink()
    done = nbseval("report", "results", "--disclosure", "committee", "--out", "page.html", cwd=example_run)
    assert done.returncode == 2
    assert "--ledger" in done.stderr
    assert not (example_run / "page.html").exists()


def test_findings_alone_make_a_page(nbseval: Run, example_run: Path) -> None:
    """Without outcomes, network, panel and samples the page says what it lacks."""
    for name in ("accuracy.json", "ledger.parquet"):
        (example_run / "results" / name).unlink()
    done = nbseval("report", "results", "--out", "page.html", cwd=example_run)
    assert done.returncode == 0, done.stderr
    assert "No outcomes were evaluated" in done.stdout


def test_another_panel_is_refused(nbseval: Run, example_run: Path, repository: Path) -> None:
    """Findings of one panel are never printed under another's name."""
    done = nbseval(
        "report",
        "results",
        "--panel",
        repository / "panel" / "uk-blood-spot",
        "--out",
        "page.html",
        cwd=example_run,
    )
    assert done.returncode == 2
    assert "was made with panel hostile 7" in done.stderr
    assert not (example_run / "page.html").exists()
