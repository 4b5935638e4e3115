"""Scenarios of evidence: alleles that stand on no list and are known, predicted, too common or unknown."""

from __future__ import annotations

from evaluator.simulation.scenario import Bench, Build, Planted, Scenario
from evaluator.simulation.wishes import Purpose
from evaluator.vocabulary import Verdict


def planting(purpose: Purpose, genotype: str) -> Build:
    """Make the builder that plants an allele reserved for a purpose."""

    def build(bench: Bench) -> Planted | None:
        if not (marker := bench.marker(purpose)):
            return None
        return Planted(marker.gene, (bench.sequencer.call(marker.allele, genotype),))

    return build


def nothing_to_see(bench: Bench) -> Planted | None:
    """Plant a disease that left no trace in the panel's genes."""
    gene = bench.pick(sorted(bench.catalogue.inherited("AR")))
    return None if gene is None else Planted(gene)


REPORTABLE, NOT = Verdict.REPORTABLE, Verdict.NOT_REPORTABLE
EVIDENCE_SCENARIOS = (
    Scenario(
        "clinvar_pathogenic",
        "Two copies of an unlisted allele, pathogenic in ClinVar.",
        REPORTABLE,
        planting(Purpose.CLINVAR_PATHOGENIC, "1/1"),
        affected=True,
    ),
    Scenario(
        "lof_recessive",
        "Two copies of an unlisted stop, where loss of function is the mechanism.",
        REPORTABLE,
        planting(Purpose.LOF_RECESSIVE, "1/1"),
        affected=True,
    ),
    Scenario(
        "unlisted_allele_missed",
        "An affected newborn, homozygous for an allele nobody knows yet.",
        NOT,
        planting(Purpose.UNKNOWN_TO_ALL, "1/1"),
        affected=True,
    ),
    Scenario(
        "lof_dominant",
        "One copy of an unlisted stop in a dominant gene.",
        REPORTABLE,
        planting(Purpose.LOF_DOMINANT, "0/1"),
        affected=True,
    ),
    Scenario(
        "no_variant_missed",
        "An affected newborn without any variant of the panel's genes.",
        NOT,
        nothing_to_see,
        affected=True,
    ),
    Scenario(
        "clinvar_conflicting_refused",
        "Two copies of an allele with too many benign classifications.",
        NOT,
        planting(Purpose.CLINVAR_CONFLICTING_REFUSED, "1/1"),
    ),
    Scenario(
        "clinvar_conflicting_accepted",
        "Two copies of an allele with few enough benign classifications.",
        REPORTABLE,
        planting(Purpose.CLINVAR_CONFLICTING_ACCEPTED, "1/1"),
        affected=True,
    ),
    Scenario(
        "clinvar_too_common",
        "Two copies of a pathogenic allele above the frequency ceiling.",
        NOT,
        planting(Purpose.CLINVAR_TOO_COMMON, "1/1"),
    ),
    Scenario(
        "clinvar_too_few_stars",
        "Two copies of a pathogenic allele with fewer stars than asked for.",
        NOT,
        planting(Purpose.CLINVAR_TOO_FEW_STARS, "1/1"),
    ),
    Scenario(
        "clinvar_benign",
        "Two copies of an allele that is benign in ClinVar.",
        NOT,
        planting(Purpose.CLINVAR_BENIGN, "1/1"),
    ),
    Scenario(
        "clinvar_uncertain",
        "Two copies of an allele of uncertain significance in ClinVar.",
        NOT,
        planting(Purpose.CLINVAR_UNCERTAIN, "1/1"),
    ),
    Scenario(
        "lof_carrier",
        "One copy of an unlisted stop in a recessive gene.",
        NOT,
        planting(Purpose.LOF_RECESSIVE, "0/1"),
    ),
    Scenario(
        "lof_too_common",
        "Two copies of a stop above the frequency ceiling.",
        NOT,
        planting(Purpose.LOF_TOO_COMMON, "1/1"),
    ),
    Scenario(
        "lof_last_exon",
        "Two copies of a stop in the last exon, which escapes decay.",
        NOT,
        planting(Purpose.LOF_LAST_EXON, "1/1"),
    ),
    Scenario(
        "lof_other_transcript",
        "Two copies of a stop on a transcript that is not the panel's.",
        NOT,
        planting(Purpose.LOF_OTHER_TRANSCRIPT, "1/1"),
    ),
    Scenario(
        "lof_other_mechanism",
        "One stop in a dominant gene that acts by another mechanism.",
        NOT,
        planting(Purpose.LOF_OTHER_MECHANISM, "0/1"),
    ),
)
