"""The score interval of a difference against published values and a general maximiser."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar
from scipy.stats import binom, norm

from evaluator.statistics.score_difference import score_difference

ANY = st.integers(1, 120).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_newcombe_1998() -> None:
    """56/70 against 48/80: .0528 to .3382 (Newcombe, Stat Med 1998;17:873, table II, Miettinen-Nurminen)."""
    assert score_difference((56, 70), (48, 80)) == pytest.approx((0.0528, 0.3382), abs=6e-5)


@pytest.mark.parametrize(
    ("first", "second"),
    [((9, 10), (3, 10)), ((56, 70), (48, 80)), ((5, 100), (2, 90)), ((19, 20), (150, 160))],
)
def test_the_test_rejects_just_beyond(first: tuple[int, int], second: tuple[int, int]) -> None:
    """At each limit the statistic, with its proportions from a general maximiser, is the normal quantile."""
    (x1, n1), (x2, n2) = first, second

    for sign, gap in zip((1, -1), score_difference(first, second), strict=True):

        def loss(p2: float, gap: float = gap) -> float:
            return -float(binom.logpmf(x1, n1, p2 + gap) + binom.logpmf(x2, n2, p2))

        within = (max(0.0, -gap) + 1e-9, min(1.0, 1 - gap) - 1e-9)
        p2 = minimize_scalar(loss, bounds=within, method="bounded", options={"xatol": 1e-12}).x
        p1 = p2 + gap
        variance = (p1 * (1 - p1) / n1 + p2 * (1 - p2) / n2) * (n1 + n2) / (n1 + n2 - 1)
        assert sign * (x1 / n1 - x2 / n2 - gap) / variance**0.5 == pytest.approx(norm.ppf(0.975), abs=1e-5)


@pytest.mark.parametrize("pair", [((5, 5), (95, 95)), ((0, 5), (0, 9)), ((1, 1), (0, 1)), ((0, 1), (1, 1))])
def test_at_the_edges(pair: tuple[tuple[int, int], tuple[int, int]]) -> None:
    """0 and 100% have an interval that holds the difference and mirrors."""
    first, second = pair
    low, high = score_difference(first, second)
    gap = first[0] / first[1] - second[0] / second[1]
    assert -1 <= low <= gap <= high <= 1
    assert low < high
    assert score_difference(second, first) == pytest.approx((-high, -low), abs=1e-9)


@settings(max_examples=60, deadline=None)
@given(ANY, ANY)
def test_the_difference_lies_inside(first: tuple[int, int], second: tuple[int, int]) -> None:
    """Whatever the counts, -1 <= lower <= difference <= upper <= 1."""
    low, high = score_difference(first, second)
    assert -1 <= low <= first[0] / first[1] - second[0] / second[1] + 1e-9
    assert first[0] / first[1] - second[0] / second[1] - 1e-9 <= high <= 1


def test_all_found_among_five_says_little() -> None:
    """5 of 5 against 95 of 95 may still be 43 points lower."""
    assert score_difference((5, 5), (95, 95))[0] == pytest.approx(-0.4369, abs=2e-3)
