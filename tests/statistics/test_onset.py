"""Onset curves: reading them, estimating them, averaging them over follow-up."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.onset import FollowedFor, OnsetCurve, kaplan_meier, mean_diagnosed

CURVE = OnsetCurve((6, 12, 24), (0.5, 0.8, 0.95), (0.05, 0.04, 0.02), "by way of example")


def test_a_step_function() -> None:
    """Zero before the first age, and never more than the curve shows by then."""
    read = [CURVE.at(months).mean for months in (0, 5.9, 6, 11.9, 12, 24, 300)]
    assert read == [0, 0, 0.5, 0.5, 0.8, 0.95, 0.95]
    assert CURVE.at(12).error == 0.04


def test_the_mean_over_follow_up() -> None:
    """Newborns count by number, at their own follow-up times."""
    share = mean_diagnosed(CURVE, (FollowedFor(3, 100), FollowedFor(12, 100), FollowedFor(36, 200)))
    assert share.mean == pytest.approx((0 + 0.8 + 2 * 0.95) / 4)
    assert share.error == pytest.approx((0 + 0.04 + 2 * 0.02) / 4)
    with pytest.raises(ValueError, match="nobody"):
        mean_diagnosed(CURVE, ())


@pytest.mark.parametrize(
    ("months", "diagnosed"),
    [
        ((), ()),
        ((6, 12), (0.5,)),
        ((12, 6), (0.5, 0.6)),
        ((6, 12), (0.6, 0.5)),
        ((6,), (1.2,)),
        ((6,), (-0.1,)),
    ],
)
def test_what_is_no_curve(months: tuple[float, ...], diagnosed: tuple[float, ...]) -> None:
    """Ages rise, values rise from 0 to at most 1."""
    with pytest.raises(ValueError, match="onset curve"):
        OnsetCurve(months, diagnosed, (0.0,) * len(diagnosed), "by way of example")


def test_kaplan_meier_of_a_published_trial() -> None:
    """Weeks in remission under 6-mercaptopurine (Freireich 1963; Gehan, Biometrika 1965;52:203).

    Values and Greenwood's errors as R's survfit prints them, to three and four decimals.
    """
    relapsed = [6, 6, 6, 7, 10, 13, 16, 22, 23]
    censored = [6, 9, 10, 11, 17, 19, 20, 25, 32, 32, 34, 35]
    curve = kaplan_meier(relapsed + censored, [True] * 9 + [False] * 12, "Freireich 1963")
    assert curve.months == (6, 7, 10, 13, 16, 22, 23)
    printed = (0.857, 0.807, 0.753, 0.690, 0.627, 0.538, 0.448)
    assert tuple(1 - value for value in curve.diagnosed) == pytest.approx(printed, abs=6e-4)
    errors = (0.0764, 0.0869, 0.0963, 0.1068, 0.1141, 0.1282, 0.1346)
    assert curve.errors == pytest.approx(errors, abs=6e-5)


def test_all_diagnosed() -> None:
    """The curve reaches one, without an error there."""
    curve = kaplan_meier([2, 4, 4, 8], [True] * 4, "by way of example")
    assert curve.diagnosed == pytest.approx((0.25, 0.75, 1.0))
    assert curve.errors[-1] == 0
    with pytest.raises(ValueError, match="no child was diagnosed"):
        kaplan_meier([2, 4], [False, False], "by way of example")


@given(st.lists(st.tuples(st.integers(1, 60), st.booleans()), min_size=1, max_size=40))
def test_any_children_give_a_curve_that_can_be_read(children: list[tuple[int, bool]]) -> None:
    """Every value with its error is a share."""
    ages, diagnosed = [age for age, _ in children], [event for _, event in children]
    if any(diagnosed):
        curve = kaplan_meier(ages, diagnosed, "by way of example")
        for month in curve.months:
            assert 0 <= curve.at(month).mean <= 1
