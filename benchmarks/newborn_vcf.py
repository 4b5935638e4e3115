"""One newborn's whole-genome VCF, laid out as GATK writes it."""

from __future__ import annotations

from collections.abc import Iterator
from enum import IntEnum
from functools import cache
from pathlib import Path

import numpy as np
import polars as pl
from bgzf import write_indexed_vcf
from sites import BUILD, KINDS, RECORDS, contig_sites, reference

from evaluator.panel.genome import CONTIG_LENGTHS, CONTIGS, PSEUDO_AUTOSOMAL

# Distinct texts of INFO and of the sample's numbers per shape: far more than one 32 KiB window of the
# compressor sees, so that the file does not compress better than a real one.
TEXTS = 16_384
REFERENCE_SHARE = 0.005
FILTERS = (("PASS", 0.97), ("VQSRTrancheSNP99.90to100.00", 0.02), ("LowQual", 0.01))
# GATK phases what one read pair spans.
PHASED_WITHIN = 60
SYMBOLIC_PER_GENOME = 5_000
HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=PASS,Description="All filters passed">
##FILTER=<ID=LowQual,Description="Low quality">
##FILTER=<ID=VQSRTrancheSNP99.90to100.00,Description="Truth sensitivity tranche">
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Allelic depths">
##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Read depth">
##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">
##FORMAT=<ID=PGT,Number=1,Type=String,Description="Physical phasing haplotype information">
##FORMAT=<ID=PID,Number=1,Type=String,Description="Physical phasing identifier">
##FORMAT=<ID=PL,Number=G,Type=Integer,Description="Phred-scaled genotype likelihoods">
##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">
##INFO=<ID=AC,Number=A,Type=Integer,Description="Allele count">
##INFO=<ID=AF,Number=A,Type=Float,Description="Allele frequency among these genotypes">
##INFO=<ID=AN,Number=1,Type=Integer,Description="Alleles called">
##INFO=<ID=BaseQRankSum,Number=1,Type=Float,Description="Base quality rank sum">
##INFO=<ID=DP,Number=1,Type=Integer,Description="Read depth">
##INFO=<ID=ExcessHet,Number=1,Type=Float,Description="Excess of heterozygotes">
##INFO=<ID=FS,Number=1,Type=Float,Description="Strand bias">
##INFO=<ID=MLEAC,Number=A,Type=Integer,Description="Most likely allele count">
##INFO=<ID=MLEAF,Number=A,Type=Float,Description="Most likely allele frequency">
##INFO=<ID=MQ,Number=1,Type=Float,Description="Mapping quality">
##INFO=<ID=MQRankSum,Number=1,Type=Float,Description="Mapping quality rank sum">
##INFO=<ID=QD,Number=1,Type=Float,Description="Quality by depth">
##INFO=<ID=ReadPosRankSum,Number=1,Type=Float,Description="Read position rank sum">
##INFO=<ID=SOR,Number=1,Type=Float,Description="Strand odds ratio">
##INFO=<ID=VQSLOD,Number=1,Type=Float,Description="Log odds of being a true variant">
"""
SYMBOLIC_HEADER = """\
##ALT=<ID=DEL,Description="Deletion">
##INFO=<ID=END,Number=1,Type=Integer,Description="Last base of the variant">
##INFO=<ID=SVLEN,Number=.,Type=Integer,Description="Length of the variant">
##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of the variant">
"""


class Shape(IntEnum):
    """What the genotype looks like."""

    HETEROZYGOUS = 0
    HOMOZYGOUS = 1
    TWO_ALTERNATIVES = 2
    HAPLOID = 3
    REFERENCE = 4  # left over from joint calling


GENOTYPES = ("0/1", "1/1", "1/2", "1", "0/0")
COUNTS = ("AC=1;AF=0.500;AN=2", "AC=2;AF=1.00;AN=2", "AC=1,1;AF=0.500,0.500;AN=2", "AC=1;AF=1.00;AN=1", "")
MOST_LIKELY = (
    "MLEAC=1;MLEAF=0.500",
    "MLEAC=2;MLEAF=1.00",
    "MLEAC=1,1;MLEAF=0.500,0.500",
    "MLEAC=1;MLEAF=1.00",
    "",
)


def header(sample: str, *, symbolic: bool) -> bytes:
    """Return the header of one newborn's file."""
    contigs = "".join(
        f"##contig=<ID={name},length={length}>\n" for name, length in CONTIG_LENGTHS[BUILD].items()
    )
    columns = f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{sample}\n"
    return f"{HEADER}{SYMBOLIC_HEADER if symbolic else ''}{contigs}{columns}".encode()


