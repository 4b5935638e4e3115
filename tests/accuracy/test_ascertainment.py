"""Missed cases seen through a registry, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ascertainment import ascertainment
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.verification.registry_file import Age, Completeness, Onset, Registry
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
Rows = dict[str, dict[str, Any]]
SOURCES = Completeness(
    conditions=("mcadd",),
    sources=("registry", "laboratories"),
    counted="found_clinically",
    first=9,
    second=9,
    both=7,
)
# Chapman: 10 x 10 / 8 - 1 = 11.5 cases, of which the sources hold 11
COMPLETE = 11 / 11.5


def onset(share: float) -> Onset:
    """Nobody is diagnosed before 12 months, this share by then."""
    return Onset(conditions=("mcadd",), source="an example", ages=(Age(months=12.0, diagnosed=share),))


@pytest.fixture
def cohort(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> Callable[..., Ledger]:
    """Ten newborns: two found, one missed; `followed` gives the months of screen-negatives that have one."""

    def build(followed: dict[str, float], found_by: str = "symptoms") -> Ledger:
        names = list("abcdefghij")
        told = {(name, "ACADM"): ("reportable", "listed_allele;homozygous") for name in "ab"}
        known = [(name, "mcadd", "clinical", "affected") for name in "abc"]
        known += [(name, "mcadd", "clinical", "unaffected") for name in followed if name != "c"]
        table = outcomes(*known).with_columns(
            pl.col("newborn")
            .replace_strict(followed, default=None, return_dtype=pl.Float64)
            .alias("followup_months"),
            pl.when(pl.col("newborn") == "c").then(pl.lit(found_by)).alias("found_by"),
        )
        built = build_ledger(findings(names, told), samples(*names), table, panel, Definition.CLINICAL)
        ledger: Ledger = built.ledger
        return ledger

    return build


def measured(ledger: Ledger, registry: Registry) -> Rows:
    """The rows of MCADD by measure."""
    annex = ascertainment(ledger, registry, seed=1)
    assert annex.key == "registry"
    return {row["measure"]: row for row in annex.rows.filter(pl.col("condition") == "mcadd").to_dicts()}


def test_everyone_followed_up(cohort: Callable[..., Ledger]) -> None:
    """One missed case known stands for 1 / (completeness x share diagnosed)."""
    rows = measured(cohort(dict.fromkeys("cdefghij", 24.0)), registry(0.9))
    assert rows["completeness"]["estimate"] == pytest.approx(COMPLETE)
    assert "registry 9, laboratories 9, both 7" in rows["completeness"]["method"]
    assert rows["cases_in_all"]["estimate"] == pytest.approx(11.5)
    assert (rows["followed_up"]["numerator"], rows["followed_up"]["denominator"]) == (8, 8)
    assert rows["diagnosed_by_then"]["estimate"] == pytest.approx(0.9)
    missed = 1 / (COMPLETE * 0.9)
    assert rows["missed_adjusted"]["estimate"] == pytest.approx(missed)
    sensitivity = rows["sensitivity_adjusted"]
    assert sensitivity["estimate"] == pytest.approx(2 / (2 + missed))
    assert 0 < sensitivity["lower"] < sensitivity["estimate"] < sensitivity["upper"] < 1
    assert "Monte Carlo" in sensitivity["method"]
    # 8 newborns x 2 years = 16 baby-years
    assert rows["interval_cases"]["estimate"] == pytest.approx(1000 / 16)


def registry(share: float, linked: float | None = None) -> Registry:
    """Both parts for MCADD."""
    return Registry({"mcadd": SOURCES}, {"mcadd": onset(share)}, linked)


def test_short_follow_up_is_immature(cohort: Callable[..., Ledger]) -> None:
    """Half of the newborns were seen before anyone is diagnosed: no sensitivity, the rate stands."""
    times = {**dict.fromkeys("cdef", 24.0), **dict.fromkeys("ghij", 6.0)}
    rows = measured(cohort(times), registry(0.95))
    assert rows["diagnosed_by_then"]["estimate"] == pytest.approx(0.475)
    assert rows["sensitivity_adjusted"]["not_estimable"].startswith("immature: follow-up would have shown")
    assert rows["missed_adjusted"]["estimate"] is None
    assert rows["interval_cases"]["estimate"] == pytest.approx(1000 / 10)


def test_those_without_follow_up_hide_missed_cases_too(cohort: Callable[..., Ledger]) -> None:
    """Four of eight negatives were followed up, so one missed case stands for twice as many."""
    rows = measured(cohort(dict.fromkeys("cdef", 24.0)), registry(0.9))
    assert rows["followed_up"]["estimate"] == pytest.approx(0.5)
    assert rows["missed_adjusted"]["estimate"] == pytest.approx(1 / (COMPLETE * 0.9 * 0.5))
    assert "4 of 8 negatives followed up" in rows["sensitivity_adjusted"]["method"]


def test_a_linked_cohort_was_followed_whole(cohort: Callable[..., Ledger]) -> None:
    """With linked_months newborns without an outcome row count, and a longer own time stays."""
    rows = measured(cohort({"c": 6.0, "d": 36.0}), registry(0.9, linked=24))
    assert rows["followed_up"]["numerator"] == 8
    assert rows["missed_adjusted"]["estimate"] == pytest.approx(1 / (COMPLETE * 0.9))
    assert rows["interval_cases"]["estimate"] == pytest.approx(1000 / ((7 * 24 + 36) / 12))


def test_missed_cases_alone_are_no_follow_up(cohort: Callable[..., Ledger]) -> None:
    """Where only the missed case has a time, nobody knows how many others would have been noticed."""
    rows = measured(cohort({"c": 24.0}), registry(0.9))
    assert "only missed cases have a time of follow-up" in rows["sensitivity_adjusted"]["not_estimable"]


def test_what_the_file_lacks_is_named(cohort: Callable[..., Ledger]) -> None:
    """Completeness, onset, or cases in both sources: each missing part has its sentence."""
    ledger = cohort(dict.fromkeys("cdefghij", 24.0))
    for part, reason in (
        (Registry({}, {"mcadd": onset(0.9)}), "gives no completeness"),
        (Registry({"mcadd": SOURCES}, {}), "gives no onset"),
        (
            Registry({"mcadd": SOURCES.model_copy(update={"both": 0})}, {"mcadd": onset(0.9)}),
            "no case is in both sources",
        ),
    ):
        assert reason in measured(ledger, part)["sensitivity_adjusted"]["not_estimable"]


def test_what_todays_test_found_is_no_interval_case(cohort: Callable[..., Ledger]) -> None:
    """It is a missed case, which did not come to notice by symptoms."""
    rows = measured(cohort(dict.fromkeys("cdefghij", 24.0), "conventional"), registry(0.9))
    assert rows["interval_cases"]["numerator"] == 0
    assert "found by today's test among the missed: 1" in rows["sensitivity_adjusted"]["method"]


def test_nobody_is_named_that_the_file_does_not_name(cohort: Callable[..., Ledger]) -> None:
    """Only the conditions of the file stand in the table, and one without newborns says so."""
    other = Registry({"scid": SOURCES}, {"scid": onset(0.9)})
    annex = ascertainment(cohort({}), other, seed=1)
    assert annex.rows["condition"].unique().to_list() == ["scid"]
    reasons = dict(annex.rows.select("measure", "not_estimable").iter_rows())
    assert reasons["sensitivity_adjusted"] == "no screen-negative newborn was followed up"
    assert reasons["interval_cases"] == "no screen-negative newborn was followed up"
