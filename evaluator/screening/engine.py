"""The decision engine: frames in, one finding per newborn and gene row out; no files, no clock."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.panel.model import Panel
from evaluator.screening.callability import callability_gaps, has_callability_evidence, touched_and_undecided
from evaluator.screening.calls import weighed
from evaluator.screening.cohort_findings import CohortFindings, cohort_findings
from evaluator.screening.deletions import beside_deletions, one_record_each, with_unjudged
from evaluator.screening.diplotypes import outcomes
from evaluator.screening.evidence import Sources, evidence_of_call
from evaluator.screening.gene_rows import TWO_COPIES
from evaluator.screening.inheritance import KEY, call_facts, of_inheritance, pair_facts, qualifies, sound
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.parents import ParentalEvidence, parental_evidence, with_parents
from evaluator.screening.partners import open_partners
from evaluator.screening.phase import pairs
from evaluator.screening.rulebook import CLASS, EVALUATED, Rulebook
from evaluator.screening.sample_quality import judged
from evaluator.screening.special_loci import outcomes as outcomes_of_callers
from evaluator.screening.special_loci import plain_negatives, told_apart
from evaluator.screening.structural import (
    STRUCTURAL_COLUMNS,
    looked_for_deletions,
    structural_bears,
    structural_judged,
)
from evaluator.screening.verdict import decide
from evaluator.screening.zygosity import x_chromosomes
from evaluator.tables import CALLS, PARENTS, STRUCTURAL
from evaluator.vocabulary import SampleStatus


@dataclass(frozen=True)
class Cohort:
    """What is known of the newborns: the store's tables, and the kinds of annotation behind `variants`."""

    newborns: pl.DataFrame  # with the columns of sample_quality.with_lookalikes
    calls: pl.LazyFrame
    uncallable: pl.DataFrame
    special_loci: pl.DataFrame
    variants: pl.DataFrame | None  # None = never annotated
    sources: Sources
    parents: pl.DataFrame = field(default_factory=PARENTS.to_frame)
    structural: pl.DataFrame = field(default_factory=STRUCTURAL.to_frame)


@dataclass(frozen=True)
class Decisions:
    """Every step that led to the verdicts of newborn x gene rows with something to tell."""

    candidates: pl.DataFrame  # newborn x allele x gene row that bear on a verdict
    pairs: pl.DataFrame  # newborn x row x two alleles, with phase and outcome
    facts: pl.DataFrame  # newborn x row with something to tell, and its finding
    family: ParentalEvidence
    structural: pl.DataFrame  # newborn x structural call x row that it touches, whether it bears or not


@dataclass(frozen=True)
class Evaluation:
    """The findings and every step that led to them."""

    rulebook: Rulebook
    newborns: pl.DataFrame  # who gets a verdict
    decisions: Decisions
    findings: pl.DataFrame  # tables.FINDINGS


def evaluate(cohort: Cohort, panel: Panel) -> Evaluation:
    """Decide every newborn x gene row; those without a call or a gap share defaults."""
    rulebook = Rulebook(panel, cohort.variants, cohort.sources)
    newborns = evaluated(cohort.newborns, cohort.special_loci, panel.criteria)
    decisions = decisions_of(rulebook, replace(cohort, newborns=newborns))
    findings = assemble(rulebook, newborns, decisions.facts).table()
    return Evaluation(rulebook, newborns, decisions, findings)


def evaluated(newborns: pl.DataFrame, special_loci: pl.DataFrame, criteria: Criteria) -> pl.DataFrame:
    """Keep the newborns who get a verdict; add `x_count` and the columns of CLASS."""
    kept = newborns.filter(pl.col("status").is_in(EVALUATED)).with_columns(
        x_chromosomes().alias("x_count"),
        has_callability_evidence().alias("measured"),
        looked_for_deletions().alias("looked"),
    )
    negatives = plain_negatives(special_loci, criteria)
    return judged(kept, criteria).join(negatives, on="newborn", how="left", maintain_order="left")