def sample_numbers(shape: Shape, depth: int, fraction: float, noise: int) -> tuple[str, str]:
    """Return `AD:DP:GQ` and `PL` of a genotype of that shape."""
    alternative = round(depth * fraction)
    first, second = depth - alternative, alternative
    quality = min(99, 3 * depth)
    low, high = 3 * depth + noise, 30 * depth + noise
    match shape:
        case Shape.HETEROZYGOUS:
            return f"{first},{second}:{depth}:99", f"{15 * second + noise},0,{15 * first + noise}"
        case Shape.HOMOZYGOUS:
            return f"0,{depth}:{depth}:{quality}", f"{high},{low},0"
        case Shape.TWO_ALTERNATIVES:
            return f"0,{first},{second}:{depth}:99", f"{high},{low},{low + 7},{low + 9},0,{low + 4}"
        case Shape.HAPLOID:
            return f"0,{depth}:{depth}:99", f"{high},0"
        case Shape.REFERENCE:
            return f"{depth},0:{depth}:{quality}", f"0,{low},{high}"


def info(shape: Shape, depth: int, draws: tuple[float, ...]) -> str:
    """Return INFO with the keys that GATK writes; rank sums only where both alleles were read."""
    a, b, c, d, e, f = draws
    both = shape is Shape.HETEROZYGOUS
    keys = (
        COUNTS[shape] or "AN=2",
        f"BaseQRankSum={a:.3f}" if both else "",
        f"DP={depth}",
        "ExcessHet=3.0103",
        f"FS={abs(b) * 4:.3f}",
        MOST_LIKELY[shape],
        f"MQ={60 - max(0, abs(c) - 2):.2f}",
        f"MQRankSum={c:.3f}" if both else "",
        f"QD={20 + 5 * d:.2f}",
        f"ReadPosRankSum={e:.3f}" if both else "",
        f"SOR={0.7 + abs(f) / 2:.3f}",
        f"VQSLOD={10 + 4 * a:.2f}",
    )
    return ";".join(filter(None, keys))


@cache
def texts() -> pl.DataFrame:
    """Return `front` (QUAL to INFO), `numbers` (AD:DP:GQ) and `likelihoods`, TEXTS rows per shape."""
    rng = np.random.default_rng(40)
    rows = []
    names, shares = zip(*FILTERS, strict=True)
    for shape in Shape:
        depths = np.clip(rng.poisson(17 if shape is Shape.HAPLOID else 35, TEXTS), 4, 99).tolist()
        fractions = np.clip(rng.normal(0.48, 0.08, TEXTS), 0.2, 0.8).tolist()
        noise = rng.integers(0, 60, TEXTS).tolist()
        draws = rng.normal(0, 1, (TEXTS, 6)).tolist()
        filters = rng.choice(names, TEXTS, p=shares).tolist()
        for row in range(TEXTS):
            numbers, likelihoods = sample_numbers(shape, depths[row], fractions[row], noise[row])
            quality = f"{depths[row] * 15 + noise[row]}.{row % 100:02d}"
            front = f"{quality}\t{filters[row]}\t{info(shape, depths[row], tuple(draws[row]))}"
            rows.append((front, numbers, likelihoods))
    return pl.DataFrame(rows, schema=["front", "numbers", "likelihoods"], orient="row")


