"""Relative true- and false-positive fractions where only screen-positives were verified."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.statistics.paired import PairedTable
from evaluator.statistics.paired_predictive import PairedStudy
from evaluator.statistics.relative_fractions import (
    relative_false_positive_fraction,
    relative_true_positive_fraction,
)

CELLS = st.integers(0, 300)
TABLES = st.builds(PairedTable, CELLS, CELLS, CELLS, st.none())
NOBODY = PairedTable(0, 0, 0, None)


@given(TABLES, st.integers(0, 10_000))
def test_those_missed_by_both_do_not_matter(table: PairedTable, neither: int) -> None:
    """The ratio of two sensitivities is the same however many both tests missed."""
    known = PairedTable(table.both, table.first_only, table.second_only, neither)
    one = relative_true_positive_fraction(PairedStudy(table, NOBODY))
    assert one == relative_true_positive_fraction(PairedStudy(known, NOBODY))
    if one.estimate is not None:
        total = known.total or 1
        assert one.estimate == pytest.approx((known.first / total) / (known.second / total))


@given(TABLES)
def test_exchanging_the_tests_inverts_the_fraction(table: PairedTable) -> None:
    """Estimate and limits, in the affected and in the unaffected alike."""
    study = PairedStudy(table, table)
    one, other = relative_true_positive_fraction(study), relative_true_positive_fraction(study.swapped())
    assert one.not_estimable == other.not_estimable
    if one.estimate is not None and one.lower is not None and one.upper is not None:
        assert one.lower <= one.estimate <= one.upper
        assert (other.estimate, other.lower, other.upper) == pytest.approx(
            (1 / one.estimate, 1 / one.upper, 1 / one.lower)
        )
    assert relative_false_positive_fraction(study).estimate == one.estimate


def test_what_has_no_fraction_or_no_interval() -> None:
    """A test that found nobody, and tests that never disagree."""
    empty = relative_true_positive_fraction(PairedStudy(PairedTable(0, 4, 0, None), NOBODY))
    assert empty.not_estimable == "a test found no affected newborn"
    raised = relative_false_positive_fraction(PairedStudy(NOBODY, NOBODY))
    assert raised.not_estimable == "a test found no unaffected newborn"
    alike = relative_true_positive_fraction(PairedStudy(PairedTable(9, 0, 0, None), NOBODY))
    assert (alike.estimate, alike.lower, alike.upper) == (1.0, None, None)
    assert "no interval" in alike.method
