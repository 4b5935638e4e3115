"""The sections that look ahead: other prevalences, a year's numbers, births needed."""

from __future__ import annotations

from evaluator.accuracy.supplement_outlook import (
    EVERY_CONDITION,
    HALF_WIDTH,
    PLANNED_SENSITIVITY,
    Curve,
    Outlook,
    Plan,
)
from evaluator.report.charts import BLUE, GREY, VERMILION, Band, Swing, band_plot, tornado_plot
from evaluator.report.icon_array import Kind, icon_array
from evaluator.report.measured import number
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import count, decimal, percent
from evaluator.report.results import Results

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
QUANTITIES = {
    "prevalence": "Prevalence",
    "sensitivity": "Sensitivity",
    "false_positive_rate": "False positive rate",
    "inconclusive": "Inconclusive results",
    "uptake": "Uptake",
}
OBSERVED = {
    "recall_rate": "Called back",
    "detection_rate": "Affected and found",
    "fp": "Called back though unaffected",
    "unresolved_positive": "Called back, not resolved",
}


def outlook_section(results: Results) -> Section:
    """Say what so many births would bring, at this and at other prevalences."""
    births = results.options.births
    title, found = f"What {count(births)} births would bring", results.supplement
    if found is None:
        return Section("outlook", title, (results.without_overall,))
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
        tables += [_projected(found.outlook), _moved(found.outlook)]
    figures = (
        *_icons(found.outlook),
        *_curve(found.curve, found.plan.prevalence),
        *_tornadoes(found.outlook),
    )
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


def _quantity(parameter: str) -> str:
    name = parameter.removeprefix(f"{EVERY_CONDITION}: ")
    return QUANTITIES.get(name, name)


def _moved(outlook: Outlook) -> Table:
    """Say what each uncertain quantity does to the numbers that matter, the others held at their means."""
    columns = (
        Column("Number"),
        Column("Uncertain quantity"),
        Column("At its lower limit", numeric=True),
        Column("At its upper limit", numeric=True),
    )
    rows = tuple(
        (OUTPUTS[output], _quantity(bar.parameter), decimal(bar.at_low), decimal(bar.at_high))
        for output, bars in outlook.moved.items()
        for bar in bars
    )
    note = "One quantity at a time at the ends of its 95% interval, the others at their means."
    return Table("tornado", "What the projection hangs on", columns, rows, note=note)


def _tornadoes(outlook: Outlook) -> tuple[Figure, ...]:
    figures = []
    for output, bars in outlook.moved.items():
        if not bars:
            continue
        swings = [Swing(_quantity(bar.parameter), bar.at_mean, bar.at_low, bar.at_high) for bar in bars]
        label = f"{OUTPUTS[output]}, per {count(outlook.births)} births"
        told = "; ".join(
            f"{swing.name.lower()} {decimal(swing.at_low)} to {decimal(swing.at_high)}" for swing in swings
        )
        figures.append(
            Figure(
                tornado_plot(swings, label),
                f"{label}: which uncertain quantity moves them most.",
                f"{label}, with one quantity at a time at the ends of its interval: {told}.",
            )
        )
    return tuple(figures)


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
        return Section("design", title, (results.without_overall,))
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