def is_haploid(contig: str, position: np.ndarray, sex: str) -> np.ndarray:
    """Tell where a boy has one copy: chrX and chrY outside the pseudo-autosomal regions."""
    haploid = np.full(len(position), sex == "male" and contig in ("chrX", "chrY"))
    for name, start, end in PSEUDO_AUTOSOMAL[BUILD]:
        if name == contig:
            haploid &= (position <= start) | (position > end)
    return haploid


def carried(rng: np.random.Generator, sites: pl.DataFrame, haploid: np.ndarray) -> pl.DataFrame:
    """Draw the newborn's genotypes under Hardy-Weinberg; keep the sites that show an alternative allele."""
    frequency = sites["frequency"].to_numpy()
    draw = rng.random(len(frequency))
    homozygous = draw < frequency**2
    carries = np.where(haploid, draw < frequency, draw < 1 - (1 - frequency) ** 2)
    two = (sites["kind"].to_numpy() == KINDS.index("multiallelic")) & ~haploid
    shape = np.select(
        [haploid, two, homozygous],
        [int(Shape.HAPLOID), int(Shape.TWO_ALTERNATIVES), int(Shape.HOMOZYGOUS)],
        int(Shape.HETEROZYGOUS),
    )
    emptied = (rng.random(len(shape)) < REFERENCE_SHARE) & ~haploid & ~two
    shape = np.where(emptied, int(Shape.REFERENCE), shape)
    one = pl.when(pl.Series(haploid)).then(pl.col("alts").str.split(",").list.first()).otherwise("alts")
    return sites.with_columns(one.alias("alts"), pl.Series("shape", shape)).filter(pl.Series(carries))


def with_spanning_deletions(calls: pl.DataFrame) -> pl.DataFrame:
    """Write `*` beside the alternative where an earlier deletion of this newborn covers the position."""
    end = pl.col("position") + pl.col("ref").str.len_bytes() - 1
    lost = pl.when(pl.col("shape") != int(Shape.REFERENCE)).then(end).otherwise(0)
    covered = lost.cum_max().shift(1).fill_null(0) >= pl.col("position")
    spanned = covered & (pl.col("shape") == int(Shape.HETEROZYGOUS))
    return calls.with_columns(
        alts=pl.when(spanned).then(pl.col("alts") + ",*").otherwise("alts"),
        shape=pl.when(spanned).then(int(Shape.TWO_ALTERNATIVES)).otherwise("shape"),
    )


def with_phase_sets(calls: pl.DataFrame) -> pl.DataFrame:
    """Add `first` and `phase_id`, position and identifier of the first record of a group; null outside."""
    new_group = (pl.col("position").diff() > PHASED_WITHIN).fill_null(value=True)
    diploid = pl.col("shape").is_in([int(Shape.HETEROZYGOUS), int(Shape.HOMOZYGOUS)])
    grouped = calls.with_columns(group=new_group.cum_sum())
    identifier = pl.concat_str("position", "ref", "alts", separator="_")
    first = pl.col("position").first().over("group")
    several = (pl.len().over("group") > 1) & diploid
    return grouped.with_columns(
        first=pl.when(several).then(first), phase_id=pl.when(several).then(identifier.first().over("group"))
    )


