"""The walls of the house: imports go one way, and each outside library has one door."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

PACKAGE = Path(__file__).resolve().parent.parent / "evaluator"

# Lower storeys never import from higher ones; rooms on one storey never import from each other.
STOREY = {
    "errors": 0,
    "vocabulary": 0,
    "files": 0,
    "tables": 0,
    "sheets": 0,
    "sheet_reader": 0,
    "spreadsheet_cells": 0,
    "provenance": 0,
    "statistics": 1,
    "panel": 1,
    "variants": 2,
    "screening": 3,
    "accuracy": 4,
    "referral": 4,
    "simulation": 4,
    "report": 5,
    "cli": 6,
}
# A simulated truth that used the rules it is there to test would prove nothing.
FORBIDDEN = {"simulation": {"screening"}}
ONLY_HERE = {
    "cyvcf2": {"variants"},
    "pysam": {"variants"},
    "isal": {"variants"},
    "click": {"cli"},
    "rich": {"cli"},
    "altair": {"report/charts.py"},
    "vl_convert": {"report/charts.py"},
    "xlsxwriter": {"report/spreadsheet.py", "panel/spreadsheet.py"},
    "fastexcel": {"panel/spreadsheet.py"},
    "jinja2": {"report"},
    "statsmodels": {"statistics", "accuracy/equity.py"},
    "scipy": {"statistics", "accuracy", "referral"},
    "pydantic": {"panel", "accuracy/verification/registry_file.py"},
    "ruamel": {"panel", "referral"},
    "snakemake": set(),
    "pandas": set(),
}


def modules() -> list[Path]:
    """Every module of the package."""
    return sorted(PACKAGE.rglob("*.py"))


def imported(path: Path) -> Iterator[str]:
    """Every dotted name a module imports, relative imports resolved."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            module = node.module or ""
            yield module
            yield from (f"{module}.{alias.name}" for alias in node.names)


def room(path: Path) -> str:
    """The storey a module stands on, by name."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def arrows_up(path: Path) -> list[str]:
    """Imports of this module that point up, across, or through a forbidden door."""
    here = room(path)
    wrong = []
    for name in imported(path):
        parts = name.split(".")
        if parts[0] != "evaluator" or len(parts) < 2 or parts[1] not in STOREY:
            continue
        there = parts[1]
        across = STOREY[there] == STOREY[here] and there != here and STOREY[here] > 0
        if STOREY[there] > STOREY[here] or across or there in FORBIDDEN.get(here, set()):
            wrong.append(f"{here} -> {name}")
    return wrong


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_point_down(path: Path) -> None:
    """A module imports only from the storeys below it."""
    if path == PACKAGE / "__init__.py":
        return
    assert room(path) in STOREY, f"give {room(path)} a storey"
    assert arrows_up(path) == []


@pytest.mark.parametrize("path", modules(), ids=lambda path: str(path.relative_to(PACKAGE)))
def test_each_library_has_one_door(path: Path) -> None:
    """An outside library is imported only where its door is."""
    place = str(path.relative_to(PACKAGE))
    for name in imported(path):
        doors = ONLY_HERE.get(name.split(".")[0])
        if doors is not None:
            assert any(place == door or place.startswith(f"{door}/") for door in doors), (
                f"{place} imports {name}"
            )


def test_the_walls_would_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """An arrow that points up is noticed."""
    monkeypatch.setattr(f"{__name__}.PACKAGE", tmp_path)
    (tmp_path / "panel").mkdir()
    culprit = tmp_path / "panel" / "load.py"
    culprit.write_text("from evaluator.screening import verdict\n", encoding="utf-8")
    assert arrows_up(culprit) == ["panel -> evaluator.screening", "panel -> evaluator.screening.verdict"]


def test_panel_content_is_no_package(repository: Path) -> None:
    """The folder that a committee edits holds no code: `panel` is another library's import name."""
    assert list((repository / "panel").rglob("*.py")) == []


def test_no_room_without_a_name(repository: Path) -> None:
    """No module is called utils, helpers, common, misc or io."""
    nameless = {"utils", "util", "helpers", "helper", "common", "misc", "io"}
    assert [path for path in (repository / "evaluator").rglob("*.py") if path.stem in nameless] == []


@pytest.mark.parametrize("name", ["accuracy", "statistics"])
def test_the_table_of_contents_is_complete(name: str) -> None:
    """A room of many modules says in its first lines what each of them answers."""
    folder = PACKAGE / name
    contents = ast.get_docstring(ast.parse((folder / "__init__.py").read_text(encoding="utf-8"))) or ""
    named = {words[0].rstrip("/") for line in contents.splitlines() if (words := line.split())}
    there = {path.stem for path in folder.iterdir() if path.name not in {"__init__.py", "__pycache__"}}
    assert {module for module in there if not module.startswith("supplement")} <= named
    assert named >= {"supplement*"} or name != "accuracy"


def test_the_chambers_of_accuracy_stand_apart() -> None:
    """The ledger, verification and the programme never import from each other."""
    chambers = ("ledger", "verification", "programme")
    for here in chambers:
        for path in (PACKAGE / "accuracy" / here).glob("*.py"):
            for name in imported(path):
                there = name.split(".")[2:3] if name.startswith("evaluator.accuracy.") else []
                assert not there or there[0] == here or there[0] not in chambers, f"{path} imports {name}"
