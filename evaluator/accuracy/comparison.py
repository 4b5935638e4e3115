"""The genomic test beside today's test on the same newborns, for the conditions that both looked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.ledger.ledger import PAIR, Ledger
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import Comparison, McNemar, PairedTable, mcnemar
from evaluator.statistics.paired_difference import newcombe_paired_difference, tango_difference
from evaluator.statistics.paired_predictive import (
    PairedStudy,
    PredictiveValue,
    extra_false_per_extra_true,
    predictive_value,
    relative_predictive_value,
    weighted_generalised_score,
)
from evaluator.statistics.relative_fractions import (
    relative_false_positive_fraction,
    relative_true_positive_fraction,
)
from evaluator.statistics.strategies import both_positive, either_positive
from evaluator.tables import MEASURE
from evaluator.vocabulary import IndexResult, Reference

ROWS = pl.Schema(
    {
        **dict.fromkeys(("definition", "stratum", "measure"), pl.String()),
        **MEASURE,
        **dict.fromkeys(("statistic", "p_value"), pl.Float64()),
    }
)
WITH_RESULT = (IndexResult.POSITIVE.value, IndexResult.NEGATIVE.value)
FATES = ("affected", "unaffected", "open")


def comparison(ledgers: Sequence[Ledger], conventional: pl.DataFrame) -> Annex:
    """Compare the two tests under each ledger's definition, overall and by condition.

    Newborns count overall as positive when positive for any condition compared, affected when affected by
    any; a newborn x condition without a result of both tests is left out and counted.
    """
    rows: list[dict[str, object]] = []
    notes: list[str] = []
    for ledger in ledgers:
        told = _both_results(ledger, conventional)
        usable = told.filter(pl.col("first").is_in(WITH_RESULT), pl.col("second").is_in(WITH_RESULT))
        for stratum, table in _strata(usable):
            rows += rows_of(ledger.definition.value, stratum, table)
        notes = _notes(conventional, told, usable)
    return Annex(
        "comparison", "Genomic against conventional screening", pl.DataFrame(rows, ROWS), tuple(notes)
    )


def _both_results(ledger: Ledger, conventional: pl.DataFrame) -> pl.DataFrame:
    """Put the two index results and the reference result of each pair in one row."""
    numbered = ledger.screened.numbered(conventional.select("newborn", "condition", "index"))
    records = ledger.of(numbered.select(PAIR)).join(
        conventional.select("newborn", "condition", pl.col("index").alias("second")),
        on=["newborn", "condition"],
    )
    reference = pl.col("reference")
    fate = (
        pl.when(pl.col("cell") == "outside_target")
        .then(None)
        .when(reference.is_in([Reference.AFFECTED.value, Reference.UNAFFECTED.value]))
        .then(reference)
        .otherwise(pl.lit("open"))
    )
    return records.select(
        "newborn", "condition", pl.col("index").alias("first"), "second", fate.alias("fate")
    ).drop_nulls("fate")


def _strata(usable: pl.DataFrame) -> Iterator[tuple[str, pl.DataFrame]]:
    yield "overall", _by_newborn(usable)
    yield "overall: newborn x condition", usable
    for (condition,), part in sorted(usable.partition_by("condition", as_dict=True).items()):
        yield f"condition: {condition}", part


def _by_newborn(usable: pl.DataFrame) -> pl.DataFrame:
    """Fold pairs; an affected newborn is found only by a positive for a condition that it has."""
    positive, negative = (pl.lit(word) for word in WITH_RESULT)
    fate = pl.col("fate")
    that_counts = (fate == "affected") | ~(fate == "affected").any()
    found = {name: ((pl.col(name) == positive) & that_counts).any() for name in ("first", "second")}
    return usable.group_by("newborn").agg(
        *(pl.when(hit).then(positive).otherwise(negative).alias(name) for name, hit in found.items()),
        pl.when((fate == "affected").any())
        .then(pl.lit("affected"))
        .when((fate == "open").any())
        .then(pl.lit("open"))
        .otherwise(pl.lit("unaffected"))
        .alias("fate"),
    )


def study_of(table: pl.DataFrame) -> tuple[PairedStudy, PairedTable]:
    """Cross-tabulate `first`, `second` and `fate`; returns the verified newborns and the open ones.

    Where one newborn negative on both tests is open, how many were missed by both is not known.
    """
    counts = {tuple(key): number for *key, number in table.group_by("first", "second", "fate").len().rows()}
    positive, negative = WITH_RESULT
    tables = {
        fate: PairedTable(
            counts.get((positive, positive, fate), 0),
            counts.get((positive, negative, fate), 0),
            counts.get((negative, positive, fate), 0),
            counts.get((negative, negative, fate), 0),
        )
        for fate in FATES
    }
    if tables["open"].neither:
        for fate in ("affected", "unaffected"):
            known = tables[fate]
            tables[fate] = PairedTable(known.both, known.first_only, known.second_only, None)
    return PairedStudy(tables["affected"], tables["unaffected"]), tables["open"]


def rows_of(definition: str, stratum: str, table: pl.DataFrame) -> list[dict[str, object]]:
    """Return counts, measures and tests of one stratum; needs `first`, `second` and `fate` per newborn."""
    study, unknown = study_of(table)
    names = {"definition": definition, "stratum": stratum}
    nothing = {"statistic": None, "p_value": None}
    measured = {**_cells(study, unknown), **_measures(study)}
    rows = [{**measure_row(measure, **names, measure=name), **nothing} for name, measure in measured.items()]
    for name, test in _tests(study).items():
        row = measure_row(
            Measure(method=test.method, not_estimable=test.not_estimable), **names, measure=name
        )
        rows.append({**row, "statistic": test.statistic, "p_value": test.p_value})
    return rows


def _cells(study: PairedStudy, unknown: PairedTable) -> dict[str, Measure]:
    cells: dict[str, int | None] = {}
    for fate, table in (("affected", study.affected), ("unaffected", study.unaffected), ("open", unknown)):
        cells |= {
            f"{fate}_both": table.both,
            f"{fate}_genomic_only": table.first_only,
            f"{fate}_conventional_only": table.second_only,
            f"{fate}_neither": table.neither,
        }
    reason = "newborns negative on both tests were not all verified"
    return {
        name: Measure(method="count", not_estimable=reason)
        if number is None
        else Measure(number, None, float(number), method="count")
        for name, number in cells.items()
    }


def _measures(study: PairedStudy) -> dict[str, Measure]:
    positive, negative = PredictiveValue.POSITIVE, PredictiveValue.NEGATIVE
    either, both = either_positive(study), both_positive(study)
    return {
        "sensitivity_difference": tango_difference(study.affected),
        "sensitivity_difference_newcombe": newcombe_paired_difference(study.affected),
        "fpr_difference": tango_difference(study.unaffected),
        "fpr_difference_newcombe": newcombe_paired_difference(study.unaffected),
        "relative_tpf": relative_true_positive_fraction(study),
        "relative_fpf": relative_false_positive_fraction(study),
        "ppv_genomic": predictive_value(study, positive),
        "ppv_conventional": predictive_value(study.swapped(), positive),
        "relative_ppv": relative_predictive_value(study, positive),
        "npv_genomic": predictive_value(study, negative),
        "npv_conventional": predictive_value(study.swapped(), negative),
        "relative_npv": relative_predictive_value(study, negative),
        "extra_false_per_extra_true": extra_false_per_extra_true(study),
        "either_positive_sensitivity": either.sensitivity,
        "either_positive_specificity": either.specificity,
        "both_positive_sensitivity": both.sensitivity,
        "both_positive_specificity": both.specificity,
    }


def _tests(study: PairedStudy) -> dict[str, Comparison]:
    return {
        "sensitivity_test": mcnemar(study.affected),
        "sensitivity_test_midp": mcnemar(study.affected, McNemar.MID_P),
        "fpr_test": mcnemar(study.unaffected),
        "fpr_test_midp": mcnemar(study.unaffected, McNemar.MID_P),
        "ppv_test": weighted_generalised_score(study, PredictiveValue.POSITIVE),
        "npv_test": weighted_generalised_score(study, PredictiveValue.NEGATIVE),
    }


def _notes(conventional: pl.DataFrame, told: pl.DataFrame, usable: pl.DataFrame) -> list[str]:
    notes = [
        "A difference is genomic less conventional, a ratio genomic over conventional.",
        "Relative fractions and PPV stand also where nobody negative on both tests was verified.",
    ]
    if outside := conventional.height - told.height:
        notes.append(
            f"Conventional results outside this run, its panel or its target: {outside}; not compared."
        )
    if without := told.height - usable.height:
        notes.append(f"Newborn x condition without a result of one of the tests: {without}; not compared.")
    return notes
