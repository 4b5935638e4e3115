"""Every problem of a panel at once: the form of each file, then what the files say of each other."""

from __future__ import annotations

from pathlib import Path

from evaluator.errors import Problem
from evaluator.panel.draft import Draft, read_draft


def lint(folder: Path) -> list[Problem]:
    """Find every problem of a panel folder, sorted by file and line."""
    return examine(folder)[1]


def examine(folder: Path) -> tuple[Draft, list[Problem]]:
    """Read a panel folder and find every problem in it, sorted by file and line."""
    draft, problems = read_draft(folder)
    return draft, sorted(set(problems))