def decisions_of(rulebook: Rulebook, cohort: Cohort) -> Decisions:
    """Decide the newborn x gene rows that have a call which bears on them, a gap, or a caller's output.

    The cohort's newborns are those of `evaluated`.
    """
    newborns, calls = cohort.newborns, cohort.calls
    panel, rows = rulebook.panel, rulebook.rows
    criteria, build = panel.criteria, panel.genome_build
    family = parental_evidence(calls, cohort.parents, newborns, criteria, build)
    small = with_parents(weighed(candidate_calls(calls, newborns, rulebook), criteria, build), family)
    deletions = structural_calls(cohort.structural, newborns, rulebook)
    candidates = together(small, deletions)
    in_pairs = candidates.filter(of_inheritance(TWO_COPIES))
    pairable = in_pairs.filter(sound() & (qualifies() | pl.col("ruled")))
    paired = outcomes(pairs(pairable, criteria.phase), rulebook.diplotypes, rows)
    named = deletions.filter(pl.col("listed_position").is_not_null())
    unread = with_unjudged(cohort.uncallable, cohort.structural, named, criteria)
    touched = touched_and_undecided(unread, small, rows, rulebook.listed, rulebook.ruled_small, build)
    gaps = callability_gaps(touched, rows, rulebook.listed, criteria.callability.min_fraction, build)
    partners = open_partners(in_pairs, touched.filter(kind="ruled"), rulebook)
    by_callers = outcomes_of_callers(cohort.special_loci, newborns, rows, criteria)
    facts = (
        call_facts(candidates, criteria)
        .join(pair_facts(paired), on=KEY, how="left")
        .join(gaps, on=KEY, how="full", coalesce=True)
        .join(partners, on=KEY, how="left")
        .join(told_apart(by_callers), on=KEY, how="full", coalesce=True)
        .join(by_callers, on=KEY, how="left")
        .drop("x_count")
        .join(newborns.select("newborn", *CLASS, "x_count"), on="newborn")
        .join(family.checks.select("newborn", parents_doubted="mismatch"), on="newborn", how="left")
        .join(rulebook.row_facts, on="row")
        .with_columns(
            rulebook.callability_unknown().alias("callability_unknown"),
            rulebook.no_structural_calls().alias("no_structural_calls"),
        )
    )
    return Decisions(candidates, paired, decide(facts, criteria, rulebook.sources), family, deletions)


def candidate_calls(calls: pl.LazyFrame, newborns: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Join the calls to the allele x row pairs that bear on a verdict; other calls decide nothing.

    Places are compared first: of a stored call nothing else is read unless something bears at its place.
    """
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED).select("newborn", "x_count")
    return (
        calls.filter(pl.col("position").is_in(rulebook.positions.implode()))
        .join(rulebook.bearing.lazy(), on=list(ALLELE))
        .filter(pl.col("part_of").is_null() | pl.col("as_part"))
        .with_columns(evidence_of_call())
        .filter(pl.any_horizontal(pl.col("evidence_code", "obstacle").is_not_null(), "ruled"))
        .join(sequenced.lazy(), on="newborn")
        .collect()
        .sort("newborn", "row", *list(CALLS)[1:])
    )


def structural_calls(calls: pl.DataFrame, newborns: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Judge the newborns' structural calls in every row that they touch (structural_judged)."""
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED).select("newborn", "x_count")
    panel = rulebook.panel
    return structural_judged(
        calls.join(sequenced, on="newborn"),
        rulebook.rows,
        panel.named_alleles,
        rulebook.ruled,
        panel.criteria,
        panel.genome_build,
    )


def together(small: pl.DataFrame, structural: pl.DataFrame) -> pl.DataFrame:
    """Put small and structural calls that bear on a verdict together, each read in the light of the other."""
    bearing = one_record_each(structural.filter(structural_bears()), small)
    both = pl.concat([small, bearing.select(*STRUCTURAL_COLUMNS)], how="diagonal_relaxed")
    return beside_deletions(both).sort("newborn", "row", *ALLELE)


def assemble(rulebook: Rulebook, newborns: pl.DataFrame, decided: pl.DataFrame) -> CohortFindings:
    """Lay the computed verdicts over the defaults: exactly one finding per newborn x gene row."""
    classes = newborns.select(CLASS).unique().sort(CLASS, nulls_last=True)
    number = classes.with_row_index("class")
    placed = newborns.join(number, on=CLASS, nulls_equal=True, how="left", maintain_order="left")
    return cohort_findings(placed, classes, rulebook.rows, rulebook.defaults(classes), decided)
