"""Simulate a cohort with known answers."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random

from evaluator.errors import InputError
from evaluator.files import whole_folder, write_text
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance
from evaluator.simulation.background import Surroundings, background
from evaluator.simulation.calls import Sequencer
from evaluator.simulation.catalogue import build_catalogue
from evaluator.simulation.classifications import clinvar_header, clinvar_lines
from evaluator.simulation.cohort import Newborn, build_cohort
from evaluator.simulation.examinations import SPECIAL_LOCI_TABLE, Examinations, Laboratory
from evaluator.simulation.folder import (
    SAMPLE_COLUMNS,
    CallableRegions,
    as_tsv,
    sample_row,
    write_vcf,
)
from evaluator.simulation.markers import build_markers
from evaluator.simulation.readme import readme
from evaluator.simulation.reference_standard import Outcome, Truth, conventional, outcomes
from evaluator.simulation.scenario import Bench, CallerRow, Planted
from evaluator.simulation.structural import write_structural_vcf
from evaluator.simulation.truth import TRUTH, newborn_truth
from evaluator.variants.writing import write_bgzipped_vcf

MOST_NEWBORNS = 999_999  # six digits in a newborn's name


@dataclass(frozen=True)
class Simulation:
    """What was written."""

    newborns: int
    sequenced: int
    verdicts: dict[str, int]  # rows of truth.tsv per verdict
    scenarios: int  # different ones that were planted
    provenance: Provenance


def simulate(panel: Panel, newborns: int, seed: int, out: Path) -> Simulation:
    """Write a simulated cohort into a new folder, whole or not at all; one seed, the same bytes.

    Raises InputError when the panel lists no allele to simulate with, the count is out of range, or the
    folder holds something already.
    """
    if not 1 <= newborns <= MOST_NEWBORNS:
        raise InputError.of("--newborns", f"{newborns} is outside 1 to {MOST_NEWBORNS}")
    catalogue = build_catalogue(panel)
    if not catalogue.harmless:
        raise InputError.of(
            panel.path / "alleles.tsv", "lists no allele inside an enabled gene, so nothing can be simulated"
        )
    markers = build_markers(catalogue, _stream(seed, "alleles"))
    rng = _stream(seed, "cohort")
    bench = Bench(catalogue, markers, Sequencer(panel.criteria, rng), rng)
    cohort = build_cohort(bench, newborns)
    with whole_folder(out) as folder:
        truth = _write_newborns(folder, bench, cohort, seed)
        clinvar = clinvar_lines(markers.classifications)
        write_bgzipped_vcf(folder / "clinvar.vcf.gz", clinvar_header(panel.genome_build), clinvar)
        write_text(folder / "README.txt", readme(panel, cohort, seed))
    planted = {newborn.scenario.name for newborn in cohort if newborn.scenario}
    return Simulation(
        newborns=newborns,
        sequenced=sum(newborn.sequenced for newborn in cohort),
        verdicts=dict(sorted(Counter(row[2] for rows in truth.values() for row in rows).items())),
        scenarios=len(planted),
        provenance=Provenance(
            "simulate", panel.id, panel.version, panel.sha256, parameters={"newborns": newborns, "seed": seed}
        ),
    )


def _write_newborns(folder: Path, bench: Bench, cohort: list[Newborn], seed: int) -> dict[str, list[Truth]]:
    """Write each newborn's files and, when all are known, the tables about them; return the truth."""
    catalogue = bench.catalogue
    surroundings = Surroundings(bench)
    stretches = CallableRegions(catalogue.panel)
    for name in ("vcf", "callable", "structural", "parents"):
        (folder / name).mkdir()
    truth: dict[str, list[Truth]] = {}
    genes: dict[str, str] = {}
    laboratory = Laboratory(catalogue)
    examinations: dict[str, Examinations] = {}
    for newborn in cohort:
        rng = _stream(seed, newborn.name)
        own = Bench(catalogue, bench.markers, Sequencer(catalogue.panel.criteria, rng), rng)
        planted = _plant(newborn, own)
        examined = Examinations()
        if newborn.sequenced:
            examined = laboratory.examine(planted, partial(_own_stream, seed, newborn.name))
        examinations[newborn.name] = examined
        truth[newborn.name] = newborn_truth(catalogue, newborn, planted, examined)
        if planted:
            genes[newborn.name] = planted.gene
        if not newborn.sequenced:
            continue
        calls = background(surroundings, own, planted, newborn.sex, haploid_x=newborn.haploid_x)
        path = folder / "vcf" / f"{newborn.name}.vcf.gz"
        write_vcf(path, newborn.name, calls, catalogue, bench.markers.annotations)
        write_text(
            folder / "callable" / f"{newborn.name}.bed", stretches.text(planted.gaps if planted else ())
        )
        _write_examinations(folder, newborn.name, examined, own)
    _write_sheet(folder, cohort, examinations)
    rng = _stream(seed, "outcomes")
    known = outcomes(cohort, truth, genes, catalogue, rng)
    today = conventional(cohort, known, catalogue, rng)
    rows = [row for newborn in cohort for row in truth[newborn.name]]
    write_text(folder / "truth.tsv", as_tsv(list(TRUTH), rows))
    write_text(folder / "outcomes.tsv", as_tsv(Outcome._fields, known))
    write_text(folder / "conventional.tsv", as_tsv(("newborn", "condition", "index"), today))
    return truth


def _write_examinations(folder: Path, newborn: str, examined: Examinations, bench: Bench) -> None:
    """Write the structural VCF and the parents' VCFs of one newborn, where there are any."""
    if examined.deletions is not None:
        path = folder / "structural" / f"{newborn}.vcf.gz"
        write_structural_vcf(path, newborn, examined.deletions, bench.catalogue.panel.genome_build)
    for parent, calls in examined.parents.items():
        path = folder / "parents" / f"{newborn}-{parent}.vcf.gz"
        write_vcf(path, f"{newborn}-{parent}", calls, bench.catalogue, bench.markers.annotations)


def _write_sheet(folder: Path, cohort: list[Newborn], examinations: dict[str, Examinations]) -> None:
    """Write samples.tsv and, where the panel has special loci, the table of their callers."""
    sheet = [sample_row(newborn, examinations[newborn.name]) for newborn in cohort]
    write_text(folder / "samples.tsv", as_tsv(SAMPLE_COLUMNS, sheet))
    rows = [(newborn.name, *row) for newborn in cohort for row in examinations[newborn.name].special]
    if rows:
        write_text(folder / SPECIAL_LOCI_TABLE, as_tsv(("newborn", *CallerRow._fields), rows))


def _plant(newborn: Newborn, bench: Bench) -> Planted | None:
    if newborn.scenario is None:
        return None
    planted = newborn.scenario.build(bench)
    if planted is None:
        raise RuntimeError(f"scenario {newborn.scenario.name} was possible for the cohort and is not for one")
    return planted


def _stream(seed: int, purpose: str) -> Random:
    """Return the random stream of one purpose: newborns stay the same when another is added."""
    return Random(f"{seed}/{purpose}")  # noqa: S311 - repeatable on purpose, and no secret


def _own_stream(seed: int, newborn: str, purpose: str) -> Random:
    """Return the random stream of one purpose in one newborn."""
    return _stream(seed, f"{newborn}/{purpose}")
