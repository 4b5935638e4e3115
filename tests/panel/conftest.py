"""A small panel of its own, and ways to copy, edit and shuffle it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel

SMALL = Path(__file__).parent / "panels" / "small"

Edit = Callable[[str, str, str], None]


@pytest.fixture(scope="session")
def small() -> Panel:
    """The small panel, loaded."""
    return load_panel(SMALL)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small panel to edit."""
    return shutil.copytree(SMALL, tmp_path / "small")


@pytest.fixture
def edit(folder: Path) -> Edit:
    """Replace the one occurrence of a text in one file of the copy; an empty old text appends."""

    def replace(file: str, old: str, new: str) -> None:
        path = folder / file
        text = path.read_text(encoding="utf-8")
        if old:
            assert text.count(old) == 1, f"{file} holds {old!r} {text.count(old)} times"
        path.write_text(text.replace(old, new) if old else text + new, encoding="utf-8", newline="")

    return replace
