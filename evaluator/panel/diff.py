"""Two panels compared by meaning: what a committee would call a change, nothing of row order or lines."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evaluator.panel.alleles import REPORTABLE_AS
from evaluator.panel.model import TABLES, Panel
from evaluator.panel.value_changes import value_changes

Record = dict[str, object]
Pair = tuple[Record, Record]

# How rows of both panels find each other: by the table's key first, then by what stays when one part of the
# key changes (a renamed condition keeps its name, a gene row with another inheritance its gene).
FALLBACK_KEYS: dict[str, tuple[str, ...] | None] = {
    "conditions": ("name",),
    "genes": ("condition", "gene"),
    "alleles": ("contig", "position", "ref", "alt", "end", "gene"),
    "diplotypes": None,
}


@dataclass(frozen=True)
class TableDiff:
    """Rows of one table that came, went, or say something else now; values are the rows' own."""

    added: tuple[Record, ...]
    removed: tuple[Record, ...]
    changed: tuple[Record, ...]  # key of the new row, field, from, to

    def __bool__(self) -> bool:
        return bool(self.added or self.removed or self.changed)


@dataclass(frozen=True)
class PanelDiff:
    """Every difference between two panels."""

    old: Record
    new: Record
    panel: tuple[Record, ...]  # field, from, to
    tables: Mapping[str, TableDiff]
    pathways: TableDiff
    criteria: tuple[Record, ...]  # path, from, to

    @property
    def equal(self) -> bool:
        """Whether both panels mean the same."""
        return not (self.panel or any(self.tables.values()) or self.pathways or self.criteria)

    def as_dict(self) -> Record:
        """Return plain data for a JSON document; changes that have a name of their own stand under it."""
        tables = {
            name: {
                "added": list(table.added),
                "removed": list(table.removed),
                **_named_changes(name, table.changed),
            }
            for name, table in self.tables.items()
        }
        pathways = {
            "added": list(self.pathways.added),
            "removed": list(self.pathways.removed),
            "changed": list(self.pathways.changed),
        }
        return {
            "equal": self.equal,
            "old": self.old,
            "new": self.new,
            "panel": list(self.panel),
            **tables,
            "pathways": pathways,
            "criteria": list(self.criteria),
        }


def diff(old: Panel, new: Panel) -> PanelDiff:
    """Compare two panels by meaning; equal exactly when their digests are equal."""
    before, after = _records(old), _records(new)
    renamed = _renamed_conditions(before["conditions"], after["conditions"])
    for name in ("genes", "alleles", "diplotypes"):
        before[name] = [_follow(record, renamed) for record in before[name]]
    return PanelDiff(
        old=_signature(old),
        new=_signature(new),
        panel=_identity_changes(old, new),
        tables={name: _table_diff(name, before[name], after[name]) for name in TABLES},
        pathways=_pathway_diff(old.pathways, new.pathways),
        criteria=_criteria_changes(old, new),
    )


def change_name(table: str, change: Record) -> str:
    """Name a change of one field as a committee would: renamed, enabled, disabled, moved, or changed."""
    if table == "conditions" and change["field"] in ("condition", "name"):
        return "renamed"
    if table == "genes" and change["field"] == "enabled":
        return "enabled" if change["to"] == "yes" else "disabled"
    if table == "alleles" and change["field"] == "list":
        return "moved"
    return "changed"


def _named_changes(table: str, changes: Sequence[Record]) -> dict[str, list[Record]]:
    names = {
        "conditions": ("renamed", "changed"),
        "genes": ("enabled", "disabled", "changed"),
        "alleles": ("moved", "changed"),
        "diplotypes": ("changed",),
    }[table]
    return {name: [each for each in changes if change_name(table, each) == name] for name in names}


def _signature(panel: Panel) -> Record:
    return {"id": panel.id, "version": panel.version, "sha256": panel.sha256}


def _records(panel: Panel) -> dict[str, list[Record]]:
    return {name: panel.records(name) for name in TABLES}


