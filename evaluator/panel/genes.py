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
    models = [_model(path, dict(zip(header, record, strict=True)), build) for record in records]
    genes = [str(model["gene"]) for model in models]
    if len(set(genes)) != len(genes):
        raise ValueError(f"{path}: a gene stands twice")
    return pl.DataFrame(models, schema=GENE_MODELS).sort("gene")


def _model(path: Path, record: dict[str, str], build: str) -> dict[str, object]:
    exons = []
    for interval in filter(None, record.pop("coding_exons").split(",")):
        first, _, last = interval.partition("-")
        start, end = int(first) - 1, int(last)
        if not 0 <= start < end <= CONTIG_LENGTHS[build][record["contig"]]:
            raise ValueError(f"{path}: {record['gene']} has the impossible exon {interval}")
        exons.append({"start": start, "end": end})
    exons.sort(key=lambda exon: exon["start"])
    return {**{name: value or None for name, value in record.items()}, "exons": exons}


def gene_spans(build: str) -> pl.DataFrame:
    """Return gene, contig, start, end (0-based half-open) of the coding bases; null where unknown."""
    starts = pl.col("exons").list.eval(pl.element().struct.field("start")).list.min()
    ends = pl.col("exons").list.eval(pl.element().struct.field("end")).list.max()
    return gene_models(build).select("gene", "contig", starts.alias("start"), ends.alias("end"))
