"""The sections on accuracy: overall, by condition, by group, and the forest plot."""

from __future__ import annotations

import re
from collections.abc import Iterable

import polars as pl

from evaluator.accuracy.disclosure import SUPPRESSED_MARK
from evaluator.report.accuracy_text import LABELS
from evaluator.report.charts import MOST_ROWS, Bar, forest_plot
from evaluator.report.clustering_table import clustering_table
from evaluator.report.disclosure import WITHHELD
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import Row, count, counted, decimal, in_words, percent
from evaluator.report.results import Results
from evaluator.vocabulary import Verdict

MEANING = {
    "sensitivity": "of affected newborns, called positive",
    "specificity": "of unaffected newborns, called negative",
    "ppv": "of resolved positives, affected",
    "npv": "of verified negatives, unaffected",
    "fpr": "of unaffected newborns, called positive",
    "recall_rate": "called back",
    "detection_rate": "affected and found",
    "lr_positive": "how much a positive result raises the odds",
    "lr_negative": "how much a negative result lowers the odds",
    "dor": "odds of a positive in affected against unaffected",
    "screened_per_case": "newborns screened to find one affected",
    "false_per_true": "false positives for each true one",
    "positives_per_true": "resolved positives for each true one",
    "programme_sensitivity": "of all affected newborns, found, whether tested or not",
}
VERDICT_COLUMNS = (
    Column("Condition"),
    Column("Reportable", numeric=True),
    Column("Pending phase", numeric=True),
    Column("Not assessed", numeric=True),
)
CELL_COLUMNS = {
    "tp": "True positive",
    "fp": "False positive",
    "unresolved_positive": "Unresolved positive",
    "fn": "Missed",
    "tn": "True negative",
    "unverified_negative": "Unverified negative",
}
_PART = r"\d[\d,]* of \d[\d,]*"
POSITIVE = ("tp", "fp", "unresolved_positive")
FOREST = {"ppv": "PPV", "sensitivity": "Sensitivity", "specificity": "Specificity"}
ESTIMATES = {"ppv": "PPV (95% CI)", "sensitivity": "Sensitivity (95% CI)"}


def overall_section(results: Results) -> Section:
    """Every measure at the level of newborns."""
    title = "How accurate it was"
    if not results.accuracy:
        return Section("accuracy", title, ("No outcomes were evaluated, so no accuracy is shown.",))
    rows = []
    for name, label in LABELS.items():
        row = results.accuracy.get(("overall", name))
        if row is not None:
            rows.append((f"{label}: {MEANING.get(name, '')}".rstrip(": "), *_measured(row)))
    columns = (
        Column("Measure"),
        Column("Counts", numeric=True),
        Column("Estimate", numeric=True),
        Column("95% interval", numeric=True),
        Column("Method, or why there is no estimate"),
    )
    listed = results.parameters.get("notes")
    notes = listed if isinstance(listed, list) else []
    level = (
        "A newborn counts as positive when positive for any condition, and as affected when affected by any."
        if rows
        else results.without_overall
    )
    overall = (Table("overall", "Accuracy, counted by newborn", columns, tuple(rows)),) if rows else ()
    return Section(
        "accuracy",
        title,
        (level,),
        tuple(map(str, notes)),
        tables=(*overall, *clustering_table(results)),
    )


def _measured(row: Row) -> tuple[str, str, str, str]:
    numerator, denominator = row["numerator"], row["denominator"]
    counts = ""
    if isinstance(numerator, int) and isinstance(denominator, int):
        counts = f"{count(numerator)}/{count(denominator)}"
    if row["not_estimable"] is not None:
        return counts, "not estimable", "", str(row["not_estimable"])
    ratio = row["measure"] not in {
        "sensitivity", "specificity", "ppv", "npv", "fpr", "recall_rate", "detection_rate",
        "ppv_at_prevalence", "npv_at_prevalence", "programme_sensitivity",
    }  # fmt: skip
    write = decimal if ratio else percent
    estimate, lower, upper = (row[name] for name in ("estimate", "lower", "upper"))
    shown = [
        write(float(value)) if isinstance(value, int | float) else "no limit" for value in (lower, upper)
    ]
    return counts, write(float(str(estimate))), f"{shown[0]} to {shown[1]}", str(row["method"])


