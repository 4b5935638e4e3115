"""The section that sets the genomic test beside today's test on the same newborns."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from evaluator.report.charts import discordance_bars
from evaluator.report.measured import measured, p_value
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import Row, count, counted
from evaluator.report.results import Results

NAME, TITLE = "comparison-section", "Compared with current screening"
BY_NEWBORN, BY_PAIR = "overall", "overall: newborn x condition"
FATES = {"affected": "Affected", "unaffected": "Unaffected", "open": "Not known"}
CALLED = {
    "both": "Both positive",
    "genomic_only": "Genomic only",
    "conventional_only": "Conventional only",
    "neither": "Both negative",
}
DISCORDANT = ("genomic_only", "conventional_only")
MEASURES = {
    "sensitivity_difference": "Sensitivity, genomic less conventional (Tango)",
    "sensitivity_difference_newcombe": "Sensitivity, genomic less conventional (Newcombe)",
    "fpr_difference": "False positive rate, genomic less conventional (Tango)",
    "fpr_difference_newcombe": "False positive rate, genomic less conventional (Newcombe)",
    "relative_tpf": "True positives, genomic for each conventional",
    "relative_fpf": "False positives, genomic for each conventional",
    "ppv_genomic": "Predictive value of a positive, genomic",
    "ppv_conventional": "Predictive value of a positive, conventional",
    "relative_ppv": "Predictive value of a positive, genomic over conventional",
    "npv_genomic": "Predictive value of a negative, genomic",
    "npv_conventional": "Predictive value of a negative, conventional",
    "relative_npv": "Predictive value of a negative, genomic over conventional",
    "extra_false_per_extra_true": "Extra false positives for each extra true one",
    "either_positive_sensitivity": "Sensitivity if either test counts",
    "either_positive_specificity": "Specificity if either test counts",
    "both_positive_sensitivity": "Sensitivity if both must be positive",
    "both_positive_specificity": "Specificity if both must be positive",
}
TESTS = {
    "sensitivity_test": "Same sensitivity? (exact McNemar)",
    "sensitivity_test_midp": "Same sensitivity? (mid-P McNemar)",
    "fpr_test": "Same false positive rate? (exact McNemar)",
    "fpr_test_midp": "Same false positive rate? (mid-P McNemar)",
    "ppv_test": "Same predictive value of a positive? (weighted score)",
    "npv_test": "Same predictive value of a negative? (weighted score)",
}
CONDITION = "condition: "

Found = Mapping[str, Row]  # measure -> row, of one stratum under one definition


def comparison_section(results: Results) -> Section:
    """Lay out who was called by which test, what that amounts to, and where the two disagree."""
    if results.show.rule:
        return Section(NAME, TITLE, ("Withheld: it would rest on small numbers.",))
    part = results.more.get("comparison")
    rows: list[Row] = [row for row in part if isinstance(row, dict)] if isinstance(part, list) else []
    if not rows:
        return Section(
            NAME,
            TITLE,
            ("Not in the data: `nbseval accuracy` was not given the results of the conventional test.",),
        )
    definitions = list(dict.fromkeys(str(row["definition"]) for row in rows))
    paragraphs = (
        (
            "Newborns and conditions that both tests looked for, with a result of both. A newborn counts as"
            " positive when positive for any of these conditions, as affected when affected by any."
        ),
        (
            "Where newborns negative on both tests were not all followed up, sensitivities cannot be"
            " compared; the ratio of true positives and the predictive values still can."
        ),
    )
    headline = _headline(results, definitions)
    tables = [
        _called(definition, _stratum(rows, definition, BY_NEWBORN), "by newborn")
        for definition in definitions
    ]
    tables.append(_measured(definitions, rows, BY_NEWBORN, "measures", "What that amounts to, by newborn"))
    tables.append(
        _measured(
            definitions,
            rows,
            BY_PAIR,
            "measures-pairs",
            "The same, counted by newborn x condition",
            folded="Show the same, counted by newborn x condition",
        )
    )
    tables += list(_by_condition(results, rows, headline))
    return Section(
        NAME,
        TITLE,
        paragraphs,
        figures=_bars(headline, _stratum(rows, headline, BY_NEWBORN)),
        tables=tuple(tables),
    )


def _headline(results: Results, definitions: Sequence[str]) -> str:
    """The definition of the page's other figures, or the first one that was compared."""
    declared = str(results.parameters.get("definition"))
    return declared if declared in definitions else definitions[0]


