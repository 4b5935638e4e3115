"""Strata against the others: never said to be equal without evidence."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import fisher_exact

from evaluator.accuracy.equity import (
    DifferenceMethod,
    Tally,
    Verdict,
    contrast_strata,
    difference,
    newborns_needed,
)

TALLY = st.integers(1, 200).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


def test_a_small_stratum_is_insufficient_evidence() -> None:
    """5 of 5 beside 95 of 95 looks equal and shows nothing; the number that would is given."""
    found = contrast_strata([Tally("small", 5, 5), Tally("large", 95, 95)], margin=0.1, seed=1)
    small = found.contrasts[1]
    assert small.stratum == "small"
    assert small.verdict is Verdict.INSUFFICIENT
    assert small.verdict == "insufficient evidence of equal accuracy"
    assert small.needed == 35
    again = contrast_strata([Tally("small", 35, 35), Tally("large", 95, 95)], margin=0.1, seed=1)
    assert again.contrasts[1].verdict is Verdict.EQUAL_WITHIN_MARGIN


def test_no_verdict_says_no_difference() -> None:
    """None of the words claims that there is none."""
    assert all("no difference" not in verdict for verdict in Verdict)


def test_a_worse_stratum_is_called_so() -> None:
    """60 of 100 against 190 of 200 is lower, and the others are higher than it."""
    found = contrast_strata([Tally("a", 60, 100), Tally("b", 190, 200)], margin=0.05, seed=1)
    assert [contrast.verdict for contrast in found.contrasts] == [Verdict.LOWER, Verdict.HIGHER]
    assert found.heterogeneity.p_value is not None
    assert found.heterogeneity.p_value < 1e-10


def test_a_stratum_is_set_against_the_others_only() -> None:
    """Its own newborns are not on both sides."""
    tallies = [Tally("a", 9, 10), Tally("b", 80, 100), Tally("c", 30, 40)]
    first = contrast_strata(tallies, margin=0.05, seed=1).contrasts[0]
    assert (first.others.numerator, first.others.denominator) == (110, 140)
    assert first.difference.estimate == pytest.approx(0.9 - 110 / 140)
    assert first.p_value == pytest.approx(fisher_exact([[9, 1], [110, 30]]).pvalue)
    assert first.p_holm is not None
    assert first.p_holm >= (first.p_value or 0)


def test_an_empty_stratum() -> None:
    """Nobody with a result: no difference, no p-value, insufficient evidence."""
    empty = contrast_strata([Tally("a", 0, 0), Tally("b", 9, 10)], margin=0.1, seed=1)
    assert empty.contrasts[0].difference.not_estimable
    assert empty.contrasts[0].p_value is None
    assert empty.contrasts[0].verdict is Verdict.INSUFFICIENT
    assert empty.contrasts[1].needed_reason == "there are no others to compare with"


def test_others_too_few_for_any_number() -> None:
    """Where the others' own uncertainty exceeds the margin no stratum is large enough."""
    assert newborns_needed(0.9, 50, 0.05) is None
    found = contrast_strata([Tally("a", 45, 50), Tally("b", 45, 50)], margin=0.05, seed=1)
    assert "too few for a margin of 0.05" in (found.contrasts[0].needed_reason or "")


@settings(deadline=None)
@given(TALLY, TALLY, st.sampled_from(DifferenceMethod))
def test_the_difference_lies_inside_its_interval(
    own: tuple[int, int], others: tuple[int, int], method: DifferenceMethod
) -> None:
    """-1 <= lower <= difference <= upper <= 1, and the other way round it changes its sign."""
    found = difference(Tally("own", *own), Tally("others", *others), method)
    mirrored = difference(Tally("others", *others), Tally("own", *own), method)
    assert found.lower is not None
    assert found.upper is not None
    assert found.estimate is not None
    assert -1 - 1e-9 <= found.lower <= found.estimate + 1e-6
    assert found.estimate - 1e-6 <= found.upper <= 1 + 1e-9
    assert mirrored.lower == pytest.approx(-found.upper, abs=1e-5)


@settings(deadline=None)
@given(st.floats(0.5, 1.0), st.integers(200, 5000), st.floats(0.05, 0.3))
def test_the_number_needed_is_the_smallest(rate: float, others: int, margin: float) -> None:
    """A wider margin never needs more."""
    needed, less = newborns_needed(rate, others, margin), newborns_needed(rate, others, margin * 1.2)
    if needed is not None:
        assert less is not None
        assert less <= needed


def test_a_margin_must_be_given() -> None:
    """Nobody published one, so there is no default, and 0 is none."""
    with pytest.raises(ValueError, match="margin 0 is not between"):
        contrast_strata([Tally("a", 1, 2)], margin=0, seed=1)
