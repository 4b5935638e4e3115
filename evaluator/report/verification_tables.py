"""What a registry and a designed sample say of the negatives that nobody verified otherwise."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from evaluator.accuracy import ascertainment, sampled_verification
from evaluator.report.annex_section import annex_rows, folded
from evaluator.report.measured import on_two_lines
from evaluator.report.model import Column, Table
from evaluator.report.numbers import Row
from evaluator.report.results import Results

WITHOUT_REGISTRY = (
    "No registry.yaml was given, so the missed cases are those that the outcomes name: not adjusted for cases"
    " that a registry lacks, nor for children too young to show their condition."
)
REGISTRY = {
    "completeness": "Completeness of the two sources (95% CI)",
    "followed_up": "Negatives followed up",
    "diagnosed_by_then": "Cases that would have shown by then (95% CI)",
    "missed_adjusted": "Missed cases, adjusted (95% CI)",
    "sensitivity_adjusted": "Sensitivity, adjusted (95% CI)",
    "interval_cases": "Interval cases per 1,000 baby-years (95% CI)",
}
SAMPLED = {
    "sensitivity": "Sensitivity, weighted (95% CI)",
    "sensitivity_bounds": "Sensitivity, bounds without the design",
    "specificity": "Specificity, weighted (95% CI)",
}


def registry_sentence(results: Results) -> tuple[str, ...]:
    """Say that there is no registry, unless there is one or small numbers are protected."""
    shown = results.show.rule or annex_rows(results, "registry")
    return () if shown else (WITHOUT_REGISTRY,)


def verification_tables(results: Results) -> tuple[Table, ...]:
    """Draw both tables where they are there."""
    return (
        *_pivoted(
            results,
            "registry",
            "Missed cases seen through a registry",
            "condition",
            REGISTRY,
            ascertainment.NOTES,
        ),
        *_pivoted(
            results,
            "sampled_verification",
            "Accuracy from negatives drawn for verification",
            "stratum",
            SAMPLED,
            sampled_verification.NOTES,
        ),
    )


def _pivoted(
    results: Results,
    key: str,
    caption: str,
    name: str,
    measures: Mapping[str, str],
    notes: Sequence[str],
) -> tuple[Table, ...]:
    """One line per condition or stratum, one column per measure; methods below."""
    listed = annex_rows(results, key)
    if not listed:
        return ()
    found = {(str(row[name]), str(row["measure"])): row for row in listed}
    rows = tuple(
        (_named(results, one), *(_cell(found.get((one, measure))) for measure in measures))
        for one in dict.fromkeys(one for one, _ in found)
    )
    columns = (
        Column(name.capitalize()),
        *(Column(title, numeric=True) for title in measures.values()),
        Column("Method"),
    )
    methods = {
        one: "; ".join(
            f"{measure.replace('_', ' ')}: {row['method']}"
            for measure in measures
            if (row := found.get((one, measure))) and row["method"] and row["not_estimable"] is None
        )
        for one in dict.fromkeys(one for one, _ in found)
    }
    told = tuple((*cells, methods[one]) for one, cells in zip(methods, rows, strict=True))
    fold = folded(caption, len(told))
    return (Table(key.replace("_", "-"), caption, columns, told, note=" ".join(notes), folded=fold),)


def _named(results: Results, stratum: str) -> str:
    return results.name(stratum.removeprefix("condition: "))


def _cell(row: Row | None) -> str:
    return on_two_lines(row) if row else "not given"
