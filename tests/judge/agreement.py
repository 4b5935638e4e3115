"""Let the naive judge and the engine decide the same newborns, and print where they differ."""

from __future__ import annotations

import argparse
import json
import random
import sys
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from known import Newborn
from naive import Judge, fold
from oddities import newborns
from universe import Universe, universe

from evaluator.panel.genes import gene_models
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.screening.engine import Cohort, evaluate
from evaluator.screening.evidence import Sources
from evaluator.screening.sample_quality import with_lookalikes
from evaluator.tables import CALLS, NEWBORNS, PARENTS, SPECIAL_LOCI, STRUCTURAL, UNCALLABLE, VARIANTS
from evaluator.variants.sample_facts import SHEET_FACTS, call_facts

REPOSITORY = Path(__file__).resolve().parent.parent.parent
EVERYTHING = ("csq", "clinvar", "frequencies")
DIFFER = 3  # no exit code of the interpreter itself
Verdicts = dict[tuple[str, str, str, str], str]


def of_engine(panel: Panel, people: list[Newborn], world: Universe | None) -> Verdicts:
    """The engine's verdict of every newborn and gene row."""
    described = [
        {
            "newborn": person.name,
            "sex": person.sex,
            "sex_chromosomes": person.sex_chromosomes,
            "status": person.status,
            "quarantine_reason": "unreadable" if person.status == "quarantined" else None,
            "callable_evidence": person.evidence,
            "structural_evidence": "structural_vcf",
            "calls": len(person.calls),
            "has_depth": True,
            "has_genotype_quality": True,
            "has_allele_depth": True,
            **{name: getattr(person, name) for name in SHEET_FACTS},
        }
        for person in people
    ]
    calls = [{name: call[name] for name in CALLS} for person in people for call in person.calls]
    gaps = [gap for person in people for gap in person.uncallable]
    variants = None
    if world is not None:
        facts = [world.annotation[key] for key in sorted(world.annotation)]
        variants = pl.DataFrame(facts, schema=VARIANTS)
    called = pl.DataFrame(calls, schema=CALLS)
    facts_of_calls = call_facts(called, panel.genome_build)
    told = pl.DataFrame(described, schema=NEWBORNS).drop(facts_of_calls.columns[1:])
    cohort = Cohort(
        newborns=with_lookalikes(told.join(facts_of_calls, on="newborn", how="left").lazy()).collect(),
        calls=called.lazy(),
        uncallable=pl.DataFrame(gaps, schema=UNCALLABLE),
        special_loci=pl.DataFrame(
            [said for person in people for said in person.special], schema=SPECIAL_LOCI
        ),
        variants=variants,
        sources=Sources.of(EVERYTHING if world is not None else ()),
        structural=pl.DataFrame([call for person in people for call in person.structural], schema=STRUCTURAL),
        parents=pl.DataFrame([entry for person in people for entry in person.parents], schema=PARENTS),
    )
    findings = evaluate(cohort, panel).findings
    rows = findings.select("newborn", "condition", "gene", "inheritance", "verdict").rows()
    return {(newborn, condition, gene, mode): verdict for newborn, condition, gene, mode, verdict in rows}


def of_judge(panel: Panel, people: list[Newborn], world: Universe | None) -> tuple[Verdicts, Verdicts]:
    """The naive judge's verdict of every newborn and gene row, and why no rule settles some of them."""
    judge = Judge(panel, None if world is None else world.annotation, people)
    verdicts: Verdicts = {}
    silent: Verdicts = {}
    for person in people:
        verdicts |= {(person.name, *row): verdict for row, verdict in judge.verdicts(person).items()}
        silent |= {(person.name, *row): why for row, why in judge.silent.items()}
    return verdicts, silent


def conditions(verdicts: Verdicts) -> dict[tuple[str, str], str]:
    """Fold the rows of every newborn into conditions."""
    by_newborn: dict[str, dict[tuple[str, str, str], str]] = {}
    for (newborn, *row), verdict in verdicts.items():
        by_newborn.setdefault(newborn, {})[row[0], row[1], row[2]] = verdict
    return {
        (newborn, condition): verdict
        for newborn, rows in by_newborn.items()
        for condition, verdict in fold(rows).items()
    }


