"""What every newborn carries besides: harmless variants, a listed allele or so, a file's usual oddities."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import cached_property

from evaluator.panel.regions import panel_regions
from evaluator.simulation.calls import LOW_QUALITY, Call
from evaluator.simulation.catalogue import AUTOSOMES, Allele
from evaluator.simulation.scenario import Bench, Planted
from evaluator.vocabulary import GenomeBuild, Sex

CARRIED_ALLELES = 1.0  # ours: mean number of listed recessive alleles that a newborn carries
HARMLESS_RECORDS = (20, 40)
HARMLESS_ON_X = 6
STARRED_SHARE = 0.2  # of newborns
FILTERED_SHARE = 0.04  # of harmless records
BASES_FOR_A_STAR = 3  # the anchor, the first deleted base, and one that can carry its own record
# Well known common polymorphisms far from most panels (GRCh38, dbSNP rs4988235 rs3827760 rs16891982 rs7903146
# rs1815739 rs671 rs12913832 rs1426654 rs762551 rs17822931 rs9939609 rs1805007 rs429358).
COMMON_POLYMORPHISMS = (
    Allele("chr2", 108_897_145, "A", "G"),
    Allele("chr2", 135_851_076, "G", "A"),
    Allele("chr5", 33_951_588, "C", "G"),
    Allele("chr10", 112_998_590, "C", "T"),
    Allele("chr11", 66_560_624, "C", "T"),
    Allele("chr12", 111_803_962, "G", "A"),
    Allele("chr15", 28_120_472, "A", "G"),
    Allele("chr15", 48_134_287, "A", "G"),
    Allele("chr15", 74_749_576, "C", "A"),
    Allele("chr16", 48_224_287, "C", "T"),
    Allele("chr16", 53_786_615, "T", "A"),
    Allele("chr16", 89_919_709, "C", "T"),
    Allele("chr19", 44_908_684, "T", "C"),
)


@dataclass(frozen=True)
class Surroundings:
    """What the background of a cohort is drawn from."""

    bench: Bench  # of the cohort; each newborn draws with its own

    @cached_property
    def carried(self) -> tuple[tuple[str, tuple[Allele, ...]], ...]:
        """Recessive genes in which one copy of a listed allele decides nothing, with those alleles."""
        catalogue = self.bench.catalogue
        return tuple(
            (gene, alleles)
            for gene, rows in catalogue.rows.items()
            if gene in catalogue.models
            and catalogue.models[gene].contig in AUTOSOMES
            and all(row.inheritance == "AR" for row in rows)
            and not any(row.special_locus or row.parent_of_origin for row in rows)
            and (alleles := catalogue.alleles(gene))
        )

    @cached_property
    def deletions(self) -> tuple[tuple[str, Allele], ...]:
        """Listed deletions that a newborn may carry; behind them a caller writes `*`."""
        return tuple(
            (gene, allele)
            for gene, alleles in self.carried
            for allele in alleles
            if len(allele.ref) >= BASES_FOR_A_STAR and len(allele.alt) == 1
        )

    @cached_property
    def on_x(self) -> tuple[tuple[Allele, str], ...]:
        """Harmless alleles of the X outside the pseudo-autosomal regions."""
        return tuple(item for item in self.bench.markers.harmless if self.bench.catalogue.on_x(item[1]))

    @cached_property
    def elsewhere(self) -> tuple[tuple[Allele, str], ...]:
        """Harmless alleles of the autosomes."""
        return tuple(item for item in self.bench.markers.harmless if item[0].contig in AUTOSOMES)

    @cached_property
    def outside(self) -> tuple[Allele, ...]:
        """Common polymorphisms that the panel does not read."""
        panel = self.bench.catalogue.panel
        if panel.genome_build != GenomeBuild.GRCH38:
            return ()
        regions = defaultdict(list)
        for contig, start, end in panel_regions(panel).iter_rows():
            regions[contig].append((start, end))
        return tuple(
            allele
            for allele in COMMON_POLYMORPHISMS
            if not any(start - 200 < allele.position <= end + 200 for start, end in regions[allele.contig])
        )


@dataclass
class _Draft:
    """The records of one newborn while they are drawn; no two records share a reference base."""

    calls: list[Call] = field(default_factory=list)
    occupied: set[tuple[str, int]] = field(default_factory=set)

    def add(self, call: Call, *, behind_deletion: bool = False) -> bool:
        """Add a record unless one stands there already."""
        bases = {(call.contig, call.position + offset) for offset in range(len(call.ref))}
        if bases & self.occupied and not behind_deletion:
            return False
        self.occupied |= bases
        self.calls.append(call)
        return True


def background(
    surroundings: Surroundings, bench: Bench, planted: Planted | None, sex: Sex, *, haploid_x: bool
) -> list[Call]:
    """Draw one newborn's records around what is planted; the planted gene is left alone."""
    draft = _Draft()
    for call in planted.calls if planted else ():
        draft.add(call)
    kept = planted.gene if planted else ""
    _starred(surroundings, bench, draft, kept)
    _carried(surroundings, bench, draft, kept)
    _harmless(surroundings, bench, draft, kept)
    _on_x(surroundings, bench, draft, kept, sex, haploid=haploid_x)
    _outside(surroundings, bench, draft)
    return draft.calls


