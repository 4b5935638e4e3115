"""Structural calls: what the caller of deletions writes of a newborn, and scenarios that it decides."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from random import Random

from evaluator.panel.alleles import STRUCTURAL
from evaluator.panel.genome import CONTIG_LENGTHS, KARYOTYPE_ORDER
from evaluator.simulation.calls import LOW_QUALITY
from evaluator.simulation.catalogue import Allele, Catalogue
from evaluator.simulation.scenario import APART, Bench, Deletion, Gap, Planted, scenario
from evaluator.variants.writing import write_bgzipped_vcf
from evaluator.vocabulary import Verdict

WITHOUT_STRUCTURAL_CALLS = 0.1  # ours: share of newborns in whom nobody looked for deletions
MOST_HARMLESS = 2  # ours: deletions inside an intron that a newborn carries
FLANK = 60  # bases of the introns that a deletion of an exon takes away on either side


def harmless_places(catalogue: Catalogue) -> tuple[Gap, ...]:
    """Return stretches inside introns of plain genes, away from exons and from listed alleles."""
    genes = sorted(catalogue.inherited("AR") | catalogue.inherited("AD"))
    return tuple(place for gene in genes for place in _introns(catalogue, gene))


def deletions(
    catalogue: Catalogue, places: tuple[Gap, ...], planted: Planted | None, rng: Random
) -> tuple[Deletion, ...] | None:
    """Return what the structural caller finds in a newborn; None where nobody looked."""
    required = catalogue.panel.criteria.structural.without_calls != "flag"
    own = planted.deletions if planted else ()
    if rng.random() < WITHOUT_STRUCTURAL_CALLS and not own and not required:
        return None
    kept = catalogue.footprint(planted.gene) if planted and planted.gene in catalogue.models else None
    drawn = rng.sample(places, min(len(places), rng.randint(0, MOST_HARMLESS)))
    harmless = [
        Deletion(*place, rng.choice(("0/1", "0/1", "1/1")))
        for place in drawn
        if kept is None or place.contig != kept[0] or place.end < kept[1] or place.start > kept[2]
    ]
    return tuple(sorted((*own, *harmless), key=lambda call: (KARYOTYPE_ORDER[call.contig], call.start)))


def write_structural_vcf(path: Path, newborn: str, calls: Iterable[Deletion], build: str) -> None:
    """Write the structural caller's VCF of one newborn."""
    contigs = [f"##contig=<ID={contig},length={size}>" for contig, size in CONTIG_LENGTHS[build].items()]
    columns = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", newborn)
    header = [
        "##fileformat=VCFv4.2",
        f"##reference={build}",
        '##ALT=<ID=DEL,Description="Deletion">',
        '##FILTER=<ID=PASS,Description="All filters passed">',
        f'##FILTER=<ID={LOW_QUALITY},Description="Simulated rejection by the structural caller">',
        *contigs,
        '##INFO=<ID=END,Number=1,Type=Integer,Description="Last base of the event">',
        '##INFO=<ID=SVTYPE,Number=1,Type=String,Description="Type of the event">',
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality, phred">',
        "\t".join(columns),
    ]
    lines = [
        f"{call.contig}\t{call.start}\t.\tN\t<DEL>\t.\t{call.filter}\tSVTYPE=DEL;END={call.end}"
        f"\tGT:GQ\t{call.genotype}:99"
        for call in calls
    ]
    write_bgzipped_vcf(path, header, lines)


def _introns(catalogue: Catalogue, gene: str) -> list[Gap]:
    """Middle thirds of a gene's introns that hold no listed allele of it."""
    model = catalogue.models[gene]
    listed = [listing.allele.position for listing in catalogue.listings.get(gene, ())]
    found = []
    for (_, left), (right, _) in zip(model.exons, model.exons[1:], strict=False):
        third = (right - left) // 3
        place = Gap(model.contig, left + third, right - third)
        near = any(place.start - APART < position < place.end + APART for position in listed)
        if third > 5 * APART and not near:
            found.append(place)
    return found


