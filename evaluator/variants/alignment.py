"""The form in which alleles are stored, and where records are read for it: as written, or left-aligned."""

from __future__ import annotations

import re
from collections.abc import Iterator
from threading import Lock

import numpy as np
import polars as pl

from evaluator.panel.genome import CONTIGS
from evaluator.variants.fasta import (
    ALIGNMENT,
    ALLELE,
    LONGEST,
    Reference,
    changes_length,
    is_spelt,
    realigned,
)
from evaluator.variants.intervals import SPACING_BITS, Coordinates, Intervals, both, merged, places
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.records import Tally, scan
from evaluator.variants.sources import Source

_UNIT = 20  # bases whose return tells a repeat; fewer would take chance for one, and only read further
_UNKNOWN = re.compile("[^ACGT]")


class AsWritten:
    """Alleles stay where their records have them."""

    def __init__(self, regions: Intervals) -> None:
        self._regions = regions

    @property
    def read(self) -> Intervals:
        """Where records must be looked for."""
        return self._regions

    def over(self, regions: Intervals, of_indels: Intervals) -> AsWritten:
        """Return the same for other regions, of which only those of indels may be written elsewhere."""
        del of_indels
        return AsWritten(regions)

    def scan(
        self, source: Source, regions: Intervals, samples: list[str], tally: Tally
    ) -> Iterator[pl.DataFrame]:
        """Stream the records of the regions as `records.scan` does."""
        return scan(source, regions, samples, tally)

    def moved(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a table with its alleles (contig, position, ref, alt, minimal) in the stored form."""
        return table


class LeftAligned(AsWritten):
    """Alleles are moved to the left as far as the sequence allows, before anything is compared by place."""

    def __init__(self, regions: Intervals, read: Intervals, memory: _Memory) -> None:
        super().__init__(regions)
        self._read = read
        self._memory = memory

    @property
    def read(self) -> Intervals:
        """The regions, and to their right where an allele may be written that belongs into them."""
        return self._read

    def over(self, regions: Intervals, of_indels: Intervals) -> LeftAligned:
        """Return the same for other regions; no allele is aligned twice."""
        read = both(regions, _with_room(of_indels, self._memory.reference))
        return LeftAligned(regions, read, self._memory)

    def scan(
        self, source: Source, regions: Intervals, samples: list[str], tally: Tally
    ) -> Iterator[pl.DataFrame]:
        """Stream the records that overlap the regions as they stand or with an aligned allele.

        Where an allele moves, the record's `start` moves with it: a missing genotype is missing there, too.
        Of a record that the sequence contradicts nobody knows where it belongs; it is kept, and stops the
        run once all alleles are known (`fasta.require_bases`).
        """
        for records in scan(source, regions, samples, tally, self._regions):
            kept = self._kept(records)
            tally.in_regions -= len(records) - len(kept)
            yield kept

    def moved(self, table: pl.DataFrame) -> pl.DataFrame:
        """Return a table with its alleles aligned; they must have stood in records that were scanned."""
        known = self._memory.known
        if known.is_empty():
            return table
        new = {name: pl.coalesce(f"new_{name}", name).alias(name) for name in ALLELE[1:]}
        joined = table.join(known, on=ALLELE, how="left", maintain_order="left")
        return joined.select(new.get(name, pl.col(name)) for name in table.columns)

    def _kept(self, records: pl.DataFrame) -> pl.DataFrame:
        starts, ends = records["start"].to_numpy(), records["end"].to_numpy()
        inside = self._regions.overlapped_by(starts, ends)
        indels = _indels(records)
        moving = self._memory.aligned(indels)
        inside[indels.join(self._memory.doubted, on=ALLELE, how="semi")["row"].to_numpy()] = True
        if moving.is_empty():
            return records if inside.all() else records.filter(pl.Series(inside))
        row = moving["row"].to_numpy()
        new_starts = places(moving.select("contig", position="new_position")) - 1
        new_ends = new_starts + moving["new_ref"].str.len_bytes().to_numpy()
        inside[row[self._regions.overlapped_by(new_starts, new_ends)]] = True
        leftmost = starts.copy()
        np.minimum.at(leftmost, row, new_starts)
        return records.with_columns(pl.Series("start", leftmost)).filter(pl.Series(inside))


class _Memory:
    """The alleles that were aligned so far; files are read by several threads, and htslib asked by one."""

    def __init__(self, reference: Reference) -> None:
        self.reference = reference
        self._lock = Lock()
        self.known = pl.DataFrame(schema=ALIGNMENT)
        self.doubted = self.known.select(ALLELE)  # what has another REF than the sequence

    def aligned(self, alleles: pl.DataFrame) -> pl.DataFrame:
        """Return the rows whose allele moves, with `new_position`, `new_ref`, `new_alt`."""
        with self._lock:
            new = alleles.select(ALLELE).unique()
            for told in (self.known, self.doubted):
                new = new.join(told, on=ALLELE, how="anti")
            if len(new):  # other newborns' files mostly have the same
                agrees = pl.Series([self._agrees(*row) for row in new.iter_rows()])
                self.known = pl.concat([self.known, realigned(self.reference, new.filter(agrees))])
                self.doubted = pl.concat([self.doubted, new.filter(~agrees)])
            return alleles.join(self.known, on=ALLELE)

    def _agrees(self, contig: str, position: int, ref: str, _alt: str) -> bool:
        known = contig in self.reference.names
        return known and self.reference.bases(contig, position - 1, position - 1 + len(ref)) == ref


def form_of(regions: Intervals, reference: Reference | None) -> AsWritten:
    """Return the form that alleles have with a reference sequence, or without one."""
    if reference is None:
        return AsWritten(regions)
    return LeftAligned(regions, _with_room(regions, reference), _Memory(reference))


def _indels(records: pl.DataFrame) -> pl.DataFrame:
    """Return `row` and the minimal allele of each insertion and deletion that ends as its REF does.

    Others are in their final form already: an allele moves by giving up a last base that both share.
    """
    ends_alike = pl.col("ref").str.slice(-1) == pl.col("alt").str.slice(-1)
    several = pl.col("alt").str.contains(",", literal=True)  # whose text may be as long as REF
    alleles = (
        records.lazy()
        .select("contig", "position", "ref", "alt")
        .with_row_index("row")
        .filter(changes_length() | several)
        .with_columns(pl.col("ref").str.to_uppercase(), pl.col("alt").str.to_uppercase().str.split(","))
        .explode("alt")
        .filter(ends_alike & changes_length() & is_spelt())
        .collect()
    )
    return trim_alleles(alleles).filter(ends_alike)


def _with_room(regions: Intervals, reference: Reference) -> Intervals:
    """Add to the right of each region the bases from which an insertion or deletion may move into it."""
    ranks = ((regions.ends - 1) >> SPACING_BITS).tolist()
    room = [
        _room(reference, CONTIGS[rank], int(end) - (rank << SPACING_BITS))
        for rank, end in zip(ranks, regions.ends.tolist(), strict=True)
    ]
    ends: Coordinates = regions.ends + np.array(room, dtype=np.int64)
    return merged(regions.starts, ends)


def _room(reference: Reference, contig: str, edge: int) -> int:
    """Return how far beyond an edge an allele of up to LONGEST bases may begin that moves across it.

    Bases that an insertion or deletion of k bases moves over repeat themselves every k, beyond the first k:
    where the first bases after the edge do not return within LONGEST, none comes from further away. No known
    base is the same as an unknown one (N), nor as the end of the contig.
    """
    if contig not in reference.names:
        return 0
    length = LONGEST + _UNIT
    while True:
        window = reference.bases(contig, edge, edge + length)
        known = len(_UNKNOWN.split(window, 1)[0])
        if known < length or window.find(window[: length - LONGEST], 1) < 0:
            return known
        length *= 2
