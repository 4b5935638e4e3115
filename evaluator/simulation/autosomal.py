"""Scenarios of inheritance and phase on the autosomes, with alleles of the panel's own list."""

from __future__ import annotations

from itertools import pairwise

from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.simulation.catalogue import Allele
from evaluator.simulation.scenario import Bench, Planted, scenario
from evaluator.vocabulary import Sex, Verdict


@scenario(Verdict.REPORTABLE, affected=True)
def homozygous(bench: Bench) -> Planted | None:
    """Plant two copies of one listed allele."""
    return bench.one_allele(bench.catalogue.inherited("AR"), "1/1")


@scenario(Verdict.NOT_REPORTABLE)
def carrier(bench: Bench) -> Planted | None:
    """Plant one copy of one listed allele."""
    return bench.one_allele(bench.catalogue.inherited("AR"), "0/1")


def _pair(bench: Bench, genotypes: tuple[str, ...]) -> Planted | None:
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"), len(genotypes))):
        return None
    gene, alleles = drawn
    return Planted(gene, bench.phased(alleles, genotypes))


@scenario(Verdict.REPORTABLE, affected=True)
def compound_in_trans(bench: Bench) -> Planted | None:
    """Plant two alleles of one phase set on different haplotypes."""
    return _pair(bench, ("0|1", "1|0"))


@scenario(Verdict.NOT_REPORTABLE)
def compound_in_cis(bench: Bench) -> Planted | None:
    """Plant two alleles of one phase set on the same haplotype."""
    return _pair(bench, ("0|1", "0|1"))


@scenario(Verdict.REPORTABLE, affected=True)
def three_alleles(bench: Bench) -> Planted | None:
    """Plant two alleles in cis and a third opposite them: the best pair decides."""
    return _pair(bench, ("1|0", "1|0", "0|1"))


@scenario(Verdict.PENDING_PHASE, affected=True)
def unphased_pair(bench: Bench) -> Planted | None:
    """Plant two alleles whose phase nobody knows."""
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"))):
        return None
    gene, alleles = drawn
    return Planted(gene, tuple(bench.sequencer.call(allele, "0/1") for allele in alleles))


@scenario(Verdict.PENDING_PHASE)
def two_phase_sets(bench: Bench) -> Planted | None:
    """Plant two phased alleles of different phase sets: still unknown to each other."""
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"))):
        return None
    gene, alleles = drawn
    return Planted(
        gene,
        tuple(bench.sequencer.call(allele, "0|1", phase_set=allele.position) for allele in alleles),
    )


@scenario(Verdict.PENDING_PHASE)
def pipe_without_phase_set(bench: Bench) -> Planted | None:
    """Plant two alleles with a pipe and no phase set, where the panel reads that as unphased."""
    if bench.criteria.phase.pipe_without_phase_set != "unphased":
        return None
    if not (drawn := bench.alleles(bench.catalogue.inherited("AR"))):
        return None
    gene, (first, second) = drawn
    calls = (bench.sequencer.call(first, "0|1"), bench.sequencer.call(second, "1|0"))
    return Planted(gene, calls)


@scenario(Verdict.NOT_REPORTABLE)
def near_in_cis(bench: Bench) -> Planted | None:
    """Plant two alleles within the panel's event distance on one haplotype: one event, not two."""
    limit = bench.criteria.phase.event_distance or 0
    pairs = [
        (gene, (first, second))
        for gene in sorted(bench.catalogue.inherited("AR"))
        for alleles in [bench.catalogue.alleles(gene)]
        for first, second in pairwise(alleles)
        if first.position + len(first.ref) <= second.position <= first.position + limit - 1
    ]
    if not (drawn := bench.pick(pairs)):
        return None
    gene, alleles = drawn
    return Planted(gene, bench.phased(alleles, ("0|1", "0|1")))


@scenario(Verdict.REPORTABLE, affected=True)
def two_alleles_at_one_site(bench: Bench) -> Planted | None:
    """Plant two listed alleles of one site as 1/2: they cannot lie on the same chromosome."""
    sites = [
        (gene, first, second)
        for gene in sorted(bench.catalogue.inherited("AR"))
        for alleles in [bench.catalogue.alleles(gene)]
        for first, second in pairwise(alleles)
        if (first.contig, first.position) == (second.contig, second.position)
    ]
    if not (drawn := bench.pick(sites)):
        return None
    gene, first, second = drawn
    ref = max(first.ref, second.ref, key=len)
    alts = tuple(allele.alt + ref[len(allele.ref) :] for allele in (first, second))
    return Planted(gene, (bench.sequencer.joint(first.contig, first.position, ref, alts, "1/2"),))


def _beside_harmless(bench: Bench, genotype: str) -> Planted | None:
    genes = bench.catalogue.inherited("AR")
    beside: dict[tuple[str, int], list[str]] = {}
    for harmless, _gene in bench.markers.harmless:
        beside.setdefault((harmless.contig, harmless.position), []).append(harmless.alt)
    sites = [
        (gene, allele)
        for gene in sorted(genes)
        for allele in bench.catalogue.alleles(gene)
        if len(allele.ref) == len(allele.alt) == 1 and (allele.contig, allele.position) in beside
    ]
    if not (drawn := bench.pick(sites)):
        return None
    gene, allele = drawn
    other = bench.rng.choice(sorted(beside[allele.contig, allele.position]))
    call = bench.sequencer.joint(allele.contig, allele.position, allele.ref, (other, allele.alt), genotype)
    return Planted(gene, (call,))


