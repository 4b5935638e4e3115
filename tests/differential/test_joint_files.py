"""A real joint file of 3,202 people: genotypes are what cyvcf2 reads, and what reading people alone gives."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import cyvcf2
import numpy as np
import polars as pl
import pytest

from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.joint import read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

Call = tuple[object, ...]
COLUMNS = (
    *("contig", "source_position", "source_ref", "source_alts", "allele"),
    *("copies", "ploidy", "missing", "depth", "alt_depth", "genotype_quality"),
)


@pytest.fixture
def joint_file(shared_data: Path) -> Path:
    """The first hundred records of a joint call set, with multi-allelic and half-called ones among them."""
    return shared_data / "vcf" / "large" / "multisample_large.bcf"


@pytest.fixture
def everywhere() -> Intervals:
    """Every base of every chromosome."""
    lengths = CONTIG_LENGTHS["GRCh38"]
    zero = [0] * len(lengths)
    return from_frame(pl.DataFrame({"contig": list(lengths), "start": zero, "end": list(lengths.values())}))


def number(values: np.ndarray | None, *place: int) -> int | None:
    """One value of cyvcf2's arrays, which hold negative numbers for missing ones."""
    if values is None or place[-1] >= values.shape[1] or values[place] < 0:
        return None
    return int(values[place])


def by_cyvcf2(path: Path) -> Counter[Call]:
    """Every called alternative allele of known sequence, by cyvcf2."""
    found: Counter[Call] = Counter()
    reader = cyvcf2.VCF(str(path))
    for record in reader:
        genotypes = record.genotype.array()[:, :-1]
        depth, reads, quality = (record.format(key) for key in ("DP", "AD", "GQ"))
        for row in np.flatnonzero((genotypes > 0).any(axis=1)).tolist():
            alleles = [allele for allele in genotypes[row].tolist() if allele > -2]
            for allele in sorted({allele for allele in alleles if allele > 0}):
                if set(record.ALT[allele - 1]) <= set("ACGT"):
                    counts = alleles.count(allele), len(alleles), alleles.count(-1)
                    values = number(depth, row, 0), number(reads, row, allele), number(quality, row, 0)
                    place = record.CHROM, record.POS, record.REF, ",".join(record.ALT), allele
                    found[reader.samples[row], *place, *counts, *values] += 1
    return found


def test_every_genotype_is_what_cyvcf2_reads(joint_file: Path, everywhere: Intervals) -> None:
    """Not one called allele of 3,202 people differs, with its reads and its quality."""
    source = open_source(joint_file)
    reading = read_joint(source, everywhere, list(source.header.samples))
    names = pl.Series(reading.samples).gather(reading.found.calls["sample"])
    ours = Counter(zip(names, *(reading.found.calls[column] for column in COLUMNS), strict=True))
    theirs = by_cyvcf2(joint_file)
    assert theirs.total() > 10_000
    assert (theirs - ours) + (ours - theirs) == Counter()


@pytest.mark.parametrize("whole_below", [0, 1 << 40])
def test_some_people_are_read_as_each_alone(
    joint_file: Path, everywhere: Intervals, whole_below: int
) -> None:
    """Calls and what was not called of the people with the most of each are those of reading them singly."""
    source = open_source(joint_file, whole_below)
    found = read_joint(source, everywhere, list(source.header.samples)).found
    names = source.header.samples
    most = found.calls.group_by("sample").len().sort("len", "sample")["sample"].tail(4)
    doubtful = found.unresolved["sample"].unique().sort().head(4)
    chosen = sorted({names[number] for number in [*most, *doubtful]})
    alone = read_samples(source, everywhere, chosen).genotypes
    for sample in chosen:
        mine = found.calls.filter(pl.col("sample") == names.index(sample)).drop("sample")
        theirs = alone[sample].calls.select(mine.columns)
        assert mine.sort(pl.all()).equals(theirs.sort(pl.all()))
        spans = found.unresolved.filter(pl.col("sample") == names.index(sample)).drop("sample")
        assert spans.unique().sort(pl.all()).equals(alone[sample].unresolved.sort(pl.all()))
