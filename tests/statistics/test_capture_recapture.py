"""How many cases there are, from two sources."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.capture_recapture import CaseEstimate, TwoSources, chapman, lincoln_petersen

SOURCES = st.tuples(st.integers(0, 200), st.integers(0, 200), st.integers(0, 200)).map(
    lambda parts: TwoSources(parts[0] + parts[2], parts[1] + parts[2], parts[2])
)
METHODS = st.sampled_from([chapman, lincoln_petersen])


def test_chapman_by_hand() -> None:
    """n1 = 100, n2 = 100, m = 20: N = 101 x 101 / 21 - 1, and Seber's variance."""
    found = chapman(TwoSources(100, 100, 20))
    assert found.observed == 180
    assert found.cases.estimate == pytest.approx(10201 / 21 - 1)
    assert found.variance == pytest.approx(10201 * 80 * 80 / (21**2 * 22))
    unseen = 10201 / 21 - 1 - 180
    spread = math.exp(1.959964 * math.sqrt(math.log(1 + 10201 * 80 * 80 / (21**2 * 22) / unseen**2)))
    assert (found.cases.lower, found.cases.upper) == pytest.approx(
        (180 + unseen / spread, 180 + unseen * spread), rel=1e-6
    )
    assert "Chao" in found.cases.method
    assert any("independently" in text for text in found.assumptions)


@given(SOURCES, METHODS)
def test_never_fewer_than_were_observed(sources: TwoSources, method: object) -> None:
    """Observed <= lower limit <= estimate <= upper limit; completeness is the same thing inverted."""
    assert callable(method)
    found: CaseEstimate = method(sources)
    if found.cases.estimate is None:
        assert found.cases.not_estimable
        assert found.completeness.not_estimable
        assert found.completeness_share() is None
        return
    cases, complete = found.cases, found.completeness
    assert cases.lower is not None
    assert cases.upper is not None
    assert sources.observed <= cases.lower <= cases.estimate <= cases.upper
    share = found.completeness_share()
    assert share is not None
    assert share.mean == complete.estimate
    assert complete.estimate == pytest.approx(sources.observed / cases.estimate)
    assert complete.lower == pytest.approx(sources.observed / cases.upper)
    assert complete.upper == pytest.approx(sources.observed / cases.lower)


@given(SOURCES)
def test_sources_may_be_exchanged(sources: TwoSources) -> None:
    """First and second source are alike."""
    assert chapman(sources) == chapman(TwoSources(sources.second, sources.first, sources.both))


def test_the_completeness_as_a_share() -> None:
    """Its error is that of the delta method."""
    found = chapman(TwoSources(100, 100, 20))
    share = found.completeness_share()
    assert share is not None
    estimate = 10201 / 21 - 1
    assert share.mean == pytest.approx(180 / estimate)
    assert share.error == pytest.approx(180 * (10201 * 6400 / (441 * 22)) ** 0.5 / estimate**2)


@pytest.mark.parametrize(
    ("sources", "reason"),
    [(TwoSources(5, 4, 0), "no case is in both sources"), (TwoSources(5, 9, 5), "every case of the other")],
)
def test_what_has_no_estimate(sources: TwoSources, reason: str) -> None:
    """Sources that share nothing, or of which one holds the other."""
    for method in (chapman, lincoln_petersen):
        assert reason in str(method(sources).cases.not_estimable)


def test_few_in_both_is_said() -> None:
    """Below seven the estimate is biased low."""
    assert "biased low" in chapman(TwoSources(10, 10, 6)).cases.method
    assert "biased low" not in chapman(TwoSources(10, 10, 7)).cases.method


def test_impossible_sources_are_refused() -> None:
    """More in both than in one."""
    with pytest.raises(ValueError, match="not possible"):
        TwoSources(3, 9, 4)
