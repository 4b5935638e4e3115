"""The exact test of several proportions: Fisher's for two, all tables listed for more."""

from __future__ import annotations

from itertools import product
from math import comb

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from evaluator.statistics import homogeneity
from evaluator.statistics.homogeneity import exact_homogeneity

STRATA = st.lists(
    st.integers(1, 8).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))), min_size=2, max_size=4
)


def by_hand(counts: list[int], totals: list[int]) -> float:
    """Add up the probability of every table that is as rare, listed one by one."""
    tables = {
        cells: np.prod([float(comb(n, x)) for x, n in zip(cells, totals, strict=True)])
        for cells in product(*(range(n + 1) for n in totals))
        if sum(cells) == sum(counts)
    }
    seen = tables[tuple(counts)]
    return float(sum(w for w in tables.values() if w <= seen * (1 + 1e-7)) / sum(tables.values()))


@settings(max_examples=50, deadline=None)
@given(STRATA)
def test_every_table_listed(strata: list[tuple[int, int]]) -> None:
    """The p-value is that of the definition."""
    counts, totals = map(list, zip(*strata, strict=True))
    assert exact_homogeneity(counts, totals, seed=1).p_value == pytest.approx(by_hand(counts, totals))


@settings(max_examples=50, deadline=None)
@given(st.tuples(st.integers(0, 30), st.integers(0, 20)))
def test_two_strata_are_fishers(counts: tuple[int, int]) -> None:
    """With two strata it is Fisher's exact test."""
    table = np.array([[counts[0], 30 - counts[0]], [counts[1], 20 - counts[1]]])
    assert exact_homogeneity(counts, [30, 20], seed=1).p_value == pytest.approx(fisher_exact(table).pvalue)


def test_too_many_tables_are_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """The simulated p-value is near the exact one, repeats with its seed, and says what it is."""
    counts, totals = [3, 9, 2, 6], [10, 12, 20, 15]
    exact = exact_homogeneity(counts, totals, seed=1)
    monkeypatch.setattr(homogeneity, "MOST_TABLES", 10)
    drawn = exact_homogeneity(counts, totals, seed=1)
    assert "20000 random tables" in drawn.method
    assert drawn.seed == 1
    assert drawn == exact_homogeneity(counts, totals, seed=1)
    assert drawn.p_value == pytest.approx(exact.p_value, abs=0.002)


def test_one_stratum_cannot_differ() -> None:
    """A stratum without newborns does not count; with one left there is no test."""
    assert exact_homogeneity([3, 0], [10, 0], seed=1).not_estimable == "fewer than two strata with a result"
    assert exact_homogeneity([10, 7], [10, 7], seed=1).p_value == 1.0
