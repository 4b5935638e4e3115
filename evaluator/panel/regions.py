"""What must be read for a panel: its coding exons and its listed alleles."""

from __future__ import annotations

import polars as pl

from evaluator.panel.allele_sets import allele_sets, haplotypes
from evaluator.panel.alleles import is_structural
from evaluator.panel.genes import gene_models
from evaluator.panel.genome import CONTIG_LENGTHS, KARYOTYPE_ORDER
from evaluator.panel.model import Panel

# Listed alleles may lie far from an exon (GAA c.-32-13T>G).
ALLELE_PADDING = 50
REGIONS = pl.Schema({"contig": pl.String, "start": pl.Int32, "end": pl.Int32})  # 0-based half-open


def panel_regions(panel: Panel, padding: int = 20) -> pl.DataFrame:
    """Return the merged regions of a panel in karyotype order: contig, start (0-based), end (exclusive).

    Coding exons of every enabled gene row with `padding` bases on either side, and 50 bases on either side
    of every allele of those genes that the panel lists or names in a diplotype rule; of a structural allele,
    on either side of its middle, which every call that shares more than half of it covers.
    """
    genes = panel.gene_rows.select("gene").unique()
    parts = (_exons(panel, genes, padding), _listed(panel, genes), _in_diplotypes(panel, genes))
    return merge(_clip(pl.concat(parts), panel.genome_build))


def _exons(panel: Panel, genes: pl.DataFrame, padding: int) -> pl.DataFrame:
    return (
        gene_models(panel.genome_build)
        .join(genes, on="gene", how="semi")
        .select("contig", "exons")
        .explode("exons", empty_as_null=True)
        .drop_nulls("exons")
        .select(
            "contig",
            start=pl.col("exons").struct.field("start") - padding,
            end=pl.col("exons").struct.field("end") + padding,
        )
    )


def _listed(panel: Panel, genes: pl.DataFrame) -> pl.DataFrame:
    alleles = panel.named_alleles.join(genes, on="gene", how="semi")
    return _around(alleles.select("contig", "position", "ref", "alt"))


def _in_diplotypes(panel: Panel, genes: pl.DataFrame) -> pl.DataFrame:
    rules = panel.diplotypes.join(genes, on="gene", how="semi")
    sets = allele_sets(panel.named_alleles)
    named = [
        (allele.contig, allele.position, allele.ref, allele.alt)
        for gene, *sides in rules.select("gene", "allele_1", "allele_2").iter_rows()
        for side in sides
        for haplotype in haplotypes(side, gene, sets) or ()
        for allele in haplotype
    ]
    schema = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String}
    return _around(pl.DataFrame(named, schema=schema, orient="row"))


def _around(alleles: pl.DataFrame) -> pl.DataFrame:
    return alleles.with_columns(**allele_place()).select(
        "contig", start=pl.col("start") - ALLELE_PADDING, end=pl.col("end") + ALLELE_PADDING
    )


def allele_place() -> dict[str, pl.Expr]:
    """Return `start` (0-based) and `end` of where a named allele is looked for: a DEL's or DUP's middle."""
    first = pl.col("position") - 1
    last = pl.when(is_structural()).then(pl.col("alt")).cast(pl.Int32, strict=False)
    middle = (pl.col("position") + last) // 2
    return {
        "start": pl.coalesce(middle, first),
        "end": pl.coalesce(middle + 1, first + pl.col("ref").str.len_bytes().cast(pl.Int32)),
    }


def _clip(regions: pl.DataFrame, build: str) -> pl.DataFrame:
    lengths = CONTIG_LENGTHS[build]
    length = pl.col("contig").replace_strict(lengths, return_dtype=pl.Int32)
    return regions.with_columns(pl.col("start").clip(lower_bound=0), pl.min_horizontal("end", length))


def merge(regions: pl.DataFrame) -> pl.DataFrame:
    """Merge intervals that overlap or touch; sort in karyotype order."""
    reach = pl.col("end").cum_max().shift(1).over("contig")
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int32)
    return (
        regions.sort(rank, "start", "end")
        .with_columns(block=(pl.col("start") > reach).fill_null(value=True).cum_sum())
        .group_by("block", maintain_order=True)
        .agg(pl.col("contig").first(), pl.col("start").min(), pl.col("end").max())
        .select(pl.col(name).cast(dtype) for name, dtype in REGIONS.items())
    )
