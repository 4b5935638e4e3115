"""The generated store is one that the evaluator opens, and a replay of it finds every verdict."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

from evaluator.tables import CALLS, VARIANTS, check
from evaluator.variants.store import open_store
from evaluator.vocabulary import Verdict

NEWBORNS = 120


def run(repository: Path, script: str, *words: str | Path | int) -> str:
    """Run one script of the benchmarks; return what it printed."""
    command = [sys.executable, str(repository / "benchmarks" / script), *map(str, words)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=repository)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def store(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A generated store of a few newborns."""
    folder = tmp_path_factory.mktemp("cohort") / "store"
    run(repository, "generate.py", "cohort", "--newborns", NEWBORNS, "--out", folder)
    return folder


def test_the_store_holds_a_plausible_exome(store: Path) -> None:
    """The evaluator opens the store; each sequenced newborn has about 1,300 calls, boys one chrX."""
    opened = open_store(store)
    newborns, calls = opened.newborns().collect(), opened.calls().collect()
    check(calls, CALLS, "calls")
    assert newborns.height == NEWBORNS
    sequenced = newborns.filter(pl.col("status") == "sequenced")
    assert sequenced["calls"].is_between(1_100, 1_500).all()
    assert sequenced["calls"].sum() == calls.height
    on_x = calls.filter(pl.col("contig") == "chrX").join(newborns, on="newborn")
    assert set(on_x.filter(pl.col("sex") == "female")["ploidy"]) == {2}
    assert 1 in set(on_x.filter(pl.col("sex") == "male")["ploidy"])


def test_every_call_is_annotated(store: Path) -> None:
    """Each called allele stands once in the table of annotated alleles."""
    opened = open_store(store)
    variants = opened.variants()
    assert variants is not None
    table = check(variants.collect(), VARIANTS, "variants")
    key = ["contig", "position", "ref", "alt"]
    assert table.select(key).n_unique() == table.height
    assert opened.calls().collect().join(table, on=key, how="anti").is_empty()
    assert set(opened.annotation_sources) == {"csq", "clinvar", "frequencies"}


def test_a_replay_counts_every_newborn_and_row(store: Path, repository: Path, tmp_path: Path) -> None:
    """The replay decides newborns times gene rows, as many as it writes out; the bare join stands apart."""
    out = tmp_path / "replay.json"
    printed = run(repository, "replay.py", store, "--runs", 1, "--json", out)
    assert f"{NEWBORNS} newborns" in printed
    assert "rows that differ between the first two: 0" in printed
    flagged, complete, joined = json.loads(out.read_text(encoding="utf-8"))["replays"]
    counts = flagged["counts"]
    assert counts == complete["counts"]
    findings = sum(counts[str(verdict)] for verdict in Verdict)
    assert findings % NEWBORNS == 0
    assert counts["not reportable"] > findings / 2
    assert counts["positive rows"] == counts["reportable"] + counts["pending phase"]
    assert joined["counts"]["calls that matter"] > 0


def test_same_arguments_same_bytes(store: Path, repository: Path, tmp_path: Path) -> None:
    """A second run writes the same store."""
    again = tmp_path / "store"
    run(repository, "generate.py", "cohort", "--newborns", NEWBORNS, "--out", again)
    files = sorted(path.relative_to(store) for path in store.rglob("*") if path.is_file())
    assert files == sorted(path.relative_to(again) for path in again.rglob("*") if path.is_file())
    assert all((store / file).read_bytes() == (again / file).read_bytes() for file in files)
