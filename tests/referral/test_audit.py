"""The audit log holds the hash of each line before."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluator.provenance import Provenance
from evaluator.referral.audit import as_text, audit_lines, chain_problems
from evaluator.referral.cases import Case
from evaluator.referral.filters import Rules
from evaluator.referral.routing import referrals_table, route_cases
from evaluator.vocabulary import Verdict

RECORD = Provenance(command="route", inputs={"findings": "0" * 64})


@pytest.fixture
def log(rules: Rules, tmp_path: Path) -> Path:
    """A log of three routes; one name holds a character that some readers take for a line's end."""
    cases = [
        Case(name, "eye", Verdict.REPORTABLE, "N1", "yes", False, None, None)  # noqa: FBT003 - withdrawn
        for name in ("A1", "A2\u2028", "A3")
    ]
    path = tmp_path / "audit.jsonl"
    lines = audit_lines(referrals_table(route_cases(cases, rules)), RECORD)
    path.write_text(as_text(lines), encoding="utf-8")
    return path


def test_a_whole_log(log: Path) -> None:
    """Inputs first, then one line per route; the chain holds."""
    entries = [json.loads(line) for line in log.read_text(encoding="utf-8").split("\n") if line]
    assert [entry["event"] for entry in entries] == ["inputs", "route", "route", "route"]
    assert entries[0]["inputs"] == {"findings": "0" * 64}
    assert [entry["lead_unit"] for entry in entries[1:]] == ["eye-west"] * 3
    assert chain_problems(log) == []


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [("eye-west", "eye-east", 2), ('"newborn": "A3"', '"newborn": "A4"', 4), ('"inputs"', '"input"', 1)],
)
def test_a_changed_line_is_found(log: Path, old: str, new: str, line: int) -> None:
    """A changed word breaks the chain where it stands."""
    log.write_text(log.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")
    assert [problem.line for problem in chain_problems(log)] == [line]


@pytest.mark.parametrize("gone", [0, 1, 2])
def test_a_missing_line_is_found(log: Path, gone: int) -> None:
    """A line that was taken out leaves a gap."""
    lines = log.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    del lines[gone]
    log.write_text(as_text(lines), encoding="utf-8")
    assert [problem.line for problem in chain_problems(log)] == [gone + 1]


def test_a_torn_line_is_found(log: Path) -> None:
    """A line that is no JSON is a problem, not a crash."""
    with log.open("a", encoding="utf-8") as stream:
        stream.write('{"event": "rou')
    assert [problem.line for problem in chain_problems(log)] == [5]
