"""Predictive values of two tests on the same newborns, and the price of a case in false positives."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.paired import Comparison, PairedTable
from evaluator.statistics.paired_predictive import (
    PairedStudy,
    PredictiveValue,
    extra_false_per_extra_true,
    generalised_score,
    predictive_value,
    relative_predictive_value,
    weighted_generalised_score,
)
from evaluator.statistics.ratios import Z

CELLS = st.integers(0, 200)
TABLES = st.builds(PairedTable, CELLS, CELLS, CELLS, CELLS)
STUDIES = st.builds(PairedStudy, TABLES, TABLES)
TESTS = st.sampled_from([weighted_generalised_score, generalised_score])
VALUES = st.sampled_from(PredictiveValue)
Test = Callable[[PairedStudy, PredictiveValue], Comparison]
POSITIVE, NEGATIVE = PredictiveValue.POSITIVE, PredictiveValue.NEGATIVE
PAIRED1 = PairedStudy(PairedTable(319, 78, 22, 32), PairedTable(31, 53, 22, 155))


@given(STUDIES, TESTS, VALUES)
def test_exchanging_the_tests_changes_no_score(
    study: PairedStudy, test: Test, which: PredictiveValue
) -> None:
    """Both score tests are two-sided, for both predictive values."""
    one, other = test(study, which), test(study.swapped(), which)
    assert one.not_estimable == other.not_estimable
    if one.p_value is not None:
        assert other.statistic == pytest.approx(one.statistic, rel=1e-9, abs=1e-9)
        assert 0 <= one.p_value <= 1


@given(STUDIES, VALUES)
def test_exchanging_the_tests_inverts_the_relative_value(study: PairedStudy, which: PredictiveValue) -> None:
    """Estimate and limits; the interval contains the estimate."""
    one, other = relative_predictive_value(study, which), relative_predictive_value(study.swapped(), which)
    assert one.not_estimable == other.not_estimable
    if one.estimate is not None:
        assert other.estimate == pytest.approx(1 / one.estimate)
    if one.lower is not None and one.upper is not None and one.estimate is not None:
        assert one.lower <= one.estimate <= one.upper
        assert (other.lower, other.upper) == pytest.approx((1 / one.upper, 1 / one.lower))


@given(STUDIES)
def test_negative_is_positive_turned_round(study: PairedStudy) -> None:
    """NPV is the PPV of the absence of disease."""
    turned = PairedStudy(
        PairedTable(
            study.unaffected.neither or 0,
            study.unaffected.second_only,
            study.unaffected.first_only,
            study.unaffected.both,
        ),
        PairedTable(
            study.affected.neither or 0,
            study.affected.second_only,
            study.affected.first_only,
            study.affected.both,
        ),
    )
    assert predictive_value(study, NEGATIVE) == predictive_value(turned, POSITIVE)
    assert generalised_score(study, NEGATIVE) == generalised_score(turned, POSITIVE)


def test_where_only_positives_were_verified() -> None:
    """PPV can be compared, NPV cannot."""
    study = PairedStudy(PairedTable(319, 78, 22, None), PairedTable(31, 53, 22, None))
    for test in (weighted_generalised_score, generalised_score):
        assert test(study, POSITIVE) == test(PAIRED1, POSITIVE)
        assert test(study, NEGATIVE).not_estimable == "newborns negative on both tests were not verified"
    assert predictive_value(study, NEGATIVE).estimate is None
    assert relative_predictive_value(study, NEGATIVE).estimate is None


def test_what_cannot_be_compared() -> None:
    """No positive on a test, no disagreement, nothing but true positives."""
    silent = PairedStudy(PairedTable(0, 5, 0, 2), PairedTable(0, 3, 0, 90))
    assert weighted_generalised_score(silent, POSITIVE).not_estimable == "a test has no such result"
    assert predictive_value(silent.swapped(), POSITIVE).not_estimable == "the test has no such result"
    assert relative_predictive_value(silent, POSITIVE).not_estimable
    alike = PairedStudy(PairedTable(5, 0, 0, 2), PairedTable(3, 0, 0, 90))
    assert generalised_score(alike, POSITIVE).not_estimable == "the tests never disagree"
    assert "no interval" in relative_predictive_value(alike, POSITIVE).method
    perfect = PairedStudy(PairedTable(5, 2, 1, 2), PairedTable(0, 0, 0, 90))
    assert "same, 0 or 1" in str(generalised_score(perfect, POSITIVE).not_estimable)
    assert relative_predictive_value(perfect, POSITIVE).lower is None


def test_the_price_of_a_case() -> None:
    """Sequencing finds 40 more and raises 120 more false positives: three for one."""
    study = PairedStudy(PairedTable(50, 44, 4, None), PairedTable(10, 160, 40, None))
    found = extra_false_per_extra_true(study)
    assert found.estimate == pytest.approx(3)
    for limit in (found.lower, found.upper):
        assert limit is not None
        assert (120 - limit * 40) ** 2 == pytest.approx(Z * Z * (200 + limit**2 * 48))


def test_what_has_no_price() -> None:
    """No further case, a case for nothing, and a difference within chance."""
    never = PairedStudy(PairedTable(50, 4, 4, None), PairedTable(10, 160, 40, None))
    assert extra_false_per_extra_true(never).not_estimable == "neither test finds more affected newborns"
    better = PairedStudy(PairedTable(50, 9, 4, None), PairedTable(10, 20, 40, None))
    assert "nothing is traded" in str(extra_false_per_extra_true(better).not_estimable)
    few = extra_false_per_extra_true(PairedStudy(PairedTable(50, 3, 0, None), PairedTable(1, 9, 2, None)))
    assert few.estimate == pytest.approx(7 / 3)
    assert (few.lower, few.upper) == (None, None)
    assert "unbounded" in few.method


@given(STUDIES)
def test_the_price_does_not_depend_on_the_order(study: PairedStudy) -> None:
    """Extra false positives per extra case read the same both ways; the interval contains it."""
    one, other = extra_false_per_extra_true(study), extra_false_per_extra_true(study.swapped())
    assert (one.estimate, one.lower, one.upper) == (other.estimate, other.lower, other.upper)
    if one.estimate is not None and one.lower is not None and one.upper is not None:
        assert one.lower - 1e-9 <= one.estimate <= one.upper + 1e-9
