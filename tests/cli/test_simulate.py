"""`nbseval simulate` as a user runs it."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_a_cohort_is_written_with_its_provenance(nbseval: Run, repository: Path, tmp_path: Path) -> None:
    """The command writes the folder, says what is in it, and leaves a sidecar beside it."""
    out = tmp_path / "cohort"
    panel = repository / "panel" / "uk-blood-spot"
    done = nbseval("simulate", panel, "--newborns", "12", "--seed", "5", "--out", out)
    assert done.returncode == 0, done.stderr
    assert "12 newborns" in done.stdout
    assert "not reportable" in done.stdout
    names = {path.name for path in out.iterdir()}
    assert names == {
        "README.txt",
        "callable",
        "structural",
        "parents",
        "clinvar.vcf.gz",
        "clinvar.vcf.gz.tbi",
        "conventional.tsv",
        "outcomes.tsv",
        "samples.tsv",
        "truth.tsv",
        "vcf",
    }
    record = json.loads((tmp_path / "cohort.provenance.json").read_text(encoding="utf-8"))
    assert record["command"] == "simulate"
    assert record["parameters"] == {"newborns": 12, "seed": 5}
    assert record["panel"] == "uk-blood-spot"


def test_mistakes_end_with_two_and_leave_nothing(nbseval: Run, repository: Path, tmp_path: Path) -> None:
    """A panel that is none and a count of zero are the user's to mend."""
    for panel, newborns in ((tmp_path / "none", "3"), (repository / "panel" / "uk-blood-spot", "0")):
        done = nbseval("simulate", panel, "--newborns", newborns, "--seed", "1", "--out", tmp_path / "cohort")
        assert done.returncode == 2
        assert "problem" in done.stderr
        assert "Traceback" not in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_help_shows_an_example(nbseval: Run) -> None:
    """The help ends its first line with a full stop and shows how to call the command."""
    text = nbseval("simulate", "--help").stdout
    assert "made from the alleles of PANEL." in text
    assert "nbseval simulate panel/generation-study --newborns 200 --seed 1 --out cohort" in text
