"""What the store must hold before a panel can be evaluated on it; every lack is told at once."""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from evaluator.errors import Problem
from evaluator.panel.criteria import Criteria
from evaluator.panel.genes import gene_models
from evaluator.panel.model import Panel
from evaluator.panel.regions import ALLELE_PADDING, allele_place, panel_regions
from evaluator.screening.evidence import Sources
from evaluator.screening.gene_rows import gene_rows
from evaluator.screening.internal_frequency import INTERNAL
from evaluator.variants.annotate import alleles_digest, annotated_alleles
from evaluator.variants.batch import BLOCK_RULES
from evaluator.variants.store import Store
from evaluator.vocabulary import Mechanism

SHOWN_GENES = 10


def build_problems(panel: Panel, build: str, where: str) -> list[Problem]:
    """Refuse a store that was read on another genome build."""
    if build == panel.genome_build:
        return []
    message = (
        f"the store was read on {build} but the panel is written for {panel.genome_build}; "
        f"use a panel of {build}"
    )
    return [Problem(where, 0, message)]


def region_problems(panel: Panel, regions: pl.DataFrame, where: str) -> list[Problem]:
    """Refuse a panel that needs sequence which was never read; `regions` are merged and 0-based half-open."""
    genes = genes_of(panel, not_covered(panel_regions(panel), regions))
    if not genes:
        return []
    shown = ", ".join(genes[:SHOWN_GENES]) + (
        f" and {len(genes) - SHOWN_GENES} more" if len(genes) > SHOWN_GENES else ""
    )
    message = (
        f"the store does not hold all the sequence this panel reads in {shown}; "
        f"nbseval extract SAMPLES --panel {panel.path} --out {where} reads only what is lacking"
    )
    return [Problem(where, 0, message)]


def not_covered(needed: pl.DataFrame, regions: pl.DataFrame) -> pl.DataFrame:
    """Return the needed intervals that do not lie wholly inside one of the merged regions."""
    inside = (
        needed.join(regions, on="contig", suffix="_read")
        .filter((pl.col("start_read") <= pl.col("start")) & (pl.col("end_read") >= pl.col("end")))
        .select("contig", "start", "end")
    )
    return needed.join(inside, on=["contig", "start", "end"], how="anti")


def genes_of(panel: Panel, intervals: pl.DataFrame) -> list[str]:
    """Name the panel's genes whose exons or listed alleles lie in the intervals."""
    models = gene_models(panel.genome_build)
    genes = panel.gene_rows.select("gene").unique()
    exons = (
        models.filter(pl.col("exons").list.len() > 0)
        .explode("exons")
        .unnest("exons")
        .select("gene", "contig", low="start", high="end")
    )
    alleles = panel.named_alleles.with_columns(**allele_place()).select(
        "gene", "contig", low=pl.col("start") - ALLELE_PADDING, high=pl.col("start") + ALLELE_PADDING
    )
    places = pl.concat([exons, alleles]).join(genes, on="gene", how="semi")
    touching = intervals.join(places, on="contig").filter(
        (pl.col("low") < pl.col("end")) & (pl.col("high") > pl.col("start"))
    )
    return touching["gene"].unique().sort().to_list()


def block_problems(criteria: Criteria, read_by: Iterable[dict[str, object]], where: str) -> list[Problem]:
    """Refuse callability that was read from gVCF blocks under other rules than the panel's."""
    differing = {
        (name, str(rule.get(name)), str(wanted))
        for rule in read_by
        for name in BLOCK_RULES
        if rule.get(name) != (wanted := getattr(criteria.callability, name))
    }
    return [
        Problem(
            where,
            0,
            f"gVCF callability was read with {name} {read}, but callability.{name} of the panel is {wanted}; "
            "extract again with this panel, or restore the criterion",
        )
        for name, read, wanted in sorted(differing)
    ]