def condition_section(results: Results) -> Section:
    """The conditions in which something happened, one line for the rest, and the rest to unfold."""
    if results.show.rule:
        return _published_conditions(results)
    conditions = _verdict_counts(results)
    affected = _affected_conditions(results)
    eventful = [
        slug
        for slug, verdicts in conditions.items()
        if verdicts[Verdict.REPORTABLE] or verdicts[Verdict.PENDING_PHASE] or slug in affected
    ]
    quiet = [slug for slug in conditions if slug not in eventful]
    columns = _columns(results, "Condition")
    tables = []
    if eventful:
        rows = tuple(_condition_row(results, slug, conditions[slug]) for slug in _ordered(results, eventful))
        caption = "Conditions with a positive or pending result or a known affected newborn"
        note = _reasons(results, (f"condition: {slug}" for slug in eventful))
        tables.append(Table("conditions", caption, columns, rows, note=note))
    if quiet:
        rows = tuple(_condition_row(results, slug, conditions[slug]) for slug in _ordered(results, quiet))
        tables.append(
            Table(
                "quiet",
                "Conditions without a positive, a pending result or a known affected newborn",
                columns,
                rows,
                _reasons(results, (f"condition: {slug}" for slug in quiet)),
                folded=f"Show {counted(len(quiet), 'condition')} in which nothing was found",
            )
        )
    return Section(
        "by-condition",
        "Condition by condition",
        (*((_rest_in_a_line(conditions, quiet),) if quiet else ()), *_without_sequence(results)),
        figures=_forest(results, eventful),
        tables=tuple(tables),
    )


def _published_conditions(results: Results) -> Section:
    """The conditions with enough positives, the others together; verdicts alone would be subtracted."""
    title = "Condition by condition"
    strata = sorted({stratum for stratum, _ in results.accuracy if stratum.startswith("condition: ")})
    if not strata:
        return Section("by-condition", title, (WITHHELD,))
    columns = (Column("Condition"), *_columns(results, "Condition")[4:])
    names = [(results.name(stratum.removeprefix("condition: ")), stratum) for stratum in strata]
    rows = tuple((name, *_cells(results, stratum)) for name, stratum in names)
    table = Table("conditions", "Conditions", columns, rows, note=_reasons(results, strata))
    paragraph = (
        "A condition has a row of its own where its positives are more than the small numbers that"
        " are hidden;"
        " all others are one row."
    )
    slugs = [stratum.removeprefix("condition: ") for stratum in strata]
    return Section("by-condition", title, (paragraph,), figures=_forest(results, slugs), tables=(table,))


def group_section(results: Results) -> Section | None:
    """The groups of conditions, counted by newborn x condition; None when accuracy was not split so."""
    groups = sorted({stratum for stratum, _ in results.accuracy if stratum.startswith("group: ")})
    if not groups:
        return None
    columns = (Column("Group"), *(_columns(results, "Group")[4:]))
    rows = tuple((group.removeprefix("group: "), *_cells(results, group)) for group in groups)
    caption = "Accuracy by group, counted by newborn x condition"
    table = Table("groups", caption, columns, rows, note=_reasons(results, groups))
    return Section("by-group", "Group by group", tables=(table,))


def _columns(results: Results, first: str) -> tuple[Column, ...]:
    columns = (Column(first), *VERDICT_COLUMNS[1:])
    if not results.accuracy:
        return columns
    cells = (Column(title, numeric=True) for title in (*CELL_COLUMNS.values(), *ESTIMATES.values()))
    return (*columns, *cells)


def _verdict_counts(results: Results) -> dict[str, dict[str, int]]:
    counts: dict[str, dict[str, int]] = {}
    for condition, verdict, _, number in results.verdicts.count().iter_rows():
        counts.setdefault(condition, dict.fromkeys(Verdict, 0))[verdict] += number
    return counts


def _affected_conditions(results: Results) -> set[str]:
    if results.outcomes is None:
        return set()
    return set(results.outcomes.filter(pl.col("reference") == "affected")["condition"])


def _ordered(results: Results, slugs: Iterable[str]) -> list[str]:
    return sorted(slugs, key=lambda slug: (results.name(slug).lower(), slug))


def _condition_row(results: Results, slug: str, verdicts: dict[str, int]) -> tuple[str, ...]:
    shown = (
        count(verdicts[verdict])
        for verdict in (Verdict.REPORTABLE, Verdict.PENDING_PHASE, Verdict.NOT_ASSESSED)
    )
    cells = _cells(results, f"condition: {slug}") if results.accuracy else ()
    return (results.name(slug), *shown, *cells)