@scenario(Verdict.NOT_REPORTABLE)
def carrier_beside_harmless(bench: Bench) -> Planted | None:
    """Plant a listed and a harmless allele of one site as 1/2."""
    return _beside_harmless(bench, "1/2")


@scenario(Verdict.NOT_REPORTABLE)
def carrier_second_alternative(bench: Bench) -> Planted | None:
    """Plant one copy of the second alternative of a record as 0/2."""
    return _beside_harmless(bench, "0/2")


@scenario(Verdict.REPORTABLE, affected=True)
def homozygous_second_alternative(bench: Bench) -> Planted | None:
    """Plant two copies of the second alternative of a record as 2/2."""
    return _beside_harmless(bench, "2/2")


@scenario(Verdict.NOT_REPORTABLE)
def denied(bench: Bench) -> Planted | None:
    """Plant two copies of an allele on the deny list."""
    return bench.one_allele(bench.catalogue.inherited("AR"), "1/1", "deny")


@scenario(Verdict.NOT_REPORTABLE)
def denied_alone(bench: Bench) -> Planted | None:
    """Plant two copies of an allele that counts only where a diplotype rule names it."""
    return bench.one_allele(bench.catalogue.inherited("AR"), "1/1", "deny_alone")


@scenario(Verdict.REPORTABLE, affected=True)
def dominant(bench: Bench) -> Planted | None:
    """Plant one listed allele of a dominant gene."""
    return bench.one_allele(bench.catalogue.inherited("AD"), "0/1")


@scenario(Verdict.REPORTABLE, affected=True)
def dominant_and_recessive(bench: Bench) -> Planted | None:
    """Plant one copy of a listed allele whose scope takes in the dominant row of a gene that has both."""
    options = [
        (gene, allele, rows)
        for gene in sorted(bench.catalogue.inherited("AD", "AR"))
        for allele, rows in bench.catalogue.scoped(gene)
        if any(row.inheritance == "AD" for row in rows)
    ]
    if not (drawn := bench.pick(options)):
        return None
    gene, allele, scope = drawn
    verdicts = {
        row: Verdict.NOT_REPORTABLE
        for row in bench.catalogue.rows[gene]
        if row.inheritance == "AR" or row not in scope
    }
    return Planted(gene, (bench.sequencer.call(allele, "0/1"),), verdicts=verdicts)


@scenario(Verdict.NOT_REPORTABLE)
def recessive_allele_of_dominant_gene(bench: Bench) -> Planted | None:
    """Plant one copy of an allele that the panel lists for the recessive row only."""
    options = [
        (gene, allele)
        for gene in sorted(bench.catalogue.inherited("AD", "AR"))
        if all(row.evidence == "listed" for row in bench.catalogue.rows[gene] if row.inheritance == "AD")
        for allele, rows in bench.catalogue.scoped(gene)
        if rows and all(row.inheritance == "AR" for row in rows)
    ]
    if not (drawn := bench.pick(options)):
        return None
    gene, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "0/1"),))


@scenario(Verdict.PENDING_PHASE, affected=True)
def parent_of_origin_unknown(bench: Bench) -> Planted | None:
    """Plant one listed allele in a gene all of whose rows ask from which parent it came."""
    catalogue = bench.catalogue
    genes = [
        gene
        for gene, rows in catalogue.rows.items()
        if gene in catalogue.models
        and catalogue.models[gene].contig in KARYOTYPE_ORDER
        and all(row.parent_of_origin and row.inheritance == "AD" and not row.special_locus for row in rows)
        and all(row.evidence in ("all", "listed") for row in rows)
        and len({row.condition for row in rows}) == 1
        and len(catalogue.conditions[rows[0].condition]) == len(rows)
    ]
    return bench.one_allele(genes, "0/1")


@scenario(Verdict.NOT_REPORTABLE, sex=Sex.MALE)
def pseudo_autosomal_boy(bench: Bench) -> Planted | None:
    """Plant one listed allele, heterozygous, in a boy's pseudo-autosomal region."""
    options: list[tuple[str, Allele]] = [
        (gene, allele)
        for gene in sorted(bench.catalogue.pseudo_autosomal)
        for allele in bench.catalogue.alleles(gene)
    ]
    if not (drawn := bench.pick(options)):
        return None
    gene, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "0/1"),))


AUTOSOMAL_SCENARIOS = (
    homozygous,
    compound_in_trans,
    dominant,
    unphased_pair,
    compound_in_cis,
    carrier,
    two_alleles_at_one_site,
    three_alleles,
    homozygous_second_alternative,
    two_phase_sets,
    pipe_without_phase_set,
    near_in_cis,
    carrier_beside_harmless,
    carrier_second_alternative,
    denied,
    denied_alone,
    dominant_and_recessive,
    recessive_allele_of_dominant_gene,
    parent_of_origin_unknown,
    pseudo_autosomal_boy,
)
