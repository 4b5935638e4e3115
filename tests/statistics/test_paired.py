"""McNemar's tests and the conditional odds ratio of two tests on the same newborns."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evaluator.statistics.paired import McNemar, PairedTable, conditional_odds_ratio, mcnemar

CELLS = st.integers(0, 300)
TABLES = st.builds(PairedTable, CELLS, CELLS, CELLS, st.one_of(st.none(), CELLS))


def test_margins() -> None:
    """Positive on each test, on one only, and all; unknown where nobody negative on both was verified."""
    table = PairedTable(5, 3, 2, 90)
    assert (table.first, table.second, table.discordant, table.total) == (8, 7, 5, 100)
    assert PairedTable(5, 3, 2, None).total is None
    assert table.swapped() == PairedTable(5, 2, 3, 90)
    with pytest.raises(ValueError, match="below zero"):
        PairedTable(5, -1, 2, 90)


def test_mid_p_by_hand() -> None:
    """1 against 7: the exact p-value less the probability of 1 of 8."""
    table = PairedTable(1, 1, 7, 12)
    exact = 2 * (1 + 8) / 256
    assert mcnemar(table).p_value == pytest.approx(exact)
    assert mcnemar(table, McNemar.MID_P).p_value == pytest.approx(exact - 8 / 256)
    assert mcnemar(PairedTable(1, 4, 4, 12), McNemar.MID_P).p_value == 1


@given(TABLES)
def test_exact_is_the_binomial_test(table: PairedTable) -> None:
    """As scipy computes it; mid-P is never larger."""
    if table.discordant:
        exact, mid = mcnemar(table).p_value, mcnemar(table, McNemar.MID_P).p_value
        assert exact == pytest.approx(binomtest(table.first_only, table.discordant).pvalue)
        assert exact is not None
        assert mid is not None
        assert 0 < mid <= exact + 1e-12 <= 1 + 2e-12


@given(TABLES, st.sampled_from(McNemar))
def test_exchanging_the_tests_changes_no_p_value(table: PairedTable, method: McNemar) -> None:
    """Every form of the test is two-sided."""
    one, other = mcnemar(table, method), mcnemar(table.swapped(), method)
    assert one == other
    assert (one.p_value is None) == (table.discordant == 0) == (one.not_estimable is not None)


@given(TABLES)
def test_exchanging_the_tests_inverts_the_odds_ratio(table: PairedTable) -> None:
    """Estimate and limits; the interval contains the estimate."""
    one, other = conditional_odds_ratio(table), conditional_odds_ratio(table.swapped())
    if table.first_only and table.second_only:
        assert one.lower is not None
        assert one.estimate is not None
        assert one.upper is not None
        assert one.lower < one.estimate < one.upper
        assert other.estimate == pytest.approx(1 / one.estimate)
        assert (other.lower, other.upper) == pytest.approx((1 / one.upper, 1 / one.lower))


def test_odds_ratios_at_the_edge() -> None:
    """No estimate where it would be infinite, zero where it is zero, none where nobody is discordant."""
    infinite = conditional_odds_ratio(PairedTable(5, 4, 0, 9))
    assert infinite.estimate is None
    assert infinite.upper is None
    assert infinite.lower == pytest.approx(0.025**0.25 / (1 - 0.025**0.25))
    zero = conditional_odds_ratio(PairedTable(5, 0, 4, 9))
    assert (zero.estimate, zero.lower) == (0.0, 0.0)
    assert conditional_odds_ratio(PairedTable(5, 0, 0, 9)).not_estimable == "the tests never disagree"
