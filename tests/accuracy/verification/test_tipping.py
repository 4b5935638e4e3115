"""The tipping-point table: the sensitivity if some unverified newborns were missed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.tipping import missed_to_fall_below, tipping_points

EIGHT = Counts("overall", tp=8, fp=2, unresolved_positive=0, unverified_negative=10_000)


def test_eight_found() -> None:
    """8/8 has 63.1% as its lower limit; each further missed case lowers all three numbers."""
    rows = tipping_points(EIGHT)
    assert [row.assumed_missed for row in rows] == [0, 1, 2, 5, 10]
    assert [row.sensitivity.estimate for row in rows] == pytest.approx([1, 8 / 9, 0.8, 8 / 13, 8 / 18])
    assert rows[0].sensitivity.lower == pytest.approx(0.025 ** (1 / 8))
    assert rows[1].sensitivity.method == "Clopper-Pearson; assumes 1 further missed cases"


def test_known_missed_cases_stay() -> None:
    """Assumed cases come on top of the known ones, wrong condition included."""
    counts = Counts("overall", 8, 2, 1, 50, 0, 900, wrong_condition=1)
    assert tipping_points(counts, (2,))[0].sensitivity.estimate == pytest.approx(8 / 12)


def test_no_more_than_are_unverified() -> None:
    """With three unverified newborns five cannot have been missed."""
    counts = Counts("overall", 8, 2, 0, 50, unverified_negative=3)
    assert tipping_points(counts, (5,))[0].sensitivity.not_estimable == (
        "only 3 screen-negatives are unverified"
    )


def test_what_has_no_sensitivity() -> None:
    """Unknown true positives, and nobody affected."""
    assert tipping_points(Counts("overall"))[0].sensitivity.not_estimable == "tp is not known"
    assert tipping_points(Counts("overall", tp=0), (0,))[0].sensitivity.not_estimable == (
        "no affected newborn"
    )
    with pytest.raises(ValueError, match="cannot be assumed"):
        tipping_points(EIGHT, (-1,))


@given(st.integers(0, 200), st.integers(0, 20))
def test_falling_in_the_assumed_number(tp: int, fn: int) -> None:
    """Estimate and limits never rise, and each interval contains its estimate."""
    counts = Counts("overall", tp + 1, 0, fn, 0, 0, 10_000)
    rows = [row.sensitivity for row in tipping_points(counts, range(12))]
    for name in ("lower", "estimate", "upper"):
        values = [getattr(row, name) for row in rows]
        assert values == sorted(values, reverse=True), name
    assert all((row.lower or 0) <= (row.estimate or 0) <= (row.upper or 0) for row in rows)


def test_how_many_would_tip_it() -> None:
    """Of 19 found, one more missed leaves 95% and two more do not."""
    counts = Counts("overall", tp=19, fp=0, unverified_negative=100)
    assert missed_to_fall_below(counts, 0.95) == 2
    assert missed_to_fall_below(EIGHT, 1.0) == 1
    assert missed_to_fall_below(Counts("overall", tp=8, fn=8), 0.9) == 0
    assert missed_to_fall_below(Counts("overall", tp=0), 0.9) is None
    with pytest.raises(ValueError, match="not a sensitivity"):
        missed_to_fall_below(EIGHT, 0)


@given(st.integers(1, 300), st.integers(0, 30), st.floats(0.05, 1.0))
def test_the_tipping_number_is_the_first(tp: int, fn: int, target: float) -> None:
    """With that many the sensitivity is below the target, with one fewer it is not."""
    number = missed_to_fall_below(Counts("overall", tp=tp, fn=fn), target)
    assert number is not None
    assert tp / (tp + fn + number) < target
    if number:
        assert tp / (tp + fn + number - 1) >= target - 1e-9
