"""What special-locus callers say, read once more from the rules' text, one newborn and row at a time."""

from __future__ import annotations

from typing import Any

from known import Newborn, Row

POSITIVE, PENDING, UNSEEN, NEGATIVE = "reportable", "pending phase", "not assessed", "not reportable"
CARRIER = "carrier"
INVERSIONS = ("F8_inversion", "IDS_inversion")  # sequence calls count, but a negative needs the caller


def said_of(newborn: Newborn, row: Row) -> Row | None:
    """The caller's output for the row's locus; None without one."""
    for said in newborn.special:
        if said["locus"] == row["special_locus"]:
            return said
    return None


def amounts_to(said: Row | None, row: Row, criteria: Any, chromosomes: int) -> str | None:  # noqa: ANN401
    """A verdict, or `carrier`; None where the chromosomes cannot be as many as were counted."""
    if said is None or said["call"] == "no_call" or _filtered(said, criteria.quality.filters):
        return UNSEEN
    if row["inheritance"] not in ("AR", "XLR"):
        return UNSEEN
    copies, locus = said["copy_number"], row["special_locus"]
    if locus == "SMN1":
        return _working(copies, 0, 1)
    if locus == "HBA":
        most = criteria.special_loci.hba_reportable_copies.get(row["condition"])
        return UNSEEN if most is None else _working(copies, most, 3)
    if locus in INVERSIONS:
        return _inverted(copies or 0, chromosomes)
    words = {"positive": POSITIVE, "phase_unknown": PENDING, "carrier": CARRIER, "negative": NEGATIVE}
    return words[said["call"]]


def _filtered(said: Row, passing: list[str] | None) -> bool:
    if passing is None or said["filter"] is None:
        return False
    return any(word not in passing for word in said["filter"].split(";"))


def _working(copies: int, most_positive: int, most_carrier: int) -> str:
    if copies <= most_positive:
        return POSITIVE
    return CARRIER if copies <= most_carrier else NEGATIVE


def _inverted(copies: int, chromosomes: int) -> str | None:
    if not copies:
        return NEGATIVE
    if copies > chromosomes:
        return None
    return POSITIVE if copies == chromosomes or copies > 1 else CARRIER
