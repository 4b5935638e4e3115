"""Read files of sites (ClinVar, population frequencies) at the alleles of a store."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.variants.build import CONTIG_ALIASES, require_build
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
        "alternatives": pl.Int32,  # how many it has
        "info": pl.String,
    }
)
_CONTIG = re.compile(r"^##contig=<ID=([^,>\s]+)", re.MULTILINE)
_ID, _REF, _ALT, _INFO = 2, 3, 4, 7
_COLUMNS = {_ID: "id", _REF: "ref", _ALT: "alt", _INFO: "info"}


def read_sites(source: Source, alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return the file's record of each of the alleles (contig, position, ref, alt) that it has.

    Alleles of both sides are compared in minimal form; contigs may be named `1` or `chr1`. Raises InputError
    when the file is on another build by what it says, or by its bases where it says nothing, and when it has
    no record on any chromosome.
    """
    regions = _places(alleles)
    _require_known_contigs(source)
    build_by = require_build(source.header, build, regions.contigs())
    columns = len(source.header.text.rstrip("\n").rpartition("\n")[2].split("\t"))
    wanted = alleles.select(ALLELE).unique()
    frames = [pl.DataFrame(schema=SITES)]
    on_karyotype = 0
    for slab in source.slabs(regions, []):
        candidates = find_candidates(source.path, slab, regions, columns)
        on_karyotype += candidates.on_karyotype
        if candidates.text:
            sites = _split(candidates)
            if not build_by:
                _require_same_bases(source.path, sites, wanted, build)
            frames.append(sites.join(wanted, on=ALLELE, how="semi"))
    if not on_karyotype and source.index is None:
        raise InputError.of(source.path, "has no record on any chromosome; check that the file is complete")
    return pl.concat(frames).sort(*ALLELE, "id", "allele_index")


def open_sites(path: Path) -> Source:
    """Open a VCF that may have no samples; raises InputError when it is no VCF."""
    return open_source(path, sites=True)


def info_value(key: str) -> pl.Expr:
    """Read one INFO value as text; null where the record lacks it or leaves it empty."""
    found = pl.concat_str(pl.lit(";"), "info").str.extract(f";{key}=([^;]*)")
    return pl.when(~found.is_in(["", "."])).then(found)


def _require_known_contigs(source: Source) -> None:
    """Raise InputError where no contig that the header names is a chromosome: nothing would be found."""
    names = _CONTIG.findall(source.header.text)
    if names and not any(name in CONTIG_ALIASES for name in names):
        message = f"names its contigs like {names[0]}, none as 1 or chr1; rename them (bcftools annotate "
        raise InputError.of(source.path, f"{message}--rename-chrs)")


def _require_same_bases(path: Path, sites: pl.DataFrame, alleles: pl.DataFrame, build: str) -> None:
    """Raise InputError where a file that does not say its build has other bases than the alleles' REF."""
    first = pl.col("ref").str.slice(0, 1)
    met = sites.select("contig", "position", first).join(
        alleles.select("contig", "position", first), on=["contig", "position"], suffix="_called"
    )
    certain = pl.all_horizontal(pl.col(name).str.contains("[ACGT]") for name in ("ref", "ref_called"))
    differing = met.filter(certain & (pl.col("ref") != pl.col("ref_called")))
    for contig, position, ref, called in differing.sort(differing.columns).head(1).iter_rows():
        raise InputError.of(
            path,
            f"does not say its genome build, and has REF {ref} at {contig}:{position} where newborns' VCFs "
            f"on {build} have {called}; give the file of {build}",
        )


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
    ).with_columns(
        pl.int_ranges(pl.col("alt").list.len(), dtype=pl.Int32).alias("allele_index"),
        pl.col("alt").list.len().cast(pl.Int32).alias("alternatives"),
    )
    rows = alternatives.explode("alt", "allele_index").filter(pl.col("alt").str.contains(r"^[ACGTN]+$"))
    return trim_alleles(rows).select(list(SITES))
