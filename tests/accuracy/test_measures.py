"""Measures of one stratum: the published cases, the rules of what is not estimable, and invariants."""

from __future__ import annotations

import dataclasses

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.measures import Settings, accuracy_table, measures
from evaluator.statistics.intervals import IntervalMethod
from evaluator.statistics.measure import Measure
from evaluator.statistics.ratios import RatioMethod

NEED_VERIFIED_NEGATIVES = ("sensitivity", "specificity", "npv", "fpr", "lr_positive", "lr_negative", "dor")
ALWAYS_THERE = ("ppv", "recall_rate", "detection_rate", "screened_per_case", "false_per_true")
SETTINGS = Settings(prevalence=0.001)


def full(tp: int, fp: int, fn: int, tn: int, up: int = 0, un: int = 0) -> Counts:
    """Counts of a stratum in which everything is known."""
    return Counts("overall", tp, fp, fn, tn, up, un, inconclusive=0, failed=0)


def test_all_verified() -> None:
    """DTComPair, Paired1, test 1: exact intervals as printed (tolerance 6e-5)."""
    found = measures(full(397, 84, 54, 177), Settings())
    printed = {
        "sensitivity": (397 / 451, 0.8466745, 0.9087592),
        "specificity": (177 / 261, 0.6177792, 0.7344406),
        "ppv": (397 / 481, 0.788424, 0.858244),
        "npv": (177 / 231, 0.7062587, 0.8192389),
        "lr_positive": (2.7351124, 2.2860079, 3.2724472),
        "lr_negative": (0.1765568, 0.1356142, 0.2298601),
    }
    for name, values in printed.items():
        measure = found[name]
        assert (measure.estimate, measure.lower, measure.upper) == pytest.approx(values, abs=6e-5), name
    assert found["recall_rate"].estimate == pytest.approx(481 / 712)
    assert found["false_per_true"].estimate == pytest.approx(84 / 397)
    assert found["screened_per_case"].estimate == pytest.approx(712 / 397)
    assert found["fpr"].estimate == pytest.approx(84 / 261)


def test_no_negative_was_followed_up() -> None:
    """Without follow-up of negatives sensitivity and its kin do not exist; PPV, recall and yield do."""
    found = measures(full(12, 184, 0, 0, 0, 60212), SETTINGS)
    for name in (*NEED_VERIFIED_NEGATIVES, "ppv_at_prevalence", "npv_at_prevalence"):
        assert found[name].estimate is None
        assert found[name].not_estimable == "no screen-negative newborn was followed up"
    assert found["ppv"].estimate == pytest.approx(0.061224489795918366)
    assert found["recall_rate"].estimate == pytest.approx(0.003244603363792875)
    assert (found["recall_rate"].numerator, found["recall_rate"].denominator) == (196, 60408)


def test_some_negatives_were_followed_up() -> None:
    """A partly verified table says how many are missing instead of pretending that they were well."""
    found = measures(full(10, 5, 1, 99, 0, 900), SETTINGS)
    for name in NEED_VERIFIED_NEGATIVES:
        assert found[name].not_estimable == "900 of 1000 screen-negatives unverified"


def test_nobody_assessed_gives_no_sensitivity() -> None:
    """One found and 389 not assessed is no sensitivity of 100%; one found of one tested is 1/1."""
    found = measures(dataclasses.replace(full(1, 0, 0, 0), failed=389), SETTINGS)
    assert (found["sensitivity"].not_estimable or "").startswith("no newborn has a negative result")
    assert measures(full(1, 0, 0, 0), SETTINGS)["sensitivity"].estimate == 1


def test_an_unknown_cell_is_not_zero() -> None:
    """A measure that needs an empty cell names it; one that does not need it stands."""
    found = measures(Counts("study", tp=2, fp=1), SETTINGS)
    assert found["ppv"].estimate == pytest.approx(2 / 3)
    assert found["sensitivity"].not_estimable == "fn is not known"
    assert found["specificity"].not_estimable == "tn is not known"
    assert found["npv"].not_estimable == "tn and fn are not known"
    assert found["fn"] == Measure(method="count", not_estimable="fn is not known")
    for name in ("recall_rate", "detection_rate", "screened_per_case"):
        assert (found[name].not_estimable or "").startswith("the number screened is not known")


