"""Find the carriers in the binary records of a wide BCF file: genotypes are a matrix, the rest waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.variants.bcf_genotypes import (
    MISSING,
    NO_ALLELE,
    alleles_of,
    as_items,
    in_any_column,
    not_plainly_reference,
)
from evaluator.variants.bcf_records import (
    DAMAGED,
    SIZES,
    Dictionary,
    Place,
    Record,
    Text,
    decode,
    read_dictionary,
)
from evaluator.variants.bcf_slabs import slabs
from evaluator.variants.bcf_values import DTYPES, Buffer, Groups, Stretches, Values, gathered, grouped
from evaluator.variants.carriers import Slabful, speaking
from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.intervals import SPACING, Coordinates, Intervals
from evaluator.variants.pairs import Pairs, joined_pairs
from evaluator.variants.sources import Source
from evaluator.variants.structural import Speaks

_MANY = 1 << 18  # genotypes whose values are turned into columns at once
_MUCH = 1 << 24  # characters of records that are


def find_carriers(source: Source, regions: Intervals, places: Coordinates) -> Iterator[Slabful]:
    """Yield who carries, or was not called, in records that may overlap the regions, many at once.

    `places` are the wanted samples' among the file's, from 0. Raises InputError when the file is damaged.
    """
    dictionary = read_dictionary(source.header.text)
    found = _Found(source.path, dictionary, len(source.header.samples), places)
    for text, records in slabs(source, regions, dictionary):
        found.add(text, records, regions)
        if found.is_much:
            yield found.taken()
    yield found.taken()


class _Found:
    """Gathers slab by slab what the carriers' columns are made of: bytes as they are stored."""

    def __init__(self, path: Path, dictionary: Dictionary, samples: int, places: Coordinates) -> None:
        self._path, self._dictionary = path, dictionary
        self._samples, self._places = samples, places
        self._everyone = len(places) == samples and bool((np.diff(places) == 1).all())
        self._clear()

    def _clear(self) -> None:
        self._heads: list[bytes] = []
        self._characters = self._on_karyotype = self._carriers = 0
        self._missing: list[Pairs] = []
        self._carrying: list[Pairs] = []
        self._values = Values()

    @property
    def is_much(self) -> bool:
        """Tell whether it is time to make columns."""
        missing = sum(len(pairs.records) for pairs in self._missing)
        return self._carriers + missing > _MANY or self._characters > _MUCH

    def add(self, text: Text, places: list[Place], regions: Intervals) -> None:
        """Read the records of a slab; raises InputError where one is not as BCF must be."""
        records = self._overlapping(text, places, regions)
        if not records:
            return
        buffer = np.frombuffer(text, np.uint8)
        groups = grouped(self._path, records, self._dictionary)
        speaks = np.array(speaking(b"".join([record.head + b"\n" for record in records])), dtype=np.int8)
        carriers, genotypes = self._find(buffer, groups, speaks)
        columns = self._places[carriers.samples]
        values = gathered(buffer, groups, len(records), carriers.records, columns)
        self._values.add(genotypes | values, self._carriers)
        self._carriers += len(columns)
        self._carrying.append(carriers.moved(len(self._heads)))
        self._heads += [record.head for record in records]
        self._characters += sum(len(record.head) for record in records)

    def _overlapping(self, text: Text, places: list[Place], regions: Intervals) -> list[Record]:
        _, _, contigs, starts, lengths = np.array(places, dtype=np.int64).reshape(-1, len(Place._fields)).T
        try:
            ranks = self._dictionary.ranks_of(contigs)
        except IndexError as error:
            raise InputError.of(self._path, DAMAGED) from error
        axis = ranks * SPACING + starts
        wanted = np.flatnonzero((ranks >= 0) & regions.overlapped_by(axis, axis + lengths))
        self._on_karyotype += int((ranks >= 0).sum())
        return [
            decode(self._path, text, places[place], self._dictionary, self._samples)
            for place in wanted.tolist()
        ]

    def _find(self, buffer: Buffer, groups: Groups, speaks: NDArray[np.int8]) -> tuple[Pairs, Stretches]:
        """Return who carries, and the carriers' genotypes as they are stored; keep who was not called.

        Who speaks by a copy number, or by having no genotype, is a carrier as well.
        """
        carrying: list[Pairs] = []
        genotypes: Stretches = {}
        count, width = 0, len(self._places)
        unnamed = speaks == Speaks.EVERYONE  # and without genotypes, when those that have some are seen
        for (key, kind, ploidy), (numbers, offsets) in groups.items():
            if key != GENOTYPE:
                continue
            size = self._samples * ploidy * SIZES[kind]
            matrix = np.concatenate([buffer[offset : offset + size] for offset in offsets]).view(DTYPES[kind])
            matrix = matrix.reshape(len(numbers), self._samples, ploidy)
            matrix = (matrix if self._everyone else matrix[:, self._places]).reshape(-1, ploidy)
            told = not_plainly_reference(matrix)
            unnamed[numbers] = False
            everybody, uncalled = speaks[numbers] == Speaks.EVERYONE, speaks[numbers] > Speaks.CARRIERS
            if everybody.any():
                told |= np.repeat(everybody, width)
            left = np.flatnonzero(told)
            row = left // width
            pairs = Pairs(np.array(numbers)[row], left - row * width)
            stored = as_items(matrix)[left]
            alleles = alleles_of(stored.view(matrix.dtype).reshape(-1, ploidy))
            carries = in_any_column(alleles > MISSING + 1) | uncalled[row]
            if not carries.all():
                unknown = in_any_column(alleles == MISSING) | ~in_any_column(alleles != NO_ALLELE)
                self._missing.append(pairs[unknown & ~carries].moved(len(self._heads)))
                pairs, stored = pairs[carries], stored[carries]
            genotypes[key, kind, ploidy] = np.arange(count, count + len(stored)), stored
            count += len(stored)
            carrying.append(pairs)
        alone = np.flatnonzero(unnamed)
        carrying.append(Pairs(np.repeat(alone, width), np.tile(np.arange(width), len(alone))))
        return joined_pairs(carrying), genotypes

    def taken(self) -> Slabful:
        """Make columns of what was gathered, and begin anew."""
        carriers = joined_pairs(self._carrying)
        values = self._values.columns(self._dictionary, self._carriers)
        slabful = Slabful(
            b"".join([head + b"\n" for head in self._heads]),
            np.zeros(len(self._heads), np.int64),
            self._on_karyotype,
            joined_pairs(self._missing),
            [],
            pl.DataFrame(
                [pl.Series("record", carriers.records), pl.Series("sample", carriers.samples), *values]
            ),
        )
        self._clear()
        return slabful
