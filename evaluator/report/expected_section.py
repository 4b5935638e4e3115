"""The section that sets the cases seen beside those that published prevalences lead one to expect."""

from __future__ import annotations

from evaluator.report.measured import number, p_value
from evaluator.report.model import Column, Section, Table
from evaluator.report.numbers import decimal
from evaluator.report.results import Results
from evaluator.statistics.expected import Comparison


def expected_section(results: Results) -> Section:
    """Compare known affected newborns with those that published prevalences would lead one to expect."""
    title, found = "Expected and observed cases", results.supplement
    if found is None:
        return Section("expected", title, (results.without_overall,))
    cases = found.cases
    if cases.together is None:
        return Section("expected", title, (f"Not shown: {cases.reason}.",))
    columns = (
        Column("Condition"),
        Column("Per 100,000", numeric=True),
        Column("Expected", numeric=True),
        Column("Observed", numeric=True),
        Column("Observed / expected (95% CI)", numeric=True),
        Column("p", numeric=True),
        Column("Reading"),
        Column("Source of the prevalence"),
    )
    everyone = ("All with a prevalence", _rate(cases.prevalence), *_compared(results, cases.together), "")
    seen = [one for one in cases.conditions if one.comparison.observed]
    rows = [
        (results.name(one.condition), decimal(one.per_100k), *_compared(results, one.comparison), one.source)
        for one in seen
    ]
    consider = cases.together.reading.consider if cases.together.reading else ""
    paragraphs = (
        (
            "Observed are the affected newborns that anybody knows of, screened and with a result."
            " Where negatives"
            " were not followed up, some are missing."
        ),
        (
            f"{cases.without_source} conditions have no prevalence with a source in the panel and are"
            " left out;"
            f" {len(cases.conditions) - len(seen)} with a prevalence had no known case and stand in"
            " the sum only."
        ),
        f"All together: {cases.together.reading or 'no reading'}. To weigh: {consider or 'nothing'}.",
    )
    table = Table("expected-table", "Expected and observed", columns, (everyone, *rows))
    return Section("expected", title, paragraphs, tables=(table,))


def _rate(prevalence: float | None) -> str:
    return "" if prevalence is None else decimal(prevalence * 100_000)


def _compared(results: Results, comparison: Comparison) -> tuple[str, ...]:
    show = results.show
    if show.rule and show.rule.is_small(comparison.observed):
        return decimal(comparison.expected), show.count(comparison.observed), "withheld", "", ""
    return (
        decimal(comparison.expected),
        show.count(comparison.observed),
        number(comparison.exact),
        p_value(comparison.p_exact),
        str(comparison.reading or ""),
    )
