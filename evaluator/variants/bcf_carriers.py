"""Find the carriers in the binary records of a wide BCF file: genotypes are a matrix, the rest waits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.errors import InputError
from evaluator.variants import bcf_index, bgzf
from evaluator.variants.bcf_records import (
    DAMAGED,
    SIZES,
    Dictionary,
    decode,
    read_dictionary,
    walk,
)
from evaluator.variants.bcf_values import DTYPES, Buffer, Groups, carried, grouped
from evaluator.variants.carriers import Slabful, speaks_by_copy_number
from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.intervals import SPACING, Coordinates, Intervals
from evaluator.variants.pairs import Flags, Pairs, distinct, joined_pairs
from evaluator.variants.sources import Source
from evaluator.variants.stretches import ahead, blocks

_SLAB_SIZE = 1 << 22
_REFERENCE, _PHASED = 2, 1  # an allele is stored as (number + 1) x 2, and 1 more when it is phased
_WORDS = (1, 2, 4, 8)  # bytes of a number

Integers = NDArray[np.int32]
Stored = NDArray[Any]  # genotypes as they are stored, a row each


def find_carriers(source: Source, regions: Intervals, places: Coordinates) -> Iterator[Slabful]:
    """Yield who carries, or was not called, in records that may overlap the regions, some megabytes at once.

    `places` are the wanted samples' among the file's, from 0. Raises InputError when the file is damaged.
    """
    dictionary = read_dictionary(source.header.text)
    samples = len(source.header.samples)
    pending: list[bytes] = []
    size = 0
    for texts in ahead(_inflated(source, regions, dictionary)):
        pending += texts
        size += sum(map(len, texts))
        if size >= _SLAB_SIZE:
            text = b"".join(pending)
            slabful, used = _slabful(source.path, text, dictionary, regions, samples, places)
            yield slabful
            pending, size = [text[used:]], len(text) - used
    text = b"".join(pending)
    slabful, used = _slabful(source.path, text, dictionary, regions, samples, places)
    if used != len(text):
        raise InputError.of(source.path, DAMAGED)
    yield slabful


def _inflated(source: Source, regions: Intervals, dictionary: Dictionary) -> Iterator[list[bytes]]:
    """Yield the file beyond its header, or the stretches that its index leads to, in pieces."""
    if source.index is None:
        header = source.header_size
        for chunk in bgzf.chunks(source.path):
            yield [chunk[header:]]
            header = max(0, header - len(chunk))
        return
    with source.path.open("rb") as stream:
        for span in bcf_index.spans(source.index, source.path, regions, dictionary.ranks):
            yield from blocks(source.path, stream, *span)


def _slabful(
    path: Path, text: bytes, dictionary: Dictionary, regions: Intervals, samples: int, places: Coordinates
) -> tuple[Slabful, int]:
    """Read the whole records of a slab; also returns where they end."""
    table = np.array(list(walk(path, text)), dtype=np.int64).reshape(-1, 5)
    at, ends, contigs, starts, lengths = table.T
    if len(table) and not ((contigs >= 0) & (contigs < len(dictionary.ranks))).all():
        raise InputError.of(path, DAMAGED)
    ranks = dictionary.ranks[contigs]
    axis = ranks * SPACING + starts
    wanted = (ranks >= 0) & regions.overlapped_by(axis, axis + lengths)
    records = [decode(path, text, offset, dictionary, samples) for offset in at[wanted].tolist()]
    buffer = np.frombuffer(text, np.uint8)
    groups = grouped(path, records, dictionary)
    spoken = np.array([speaks_by_copy_number(record.head) for record in records], dtype=np.bool_)
    no_calls, carriers, genotypes = _genotypes(buffer, groups, spoken, samples, places, dictionary)
    values = carried(buffer, groups, len(records), carriers, places[carriers.samples], dictionary)
    slabful = Slabful(
        b"".join([record.head + b"\n" for record in records]),
        np.zeros(len(records), np.int64),
        int((ranks >= 0).sum()),
        no_calls,
        [],
        pl.DataFrame([genotypes, *values]),
    )
    return slabful, int(ends[-1]) if len(ends) else 0


def _genotypes(
    buffer: Buffer,
    groups: Groups,
    spoken: Flags,
    samples: int,
    places: Coordinates,
    dictionary: Dictionary,
) -> tuple[Pairs, Pairs, pl.Series]:
    """Return who was not called, who carries, and the carriers' genotypes as text.

    In the `spoken` records everybody is taken for a carrier: a copy number may say more than the genotype.
    """
    everyone = len(places) == samples and bool((np.diff(places) == 1).all())
    missing, carrying, texts = [], [], [pl.Series(GENOTYPE, [], dtype=pl.String)]
    for (key, kind, ploidy), (numbers, offsets) in groups.items():
        if key != GENOTYPE:
            continue
        size = samples * ploidy * SIZES[kind]
        matrix = np.concatenate([buffer[offset : offset + size] for offset in offsets]).view(DTYPES[kind])
        matrix = matrix.reshape(len(numbers), samples, ploidy)
        matrix = (matrix if everyone else matrix[:, places]).reshape(-1, ploidy)
        everybody = np.repeat(spoken[numbers], len(places))
        left = np.flatnonzero(_not_plainly_reference(matrix) | everybody)
        alleles = _alleles(matrix[left])
        carries = np.any(alleles > 1, axis=1) | everybody[left]
        unknown = ~carries & (np.any(alleles == 0, axis=1) | np.all(alleles == -1, axis=1))
        row, sample = np.divmod(left, len(places))
        pairs = Pairs(np.array(numbers)[row], sample)
        missing.append(pairs[unknown])
        carrying.append(pairs[carries])
        texts.append(_spelled(matrix[left[carries]], first_phase=dictionary.first_phase))
    return joined_pairs(missing), joined_pairs(carrying), pl.concat(texts)


def _alleles(stored: Stored) -> Integers:
    """Return alleles as their number and 1 more, 0 where missing, -1 beyond a genotype's last one."""
    numbers = stored.astype(np.int32)
    end = np.iinfo(stored.dtype).min + 1
    alleles: Integers = np.where(numbers >= 0, numbers >> 1, np.where(numbers == end, -1, 0))
    return alleles


