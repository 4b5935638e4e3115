"""The variable sites of an invented genome: every generated newborn draws its alleles from the same sites."""

from __future__ import annotations

from functools import cache

import numpy as np
import polars as pl

from evaluator.panel.genome import CONTIG_LENGTHS, CONTIGS

BUILD = "GRCh38"
# About what a 30x short-read genome shows against the reference.
RECORDS = 4_500_000
# Allele frequencies follow a beta distribution: many rare sites, some fixed; about 1.4 heterozygous calls
# for each homozygous one.
BETA = (0.4, 1.0)
CARRIED = 0.4048  # mean probability, under BETA, that a newborn carries the allele at all
# Fewer records than a genome has do not thin it out: they fill evenly spread windows of this many bases,
# so that deletions still overlap their neighbours in a small file.
WINDOW = 20_000
LONGEST_DELETION = 5_000
LONG_SHARE = 0.0025  # of the deletions, 200 bases to LONGEST_DELETION
MIDDLE_SHARE = 0.03  # of the deletions, 20 to 50 bases
KINDS = ("substitution", "insertion", "deletion", "multiallelic")
KIND_SHARES = (0.835, 0.07, 0.08, 0.015)
BASES = np.array(list("ACGT"))
TILE = 1 << 20


@cache
def reference_tile() -> str:
    """Return a mebibase that repeats along every contig: overlapping records agree about the reference."""
    tile = "".join(BASES[reference_codes()])
    return tile + tile[:LONGEST_DELETION]


@cache
def reference_codes() -> np.ndarray:
    """Return that mebibase as indices into BASES."""
    return np.random.default_rng(38).integers(0, 4, TILE)


@cache
def insertions() -> np.ndarray:
    """Return a few thousand inserted sequences of 1 to 30 bases."""
    rng = np.random.default_rng(39)
    lengths = np.minimum(rng.geometric(0.3, 4096), 30)
    return np.array(["".join(BASES[rng.integers(0, 4, length)]) for length in lengths], dtype=object)


def reference(position: int, length: int) -> str:
    """Return the reference from a 1-based position on."""
    start = position % TILE
    return reference_tile()[start : start + length]


def positions(rng: np.random.Generator, contig: str, count: int, records: int) -> np.ndarray:
    """Draw sorted distinct 1-based positions: all over the contig, or inside its windows in a small file."""
    length = CONTIG_LENGTHS[BUILD][contig]
    margin = min(10_000, length // 100)
    stride = int(WINDOW * max(1.0, RECORDS / records))
    windows = max(1, (length - margin) // stride)
    width = min(WINDOW, length - 2 * margin)
    drawn = margin + rng.integers(0, windows, count) * stride + rng.integers(1, width, count)
    return np.unique(drawn)


def reference_lengths(rng: np.random.Generator, kinds: np.ndarray, room: np.ndarray) -> np.ndarray:
    """Draw how many bases REF has: mostly short deletions, some of 50 bases, a few of several thousand."""
    count = len(kinds)
    deleted = np.minimum(rng.geometric(0.25, count), 50)
    draw = rng.random(count)
    deleted = np.where(draw < MIDDLE_SHARE, rng.integers(20, 50, count), deleted)
    deleted = np.where(draw < LONG_SHARE, rng.integers(200, LONGEST_DELETION, count), deleted)
    return np.minimum(np.where(kinds == KINDS.index("deletion"), 1 + deleted, 1), room)


def alternatives(rng: np.random.Generator, kinds: np.ndarray, anchors: np.ndarray) -> np.ndarray:
    """Return the ALT column; `anchors` are the first reference bases as indices into BASES."""
    shift = rng.integers(1, 4, len(kinds))
    other = BASES[(anchors + shift) % 4].astype(object)
    third = BASES[(anchors + shift % 3 + 1) % 4].astype(object)
    anchor = BASES[anchors].astype(object)
    inserted = anchor + insertions()[rng.integers(0, len(insertions()), len(kinds))]
    choices = [other, inserted, anchor, other + "," + third]
    return np.select([kinds == number for number in range(len(KINDS))], choices, default="")


def contig_sites(contig: str, records: int) -> pl.DataFrame:
    """Return position, ref, alts, kind, frequency of the sites that newborns of that many records share."""
    share = CONTIG_LENGTHS[BUILD][contig] / sum(CONTIG_LENGTHS[BUILD].values())
    rng = np.random.default_rng([38, CONTIGS.index(contig)])
    position = positions(rng, contig, max(10, round(records * share / CARRIED)), records)
    kinds = rng.choice(len(KINDS), len(position), p=KIND_SHARES)
    lengths = reference_lengths(rng, kinds, CONTIG_LENGTHS[BUILD][contig] - position + 1)
    anchors = reference_codes()[position % TILE]
    refs = BASES[anchors].astype(object)
    longer = np.flatnonzero(lengths > 1)
    refs[longer] = [reference(position[site], lengths[site]) for site in longer.tolist()]
    return pl.DataFrame(
        {
            "position": position,
            "ref": refs.tolist(),
            "alts": alternatives(rng, kinds, anchors).tolist(),
            "kind": kinds,
            "frequency": rng.beta(*BETA, len(position)),
        }
    )