def record_lines(contig: str, calls: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """Render the records, each with its line end."""
    picks = calls["shape"].to_numpy() * TEXTS + rng.integers(0, TEXTS, calls.height)
    rendered = pl.concat([calls, texts()[picks]], how="horizontal").with_columns(
        genotype=pl.col("shape").replace_strict(dict(enumerate(GENOTYPES)), return_dtype=pl.String)
    )
    # An arbitrary third of the heterozygous calls lie on the second haplotype of their group.
    second = (pl.col("shape") == int(Shape.HETEROZYGOUS)) & (pl.col("position") % 3 == 0)
    piped = (
        pl.when(second).then(pl.lit("1|0")).otherwise(pl.col("genotype").str.replace("/", "|", literal=True))
    )
    sample = (
        pl.when(pl.col("first").is_null())
        .then(pl.format("GT:AD:DP:GQ:PL\t{}:{}:{}", "genotype", "numbers", "likelihoods"))
        .otherwise(
            pl.format(
                "GT:AD:DP:GQ:PGT:PID:PL:PS\t{}:{}:{}:{}:{}:{}",
                *(piped, "numbers", piped, "phase_id", "likelihoods", "first"),
            )
        )
    )
    line = pl.format(contig + "\t{}\t.\t{}\t{}\t{}\t{}\n", "position", "ref", "alts", "front", sample)
    return rendered.select(line=line)["line"]


def symbolic_records(contig: str, seed: list[int], records: int) -> pl.DataFrame:
    """Return position and line of some large deletions, 50 bases to 2 million bases long."""
    rng = np.random.default_rng(seed)
    length = CONTIG_LENGTHS[BUILD][contig]
    count = max(2, round(SYMBOLIC_PER_GENOME * min(1, records / RECORDS) * length / 3.1e9))
    position = np.unique(rng.integers(1, length // 2, count))
    size = np.minimum(np.exp(rng.uniform(np.log(50), np.log(2e6), len(position))), length // 2).astype(int)
    return pl.DataFrame({"position": position, "size": size}).select(
        "position",
        line=pl.format(
            contig + "\t{}\t.\t{}\t<DEL>\t500\tPASS\tEND={};SVLEN=-{};SVTYPE=DEL\tGT:GQ\t0/1:99\n",
            "position",
            pl.col("position").map_elements(lambda place: reference(place, 1), return_dtype=pl.String),
            pl.col("position") + pl.col("size"),
            "size",
        ),
    )


def contig_lines(contig: str, seed: int, sex: str, records: int, *, symbolic: bool) -> pl.Series:
    """Render one contig of one newborn."""
    sites = contig_sites(contig, records)
    rng = np.random.default_rng([seed, CONTIGS.index(contig)])
    haploid = is_haploid(contig, sites["position"].to_numpy(), sex)
    if contig == "chrY":
        sites, haploid = sites.filter(pl.Series(haploid)), haploid[haploid]
    calls = with_phase_sets(with_spanning_deletions(carried(rng, sites, haploid)))
    lines = record_lines(contig, calls, rng)
    if not symbolic or contig in ("chrY", "chrM"):
        return lines
    both = pl.concat(
        [
            calls.select(pl.col("position")).with_columns(line=lines),
            symbolic_records(contig, [seed, 1, CONTIGS.index(contig)], records),
        ]
    )
    return both.sort("position", maintain_order=True)["line"]


def as_bytes(lines: pl.Series) -> bytes:
    """Return the text of a column of strings without a detour over Python strings."""
    chunks = lines.rechunk().to_arrow(compat_level=pl.CompatLevel.oldest())
    offsets, data = chunks.buffers()[1:]
    return b"" if data is None or offsets is None else data.to_pybytes()


def pieces(sample: str, seed: int, sex: str, records: int, *, symbolic: bool) -> Iterator[bytes]:
    """Yield the header and then contig after contig."""
    yield header(sample, symbolic=symbolic)
    for contig in CONTIGS:
        yield as_bytes(contig_lines(contig, seed, sex, records, symbolic=symbolic))


def write_newborn(path: Path, seed: int, sex: str, records: int = RECORDS, *, symbolic: bool = False) -> None:
    """Write one newborn's file and its index; the same arguments give the same bytes."""
    write_indexed_vcf(path, pieces(path.name.split(".")[0], seed, sex, records, symbolic=symbolic))
