"""Rates of false positives borrow from each other as far as the counts agree."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.statistics.pooling import ExchangeableSet, Shrinkage
from evaluator.statistics.shrinkage_counts import shrink_counts

NEWBORNS = 100_000


def rates(counts: list[int], declared_in: str = "protocol 1") -> Shrinkage:
    """False positives among 100,000 newborns for every condition."""
    names = tuple(f"condition {place}" for place in range(len(counts)))
    tallies = {name: (count, NEWBORNS) for name, count in zip(names, counts, strict=True)}
    return shrink_counts(tallies, ExchangeableSet("metabolic", declared_in, names))


def test_the_gate_is_that_of_proportions() -> None:
    """Undeclared sets and small ones are not pooled."""
    assert rates([1, 2, 3, 4, 5], "").not_pooled == "the set was not declared exchangeable beforehand"
    assert "4 conditions" in (rates([1, 2, 3, 4]).not_pooled or "")


def test_no_false_positive_at_all() -> None:
    """Six times none leaves a rate above zero possible, and less of it than each condition alone."""
    row = rates([0] * 6).conditions[0]
    assert row.raw.upper == pytest.approx(3.689 / NEWBORNS, rel=1e-3)
    assert row.shrunken.upper is not None
    assert row.raw.upper is not None
    assert 0 < row.shrunken.upper < row.raw.upper


def test_equal_rates_are_drawn_together() -> None:
    """Where conditions differ no more than chance makes them, the interval is narrower than the raw one."""
    result = rates([100, 120, 90, 110, 95, 105])
    for row in result.conditions:
        raw, own = row.raw, row.shrunken
        assert (own.upper or 0) - (own.lower or 0) < (raw.upper or 0) - (raw.lower or 0)


def test_different_rates_are_left_apart() -> None:
    """A condition with many times the others' false positives keeps about its own rate."""
    row = rates([2, 3, 1, 2, 3, 300]).conditions[5]
    assert row.shrunken.estimate == pytest.approx(300 / NEWBORNS, rel=0.03)


@settings(max_examples=15, deadline=None)
@given(st.lists(st.integers(0, 200), min_size=5, max_size=8))
def test_the_estimate_lies_inside_its_interval(counts: list[int]) -> None:
    """0 <= lower <= median <= upper."""
    for row in rates(counts).conditions:
        own = row.shrunken
        assert own.lower is not None
        assert own.estimate is not None
        assert own.upper is not None
        assert 0 <= own.lower <= own.estimate <= own.upper
