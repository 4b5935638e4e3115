"""Real captures and a real genome: our records equal those of `bcftools view -R`, one by one."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.load import load_panel
from evaluator.panel.regions import panel_regions
from evaluator.variants.build import require_build
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

NEWBORNS = [
    f"newborns/SRR{number}.filtered.combined.vcf"
    for number in (10141030, 10141052, 10141073, 10141075, 10141118)
]
FILES = [*NEWBORNS, "large/PG_NA12878_hg38-chr21.vcf.gz"]
Record = tuple[str, int, str, str]

# bcftools runs in a child process: in this one it would write through the temporary folder.
VIEW = """
import sys, pysam.bcftools
sys.stdout.write(pysam.bcftools.view("-H", "-R", sys.argv[1], sys.argv[2]))
"""

SORT = """
import sys, pysam.bcftools
pysam.bcftools.sort("-Oz", "-o", sys.argv[2], sys.argv[1], catch_stdout=False)
"""


def bcftools_records(vcf: Path, bed: Path) -> Counter[Record]:
    """Records of the regions whose genotype names an alternative allele of known sequence, by bcftools."""
    done = subprocess.run([sys.executable, "-c", VIEW, bed, vcf], capture_output=True, text=True, check=True)
    found: Counter[Record] = Counter()
    for line in done.stdout.splitlines():
        cells = line.split("\t")
        alts = cells[4].split(",")
        genotype = cells[9].split(":")[cells[8].split(":").index("GT")]
        named = {int(allele) for allele in genotype.replace("|", "/").split("/") if allele != "."} - {0}
        if any(set(alts[allele - 1]) <= set("ACGTNacgtn") for allele in named):
            found[cells[0], int(cells[1]), cells[3], cells[4]] += 1
    return found


def our_records(vcf: Path, regions: Intervals, whole_below: int) -> Counter[Record]:
    """The same from our own reader: one per source record, however many alleles it calls."""
    source = open_source(vcf, whole_below)
    reading = read_samples(source, regions, [source.header.samples[0]])
    calls = reading.genotypes[source.header.samples[0]].calls
    per_record = calls.group_by("contig", "source_position", "source_ref", "source_alts").agg(
        # two alleles called in one record are one record; a record that stands twice in the file is two
        (pl.len() // pl.col("allele").n_unique()).alias("count")
    )
    return Counter(
        {
            (contig, position, ref, alts): count
            for contig, position, ref, alts, count in per_record.iter_rows()
        }
    )


def indexed_copy(vcf: Path, folder: Path) -> Path:
    """A sorted, compressed, indexed copy of a file that has no index."""
    if vcf.suffix == ".gz":
        return vcf
    copy = folder / (vcf.name + ".gz")
    subprocess.run([sys.executable, "-c", SORT, vcf, copy], capture_output=True, check=True)
    pysam.tabix_index(str(copy), preset="vcf", force=True)
    return copy


def regions_of(which: str, repository: Path) -> Intervals:
    """The panel's regions, or every base of every chromosome."""
    if which == "panel":
        return from_frame(panel_regions(load_panel(repository / "panel" / "generation-study")))
    lengths = CONTIG_LENGTHS["GRCh38"]
    return from_frame(
        pl.DataFrame({"contig": list(lengths), "start": [0] * len(lengths), "end": list(lengths.values())})
    )


@pytest.mark.parametrize("which", ["panel", "every contig"])
@pytest.mark.parametrize("name", FILES)
def test_records_equal_bcftools(
    name: str, which: str, shared_data: Path, repository: Path, tmp_path: Path
) -> None:
    """Not one record with a called alternative allele differs from `bcftools view -R`, read either way."""
    regions = regions_of(which, repository)
    bed = tmp_path / "regions.bed"
    regions.frame().write_csv(bed, separator="\t", include_header=False)
    vcf = shared_data / "vcf" / name
    indexed = indexed_copy(vcf, tmp_path)
    theirs = bcftools_records(indexed, bed)
    whole, by_index = our_records(vcf, regions, 1 << 40), our_records(indexed, regions, 0)
    differing = (theirs - whole) + (whole - theirs)
    counts = {"bcftools": theirs.total(), "whole": whole.total(), "index": by_index.total()}
    print(json.dumps({"file": name, "regions": which, **counts, "differing": differing.total()}))  # noqa: T201
    assert theirs.total() > (1_000 if which == "every contig" else 5)
    assert differing.total() == 0
    assert by_index == theirs


def test_another_build_stops(shared_data: Path) -> None:
    """A GRCh37 file against a GRCh38 panel stops with a message that names both builds."""
    source = open_source(shared_data / "vcf" / "small" / "ashk-trio.vcf.gz")
    with pytest.raises(InputError, match=r"GRCh37.*GRCh38"):
        require_build(source.header, "GRCh38", {"chr1"})
