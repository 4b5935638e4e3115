"""Nobody can be found in a published table, nor by subtracting one number from another."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.accuracy.disclosure import (
    Hidden,
    Protected,
    Rule,
    differences,
    protect,
    protect_rate,
    protect_ratio,
    revealed,
    total_less_parts,
)
from evaluator.statistics.measure import Measure

EXACT = Rule(round_to=1)
TABLES = st.tuples(st.integers(1, 5), st.integers(1, 5)).flatmap(
    lambda shape: st.lists(
        st.lists(st.one_of(st.integers(0, 12), st.integers(0, 400)), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)


def shown(protected: Protected) -> list[list[str]]:
    """The cells as they are printed."""
    return [[str(cell) for cell in row] for row in protected.cells]


def with_totals(counts: list[list[int]]) -> np.ndarray:
    """Rows, columns and their totals."""
    wide = np.hstack([counts, np.sum(counts, axis=1, keepdims=True)])
    return np.vstack([wide, wide.sum(axis=0, keepdims=True)])


def test_a_small_cell_takes_others_with_it() -> None:
    """3 among larger counts: one more cell in its row, in its column and across, so that no line gives it."""
    table = [[3, 50, 60], [40, 50, 60], [70, 80, 90]]
    assert shown(protect(table, EXACT)) == [
        ["*", "*", "60", "113"],
        ["*", "*", "60", "150"],
        ["70", "80", "90", "240"],
        ["113", "180", "210", "503"],
    ]


def test_rounding() -> None:
    """Without a small number everything is shown, to the nearest 5, a half upwards."""
    assert shown(protect([[12, 30], [44, 9]], Rule())) == [
        ["10", "30", "40"],
        ["45", "10", "55"],
        ["55", "40", "95"],
    ]
    assert Rule(round_to=2).rounded(9) == 10


def test_two_small_ones_are_not_enough() -> None:
    """1 and 1 hidden beside their total give 2 away, so a third goes too."""
    assert shown(protect([[1, 1, 100]], EXACT))[0] == ["*", "*", "*", "102"]


def test_a_zero_in_a_tiny_group() -> None:
    """0 of 3 says of all three that they are not affected, so that zero is hidden; elsewhere it stands."""
    tiny = protect([[0, 3], [40, 50]], EXACT)
    assert shown(tiny)[0][0] == "*"
    assert shown(protect([[0, 30], [40, 50]], EXACT))[0][0] == "0"


@settings(deadline=None, max_examples=150)
@given(TABLES, st.sampled_from([EXACT, Rule(), Rule(5, 1)]))
def test_no_line_gives_a_small_number_away(counts: list[list[int]], rule: Rule) -> None:
    """No small count is shown; what a line hides beside its total is two cells at least, with a large sum."""
    protected = protect(counts, rule)
    table = with_totals(counts)
    hidden = np.array([[cell.value is None for cell in row] for row in protected.cells])
    small = (table >= 1) & (table <= rule.threshold)
    assert hidden[small].all()
    for grid, mask in ((table, hidden), (table.T, hidden.T)):
        for line, gone in zip(grid, mask, strict=True):
            if gone[-1]:
                assert gone[:-1].any()
            elif gone.any():
                assert gone.sum() > 1
                assert not 1 <= line[gone].sum() <= rule.threshold


@settings(deadline=None, max_examples=150)
@given(TABLES)
def test_all_lines_together_give_no_small_number_away(counts: list[list[int]]) -> None:
    """Solving rows and columns at once, from exact totals, determines no small count."""
    protected = protect(counts, EXACT)
    for i, j in revealed(counts, protected):
        assert protected.cells[i][j].hidden is not Hidden.SMALL


@settings(deadline=None)
@given(TABLES)
def test_what_is_shown_is_the_count_to_the_nearest_five(counts: list[list[int]]) -> None:
    """A shown cell is a multiple of 5 and within 2.5 of the count."""
    for row, true in zip(protect(counts, Rule()).cells, with_totals(counts), strict=True):
        for cell, count in zip(row, true, strict=True):
            if cell.value is not None:
                assert cell.value % 5 == 0
                assert abs(cell.value - count) <= 2


@pytest.mark.parametrize(
    ("numerator", "denominator", "reason"),
    [(3, 100, "the numerator"), (0, 5, "the denominator"), (9, 10, "denominator less numerator")],
)
def test_a_rate_that_gives_a_small_number_away(numerator: int, denominator: int, reason: str) -> None:
    """Found of affected also tells who was missed."""
    found = protect_rate(numerator, denominator, Rule())
    assert found.estimate is None
    assert reason in (found.not_estimable or "")


def test_a_rate_of_rounded_counts() -> None:
    """An exact rate would undo the rounding."""
    found = protect_rate(91, 112, Rule())
    assert (found.numerator, found.denominator) == (90, 110)
    assert found.estimate == 90 / 110
    assert "rounded to 5" in found.method
    assert protect_rate(91, 112, EXACT).estimate == 91 / 112
    assert protect_rate(0, 0, Rule()).not_estimable == "nobody in the denominator"


def test_a_ratio_of_a_small_count() -> None:
    """O/E goes with its O."""
    ratio = Measure(estimate=1.2, lower=0.5, upper=2.0, method="exact Poisson")
    assert protect_ratio(ratio, 4, Rule()).estimate is None
    assert protect_ratio(ratio, 0, Rule()) == ratio
    assert protect_ratio(ratio, 40, Rule()) == ratio


def test_differencing_two_tables() -> None:
    """A year less eleven months is December."""
    year = {"London": 40, "South West": 22, "North West": 3, "East": 50}
    eleven = {"London": 37, "South West": 22, "North West": 2, "Midlands": 4}
    exposed = differences(year, eleven, Rule())
    assert [(one.label, one.first, one.second) for one in exposed] == [("London", 40, 37)]


def test_a_total_less_its_parts() -> None:
    """A part left out is the rest of the total."""
    found = total_less_parts(100, {"a": 50, "b": 46}, Rule())
    assert found is not None
    assert found.first - found.second == 4
    assert total_less_parts(100, {"a": 50, "b": 30}, Rule()) is None
    assert total_less_parts(100, {"a": 50, "b": 50}, Rule()) is None
    hidden_part = total_less_parts(100, {"a": 95, "b": 5}, Rule())
    assert hidden_part is not None


def test_what_is_refused() -> None:
    """A threshold below 5, ragged rows and negative counts."""
    with pytest.raises(ValueError, match="not below 5"):
        Rule(threshold=4)
    with pytest.raises(ValueError, match="rounding to 0"):
        Rule(round_to=0)
    with pytest.raises(ValueError, match="a table is rows"):
        protect([[-1, 2]], Rule())
    with pytest.raises(ValueError, match="a table is rows"):
        protect([], Rule())
