"""Scenarios of callability: what was not read blocks a negative, never a positive."""

from __future__ import annotations

from collections.abc import Iterable

from evaluator.simulation.catalogue import Allele
from evaluator.simulation.scenario import Bench, Gap, Planted, scenario
from evaluator.vocabulary import Verdict

MARGIN = 25  # bases kept readable on either side of an allele that must stay readable


def _whole_gene(bench: Bench, gene: str) -> Gap:
    return Gap(*bench.catalogue.footprint(gene))


def _around(bench: Bench, gene: str, allele: Allele) -> tuple[Gap, ...]:
    """Everything the panel reads for the gene except the surroundings of one allele."""
    contig, start, end = bench.catalogue.footprint(gene)
    left, right = allele.position - 1 - MARGIN, allele.position + len(allele.ref) + MARGIN
    return tuple(gap for gap in (Gap(contig, start, left), Gap(contig, right, end)) if gap.start < gap.end)


def _matters(bench: Bench, genes: Iterable[str]) -> list[str]:
    """Genes of which so much is lost that no fraction the panel could ask for is left."""
    if not bench.criteria.callability.min_fraction:
        return []
    return sorted(
        gene
        for gene in genes
        if sum(end - start for start, end in bench.catalogue.models[gene].exons) > 20 * MARGIN
    )


@scenario(Verdict.NOT_ASSESSED, affected=True)
def gene_uncovered(bench: Bench) -> Planted | None:
    """Plant a gene of which nothing was read."""
    gene = bench.pick(_matters(bench, bench.catalogue.inherited("AR")))
    return None if gene is None else Planted(gene, gaps=(_whole_gene(bench, gene),))


@scenario(Verdict.NOT_ASSESSED)
def carrier_otherwise_uncovered(bench: Bench) -> Planted | None:
    """Plant one listed allele in a gene of which nothing else was read: a second allele may hide there."""
    if not (drawn := bench.allele(_matters(bench, bench.catalogue.inherited("AR")))):
        return None
    gene, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "0/1"),), _around(bench, gene, allele))


@scenario(Verdict.REPORTABLE, affected=True)
def homozygous_partly_uncovered(bench: Bench) -> Planted | None:
    """Plant two copies of a listed allele in a gene of which most was not read."""
    if not (drawn := bench.allele(_matters(bench, bench.catalogue.inherited("AR")))):
        return None
    gene, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "1/1"),), _around(bench, gene, allele))


@scenario(Verdict.NOT_ASSESSED)
def listed_allele_uncovered(bench: Bench) -> Planted | None:
    """Plant a gap of a few bases over one listed allele of a gene that is otherwise read."""
    if not bench.criteria.callability.min_fraction:
        return None
    if not (drawn := bench.allele(bench.catalogue.inherited("AR"))):
        return None
    gene, allele = drawn
    gap = Gap(allele.contig, allele.position - 3, allele.position + len(allele.ref) + 2)
    return Planted(gene, gaps=(gap,))


COVERAGE_SCENARIOS = (
    gene_uncovered,
    carrier_otherwise_uncovered,
    homozygous_partly_uncovered,
    listed_allele_uncovered,
)
