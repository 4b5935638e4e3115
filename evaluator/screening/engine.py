"""The decision engine: frames in, one finding per newborn and gene row out; no files, no clock."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl

from evaluator.panel.model import Panel
from evaluator.screening.callability import callability_gaps, genes_with_exons, has_callability_evidence
from evaluator.screening.diplotypes import diplotype_rules, outcomes, ruled_alleles
from evaluator.screening.evidence import Sources, evidence
from evaluator.screening.gene_rows import gene_rows
from evaluator.screening.inheritance import KEY, call_facts, pair_facts
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.phase import pairs
from evaluator.screening.quality import possible_mosaic, repeat_reason
from evaluator.screening.special_loci import raw_calls_are_used
from evaluator.screening.verdict import decide
from evaluator.screening.zygosity import x_chromosomes, zygosity
from evaluator.tables import FINDINGS, check
from evaluator.vocabulary import SampleStatus

# Newborns of these states get a verdict; the others were never offered to the laboratory.
EVALUATED = (str(SampleStatus.SEQUENCED), str(SampleStatus.FAILED), "quarantined")


@dataclass(frozen=True)
class Cohort:
    """What is known of the newborns: the store's tables, and the kinds of annotation behind `variants`."""

    newborns: pl.DataFrame
    calls: pl.LazyFrame
    uncallable: pl.DataFrame
    variants: pl.DataFrame | None  # None = never annotated
    sources: Sources


@dataclass(frozen=True)
class Evaluation:
    """The findings and every step that led to them."""

    rows: pl.DataFrame  # gene rows with their thresholds
    judged: pl.DataFrame  # allele x gene row: evidence, obstacle, every rule
    candidates: pl.DataFrame  # newborn x allele x gene row that bear on a verdict
    pairs: pl.DataFrame  # newborn x row x two alleles, with phase and outcome
    facts: pl.DataFrame  # newborn x row with something to tell
    findings: pl.DataFrame  # tables.FINDINGS


def evaluate(cohort: Cohort, panel: Panel) -> Evaluation:
    """Decide every newborn x gene row; those without a call or a gap share defaults."""
    criteria, build = panel.criteria, panel.genome_build
    rows, listed, rules = gene_rows(panel), panel.alleles, diplotype_rules(panel.diplotypes)
    newborns = (
        cohort.newborns.filter(pl.col("status").is_in(EVALUATED))
        .with_columns(x_chromosomes().alias("x_count"))
        .with_columns(has_callability_evidence().alias("measured"))
    )
    judged = evidence(rows, cohort.variants, listed, ruled_alleles(rules), criteria, build)
    candidates = (
        candidate_calls(cohort.calls, newborns, judged)
        .with_columns(zygosity(build).alias("zygosity"))
        .with_columns(repeat_reason(criteria).alias("repeat"), possible_mosaic(criteria).alias("mosaic"))
    )
    pairable = candidates.filter(
        pl.col("repeat").is_null() & (pl.col("evidence_code").is_not_null() | pl.col("ruled"))
    )
    paired = outcomes(pairs(pairable, criteria.phase), rules, rows)
    gaps = callability_gaps(
        newborns, cohort.uncallable, rows, listed, criteria.callability.min_fraction, build
    )
    facts = (
        call_facts(candidates, criteria)
        .join(pair_facts(paired), on=KEY, how="left")
        .join(gaps, on=KEY, how="full", coalesce=True)
        .drop("x_count")
        .join(newborns.select("newborn", "status", "measured", "x_count"), on="newborn")
        .join(_row_facts(rows, build), on="row")
        .with_columns(_callability_unknown(panel).alias("callability_unknown"))
    )
    decided = decide(facts, criteria, cohort.sources)
    defaults = decide(
        _default_facts(newborns, facts, _row_facts(rows, build), panel), criteria, cohort.sources
    )
    return Evaluation(rows, judged, candidates, paired, decided, _assemble(newborns, rows, decided, defaults))


