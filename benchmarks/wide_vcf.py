"""A joint VCF of thousands of newborns: almost every genotype is 0/0, and a reader must not pay for it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
import pysam.bcftools
from bgzf import write_indexed_vcf
from newborn_vcf import Shape, header, sample_numbers
from regions import EXONS, regions
from sites import BASES, reference

# As many samples as the expanded collection of the 1000 Genomes Project.
SAMPLES = 3_202
RECORDS = 1_500
# Distinct sample texts per genotype: more than the compressor's window of 32 KiB sees at once.
TEXTS = 8_192
# Most alleles of a panel's exons are seen in a few people at most; some are common everywhere.
BETA = (0.05, 4.0)
INSERTED_SHARE = 0.05
DELETED_SHARE = 0.08


def sample_texts(rng: np.random.Generator) -> np.ndarray:
    """Return TEXTS rows of `GT:AD:DP:GQ:PL` texts for 0, 1 and 2 copies of the allele."""
    shapes = {Shape.REFERENCE: "0/0", Shape.HETEROZYGOUS: "0/1", Shape.HOMOZYGOUS: "1/1"}
    texts = []
    for shape, genotype in shapes.items():
        depths = np.clip(rng.poisson(35, TEXTS), 4, 99).tolist()
        fractions = np.clip(rng.normal(0.48, 0.08, TEXTS), 0.2, 0.8).tolist()
        noise = rng.integers(0, 60, TEXTS).tolist()
        numbers = map(sample_numbers, [shape] * TEXTS, depths, fractions, noise)
        texts.append([":".join((genotype, *fields)) for fields in numbers])
    return np.array(texts, dtype=object).T


def places(rng: np.random.Generator, panel: Path, count: int) -> list[tuple[str, int]]:
    """Draw sorted distinct contig and 1-based position inside the panel's exons."""
    intervals = regions(panel, EXONS)
    widths = (intervals["end"] - intervals["start"]).to_numpy()
    ends = np.cumsum(widths)
    drawn = np.sort(rng.choice(ends[-1], count, replace=False))
    row = np.searchsorted(ends, drawn, side="right")
    position = intervals["start"].to_numpy()[row] + drawn - (ends[row] - widths[row]) + 1
    return list(zip(intervals["contig"].gather(row).to_list(), position.tolist(), strict=True))


def alleles(rng: np.random.Generator, position: int) -> tuple[str, str]:
    """Return REF and ALT of a substitution, a short insertion or a short deletion."""
    kind = rng.random()
    length = 1 + int(rng.integers(1, 20))
    if kind < INSERTED_SHARE:
        anchor = reference(position, 1)
        return anchor, anchor + reference(position + 777, length)
    if kind < INSERTED_SHARE + DELETED_SHARE:
        return reference(position, length), reference(position, 1)
    anchor = reference(position, 1)
    others = [base for base in BASES.tolist() if base != anchor]
    return anchor, others[int(rng.integers(0, 3))]


def record_lines(seed: int, panel: Path, samples: int, records: int) -> Iterator[bytes]:
    """Yield one record after the other."""
    rng = np.random.default_rng([seed, 2])
    texts = sample_texts(rng)
    for contig, position in places(rng, panel, records):
        ref, alt = alleles(rng, position)
        copies = rng.binomial(2, rng.beta(*BETA), samples)
        fields = texts[rng.integers(0, TEXTS, samples), copies]
        count = int(copies.sum())
        info = f"AC={count};AF={count / (2 * samples):.6f};AN={2 * samples};DP={35 * samples}"
        fixed = (contig, str(position), ".", ref, alt, "1000.00", "PASS", info, "GT:AD:DP:GQ:PL")
        yield ("\t".join((*fixed, *fields.tolist())) + "\n").encode()


def write_wide(path: Path, seed: int, panel: Path, samples: int = SAMPLES, records: int = RECORDS) -> None:
    """Write `path` (a .vcf.gz) with .tbi, and beside it the same records as .bcf with .csi."""
    names = "\t".join(f"NB{number:06d}" for number in range(1, samples + 1))
    lines = [header(names, symbolic=False), *record_lines(seed, panel, samples, records)]
    write_indexed_vcf(path, lines)
    binary = str(path).removesuffix(".vcf.gz") + ".bcf"
    pysam.bcftools.view("--no-version", "-Ob", "-o", binary, str(path), catch_stdout=False)
    pysam.bcftools.index("--force", binary, catch_stdout=False)


def sample_sheet(path: Path, vcf: str, samples: int) -> None:
    """Write the sample sheet of the joint file, all newborns in one VCF."""
    numbers = range(1, samples + 1)
    sheet = pl.DataFrame({"newborn": [f"NB{number:06d}" for number in numbers]})
    sex = pl.Series([("female", "male")[number % 2] for number in numbers])
    sheet.with_columns(sex=sex, vcf=pl.lit(vcf)).write_csv(path, separator="\t")
