"""Where inside the regions a newborn was not assessed: missing is never reference."""

from __future__ import annotations

import re
from codecs import BOM_UTF8
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.errors import InputError
from evaluator.panel.criteria import Callability
from evaluator.variants import bgzf
from evaluator.variants.absent_contigs import WITHOUT_RECORDS
from evaluator.variants.alignment import AsWritten
from evaluator.variants.build import CONTIG_ALIASES, require_build
from evaluator.variants.calls import CALLED, with_format_values
from evaluator.variants.genotypes import UNRESOLVED as SPANS
from evaluator.variants.genotypes import read_genotypes
from evaluator.variants.header import Header, choose_sample
from evaluator.variants.intervals import (
    SPACING,
    Coordinates,
    Intervals,
    as_frame,
    from_frame,
    merged,
    within_contig,
)
from evaluator.variants.records import Tally, sample_column
from evaluator.variants.sources import open_source
from evaluator.variants.spanning_deletions import STARS, WITHOUT_RECORD
from evaluator.variants.substitutions import UNEQUAL_BLOCK

# Reasons, weakest first: where several apply to a base the strongest is told.
REASONS = (
    UNEQUAL_BLOCK,
    "not_in_bed",
    "no_block",
    "low_quality",
    "low_depth",
    "symbolic_allele",
    "no_call",
    WITHOUT_RECORD,
    WITHOUT_RECORDS,
)
NOWHERE = Intervals(np.empty(0, np.int64), np.empty(0, np.int64))
_NO_INTERVAL = r"^(?:#|track|browser|\.$|\s*$)"
_BED_COLUMNS = 3
_DIGITS = r"^\d+$"
_COUNT = pl.element().cast(pl.Int32, strict=False)


@dataclass(frozen=True)
class Evidence:
    """What one newborn's callable file says: assessed spans, and spans that are not, with the reason."""

    kind: str  # bed | gvcf | none
    assessed: Intervals
    doubtful: pl.DataFrame  # SPANS
    default: str = "no_block"  # the reason where nothing is said
    blocks: Intervals = NOWHERE  # where a gVCF says reference
    calls: pl.DataFrame = field(default_factory=CALLED.to_frame)  # what a gVCF calls
    stars: pl.DataFrame = field(default_factory=STARS.to_frame)  # where a gVCF calls `*`


def no_evidence(regions: Intervals) -> Evidence:
    """Nothing is known about coverage: only calls themselves can make a stretch uncallable."""
    return Evidence("none", regions, SPANS.to_frame())


def read_callable(
    path: Path, names: tuple[str, ...], form: AsWritten, build: str, rule: Callability
) -> Evidence:
    """Read a BED or gVCF of callable sequence; raises InputError when it is neither, or of another build.

    `names` are those under which the newborn may stand in a gVCF of several samples, the likeliest first;
    `form` knows the regions, and how the gVCF's alleles are brought to the form of the newborn's.
    """
    bgzf.require_file(path)
    if is_gvcf(path):
        return _read_gvcf(path, names, form, build, rule)
    return Evidence("bed", read_bed(path), SPANS.to_frame(), default="not_in_bed")


def is_gvcf(path: Path) -> bool:
    """Tell a gVCF from a BED, by its name."""
    return path.name.removesuffix(".gz").removesuffix(".bgz").endswith((".vcf", ".bcf", ".gvcf"))


def sample_of_gvcf(header: Header, names: tuple[str, ...]) -> str:
    """Choose a gVCF's sample by the names under which the newborn may stand in it, or the only one."""
    known = [name for name in names if name in header.names]
    return choose_sample(header, known[0] if known else None, None)


def uncallable(regions: Intervals, evidence: Evidence, unresolved: pl.DataFrame) -> pl.DataFrame:
    """Return contig, start, end, reason of every stretch of the regions that was not assessed, sorted.

    A base is assessed when the evidence says so and neither it nor a genotype (`unresolved`) casts doubt.
    """
    doubts = pl.concat([evidence.doubtful, unresolved.select(list(SPANS))])
    starts, ends = doubts["start"].to_numpy(), doubts["end"].to_numpy()
    points = np.unique(
        np.concatenate(
            [regions.starts, regions.ends, evidence.assessed.starts, evidence.assessed.ends, starts, ends]
        )
    )
    left, right = points[:-1], points[1:]
    weakest = REASONS.index(evidence.default)
    label = np.where(evidence.assessed.overlapped_by(left, right), -1, weakest)
    for (reason,), of_reason in doubts.partition_by(["reason"], as_dict=True).items():
        spans = merged(of_reason["start"].to_numpy(), of_reason["end"].to_numpy())
        strength = REASONS.index(str(reason))
        label = np.where(spans.overlapped_by(left, right), np.maximum(label, strength), label)
    keep = regions.overlapped_by(left, right) & (label >= 0)
    return _runs(left[keep], right[keep], label[keep])


def _runs(starts: Coordinates, ends: Coordinates, labels: Coordinates) -> pl.DataFrame:
    """Join neighbours of the same reason."""
    if not len(starts):
        return as_frame(starts, ends).with_columns(pl.lit(None, pl.String).alias("reason"))
    opens = np.concatenate([[True], (starts[1:] != ends[:-1]) | (labels[1:] != labels[:-1])])
    closes = np.concatenate([opens[1:], [True]])
    reasons = pl.Series("reason", REASONS, dtype=pl.String).gather(pl.Series(labels[opens]))
    return as_frame(starts[opens], ends[closes]).with_columns(reasons)


