"""The human reference assemblies: contig lengths, karyotype order and the pseudo-autosomal regions."""

from __future__ import annotations

from functools import reduce
from operator import or_

import polars as pl

from evaluator.vocabulary import GenomeBuild

CONTIGS = (*(f"chr{number}" for number in range(1, 23)), "chrX", "chrY", "chrM")
KARYOTYPE_ORDER = {contig: rank for rank, contig in enumerate(CONTIGS)}

# Genome Reference Consortium, https://www.ncbi.nlm.nih.gov/grc/human/data (GRCh38.p14 and GRCh37.p13); the
# mitochondrial genome is the revised Cambridge Reference Sequence, NC_012920.1. The chrM of UCSC's hg19 is
# another sequence (NC_001807.4, 16,571 bases) and is not part of GRCh37.
_LENGTHS = {
    GenomeBuild.GRCH38: (
        248_956_422,
        242_193_529,
        198_295_559,
        190_214_555,
        181_538_259,
        170_805_979,
        159_345_973,
        145_138_636,
        138_394_717,
        133_797_422,
        135_086_622,
        133_275_309,
        114_364_328,
        107_043_718,
        101_991_189,
        90_338_345,
        83_257_441,
        80_373_285,
        58_617_616,
        64_444_167,
        46_709_983,
        50_818_468,
        156_040_895,
        57_227_415,
        16_569,
    ),
    GenomeBuild.GRCH37: (
        249_250_621,
        243_199_373,
        198_022_430,
        191_154_276,
        180_915_260,
        171_115_067,
        159_138_663,
        146_364_022,
        141_213_431,
        135_534_747,
        135_006_516,
        133_851_895,
        115_169_878,
        107_349_540,
        102_531_392,
        90_354_753,
        81_195_210,
        78_077_248,
        59_128_983,
        63_025_520,
        48_129_895,
        51_304_566,
        155_270_560,
        59_373_566,
        16_569,
    ),
}
CONTIG_LENGTHS: dict[str, dict[str, int]] = {
    str(build): dict(zip(CONTIGS, lengths, strict=True)) for build, lengths in _LENGTHS.items()
}

# PAR1 and PAR2 as (contig, start, end), 0-based half-open; the same page of the Genome Reference Consortium
# prints them 1-based and inclusive (GRCh38 chrX:10,001-2,781,479 and so on).
PSEUDO_AUTOSOMAL: dict[str, tuple[tuple[str, int, int], ...]] = {
    str(GenomeBuild.GRCH38): (
        ("chrX", 10_000, 2_781_479),
        ("chrX", 155_701_382, 156_030_895),
        ("chrY", 10_000, 2_781_479),
        ("chrY", 56_887_902, 57_217_415),
    ),
    str(GenomeBuild.GRCH37): (
        ("chrX", 60_000, 2_699_520),
        ("chrX", 154_931_043, 155_260_560),
        ("chrY", 10_000, 2_649_520),
        ("chrY", 59_034_049, 59_363_566),
    ),
}


def is_pseudo_autosomal(build: str, contig: str, start: int, end: int) -> bool:
    """Tell whether a 0-based half-open interval lies wholly inside a pseudo-autosomal region.

    >>> is_pseudo_autosomal("GRCh38", "chrX", 1_282_703, 1_309_934)
    True
    >>> is_pseudo_autosomal("GRCh38", "chrX", 32_000_000, 32_000_100)
    False
    """
    return any(contig == name and low <= start and end <= high for name, low, high in PSEUDO_AUTOSOMAL[build])


def pseudo_autosomal(build: str) -> pl.Expr:
    """The position lies inside PAR1 or PAR2, where males have two copies; needs `contig` and `position`."""
    start = pl.col("position") - 1
    inside = [
        (pl.col("contig") == contig) & (start >= low) & (start < high)
        for contig, low, high in PSEUDO_AUTOSOMAL[build]
    ]
    return reduce(or_, inside)
