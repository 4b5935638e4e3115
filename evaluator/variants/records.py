"""The records of a file that overlap the regions, as columns; genotypes are still text."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.variants.calls import with_format_values
from evaluator.variants.intervals import SPACING_BITS, Intervals, contig_names
from evaluator.variants.lines import Candidates, find_candidates, joined, without_substitutions
from evaluator.variants.probing import require_searchable
from evaluator.variants.sources import Source
from evaluator.variants.well_formed import require_bases, require_reach, require_well_formed

_SPLIT_SIZE = 1 << 23  # characters that are split at once
_REF, _ALT, _QUAL, _FILTER, _INFO, _FORMAT = 3, 4, 5, 6, 7, 8
_NAMES = {_REF: "ref", _ALT: "alt", _QUAL: "qual", _FILTER: "filter", _INFO: "info", _FORMAT: "format"}
# The symbolic alleles whose SVLEN is a stretch of the reference; an insertion's is not (VCF 4.5, 5.5).
_SPANNING_ALLELES = ("<DEL", "<DUP", "<INV", "<CN")


@dataclass
class Tally:
    """What a scan has seen so far."""

    on_karyotype: int = 0  # records on the contigs of the karyotype, in what was read
    in_regions: int = 0


# How records are streamed: `scan`, or what does the same and keeps other records (alignment.py).
Scan = Callable[[Source, Intervals, list[str], Tally], Iterator[pl.DataFrame]]


def scan(
    source: Source, regions: Intervals, samples: list[str], tally: Tally, whole: Intervals | None = None
) -> Iterator[pl.DataFrame]:
    """Stream the records that overlap the regions, some thousands per frame.

    Columns: contig (the panel's name), position (1-based), start and end (on the axis), ref, alt, qual,
    filter, info, format, line (0 where not known), and one text column per sample, named by `sample_column`.
    A record overlaps as in `bcftools view -R`: from POS to the end of REF, or to what END, SVLEN or LEN say.
    Regions beyond `whole` need no records that put one base for another.
    """
    columns, places = source.layout(samples)
    wanted = {**_NAMES, **dict(zip(places, map(sample_column, samples), strict=True))}
    for found in _gathered(source, regions, samples, columns, tally):
        candidates = found if whole is None else without_substitutions(found, whole)
        split = _split(source.path, candidates, wanted)
        if candidates.reaching:
            require_reach(source.path, split)
            split = _with_block_ends(source, split, samples)
        frame = _overlapping(split, candidates, regions)
        require_well_formed(source.path, frame)
        tally.in_regions += len(frame)
        yield frame


def _gathered(
    source: Source, regions: Intervals, samples: list[str], columns: int, tally: Tally
) -> Iterator[Candidates]:
    """Collect the candidates of several slabs: splitting few lines at a time costs more than reading them."""
    pending: list[Candidates] = []
    size = 0
    may_reach = source.header.declares("INFO", "END") or source.header.declares("INFO", "SVLEN")
    blocks = source.header.declares("FORMAT", "LEN")
    for slab in source.slabs(regions, samples):
        candidates = find_candidates(source.path, slab, regions, columns, may_reach=may_reach, blocks=blocks)
        if source.probed:
            require_searchable(slab.text, ordered=candidates.ordered)
        tally.on_karyotype += candidates.on_karyotype
        pending.append(candidates)
        size += len(candidates.text)
        if size >= _SPLIT_SIZE:
            yield joined(pending)
            pending, size = [], 0
    if size:
        yield joined(pending)


def sample_column(sample: str) -> str:
    """Name the column of a sample; the prefix keeps a sample called "ref" apart from REF."""
    return f"sample:{sample}"


def _split(path: Path, candidates: Candidates, wanted: dict[int, str]) -> pl.DataFrame:
    table = pl.read_csv(
        candidates.text,
        separator="\t",
        has_header=False,
        quote_char=None,
        infer_schema=False,
        encoding="utf8" if candidates.text.isascii() else "utf8-lossy",  # of which the first is quicker
        empty_string_is_null=False,
        columns=sorted(wanted),
    )
    places = candidates.starts + 1  # POS may be 0, before the first base of its contig
    ranks = places >> SPACING_BITS
    table.columns = [wanted[place] for place in sorted(wanted)]
    table = table.with_columns(
        contig_names(ranks),
        pl.Series("position", places - (ranks << SPACING_BITS), dtype=pl.Int32),
        pl.Series("start", candidates.starts),
        pl.Series("line", candidates.lines),
    )
    require_bases(path, table)
    return table


def _overlapping(table: pl.DataFrame, candidates: Candidates, regions: Intervals) -> pl.DataFrame:
    end = pl.col("start") + pl.col("ref").str.len_bytes().cast(pl.Int64)
    if candidates.reaching:
        end = pl.max_horizontal(end, *_reaches())
    table = table.with_columns(end.alias("end"))
    if candidates.reaching:
        table = table.drop("block end")
    inside = regions.overlapped_by(table["start"].to_numpy(), table["end"].to_numpy())
    return table if inside.all() else table.filter(pl.Series(inside))


def _reaches() -> tuple[pl.Expr, ...]:
    """The ends, on the axis, that INFO/END, INFO/SVLEN and FORMAT/LEN give; null where absent."""
    info = pl.concat_str(pl.lit(";"), "info")
    contig_start = pl.col("start") - pl.col("position") + 1
    end = contig_start + info.str.extract(r";END=(\d+)").cast(pl.Int64, strict=False)
    lengths = info.str.extract(r";SVLEN=([-0-9.,]+)").str.split(",")
    spanning = pl.any_horizontal(pl.col("alt").str.contains(word, literal=True) for word in _SPANNING_ALLELES)
    longest = lengths.list.eval(pl.element().cast(pl.Int64, strict=False).abs()).list.max()
    # htslib's index counts SVLEN from POS, one base short of the record's own length: the index decides in -R
    structural = pl.when(spanning).then(pl.col("start") + longest)
    return end, structural, pl.col("block end")


def _with_block_ends(source: Source, table: pl.DataFrame, samples: list[str]) -> pl.DataFrame:
    """Add where, on the axis, the longest of the samples' reference blocks ends (VCF 4.5, FORMAT/LEN)."""
    nothing = table.with_columns(pl.lit(None, pl.Int64).alias("block end"))
    if not samples or not source.header.declares("FORMAT", "LEN"):
        return nothing
    is_block = pl.col("alt").str.contains("<*>", literal=True) | pl.col("alt").str.contains("<NON_REF>")
    ends = []
    for sample in samples:
        texts = with_format_values(
            table.with_columns(is_block.alias("block")), sample_column(sample), ("LEN",)
        )
        length = pl.col("LEN").cast(pl.Int64, strict=False)
        wrong = texts.filter(pl.col("block") & pl.col("LEN").is_not_null() & length.is_null())
        if len(wrong):
            raise InputError.of(source.path, "has a LEN that is not a number", wrong["line"][0])
        ends.append(texts.select(pl.when("block").then(pl.col("start") + length).alias(sample)))
    furthest = pl.concat(ends, how="horizontal").select(pl.max_horizontal(pl.all())).to_series()
    return table.with_columns(furthest.alias("block end"))
