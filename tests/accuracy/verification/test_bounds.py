"""Bounds of the sensitivity: what unverified newborns leave possible."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import poisson

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.bounds import (
    bounds_from_expected_cases,
    bounds_from_verified_negatives,
    bounds_if_share_affected,
    sensitivity_bounds,
)
from evaluator.accuracy.verification.correction import begg_greenes

CELLS = st.integers(0, 2000)


def counts_of(tp: int, fn: int, tn: int, up: int, un: int) -> Counts:
    """Counts in which only the false positives do not matter."""
    return Counts("overall", tp, 3, fn, tn, unresolved_positive=up, unverified_negative=un)


def test_without_an_assumption() -> None:
    """Lower: every unverified negative is missed; upper: every unresolved positive is a case."""
    found = sensitivity_bounds(counts_of(9, 1, 50, 3, 40))
    assert (found.lower, found.upper) == pytest.approx((9 / 50, 12 / 13))
    assert "without sampling error" in found.method


def test_where_no_negative_was_verified() -> None:
    """Neither fn nor tn is given then, and the bounds still stand."""
    counts = Counts("overall", tp=9, fp=4, unresolved_positive=0, unverified_negative=991)
    found = sensitivity_bounds(counts)
    assert (found.lower, found.upper) == pytest.approx((9 / 1000, 1.0))
    assert bounds_from_verified_negatives(counts).not_estimable == (
        "no screen-negative newborn was followed up"
    )


def test_a_newborn_positive_for_the_wrong_condition_was_missed() -> None:
    """It counts among the missed in both bounds."""
    counts = Counts("overall", 8, 4, 1, 100, 0, 10, wrong_condition=1)
    found = sensitivity_bounds(counts)
    assert (found.lower, found.upper) == pytest.approx((8 / 20, 8 / 10))


def test_an_assumed_share() -> None:
    """One in a thousand of the 10,000 unverified: ten missed cases."""
    found = bounds_if_share_affected(counts_of(30, 0, 100, 0, 10_000), 0.001)
    assert found.lower == pytest.approx(30 / 40)
    with pytest.raises(ValueError, match="not a share"):
        bounds_if_share_affected(counts_of(30, 0, 100, 0, 10_000), 1.5)


def test_from_the_verified_negatives() -> None:
    """None of 1,000 verified is affected: at most 1 - 0.025^(1/1000) of the others."""
    found = bounds_from_verified_negatives(counts_of(30, 0, 1000, 0, 9000))
    assert found.lower == pytest.approx(30 / (30 + 9000 * (1 - 0.025**0.001)))
    assert found.upper == 1


def test_from_expected_cases() -> None:
    """12 expected: at most 19 in these newborns; 9 found leave at most 10 hidden."""
    assert poisson.ppf(0.975, 12) == 19
    found = bounds_from_expected_cases(counts_of(9, 0, 0, 0, 100_000), 12)
    assert found.lower == pytest.approx(9 / 19)
    assert "at most 19 newborns are affected (12 expected)" in found.method
    some_known = bounds_from_expected_cases(counts_of(9, 2, 0, 0, 100_000), 12)
    assert some_known.lower == pytest.approx(9 / 19)  # two of the ten hidden ones are known
    assert bounds_from_expected_cases(counts_of(9, 0, 0, 0, 4), 12).lower == pytest.approx(9 / 13)
    with pytest.raises(ValueError, match="cannot be expected"):
        bounds_from_expected_cases(counts_of(9, 0, 0, 0, 100_000), -1)


def test_more_found_than_expected() -> None:
    """Then no further case is hidden, and those known to be missed stay."""
    found = bounds_from_expected_cases(counts_of(20, 2, 0, 0, 100_000), 3)
    assert found.lower == pytest.approx(20 / 22)


def test_nobody_affected() -> None:
    """Without an affected newborn or an unresolved positive nothing is bounded."""
    found = sensitivity_bounds(counts_of(0, 0, 10, 0, 990))
    assert found.lower is None
    assert found.not_estimable


@pytest.mark.parametrize("function", [bounds_from_verified_negatives, sensitivity_bounds])
def test_unknown_cells(function: object) -> None:
    """An unknown cell is named."""
    assert callable(function)
    found = function(Counts("overall", tp=3, fn=0, tn=9, unresolved_positive=0))
    assert found.not_estimable == "unverified_negative is not known"
    assert bounds_from_expected_cases(Counts("overall"), 3).not_estimable


@given(CELLS, CELLS, CELLS, CELLS, CELLS, st.floats(0, 3000))
def test_an_assumption_only_narrows(tp: int, fn: int, tn: int, up: int, un: int, expected: float) -> None:
    """Every informed lower bound lies between the assumption-free one and the upper bound."""
    counts = counts_of(tp, fn, tn, up, un)
    free = sensitivity_bounds(counts)
    for informed in (
        bounds_if_share_affected(counts, 0.01),
        bounds_from_verified_negatives(counts),
        bounds_from_expected_cases(counts, expected),
    ):
        if informed.not_estimable is None:
            assert free.lower is not None
            assert informed.lower is not None
            assert informed.upper is not None
            assert 0 <= free.lower <= informed.lower <= informed.upper <= 1
            assert informed.upper == free.upper


@given(CELLS, CELLS, CELLS, CELLS, CELLS)
def test_random_verification_holds_the_corrected_estimate(
    tp: int, fn: int, tn: int, up: int, un: int
) -> None:
    """Both assume that the verified negatives are like the others."""
    counts = counts_of(tp, fn, tn, up, un)
    estimate = begg_greenes(counts).sensitivity.estimate
    bounds = bounds_from_verified_negatives(counts)
    if estimate is not None:
        assert bounds.lower is not None
        assert bounds.lower - 1e-12 <= estimate


@given(CELLS, st.integers(0, 50), st.floats(0, 1), st.floats(0, 1))
def test_a_larger_share_lowers_the_bound(tp: int, fn: int, one: float, other: float) -> None:
    """Monotone in the assumed share."""
    counts = counts_of(tp + 1, fn, 5, 0, 1000)
    least, most = (bounds_if_share_affected(counts, share).lower for share in sorted((one, other)))
    assert least is not None
    assert most is not None
    assert most <= least