def _stratum(rows: Sequence[Row], definition: str, stratum: str) -> Found:
    return {
        str(row["measure"]): row
        for row in rows
        if row["definition"] == definition and row["stratum"] == stratum
    }


def _counted(found: Found, name: str) -> int | None:
    """A cell of the paired table; None where it is not known."""
    number = found[name]["numerator"] if name in found else None
    return number if isinstance(number, int) else None


def _called(definition: str, found: Found, unit: str) -> Table:
    columns = (Column("Truth"), *(Column(label, numeric=True) for label in CALLED.values()))
    rows = tuple(
        (label, *(_shown(_counted(found, f"{fate}_{called}")) for called in CALLED))
        for fate, label in FATES.items()
    )
    return Table(
        f"paired-{definition}", f"Called by which test, {unit}; {definition} definition", columns, rows
    )


def _shown(number: int | None) -> str:
    return "not known" if number is None else count(number)


def _measured(
    definitions: Sequence[str],
    rows: Sequence[Row],
    stratum: str,
    name: str,
    caption: str,
    folded: str = "",
) -> Table:
    """One line per measure and test, one column per definition."""
    found = {definition: _stratum(rows, definition, stratum) for definition in definitions}
    lines = []
    for measure, label in {**MEASURES, **TESTS}.items():
        cells = [_cell(found[definition].get(measure)) for definition in definitions]
        if any(cells):
            lines.append((label, *cells))
    columns = (
        Column("Measure (95% CI), or p-value"),
        *(Column(f"{definition.capitalize()} definition", numeric=True) for definition in definitions),
    )
    note = "; ".join(dict.fromkeys(_reasons(found)))
    return Table(
        f"comparison-{name}",
        caption,
        columns,
        tuple(lines),
        f"Not estimable: {note}." if note else "",
        folded=folded,
    )


def _cell(row: Row | None) -> str:
    if row is None:
        return ""
    probability = row["p_value"]
    if isinstance(probability, float):
        return f"p = {p_value(probability)}".replace("= <", "< ")
    return measured(row)


def _reasons(found: Mapping[str, Found]) -> Iterator[str]:
    for measures in found.values():
        for name in (*MEASURES, *TESTS):
            if name in measures and measures[name]["not_estimable"] is not None:
                yield str(measures[name]["not_estimable"])


def _bars(definition: str, found: Found) -> tuple[Figure, ...]:
    """Draw where the tests disagree; nothing where they never do."""
    pairs = [
        (label, {CALLED[called]: _counted(found, f"{fate}_{called}") or 0 for called in DISCORDANT})
        for fate, label in FATES.items()
    ]
    if not any(number for _, numbers in pairs for number in numbers.values()):
        return ()
    told = "; ".join(
        f"{label.lower()}: {', '.join(f'{name.lower()} {count(number)}' for name, number in numbers.items())}"
        for label, numbers in pairs
    )
    return (
        Figure(
            discordance_bars(pairs),
            f"Newborns that only one of the two tests called positive, {definition} definition.",
            f"Newborns called positive by one test only. {told[:1].upper()}{told[1:]}.",
        ),
    )


def _by_condition(results: Results, rows: Sequence[Row], definition: str) -> Iterator[Table]:
    """Where the tests differ, condition by condition; conditions in which they agree are counted."""
    strata = list(dict.fromkeys(str(row["stratum"]) for row in rows if row["definition"] == definition))
    compared = [stratum for stratum in strata if stratum.startswith(CONDITION)]
    if not compared:
        return
    lines = []
    for stratum in compared:
        found = _stratum(rows, definition, stratum)
        numbers = [_counted(found, f"{fate}_{called}") for fate in FATES for called in DISCORDANT]
        if any(numbers):
            lines.append((results.name(stratum.removeprefix(CONDITION)), *map(_shown, numbers)))
    columns = (
        Column("Condition"),
        *(
            Column(f"{label}, {CALLED[called].lower()}", numeric=True)
            for label in FATES.values()
            for called in DISCORDANT
        ),
    )
    note = f"{counted(len(compared) - len(lines), 'further condition')} compared, without a disagreement."
    caption = f"Where the tests disagree, by condition; {definition} definition"
    yield Table("comparison-conditions", caption, columns, tuple(lines), note)
