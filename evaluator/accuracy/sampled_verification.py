"""Accuracy where screen-negatives were drawn for verification by design, beside the bounds without it.

Only negatives whose outcome names the probability with which they were drawn carry a weight; missed cases
that came to notice otherwise stand in the bounds. A positive without a probability was verified as all are.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.cells import Cell, Counts
from evaluator.accuracy.estimability import left_out
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.ledger.strata import PAIRS, pair_counts
from evaluator.accuracy.verification.bounds import sensitivity_bounds
from evaluator.accuracy.verification.sampled import VerifiedGroup, weighted_accuracy
from evaluator.statistics.measure import Measure
from evaluator.tables import MEASURE
from evaluator.vocabulary import IndexResult

ROWS = pl.Schema([("stratum", pl.String()), ("measure", pl.String()), *MEASURE.items()])
AFFECTED = {Cell.TP: True, Cell.FN: True, Cell.FP: False, Cell.TN: False}
NOTES = (
    (
        "Each drawn negative stands for 1 / verification_probability of them. Read a weighted estimate beside"
        " the bounds, which need no design; it is wrong where newborns were not drawn as the table says."
    ),
    "Counted by newborn x condition, as if the conditions of one newborn were drawn independently.",
)


@dataclass(frozen=True)
class _Drawn:
    """The verified newborns of one stratum, and how the drawn negatives relate to all."""

    groups: tuple[VerifiedGroup, ...]
    stands_for: float  # negatives
    missed: float  # weighted
    undrawn: int  # missed cases without a probability
    unanswered: int  # drawn, but neither affected nor unaffected


def sampled_verification(ledger: Ledger) -> Annex | None:
    """Weight what was verified by design, overall and by condition; None where no negative was drawn."""
    probability = pl.col("verification_probability")
    if ledger.noted["verification_probability"].null_count() == ledger.noted.height:
        return None
    records = ledger.choices.cells(ledger.noted).join(ledger.screened.conditions, on="condition_number")
    drawn = records.filter((pl.col("index") == IndexResult.NEGATIVE) & probability.is_not_null())
    if drawn.is_empty():
        return None
    pairs = ledger.choices.cells(ledger.by_condition)
    rows = list(_rows(pair_counts(PAIRS, pairs), records))
    for condition in drawn["condition"].unique().sort():
        here = pl.col("condition") == condition
        rows += _rows(pair_counts(f"condition: {condition}", pairs.filter(here)), records.filter(here))
    title = "Accuracy from negatives drawn for verification"
    return Annex("sampled_verification", title, pl.DataFrame(rows, schema=ROWS), NOTES)


def _rows(counts: Counts, records: pl.DataFrame) -> Iterator[dict[str, object]]:
    drawn = _drawn(records)
    found = weighted_accuracy(drawn.groups)
    sensitivity = found.sensitivity
    if sensitivity.estimate is not None and drawn.missed < (counts.fn or 0):
        reason = (
            f"{counts.fn} missed cases are known, more than the {drawn.missed:.3g} that the drawn ones stand"
            " for: bounds only"
        )
        sensitivity = Measure(not_estimable=reason)
    told = _told(counts, drawn)
    for name, measure in (("sensitivity", sensitivity), ("specificity", found.specificity)):
        # counts before weighting are no fraction of the estimate; the method tells them
        shown = replace(measure, numerator=None, denominator=None)
        if shown.not_estimable is None:
            shown = replace(shown, method=shown.method + told)
        yield measure_row(shown, stratum=counts.stratum, measure=name)
    bounds = sensitivity_bounds(counts)
    limits = Measure(None, None, None, bounds.lower, bounds.upper, bounds.method, bounds.not_estimable)
    yield measure_row(limits, stratum=counts.stratum, measure="sensitivity_bounds")


def _drawn(records: pl.DataFrame) -> _Drawn:
    probability = pl.col("verification_probability")
    negative = pl.col("index") == IndexResult.NEGATIVE
    weight = negative & probability.is_not_null()
    verified = records.filter(pl.col("cell").is_in(list(AFFECTED)) & (weight | ~negative))
    counted = verified.group_by("cell", probability.fill_null(1.0)).len().sort(pl.all())
    groups = tuple(
        VerifiedGroup(Cell(cell) in (Cell.TP, Cell.FP), AFFECTED[Cell(cell)], chance, newborns)
        for cell, chance, newborns in counted.iter_rows()
    )
    negatives = [one for one in groups if not one.positive]
    return _Drawn(
        groups,
        sum(one.newborns / one.probability for one in negatives),
        sum(one.newborns / one.probability for one in negatives if one.affected),
        records.filter((pl.col("cell") == Cell.FN) & probability.is_null()).height,
        records.filter((pl.col("cell") == Cell.UNVERIFIED_NEGATIVE) & probability.is_not_null()).height,
    )


def _told(counts: Counts, drawn: _Drawn) -> str:
    negatives = (counts.fn or 0) + (counts.tn or 0) + (counts.unverified_negative or 0)
    parts = f"; the drawn stand for {drawn.stands_for:,.0f} of {negatives:,} negatives"
    if drawn.undrawn:
        parts += f"; missed cases that were not drawn, left out: {drawn.undrawn}"
    if drawn.unanswered:
        parts += f"; drawn without an answer: {drawn.unanswered}"
    return parts + left_out(counts)
