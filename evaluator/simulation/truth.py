"""The known answers: what the reporting rules say of each newborn and condition, by construction."""

from __future__ import annotations

import polars as pl

from evaluator.simulation.catalogue import Catalogue, GeneRow
from evaluator.simulation.cohort import Newborn
from evaluator.simulation.examinations import Examinations
from evaluator.simulation.scenario import Planted
from evaluator.simulation.special_loci import is_told
from evaluator.vocabulary import VERDICT_ORDER, SampleStatus, Verdict

# One row per sequenced or failed newborn x condition with an enabled gene row.
TRUTH = pl.Schema({"newborn": pl.String, "condition": pl.String, "verdict": pl.String, "scenario": pl.String})


def newborn_truth(
    catalogue: Catalogue, newborn: Newborn, planted: Planted | None, examined: Examinations
) -> list[tuple[str, str, str, str]]:
    """Return a newborn's rows of truth.tsv; none for one who was never sequenced."""
    if newborn.status is SampleStatus.FAILED:
        verdict = Verdict.NOT_ASSESSED
        return [(newborn.name, name, verdict, "sequencing_failed") for name in catalogue.conditions]
    if not newborn.sequenced:
        return []
    if planted and newborn.scenario and planted.contaminated:
        verdict, name = newborn.scenario.verdict, newborn.scenario.name
        return [(newborn.name, condition, verdict, name) for condition in catalogue.conditions]
    return [
        (newborn.name, name, *_condition(catalogue, newborn, planted, examined, rows))
        for name, rows in catalogue.conditions.items()
    ]


def _condition(
    catalogue: Catalogue,
    newborn: Newborn,
    planted: Planted | None,
    examined: Examinations,
    rows: tuple[GeneRow, ...],
) -> tuple[str, str]:
    """Fold the gene rows of a condition: the strongest verdict stands (interfaces.md)."""
    answers = [_gene_row(catalogue, newborn, planted, examined, row) for row in rows]
    verdict = min((verdict for verdict, _ in answers), key=VERDICT_ORDER.index)
    named = [scenario for _, scenario in answers if newborn.scenario and scenario == newborn.scenario.name]
    return verdict, next(iter(named), next(scenario for value, scenario in answers if value is verdict))


def _gene_row(
    catalogue: Catalogue,
    newborn: Newborn,
    planted: Planted | None,
    examined: Examinations,
    row: GeneRow,
) -> tuple[Verdict, str]:
    if planted and newborn.scenario and row.gene == planted.gene:
        return planted.verdicts.get(row, newborn.scenario.verdict), newborn.scenario.name
    if row.special_locus and not is_told(row.special_locus, row.inheritance, examined.special):
        # Half of severe haemophilia A is an inversion that no sequence shows: silence is no negative here.
        return Verdict.NOT_ASSESSED, "special_locus"
    if row.gene not in catalogue.models and catalogue.panel.criteria.callability.unknown != "assessed":
        return Verdict.NOT_ASSESSED, "gene_model_unknown"
    return Verdict.NOT_REPORTABLE, "nothing_planted"
