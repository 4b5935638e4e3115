"""Pairs of a record and a sample: the few genotypes of a wide file that are looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from evaluator.variants.intervals import Coordinates

_LARGEST_TABLE = 1 << 20  # rather than keep a longer one, numbers are sorted
Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Pairs:
    """Records, numbered within their slab, and wanted samples, numbered as they were asked for."""

    records: Coordinates
    samples: Coordinates

    def __getitem__(self, which: Flags) -> Pairs:
        return Pairs(self.records[which], self.samples[which])

    def moved(self, records: int) -> Pairs:
        """Return the same with records numbered from there on."""
        return Pairs(self.records + records, self.samples)


def joined_pairs(pairs: list[Pairs]) -> Pairs:
    """Put pairs together."""
    nothing = [np.empty(0, np.int64)]
    return Pairs(
        np.concatenate([*(part.records for part in pairs), *nothing]),
        np.concatenate([*(part.samples for part in pairs), *nothing]),
    )


def distinct(numbers: NDArray[Any], bound: int) -> tuple[Coordinates, Coordinates]:
    """Return the distinct numbers, sorted, and per number its place among them; all lie below `bound`."""
    if bound > _LARGEST_TABLE:
        found, places = np.unique(numbers, return_inverse=True)
        return found, places
    seen = np.zeros(bound, dtype=np.bool_)
    seen[numbers] = True
    found = np.flatnonzero(seen)
    places = np.empty(bound, dtype=np.int64)
    places[found] = np.arange(len(found))
    return found, places[numbers]
