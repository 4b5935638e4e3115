"""`nbseval report` from the outside."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import polars as pl
import pytest

from evaluator.provenance import Provenance, write_parquet
from evaluator.tables import FINDINGS

Run = Callable[..., CompletedProcess[str]]


@pytest.fixture
def folder(tmp_path: Path, repository: Path, nbseval: Run) -> Path:
    """The example run of tests/report, evaluated from the command line."""
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


def test_help_has_an_example(nbseval: Run) -> None:
    """The first line ends with a full stop and an example follows."""
    done = nbseval("report", "--help")
    assert "what is not known." in done.stdout
    assert "Example:" in done.stdout


def test_page_and_terminal(nbseval: Run, folder: Path, repository: Path) -> None:
    """One HTML file with its record, the same facts on the terminal, the same bytes each time."""
    example = repository / "tests" / "report" / "example"
    words = ("report", "results", "--panel", example / "panel", "--samples", example / "samples.tsv", "--out")
    done = nbseval(*words, "one.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert max(map(len, done.stdout.splitlines())) <= 100
    assert "6 newborns sequenced, of 9 in all" in done.stdout
    assert "Written to one.html." in done.stdout
    assert nbseval(*words, "two.html", cwd=folder).returncode == 0
    assert (folder / "one.html").read_bytes() == (folder / "two.html").read_bytes()
    record = json.loads((folder / "one.html.provenance.json").read_text("utf-8"))
    assert (record["panel"], record["panel_version"]) == ("hostile", "7")
    assert set(record["inputs"]) == {"accuracy", "findings", "ledger", "panel", "samples"}


def test_protected_page_and_spreadsheet(nbseval: Run, folder: Path) -> None:
    """The committee's page says that numbers are hidden, and the spreadsheet is written with a record."""
    done = nbseval(
        "report", "results", "--disclosure", "committee", "--out", "page.html", "--xlsx", "page.xlsx",
        cwd=folder,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "stands for a number from 1 to 7" in done.stdout
    assert (folder / "page.xlsx").read_bytes().startswith(b"PK")
    record = json.loads((folder / "page.xlsx.provenance.json").read_text("utf-8"))
    assert record["parameters"]["disclosure"] == "committee"


def test_a_protected_page_needs_the_ledger(nbseval: Run, folder: Path) -> None:
    """Without the ledger nothing is written, and the message says what to run."""
    (folder / "results" / "ledger.parquet").unlink()
    done = nbseval("report", "results", "--disclosure", "committee", "--out", "page.html", cwd=folder)
    assert done.returncode == 2
    assert "--ledger" in done.stderr
    assert not (folder / "page.html").exists()


def test_findings_alone_make_a_page(nbseval: Run, folder: Path) -> None:
    """Without outcomes, network, panel and samples the page says what it lacks."""
    for name in ("accuracy.json", "ledger.parquet"):
        (folder / "results" / name).unlink()
    done = nbseval("report", "results", "--out", "page.html", cwd=folder)
    assert done.returncode == 0, done.stderr
    assert "No outcomes were evaluated" in done.stdout


def test_another_panel_is_refused(nbseval: Run, folder: Path, repository: Path) -> None:
    """Findings of one panel are never printed under another's name."""
    done = nbseval(
        "report",
        "results",
        "--panel",
        repository / "panel" / "uk-blood-spot",
        "--out",
        "page.html",
        cwd=folder,
    )
    assert done.returncode == 2
    assert "was made with panel hostile 7" in done.stderr
    assert not (folder / "page.html").exists()
