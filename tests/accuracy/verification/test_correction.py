"""Begg-Greenes: its gate, its flags, and that it stays within what is possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.correction import begg_greenes, logit_interval

CELLS = st.integers(0, 3000)


def partly_verified(tp: int, fp: int, fn: int, tn: int, up: int, un: int) -> Counts:
    """Counts with unresolved positives and unverified negatives."""
    return Counts("overall", tp, fp, fn, tn, unresolved_positive=up, unverified_negative=un)


def test_no_estimate_without_a_verified_missed_case() -> None:
    """The formula would give 100%; there is no estimate, but there are bounds."""
    found = begg_greenes(partly_verified(8, 4, 0, 200, 1, 99_000))
    assert found.sensitivity.estimate is None
    assert found.sensitivity.not_estimable == "no missed case among the verified negatives (200): bounds only"
    assert found.sensitivity_error is None
    assert found.bounds.lower == pytest.approx(8 / 99_008)
    assert found.bounds.upper == 1
    assert found.specificity.estimate == pytest.approx(1, abs=1e-3)


def test_few_missed_cases_are_flagged() -> None:
    """Fewer than five verified missed cases: the estimate is for beside the bounds only."""
    few, enough = (begg_greenes(partly_verified(60, 40, fn, 500, 0, 5000)) for fn in (4, 5))
    assert few.only_beside_bounds
    assert "only beside the bounds" in few.sensitivity.method
    assert not enough.only_beside_bounds
    assert "only beside" not in enough.sensitivity.method


def test_without_follow_up_there_is_nothing() -> None:
    """No verified negative: neither sensitivity nor specificity."""
    found = begg_greenes(partly_verified(8, 4, 0, 0, 0, 1000))
    assert found.sensitivity.not_estimable == "no screen-negative newborn was followed up"
    assert found.specificity.estimate is None
    assert not found.only_beside_bounds


def test_unknown_cells_are_named() -> None:
    """A cell that is not known is not zero."""
    found = begg_greenes(Counts("overall", tp=8, fp=4, fn=5, tn=100, unverified_negative=10))
    assert found.sensitivity.not_estimable == "unresolved_positive is not known"
    assert found.bounds.not_estimable == "unresolved_positive is not known"


def test_a_positive_for_the_wrong_condition_blocks_the_correction() -> None:
    """Such a newborn was found by no arm of the table; newborn x condition has no such cell."""
    counts = Counts("overall", 8, 4, 5, 100, 0, 10, wrong_condition=1)
    assert "newborn x condition" in str(begg_greenes(counts).sensitivity.not_estimable)


@pytest.mark.parametrize(("tp", "fp", "which"), [(0, 9, "sensitivity"), (9, 0, "specificity")])
def test_an_empty_verified_cell_gives_no_estimate(tp: int, fp: int, which: str) -> None:
    """Its variance would be infinite."""
    found = begg_greenes(partly_verified(tp, fp, 6, 100, 5, 500))
    assert getattr(found, which).estimate is None
    assert getattr(found, which).not_estimable


def test_inconclusive_results_are_named() -> None:
    """What is left out stands in the method."""
    counts = Counts("overall", 60, 40, 9, 500, 0, 5000, inconclusive=3)
    found = begg_greenes(counts)
    assert "inconclusive left out: 3" in found.sensitivity.method
    assert "inconclusive left out: 3" in found.bounds.method


@given(CELLS, CELLS, CELLS, CELLS, CELLS, CELLS)
def test_the_bounds_hold_the_estimate(tp: int, fp: int, fn: int, tn: int, up: int, un: int) -> None:
    """Whatever the counts, the corrected sensitivity is possible, and its interval contains it."""
    found = begg_greenes(partly_verified(tp, fp, fn, tn, up, un))
    for measure in (found.sensitivity, found.specificity):
        assert (measure.estimate is None) == (measure.not_estimable is not None)
        if measure.estimate is not None:
            assert measure.lower is not None
            assert measure.upper is not None
            assert 0 < measure.lower <= measure.estimate <= measure.upper <= 1
    if found.sensitivity.estimate is not None:
        assert found.bounds.lower is not None
        assert found.bounds.upper is not None
        assert found.bounds.lower - 1e-12 <= found.sensitivity.estimate <= found.bounds.upper + 1e-12


@given(st.integers(1, 500), st.integers(1, 500), st.integers(1, 500), st.integers(1, 500))
def test_nothing_to_correct(tp: int, fp: int, fn: int, tn: int) -> None:
    """With everybody verified the correction changes nothing, nor does its standard error."""
    found = begg_greenes(partly_verified(tp, fp, fn, tn, 0, 0))
    share = tp / (tp + fn)
    assert found.sensitivity.estimate == pytest.approx(share)
    assert found.specificity.estimate == pytest.approx(tn / (tn + fp))
    assert found.sensitivity_error == pytest.approx((share * (1 - share) / (tp + fn)) ** 0.5)


def test_the_logit_interval_mirrors() -> None:
    """The interval of the rest is one minus that of the share."""
    lower, upper = logit_interval(0.9, 0.3)
    assert logit_interval(0.1, 0.3) == pytest.approx((1 - upper, 1 - lower))
