"""Where structural calls lie: how much of each coding exon they cover, and which listed allele they are."""

from __future__ import annotations

import polars as pl

from evaluator.panel.alleles import is_structural
from evaluator.panel.genes import gene_models

# Two calls, or a call and a listed allele, are one event if each covers this much of the other. Ours: half is
# usual for catalogues of structural variants, which ask what is similar and not what is the same allele.
SAME_EVENT = 0.8
PLACE = ("contig", "position", "end", "cipos_low", "cipos_high", "ciend_low", "ciend_high")
# Bases lost as called, at the least that the confidence intervals allow, and at the most; 0-based half-open.
# The position of a call is that of the base before: 0-based, the first base lost has the same number.
EXTENTS = {
    "called": (pl.col("position"), pl.col("end")),
    "certain": (
        pl.col("position") + pl.max_horizontal("cipos_high", 0),
        pl.col("end") + pl.min_horizontal("ciend_low", 0),
    ),
    "possible": (
        pl.col("position") + pl.min_horizontal("cipos_low", 0),
        pl.col("end") + pl.max_horizontal("ciend_high", 0),
    ),
}
# Fractions (0 to 1) of the coding exon that is covered most, for each of EXTENTS.
COVERS = tuple(f"covers_{extent}" for extent in EXTENTS)


def reciprocal_overlap(start: pl.Expr, end: pl.Expr, other_start: pl.Expr, other_end: pl.Expr) -> pl.Expr:
    """The smaller of the fractions that two 0-based half-open intervals cover of each other."""
    shared = (pl.min_horizontal(end, other_end) - pl.max_horizontal(start, other_start)).clip(lower_bound=0)
    return shared / pl.max_horizontal(end - start, other_end - other_start)


def covered_genes(calls: pl.DataFrame, genes: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return PLACE x gene that a call touches, with COVERS, `whole_gene`, `exons` and `gene_place`.

    `exons` are the numbers of the coding exons covered, in the gene's direction, with their fractions; a call
    between exons covers none. `gene_place` is the gene's first coding base, 1-based. `genes` has one column,
    gene; those without known exons are not touched.
    """
    exons = _exons(genes, build)
    spans = exons.group_by("gene", "contig").agg(
        low=pl.col("start").min(), high=pl.col("end").max(), number=pl.len()
    )
    first, last = EXTENTS["possible"]
    touched = (
        calls.select(PLACE)
        .unique()
        .join(spans, on="contig")
        .filter((first < pl.col("high")) & (last > pl.col("low")))
        .with_row_index("event")
    )
    # Of a gene's exons few are touched: only those are measured.
    named = exons.rename({"start": "exon_start", "end": "exon_end"})
    met = touched.join(named, on=["gene", "contig"]).filter(
        (first < pl.col("exon_end")) & (last > pl.col("exon_start"))
    )
    size = pl.col("exon_end") - pl.col("exon_start")
    fractions = [
        (
            (pl.min_horizontal(high, "exon_end") - pl.max_horizontal(low, "exon_start")).clip(lower_bound=0)
            / size
        ).alias(name)
        for name, (low, high) in zip(COVERS, EXTENTS.values(), strict=True)
    ]
    covered = pl.col("covers_called") > 0
    shown = pl.format("{} ({}%)", "exon", (pl.col("covers_called") * 100).round(1))
    measured = (
        met.with_columns(fractions)
        .group_by("event")
        .agg(
            pl.col(*COVERS).max(),
            (pl.col("covers_called") == 1).sum().alias("whole"),
            shown.filter(covered).sort_by(pl.col("exon").filter(covered)).alias("exons"),
        )
    )
    return touched.join(measured, on="event", how="left").select(
        *PLACE,
        "gene",
        pl.col(*COVERS).fill_null(0.0),
        (pl.col("whole").fill_null(0) == pl.col("number")).alias("whole_gene"),
        pl.col("exons").fill_null(pl.lit([], dtype=pl.List(pl.String))),
        (pl.col("low") + 1).alias("gene_place"),
    )


def _exons(genes: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return gene, contig, start, end (0-based half-open) and `exon`, counted in the gene's direction."""
    order = pl.when(pl.col("strand") == "-").then(-pl.col("start")).otherwise("start")
    return (
        gene_models(build)
        .join(genes, on="gene", how="semi")
        .filter(pl.col("exons").list.len() > 0)
        .select("gene", "contig", "strand", "exons")
        .explode("exons")
        .unnest("exons")
        .with_columns(order.rank("ordinal").over("gene").alias("exon"))
        .drop("strand")
    )


def listed_matches(calls: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Return PLACE x gene x type with the structural allele of a list or rule that a call is, and `overlap`.

    `listed` has contig, position, ref, alt, gene as findings name alleles. Of several matches the closest
    counts, then the first by place.
    """
    alleles = listed.filter(is_structural()).select(
        "contig",
        "gene",
        pl.col("ref").alias("type"),
        pl.col("position").alias("listed_position"),
        pl.col("alt").cast(pl.Int32).alias("listed_end"),
    )
    overlap = reciprocal_overlap(*EXTENTS["called"], pl.col("listed_position"), pl.col("listed_end"))
    return (
        calls.select(PLACE)
        .unique()
        .join(alleles.unique(), on="contig")
        .with_columns(overlap.alias("overlap"))
        .filter(pl.col("overlap") >= SAME_EVENT)
        .sort(
            *PLACE,
            "gene",
            "type",
            "overlap",
            "listed_position",
            "listed_end",
            descending=[False] * 9 + [True, False, False],
        )
        .unique([*PLACE, "gene", "type"], keep="first", maintain_order=True)
    )
