"""Runs of equal bins are stepped over at once: an index of any shape must be walked as bin by bin."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from evaluator.variants import index

RUNS = st.lists(st.tuples(st.integers(0, 5), st.integers(1, 300)), max_size=8)


@given(runs=RUNS, linear=st.booleans(), before=st.integers(0, 3))
def test_bins_are_found_as_by_walking(runs: list[tuple[int, int]], linear: bool, before: int) -> None:  # noqa: FBT001 - drawn
    """Runs of bins with any number of chunks, short and long, begin where each bin says the next begins."""
    head = 2 if linear else 4
    counts = [count for count, length in runs for _ in range(length)]
    words, expected = [9] * before, []
    for count in counts:
        expected.append(len(words))
        words += [*[4681] * (head - 1), count, *[7] * (4 * count)]
    end = len(words)
    layout = index._Layout(14, 5, linear, [], np.array([*words, 1, 1, 1], dtype=np.uint32))
    place, at = index._places_of_bins(layout, head, len(counts), before)
    assert place.tolist() == expected
    assert at == end
