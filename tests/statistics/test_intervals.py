"""Intervals of a proportion against what independent sources print, and against their own definition."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom

from evaluator.statistics.intervals import IntervalMethod, proportion_interval

# Newcombe, Stat Med 1998;17:857 (four decimals); R binom::binom.confint as kept in statsmodels' own tests;
# R binom.test as kept in scipy's tests; Brown, Cai and DasGupta 2001 for the boundary rule of Jeffreys.
PRINTED = [
    ("newcombe_15_148", 15, 148, "cp", 0.0578, 0.1617, 6e-5),
    ("newcombe_15_148", 15, 148, "midp", 0.0601, 0.1581, 6e-5),
    ("newcombe_15_148", 15, 148, "wilson", 0.0624, 0.1605, 6e-5),
    ("newcombe_0_20", 0, 20, "cp", 0, 0.1684, 6e-5),
    ("newcombe_0_20", 0, 20, "midp", 0, 0.1391, 6e-5),
    ("newcombe_0_20", 0, 20, "wilson", 0, 0.1611, 6e-5),
    ("jeffreys_0_20", 0, 20, "jeffreys", 0, 0.117, 6e-4),
    ("binomR_18_20", 18, 20, "agresti-coull", 0.6867561125596077, 0.984343760998137, 6e-8),
    ("binomR_18_20", 18, 20, "wilson", 0.6989663547715128, 0.972133518786232, 6e-8),
    ("binomR_18_20", 18, 20, "cp", 0.6830172859809176, 0.9876514728297052, 6e-8),
    ("binomR_4_200", 4, 200, "agresti-coull", 0.005991954548218395, 0.0520995587739575, 6e-8),
    ("binomR_4_200", 4, 200, "wilson", 0.00780442641634947, 0.05028708690582643, 6e-8),
    ("binomR_4_200", 4, 200, "cp", 0.005475565879556443, 0.05041360908989634, 6e-8),
    ("binomR_0_30", 0, 30, "wilson", 0, 0.11351339, 6e-8),
    ("binomR_0_30", 0, 30, "cp", 0, 0.11570331, 6e-8),
    ("epiR_26_200", 26, 200, "wilson", 0.09028202, 0.1836635, 1e-7),
    ("binomtest_20_100", 20, 100, "cp", 0.1266555521019559, 0.2918426890886281, 1e-11),
    ("binomtest_10_10", 10, 10, "cp", 0.6915029, 1, 1e-7),
]
PROPORTIONS = st.integers(1, 400).flatmap(lambda total: st.tuples(st.integers(0, total), st.just(total)))


@pytest.mark.parametrize(
    ("count", "total", "method", "lower", "upper", "tolerance"),
    [case[1:] for case in PRINTED],
    ids=[f"{case[0]}-{case[3]}" for case in PRINTED],
)
def test_printed_values(
    count: int, total: int, method: str, lower: float, upper: float, tolerance: float
) -> None:
    """The interval is the one that the source prints."""
    found = proportion_interval(count, total, IntervalMethod(method))
    assert found == pytest.approx((lower, upper), abs=tolerance)


@given(PROPORTIONS, st.sampled_from(IntervalMethod))
def test_the_estimate_lies_inside(proportion: tuple[int, int], method: IntervalMethod) -> None:
    """0 <= lower <= estimate <= upper <= 1."""
    count, total = proportion
    lower, upper = proportion_interval(count, total, method)
    assert 0 <= lower <= count / total <= upper <= 1


@given(PROPORTIONS, st.sampled_from(IntervalMethod))
def test_successes_and_failures_mirror(proportion: tuple[int, int], method: IntervalMethod) -> None:
    """The interval of the failures is one minus that of the successes."""
    count, total = proportion
    lower, upper = proportion_interval(count, total, method)
    mirrored = proportion_interval(total - count, total, method)
    assert (1 - mirrored[1], 1 - mirrored[0]) == pytest.approx((lower, upper), abs=1e-9)


@given(PROPORTIONS)
def test_mid_p_meets_its_definition(proportion: tuple[int, int]) -> None:
    """At the upper limit, half the observed probability and the lower tail make 2.5%."""
    count, total = proportion
    lower, upper = proportion_interval(count, total, IntervalMethod.MID_P)
    if count < total:
        tail = 0.5 * binom.pmf(count, total, upper) + binom.cdf(count - 1, total, upper)
        assert tail == pytest.approx(0.025, abs=1e-6)
    exact = proportion_interval(count, total, IntervalMethod.CLOPPER_PEARSON)
    assert exact[0] <= lower + 1e-12
    assert upper - 1e-12 <= exact[1]


@pytest.mark.parametrize("pair", [(1, 0), (3, 2), (-1, 2)])
def test_what_is_no_proportion_is_refused(pair: tuple[int, int]) -> None:
    """A count above its total, or of nothing, has no interval."""
    with pytest.raises(ValueError, match="is not a proportion"):
        proportion_interval(*pair, IntervalMethod.CLOPPER_PEARSON)
