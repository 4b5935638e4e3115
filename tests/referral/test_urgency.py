"""The clock: classes, hours, working days."""

from __future__ import annotations

from datetime import date

import pytest

from evaluator.referral.urgency import Urgency, due, one_class_up

FRIDAY = date(2026, 3, 6)


@pytest.mark.parametrize(
    ("urgency", "relative", "calendar", "working"),
    [
        (Urgency.E, "within 24 h of review", "by 2026-03-07", "by 2026-03-07"),
        (Urgency.U, "within 48 h of review", "by 2026-03-08", "by 2026-03-10"),
        (Urgency.P, "within 120 h of review", "by 2026-03-11", "by 2026-03-13"),
        (Urgency.R, "within 336 h of review", "by 2026-03-20", "by 2026-03-20"),
    ],
)
def test_due_from_a_friday(urgency: Urgency, relative: str, calendar: str, working: str) -> None:
    """A Friday's review: an emergency is due on Saturday, two working days end on Tuesday."""
    assert due(urgency, working_days_only=False, reviewed_on=None) == relative
    assert due(urgency, working_days_only=False, reviewed_on=FRIDAY) == calendar
    assert due(urgency, working_days_only=True, reviewed_on=FRIDAY) == working


def test_working_days_before_the_review() -> None:
    """Before the review the time is told in working days."""
    assert due(Urgency.P, working_days_only=True, reviewed_on=None) == "within 5 working days of review"


def test_raising_stops_at_the_emergency() -> None:
    """Each class rises by one; an emergency has nothing above it."""
    assert [one_class_up(urgency) for urgency in Urgency] == [Urgency.E, Urgency.E, Urgency.U, Urgency.P]