def _match(
    old: Sequence[Record], new: Sequence[Record], keys: Sequence[tuple[str, ...]]
) -> tuple[list[Pair], list[Record], list[Record]]:
    """Pair the rows of two tables by the first key that finds exactly one partner on either side."""
    pairs: list[Pair] = []
    for key in keys:
        left, right = _unique(old, key), _unique(new, key)
        shared = [value for value in right if value in left]
        pairs += [(left[value], right[value]) for value in shared]
        done_old, done_new = ({id(side[value]) for value in shared} for side in (left, right))
        old = [record for record in old if id(record) not in done_old]
        new = [record for record in new if id(record) not in done_new]
    return pairs, list(old), list(new)


def _unique(records: Sequence[Record], key: tuple[str, ...]) -> dict[tuple[object, ...], Record]:
    """Index the rows by a key, leaving out those that share it."""
    values = [tuple(record.get(name) for name in key) for record in records]
    counts = Counter(values)
    return {value: record for value, record in zip(values, records, strict=True) if counts[value] == 1}


def _keys(table: str) -> list[tuple[str, ...]]:
    fallback = FALLBACK_KEYS[table]
    return [TABLES[table].key, *([fallback] if fallback else [])]


def _renamed_conditions(old: Sequence[Record], new: Sequence[Record]) -> dict[object, object]:
    pairs, _, _ = _match(old, new, _keys("conditions"))
    return {a["condition"]: b["condition"] for a, b in pairs if a["condition"] != b["condition"]}


def _follow(record: Record, renamed: Mapping[object, object]) -> Record:
    """Give a row of the old panel the new name of its condition: the rename itself is told once."""
    verdict = str(record.get("verdict", ""))
    if verdict.startswith(REPORTABLE_AS):
        slug = verdict.removeprefix(REPORTABLE_AS)
        return {**record, "verdict": f"{REPORTABLE_AS}{renamed.get(slug, slug)}"}
    if record.get("condition") in renamed:
        return {**record, "condition": renamed[record["condition"]]}
    return record


def _table_diff(table: str, old: Sequence[Record], new: Sequence[Record]) -> TableDiff:
    pairs, removed, added = _match(old, new, _keys(table))
    key = TABLES[table].key
    fields = [column.name for column in TABLES[table].columns]
    changed: list[Record] = [
        {
            **{name: after[name] for name in key if name in after},
            "field": field,
            "from": before.get(field),
            "to": after.get(field),
        }
        for before, after in pairs
        for field in fields
        if before.get(field) != after.get(field)
    ]
    order = {name: place for place, name in enumerate(fields)}
    changed.sort(key=lambda change: (_order(change, key), order[str(change["field"])]))
    return TableDiff(tuple(added), tuple(removed), tuple(changed))


def _order(record: Record, key: Sequence[str]) -> tuple[tuple[bool, int, str], ...]:
    """Sort numbers as numbers, text as text, and empty cells first."""
    cells = [record.get(name) for name in key]
    return tuple(
        (cell is not None, cell if isinstance(cell, int) else 0, "" if cell is None else str(cell))
        for cell in cells
    )


def _identity_changes(old: Panel, new: Panel) -> tuple[Record, ...]:
    before, after = old.identity(), new.identity()
    sources = [
        Counter(json.dumps(source, sort_keys=True) for source in panel.sources) for panel in (old, new)
    ]
    changes: list[Record] = [
        {"field": field, "from": before[field], "to": after[field]}
        for field in before
        if field != "sources" and before[field] != after[field]
    ]
    gone, come = sources[0] - sources[1], sources[1] - sources[0]
    changes += [{"field": "sources", "from": json.loads(s), "to": None} for s in sorted(gone.elements())]
    changes += [{"field": "sources", "from": None, "to": json.loads(s)} for s in sorted(come.elements())]
    return tuple(changes)


def _pathway_diff(old: Mapping[str, Record], new: Mapping[str, Record]) -> TableDiff:
    return TableDiff(
        added=tuple({"pathway": slug, **new[slug]} for slug in sorted(set(new) - set(old))),
        removed=tuple({"pathway": slug, **old[slug]} for slug in sorted(set(old) - set(new))),
        changed=tuple(
            {"pathway": slug, **change}
            for slug in sorted(set(old) & set(new))
            for change in value_changes(old[slug], new[slug])
        ),
    )


def _criteria_changes(old: Panel, new: Panel) -> tuple[Record, ...]:
    before, after = (panel.criteria.model_dump(mode="json") for panel in (old, new))
    return tuple(value_changes(before, after))
