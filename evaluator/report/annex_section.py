"""The tables that stand beside the accuracy table in its file: drawn where they are there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluator.report.accuracy_text import LABELS
from evaluator.report.measured import measured
from evaluator.report.model import Column, Section, Table
from evaluator.report.numbers import Row, count, decimal
from evaluator.report.results import Results

MEASURE_COLUMNS = {"numerator", "denominator", "estimate", "lower", "upper", "method", "not_estimable"}
TITLES = {
    "missed": "Affected and not found, by reason",
    "additional_findings": "Additional findings, beside the table",
    "reason_fp": "False positives, by reason",
    "sensitivity_analysis": "The headline under other choices",
}
HEADINGS = {"reason_fp": "Reason"}  # where the name of the column is no words
MOST_OPEN = 60  # a longer table unfolds


def annexes(results: Results, keys: Sequence[str]) -> tuple[Table, ...]:
    """Draw those of the named tables that are there; small numbers are withheld with the whole table."""
    if results.show.rule:
        return ()
    return tuple(table for key in keys if (table := _table(results, key, results.more.get(key))) is not None)


def annex_section(results: Results, name: str, title: str, keys: Sequence[str]) -> Section:
    """One section of such tables; says so where there is none."""
    tables = annexes(results, keys)
    if results.show.rule:
        return Section(name, title, ("Withheld: it would rest on small numbers.",))
    if not tables:
        return Section(name, title, ("Not in the data: `nbseval accuracy` was not given what it needs.",))
    return Section(name, title, tables=tables)


def annex_rows(results: Results, key: str) -> list[dict[str, object]]:
    """Find the rows of one table, none where it is not there or small numbers are protected."""
    part = results.more.get(key)
    listed = part.get("rows") if isinstance(part, dict) else part
    if results.show.rule or not isinstance(listed, list):
        return []
    return [row for row in listed if isinstance(row, dict)]


def folded(caption: str, rows: int) -> str:
    """Give the words to unfold a table by, none where it is short."""
    return f"Show {rows} rows: {caption}" if rows > MOST_OPEN else ""


def _table(results: Results, key: str, part: object) -> Table | None:
    """Draw one table; its rows are a list, or stand under `rows` beside `title` and `notes`."""
    whole: Mapping[str, object] = part if isinstance(part, dict) else {}
    rows = annex_rows(results, key)
    if not rows:
        return None
    notes = whole.get("notes")
    note = " ".join(map(str, notes)) if isinstance(notes, list) else str(notes or "")
    caption = str(whole.get("title") or TITLES.get(key, key))
    columns, cells = _by_choice(rows) if "alternative" in rows[0] else _plain(results, rows)
    fold = folded(caption, len(cells))
    return Table(key.replace("_", "-"), caption, columns, tuple(cells), note=note, folded=fold)


def _plain(
    results: Results, rows: Sequence[Mapping[str, object]]
) -> tuple[tuple[Column, ...], list[tuple[str, ...]]]:
    names = [name for name in rows[0] if name not in MEASURE_COLUMNS]
    with_measure = "estimate" in rows[0]
    columns = [
        Column(
            HEADINGS.get(name, name.replace("_", " ").capitalize()),
            numeric=isinstance(rows[0][name], int | float),
        )
        for name in names
    ]
    if with_measure:
        columns.append(Column("Result", numeric=True))
    cells = []
    for row in rows:
        shown = [_cell(results, name, row.get(name)) for name in names]
        cells.append((*shown, *([measured(row)] if with_measure else [])))
    return tuple(columns), cells


def _by_choice(rows: Sequence[Row]) -> tuple[tuple[Column, ...], list[tuple[str, ...]]]:
    """One line per alternative, one column per measure."""
    names = list(dict.fromkeys(str(row["measure"]) for row in rows))
    found = {(f"{row['choice']}: {row['alternative']}", str(row["measure"])): row for row in rows}
    lines = list(dict.fromkeys(line for line, _ in found))
    columns = (
        Column("Choice"),
        *(Column(LABELS.get(name, name.replace("_", " ").capitalize()), numeric=True) for name in names),
    )
    cells = [
        (line, *(measured(found[line, name]) if (line, name) in found else "" for name in names))
        for line in lines
    ]
    return columns, cells


def _cell(results: Results, name: str, value: object) -> str:
    if value is None:
        return ""
    if name == "condition":
        return results.name(str(value))
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, int):
        return count(value)
    if isinstance(value, float):
        return decimal(value)
    return str(value).replace("_", " ") if name in ("class", "finding", "counted_as") else str(value)
