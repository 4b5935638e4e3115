"""The section on what the choices and the missing verification mean for the figures."""

from __future__ import annotations

from evaluator.accuracy.supplement import TIPPING_TARGET, Supplement
from evaluator.accuracy.verification.tipping import TippingPoint
from evaluator.report.annex_section import annexes
from evaluator.report.charts import Band, tipping_plot
from evaluator.report.measured import bounds, proportion
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import counted, percent
from evaluator.report.results import Results
from evaluator.report.verification_tables import registry_sentence, verification_tables

TITLE = "What if it were otherwise"


def analyses_section(results: Results) -> Section:
    """Show partial verification, tipping points and every declared choice."""
    found = results.supplement
    if found is None:
        return Section("sensitivity-analyses", TITLE, (results.without_overall,))
    paragraphs = [
        (
            "Newborns whose negative result nobody followed up may be missed cases. Bounds hold"
            " whatever they are;"
            " a corrected estimate needs an assumption, and is shown only beside the bounds."
        )
    ]
    if found.missed_to_fall is not None:
        already = found.missed_to_fall == 0
        paragraphs.append(
            f"The sensitivity lies below {percent(TIPPING_TARGET)} already with the missed cases that"
            " are known."
            if already
            else f"{counted(found.missed_to_fall, 'further missed case')} would bring the sensitivity below"
            f" {percent(TIPPING_TARGET)}."
        )
    choices = annexes(results, ("sensitivity_analysis",))
    if not choices:
        paragraphs.append("How each declared choice moves the figures: not in the data, or withheld.")
    paragraphs += registry_sentence(results)
    tables = (_verification(found), *verification_tables(results), _tipping(found.tipping), *choices)
    return Section(
        "sensitivity-analyses", TITLE, tuple(paragraphs), figures=_drawn(found.tipping), tables=tables
    )


def _verification(found: Supplement) -> Table:
    corrected = found.verification.corrected
    rows = (
        ("Sensitivity, bounds without an assumption", bounds(corrected.bounds), corrected.bounds.method),
        (
            "Sensitivity, bounds if verified negatives are a random sample",
            bounds(found.verification.sampled),
            found.verification.sampled.method,
        ),
        (
            "Sensitivity, corrected (Begg-Greenes)",
            proportion(corrected.sensitivity),
            corrected.sensitivity.method,
        ),
        (
            "Specificity, corrected (Begg-Greenes)",
            proportion(corrected.specificity),
            corrected.specificity.method,
        ),
    )
    columns = (Column("What"), Column("Value", numeric=True), Column("Method and assumption"))
    return Table("verification", "Negatives that were not verified", columns, rows)


def _tipping(points: tuple[TippingPoint, ...]) -> Table:
    rows = tuple((str(point.assumed_missed), proportion(point.sensitivity)) for point in points)
    columns = (Column("Further missed cases assumed"), Column("Sensitivity (95% CI)", numeric=True))
    return Table("tipping", "Sensitivity if some unverified newborns were missed cases", columns, rows)


def _drawn(points: tuple[TippingPoint, ...]) -> tuple[Figure, ...]:
    bands = [
        Band(point.assumed_missed, m.lower, m.upper, m.estimate)
        for point in points
        for m in [point.sensitivity]
        if m.lower is not None and m.upper is not None
    ]
    if not bands:
        return ()
    return (
        Figure(
            tipping_plot(bands),
            "Sensitivity against the number of further missed cases assumed.",
            (
                "Tipping point plot of the table of assumed missed cases below; every number stands"
                " there as well."
            ),
        ),
    )
