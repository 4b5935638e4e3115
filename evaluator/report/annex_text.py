"""The tables beside the accuracy table, as text for a terminal."""

from __future__ import annotations

import textwrap

import polars as pl

from evaluator.accuracy.annex import Annex
from evaluator.report.numbers import Row, count, in_words, in_words_or_limits

# What the terminal shows of an annex with many measures; the machine output has all of them.
SHOWN = ("sensitivity", "ppv", "recall_rate", "detection_rate")
MOST_ROWS = 20  # beyond this, conditions are summed: the machine output names each
GAP = "  "


def annex_text(annex: Annex, width: int) -> str:
    """Render one annex: title, table or measures, notes; no line is wider than `width`."""
    if "alternative" in annex.rows.columns:
        body = _by_alternative(annex.rows)
    elif "kind" in annex.rows.columns:
        body = _by_kind(annex.rows)
    elif "design_effect" in annex.rows.columns:
        body = _by_cluster(annex.rows)
    elif "estimate" in annex.rows.columns and "definition" not in annex.rows.columns:
        body = _by_name(annex.rows)
    elif "estimate" in annex.rows.columns:
        body = _by_measure(annex.rows)
    else:
        body = _table(annex.rows)
    lines = [annex.title, "-" * len(annex.title), *body]
    wrapped = [_wrapped(line, width, " " * (len(line) - len(line.lstrip()) + 4)) for line in lines]
    return "\n".join([*wrapped, *(_wrapped(f"({note})", width, "") for note in annex.notes)])


def _table(rows: pl.DataFrame) -> list[str]:
    """One line per row, counts first, since they are what is looked for."""
    if rows.is_empty():
        return ["none"]
    if rows.height > MOST_ROWS and "condition" in rows.columns:
        rows = _summed(rows)
    numbers = [name for name, dtype in rows.schema.items() if dtype == pl.Int64]
    words = [name for name in rows.columns if name not in numbers]
    lines = []
    for row in rows.iter_rows(named=True):
        counted = GAP.join(f"{count(row[name]):>7}" for name in numbers)
        lines.append(f"{counted}{GAP}{', '.join(str(row[name]) for name in words)}")
    return lines


def _summed(rows: pl.DataFrame) -> pl.DataFrame:
    others = [name for name, dtype in rows.schema.items() if dtype != pl.Int64 and name != "condition"]
    conditions = pl.format("conditions: {}", pl.col("condition").n_unique())
    summed = rows.group_by(others, maintain_order=True).agg(conditions, pl.col(pl.Int64).sum())
    return summed.select(rows.columns)


def _by_alternative(rows: pl.DataFrame) -> list[str]:
    """One block per choice: what each alternative makes of the measures that a headline has."""
    lines: list[str] = []
    headline: list[str] = []
    for (choice, alternative), part in rows.group_by("choice", "alternative", maintain_order=True):
        shown = [
            f"{GAP}{row['measure']}: {in_words(row)}" for row in part.to_dicts() if row["measure"] in SHOWN
        ]
        headline = headline or shown
        same = bool(lines) and shown == headline
        lines.append(f"{choice}: {alternative}" + (": the same" if same else ""))
        lines += [] if same else shown
    return lines


def _by_kind(rows: pl.DataFrame) -> list[str]:
    """One block per stratum of newborns: the share of each kind of result without an answer."""
    lines = []
    for (kind, stratum), part in rows.group_by("kind", "stratum", maintain_order=True):
        lines.append(f"{kind}: {stratum}")
        lines += [f"{GAP}{row['measure']}: {in_words(row)}" for row in part.to_dicts()]
    return lines


def _by_cluster(rows: pl.DataFrame) -> list[str]:
    """What is estimable for all conditions and all sites; the groups stand in the machine output."""
    lines = []
    for (cluster, stratum), part in rows.group_by("cluster", "stratum", maintain_order=True):
        if not str(stratum).startswith("group: "):
            effects = [
                f"{GAP}{row['measure']}: {in_words(row)}, design effect {row['design_effect']:.2f}"
                for row in part.to_dicts()
                if row["not_estimable"] is None
            ]
            lines += [f"{stratum}, clusters: {cluster}s", *(effects or [f"{GAP}not estimable"])]
    return lines


def _by_name(rows: pl.DataFrame) -> list[str]:
    """One block per condition of registry.yaml; of a sample that was drawn, what is overall."""
    lines = []
    name = rows.columns[0]
    for (stratum,), part in rows.group_by(name, maintain_order=True):
        if not str(stratum).startswith("condition: "):
            lines.append(str(stratum))
            for row in part.to_dicts():
                method = f" ({row['method']})" if row["method"] and row["not_estimable"] is None else ""
                lines.append(f"{GAP}{row['measure']}: {in_words_or_limits(row)}{method}")
    return lines


def _by_measure(rows: pl.DataFrame) -> list[str]:
    """The strata of newborns only: conditions are many, and stand in the machine output."""
    lines = []
    for (definition, stratum), part in rows.group_by("definition", "stratum", maintain_order=True):
        if not str(stratum).startswith("condition: "):
            lines.append(f"{definition} definition, {stratum}")
            lines += [f"{GAP}{row['measure']}: {_value(row)}" for row in part.to_dicts()]
    return lines


def _value(row: Row) -> str:
    if row["not_estimable"] is not None and row["estimate"] is None:
        return f"not estimable: {row['not_estimable']}"
    if row["p_value"] is not None:
        return f"p = {row['p_value']:.3g} ({row['method']})"
    if row["method"] == "count":
        return count(int(str(row["numerator"])))
    limits = ["no limit" if row[name] is None else f"{row[name]:.3g}" for name in ("lower", "upper")]
    return f"{row['estimate']:.3g} (95% CI {limits[0]} to {limits[1]}; {row['method']})"


def _wrapped(text: str, width: int, following: str) -> str:
    return textwrap.fill(
        text, width, subsequent_indent=following, break_on_hyphens=False, drop_whitespace=True
    )
