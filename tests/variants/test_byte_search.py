"""What is found eight bytes at a time is what a look at every byte finds."""

from __future__ import annotations

import re

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaluator.variants.byte_search import end_and_svlen, places, true_places


@given(st.lists(st.booleans(), max_size=70))
def test_every_set_flag_is_found(flags: list[bool]) -> None:
    """Several in one word, none, and those after the last whole word."""
    assert true_places(np.array(flags, np.bool_)).tolist() == [at for at, flag in enumerate(flags) if flag]


@given(st.integers(0, 200), st.sets(st.integers(0, 20)))
def test_rare_flags_are_found(first: int, apart: set[int]) -> None:
    """At most one in eight, which is the quick way, at each place in its word."""
    at = sorted(first + 16 * place + place % 8 for place in apart)
    flags = np.zeros(first + 16 * 21, np.bool_)
    flags[at] = True
    assert true_places(flags).tolist() == at


def test_characters_are_found_at_both_ends() -> None:
    """The first and the last byte of a text count."""
    text = b"\n" + b"x" * 40 + b"\n\n" + b"y" * 13 + b"\n"
    assert places(np.frombuffer(text, np.uint8), 10).tolist() == [0, 41, 42, 56]
    assert not len(places(np.frombuffer(b"", np.uint8), 10))


PIECES = [
    "E",
    "N",
    "D",
    "=",
    "S",
    "V",
    "L",
    "END=",
    "SVLEN=",
    "ENDS",
    ";",
    "AN=1",
    "CIEND=",
    "LEN=",
    "ND=",
    ".",
]


@given(st.lists(st.sampled_from(PIECES), max_size=30))
def test_end_and_svlen_are_found_wherever_they_stand(pieces: list[str]) -> None:
    """At even and odd places, at the beginning and the end, and nothing that only looks like them."""
    text = "".join(pieces).encode()
    found = end_and_svlen(np.frombuffer(text, np.uint8))
    for word, at in zip((b"END=", b"SVLEN="), found, strict=True):
        assert sorted(at.tolist()) == [match.start() for match in re.finditer(word, text)]
