"""routes.csv for spreadsheets, routes.json for other systems."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import polars as pl
import pytest

from evaluator.provenance import Provenance
from evaluator.referral.cases import Case
from evaluator.referral.exports import routes_schema, write_csv, write_json
from evaluator.referral.filters import Rules
from evaluator.referral.routing import referrals_table, route_cases
from evaluator.tables import REFERRALS
from evaluator.vocabulary import Verdict

RECORD = Provenance(command="route", inputs={"findings": "0" * 64})
HOSTILE = ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", 'a,"b"\n=1', "' OR 1", "<script>", "A1"]


@pytest.fixture
def referrals(rules: Rules) -> pl.DataFrame:
    """A proposal, an escalation and a refusal."""
    one = Case("A1", "heart", Verdict.REPORTABLE, "N1", "yes", False, None, None)  # noqa: FBT003 - withdrawn
    others = [replace(one, newborn="A2", region=None), replace(one, newborn="A3", consent_care="no")]
    return referrals_table(route_cases([one, *others], rules))


def test_hostile_cells_are_disarmed(referrals: pl.DataFrame, tmp_path: Path) -> None:
    """No cell of the CSV starts a formula, nothing else is changed, and each row stays one row."""
    first = referrals.head(1)
    table = pl.concat(
        [first.with_columns(newborn=pl.lit(name), lead_unit_name=pl.lit(name)) for name in HOSTILE]
    )
    write_csv(table, tmp_path / "routes.csv")
    with (tmp_path / "routes.csv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert [row["newborn"] for row in rows] == [f"'{name}" for name in HOSTILE[:6]] + HOSTILE[6:]
    assert [row["lead_unit_name"] for row in rows] == [row["newborn"] for row in rows]


def test_the_csv_has_every_column_but_the_trace(referrals: pl.DataFrame, tmp_path: Path) -> None:
    """The columns of the contract, in order; numbers stay numbers."""
    write_csv(referrals, tmp_path / "routes.csv")
    read = pl.read_csv(tmp_path / "routes.csv")
    assert read.columns == [name for name in REFERRALS if name != "trace"]
    assert read["distance_km"].to_list() == [222.4, None, None]


def test_the_json_follows_its_published_schema(referrals: pl.DataFrame, tmp_path: Path) -> None:
    """routes.json is valid under the schema that is shipped with the package."""
    write_json(referrals, tmp_path / "routes.json", RECORD)
    document = json.loads((tmp_path / "routes.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator.check_schema(routes_schema())
    jsonschema.validate(document, routes_schema())
    proposed = document["routes"][0]
    assert proposed["alternatives"] == ["heart-beta", "heart-gamma", "heart-panel"]
    assert [step["filter"] for step in proposed["trace"]][:3] == ["consent", "review", "pathway"]


def test_the_schema_is_closed(referrals: pl.DataFrame, tmp_path: Path) -> None:
    """A key that nobody declared, or a status that is none, is refused by the schema."""
    write_json(referrals, tmp_path / "routes.json", RECORD)
    for change in ({"colour": "red"}, {"status": "accepted"}):
        document = json.loads((tmp_path / "routes.json").read_text(encoding="utf-8"))
        document["routes"][0] |= change
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(document, routes_schema())


def test_the_schema_names_every_column() -> None:
    """The schema and the table have the same fields."""
    definitions = routes_schema()["$defs"]
    assert isinstance(definitions, dict)
    assert set(definitions["route"]["properties"]) == set(REFERRALS)
    assert set(definitions["route"]["required"]) == set(REFERRALS)
