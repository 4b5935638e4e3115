"""Write the routes for people and other systems: CSV for a spreadsheet, JSON with a published schema."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path

import polars as pl

from evaluator.files import write_text
from evaluator.provenance import Provenance
from evaluator.spreadsheet_cells import spreadsheet_safe

SCHEMA_FILE = "routes.schema.json"


def write_csv(referrals: pl.DataFrame, path: Path) -> None:
    """Write every column but the trace, safe to open in a spreadsheet."""
    write_text(path, spreadsheet_safe(referrals.drop("trace")).write_csv())


def write_json(referrals: pl.DataFrame, path: Path, provenance: Provenance) -> None:
    """Write the routes with lists as lists, in the form of `routes_schema`."""
    document = {"provenance": provenance.as_dict(), "routes": [_route(row) for row in referrals.to_dicts()]}
    write_text(path, json.dumps(document, sort_keys=True, ensure_ascii=False, indent=1) + "\n")


def routes_schema() -> dict[str, object]:
    """The published JSON Schema of routes.json."""
    text = files("evaluator.referral").joinpath(SCHEMA_FILE).read_text(encoding="utf-8")
    return dict(json.loads(text))


def _route(row: dict[str, object]) -> dict[str, object]:
    alternatives = str(row["alternatives"]).split(";") if row["alternatives"] else []
    return {**row, "alternatives": alternatives, "trace": json.loads(str(row["trace"]))}
