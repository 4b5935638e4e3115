"""A file of differing rows says the same as the complete one, to every command that reads findings."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.panel.load import load_panel
from evaluator.screening.findings_file import write_complete, write_differing
from evaluator.screening.flag import flag
from evaluator.variants.store import open_store

Run = Callable[..., subprocess.CompletedProcess[str]]
NEWBORNS = 90


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory, nbseval: Run, repository: Path) -> tuple[Path, Path]:
    """A simulated cohort, its findings written both ways, and its panel."""
    panel = repository / "panel" / "uk-blood-spot"
    folder = tmp_path_factory.mktemp("large")
    cohort, store = folder / "cohort", folder / "store"
    for step in (
        ("simulate", panel, "--newborns", NEWBORNS, "--seed", 5, "--out", cohort),
        ("extract", cohort / "samples.tsv", "--panel", panel, "--out", store),
        ("annotate", store, "--clinvar", cohort / "clinvar.vcf.gz"),
    ):
        done = nbseval(*map(str, step))
        assert done.returncode == 0, done.stderr
    flagging = flag(open_store(store), load_panel(panel))
    for way, write in (("complete", write_complete), ("differing", write_differing)):
        write(flagging.cohort, folder / way / "findings.parquet", flagging.provenance)
    assert 0 < flagging.cohort.differing.height < flagging.cohort.height / 2
    return folder, panel


def both(folder: Path, name: str) -> tuple[Path, Path]:
    """The same output of both ways."""
    return folder / "complete" / name, folder / "differing" / name


def test_accuracy_and_its_ledger_are_the_same(run: tuple[Path, Path], nbseval: Run) -> None:
    """Every measure of every stratum and every row of the ledger."""
    folder, panel = run
    cohort = folder / "cohort"
    for findings in both(folder, "findings.parquet"):
        done = nbseval(
            *("accuracy", findings, "--panel", panel, "--samples", cohort / "samples.tsv"),
            *("--outcomes", cohort / "outcomes.tsv", "--by", "overall", "--by", "condition"),
            *("--format", "json", "--out", findings.with_name("accuracy.json")),
            *("--ledger", findings.with_name("ledger.parquet")),
        )
        assert done.returncode == 0, done.stderr
    one, two = (json.loads(path.read_text(encoding="utf-8")) for path in both(folder, "accuracy.json"))
    assert one["provenance"]["inputs"].pop("findings") != two["provenance"]["inputs"].pop("findings")
    assert one == two
    ledgers = [pl.read_parquet(path) for path in both(folder, "ledger.parquet")]
    assert ledgers[0].equals(ledgers[1])
    assert ledgers[0].height > 0


def test_routes_are_the_same(run: tuple[Path, Path], nbseval: Run, repository: Path) -> None:
    """Every positive is routed, in the same words."""
    folder, panel = run
    for findings in both(folder, "findings.parquet"):
        done = nbseval(
            *("route", findings, "--samples", folder / "cohort" / "samples.tsv", "--panel", panel),
            *("--network", repository / "config" / "networks" / "england"),
            *("--out", findings.with_name("routes")),
        )
        assert done.returncode == 0, done.stderr
    one, two = (path.read_bytes() for path in both(folder, "routes/routes.csv"))
    assert one == two
    assert len(one.splitlines()) > 1


def test_the_report_is_the_same(run: tuple[Path, Path], nbseval: Run) -> None:
    """The page differs in nothing but the digests of the files it was drawn from."""
    folder, panel = run
    pages = []
    for findings in both(folder, "findings.parquet"):
        page = findings.with_name("page.html")
        done = nbseval("report", findings.parent, "--panel", panel, "--out", page)
        assert done.returncode == 0, done.stderr
        text = re.sub(r"\b[0-9a-f]{16}\b", "DIGEST", page.read_text(encoding="utf-8"))
        pages.append(text)
    assert pages[0] == pages[1]
