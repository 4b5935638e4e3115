"""The difference of two panels as lines that a committee reads."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from evaluator.panel.diff import PanelDiff, Record, TableDiff, change_name
from evaluator.panel.model import TABLES


def diff_lines(difference: PanelDiff) -> list[str]:
    """Render a difference: `+` came, `-` went, `~` says something else now."""
    if difference.equal:
        digest = str(difference.new["sha256"])[:12]
        return [f"The panels are equal in meaning (sha256 {digest})."]
    lines = [
        f"{name}: {_signature(side)}" for name, side in (("old", difference.old), ("new", difference.new))
    ]
    sections = [
        ("Panel", [f"~ {each['field']}: {_arrow(each)}" for each in difference.panel]),
        *((name.capitalize(), list(_table(name, table))) for name, table in difference.tables.items()),
        ("Pathways", list(_pathways(difference.pathways))),
        ("Criteria", [f"~ {each['path']}: {_arrow(each)}" for each in difference.criteria]),
    ]
    for title, entries in sections:
        if entries:
            lines += ["", f"{title} ({len(entries)})", *(f"  {entry}" for entry in entries)]
    return lines


def _signature(side: Record) -> str:
    return f"{side['id']} {side['version']} (sha256 {str(side['sha256'])[:12]})"


def _table(name: str, table: TableDiff) -> Iterator[str]:
    yield from (f"+ {_row(name, record)}" for record in table.added)
    yield from (f"- {_row(name, record)}" for record in table.removed)
    for change in table.changed:
        word = change_name(name, change)
        if word in ("enabled", "disabled"):
            yield f"~ {row_name(name, change)}: {word}"
        elif word == "changed":
            yield f"~ {row_name(name, change)}: {change['field']}: {_arrow(change)}"
        else:
            yield f"~ {row_name(name, change)}: {word}: {_arrow(change)}"


def _pathways(pathways: TableDiff) -> Iterator[str]:
    yield from (f"+ {record['pathway']}" for record in pathways.added)
    yield from (f"- {record['pathway']}" for record in pathways.removed)
    yield from (f"~ {each['pathway']}: {each['path']}: {_arrow(each)}" for each in pathways.changed)


def row_name(table: str, record: Record) -> str:
    """Name a row by its key, as a person would say it."""
    key: Sequence[str] = TABLES[table].key
    if table == "alleles":
        allele = "-".join(str(record[part]) for part in ("contig", "position", "ref", "alt"))
        rest = " ".join(str(record[part]) for part in key[4:] if record.get(part) is not None)
        return f"{allele} {rest}"
    return " ".join(str(record[part]) for part in key if record.get(part) is not None)


def _row(table: str, record: Record) -> str:
    """Name a row that came or went, with the one value that says most about it."""
    more = {"conditions": "name", "genes": "enabled", "alleles": "list", "diplotypes": "verdict"}[table]
    value = record.get(more)
    if table == "genes":
        return row_name(table, record) + (" (disabled)" if value == "no" else "")
    return f"{row_name(table, record)}: {value}"


def _arrow(change: Record) -> str:
    return f"{_shown(change['from'])} → {_shown(change['to'])}"


def _shown(value: object) -> str:
    if value is None:
        return "(not given)"
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
