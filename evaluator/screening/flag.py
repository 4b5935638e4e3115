"""Flag a cohort: open the store's tables, refuse what cannot be evaluated, decide every gene row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from evaluator.errors import raise_if_any
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance
from evaluator.screening.cohort_findings import ANSWER, CohortFindings
from evaluator.screening.engine import Cohort, assemble, decisions_of, evaluated
from evaluator.screening.evidence import Sources, may_bear
from evaluator.screening.findings_file import LARGE_COHORT, write_complete, write_differing
from evaluator.screening.inheritance import KEY
from evaluator.screening.internal_frequency import INTERNAL, counted_newborns, with_internal_frequency
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.quality import missing_fields
from evaluator.screening.requirements import (
    annotation_problems,
    block_problems,
    build_problems,
    frequency_problems,
    loftee_problems,
    notes,
    reference_problems,
    region_problems,
)
from evaluator.screening.rulebook import Rulebook
from evaluator.screening.sample_quality import sample_notes, with_lookalikes
from evaluator.variants.store import Store

NEWBORNS_AT_ONCE = 20_000  # decided together, so that the memory of a nation's cohort is that of a town's


@dataclass(frozen=True)
class Flagging:
    """The findings of a cohort and what to tell once."""

    cohort: CohortFindings
    notes: Sequence[str]
    provenance: Provenance

    @cached_property
    def findings(self) -> pl.DataFrame:
        """All findings (tables.FINDINGS, sorted by newborn, condition, gene, inheritance) in memory."""
        return self.cohort.table()


def flag(store: Store, panel: Panel) -> Flagging:
    """Decide every newborn x gene row of the panel, part by part of the store.

    Raises InputError with every reason why this panel cannot be evaluated on this store.
    """
    rulebook = open_rulebook(store, panel)
    newborns, told = open_newborns(store, panel), []
    for part in store.parts(NEWBORNS_AT_ONCE):
        members = newborns.join(part.newborns().select("newborn").collect(), on="newborn", how="semi")
        decisions = decisions_of(rulebook, _cohort_of(part, members, rulebook))
        told.append(decisions.facts.select(*KEY, *ANSWER))
    record = Provenance(
        command="flag",
        panel=panel.id,
        panel_version=panel.version,
        panel_sha256=panel.sha256,
        inputs={"store": store.sha256},
        parameters={"annotation": list(store.annotation_sources)},
    )
    findings = assemble(rulebook, newborns, pl.concat(told))
    said = [*store_notes(store, panel), *sample_notes(newborns, panel.criteria)]
    return Flagging(findings, said, record)


def open_newborns(store: Store, panel: Panel) -> pl.DataFrame:
    """Read who gets a verdict, with what is shared by all and what the samples are worth."""
    newborns = with_lookalikes(store.newborns()).collect()
    said = store.special_loci().select("newborn", "locus", "copy_number", "call", "filter").collect()
    return evaluated(newborns, said, panel.criteria)


def _cohort_of(part: Store, newborns: pl.DataFrame, rulebook: Rulebook) -> Cohort:
    return Cohort(
        newborns=newborns,
        calls=part.calls(),
        uncallable=part.uncallable().collect(),
        special_loci=part.special_loci().collect(),
        variants=rulebook.variants,
        sources=rulebook.sources,
        parents=part.parents().collect(),
        structural=part.structural().collect(),
    )


def open_rulebook(store: Store, panel: Panel) -> Rulebook:
    """Prepare the panel for all newborns of a store: alleles that can never bear are not even judged."""
    require_fit(store, panel)
    variants = store.variants()
    bearing = None if variants is None else variants.filter(may_bear(panel.criteria)).collect()
    bearing = compared(store, panel, bearing)
    return Rulebook(panel, bearing, Sources.of(store.annotation_sources))


def compared(store: Store, panel: Panel, variants: pl.DataFrame | None) -> pl.DataFrame | None:
    """Return the alleles with the frequency that the panel compares: as annotated, or the store's own."""
    if variants is None or panel.criteria.frequency.statistic != INTERNAL:
        return variants
    return with_internal_frequency(store, variants, panel.criteria.frequency)


def open_cohort(store: Store, panel: Panel, newborn: str) -> Cohort:
    """Read the store's tables of one newborn, with all that is known of its alleles."""
    require_fit(store, panel)
    calls, variants = store.calls().filter(newborn=newborn).collect(), store.variants()
    seen = calls.lazy().select(ALLELE)
    known = None if variants is None else variants.join(seen, on=ALLELE, how="semi").collect()
    return Cohort(
        newborns=with_lookalikes(store.newborns()).filter(newborn=newborn).collect(),
        calls=calls.lazy(),
        uncallable=store.uncallable().filter(newborn=newborn).collect(),
        special_loci=store.special_loci().filter(newborn=newborn).collect(),
        variants=compared(store, panel, known),
        sources=Sources.of(store.annotation_sources),
        parents=store.parents().filter(newborn=newborn).collect(),
        structural=store.structural().filter(newborn=newborn).collect(),
    )


def require_fit(store: Store, panel: Panel) -> None:
    """Raise InputError with every reason why the panel cannot be evaluated on the store."""
    newborns = store.newborns().collect()
    where, sources = str(store.path), Sources.of(store.annotation_sources)
    internal = panel.criteria.frequency.statistic == INTERNAL
    counted = counted_newborns(store).height if internal else 0
    # Another build makes every other complaint meaningless.
    raise_if_any(build_problems(panel, store.genome_build, where))
    raise_if_any(
        [
            *region_problems(panel, store.regions(), where),
            *block_problems(panel.criteria, block_rules(store, newborns), where),
            *reference_problems(panel.criteria, reference_rules(store), where),
            *annotation_problems(store),
            *missing_fields(newborns, panel.criteria, where),
            *frequency_problems(panel, sources, where, store.frequency_statistic, counted),
            *loftee_problems(panel.criteria, sources, where),
        ]
    )


def store_notes(store: Store, panel: Panel) -> list[str]:
    """Say once what could not be evaluated on this store as the panel asks."""
    return notes(panel, Sources.of(store.annotation_sources))


def block_rules(store: Store, newborns: pl.DataFrame) -> list[dict[str, object]]:
    """Return the rules under which gVCF blocks were read; none where no newborn had such blocks."""
    if not (newborns["callable_evidence"] == "gvcf").any():
        return []
    rules = [manifest["callability"] for manifest in store.manifests]
    return [rule for rule in rules if isinstance(rule, dict)]


def reference_rules(store: Store) -> list[dict[str, object]]:
    """Return the thresholds under which reference genotypes were read; none where no VCF had such."""
    rules = []
    for manifest in store.manifests:
        rule, inputs = manifest["reference_genotypes"], manifest["inputs"]
        if not isinstance(rule, dict) or not isinstance(inputs, list):
            raise TypeError("a manifest names its thresholds and its inputs")
        rules += [rule] if any(entry.get("reference_genotypes") for entry in inputs) else []
    return rules


def write_findings(flagging: Flagging, out: Path, *, complete: bool = False) -> dict[Path, Provenance]:
    """Write the findings with their provenance inside and return both files with their records.

    All rows, as Parquet and as TSV, if the cohort is not large or `complete` is asked for; else the differing
    rows and the list of newborns (findings_file).
    """
    write = write_complete if complete or flagging.cohort.newborns.height <= LARGE_COHORT else write_differing
    return write(flagging.cohort, out, flagging.provenance)
