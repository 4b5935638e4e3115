"""Find bytes in text by the megabyte: eight at a time where hits are rare."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from evaluator.variants.intervals import Coordinates

Bytes = NDArray[np.uint8]
Mask = NDArray[np.bool_]

_WORD = 8  # flags that are looked at together
# END= that begins at an even place has the first of these pairs at an even place, else the second; SVLEN= has
# the third, else the first. Comparing every second pair costs half as much as comparing every byte.
_EN, _ND, _SV = (int.from_bytes(pair, "little") for pair in (b"EN", b"ND", b"SV"))


def places(buffer: Bytes, character: int) -> Coordinates:
    """Return where a character stands in the text."""
    return true_places(buffer == character)


def true_places(flags: Mask) -> Coordinates:
    """Return where flags are set, as `numpy.flatnonzero` does: sooner where few are."""
    whole = len(flags) // _WORD * _WORD
    words = flags[:whole].view(np.uint64)
    filled = np.flatnonzero(words != 0)
    inner = np.flatnonzero(words[filled].view(np.bool_))
    last = np.flatnonzero(flags[whole:]) + whole
    return np.concatenate([filled[inner >> 3] * _WORD + (inner & 7), last])


def end_and_svlen(buffer: Bytes) -> tuple[Coordinates, Coordinates]:
    """Return where END= and where SVLEN= stand in the text, each in no order."""
    pairs = buffer[: len(buffer) // 2 * 2].view("<u2")
    flags = pairs == _EN
    flags |= pairs == _ND
    flags |= pairs == _SV
    hits = true_places(flags)
    if not len(hits):
        return hits, hits
    found, at = pairs[hits], hits * 2
    first = at[found == _EN]
    ends = np.concatenate([first, at[found == _ND] - 1])
    svlens = np.concatenate([first - len(b"SVL"), at[found == _SV]])
    return _spelled(buffer, ends, b"END="), _spelled(buffer, svlens, b"SVLEN=")


def _spelled(buffer: Bytes, at: Coordinates, word: bytes) -> Coordinates:
    """Return the places at which the word stands."""
    at = at[(at >= 0) & (at + len(word) <= len(buffer))]
    for distance, character in enumerate(word):
        at = at[buffer[at + distance] == character]
    return at