def _carried(surroundings: Surroundings, bench: Bench, draft: _Draft, kept: str) -> None:
    genes = [item for item in surroundings.carried if item[0] != kept and not _touched(item[1], draft)]
    for gene, alleles in bench.rng.sample(genes, min(len(genes), _poisson(bench, CARRIED_ALLELES))):
        del gene
        draft.add(bench.sequencer.call(bench.rng.choice(alleles), "0/1"))


def _touched(alleles: Iterable[Allele], draft: _Draft) -> bool:
    """Tell whether a gene already carries one of its alleles: a second one would make a pair."""
    listed = set(alleles)
    return any(allele in listed for call in draft.calls for allele in call.alleles)


def _poisson(bench: Bench, mean: float) -> int:
    """Draw a small count (Knuth's product of uniforms)."""
    count, product, limit = 0, bench.rng.random(), math.exp(-mean)
    while product > limit:
        count += 1
        product *= bench.rng.random()
    return count


def _starred(surroundings: Surroundings, bench: Bench, draft: _Draft, kept: str) -> None:
    """In every fifth newborn: a deletion, and inside it a record whose `*` stands for it."""
    options = [item for item in surroundings.deletions if item[0] != kept]
    if not options or bench.rng.random() > STARRED_SHARE:
        return
    _gene, deletion = bench.rng.choice(options)
    within = (deletion.contig, deletion.position + 2)
    if not draft.add(bench.sequencer.call(deletion, "0/1")):
        return
    for allele, _ in bench.markers.harmless:
        if (allele.contig, allele.position) == within:
            call = bench.sequencer.joint(*within, allele.ref, (allele.alt, "*"), "1/2")
            draft.add(call, behind_deletion=True)
            return


def _harmless(surroundings: Surroundings, bench: Bench, draft: _Draft, kept: str) -> None:
    pool = surroundings.elsewhere
    wanted = min(len(pool) // 4, bench.rng.randint(*HARMLESS_RECORDS))
    for allele, gene in bench.rng.sample(pool, wanted):
        if gene == kept:
            continue
        genotype = bench.rng.choices(("0/1", "1/1", "0/0"), (70, 25, 5))[0]
        call = bench.sequencer.call(allele, genotype)
        if bench.rng.random() < FILTERED_SHARE:
            call = replace(call, filter=LOW_QUALITY)
        draft.add(call)


def _on_x(
    surroundings: Surroundings, bench: Bench, draft: _Draft, kept: str, sex: Sex, *, haploid: bool
) -> None:
    pool = surroundings.on_x
    one_copy = "1" if haploid else "1/1"
    for allele, gene in bench.rng.sample(pool, min(len(pool) // 4, HARMLESS_ON_X)):
        if gene != kept:
            genotype = one_copy if sex is Sex.MALE else bench.rng.choices(("0/1", "1/1"), (3, 1))[0]
            draft.add(bench.sequencer.call(allele, genotype))


def _outside(surroundings: Surroundings, bench: Bench, draft: _Draft) -> None:
    """Records the panel never asks for: ordinary ones, one failing FILTER, one half call."""
    pool = surroundings.outside
    for number, allele in enumerate(bench.rng.sample(pool, min(len(pool), 4))):
        call = bench.sequencer.call(allele, "./1" if number == 0 else "0/1")
        draft.add(replace(call, filter=LOW_QUALITY) if number == 1 else call)
