"""The sections that look ahead: expected cases, other prevalences, a year's numbers, births needed."""

from __future__ import annotations

from evaluator.accuracy.supplement_outlook import HALF_WIDTH, PLANNED_SENSITIVITY, Curve, Outlook, Plan
from evaluator.report.charts import BLUE, GREY, VERMILION, Band, band_plot
from evaluator.report.icon_array import Kind, icon_array
from evaluator.report.measured import number, p_value
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import count, decimal, percent
from evaluator.report.results import Results
from evaluator.statistics.expected import Comparison

OUTPUTS = {
    "affected": "Affected newborns",
    "true_positives": "Found",
    "false_negatives": "Missed",
    "false_positives": "Called back though unaffected",
    "inconclusive": "Inconclusive",
    "recalls": "Recalls",
    "ppv": "Positive predictive value",
    "false_per_true": "False per true positive",
    "screened_per_case": "Screened per case found",
}
OBSERVED = {
    "recall_rate": "Called back",
    "detection_rate": "Affected and found",
    "fp": "Called back though unaffected",
    "unresolved_positive": "Called back, not resolved",
}


def expected_section(results: Results) -> Section:
    """Compare known affected newborns with those that published prevalences would lead one to expect."""
    title, found = "Expected and observed cases", results.supplement
    if found is None:
        return Section("expected", title, ("No outcomes were evaluated.",))
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


def outlook_section(results: Results) -> Section:
    """Say what so many births would bring, at this and at other prevalences."""
    births = results.options.births
    title, found = f"What {count(births)} births would bring", results.supplement
    if found is None:
        return Section("outlook", title, ("No outcomes were evaluated.",))
    paragraphs = [
        "Scaled from what was seen here. It holds for another programme only if its newborns are like these."
    ]
    if found.outlook.projection is None:
        paragraphs.append(
            f"Cases, missed cases and their range in a year are not estimable: {found.outlook.reason}."
        )
    if found.curve.reason and not found.curve.points:
        paragraphs.append(f"Predictive value at other prevalences is not estimable: {found.curve.reason}.")
    tables = [_observed(found.outlook)]
    if found.outlook.projection is not None:
        tables.append(_projected(found.outlook))
    figures = (*_icons(found.outlook), *_curve(found.curve, found.plan.prevalence))
    return Section("outlook", title, tuple(paragraphs), figures=figures, tables=tuple(tables))


def _observed(outlook: Outlook) -> Table:
    columns = (Column("Newborns"), Column(f"Per {count(outlook.births)} (95% CI)", numeric=True))
    rows = tuple((label, number(outlook.observed[name])) for name, label in OBSERVED.items())
    return Table("per-births", f"Observed rates, per {count(outlook.births)} births", columns, rows)


def _projected(outlook: Outlook) -> Table:
    columns = (
        Column("Number"),
        Column("Mean (uncertain evidence)", numeric=True),
        Column("A single year (with chance)", numeric=True),
    )
    projection = outlook.projection
    outputs = projection.outputs if projection else {}
    rows = tuple(
        (label, number(outputs[name].mean), number(outputs[name].single_year))
        for name, label in OUTPUTS.items()
        if name in outputs
    )
    note = f"Simulated: {count(projection.draws)} draws, seed {projection.seed}." if projection else ""
    return Table("projection", f"Projection for {count(outlook.births)} births", columns, rows, note=note)


def _icons(outlook: Outlook) -> tuple[Figure, ...]:
    numbers = {
        "detection_rate": BLUE,
        "fp": VERMILION,
        "unresolved_positive": GREY,
    }
    kinds = []
    for name, colour in numbers.items():
        estimate = outlook.observed[name].estimate
        if estimate is None:
            return ()
        kinds.append(Kind(f"{OBSERVED[name]}: {count(round(estimate))}", estimate, colour))
    if not any(kind.number for kind in kinds):
        return ()
    svg, each = icon_array(kinds)
    stands = "one newborn" if each == 1 else f"{each} newborns"
    others = round(outlook.births - sum(kind.number for kind in kinds))
    described = "; ".join(kind.label for kind in kinds)
    return (
        Figure(
            svg,
            f"Of {count(outlook.births)} newborns screened, those called back: each square stands for"
            f" {stands}."
            f" The other {count(others)} are not drawn.",
            f"Squares for newborns called back: {described}.",
        ),
    )


def _curve(curve: Curve, prevalence: float | None) -> tuple[Figure, ...]:
    if not curve.points:
        return ()
    bands = [
        Band(point.prevalence, point.ppv.lower or 0.0, point.ppv.upper or 0.0, point.ppv.estimate)
        for point in curve.points
    ]
    named = {0.00001: "1", 0.0001: "10", 0.001: "100", 0.01: "1,000"}
    told = "; ".join(
        f"at {words} affected per 100,000: {percent(band.lower)} to {percent(band.upper)}"
        for at, words in named.items()
        for band in [min(bands, key=lambda one, at=at: abs(one.at - at))]  # type: ignore[misc]
    )
    what = "A scenario, no estimate" if curve.scenario else "Estimated"
    marked = f" Dashed: {decimal(prevalence * 100_000)} per 100,000." if prevalence else ""
    return (
        Figure(
            band_plot(bands, "Positive predictive value", prevalence),
            f"Positive predictive value against prevalence. {what}: {curve.label}.{marked}",
            f"Positive predictive value, {told}.",
        ),
    )


def design_section(results: Results) -> Section:
    """Say how many births it takes until the sensitivity is known."""
    title, found = "How many births until the sensitivity is known", results.supplement
    if found is None:
        return Section("design", title, ("No outcomes were evaluated.",))
    plan = found.plan
    if plan.within is None or plan.at_least is None or plan.prevalence is None:
        return Section("design", title, (f"Not shown: {plan.reason}.",))
    return Section("design", title, _plan(results, plan), tables=(_samples(plan),))


def _plan(results: Results, plan: Plan) -> tuple[str, ...]:
    where = "as given" if plan.given else "the sum over the conditions whose prevalence has a source"
    paragraphs = [
        (
            f"Planned for a sensitivity of {percent(PLANNED_SENSITIVITY)} (ours) and"
            f" {decimal((plan.prevalence or 0) * 100_000)} affected newborns per 100,000: {where}."
            " Every negative"
            " must be followed up."
        )
    ]
    if plan.now is not None:
        paragraphs.append(
            f"This cohort, {results.show.count(plan.now.births)} newborns with a result:"
            f" {decimal(plan.now.expected_cases)}"
            f" affected expected, none at all with a chance of {percent(plan.now.chance_of_none)}."
        )
    return tuple(paragraphs)


def _samples(plan: Plan) -> Table:
    columns = (
        Column("Aim"),
        Column("Affected newborns", numeric=True),
        Column("Births, on average", numeric=True),
        Column("Births, with 80% assurance", numeric=True),
    )
    aims = {
        f"Known within {HALF_WIDTH * 100:g} percentage points": plan.within,
        f"At least {percent(PLANNED_SENSITIVITY - HALF_WIDTH)}, by the lower limit": plan.at_least,
    }
    rows = tuple(
        (aim, *(f"{value:,}" if value is not None else "not estimable" for value in values))
        for aim, sample in aims.items()
        if sample is not None
        for values in [(sample.affected, sample.births, sample.assured_births)]
    )
    return Table("births-needed", "Births needed", columns, rows)
