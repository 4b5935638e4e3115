"""The prevalence behind a share of positives."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.apparent_prevalence import true_prevalence


def test_fewer_positives_than_false_ones_expected() -> None:
    """1% positive with a specificity of 96%: cut off at zero."""
    found = true_prevalence(2, 200, 0.9, 0.96)
    assert (found.estimate, found.lower) == (0.0, 0.0)
    assert "accuracy taken as known" in found.method


def test_what_has_no_estimate() -> None:
    """Nobody screened, or a test that says nothing."""
    assert true_prevalence(0, 0, 0.9, 0.9).not_estimable == "nobody was screened"
    assert true_prevalence(5, 10, 0.5, 0.5).not_estimable


@given(st.integers(0, 500), st.floats(0.6, 1), st.floats(0.6, 1))
def test_the_interval_contains_the_estimate(positives: int, sensitivity: float, specificity: float) -> None:
    """0 <= lower <= estimate <= upper <= 1."""
    found = true_prevalence(positives, 500, sensitivity, specificity)
    assert found.lower is not None
    assert found.estimate is not None
    assert found.upper is not None
    assert 0 <= found.lower <= found.estimate <= found.upper <= 1


@given(st.integers(0, 500))
def test_a_perfect_test_shows_the_prevalence(positives: int) -> None:
    """Nothing to correct."""
    assert true_prevalence(positives, 500, 1.0, 1.0).estimate == pytest.approx(positives / 500)
