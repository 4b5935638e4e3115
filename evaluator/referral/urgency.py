"""The urgency classes and the clock that starts when a person has reviewed the result."""

from __future__ import annotations

from datetime import date, timedelta
from enum import StrEnum


class Urgency(StrEnum):
    """How soon the unit must have the result; most urgent first.

    The classes and hours are ours: no published source gives hours for a genomic result, so a class counts
    only once a clinician has signed it in the panel's pathways.yaml.
    """

    E = "E"
    U = "U"
    P = "P"
    R = "R"


HOURS = {Urgency.E: 24, Urgency.U: 48, Urgency.P: 120, Urgency.R: 336}
# An emergency never waits for a working day, and two weeks are two weeks.
WORKING_DAYS = {Urgency.U: 2, Urgency.P: 5}
_SATURDAY = 5


def one_class_up(urgency: Urgency) -> Urgency:
    """Raise the urgency by one class; an emergency stays one.

    >>> one_class_up(Urgency.P), one_class_up(Urgency.E)
    (<Urgency.U: 'U'>, <Urgency.E: 'E'>)
    """
    ladder = list(Urgency)
    return ladder[max(0, ladder.index(urgency) - 1)]


def due(urgency: Urgency, *, working_days_only: bool, reviewed_on: date | None) -> str:
    """Say when the unit must have the result: relative to the review, or the day once that is known.

    Working days are Monday to Friday; public holidays are not known here.

    >>> due(Urgency.E, working_days_only=True, reviewed_on=None)
    'within 24 h of review'
    >>> due(Urgency.U, working_days_only=True, reviewed_on=date(2026, 11, 6))
    'by 2026-11-10'
    """
    days = WORKING_DAYS.get(urgency) if working_days_only else None
    if reviewed_on is None:
        span = f"{days} working days" if days else f"{HOURS[urgency]} h"
        return f"within {span} of review"
    if days is None:
        return f"by {reviewed_on + timedelta(hours=HOURS[urgency])}"
    day = reviewed_on
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < _SATURDAY
    return f"by {day}"
