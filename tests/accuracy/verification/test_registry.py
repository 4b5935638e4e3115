"""Missed cases scaled up by completeness and onset: limits, gates, seed."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import beta, chi2, gamma

from evaluator.accuracy.verification.registry import Linkage, adjusted_sensitivity, interval_cases
from evaluator.statistics.onset import FollowedFor, OnsetCurve
from evaluator.statistics.uncertain_share import UncertainShare

EVERYONE = UncertainShare(1.0)
FOLLOWED = (FollowedFor(24, 50_000),)


def onset(share: float, error: float = 0.0) -> OnsetCurve:
    """A condition of which this share shows itself by twelve months."""
    return OnsetCurve((12,), (share,), (error,), "by way of example")


def linkage(found: int, missed: int, completeness: UncertainShare = EVERYONE, share: float = 1.0) -> Linkage:
    """Everybody followed up for two years."""
    return Linkage(found, missed, FOLLOWED, completeness, onset(share))


def test_missed_cases_are_scaled_up() -> None:
    """Four known through a registry that holds 80%, at an age by which 90% are diagnosed."""
    found = adjusted_sensitivity(linkage(45, 4, UncertainShare(0.8, 0.05), 0.9), seed=1)
    scaled = 4 / (0.8 * 0.9)
    assert found.missed.estimate == pytest.approx(scaled)
    assert found.sensitivity.estimate == pytest.approx(45 / (45 + scaled))
    assert "10000 draws, seed 1" in found.sensitivity.method
    assert (found.seed, found.draws) == (1, 10_000)
    assert len(found.assumptions) == 4


def test_complete_follow_up_gives_jeffreys() -> None:
    """With completeness and onset of one the interval is that of Beta(found + 1/2, missed + 1/2)."""
    found = adjusted_sensitivity(linkage(45, 4), seed=1, draws=200_000).sensitivity
    assert found.estimate == pytest.approx(45 / 49)
    assert (found.lower, found.upper) == pytest.approx(tuple(beta(45.5, 4.5).ppf([0.025, 0.975])), abs=2e-3)


def test_the_scaled_number_of_missed_cases() -> None:
    """Known shares only stretch the gamma distribution of the count."""
    found = adjusted_sensitivity(linkage(45, 4, UncertainShare(0.5), 0.8), seed=1, draws=200_000).missed
    assert (found.lower, found.upper) == pytest.approx(tuple(gamma(4.5).ppf([0.025, 0.975]) / 0.4), rel=0.02)


def test_doubt_about_the_onset_widens_the_interval() -> None:
    """As doubt about the registry does."""
    sure, unsure = (
        adjusted_sensitivity(Linkage(200, 20, FOLLOWED, EVERYONE, onset(0.85, error)), seed=1).sensitivity
        for error in (0.0, 0.15)
    )
    assert (unsure.lower or 0) < (sure.lower or 0) - 0.005


def test_doubt_about_the_registry_widens_the_interval() -> None:
    """The estimate stays."""
    sure, unsure = (
        adjusted_sensitivity(linkage(200, 20, UncertainShare(0.7, error)), seed=1).sensitivity
        for error in (0.0, 0.15)
    )
    assert sure.estimate == unsure.estimate
    assert (unsure.upper or 0) - (unsure.lower or 0) > (sure.upper or 0) - (sure.lower or 0)


def test_immature_follow_up() -> None:
    """Below 80% of the onset there is no sensitivity; at 80% there is."""
    young = adjusted_sensitivity(linkage(45, 4, share=0.79), seed=1)
    assert young.sensitivity.not_estimable == (
        "immature: follow-up would have shown 79% of the cases, 80% are needed"
    )
    assert young.missed.estimate is None
    assert young.diagnosed == UncertainShare(0.79)
    assert adjusted_sensitivity(linkage(45, 4, share=0.8), seed=1).sensitivity.estimate is not None


def test_newborns_too_young_for_the_curve() -> None:
    """Half followed up for a month: the average counts, not the longest follow-up."""
    follow_up = (FollowedFor(24, 500), FollowedFor(1, 500))
    found = adjusted_sensitivity(Linkage(9, 1, follow_up, EVERYONE, onset(1.0)), seed=1)
    assert "immature" in str(found.sensitivity.not_estimable)
    assert found.diagnosed == UncertainShare(0.5)


def test_zero_cannot_be_scaled_up() -> None:
    """No missed case: no estimate, but a lower limit."""
    found = adjusted_sensitivity(linkage(45, 0, UncertainShare(0.8, 0.05)), seed=1).sensitivity
    assert found.estimate is None
    assert "zero cannot be scaled up" in str(found.not_estimable)
    assert found.lower is not None
    assert 0.9 < found.lower < 1
    assert found.upper == 1


@pytest.mark.parametrize(
    ("known", "reason"),
    [
        (Linkage(9, 1, (), EVERYONE, onset(1.0)), "no screen-negative newborn was followed up"),
        (linkage(0, 0), "no affected newborn is known"),
        (linkage(9, 1, UncertainShare(0.0)), "hold no case"),
    ],
)
def test_what_has_no_sensitivity(known: Linkage, reason: str) -> None:
    """Nobody followed up, nobody affected, an empty registry."""
    assert reason in str(adjusted_sensitivity(known, seed=1).sensitivity.not_estimable)


def test_the_same_seed_gives_the_same_interval() -> None:
    """And another seed another one."""
    one, again, other = (adjusted_sensitivity(linkage(45, 4), seed=seed) for seed in (1, 1, 2))
    assert one == again
    assert one.sensitivity.lower != other.sensitivity.lower


def test_a_negative_count_is_refused() -> None:
    """A slip in the caller, not a result."""
    with pytest.raises(ValueError, match="below zero"):
        linkage(9, -1)


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 300), st.integers(1, 40), st.floats(0.3, 0.95), st.floats(0.8, 1.0))
def test_the_interval_contains_the_estimate(
    found: int, missed: int, completeness: float, share: float
) -> None:
    """And the less complete the registry, the lower the sensitivity."""
    known = linkage(found, missed, UncertainShare(completeness, 0.05), share)
    measure = adjusted_sensitivity(known, seed=5, draws=4000).sensitivity
    assert measure.lower is not None
    assert measure.estimate is not None
    assert measure.upper is not None
    assert measure.lower <= measure.estimate <= measure.upper
    assert measure.estimate <= found / (found + missed)


def test_interval_cases_per_thousand_years() -> None:
    """Three in 100,000 baby-years, with the chi-squared limits."""
    found = interval_cases(3, FOLLOWED)
    assert found.estimate == pytest.approx(0.03)
    assert found.lower == pytest.approx(chi2.ppf(0.025, 6) / 2 / 100)
    assert found.upper == pytest.approx(chi2.ppf(0.975, 8) / 2 / 100)
    assert "per 1000 baby-years" in found.method


def test_no_interval_case() -> None:
    """None seen has a lower limit of zero; nobody followed up has no rate."""
    none = interval_cases(0, FOLLOWED)
    assert (none.estimate, none.lower) == (0.0, 0.0)
    assert none.upper == pytest.approx(chi2.ppf(0.975, 2) / 2 / 100)
    assert interval_cases(0, ()).not_estimable == "no screen-negative newborn was followed up"