def test_fn_without_a_word_on_verification() -> None:
    """A study that states fn states a sensitivity; that it is silent on unverified negatives is said."""
    found = measures(Counts("study", tp=20, fn=16), SETTINGS)
    assert found["sensitivity"].estimate == pytest.approx(20 / 36)
    assert "unverified negatives not stated" in found["sensitivity"].method


def test_unresolved_positives_bound_the_ppv() -> None:
    """PPV is of the resolved; its method holds the two bounds."""
    ppv = measures(full(6, 2, 0, 90, 2, 0), SETTINGS)["ppv"]
    assert (ppv.numerator, ppv.denominator) == (6, 8)
    assert "60.0% if all were false, 80.0% if all were true" in ppv.method
    none = measures(full(0, 0, 0, 90, 2, 0), SETTINGS)["ppv"]
    assert none.not_estimable == "none of 2 positives has been resolved"


def test_zero_denominators_have_reasons() -> None:
    """Nothing over nothing is neither 0 nor 1."""
    found = measures(full(0, 0, 0, 50), SETTINGS)
    assert found["sensitivity"].not_estimable == "no affected newborn with a result"
    assert found["ppv"].not_estimable == "no positive newborn"
    assert found["false_per_true"].not_estimable == "no true positive"
    assert found["screened_per_case"].not_estimable == "no true positive"
    assert found["lr_positive"].not_estimable == "no affected newborn with a result"
    assert measures(full(3, 0, 0, 0), SETTINGS)["dor"].not_estimable == "no unaffected newborn with a result"
    assert measures(full(0, 0, 0, 0), SETTINGS)["recall_rate"].not_estimable == "nobody was screened"


def test_false_positives_without_a_true_one_are_shown() -> None:
    """No ratio, but the number of false positives stays in sight."""
    found = measures(full(0, 7, 0, 93), SETTINGS)["false_per_true"]
    assert (found.numerator, found.denominator, found.estimate) == (7, 0, None)


def test_wrong_condition_is_no_true_positive() -> None:
    """A newborn positive for the wrong condition lowers sensitivity and PPV alike."""
    counts = dataclasses.replace(full(8, 1, 0, 90), wrong_condition=1)
    found = measures(counts, SETTINGS)
    assert (found["sensitivity"].numerator, found["sensitivity"].denominator) == (8, 9)
    assert (found["ppv"].numerator, found["ppv"].denominator) == (8, 10)
    assert found["recall_rate"].numerator == 10
    assert found["recall_rate"].denominator == 100
    assert "positive for the wrong condition, counted as not found: 1" in found["sensitivity"].method


CELLS = st.integers(0, 300)
COUNTS = st.builds(full, CELLS, CELLS, CELLS, CELLS, CELLS, CELLS)


@given(COUNTS, st.sampled_from(IntervalMethod), st.sampled_from(RatioMethod))
def test_every_estimate_lies_in_its_interval(
    counts: Counts, interval: IntervalMethod, ratio: RatioMethod
) -> None:
    """Each row is either an estimate inside its limits or a reason, never both, never neither."""
    for name, measure in measures(counts, Settings(interval, ratio, 0.01)).items():
        if measure.estimate is None:
            assert measure.not_estimable, name
        elif measure.method != "count":
            assert measure.not_estimable is None
            assert measure.lower is not None
            assert measure.lower <= measure.estimate * (1 + 1e-12) + 1e-12, name
            assert measure.upper is None or measure.estimate <= measure.upper * (1 + 1e-12) + 1e-12, name


