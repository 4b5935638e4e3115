"""The audit log: append-only JSON lines, each holding the hash of the line before."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import polars as pl

from evaluator.errors import Problem
from evaluator.provenance import Provenance, sha256_of_text

FIRST = "0" * 64  # what stands before the first line


def audit_lines(referrals: pl.DataFrame, provenance: Provenance) -> list[str]:
    """Render what was decided from what: first the inputs, then one line per route; no clock."""
    head = {"event": "inputs", **provenance.as_dict()}
    return list(_chained([head, *map(_proposal, referrals.to_dicts())]))


def chain_problems(path: Path) -> list[Problem]:
    """Find the first line whose hash or link to the line before is broken; empty when the chain holds.

    A chain cannot show that its last lines were cut off: keep the hash of the last line elsewhere.
    """
    previous = FIRST
    # not splitlines, which also breaks at characters that JSON leaves inside a text
    lines = path.read_text(encoding="utf-8").removesuffix("\n").split("\n")
    for number, text in enumerate(lines, start=1):
        entry = _entry(text)
        if entry is None or entry.get("previous") != previous or entry.pop("sha256", None) != _hash(entry):
            return [
                Problem(
                    str(path), number, "was changed, or a line before it is missing; do not rely on this log"
                )
            ]
        previous = _hash(entry)
    return []


def _proposal(row: Mapping[str, object]) -> dict[str, object]:
    shown = (
        "newborn",
        "condition",
        "verdict",
        "pathway",
        "pathway_version",
        "urgency",
        "due",
        "lead_unit",
        "status",
    )
    return {"event": "route", **{name: row[name] for name in shown}, "trace": json.loads(str(row["trace"]))}


def _chained(entries: Iterable[Mapping[str, object]]) -> Iterator[str]:
    previous = FIRST
    for body in entries:
        entry = {**body, "previous": previous}
        previous = _hash(entry)
        yield _canonical({**entry, "sha256": previous})


def _entry(text: str) -> dict[str, object] | None:
    try:
        entry = json.loads(text)
    except ValueError:
        return None
    return entry if isinstance(entry, dict) else None


def _canonical(entry: Mapping[str, object]) -> str:
    return json.dumps(entry, sort_keys=True, ensure_ascii=False)


def _hash(entry: Mapping[str, object]) -> str:
    return sha256_of_text(_canonical(entry))


def as_text(lines: Sequence[str]) -> str:
    """Join the lines of a log as they stand in its file."""
    return "".join(f"{line}\n" for line in lines)