def reference_problems(criteria: Criteria, read_by: Iterable[dict[str, object]], where: str) -> list[Problem]:
    """Refuse reference genotypes that were read under other thresholds than the panel's."""
    wanted: dict[str, tuple[str, object]] = {
        "min_depth": ("callability", criteria.callability.min_depth),
        "min_genotype_quality": ("quality", criteria.quality.min_genotype_quality),
    }
    differing = {
        (group, name, str(rule[name]), str(value))
        for rule in read_by
        for name, (group, value) in wanted.items()
        if rule[name] != value
    }
    return [
        Problem(
            where,
            0,
            f"reference genotypes were read with {name} {read}, but {group}.{name} of the panel is {value}; "
            "extract again with this panel, or restore the criterion",
        )
        for group, name, read, value in sorted(differing)
    ]


def annotation_problems(store: Store) -> list[Problem]:
    """Refuse an annotation that was made before a batch of the store came or changed."""
    if store.variants() is None or annotated_alleles(store) == alleles_digest(store):
        return []
    message = "the store's batches are not those that were annotated; run nbseval annotate again"
    return [Problem(str(store.path), 0, message)]


def frequency_problems(
    panel: Panel, sources: Sources, where: str, statistic: str | None = None, counted: int = 0
) -> list[Problem]:
    """Refuse frequency ceilings when the annotation has no such frequency to compare with them.

    `statistic` is the one that was annotated, `counted` how many newborns of the store could make one.
    """
    wanted = panel.criteria.frequency
    if not sources.annotated:
        return []
    if wanted.statistic == INTERNAL:
        least = wanted.min_newborns or 0
        message = (
            f"frequency.statistic is internal and asks for {least} newborns (frequency.min_newborns), but of "
            f"only {counted} the store knows what was assessed; read more, or take a population's statistic"
        )
        return [Problem(where, 0, message)] if counted < least and _ceilings(panel, sources) else []
    if not sources.frequency:
        return [
            Problem(
                where,
                0,
                f"{rule}.max_frequency needs population_frequency, which the store's annotation does not "
                f"have as {wanted.statistic}; annotate it with --frequencies, or set the ceilings (and any "
                "max_frequency of a gene row) to null",
            )
            for rule in _ceilings(panel, sources)
        ]
    if statistic == wanted.statistic or not _ceilings(panel, sources):
        return []
    message = (
        f"the panel's frequency.statistic is {wanted.statistic}, but the store was annotated with "
        f"{statistic}; run nbseval annotate again with --statistic {wanted.statistic}, or change the panel"
    )
    return [Problem(where, 0, message)]


def _ceilings(panel: Panel, sources: Sources) -> list[str]:
    """Return the rules that compare a frequency."""
    rows = gene_rows(panel).filter(~pl.col("listed_only"))
    criteria = panel.criteria
    lof = rows.filter(pl.col("mechanism") == Mechanism.LOSS_OF_FUNCTION)
    asked = (
        ("known_pathogenic", criteria.known_pathogenic.enabled and sources.clinvar, rows["known_ceiling"]),
        ("predicted_lof", criteria.predicted_lof.enabled and sources.consequence, lof["lof_ceiling"]),
    )
    return [rule for rule, active, ceilings in asked if active and ceilings.is_not_null().any()]


def loftee_problems(criteria: Criteria, sources: Sources, where: str) -> list[Problem]:
    """Refuse to ask LOFTEE where the consequences were annotated without it."""
    rule = criteria.predicted_lof
    if not (rule.enabled and rule.loftee and sources.consequence) or sources.loftee:
        return []
    message = (
        f"predicted_lof.loftee is {rule.loftee}, but not every CSQ of the store has a field LoF; annotate "
        "the VCFs by VEP with the LOFTEE plugin and extract them again, or set predicted_lof.loftee to null"
    )
    return [Problem(where, 0, message)]


def notes(panel: Panel, sources: Sources) -> list[str]:
    """Say once what could not be evaluated for want of annotation."""
    criteria = panel.criteria
    if not sources.annotated:
        return ["The store was never annotated: only listed alleles were evaluated (reason no_annotation)."]
    said = []
    if criteria.known_pathogenic.enabled and not sources.clinvar:
        said.append("No ClinVar: known pathogenic alleles were not evaluated (reason no_clinvar).")
    if criteria.predicted_lof.enabled and not sources.consequence:
        said.append("No consequences: predicted loss of function was not evaluated (reason no_consequence).")
    return said
