"""What a scenario is: a genotype planted in one gene, and the verdict that the reporting rules then give."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from random import Random
from typing import NamedTuple, TypeVar

from evaluator.panel.criteria import Criteria
from evaluator.simulation.calls import Call, Sequencer
from evaluator.simulation.catalogue import Allele, Catalogue, GeneRow
from evaluator.simulation.markers import Marker, Markers
from evaluator.simulation.wishes import Purpose
from evaluator.vocabulary import Sex, Verdict

T = TypeVar("T")
APART = 100  # bases between two alleles that must never be read as one event


class Gap(NamedTuple):
    """A stretch that was not sequenced well enough; 0-based half-open."""

    contig: str
    start: int
    end: int


class CallerRow(NamedTuple):
    """What the caller of a special locus says of one newborn; the columns of its table."""

    locus: str
    copy_number: str = ""
    call: str = ""
    caller: str = "simulated"


class Deletion(NamedTuple):
    """One deletion in the structural VCF; 0-based half-open."""

    contig: str
    start: int
    end: int
    genotype: str
    filter: str = "PASS"


@dataclass(frozen=True)
class Planted:
    """One scenario in one newborn."""

    gene: str
    calls: tuple[Call, ...] = ()
    gaps: tuple[Gap, ...] = ()
    verdicts: Mapping[GeneRow, Verdict] = field(default_factory=dict)  # rows that differ from the scenario's
    special: tuple[CallerRow, ...] = ()
    deletions: tuple[Deletion, ...] = ()
    mother: tuple[Call, ...] = ()  # genotypes of the parents' VCFs; none: no parent was sequenced
    father: tuple[Call, ...] = ()
    contaminated: bool = False
    transfused: bool = False
    callers_run: bool = True  # False: no special locus of this newborn has its caller's table


@dataclass
class Bench:
    """Everything a scenario may use to plant itself in one newborn."""

    catalogue: Catalogue
    markers: Markers
    sequencer: Sequencer
    rng: Random

    @property
    def criteria(self) -> Criteria:
        """The panel's criteria."""
        return self.catalogue.panel.criteria

    def pick(self, options: Collection[T]) -> T | None:
        """Draw one of the options; None when there are none."""
        return self.rng.choice(list(options)) if options else None

    def allele(self, genes: Collection[str], kind: str = "allow") -> tuple[str, Allele] | None:
        """Draw a gene, then one of its alleles of a list."""
        gene = self.pick(sorted(gene for gene in genes if self.catalogue.alleles(gene, kind)))
        return None if gene is None else (gene, self.rng.choice(self.catalogue.alleles(gene, kind)))

    def one_allele(self, genes: Collection[str], genotype: str, kind: str = "allow") -> Planted | None:
        """Plant one allele of a list in one of the genes, with this genotype and no more."""
        if not (drawn := self.allele(genes, kind)):
            return None
        gene, allele = drawn
        return Planted(gene, (self.sequencer.call(allele, genotype),))

    def alleles(
        self, genes: Collection[str], count: int = 2, apart: int = APART
    ) -> tuple[str, tuple[Allele, ...]] | None:
        """Draw a gene and that many allowed alleles of it, each `apart` bases or more from the next."""
        spread = {gene: chosen for gene in sorted(genes) if (chosen := self._spread(gene, apart))}
        gene = self.pick([gene for gene, chosen in spread.items() if len(chosen) >= count])
        if gene is None:
            return None
        return gene, tuple(sorted(self.rng.sample(spread[gene], count)))

    def _spread(self, gene: str, apart: int) -> list[Allele]:
        kept: list[Allele] = []
        for allele in self.catalogue.alleles(gene):
            if not kept or allele.position - (kept[-1].position + len(kept[-1].ref)) >= apart:
                kept.append(allele)
        return kept

    def marker(self, purpose: Purpose) -> Marker | None:
        """Draw one of the alleles reserved for a purpose."""
        return self.pick(self.markers.of(purpose))

    def phased(self, alleles: Sequence[Allele], genotypes: Sequence[str]) -> tuple[Call, ...]:
        """Call alleles in one phase set, named by the position of the first."""
        phase_set = min(allele.position for allele in alleles)
        return tuple(
            self.sequencer.call(allele, genotype, phase_set=phase_set)
            for allele, genotype in zip(alleles, genotypes, strict=True)
        )


Build = Callable[[Bench], Planted | None]


@dataclass(frozen=True)
class Scenario:
    """A named situation with a verdict that follows from the rules, not from the engine."""

    name: str
    meaning: str  # one sentence for the reader of the cohort
    verdict: Verdict
    build: Build  # None: this panel leaves no room for it
    affected: bool = False  # does the newborn have the disease
    sex: Sex | None = None  # None: either


def scenario(
    verdict: Verdict, *, affected: bool = False, sex: Sex | None = None
) -> Callable[[Build], Scenario]:
    """Make a scenario of a function: its name, and what its docstring says is planted."""

    def name(build: Build) -> Scenario:
        words = (build.__doc__ or "").splitlines()[0].removeprefix("Plant ")
        return Scenario(build.__name__, words[0].upper() + words[1:], verdict, build, affected, sex)

    return name
