"""Simulated genotype calls: reads, qualities, and the line of the VCF."""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

from evaluator.panel.criteria import Criteria
from evaluator.simulation.catalogue import Allele

LOW_QUALITY = "LowQual"
STRAY_READ_SHARE = 0.1  # of homozygous calls, that hold one read of another allele
TYPICAL_DEPTH = 34  # ours: a genome sequenced to about thirty-fold


@dataclass(frozen=True)
class Call:
    """One record of one newborn's VCF."""

    contig: str
    position: int
    ref: str
    alts: tuple[str, ...]
    genotype: str
    reads: tuple[int, ...]  # per allele, reference first
    quality: int | None  # GQ, phred
    phase_set: int | None = None
    filter: str = "PASS"

    @property
    def alleles(self) -> tuple[Allele, ...]:
        """The alternative alleles of the record, as written."""
        return tuple(Allele(self.contig, self.position, self.ref, alt) for alt in self.alts)

    def line(self, info: str) -> str:
        """Render as a VCF record with one sample."""
        written = ["." if value is None else str(value) for value in (self.quality, self.phase_set)]
        sample = [
            self.genotype,
            ",".join(map(str, self.reads)),
            str(sum(self.reads)),
            *written,
        ]
        score = "." if self.quality is None else str(10 * self.quality)
        site = (self.contig, str(self.position), ".", self.ref, ",".join(self.alts), score, self.filter, info)
        return "\t".join((*site, "GT:AD:DP:GQ:PS", ":".join(sample)))


class Sequencer:
    """Draws reads and qualities that pass the panel's criteria, unless a scenario spoils them."""

    def __init__(self, criteria: Criteria, rng: Random) -> None:
        self._rng = rng
        quality = criteria.quality
        self.min_depth = quality.min_depth or 0
        self.min_genotype_quality = int(quality.min_genotype_quality or 0)
        low, high = quality.het_allele_fraction or (0.25, 0.75)
        # Inside the window by half its width, so that no harmless call fails by chance.
        self._balance = ((3 * low + high) / 4, (low + 3 * high) / 4)

    def depth(self) -> int:
        """Reads over a well covered base."""
        floor = max(18, int(self.min_depth) + 8)
        return max(floor, round(self._rng.gauss(TYPICAL_DEPTH, 6)))

    def quality(self) -> int:
        """Genotype quality of a clean call."""
        return min(99, max(self.min_genotype_quality + 15, self._rng.randint(60, 99)))

    def call(self, allele: Allele, genotype: str, *, phase_set: int | None = None) -> Call:
        """Draw a clean call of one alternative allele."""
        return self.joint(allele.contig, allele.position, allele.ref, (allele.alt,), genotype, phase_set)

    def joint(
        self,
        contig: str,
        position: int,
        ref: str,
        alts: tuple[str, ...],
        genotype: str,
        phase_set: int | None = None,
    ) -> Call:
        """Draw a clean call of a record with any number of alternative alleles."""
        reads = self.reads(genotype, len(alts))
        return Call(contig, position, ref, alts, genotype, reads, self.quality(), phase_set)

    def reads(self, genotype: str, alternatives: int) -> tuple[int, ...]:
        """Share the depth among the alleles that the genotype names."""
        depth = self.depth()
        named = [int(part) for part in genotype.replace("|", "/").split("/") if part != "."]
        counts = [0] * (alternatives + 1)
        if len(set(named)) > 1:
            first = round(depth * self._rng.uniform(*self._balance))
            counts[named[0]], counts[named[1]] = depth - first, first
        else:
            stray = 1 if self._rng.random() < STRAY_READ_SHARE else 0
            counts[named[0]] = depth - stray
            counts[0 if named[0] else 1] += stray
        return tuple(counts)

    def shallow(self, call: Call) -> Call:
        """Spoil a homozygous call: fewer reads than the panel asks for."""
        depth = max(1, int(self.min_depth) - 4)
        counts = [0] * len(call.reads)
        counts[-1] = depth
        return replace(call, reads=tuple(counts))

    def unsure(self, call: Call) -> Call:
        """Spoil a call: a genotype quality below the panel's."""
        return replace(call, quality=max(0, self.min_genotype_quality - 8))

    def unbalanced(self, call: Call, fraction: float) -> Call:
        """Spoil a heterozygous call: this fraction of its reads carries the allele."""
        depth = max(sum(call.reads), 30)
        carrying = round(depth * fraction)
        return replace(call, reads=(depth - carrying, carrying))
