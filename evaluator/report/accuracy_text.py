"""The accuracy table as text for a terminal, as JSON and as CSV."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Mapping, Sequence

import polars as pl

from evaluator.accuracy.annex import Annex
from evaluator.provenance import Provenance
from evaluator.report.annex_text import annex_text
from evaluator.report.numbers import Row, in_words
from evaluator.spreadsheet_cells import spreadsheet_safe

WIDTH = 100
LABELS = {
    "sensitivity": "Sensitivity",
    "specificity": "Specificity",
    "ppv": "Positive predictive value",
    "npv": "Negative predictive value",
    "fpr": "False positive rate",
    "recall_rate": "Recalled of those screened",
    "detection_rate": "Found of those screened",
    "lr_positive": "Likelihood ratio, positive",
    "lr_negative": "Likelihood ratio, negative",
    "dor": "Diagnostic odds ratio",
    "screened_per_case": "Screened per true positive",
    "false_per_true": "False per true positive",
    "positives_per_true": "Positives per true positive",
    "programme_sensitivity": "Sensitivity of the programme",
    "ppv_at_prevalence": "PPV at the given prevalence",
    "npv_at_prevalence": "NPV at the given prevalence",
}
CELL_LABELS = {
    "tp": "true positive",
    "fp": "false positive",
    "fn": "false negative",
    "tn": "true negative",
    "unresolved_positive": "unresolved positive",
    "unverified_negative": "unverified negative",
    "inconclusive": "inconclusive",
    "failed": "failed",
    "not_tested": "not tested",
    "wrong_condition": "positive for the wrong condition",
    "affected_not_on_panel": "affected by a condition not on the panel",
    "outside_target": "affected outside the target",
}
INDENT = 30


def as_text(
    rows: pl.DataFrame, notes: Sequence[str], provenance: Provenance, annexes: Sequence[Annex] = ()
) -> str:
    """Render every stratum as counts and one line per measure, at most WIDTH columns wide."""
    parts = [_heading(provenance)]
    for (stratum,), part in rows.group_by("stratum", maintain_order=True):
        parts.append(_stratum(str(stratum), part.to_dicts()))
    parts += [annex_text(annex, WIDTH) for annex in annexes]
    parts.append("\n".join(_wrapped(note, "- ", "  ") for note in notes))
    return "\n\n".join(parts) + "\n"


def as_json(rows: pl.DataFrame, provenance: Provenance, annexes: Sequence[Annex] = ()) -> str:
    """Render rows, annexes and provenance with sorted keys; a number that does not exist is null."""
    tables = {"rows": rows, **{annex.key: annex.rows for annex in annexes}}
    parts = {
        key: "[" + ",\n ".join(_json(row) for row in table.to_dicts()) + "]" for key, table in tables.items()
    }
    parts["provenance"] = _json(provenance.as_dict())
    return "{" + ",\n".join(f"{_json(key)}: {parts[key]}" for key in sorted(parts)) + "}\n"


def _json(value: object) -> str:
    # one row to a line: without an indent the encoder is the fast one, and a program reads it all the same
    return json.dumps(value, ensure_ascii=False, sort_keys=True, allow_nan=False)


def as_csv(rows: pl.DataFrame) -> str:
    """Render the table for a spreadsheet; no cell can start a formula."""
    return spreadsheet_safe(rows).write_csv()


def _heading(provenance: Provenance) -> str:
    parameters = provenance.parameters
    lines = []
    if provenance.panel:
        lines.append(
            f"Panel {provenance.panel} {provenance.panel_version} (sha256 {provenance.panel_sha256[:12]})"
            f" | {parameters['definition']} definition | index test: {parameters['index']}"
        )
    lines.append(f"Intervals: 95%, {parameters['interval']}; ratios {parameters['ratio_interval']}")
    return "\n".join(_wrapped(line, "", "  ") for line in lines)


def _stratum(stratum: str, rows: Sequence[Row]) -> str:
    by_name: Mapping[str, Row] = {str(row["measure"]): row for row in rows}
    cells = [
        f"{label} {'?' if by_name[name]['not_estimable'] else in_words(by_name[name])}"
        for name, label in CELL_LABELS.items()
        if name in by_name
    ]
    lines = [
        _wrapped(stratum, "", ""),
        "-" * min(len(stratum), WIDTH),
        _wrapped(", ".join(cells), "", ""),
    ]
    for name, label in LABELS.items():
        if name in by_name and by_name[name]["not_estimable"] is None:
            lines.append(_wrapped(in_words(by_name[name]), f"{label:<{INDENT}}", " " * INDENT))
            lines += _remarks(by_name[name])
    return "\n".join([*lines, *_not_estimable(by_name)])


def _remarks(row: Row) -> list[str]:
    """What an estimate left out stands in its method, after the name of the interval."""
    name, _, remark = str(row["method"]).partition("; ")
    if not remark or name.startswith("inverted"):  # the proportion that was inverted has said it
        return []
    return [_wrapped(f"({remark})", " " * INDENT, " " * INDENT)]


def _not_estimable(by_name: Mapping[str, Row]) -> list[str]:
    """One line per reason, with all the measures that it stops."""
    stopped: dict[str, list[str]] = {}
    for name, label in LABELS.items():
        if name in by_name and by_name[name]["not_estimable"] is not None:
            stopped.setdefault(str(by_name[name]["not_estimable"]), []).append(label.lower())
    return [
        _wrapped(f"{', '.join(labels)}: {reason}", f"{'Not estimable':<{INDENT}}", " " * INDENT)
        for reason, labels in stopped.items()
    ]


def _wrapped(text: str, first: str, following: str) -> str:
    # "screen-negative" is looked for as one word
    return textwrap.fill(
        text, WIDTH, initial_indent=first, subsequent_indent=following, break_on_hyphens=False
    )
