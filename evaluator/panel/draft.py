"""Read a panel folder as it is, sound or not: each file with its lines, and every problem of form."""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl
from pydantic import ValidationError

from evaluator.errors import Problem
from evaluator.panel.criteria import Criteria, read_criteria
from evaluator.panel.identity import Identity
from evaluator.panel.model import TABLES
from evaluator.panel.pathways import read_pathways
from evaluator.panel.yaml_reader import Document, read_yaml, tuples
from evaluator.sheet_reader import read_sheet

OPTIONAL_TABLES = {"diplotypes"}
YAML_FILES = ("panel.yaml", "pathways.yaml", "criteria.yaml")
BESIDE = {"README.md", "CHANGELOG.md", "rounds"}


@dataclass(frozen=True)
class Draft:
    """A panel folder before it is known to be sound; tables keep the `line` of each row."""

    folder: Path
    files: dict[str, Path]  # table -> file
    identity: Identity | None  # null when panel.yaml is wrong
    tables: dict[str, pl.DataFrame]
    pathways: dict[str, dict[str, Any]]
    pathway_file: Document
    identity_file: Document
    criteria: Criteria | None

    def problem(self, table: str, line: int, message: str) -> Problem:
        """Build a problem at a row of one of the tables."""
        return Problem(str(self.files[table]), line, message)


def read_draft(folder: Path) -> tuple[Draft, list[Problem]]:
    """Read every file of a panel folder and every problem of form; what is wrong is null or left out."""
    problems = _stray_files(folder)
    tables, paths = {}, {}
    for name, sheet in TABLES.items():
        paths[name], more = _table_file(folder, name)
        problems += more
        if name in OPTIONAL_TABLES and not paths[name].exists():
            tables[name] = pl.DataFrame(schema=sheet.schema)
            continue
        tables[name], more = read_sheet(paths[name], sheet)
        problems += more
    identity, identity_file, more = _identity(folder / "panel.yaml")
    problems += more
    pathways, pathway_file, more = read_pathways(folder / "pathways.yaml")
    problems += more
    criteria, more = read_criteria(folder / "criteria.yaml")
    problems += more
    return Draft(folder, paths, identity, tables, pathways, pathway_file, identity_file, criteria), problems


def _table_file(folder: Path, name: str) -> tuple[Path, list[Problem]]:
    """Find the table as .tsv or .csv; both at once would leave open which one counts."""
    tsv, csv = folder / f"{name}.tsv", folder / f"{name}.csv"
    if tsv.exists() and csv.exists():
        return tsv, [Problem(str(csv), 0, f"stands beside {tsv.name}; remove one of the two")]
    return (csv if csv.exists() else tsv), []


def _identity(path: Path) -> tuple[Identity | None, Document, list[Problem]]:
    document, problems = read_yaml(path)
    if not document.data:
        return None, document, problems
    data = dict(document.data)
    if isinstance(data.get("version"), int | float):
        message = f'version {data["version"]} is a number; write it in quotes, such as "{data["version"]}"'
        problems.append(document.problem(("version",), message))
        data["version"] = str(data["version"])  # told once; the rest of the file is still checked
    try:
        return Identity.model_validate(tuples(data)), document, problems
    except ValidationError as error:
        return None, document, problems + document.validation_problems(error)


def _stray_files(folder: Path) -> list[Problem]:
    """Name files that nobody reads: a misspelt file name would drop its content in silence."""
    if not folder.is_dir():
        return [Problem(str(folder), 0, "is no folder; a panel is a folder with panel.yaml and its tables")]
    known = {*YAML_FILES, *BESIDE, *(f"{name}{suffix}" for name in TABLES for suffix in (".tsv", ".csv"))}
    problems = []
    for path in sorted(folder.iterdir()):
        if path.name in known or path.name.startswith("."):
            continue
        near = difflib.get_close_matches(path.name, sorted(known), n=1)
        advice = f"did you mean {near[0]}?" if near else "move it out of the panel's folder"
        problems.append(Problem(str(path), 0, f"nobody reads this file; {advice}"))
    return problems
