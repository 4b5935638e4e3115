"""Proportions of conditions are pooled only in declared sets, and drawn towards the set, never past it."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.pooling import ExchangeableSet, Shrinkage
from evaluator.statistics.shrinkage import Pooling, shrink

FOUND = [(9, 10), (4, 6), (12, 12), (3, 7), (20, 24), (1, 1)]
TALLIES = st.lists(
    st.integers(1, 40).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=5, max_size=7
)


def shrunken(tallies: list[tuple[int, int]], pooling: Pooling = Pooling.FULL_BAYES) -> Shrinkage:
    """Conditions named by their place, declared."""
    names = tuple(f"condition {place}" for place in range(len(tallies)))
    declared = ExchangeableSet("recessive loss of function", "protocol 1, section 4", names)
    return shrink(dict(zip(names, tallies, strict=True)), declared, pooling)


@pytest.mark.parametrize(
    ("tallies", "reason"),
    [
        ([(9, 10)] * 4, "4 conditions with a result, 5 are needed"),
        ([(9, 10)] * 4 + [(0, 0)] * 3, "4 conditions with a result, 5 are needed"),
        ([(2, 5)] * 5, "25 results in all, 30 are needed"),
    ],
)
def test_too_little_is_not_pooled(tallies: list[tuple[int, int]], reason: str) -> None:
    """Each condition keeps its own proportion, and the reason stands where the shrunken one would."""
    result = shrunken(tallies)
    assert reason in (result.not_pooled or "")
    for row, (count, total) in zip(result.conditions, tallies, strict=True):
        assert row.shrunken.estimate is None
        assert reason in (row.shrunken.not_estimable or "")
        assert row.raw.estimate == (count / total if total else None)


def test_what_was_not_declared_is_not_pooled() -> None:
    """A set without a place where it was declared is refused, whatever its size."""
    counts = {f"condition {place}": (9, 10) for place in range(6)}
    result = shrink(counts, ExchangeableSet("found afterwards", " ", tuple(counts)))
    assert result.not_pooled == "the set was not declared exchangeable beforehand"


def test_a_chosen_part_of_a_set_is_refused() -> None:
    """Leaving out a condition of the declared set, or adding one, is an error."""
    counts = {f"condition {place}": (9, 10) for place in range(6)}
    with pytest.raises(ValueError, match="not exactly the conditions of all: condition 6"):
        shrink(counts, ExchangeableSet("all", "protocol", (*counts, "condition 6")))


@settings(max_examples=8, deadline=None)
@given(TALLIES.filter(lambda tallies: sum(n for _, n in tallies) >= 30))
def test_the_estimate_lies_inside_its_interval(tallies: list[tuple[int, int]]) -> None:
    """0 <= lower <= median <= upper <= 1 for every condition, and for the mean of the set."""
    result = shrunken(tallies)
    for measure in (*(row.shrunken for row in result.conditions), result.mean):
        assert measure.lower is not None
        assert measure.estimate is not None
        assert measure.upper is not None
        assert 0 <= measure.lower <= measure.estimate <= measure.upper <= 1


@settings(max_examples=5, deadline=None)
@given(TALLIES.filter(lambda tallies: sum(n for _, n in tallies) >= 30))
def test_successes_and_failures_mirror(tallies: list[tuple[int, int]]) -> None:
    """Missed proportions shrink as found ones do, from the other side."""
    found = shrunken(tallies).conditions
    missed = shrunken([(n - x, n) for x, n in tallies]).conditions
    for one, other in zip(found, missed, strict=True):
        assert one.shrunken.lower is not None
        assert other.shrunken.upper is not None
        assert one.shrunken.lower == pytest.approx(1 - other.shrunken.upper, abs=2e-4)


def test_a_small_condition_borrows_more_than_a_large_one() -> None:
    """1 of 1 comes down from 100% further than 12 of 12 does; 3 of 7 comes up."""
    rows = [row.shrunken.estimate for row in shrunken(FOUND).conditions]
    assert rows[5] < rows[2] < 1
    assert rows[3] > 3 / 7


@pytest.mark.parametrize("pooling", list(Pooling))
def test_all_found(pooling: Pooling) -> None:
    """Where every x = n likelihood has no maximum: the prior version answers, wider than if all were one."""
    result = shrunken([(6, 6)] * 5, pooling)
    row = result.conditions[0]
    assert "full Bayes" in row.shrunken.method
    if pooling is Pooling.EMPIRICAL_BAYES:
        assert "maximum likelihood has no solution" in row.shrunken.method
    pooled = proportion_interval(30, 30, IntervalMethod.CLOPPER_PEARSON)[0]
    assert row.raw.lower is not None
    assert row.shrunken.lower is not None
    assert row.raw.lower < row.shrunken.lower < pooled


def test_empirical_bayes_is_narrower() -> None:
    """Taking the spread as known narrows the interval, and the method says so."""
    data = [(0, 20), (1, 20), (2, 20), (5, 20), (9, 20), (14, 20)]
    full, empirical = shrunken(data), shrunken(data, Pooling.EMPIRICAL_BAYES)
    assert "too narrow" in empirical.conditions[0].shrunken.method
    widths = [
        sum((row.shrunken.upper or 0) - (row.shrunken.lower or 0) for row in result.conditions)
        for result in (full, empirical)
    ]
    assert widths[1] < widths[0]