def read_bed(path: Path) -> Intervals:
    """Read the intervals of a BED file, plain or compressed, that lie on the karyotype's contigs."""
    text = bgzf.whole(path).removeprefix(BOM_UTF8)
    table = pl.read_csv(
        b".\t0\t0\n" + text,  # the first line settles the columns: three, in an empty file too
        separator="\t",
        has_header=False,
        quote_char=None,
        infer_schema=False,
        encoding="utf8-lossy",
        truncate_ragged_lines=True,
        schema={"contig": pl.String, "start": pl.String, "end": pl.String},
    ).filter(~pl.col("contig").str.contains(_NO_INTERVAL))
    digits = pl.col("start").str.contains(_DIGITS) & pl.col("end").str.contains(_DIGITS)
    if not table.select(digits.fill_null(value=False).all()).item():
        raise InputError.of(
            path, "is no BED line: contig, start and end with tabs between", _wrong_line(text)
        )
    contig = pl.col("contig").replace_strict(CONTIG_ALIASES, default=None, return_dtype=pl.String)
    table = table.select(contig, pl.col("start", "end").cast(pl.Int64)).drop_nulls("contig")
    if table.select((pl.col("start") > pl.col("end")).any()).item():
        raise InputError.of(path, "has an interval that starts after its end; write start, then end")
    if not len(table):
        raise InputError.of(
            path, "has no interval on any chromosome that the panel can name; check the contigs"
        )
    return from_frame(table)


def _wrong_line(text: bytes) -> int:
    for number, line in enumerate(text.decode("utf-8", errors="replace").splitlines(), 1):
        cells = line.split("\t")
        numbered = len(cells) >= _BED_COLUMNS and re.match(_DIGITS, cells[1]) and re.match(_DIGITS, cells[2])
        if cells[0] and not re.match(_NO_INTERVAL, cells[0]) and not numbered:
            return number
    return 0


def _read_gvcf(
    path: Path, names: tuple[str, ...], form: AsWritten, build: str, rule: Callability
) -> Evidence:
    source = open_source(path)
    require_build(source.header, build, form.read.contigs())
    column = sample_of_gvcf(source.header, names)
    labels, calls, blocks, stars = [SPANS.to_frame()], [CALLED.to_frame()], [NOWHERE], [STARS.to_frame()]
    for frame in form.scan(source, form.read, [column], Tally()):
        labels.append(labelled(frame, column, rule))
        genotypes = read_genotypes(path, frame, [column])
        # A called <NON_REF> says that something is there: its block is no reference block.
        labels.append(genotypes.unresolved.select(list(SPANS)))
        calls.append(genotypes.calls.drop("sample"))
        stars.append(genotypes.stars.drop("sample"))
        references = genotypes.references
        blocks.append(merged(references["start"].to_numpy(), references["end"].to_numpy()))
    spans = pl.concat(labels)
    starts, ends = spans["start"].to_numpy(), spans["end"].to_numpy()
    spans = spans.with_columns(end=pl.Series(within_contig(ends, starts)))
    good = spans.filter(pl.col("reason").is_null())
    return Evidence(
        "gvcf",
        merged(good["start"].to_numpy(), good["end"].to_numpy()),
        spans.drop_nulls("reason"),
        blocks=merged(
            np.concatenate([part.starts for part in blocks]), np.concatenate([part.ends for part in blocks])
        ),
        calls=form.moved(pl.concat(calls)),
        stars=pl.concat(stars),
    )


def labelled(records: pl.DataFrame, sample: str, rule: Callability) -> pl.DataFrame:
    """Give every record its span and the reason why it is not assessed, null where it is.

    A block must hold at each of its bases, so its least depth counts where the file gives it. What an
    aligned allele adds to the left of its record (`alignment`) can be doubted by the record, not assessed.
    """
    records = with_format_values(records, sample_column(sample), ("GT", "MIN_DP", "DP", "AD", "LAD", "GQ"))
    reads = [pl.col(key).str.split(",").list.eval(_COUNT).list.sum() for key in ("AD", "LAD")]
    depth = pl.coalesce(pl.col("MIN_DP", "DP").cast(pl.Int32, strict=False), *reads)
    quality = pl.col("GQ").cast(pl.Float64, strict=False).fill_nan(None)
    # Quality 0 says that another genotype is as likely as reference: GATK writes what it could not call so.
    no_better_than_chance = (quality == 0).fill_null(value=False)
    reason = (
        pl.when(pl.col("GT").is_null() | pl.col("GT").str.contains(".", literal=True) | no_better_than_chance)
        .then(pl.lit("no_call"))
        .when(_below(depth, rule.min_depth))
        .then(pl.lit("low_depth"))
        .when(~pl.col("filter").is_in(["PASS", ".", ""]) | _below(quality, rule.min_genotype_quality))
        .then(pl.lit("low_quality"))
    )
    written = pl.col("start") // SPACING * SPACING + pl.col("position") - 1
    start = pl.when(pl.col("reason").is_null()).then(written).otherwise("start")
    return records.with_columns(reason.cast(pl.String).alias("reason")).select(
        start.alias("start"), "end", "reason"
    )


def _below(value: pl.Expr, threshold: float | None) -> pl.Expr:
    """Below the threshold; a missing value does not reach one that is asked for."""
    return pl.lit(value=False) if threshold is None else (value < threshold).fill_null(value=True)
