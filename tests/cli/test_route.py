"""`nbseval route` as a user runs it."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import polars as pl
import pytest

from evaluator.provenance import read_provenance
from evaluator.referral.audit import chain_problems
from evaluator.tables import REFERRALS

OUTPUTS = ["audit.jsonl", "referrals.parquet", "routes.csv", "routes.json"]
FINDINGS = """newborn\tcondition\tgene\tinheritance\tverdict
BABY1\theart\tKCNQ1\tAD\treportable
BABY2\tskin\tSLC39A4\tAR\tpending phase
BABY2\teye\tRB1\tAD\tnot reportable
BABY3\teye\tRB1\tAD\treportable
BABY3\theart\tKCNQ1\tAD\treportable
"""
SAMPLES = (
    "newborn\tsex\tregion\tconsent_care\nBABY1\tmale\tN1\tyes\nBABY2\tfemale\tS1\tyes\nBABY3\tmale\tN1\tno\n"
)


@pytest.fixture
def words(repository: Path, tmp_path: Path) -> list[str | Path]:
    """The command's words without --out, on three newborns of the small network."""
    (tmp_path / "findings.tsv").write_text(FINDINGS, encoding="utf-8")
    (tmp_path / "samples.tsv").write_text(SAMPLES, encoding="utf-8")
    small = repository / "tests" / "referral"
    folders = ["--panel", small / "small_panel", "--network", small / "small_network"]
    inputs = [tmp_path / "findings.tsv", "--samples", tmp_path / "samples.tsv"]
    return ["route", *inputs, *folders, "--as-of", "2026-03-01"]


def test_routes_are_written_and_counted(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """Four routes: one proposed, one loudly escalated, two refused; no newborn is named on the terminal."""
    done = nbseval(*words, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "4 routes for 3 newborns: 1 proposed, 1 escalated, 2 refused" in done.stdout
    assert "ESCALATED: 1 of pathway skin to coordinator-country" in done.stdout
    assert "REFUSED: 2 by consent" in done.stdout
    assert "heart-alpha: 1 (urgency U 1)" in done.stdout
    assert "BABY" not in done.stdout
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == OUTPUTS
    table = pl.read_parquet(tmp_path / "out" / "referrals.parquet")
    assert dict(table.schema) == dict(REFERRALS)
    assert table["newborn"].to_list() == ["BABY1", "BABY2", "BABY3", "BABY3"]
    assert read_provenance(tmp_path / "out" / "referrals.parquet")["command"] == "route"
    assert chain_problems(tmp_path / "out" / "audit.jsonl") == []
    sidecar = json.loads((tmp_path / "out.provenance.json").read_text(encoding="utf-8"))
    assert sidecar["parameters"] == {"as_of": "2026-03-01", "network": "small-network"}


def test_replay_gives_equal_bytes(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """The same inputs give the same files, into an empty folder too, on any day that changes no rule."""
    (tmp_path / "second").mkdir()
    assert nbseval(*words, "--out", tmp_path / "first").returncode == 0
    assert nbseval(*words[:-1], "2026-04-01", "--out", tmp_path / "second").returncode == 0
    for name in OUTPUTS:
        assert (tmp_path / "first" / name).read_bytes() == (tmp_path / "second" / name).read_bytes()


def test_routes_are_for_the_owner_only(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """Person-level files are readable by nobody else."""
    nbseval(*words, "--out", tmp_path / "out")
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (tmp_path / "out").iterdir()}
    assert modes == {0o600}
    assert stat.S_IMODE((tmp_path / "out").stat().st_mode) == 0o700


def test_a_finished_folder_is_never_overwritten(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """A second run into the same folder stops with exit 2 and leaves the audit log alone."""
    nbseval(*words, "--out", tmp_path / "out")
    before = (tmp_path / "out" / "audit.jsonl").read_bytes()
    again = nbseval(*words, "--out", tmp_path / "out")
    assert again.returncode == 2
    assert "already exists and is not empty" in again.stderr
    assert (tmp_path / "out" / "audit.jsonl").read_bytes() == before


def test_wrong_input_leaves_nothing(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """A newborn without a sample row stops the run before anything is written, and is not named."""
    (tmp_path / "samples.tsv").write_text("newborn\tsex\nBABY1\tmale\n", encoding="utf-8")
    done = nbseval(*words, "--out", tmp_path / "out")
    assert done.returncode == 2
    assert "findings.tsv:3: 2 newborns with a result to route are not in" in done.stderr
    assert "BABY" not in done.stderr
    assert not (tmp_path / "out").exists()


def test_nobody_to_route(nbseval, words: list[str | Path], tmp_path: Path) -> None:  # noqa: ANN001
    """A run without a positive writes empty tables: nothing to route is a result."""
    (tmp_path / "findings.tsv").write_text(FINDINGS.partition("\n")[0] + "\n", encoding="utf-8")
    done = nbseval(*words, "--out", tmp_path / "out")
    assert (done.returncode, done.stderr) == (0, "")
    assert "0 routes for 0 newborns" in done.stdout
    assert pl.read_parquet(tmp_path / "out" / "referrals.parquet").is_empty()