def _cells(results: Results, stratum: str) -> tuple[str, ...]:
    cells = []
    for name in CELL_COLUMNS:
        row = results.accuracy.get((stratum, name))
        number = row["numerator"] if row else None
        hidden = SUPPRESSED_MARK if row and results.show.rule else "not computed"
        cells.append(count(number) if isinstance(number, int) else hidden)
    for name in ESTIMATES:
        row = results.accuracy.get((stratum, name))
        cells.append(_short(row) if row else "not computed")
    return tuple(cells)


def _short(row: Row) -> str:
    """The estimate on two lines; the reason why there is none stands below the table."""
    if row["not_estimable"] is not None:
        return "not estimable"
    return in_words(row).replace(" (95% CI ", "\n(")


def _reasons(results: Results, strata: Iterable[str]) -> str:
    """Say why estimates of these strata are missing; the numbers stand in the table."""
    rows = (results.accuracy.get((stratum, name)) for stratum in strata for name in ESTIMATES)
    reasons = {_without_numbers(str(row["not_estimable"])) for row in rows if row and row["not_estimable"]}
    return f"Not estimable: {'; '.join(sorted(reasons))}." if reasons else ""


def _without_numbers(reason: str) -> str:
    """Say a reason for many strata at once.

    >>> _without_numbers("23 of 159 screen-negatives unverified")
    'some screen-negatives unverified'
    >>> _without_numbers("none of 2 positives has been resolved")
    'none of the positives has been resolved'
    """
    return re.sub(r"\d[\d,]*", "some", re.sub(r"\bof \d[\d,]*", "of the", re.sub(_PART, "some", reason)))


def _rest_in_a_line(conditions: dict[str, dict[str, int]], quiet: list[str]) -> str:
    negative = sum(conditions[slug][Verdict.NOT_REPORTABLE] for slug in quiet)
    missing = sum(conditions[slug][Verdict.NOT_ASSESSED] for slug in quiet)
    return (
        f"In {counted(len(quiet), 'condition')} nothing was found: {counted(negative, 'result')} not"
        f" reportable, {count(missing)} not assessed."
    )


def _without_sequence(results: Results) -> tuple[str, ...]:
    """Say who is not assessed in every condition; the first page counts the sequenced only."""
    absent = results.verdicts.any(pl.col("decisive").is_in(["sequencing_failed", "quarantined"])).sum()
    if not absent:
        return ()
    who = f"{counted(int(absent), 'newborn')} without sequence (sequencing failed, or the file was set aside)"
    return (f"Not assessed counts {who}, in every condition.",)


def _forest(results: Results, slugs: list[str]) -> tuple[Figure, ...]:
    bars = []
    drawn = _drawn(results, slugs)
    for slug in _ordered(results, drawn):
        for measure, label in (
            ("ppv", "PPV"),
            ("sensitivity", "Sensitivity"),
            ("specificity", "Specificity"),
        ):
            row = results.accuracy.get((f"condition: {slug}", measure))
            if row and isinstance(row["estimate"], float):
                counts = f"{row['numerator']}/{row['denominator']}"
                bars.append(
                    Bar(
                        results.name(slug),
                        label,
                        counts,
                        row["estimate"],
                        float(str(row["lower"])),
                        float(str(row["upper"])),
                    )
                )
    if not bars:
        return ()
    more = len(slugs) - len(drawn)
    rest = f" The {len(drawn)} conditions with the most positives; the table has the others." if more else ""
    return (
        Figure(
            forest_plot(bars),
            f"Estimates by condition with 95% intervals. A long line means few newborns.{rest}",
            "Forest plot of the estimates in the table below; every number in it stands there as well.",
        ),
    )


def _drawn(results: Results, slugs: list[str]) -> list[str]:
    """Choose the conditions of the forest plot: those with the most positives, as many as can be read."""

    def positives(slug: str) -> int:
        rows = (
            results.accuracy.get((f"condition: {slug}", cell)) for cell in ("tp", "fp", "unresolved_positive")
        )
        numbers = (row["numerator"] for row in rows if row)
        return sum(number for number in numbers if isinstance(number, int))

    return sorted(slugs, key=lambda slug: (-positives(slug), slug))[:MOST_ROWS]
