"""How many births a sensitivity takes, checked against the interval that it promises."""

from __future__ import annotations

from math import floor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.precision import (
    births_for_half_width,
    births_for_lower_bound,
    births_for_precision,
    chance_of_cases,
    precision_at,
)


def lower(found: int, affected: int) -> float:
    """The exact lower limit."""
    return proportion_interval(found, affected, IntervalMethod.CLOPPER_PEARSON)[0]


def test_buderer_of_a_rare_disease() -> None:
    """Sensitivity 95% within 10%: 8,295 births at 0.22%, 19 cases in 1.8 million at 1 in 100,000."""
    assert births_for_half_width(0.95, 0.10, 0.0022).births == 8295
    rare = births_for_half_width(0.95, 0.10, 1e-5)
    assert rare.affected == 19
    assert rare.births == pytest.approx(1.82e6, rel=0.01)


@pytest.mark.parametrize(("target", "affected"), [(0.631, 9), (0.69, 10), (0.83, 20), (0.9, 36)])
def test_all_found(target: float, affected: int) -> None:
    """With 100% expected, n of n reaches the target and n - 1 of n - 1 does not: 10 of 10 is 69.2%."""
    sample = births_for_lower_bound(1.0, target, 1e-4)
    assert sample.affected == affected
    assert sample.holds_from == affected
    assert lower(affected, affected) >= target > lower(affected - 1, affected - 1)


@settings(max_examples=15, deadline=None)
@given(st.floats(0.6, 0.99), st.floats(0.05, 0.3))
def test_the_promise_is_kept(expected: float, gap: float) -> None:
    """The limit at the number found reaches the target, and from `holds_from` on it always does."""
    target = expected - gap
    sample = births_for_lower_bound(expected, target, 1e-3)
    assert sample.affected is not None
    assert sample.holds_from is not None
    for affected in (sample.affected, *range(sample.holds_from, sample.holds_from + 40)):
        assert lower(floor(expected * affected + 1e-9), affected) >= target
    for affected in range(max(1, sample.affected - 20), sample.affected):
        assert lower(floor(expected * affected + 1e-9), affected) < target


def test_within_a_half_width() -> None:
    """The exact interval reaches no further than asked for, and takes more newborns than Buderer."""
    sample = births_for_precision(0.95, 0.10, 1e-4)
    assert sample.affected is not None
    found = floor(0.95 * sample.affected)
    low, high = proportion_interval(found, sample.affected, IntervalMethod.CLOPPER_PEARSON)
    assert max(found / sample.affected - low, high - found / sample.affected) <= 0.10
    normal = births_for_half_width(0.95, 0.10, 1e-4)
    assert sample.affected > (normal.affected or 0)


def test_births_are_assured() -> None:
    """The assured births hold the cases with 80%, the plain ones only about half the time."""
    sample = births_for_lower_bound(1.0, 0.9, 1e-4)
    assert sample.affected is not None
    assert sample.assured_births is not None
    assert chance_of_cases(sample.assured_births * 1e-4, sample.affected) == pytest.approx(0.8, abs=1e-3)
    assert chance_of_cases((sample.births or 0) * 1e-4, sample.affected) == pytest.approx(0.5, abs=0.05)


def test_half_the_uptake_takes_twice_the_births() -> None:
    """Births grow as uptake falls."""
    assert births_for_lower_bound(1.0, 0.9, 1e-4, uptake=0.5).births == 720_000


def test_out_of_reach() -> None:
    """A limit at or above the expected result cannot be reached, and says so."""
    assert "needs more than 0.9 expected" in (births_for_lower_bound(0.9, 0.9, 1e-4).not_estimable or "")
    nearly = births_for_lower_bound(0.9, 0.89999, 1e-4)
    assert nearly.births is None
    assert "more than 20000" in (nearly.not_estimable or "")


def test_the_width_that_will_be() -> None:
    """500,000 births at 1 in 100,000: 5 cases expected, with luck 8, without 2."""
    found = precision_at(500_000, 1e-5, 0.95)
    assert found.expected_cases == pytest.approx(5)
    assert [m.denominator for m in (found.at_few, found.at_expected, found.at_many)] == [2, 5, 8]
    assert found.chance_of_none == pytest.approx(0.0067, abs=1e-4)
    assert precision_at(1000, 1e-5, 0.95).at_expected.not_estimable


def test_no_share_is_refused() -> None:
    """Zero and more than one are no shares."""
    with pytest.raises(ValueError, match="prevalence 0"):
        births_for_half_width(0.9, 0.1, 0.0)
