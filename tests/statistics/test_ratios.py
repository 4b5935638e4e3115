"""Likelihood and odds ratios against printed values, and the score interval against its own test."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from statsmodels.stats.proportion import score_test_proportions_2indep

from evaluator.statistics.ratios import RatioMethod, likelihood_ratio, odds_ratio

# DTComPair, Paired1 data, test 1: tp 397, fp 84, fn 54, tn 177
AFFECTED, UNAFFECTED = 451, 261


def test_likelihood_ratios_as_dtcompair_prints_them() -> None:
    """Estimate and log interval of both likelihood ratios."""
    positive = likelihood_ratio((397, AFFECTED), (84, UNAFFECTED))
    negative = likelihood_ratio((54, AFFECTED), (177, UNAFFECTED))
    assert (positive.estimate, positive.lower, positive.upper) == pytest.approx(
        (2.7351124, 2.2860079, 3.2724472), abs=6e-5
    )
    assert (negative.estimate, negative.lower, negative.upper) == pytest.approx(
        (0.1765568, 0.1356142, 0.2298601), abs=6e-5
    )


def test_odds_ratio_is_the_quotient_of_the_likelihood_ratios() -> None:
    """DOR = LR+ / LR-, with a symmetric interval on the log scale."""
    ratio = odds_ratio(397, 84, 54, 177)
    expected = (
        likelihood_ratio((397, AFFECTED), (84, UNAFFECTED)).estimate
        / likelihood_ratio((54, AFFECTED), (177, UNAFFECTED)).estimate
    )
    assert ratio.estimate == pytest.approx(expected)
    assert ratio.estimate == pytest.approx(math.sqrt(ratio.lower * ratio.upper))
    assert math.log(ratio.upper / ratio.estimate) == pytest.approx(
        1.959964 * math.sqrt(1 / 397 + 1 / 84 + 1 / 54 + 1 / 177), rel=1e-6
    )


@pytest.mark.parametrize(
    ("affected", "unaffected", "plain"),
    [((8, 8), (0, 100), "infinite"), ((0, 8), (3, 100), "without it 0"), ((0, 8), (0, 100), "undefined")],
)
def test_a_zero_cell_is_labelled(affected: tuple[int, int], unaffected: tuple[int, int], plain: str) -> None:
    """Half a newborn is added to each cell, and the method says what the ratio is without."""
    ratio = likelihood_ratio(affected, unaffected)
    assert "Haldane" in ratio.method
    assert plain in ratio.method
    assert 0 < ratio.lower < ratio.estimate < ratio.upper < math.inf


def test_a_zero_cell_of_the_odds_ratio() -> None:
    """Without the half it would be infinite."""
    ratio = odds_ratio(8, 3, 0, 1000)
    assert ratio.estimate == pytest.approx(8.5 * 1000.5 / (3.5 * 0.5))
    assert "infinite" in ratio.method


TABLES = st.tuples(st.integers(1, 60), st.integers(1, 5000)).flatmap(
    lambda totals: st.tuples(
        st.integers(0, totals[0]), st.just(totals[0]), st.integers(1, totals[1]), st.just(totals[1])
    )
)


@given(TABLES)
def test_score_limits_are_where_the_score_test_rejects(table: tuple[int, int, int, int]) -> None:
    """At both limits Koopman's test gives 5%; also at a sensitivity of 100%."""
    x1, n1, x2, n2 = table
    ratio = likelihood_ratio((x1, n1), (x2, n2), RatioMethod.SCORE)
    assert ratio.lower <= ratio.estimate <= ratio.upper
    if 0 < x1 < n1 and x2 < n2:  # elsewhere the library's test divides by zero
        for limit in (ratio.lower, ratio.upper):
            test = score_test_proportions_2indep(
                x1, n1, x2, n2, value=limit, compare="ratio", correction=False
            )
            assert test.pvalue == pytest.approx(0.05, abs=1e-6)


def test_score_interval_at_full_sensitivity_contains_the_estimate() -> None:
    """8 of 8 against 3 of 1,000: the lower limit lies well below the estimate."""
    ratio = likelihood_ratio((8, 8), (3, 1000), RatioMethod.SCORE)
    assert ratio.lower < 0.5 * ratio.estimate
    assert ratio.method == "score (Koopman)"