@given(COUNTS, st.integers(1, 100))
def test_an_unverified_negative_never_helps(counts: Counts, more: int) -> None:
    """Adding unverified negatives gives no sensitivity, and leaves the PPV as it was."""
    added = dataclasses.replace(counts, unverified_negative=(counts.unverified_negative or 0) + more)
    found = measures(added, SETTINGS)
    for name in NEED_VERIFIED_NEGATIVES:
        assert found[name].estimate is None
    assert found["ppv"] == measures(counts, SETTINGS)["ppv"]
    assert found["tn"] == measures(counts, SETTINGS)["tn"]


@given(COUNTS, st.text(min_size=1, max_size=20))
def test_the_name_of_a_stratum_changes_nothing(counts: Counts, name: str) -> None:
    """Relabelling a stratum relabels its rows and no number."""
    renamed = dataclasses.replace(counts, stratum=name)
    assert measures(renamed, SETTINGS) == measures(counts, SETTINGS)
    rows = accuracy_table([renamed], SETTINGS)
    assert rows["stratum"].unique().to_list() == [name]


def test_prevalence_adds_two_rows_only_when_given() -> None:
    """Predictive values at a prevalence are computed only for a prevalence somebody chose."""
    counts = full(240, 87, 178, 288)
    assert "ppv_at_prevalence" not in measures(counts, Settings())
    found = measures(counts, Settings(prevalence=0.03))
    assert found["ppv_at_prevalence"].estimate == pytest.approx(0.07109937005958127)
    assert set(ALWAYS_THERE) <= set(found)


@pytest.mark.parametrize(
    ("tp", "fn", "bound"), [(8, 0, 0.05 ** (1 / 8)), (0, 8, 1 - 0.05 ** (1 / 8)), (4, 4, None)]
)
def test_one_sided_bound_stands_only_at_the_ends(tp: int, fn: int, bound: float | None) -> None:
    """8 of 8 is at least 68.8% one-sided; in the middle there is nothing to add."""
    counts = Counts("", tp=tp, fp=0, fn=fn, tn=10, unresolved_positive=0, unverified_negative=0)
    found = measures(counts, Settings())["sensitivity"]
    assert found.one_sided_bound == (None if bound is None else pytest.approx(bound, abs=1e-12))
    assert found.midp_lower is not None
    assert found.lower is not None
    assert found.lower <= found.midp_lower


def test_programme_sensitivity_counts_the_untested() -> None:
    """Eight found, one missed, one who declined: 8 of 9 tested, 8 of 10 of the programme."""
    counts = Counts(
        "", tp=8, fp=0, fn=1, tn=10, unresolved_positive=0, unverified_negative=0, affected_untested=1,
        unverified_untested=0,
    )  # fmt: skip
    found = measures(counts, Settings())
    assert (found["sensitivity"].numerator, found["sensitivity"].denominator) == (8, 9)
    programme = found["programme_sensitivity"]
    assert (programme.numerator, programme.denominator) == (8, 10)
    assert "affected without a result, counted as not found: 1" in programme.method


def test_programme_sensitivity_needs_everybody_followed_up() -> None:
    """Of those who declined nobody knows who is affected, and the measure says so."""
    counts = Counts(
        "", tp=8, fp=0, fn=1, tn=10, unresolved_positive=0, unverified_negative=0, affected_untested=0,
        unverified_untested=3,
    )  # fmt: skip
    found = measures(counts, Settings())
    assert found["sensitivity"].estimate == pytest.approx(8 / 9)
    assert found["programme_sensitivity"].not_estimable == "3 without a result were not followed up"
    assert "programme_sensitivity" not in measures(Counts("", tp=1), Settings())


def test_positives_per_true_positive_is_the_ppv_turned_round() -> None:
    """Ten positives of whom four are affected: 2.5 for each."""
    found = measures(Counts("", tp=4, fp=6, unresolved_positive=0), Settings())
    assert found["positives_per_true"].estimate == pytest.approx(2.5)
    assert found["ppv"].lower is not None
    assert found["positives_per_true"].upper == pytest.approx(1 / found["ppv"].lower)
