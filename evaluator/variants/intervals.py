"""Intervals on one linear axis, so that a search over all contigs is a single vectorised look-up."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.panel.genome import CONTIGS, KARYOTYPE_ORDER

# Contigs lie 2^29 bases apart: further than any human contig is long, so that nothing reaches its neighbour.
SPACING_BITS = 29
SPACING = 1 << SPACING_BITS

Coordinates = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Intervals:
    """Disjoint, sorted, half-open intervals on the axis (contig rank x 2^29 + 0-based position)."""

    starts: Coordinates
    ends: Coordinates

    def __len__(self) -> int:
        return len(self.starts)

    def overlapped_by(self, starts: Coordinates, ends: Coordinates) -> NDArray[np.bool_]:
        """Tell for each half-open query interval whether it overlaps one of these."""
        if not len(self) or not len(starts):
            return np.zeros(len(starts), dtype=np.bool_)
        # Queries often lie close together: only the intervals between the first and the last are searched.
        low = int(np.searchsorted(self.ends, starts.min(), side="right"))
        high = int(np.searchsorted(self.starts, ends.max(), side="left"))
        if low >= high:
            return np.zeros(len(starts), dtype=np.bool_)
        first = np.searchsorted(self.ends[low:high], starts, side="right")
        inside = first < high - low
        found: NDArray[np.bool_] = inside & (self.starts[low:high][np.minimum(first, high - low - 1)] < ends)
        return found

    def contigs(self) -> set[str]:
        """Return the names of the contigs that carry at least one interval."""
        return {CONTIGS[rank] for rank in np.unique(self.starts >> SPACING_BITS).tolist()}

    def of_contig(self, rank: int) -> tuple[Coordinates, Coordinates]:
        """Return starts and ends of one contig, as positions on that contig."""
        here = (self.starts >> SPACING_BITS) == rank
        return self.starts[here] - rank * SPACING, self.ends[here] - rank * SPACING

    def frame(self) -> pl.DataFrame:
        """Return the intervals as contig, start (0-based), end in karyotype order."""
        return as_frame(self.starts, self.ends)


def merged(starts: Coordinates, ends: Coordinates) -> Intervals:
    """Merge overlapping and touching intervals; empty ones vanish."""
    real = ends > starts
    starts, ends = starts[real], ends[real]
    order = np.argsort(starts, kind="stable")
    starts, ends = starts[order], np.maximum.accumulate(ends[order]) if len(order) else ends
    if not len(starts):
        return Intervals(starts, ends)
    opens = np.concatenate([[True], starts[1:] > ends[:-1]])
    closes = np.concatenate([opens[1:], [True]])
    return Intervals(starts[opens], ends[closes])


def from_frame(frame: pl.DataFrame) -> Intervals:
    """Merge the rows of a contig, start, end table; contigs must be names of the karyotype."""
    offsets = contig_ranks(frame["contig"]) * SPACING
    starts, ends = (frame[name].cast(pl.Int64).to_numpy() for name in ("start", "end"))
    return merged(offsets + np.minimum(starts, SPACING - 1), within_contig(offsets + ends, offsets))


def within_contig(ends: Coordinates, starts: Coordinates) -> Coordinates:
    """Cut ends that run past their contig: "to the end" is often written as 2^31 - 1."""
    cut: Coordinates = np.minimum(ends, ((starts >> SPACING_BITS) + 1) * SPACING - 1)
    return cut


def as_frame(starts: Coordinates, ends: Coordinates) -> pl.DataFrame:
    """Turn axis intervals into contig, start (0-based), end."""
    rank = starts >> SPACING_BITS
    return pl.DataFrame(
        {
            "contig": contig_names(rank),
            "start": pl.Series(starts - rank * SPACING, dtype=pl.Int32),
            "end": pl.Series(ends - rank * SPACING, dtype=pl.Int32),
        }
    )


def contig_names(ranks: Coordinates) -> pl.Series:
    """Name the contigs of an array of ranks."""
    return pl.Series("contig", list(CONTIGS), dtype=pl.String)[ranks]


def contig_ranks(contigs: pl.Series) -> Coordinates:
    """Return the rank of each name; names mostly stand together, so each run is looked up once."""
    runs = contigs.rle().struct.unnest()
    ranks = runs["value"].replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int64).to_numpy()
    return np.repeat(ranks, runs["len"].to_numpy())


def places(rows: pl.DataFrame) -> Coordinates:
    """Return a number for each row's contig and position, by which rows sort as the karyotype does."""
    found: Coordinates = (contig_ranks(rows["contig"]) << SPACING_BITS) + rows["position"].to_numpy()
    return found


def both(first: Intervals, second: Intervals) -> Intervals:
    """Unite two sets of intervals."""
    return merged(np.concatenate([first.starts, second.starts]), np.concatenate([first.ends, second.ends]))


def united(first: Intervals, second: Intervals, lengths: dict[str, int]) -> Intervals:
    """Unite two sets of intervals and clip them to the contigs' lengths."""
    whole = both(first, second)
    ranks = whole.starts >> SPACING_BITS
    limits = ranks * SPACING + np.array([lengths[contig] for contig in CONTIGS])[ranks]
    return merged(whole.starts, np.minimum(whole.ends, limits))