def _not_plainly_reference(matrix: Stored) -> Flags:
    """Tell which genotypes are anything but reference throughout, phased or not."""
    words = _as_numbers(matrix)
    if words is None:
        by_allele: Flags = ((matrix | _PHASED) != _REFERENCE | _PHASED).any(axis=1)
        return by_allele
    none = np.zeros(matrix.shape[1], matrix.dtype)[None]
    found: Flags = (words | _as_numbers(none + _PHASED)) != _as_numbers(none + (_REFERENCE | _PHASED))
    return found


def _as_numbers(matrix: Stored) -> Stored | None:
    """Take each row's bytes as one number, where there are as many as a number has."""
    width = matrix.shape[1] * matrix.itemsize
    return matrix.view(f"<u{width}").ravel() if width in _WORDS else None


def _spelled(stored: Stored, *, first_phase: bool) -> pl.Series:
    """Write genotypes as VCF does; each distinct one is written once."""
    words = _as_numbers(stored)
    if words is None:
        rows, inverse = np.unique(stored, axis=0, return_inverse=True)
    else:
        numbers, inverse = distinct(words, 1 << 8 * words.itemsize)
        rows = numbers.astype(words.dtype)[:, None].view(stored.dtype)
    texts = []
    phases = rows & _PHASED
    if not first_phase:  # where the first allele's phase says nothing, the others speak for it
        phases[:, 0] = _PHASED
    for alleles, phased in zip(_alleles(rows).tolist(), phases.tolist(), strict=True):
        parts = [
            ("|" if phase else "/") + (str(allele - 1) if allele else ".")
            for allele, phase in zip(alleles, phased, strict=True)
            if allele >= 0
        ]
        text = "".join(parts)
        texts.append(text if text.startswith("/") and "|" in text else text[1:])
    return pl.Series(GENOTYPE, texts, dtype=pl.String).gather(pl.Series(inverse.ravel(), dtype=pl.Int64))