def _lost_exons(bench: Bench) -> list[tuple[str, Gap]]:
    """Exons, each with its flanks, whose loss counts by mechanism and evidence in every row of a gene."""
    catalogue = bench.catalogue
    if not bench.criteria.structural.enabled:
        return []
    named = {
        record["gene"]
        for record in catalogue.panel.alleles.iter_rows(named=True)
        if record["alt"] in STRUCTURAL
    }
    return [
        (gene, Gap(model.contig, exon[0] - FLANK, exon[1] + FLANK))
        for gene in sorted(catalogue.inherited("AR") - named)
        if all(row.mechanism == "lof" and row.evidence == "all" for row in catalogue.rows[gene])
        for model in [catalogue.models[gene]]
        for before, exon, after in zip(model.exons, model.exons[1:], model.exons[2:], strict=False)
        if exon[0] - before[1] > 2 * FLANK and after[0] - exon[1] > 2 * FLANK
    ]


def _exon_deleted(bench: Bench, genotype: str, word: str = "PASS") -> Planted | None:
    if not (drawn := bench.pick(_lost_exons(bench))):
        return None
    gene, place = drawn
    return Planted(gene, deletions=(Deletion(*place, genotype, word),))


def _with_allele(bench: Bench, *, inside: bool) -> tuple[str, Gap, Allele] | None:
    """Draw an exon to lose, and a listed allele of the gene inside it or well away from it."""
    return bench.pick(
        [
            (gene, place, allele)
            for gene, place in _lost_exons(bench)
            for allele in bench.catalogue.alleles(gene)
            for first, last in [(allele.position - 1, allele.position - 1 + len(allele.ref))]
            if (inside and place.start <= first and last <= place.end)
            or (not inside and (last < place.start - APART or first > place.end + APART))
        ]
    )


@scenario(Verdict.REPORTABLE, affected=True)
def exon_deleted_on_both_copies(bench: Bench) -> Planted | None:
    """Plant the deletion of one exon on both copies of a recessive gene."""
    return _exon_deleted(bench, "1/1")


@scenario(Verdict.NOT_REPORTABLE)
def exon_deleted_carrier(bench: Bench) -> Planted | None:
    """Plant the deletion of one exon on one copy of a recessive gene."""
    return _exon_deleted(bench, "0/1")


@scenario(Verdict.PENDING_PHASE, affected=True)
def exon_deleted_and_allele(bench: Bench) -> Planted | None:
    """Plant the deletion of an exon and a listed allele elsewhere, whose phase nobody knows."""
    if not (drawn := _with_allele(bench, inside=False)):
        return None
    gene, place, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "0/1"),), deletions=(Deletion(*place, "0/1"),))


@scenario(Verdict.REPORTABLE, affected=True)
def allele_over_deleted_exon(bench: Bench) -> Planted | None:
    """Plant a deletion on one copy and a listed allele inside it on the other, called as if on both."""
    if not (drawn := _with_allele(bench, inside=True)):
        return None
    gene, place, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "1/1"),), deletions=(Deletion(*place, "0/1"),))


@scenario(Verdict.NOT_ASSESSED)
def exon_deleted_filtered(bench: Bench) -> Planted | None:
    """Plant the deletion of an exon on both copies that the structural caller's filter rejected."""
    passing = bench.criteria.quality.filters
    if passing is None or LOW_QUALITY in passing:
        return None
    return _exon_deleted(bench, "1/1", LOW_QUALITY)


@scenario(Verdict.NOT_REPORTABLE)
def intron_deleted(bench: Bench) -> Planted | None:
    """Plant a deletion inside an intron on both copies: it takes no coding sequence away."""
    catalogue = bench.catalogue
    options = [
        (gene, place) for gene in sorted(catalogue.inherited("AR")) for place in _introns(catalogue, gene)
    ]
    if not (drawn := bench.pick(options)):
        return None
    gene, place = drawn
    return Planted(gene, deletions=(Deletion(*place, "1/1"),))


STRUCTURAL_SCENARIOS = (
    exon_deleted_on_both_copies,
    exon_deleted_carrier,
    exon_deleted_and_allele,
    intron_deleted,
    allele_over_deleted_exon,
    exon_deleted_filtered,
)
