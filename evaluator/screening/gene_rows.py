"""The gene rows to decide, each with the thresholds that apply to it."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.panel.genes import gene_models
from evaluator.panel.model import Panel
from evaluator.vocabulary import Evidence, Inheritance

DOMINANT = (Inheritance.AD, Inheritance.XLD)
TWO_COPIES = (Inheritance.AR, Inheritance.XLR)
# Which frequency ceiling a mode of inheritance takes. Mitochondrial rows take the strictest class: nobody
# published one for heteroplasmic alleles (our choice).
CEILING_CLASS = {
    Inheritance.AD: "monoallelic",
    Inheritance.AR: "biallelic",
    Inheritance.XLD: "x_linked",
    Inheritance.XLR: "x_linked",
    Inheritance.MT: "monoallelic",
}


def gene_rows(panel: Panel) -> pl.DataFrame:
    """Return the enabled gene rows, numbered by `row` in the order of the findings.

    Beside the sheet's columns: `listed_only`, `stars_floor`, `known_ceiling`, `lof_ceiling` (null = no
    ceiling), and the gene model's `refseq`, `ensembl`, `contig`.
    """
    models = gene_models(panel.genome_build).select("gene", "refseq", "ensembl", model_contig="contig")
    criteria = panel.criteria
    return (
        panel.gene_rows.join(several_inheritances(panel), on="gene", how="left")
        .join(_explicit_evidence(panel), on=["condition", "gene", "inheritance"], how="left")
        .join(models, on="gene", how="left")
        .sort("condition", "gene", "inheritance")
        .with_row_index("row")
        .with_columns(
            listed_only().alias("listed_only"),
            pl.coalesce("min_stars", pl.lit(criteria.known_pathogenic.min_stars, pl.Int32)).alias(
                "stars_floor"
            ),
            _ceiling(criteria, "known_pathogenic").alias("known_ceiling"),
            _ceiling(criteria, "predicted_lof").alias("lof_ceiling"),
        )
    )


def listed_only() -> pl.Expr:
    """Accept listed alleles only: the row says so, or it is a dominant row beside another inheritance.

    Otherwise one recessive allele would fire the dominant row of KCNJ11, ABCC8 or CASR; a curator who wants
    more writes the evidence down.
    """
    unsaid = ~pl.col("evidence_is_explicit") & pl.col("several_inheritances")
    dominant = pl.col("inheritance").is_in([str(mode) for mode in DOMINANT])
    return (pl.col("evidence") == Evidence.LISTED) | (dominant & unsaid)


def several_inheritances(panel: Panel) -> pl.DataFrame:
    """Return `gene`, `several_inheritances`: disabling a row does not change how a gene works."""
    return panel.genes.group_by("gene").agg(
        (pl.col("inheritance").n_unique() > 1).alias("several_inheritances")
    )


def _explicit_evidence(panel: Panel) -> pl.DataFrame:
    return panel.genes.select(
        "condition", "gene", "inheritance", evidence_is_explicit=pl.col("evidence").is_not_null()
    )


def _ceiling(criteria: Criteria, rule: str) -> pl.Expr:
    ceilings = getattr(criteria, rule).max_frequency
    by_mode = {str(mode): getattr(ceilings, name) for mode, name in CEILING_CLASS.items()}
    declared = pl.col("inheritance").replace_strict(by_mode, return_dtype=pl.Float64)
    return pl.coalesce("max_frequency", declared)