def settings(panel: Panel) -> dict[str, tuple[Panel, bool]]:
    """The panel as it is, and under other values of its criteria; the second word says: annotated."""
    base = panel.criteria

    def under(**groups: dict[str, Any]) -> Panel:
        changed = {name: getattr(base, name).model_copy(update=values) for name, values in groups.items()}
        return replace(panel, criteria=base.model_copy(update=changed))

    other = pl.int_range(pl.len()) % 3 == 0
    overrides = panel.genes.with_columns(
        min_stars=pl.when(other).then(2).otherwise("min_stars").cast(panel.genes.schema["min_stars"]),
        max_frequency=pl.when(~other).then(0.0006).otherwise("max_frequency"),
        evidence=pl.when(other).then("evidence"),
        mechanism=pl.when(pl.int_range(pl.len()) % 5 == 0).then(pl.lit("any")).otherwise("mechanism"),
    )
    lenient = under(
        phase={"pipe_without_phase_set": "phased", "event_distance": None},
        x_linked={"report_heterozygous_females": True},
        predicted_lof={"last_exon": True, "start_lost": True, "loftee": "high_confidence"},
        callability={"unknown": "assessed", "min_fraction": None},
        sample={"parent_mismatch": "flag", "min_parent_places": 3, "min_parent_x_places": 1},
    )
    loose = under(
        quality={
            "min_depth": None,
            "min_genotype_quality": None,
            "het_allele_fraction": None,
            "filters": None,
        },
        known_pathogenic={"max_benign": None, "min_stars": None},
    )
    strict = under(
        known_pathogenic={"min_stars": 1, "max_benign": 0},
        predicted_lof={"enabled": False},
        quality={"hom_allele_fraction": 0.8},
        sample={"min_parent_places": 4, "max_parent_errors": 0.2, "min_parent_x_places": 1},
    )
    handled = under(
        sample={"contaminated": "flag", "transfused": "stop", "sex_mismatch": "ignore", "duplicates": "flag"},
        special_loci={"hba_reportable_copies": dict.fromkeys(panel.conditions["condition"][::2], 1)},
        x_linked={"report_heterozygous_females": True},
        quality={"filters": None},
    )
    return {
        "as it is": (panel, True),
        "never annotated": (panel, False),
        "rows with their own values": (replace(panel, genes=overrides), True),
        "lenient": (lenient, True),
        "no quality thresholds": (loose, True),
        "strict evidence": (strict, True),
        "other samples and callers": (replace(handled, genes=called_otherwise(panel.genes)), True),
        "every inheritance": (reshaped(panel), True),
    }


def reshaped(panel: Panel) -> Panel:
    """The same genes with every mode of inheritance, mechanism and evidence that their chromosome allows.

    Lists keep their alleles and lose their scopes, so that no entry points at a row that is gone.
    """
    place, contigs = pl.int_range(pl.len()), gene_models(panel.genome_build).select("gene", "contig", "exons")
    on_x = (pl.col("contig") == "chrX") & (pl.col("gene") != "CSF2RA")
    known = pl.concat([panel.genes, _mitochondrial(panel)], how="diagonal").unique(
        ["condition", "gene"], keep="first", maintain_order=True
    )
    genes = (
        known.join(contigs, on="gene", how="left", maintain_order="left")
        .with_columns(
            inheritance=pl.when(pl.col("contig") == "chrM")
            .then(pl.lit("MT"))
            .when(on_x & (place % 2 == 0))
            .then(pl.lit("XLD"))
            .when(on_x)
            .then(pl.lit("XLR"))
            .when(place % 2 == 0)
            .then(pl.lit("AD"))
            .otherwise(pl.lit("AR")),
            mechanism=pl.when(place % 7 == 0).then(pl.lit("any")).otherwise(pl.lit("lof")),
            evidence=pl.when(place % 5 == 1)
            .then(pl.lit("lof"))
            .when(place % 5 == 2)
            .then(pl.lit("missense"))
            .when(place % 5 == 3)
            .then(pl.lit("all")),
            parent_of_origin=pl.when(place % 11 == 0).then(pl.lit("maternal")),
            special_locus=pl.when(place % 50 == 0).then(pl.lit("GBA1")),
            enabled=pl.when((place % 29 == 0) | (pl.col("exons").list.len() == 0)).then(pl.lit("no")),
        )
        .select(panel.genes.columns)
    )
    alleles = panel.alleles.with_columns(
        condition=pl.lit(None, pl.String), inheritance=pl.lit(None, pl.String)
    )
    alleles = alleles.unique(["contig", "position", "ref", "alt", "gene"], keep="first", maintain_order=True)
    return replace(panel, genes=genes.cast(dict(panel.genes.schema)), alleles=alleles)


