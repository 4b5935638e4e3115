"""Proportions whose results come in clusters, against what independent programs print, and by simulation."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.clustered import clustered_proportion, design_effect
from evaluator.statistics.intervals import IntervalMethod, proportion_interval

# Weil's rats, table 1 of Rao and Scott 1992; the design effects are those of the R package PF (rsb).
CONTROL = (
    [13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7],
    [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10],
)
TREATED = (
    [12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0],
    [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7],
)


@pytest.mark.parametrize(("litters", "printed"), [(CONTROL, 1.232495), (TREATED, 3.952861)])
def test_design_effects_as_printed(litters: tuple[list[int], list[int]], printed: float) -> None:
    """Rao and Scott's variance inflation of both groups of litters."""
    assert design_effect(*map(np.array, litters)) == pytest.approx(printed, abs=1e-6)


def test_single_results_are_independent() -> None:
    """Clusters of one result each give the exact limits of as many newborns, but for n / (n - 1)."""
    counts = np.array([1] * 40 + [0] * 60)
    found = clustered_proportion(counts, np.ones(100, dtype=np.int64))
    assert found.design_effect == pytest.approx(100 / 99)
    exact = proportion_interval(40, 100, IntervalMethod.CLOPPER_PEARSON)
    assert (found.measure.lower, found.measure.upper) == pytest.approx(exact, abs=1e-3)


def test_few_clusters_say_nothing() -> None:
    """Nine sites do not tell how much sites vary."""
    found = clustered_proportion(np.arange(9), np.full(9, 10), "sites")
    assert found.measure.not_estimable == "9 sites with a result, 10 are needed"


def test_nothing_varies() -> None:
    """All found in every site: an effect of 1, and a limit that allows for few sites."""
    found = clustered_proportion(np.full(12, 5), np.full(12, 5), "sites")
    exact = proportion_interval(60, 60, IntervalMethod.CLOPPER_PEARSON)
    assert found.design_effect == 1
    assert found.measure.upper == 1
    assert found.measure.lower is not None
    assert found.measure.lower < exact[0]


@given(st.lists(st.tuples(st.integers(0, 20), st.integers(0, 20)), min_size=10, max_size=40))
def test_never_narrower_than_independent_results(pairs: list[tuple[int, int]]) -> None:
    """The interval holds the estimate, and holds the exact one of as many independent results."""
    counts, others = (np.array(part) for part in zip(*pairs, strict=True))
    found = clustered_proportion(counts, counts + others).measure
    if found.estimate is None:
        return
    assert found.numerator is not None
    assert found.denominator is not None
    exact = proportion_interval(found.numerator, found.denominator, IntervalMethod.CLOPPER_PEARSON)
    assert found.lower is not None
    assert found.upper is not None
    assert found.lower <= exact[0] + 1e-12 <= found.estimate + 1e-9
    assert found.upper >= exact[1] - 1e-12 >= found.estimate - 1e-9


@given(st.permutations(range(len(TREATED[0]))))
def test_the_order_of_clusters_changes_no_bit(order: list[int]) -> None:
    """The design effect is the same to the last bit however the litters are listed."""
    counts, totals = map(np.array, TREATED)
    assert design_effect(counts[order], totals[order]) == design_effect(counts, totals)


def test_coverage_where_results_are_alike(record_property: Callable[[str, object], None]) -> None:
    """False alarms that come in sites: limits for independent results fail, these hold the truth."""
    generator = np.random.default_rng(1992)
    truth, size, sites, studies = 0.02, 2_000, 20, 600
    held = {"independent": 0, "clustered": 0}
    for _ in range(studies):
        rates = generator.beta(truth * 400, (1 - truth) * 400, sites)
        counts = generator.binomial(size, rates)
        lower, upper = proportion_interval(int(counts.sum()), sites * size, IntervalMethod.CLOPPER_PEARSON)
        held["independent"] += lower <= truth <= upper
        found = clustered_proportion(counts, np.full(sites, size)).measure
        assert found.lower is not None
        assert found.upper is not None
        held["clustered"] += found.lower <= truth <= found.upper
    shares = {name: number / studies for name, number in held.items()}
    told = ", ".join(f"{name} {share:.3f}" for name, share in shares.items())
    record_property("table", f"Coverage of 95% limits where 20 sites differ: {told}")
    assert shares["independent"] < 0.75
    assert 0.93 < shares["clustered"] < 0.99
