"""Every scenario, the commonest first: a small cohort takes them from the top."""

from __future__ import annotations

from itertools import chain, zip_longest

from evaluator.simulation.autosomal import AUTOSOMAL_SCENARIOS
from evaluator.simulation.coverage import COVERAGE_SCENARIOS
from evaluator.simulation.evidence import EVIDENCE_SCENARIOS
from evaluator.simulation.quality import QUALITY_SCENARIOS
from evaluator.simulation.sample import SAMPLE_SCENARIOS
from evaluator.simulation.scenario import Scenario
from evaluator.simulation.special_loci import SPECIAL_LOCUS_SCENARIOS
from evaluator.simulation.structural import STRUCTURAL_SCENARIOS
from evaluator.simulation.x_linked import X_LINKED_SCENARIOS

_FAMILIES = (
    AUTOSOMAL_SCENARIOS,
    X_LINKED_SCENARIOS,
    EVIDENCE_SCENARIOS,
    QUALITY_SCENARIOS,
    COVERAGE_SCENARIOS,
    SPECIAL_LOCUS_SCENARIOS,
    STRUCTURAL_SCENARIOS,
    SAMPLE_SCENARIOS,
)
SCENARIOS: tuple[Scenario, ...] = tuple(
    scenario for scenario in chain.from_iterable(zip_longest(*_FAMILIES)) if scenario is not None
)

# Rows of truth.tsv that no scenario explains.
UNPLANTED = {
    "nothing_planted": "Assessed, and nothing there.",
    "special_locus": "A gene of the condition needs a caller that was not run.",
    "gene_model_unknown": "A gene of the condition has no coding exons on record.",
    "sequencing_failed": "The sample was sequenced without a result.",
}
