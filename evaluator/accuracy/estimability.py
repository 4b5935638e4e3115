"""Why a measure does not stand, and what one that stands leaves out."""

from __future__ import annotations

from evaluator.accuracy.cells import Counts


def unknown(counts: Counts, *names: str) -> str | None:
    """Say which of the cells are not known."""
    missing = [name for name in names if getattr(counts, name) is None]
    if not missing:
        return None
    reason = f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not known"
    if counts.unknown_because:
        return f"{reason}: {counts.unknown_because}"
    open_ones = counts.unverified_negative or 0
    if open_ones and set(missing) <= {"fn", "tn"}:
        return f"{reason}: {open_ones} screen-negatives unverified"
    return reason


def unverified(counts: Counts) -> str | None:
    """Say how many screen-negatives were not followed up, or that there are none to follow up."""
    open_ones = counts.unverified_negative
    if not open_ones:
        # with nobody negative because nobody was assessed, 1/1 would pass for a sensitivity
        nobody = counts.fn == 0 and counts.tn == 0 and counts.failed
        return "no newborn has a negative result, the others failed or were not assessed" if nobody else None
    verified = (counts.fn or 0) + (counts.tn or 0)
    if not verified:
        return "no screen-negative newborn was followed up"
    return f"{open_ones} of {verified + open_ones} screen-negatives unverified"


def blocked(counts: Counts, *names: str) -> str | None:
    """Say why a measure that needs these cells, and every negative verified, does not stand."""
    return unknown(counts, *names) or unverified(counts)


def unscreened(counts: Counts) -> str | None:
    """Say why the number screened is not known."""
    if counts.screened is not None:
        return None
    cells = ["tp", "fp", "fn", "tn", "unresolved_positive", "unverified_negative"]
    return f"the number screened is not known: {unknown(counts, *cells)}; write 0 where there were none"


def left_out(counts: Counts) -> str:
    """Name what an estimate does not count, to follow its method."""
    parts = []
    if counts.unresolved_positive:
        parts.append(f"unresolved positives left out: {counts.unresolved_positive}")
    if counts.inconclusive:
        parts.append(f"inconclusive left out: {counts.inconclusive}")
    if counts.misplaced:
        parts.append(f"positive for the wrong condition, counted as not found: {counts.misplaced}")
    if counts.unverified_negative is None and not counts.unknown_because:
        parts.append("unverified negatives not stated, taken as none")
    return "".join(f"; {part}" for part in parts)
