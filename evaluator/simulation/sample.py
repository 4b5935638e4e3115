"""Scenarios of the sample and the family: contamination, transfusion, and what the parents' files show."""

from __future__ import annotations

from random import Random

from evaluator.panel.criteria import Criteria
from evaluator.simulation.scenario import Bench, Planted, scenario
from evaluator.vocabulary import Verdict

# Ours: shares and sizes without a source.
NOT_MEASURED = 0.03
USUAL_CONTAMINATION = 0.006


def contamination(criteria: Criteria, planted: Planted | None, rng: Random) -> float | None:
    """Return the measured fraction of foreign reads: below the panel's maximum unless planted above it."""
    most = criteria.sample.max_contamination
    if planted and planted.contaminated and most is not None:
        return min(1.0, 2 * most)
    usual = USUAL_CONTAMINATION if most is None else min(USUAL_CONTAMINATION, most / 2)
    return None if rng.random() < NOT_MEASURED else round(rng.uniform(0, usual), 4)


def _homozygote(bench: Bench, *, contaminated: bool = False, transfused: bool = False) -> Planted | None:
    if not (drawn := bench.allele(bench.catalogue.inherited("AR"))):
        return None
    gene, allele = drawn
    call = bench.sequencer.call(allele, "1/1")
    return Planted(gene, (call,), contaminated=contaminated, transfused=transfused)


@scenario(Verdict.NOT_ASSESSED)
def contaminated_sample(bench: Bench) -> Planted | None:
    """Plant a homozygote in a sample with more foreign reads than the panel allows: nothing is assessed."""
    sample = bench.criteria.sample
    # A maximum above one half could not be exceeded by its double.
    if not sample.max_contamination or sample.max_contamination > 1 / 2 or sample.contaminated != "stop":
        return None
    return _homozygote(bench, contaminated=True)


@scenario(Verdict.REPORTABLE, affected=True)
def transfused_before_sampling(bench: Bench) -> Planted | None:
    """Plant a homozygote in a newborn who was transfused, where the panel lets the verdict stand."""
    if bench.criteria.sample.transfused == "stop":
        return None
    return _homozygote(bench, transfused=True)


def _trio(bench: Bench, of_mother: tuple[str, str], of_father: tuple[str, str]) -> Planted | None:
    """Plant two unphased alleles and the parents' genotypes of both."""
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"))):
        return None
    gene, alleles = drawn
    own, mother, father = (
        tuple(bench.sequencer.call(*pair) for pair in zip(alleles, genotypes, strict=True))
        for genotypes in (("0/1", "0/1"), of_mother, of_father)
    )
    return Planted(gene, own, mother=mother, father=father)


@scenario(Verdict.REPORTABLE, affected=True)
def parents_show_trans(bench: Bench) -> Planted | None:
    """Plant two unphased alleles, one carried by the mother alone, the other by the father alone."""
    return _trio(bench, ("0/1", "0/0"), ("0/0", "0/1"))


@scenario(Verdict.NOT_REPORTABLE)
def parents_show_cis(bench: Bench) -> Planted | None:
    """Plant two unphased alleles that the mother carries both and the father neither."""
    return _trio(bench, ("0/1", "0/1"), ("0/0", "0/0"))


SAMPLE_SCENARIOS = (
    parents_show_trans,
    contaminated_sample,
    parents_show_cis,
    transfused_before_sampling,
)
