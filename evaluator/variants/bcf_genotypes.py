"""Genotypes as BCF stores them: who is reference, which alleles there are, how VCF would write them."""

from __future__ import annotations

from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.variants.genotype_text import GENOTYPE
from evaluator.variants.pairs import Flags, distinct

MISSING, NO_ALLELE = 0, -1  # the second beyond a genotype's last allele
_REFERENCE, _PHASED = 2, 1  # an allele is stored as (number + 1) x 2, and 1 more when it is phased
_WORDS = (1, 2, 4, 8)  # bytes of a number

Integers = NDArray[np.int32]
Stored = NDArray[Any]  # genotypes as they are stored, a row each


def alleles_of(stored: Stored) -> Integers:
    """Return alleles as their number and 1 more, MISSING, or NO_ALLELE."""
    numbers = stored.astype(np.int32)
    end = np.iinfo(stored.dtype).min + 1
    alleles: Integers = np.where(numbers >= 0, numbers >> 1, np.where(numbers == end, NO_ALLELE, MISSING))
    return alleles


def not_plainly_reference(matrix: Stored) -> Flags:
    """Tell which genotypes are anything but reference throughout, phased or not."""
    items = as_items(matrix)
    if items.dtype.kind != "u":
        return in_any_column((matrix | _PHASED) != _REFERENCE | _PHASED)
    none = np.zeros(matrix.shape[1], matrix.dtype)[None]
    found: Flags = (items | as_items(none + _PHASED)) != as_items(none + (_REFERENCE | _PHASED))
    return found


def in_any_column(flags: Flags) -> Flags:
    """Tell of which rows any column is set; of a few long columns faster than numpy's own `any`."""
    found = flags[:, 0].copy()
    for column in range(1, flags.shape[1]):
        found |= flags[:, column]
    return found


def as_items(matrix: Stored) -> Stored:
    """Take each row's bytes as one item: a number where there are as many of them as a number has."""
    return matrix.view(item_type(matrix.shape[1] * matrix.itemsize)).ravel()


def item_type(width: int) -> str:
    """Name the type of an item of so many bytes; numbers are copied and compared faster than bytes."""
    return f"<u{width}" if width in _WORDS else f"V{width}"


def spelled(stored: Stored, *, first_phase: bool) -> pl.Series:
    """Write genotypes as VCF does, as pl.Enum: each distinct one is written once."""
    items = as_items(stored)
    if items.dtype.kind != "u":
        rows, inverse = np.unique(stored, axis=0, return_inverse=True)
    else:
        found, inverse = distinct(items, 1 << 8 * items.itemsize)
        rows = found.astype(items.dtype)[:, None].view(stored.dtype)
    texts = []
    phases = rows & _PHASED
    if not first_phase:  # where the first allele's phase says nothing, the others speak for it
        phases[:, 0] = _PHASED
    for alleles, phased in zip(alleles_of(rows).tolist(), phases.tolist(), strict=True):
        parts = [
            ("|" if phase else "/") + (str(allele - 1) if allele else ".")
            for allele, phase in zip(alleles, phased, strict=True)
            if allele >= 0
        ]
        text = "".join(parts)
        texts.append(text if text.startswith("/") and "|" in text else text[1:])
    numbers = {text: number for number, text in enumerate(dict.fromkeys(texts))}
    codes = np.array([numbers[text] for text in texts], dtype=np.uint32)[inverse.ravel()]
    return pl.Series(GENOTYPE, list(numbers), dtype=pl.Enum(list(numbers))).gather(codes)