def called_otherwise(genes: pl.DataFrame) -> pl.DataFrame:
    """The same rows; some of the recessive ones become special loci of every kind."""
    place = pl.int_range(pl.len())
    recessive = pl.col("special_locus").is_null() & (pl.col("inheritance") == "AR")
    loci = ["HBA", "GBA1", "SMN1", "CYP21A2"]
    drawn = pl.coalesce(
        pl.when(recessive & (place % 12 == number)).then(pl.lit(locus)) for number, locus in enumerate(loci)
    )
    return genes.with_columns(special_locus=pl.coalesce("special_locus", drawn))


def _mitochondrial(panel: Panel) -> pl.DataFrame:
    models = gene_models(panel.genome_build).filter(pl.col("contig") == "chrM")
    return models.select(
        "gene", condition=pl.lit("mitochondrial"), inheritance=pl.lit("MT"), mechanism=pl.lit("lof")
    )


def compare(panel: Panel, number: int, seed: int, *, annotated: bool) -> dict[str, Any]:
    """Decide generated newborns twice; count what was decided and list what differs."""
    chance = random.Random(seed)  # noqa: S311 - reproducible oddities, no secret
    world = universe(panel, chance)
    people = newborns(panel, world, number, chance)
    known = world if annotated else None
    engine, (judge, silent) = of_engine(panel, people, known), of_judge(panel, people, known)
    settled = {**judge, **{key: engine[key] for key in silent if key in engine}}
    called = {
        (person.name, symbol)
        for person in people
        for symbol in {gene for gene, names in world.alleles.items() if _calls_any(person, names)}
    }
    differing = sorted(key for key in engine.keys() | settled.keys() if engine.get(key) != settled.get(key))
    folded_engine, folded_judge = conditions(engine), conditions(settled)
    return {
        "newborns": number,
        "rows": len(engine),
        "rows_with_calls": sum((newborn, gene) in called for newborn, _, gene, _ in engine),
        "verdicts": dict(sorted(Counter(engine.values()).items())),
        "unsettled": dict(sorted(Counter(silent.values()).items())),
        "differing": len(differing),
        "differing_conditions": sum(
            folded_engine.get(key) != verdict for key, verdict in folded_judge.items()
        ),
        "examples": [_example(key, engine, judge, people, world) for key in differing[:8]],
    }


def _calls_any(person: Newborn, names: list[tuple[str, int, str, str]]) -> bool:
    wanted = set(names)
    return any((c["contig"], c["position"], c["ref"], c["alt"]) in wanted for c in person.calls)


def _example(
    key: tuple[str, str, str, str], engine: Verdicts, judge: Verdicts, people: list[Newborn], world: Universe
) -> dict[str, Any]:
    """Everything that bears on one differing row, to be read by a person."""
    (person,) = (person for person in people if person.name == key[0])
    names = set(world.alleles[key[2]])
    calls = [c for c in person.calls if (c["contig"], c["position"], c["ref"], c["alt"]) in names]
    shown = ("genotype", "phase_set", "haplotype", "depth", "alt_depth", "genotype_quality", "filters")
    return {
        "row": key[1:],
        "engine": engine.get(key),
        "judge": judge.get(key),
        "sex": (person.sex, person.sex_chromosomes, person.evidence, person.status),
        "calls": [
            (f"{c['contig']}-{c['position']}-{c['ref']}-{c['alt']}", *(c[name] for name in shown))
            for c in calls
        ],
        "facts": [
            {
                name: value
                for name, value in world.annotation.get(
                    ((c["contig"], c["position"], c["ref"], c["alt"]), key[2]), {}
                ).items()
                if value is not None
            }
            for c in calls
        ],
        "structural": [call for call in person.structural if call["contig"] == world.genes[key[2]].contig],
        "gaps": [gap for gap in person.uncallable if gap["contig"] == world.genes[key[2]].contig],
    }


def main() -> int:
    """Compare one panel under one or all settings; the exit code is 3 where verdicts differ."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--panel", default="generation-study")
    parser.add_argument("--newborns", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--setting", default="all")
    words = parser.parse_args()
    panel = load_panel(REPOSITORY / "panel" / words.panel)
    results = {
        name: compare(other, words.newborns, words.seed, annotated=annotated)
        for name, (other, annotated) in settings(panel).items()
        if words.setting in ("all", name)
    }
    sys.stdout.write(json.dumps(results, indent=1, default=str) + "\n")
    return DIFFER if any(result["differing"] for result in results.values()) else 0


if __name__ == "__main__":
    raise SystemExit(main())
