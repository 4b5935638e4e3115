"""Observed against expected cases: intervals, p-values and what may be read from them agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from statsmodels.stats.rates import confint_poisson

from evaluator.statistics.expected import (
    Reading,
    compare,
    compare_with_births,
    expected_cases,
    poisson_interval,
    poisson_mid_p_interval,
)

COUNT = st.integers(0, 300)
EXPECTED = st.floats(0.05, 300)


@settings(max_examples=25, deadline=None)
@given(COUNT)
def test_limits_of_a_poisson_mean(count: int) -> None:
    """Exact and mid-P limits are those of statsmodels, and mid-P lies inside exact."""
    exact, mid = poisson_interval(count), poisson_mid_p_interval(count)
    assert exact == pytest.approx([max(0.0, x) for x in confint_poisson(count, 1, "exact-c")], abs=1e-8)
    if count:
        assert mid == pytest.approx(confint_poisson(count, 1, "midp-c"), abs=1e-6)
    assert exact[0] <= mid[0] <= count <= mid[1] <= exact[1]


@settings(max_examples=40, deadline=None)
@given(COUNT, EXPECTED)
def test_the_interval_holds_one_when_the_test_does_not_reject(observed: int, expected: float) -> None:
    """An interval without 1 and a p-value below 5% are the same statement."""
    found = compare(observed, expected)
    assert found.exact.lower is not None
    assert found.exact.upper is not None
    assert found.p_exact is not None
    if abs(found.p_exact - 0.05) > 1e-6:
        assert (found.p_exact < 0.05) == (not found.exact.lower <= 1 <= found.exact.upper)


@settings(max_examples=40, deadline=None)
@given(COUNT, EXPECTED)
def test_a_reference_without_end_is_a_known_prevalence(observed: int, expected: float) -> None:
    """With the expected number resting on ten million cases, the conditional test becomes the Poisson one."""
    cases = 10_000_000
    known, counted = compare(observed, expected), compare_with_births(observed, expected, cases, cases)
    assert counted.exact.estimate == pytest.approx(known.exact.estimate)
    assert counted.exact.upper == pytest.approx(known.exact.upper, rel=1e-3)
    assert counted.p_exact == pytest.approx(known.p_exact, abs=2e-3)


def test_an_uncertain_prevalence_widens_the_interval() -> None:
    """Expected from 33 cases elsewhere tells less than expected for certain."""
    known, counted = compare(12, 3.3), compare_with_births(12, 1000, 33, 10_000)
    assert counted.exact.lower is not None
    assert known.exact.lower is not None
    assert counted.exact.lower < known.exact.lower
    assert counted.exact.upper > known.exact.upper
    assert "prevalence uncertain" in counted.exact.method


@pytest.mark.parametrize(
    ("observed", "expected", "reading"),
    [
        (20, 8.0, Reading.MORE),
        (9, 8.0, Reading.WITHIN_CHANCE),
        (0, 4.0, Reading.FEWER),
        (0, 3.6, Reading.TOO_FEW_TO_SAY),
        (2, 1.0, Reading.TOO_FEW_TO_SAY),
    ],
)
def test_reading(observed: int, expected: float, reading: Reading) -> None:
    """No case at all shows a shortfall only where at least 3.7 were expected: exp(-3.69) is 2.5%."""
    found = compare(observed, expected).reading
    assert found is reading
    assert reading.consider


def test_no_case_expected() -> None:
    """O/E of nothing expected is not a number, and neither is that of two empty counts."""
    assert compare(1, 0).exact.not_estimable == "no case expected"
    assert compare(1, 0).reading is None
    assert compare_with_births(0, 10, 0, 10).exact.not_estimable


def test_no_case_in_the_reference() -> None:
    """The ratio is not estimable, but it has a lower limit."""
    found = compare_with_births(5, 1000, 0, 1000)
    assert found.exact.estimate is None
    assert found.exact.lower == pytest.approx(0.9163, abs=1e-3)
    assert found.exact.not_estimable


def test_what_cannot_be_is_refused() -> None:
    """Negative counts and no births are errors."""
    with pytest.raises(ValueError, match="neither can be negative"):
        compare(-1, 2)
    with pytest.raises(ValueError, match="above zero"):
        compare_with_births(1, 0, 1, 10)


def test_only_the_ascertainable_are_expected() -> None:
    """Births x prevalence x share that can be seen by now."""
    assert expected_cases(100_000, 1e-4, 0.8) == pytest.approx(8)
