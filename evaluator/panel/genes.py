"""Gene models: the coding exons of the transcript that a panel reads in each gene."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIG_LENGTHS

FOLDER = Path(__file__).parent / "gene_models"

EXONS: pl.DataType = pl.List(pl.Struct({"start": pl.Int32(), "end": pl.Int32()}))

# One row per gene; exons hold coding bases only, sorted, 0-based half-open.
GENE_MODELS = pl.Schema(
    {
        "gene": pl.String(),
        "hgnc": pl.String(),
        "refseq": pl.String(),
        "ensembl": pl.String(),
        "contig": pl.String(),
        "strand": pl.String(),
        "exons": EXONS,
        "note": pl.String(),
    }
)
_COLUMNS = ("gene", "hgnc", "refseq", "ensembl", "contig", "strand", "coding_exons", "note")


def gene_models(build: str) -> pl.DataFrame:
    """Return the gene models of one genome build, sorted by gene; an empty exon list means none is known.

    Raises InputError when the software carries no gene models for the build.
    """
    path = FOLDER / f"{build}.tsv"
    if not path.is_file():
        supplied = sorted(file.stem for file in FOLDER.glob("*.tsv"))
        raise InputError.of(
            path, f"there are no gene models for {build}; there are some for {', '.join(supplied) or 'none'}"
        )
    return read_gene_models(path, build)


@cache
def read_gene_models(path: Path, build: str) -> pl.DataFrame:
    """Read a table of gene models (columns gene hgnc refseq ensembl contig strand coding_exons note).

    `coding_exons` is "start-end,start-end", 1-based and inclusive. Raises ValueError when the table is
    damaged: it is part of the software, not of a user's input.
    """
    with path.open(encoding="utf-8", newline="") as stream:
        # The table holds facts with comments above them; no field is quoted.
        rows = csv.reader((line for line in stream if not line.startswith("#")), delimiter="\t")
        header, *records = list(rows)
    if tuple(header) != _COLUMNS:
        raise ValueError(f"{path}: columns {header}, expected {list(_COLUMNS)}")
    if any(len(record) != len(_COLUMNS) for record in records):
        raise ValueError(f"{path}: a row has not {len(_COLUMNS)} cells")
    cells = pl.DataFrame(records, schema=dict.fromkeys(_COLUMNS, pl.String()), orient="row")
    if cells["gene"].is_duplicated().any():
        raise ValueError(f"{path}: a gene stands twice")
    given = cells.with_columns(pl.all().replace("", None))
    models = given.join(_exons(path, given, build), on="gene", how="left")
    return models.with_columns(pl.col("exons").fill_null([])).select(GENE_MODELS.names()).sort("gene")


def _exons(path: Path, cells: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return the exons of each gene that has some, sorted."""
    first, last = (pl.col("ends").struct[place].cast(pl.Int32, strict=False) for place in (0, 1))
    length = pl.col("contig").replace_strict(CONTIG_LENGTHS[build], default=None, return_dtype=pl.Int32)
    intervals = (
        cells.select("gene", length=length, interval=pl.col("coding_exons").str.split(","))
        .explode("interval", empty_as_null=True)
        .drop_nulls("interval")
        .with_columns(ends=pl.col("interval").str.splitn("-", 2))
        .with_columns(start=first - 1, end=last)
    )
    start, end = pl.col("start"), pl.col("end")
    possible = (start >= 0) & (start < end) & (end <= pl.col("length"))
    impossible = intervals.filter(~possible.fill_null(value=False))
    if not impossible.is_empty():
        gene, interval = impossible.select("gene", "interval").row(0)
        raise ValueError(f"{path}: {gene} has the impossible exon {interval}")
    return intervals.sort("gene", "start").group_by("gene").agg(exons=pl.struct("start", "end"))


def gene_spans(build: str) -> pl.DataFrame:
    """Return gene, contig, start, end (0-based half-open) of the coding bases; null where unknown."""
    starts = pl.col("exons").list.eval(pl.element().struct.field("start")).list.min()
    ends = pl.col("exons").list.eval(pl.element().struct.field("end")).list.max()
    return gene_models(build).select("gene", "contig", starts.alias("start"), ends.alias("end"))
