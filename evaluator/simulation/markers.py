"""Alleles with one purpose each: known only to ClinVar, a predicted loss of function, too common, unlisted.

An allele means the same in every newborn, as in life: its consequence, its population frequency and its
ClinVar record are fixed here, once for a cohort.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

from evaluator.simulation.catalogue import Allele, Catalogue
from evaluator.simulation.classifications import Classification
from evaluator.simulation.consequences import Consequence, listed_consequence
from evaluator.simulation.wishes import Purpose, Wish, silent_term, wishes

GENES_PER_PURPOSE = 4
CLASSIFIED_LISTED = 2 / 3  # shares that have a record in the synthetic ClinVar
CLASSIFIED_HARMLESS = 0.1
RARE = 0.0001
HARMLESS_FREQUENCIES = (0.02, 0.05, 0.08, 0.12, 0.2, 0.35)


@dataclass(frozen=True)
class Marker:
    """A reserved allele."""

    purpose: Purpose
    gene: str
    allele: Allele
    consequences: tuple[Consequence, ...]
    classification: Classification | None = None


@dataclass(frozen=True)
class Markers:
    """Every allele of the cohort with its meaning."""

    reserved: dict[Purpose, tuple[Marker, ...]]
    harmless: tuple[tuple[Allele, str], ...]  # what is left for the background, with the gene
    annotations: dict[Allele, tuple[Consequence, ...]]
    classifications: dict[Allele, tuple[str, Classification]]  # gene and ClinVar record

    def of(self, purpose: Purpose) -> tuple[Marker, ...]:
        """Alleles reserved for a purpose; none when the panel leaves no room for it."""
        return self.reserved[purpose]


def build_markers(catalogue: Catalogue, rng: Random) -> Markers:
    """Reserve alleles for every purpose the panel allows and fix what each allele means."""
    pool = list(catalogue.harmless)
    rng.shuffle(pool)
    reserved: dict[Purpose, tuple[Marker, ...]] = dict.fromkeys(Purpose, ())
    taken: set[tuple[str, int]] = set()
    for wish in wishes(catalogue):
        reserved[wish.purpose] = tuple(_reserve(wish, pool, taken))
    listed = [
        (listing.allele, gene)
        for gene, listings in catalogue.listings.items()
        if gene in catalogue.models
        for listing in listings
    ]
    left = tuple(sorted(item for item in pool if (item[0].contig, item[0].position) not in taken))
    annotations: dict[Allele, tuple[Consequence, ...]] = {
        allele: (Consequence(gene, listed_consequence(catalogue, gene, allele), RARE),)
        for allele, gene in listed
    }
    annotations |= {allele: (_harmless(catalogue, gene, rng),) for allele, gene in left}
    markers = [marker for group in reserved.values() for marker in group]
    annotations |= {marker.allele: marker.consequences for marker in markers}
    classifications = {
        marker.allele: (marker.gene, marker.classification) for marker in markers if marker.classification
    }
    classifications |= _classified_lists(catalogue, rng)
    classifications |= _classified_background(left, rng)
    return Markers(reserved, left, annotations, classifications)


def _reserve(wish: Wish, pool: Iterable[tuple[Allele, str]], taken: set[tuple[str, int]]) -> Iterable[Marker]:
    genes: set[str] = set()
    for allele, gene in pool:
        place = (allele.contig, allele.position)
        if gene in genes or gene not in wish.genes or place in taken or not wish.suits(gene, allele):
            continue
        genes.add(gene)
        taken.add(place)
        yield Marker(wish.purpose, gene, allele, wish.consequences(gene), wish.classification)
        if len(genes) == GENES_PER_PURPOSE:
            return


def _harmless(catalogue: Catalogue, gene: str, rng: Random) -> Consequence:
    term = rng.choice(("synonymous_variant", silent_term(catalogue)))
    return Consequence(gene, term, rng.choice(HARMLESS_FREQUENCIES))


def _classified_lists(catalogue: Catalogue, rng: Random) -> dict[Allele, tuple[str, Classification]]:
    """Give most listed alleles a ClinVar record, but not those of narrow scope, which it would hide."""
    records: dict[Allele, tuple[str, Classification]] = {}
    allowed = ("Pathogenic", "Likely_pathogenic", "Pathogenic/Likely_pathogenic")
    for gene, listings in catalogue.listings.items():
        for listing in listings:
            chosen = rng.random() < CLASSIFIED_LISTED
            if not chosen or listing.condition is not None or listing.inheritance is not None:
                continue
            if listing.list == "allow":
                record = Classification(rng.choice(allowed), stars=rng.choice((1, 2, 2, 3)))
            else:
                record = Classification.conflicting(pathogenic=2, benign=1, uncertain=1)
            records[listing.allele] = (gene, record)
    return records


def _classified_background(
    harmless: Iterable[tuple[Allele, str]], rng: Random
) -> dict[Allele, tuple[str, Classification]]:
    """Give every tenth harmless allele a ClinVar record that no criterion accepts."""
    words = ("Benign", "Likely_benign", "Benign/Likely_benign", "Uncertain_significance")
    return {
        allele: (gene, Classification(rng.choice(words), stars=rng.choice((0, 1, 2))))
        for allele, gene in harmless
        if rng.random() < CLASSIFIED_HARMLESS
    }
