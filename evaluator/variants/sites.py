"""Read files of sites (ClinVar, population frequencies) at the alleles of a store."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.variants.build import require_build
from evaluator.variants.intervals import SPACING_BITS, Intervals, contig_names, from_frame
from evaluator.variants.lines import Candidates, find_candidates
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.sources import Source, open_source

ALLELE = ("contig", "position", "ref", "alt")
SITES = pl.Schema(
    {
        "contig": pl.String,
        "position": pl.Int32,  # of the minimal allele
        "ref": pl.String,
        "alt": pl.String,
        "id": pl.String,
        "allele_index": pl.Int32,  # 0-based place among the record's alternatives
        "info": pl.String,
    }
)
_ID, _REF, _ALT, _INFO = 2, 3, 4, 7
_COLUMNS = {_ID: "id", _REF: "ref", _ALT: "alt", _INFO: "info"}


def read_sites(source: Source, alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return the file's record of each of the alleles (contig, position, ref, alt) that it has.

    Alleles of both sides are compared in minimal form; contigs may be named `1` or `chr1`. Raises InputError
    when the file says that it is on another build.
    """
    regions = _places(alleles)
    require_build(source.header, build, regions.contigs())
    columns = len(source.header.text.rstrip("\n").rpartition("\n")[2].split("\t"))
    wanted = alleles.select(ALLELE).unique()
    frames = [pl.DataFrame(schema=SITES)]
    for slab in source.slabs(regions, []):
        candidates = find_candidates(source.path, slab, regions, columns)
        if candidates.text:
            frames.append(_split(candidates).join(wanted, on=ALLELE, how="semi"))
    return pl.concat(frames).sort(*ALLELE, "id", "allele_index")


def open_sites(path: Path) -> Source:
    """Open a VCF that may have no samples; raises InputError when it is no VCF."""
    return open_source(path, sites=True)


def info_value(key: str) -> pl.Expr:
    """Read one INFO value as text; null where the record lacks it or leaves it empty."""
    found = pl.concat_str(pl.lit(";"), "info").str.extract(f";{key}=([^;]*)")
    return pl.when(~found.is_in(["", "."])).then(found)


def _places(alleles: pl.DataFrame) -> Intervals:
    start = pl.col("position") - 1
    end = start + pl.col("ref").str.len_bytes().cast(pl.Int32)
    return from_frame(alleles.select("contig", start=start, end=end).unique())


def _split(candidates: Candidates) -> pl.DataFrame:
    """Split the lines into one row per alternative allele, each in minimal form."""
    table = pl.read_csv(
        candidates.text,
        separator="\t",
        has_header=False,
        quote_char=None,
        infer_schema=False,
        encoding="utf8-lossy",
        empty_string_is_null=False,
        columns=sorted(_COLUMNS),
    )
    table.columns = [_COLUMNS[place] for place in sorted(_COLUMNS)]
    places = candidates.starts + 1  # POS may be 0, before the first base of its contig
    ranks = places >> SPACING_BITS
    alternatives = table.with_columns(
        contig_names(ranks),
        pl.Series("position", places - (ranks << SPACING_BITS), dtype=pl.Int32),
        pl.col("ref").str.to_uppercase(),
        pl.col("alt").str.to_uppercase().str.split(","),
    ).with_columns(pl.int_ranges(pl.col("alt").list.len(), dtype=pl.Int32).alias("allele_index"))
    rows = alternatives.explode("alt", "allele_index").filter(pl.col("alt").str.contains(r"^[ACGTN]+$"))
    return trim_alleles(rows).select(list(SITES))
