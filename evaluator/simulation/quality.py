"""Scenarios of call quality: an allele that would decide but was not called well is never a negative."""

from __future__ import annotations

from dataclasses import replace

from evaluator.simulation.calls import LOW_QUALITY, Call
from evaluator.simulation.scenario import Bench, Planted, scenario
from evaluator.vocabulary import Verdict

WIDEST_WINDOW = 0.9  # a window that ends higher leaves no room for an unbalanced heterozygote


def _homozygote(bench: Bench) -> tuple[str, Call] | None:
    if not (drawn := bench.allele(bench.catalogue.inherited("AR"))):
        return None
    gene, allele = drawn
    return gene, bench.sequencer.call(allele, "1/1")


@scenario(Verdict.NOT_ASSESSED, affected=True)
def low_depth(bench: Bench) -> Planted | None:
    """Plant a homozygote with fewer reads than the panel asks for."""
    if bench.sequencer.min_depth <= 1 or not (drawn := _homozygote(bench)):
        return None
    gene, call = drawn
    return Planted(gene, (bench.sequencer.shallow(call),))


@scenario(Verdict.NOT_ASSESSED, affected=True)
def low_genotype_quality(bench: Bench) -> Planted | None:
    """Plant a homozygote whose genotype is unsure."""
    if bench.sequencer.min_genotype_quality < 1 or not (drawn := _homozygote(bench)):
        return None
    gene, call = drawn
    return Planted(gene, (bench.sequencer.unsure(call),))


@scenario(Verdict.NOT_ASSESSED, affected=True)
def missing_genotype_quality(bench: Bench) -> Planted | None:
    """Plant a homozygote without GQ in a file whose other records have it."""
    if bench.criteria.quality.min_genotype_quality is None or not (drawn := _homozygote(bench)):
        return None
    gene, call = drawn
    return Planted(gene, (replace(call, quality=None),))


@scenario(Verdict.NOT_ASSESSED)
def filtered(bench: Bench) -> Planted | None:
    """Plant a homozygote that the variant caller's filter rejected."""
    passing = bench.criteria.quality.filters
    if passing is None or LOW_QUALITY in passing or not (drawn := _homozygote(bench)):
        return None
    gene, call = drawn
    return Planted(gene, (replace(call, filter=LOW_QUALITY),))


@scenario(Verdict.NOT_ASSESSED)
def unbalanced(bench: Bench) -> Planted | None:
    """Plant a pair in trans, one of them with too many alternative reads for a heterozygote."""
    window = bench.criteria.quality.het_allele_fraction
    if window is None or window[1] > WIDEST_WINDOW:
        return None
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"))):
        return None
    gene, alleles = drawn
    first, second = bench.phased(alleles, ("0|1", "1|0"))
    return Planted(gene, (first, bench.sequencer.unbalanced(second, (window[1] + 1) / 2)))


@scenario(Verdict.NOT_ASSESSED)
def half_call(bench: Bench) -> Planted | None:
    """Plant a listed allele of which the second copy was not called."""
    return bench.one_allele(bench.catalogue.inherited("AR"), "1/.")


QUALITY_SCENARIOS = (
    low_depth,
    low_genotype_quality,
    missing_genotype_quality,
    filtered,
    unbalanced,
    half_call,
)
