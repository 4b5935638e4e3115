"""The SCV, what chance makes of it, and when it is not measurable."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.statistics.variation import Form, expected_by_births, scv, variation

# births of the seven English NHS regions in 2022
BIRTHS = [106_696, 90_589, 76_399, 64_294, 110_217, 79_904, 48_947]
REGIONS = ["London", "South East", "North West", "East", "Midlands", "North East", "South West"]
# cases a year: mean, 95th centile, share above 3, above 10, below 0, when regions differ by chance alone
BY_CHANCE = [
    (20, -5.0, 31, 0.27, 0.17, 0.68),
    (44, -2.3, 14, 0.22, 0.09, 0.68),
    (100, -1.0, 6.3, 0.14, 0.02, 0.68),
    (300, -0.3, 2.1, 0.02, 0.00, 0.68),
    (1000, -0.1, 0.6, 0.00, 0.00, 0.67),
]


def by_chance(cases: int, *, corrected: bool = False) -> np.ndarray:
    """SCV x 100 of 20,000 years in which every newborn has the same risk."""
    expected = np.array(BIRTHS) / sum(BIRTHS) * cases
    drawn = np.random.default_rng(3).multinomial(cases, expected / cases, size=20_000).astype(float)
    return 100 * scv(drawn, expected, corrected=corrected)


@pytest.mark.parametrize(
    ("cases", "mean", "high", "above_3", "above_10", "below_0"),
    BY_CHANCE,
    ids=[str(row[0]) for row in BY_CHANCE],
)
def test_null_behaviour(
    cases: int, mean: float, high: float, above_3: float, above_10: float, below_0: float
) -> None:
    """Chance alone puts the SCV above 3 in one of four years at 20 to 44 cases, below 0 in two of three."""
    values = by_chance(cases)
    assert values.mean() == pytest.approx(mean, abs=max(0.05, abs(mean) * 0.08))
    assert np.quantile(values, 0.95) == pytest.approx(high, abs=max(0.06, high * 0.05))
    assert (values > 3).mean() == pytest.approx(above_3, abs=0.015)
    assert (values > 10).mean() == pytest.approx(above_10, abs=0.015)
    assert (values < 0).mean() == pytest.approx(below_0, abs=0.015)


@pytest.mark.parametrize("cases", [20, 100, 1000])
def test_the_bias(cases: int) -> None:
    """The mean by chance is -100 / cases, and 0 after the correction, within 4 standard errors."""
    plain, corrected = by_chance(cases), by_chance(cases, corrected=True)
    error = 4 * plain.std() / np.sqrt(len(plain))
    assert plain.mean() == pytest.approx(-100 / cases, abs=error)
    assert corrected.mean() == pytest.approx(0, abs=error)


def test_both_names_are_printed() -> None:
    """NHS practice and the action plan call it differently."""
    names = variation(REGIONS, [20] * 7, [20.0] * 7, seed=1).names
    assert "systematic component of variation" in names
    assert "standardised coefficient of variation" in names


def test_few_cases_are_not_measurable() -> None:
    """With under 5 expected in a region there is a reason, no SCV, and still O/E with exact intervals."""
    observed = [4, 3, 2, 3, 4, 3, 1]
    found = variation(REGIONS, observed, expected_by_births(observed, BIRTHS), seed=1)
    assert found.scv.estimate is None
    assert "not measurable: fewer than 5 cases expected in 7 of 7 areas" in (found.scv.not_estimable or "")
    assert found.p_value is None
    assert all(area.ratio.upper is not None for area in found.areas)
    assert found.between_areas.estimate == 0
    assert found.between_areas.upper is not None


def test_two_areas_are_not_measurable() -> None:
    """A spread needs three at least."""
    assert "2 areas" in (variation(["a", "b"], [50, 50], [50.0, 50.0], seed=1).scv.not_estimable or "")


def test_the_log_form_fails_without_cases() -> None:
    """An area without a case has no logarithm; the Diehr form can be computed."""
    observed, expected = [0, 20, 20, 20], [15.0] * 4
    assert variation(list("abcd"), observed, expected, 1, Form.MCPHERSON).scv.not_estimable
    assert variation(list("abcd"), observed, expected, 1).scv.estimate is not None


def test_a_real_spread_is_beyond_chance() -> None:
    """Threefold differences at 700 cases lie outside the null interval."""
    observed = [200, 50, 180, 60, 50, 120, 40]
    found = variation(REGIONS, observed, [100.0] * 7, seed=1)
    assert found.null_interval is not None
    assert found.scv.estimate is not None
    assert found.scv.estimate > found.null_interval[1]
    assert found.p_value == pytest.approx(1 / 10_001)
    assert found.between_areas.lower is not None
    assert found.between_areas.lower > 0.05
    assert found.alpha == pytest.approx(1 / (found.between_areas.estimate or 1))
    for area in found.areas:
        raw, drawn_in = area.ratio.estimate or 0, area.smoothed.estimate or 0
        assert abs(drawn_in - 1) < abs(raw - 1)


def test_a_negative_value_is_explained() -> None:
    """Areas more equal than chance makes them have a negative SCV, reported as it is with a note."""
    found = variation(REGIONS, [20] * 7, [20.0] * 7, seed=1)
    assert found.scv.estimate == pytest.approx(-5)
    assert found.p_value == 1
    assert found.notes


def test_the_seed_repeats_the_result() -> None:
    """The same seed gives the same p-value, whatever the order of the areas."""
    observed = [25, 14, 22, 9, 31, 18, 7]
    expected = expected_by_births(observed, BIRTHS)
    first = variation(REGIONS, observed, expected, seed=9)
    assert first == variation(REGIONS, observed, expected, seed=9)
    turned = variation(REGIONS[::-1], observed[::-1], expected[::-1], seed=9)
    assert turned.areas == first.areas
    assert turned.p_value == first.p_value


@settings(deadline=None)
@given(st.lists(st.integers(0, 500), min_size=3, max_size=9).filter(any))
def test_expected_has_the_total_of_the_observed(observed: list[int]) -> None:
    """Indirect standardisation keeps the total."""
    assert sum(expected_by_births(observed, [1.5] * len(observed))) == pytest.approx(sum(observed))


def test_other_totals_are_refused() -> None:
    """An expected total from elsewhere would measure the level, not the spread."""
    with pytest.raises(ValueError, match="have the total of the observed"):
        variation(list("abc"), [10, 10, 10], [9.0, 9.0, 9.0], seed=1)
