"""What the README tells a new user to type works as it stands there."""

from __future__ import annotations

import re
import shlex
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


def commands(readme: Path, after: str) -> list[list[str]]:
    """The nbseval lines of the first code block after a sentence; a comment in words ends a line."""
    block = readme.read_text(encoding="utf-8").split(after, 1)[1].split("```")[1]
    lines = block.replace("\\\n", " ").strip().splitlines()
    return [shlex.split(re.split(r" {2,}(?=[a-z])| > ", line)[0])[1:] for line in lines]


@pytest.fixture
def workplace(repository: Path, tmp_path: Path) -> Path:
    """A folder that looks like the checkout to the commands."""
    for name in ("panel", "config"):
        (tmp_path / name).symlink_to(repository / name)
    return tmp_path


def test_stage_by_stage(repository: Path, workplace: Path, nbseval: Run) -> None:
    """The commands that follow a cohort through every stage succeed in their order."""
    steps = commands(repository / "README.md", "Or stage by stage")
    assert [step[0] for step in steps] == [
        *("simulate", "extract", "annotate", "flag", "explain", "accuracy", "route", "report")
    ]
    for step in steps:
        done = nbseval(*step, cwd=workplace)
        assert done.returncode == 0, f"{step}: {done.stderr}"
    assert (workplace / "out" / "report.html").stat().st_size > 0


def test_panel_commands(repository: Path, workplace: Path, nbseval: Run) -> None:
    """The commands for whoever edits a panel succeed."""
    steps = commands(repository / "README.md", "who edits one between two consultation rounds.")
    assert [step[:2] for step in steps] == [["panel", word] for word in ("lint", "show", "diff", "regions")]
    for step in steps:
        done = nbseval(*step, cwd=workplace)
        assert done.returncode == 0, f"{step}: {done.stderr}"