def candidate_calls(calls: pl.LazyFrame, newborns: pl.DataFrame, judged: pl.DataFrame) -> pl.DataFrame:
    """Join the calls to the allele x row pairs that bear on a verdict; other calls decide nothing."""
    bearing = judged.filter(
        raw_calls_are_used()
        & (pl.col("evidence_code").is_not_null() | pl.col("obstacle").is_not_null() | pl.col("ruled"))
    ).select(
        *ALLELE,
        "allele",
        "row",
        "gene",
        "inheritance",
        "parent_of_origin",
        "evidence_code",
        "obstacle",
        "ruled",
    )
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED).select("newborn", "x_count")
    return (
        calls.join(bearing.lazy(), on=list(ALLELE))
        .join(sequenced.lazy(), on="newborn")
        .collect()
        .sort("newborn", "row", *ALLELE)
    )


def _row_facts(rows: pl.DataFrame, build: str) -> pl.DataFrame:
    measurable = genes_with_exons(build).select("gene", measurable=pl.lit(value=True))
    return rows.join(measurable, on="gene", how="left").select(
        "row",
        "condition",
        "gene",
        "inheritance",
        "mechanism",
        "evidence",
        "listed_only",
        "parent_of_origin",
        "special_locus",
        pl.col("measurable").fill_null(value=False),
    )


def _callability_unknown(panel: Panel) -> pl.Expr:
    """Nothing says what was assessed, in the newborn or in a gene whose exons are not known."""
    if panel.criteria.callability.unknown == "assessed":
        return pl.lit(value=False)
    return ~pl.col("measured") | ~pl.col("measurable")


def _default_facts(
    newborns: pl.DataFrame, facts: pl.DataFrame, row_facts: pl.DataFrame, panel: Panel
) -> pl.DataFrame:
    """Build the facts of a newborn without calls or gaps, once per kind of newborn and gene row."""
    kinds = newborns.select("status", "measured").unique().sort("status", "measured")
    silent = kinds.join(row_facts.sort("row"), how="cross", maintain_order="left_right").with_columns(
        _callability_unknown(panel).alias("callability_unknown")
    )
    absent = [
        pl.lit(None, dtype).alias(name) for name, dtype in facts.schema.items() if name not in silent.columns
    ]
    return silent.with_columns(absent)


def _assemble(
    newborns: pl.DataFrame, rows: pl.DataFrame, decided: pl.DataFrame, defaults: pl.DataFrame
) -> pl.DataFrame:
    """Lay the computed verdicts over the defaults: exactly one row per newborn x gene row, sorted.

    Findings are gathered by number from the few distinct answers; millions of rows are never joined.
    """
    order = newborns.sort("newborn").with_row_index("place")
    kinds = defaults.select("status", "measured").unique(maintain_order=True).with_row_index("kind")
    kind = order.join(kinds, on=["status", "measured"], how="left", maintain_order="left")["kind"].to_numpy()
    # Defaults stand kind by kind, each in the order of the rows; the computed answers follow them.
    answer = kind.astype(np.int64)[:, None] * rows.height + np.arange(rows.height)
    computed = decided.join(order.select("newborn", "place"), on="newborn", maintain_order="left")
    places = computed["place"].to_numpy(), computed["row"].to_numpy()
    answer[places] = defaults.height + np.arange(decided.height)
    told = ["verdict", "reasons", "alleles", "zygosity", "phase"]
    answers = pl.concat([defaults.select(told), computed.select(told)])
    repeated = pl.Series(np.repeat(np.arange(order.height), rows.height), dtype=pl.UInt32)
    tiled = pl.Series(np.tile(np.arange(rows.height), order.height), dtype=pl.UInt32)
    findings = pl.concat(
        [
            order.select(pl.col("newborn").gather(repeated)),
            rows.select(pl.col("condition", "gene", "inheritance").gather(tiled)),
            answers[pl.Series(answer.ravel(), dtype=pl.UInt32)],
        ],
        how="horizontal",
    )
    return check(findings.select(list(FINDINGS)), FINDINGS, "findings")
