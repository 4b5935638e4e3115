"""Differences of proportions: Tango, Newcombe paired, Newcombe unpaired."""

from __future__ import annotations

import math
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import PairedTable
from evaluator.statistics.paired_difference import (
    newcombe_paired_difference,
    tango_difference,
    unpaired_difference,
)
from evaluator.statistics.ratios import Z

CELLS = st.integers(0, 200)
TABLES = st.builds(PairedTable, CELLS, CELLS, CELLS, st.integers(0, 100_000)).filter(
    lambda table: (table.total or 0) > 0
)
METHODS = st.sampled_from([tango_difference, newcombe_paired_difference])
PROPORTIONS = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@given(TABLES, METHODS)
def test_exchanging_the_tests_mirrors_the_interval(
    table: PairedTable, method: Callable[[PairedTable], Measure]
) -> None:
    """The sign turns and the limits change places; the interval contains the estimate."""
    one, other = method(table), method(table.swapped())
    assert one.lower is not None
    assert one.estimate is not None
    assert one.upper is not None
    assert -1 - 1e-12 <= one.lower <= one.estimate <= one.upper <= 1 + 1e-12
    assert (other.estimate, other.lower, other.upper) == pytest.approx(
        (-one.estimate, -one.upper, -one.lower), abs=1e-9
    )


@given(TABLES)
def test_tango_limits_are_where_the_score_test_rejects(table: PairedTable) -> None:
    """At each limit the score statistic, with q maximising the likelihood, is 1.96."""
    found = tango_difference(table)
    n, b, c = table.total or 0, table.first_only, table.second_only
    for limit in (found.lower, found.upper):
        assert limit is not None
        if abs(limit) > 1 - 1e-9:
            continue
        first = -b - c + (2 * n - b + c) * limit
        q = (math.sqrt(max(0.0, first**2 + 8 * n * c * limit * (1 - limit))) - first) / (4 * n)
        variance = n * (2 * q + limit * (1 - limit))
        assert abs(b - c - n * limit) == pytest.approx(Z * math.sqrt(variance), rel=1e-4)


def test_tests_that_never_disagree() -> None:
    """Tango's interval is not empty then: 30 newborns leave room for a difference."""
    found = tango_difference(PairedTable(20, 0, 0, 10))
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (0, -Z * Z / (30 + Z * Z), Z * Z / (30 + Z * Z))
    )


@pytest.mark.parametrize("method", [tango_difference, newcombe_paired_difference])
def test_complete_disagreement(method: Callable[[PairedTable], Measure]) -> None:
    """Everybody positive on the first only: the upper limit is one."""
    found = method(PairedTable(0, 12, 0, 0))
    assert (found.estimate, found.upper) == pytest.approx((1, 1))
    assert (found.lower or 0) > 0.5


@pytest.mark.parametrize("method", [tango_difference, newcombe_paired_difference])
def test_what_has_no_difference(method: Callable[[PairedTable], Measure]) -> None:
    """Newborns negative on both not verified, and nobody at all."""
    assert method(PairedTable(5, 3, 2, None)).not_estimable == (
        "newborns negative on both tests were not verified"
    )
    assert method(PairedTable(0, 0, 0, 0)).not_estimable == "no newborn with both results"


@given(PROPORTIONS, PROPORTIONS)
def test_unpaired_groups_mirror(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Exchanging the groups turns the sign; the interval contains the estimate."""
    one, other = unpaired_difference(first, second), unpaired_difference(second, first)
    assert one.lower is not None
    assert one.estimate is not None
    assert one.upper is not None
    assert one.lower - 1e-12 <= one.estimate <= one.upper + 1e-12
    assert (other.estimate, other.lower, other.upper) == pytest.approx(
        (-one.estimate, -one.upper, -one.lower), abs=1e-12
    )


def test_an_empty_group() -> None:
    """No difference to nobody."""
    assert unpaired_difference((0, 0), (3, 9)).not_estimable == "one of the groups is empty"
