"""What a panel offers to a simulation: its rows, its alleles, and the reference bases it makes known."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

import polars as pl

from evaluator.panel.alleles import STRUCTURAL
from evaluator.panel.genes import gene_models
from evaluator.panel.genome import CONTIGS, is_pseudo_autosomal
from evaluator.panel.model import Panel

AUTOSOMES = frozenset(CONTIGS[:22])
INVERSIONS = frozenset({"F8_inversion", "IDS_inversion"})
BASES = "ACGT"
ESCAPING_BASES = 55  # 50 by the rule of nonsense-mediated decay, and a margin: nothing is planted on the edge


class Allele(NamedTuple):
    """One alternative allele as the panel writes it; `position` is 1-based."""

    contig: str
    position: int
    ref: str
    alt: str

    @property
    def bases(self) -> Iterator[tuple[str, int]]:
        """Every reference base it replaces or anchors on."""
        return ((self.contig, self.position + offset) for offset in range(len(self.ref)))


class GeneRow(NamedTuple):
    """One enabled condition x gene x inheritance row, as far as the simulation reads it."""

    condition: str
    gene: str
    inheritance: str
    mechanism: str
    evidence: str
    parent_of_origin: str | None
    special_locus: str | None
    transcript: str | None
    min_stars: int | None
    max_frequency: float | None


class Listing(NamedTuple):
    """One row of the panel's allele table."""

    allele: Allele
    gene: str
    list: str
    condition: str | None
    inheritance: str | None


class GeneModel(NamedTuple):
    """The coding exons of a gene, 0-based half-open, ascending."""

    contig: str
    strand: str
    exons: tuple[tuple[int, int], ...]
    refseq: str | None
    ensembl: str | None


@dataclass(frozen=True)
class Catalogue:
    """The panel, sorted by what can be planted where with a verdict that is certain."""

    panel: Panel
    rows: dict[str, tuple[GeneRow, ...]]  # by gene
    conditions: dict[str, tuple[GeneRow, ...]]  # by condition
    models: dict[str, GeneModel]
    listings: dict[str, tuple[Listing, ...]]  # by gene; alleles that stand on one row only
    listed: frozenset[Allele]  # every allele of the panel, of disabled genes too

    @cached_property
    def plain(self) -> frozenset[str]:
        """Genes without diplotype rules, special loci or parent of origin, alone on their stretch."""
        ruled = set(self.panel.diplotypes["gene"])
        return frozenset(
            gene
            for gene, rows in self.rows.items()
            if gene in self.models
            and gene not in ruled
            and gene not in self.crowded
            and not any(row.parent_of_origin for row in rows)
            and not any(other.special_locus for row in rows for other in self.conditions[row.condition])
        )

    @cached_property
    def crowded(self) -> frozenset[str]:
        """Genes whose footprint touches that of another gene of the panel."""
        spans = sorted((*self.footprint(gene), gene) for gene in self.rows if gene in self.models)
        touching: set[str] = set()
        open_end, open_gene, open_contig = -1, "", ""
        for contig, start, end, gene in spans:
            if contig == open_contig and start < open_end:
                touching |= {gene, open_gene}
            if contig != open_contig or end > open_end:
                open_contig, open_end, open_gene = contig, end, gene
        return frozenset(touching)

    def footprint(self, gene: str) -> tuple[str, int, int]:
        """Contig, start and end of everything the panel reads for the gene, with a margin."""
        model = self.models[gene]
        own = [
            listing.allele for listing in self.listings.get(gene, ()) if listing.allele.contig == model.contig
        ]
        starts = [model.exons[0][0], *(allele.position - 1 for allele in own)]
        ends = [model.exons[-1][1], *(allele.position + len(allele.ref) for allele in own)]
        return model.contig, min(starts) - 60, max(ends) + 60

    def inherited(self, *modes: str) -> frozenset[str]:
        """Plain autosomal genes whose rows have exactly these inheritances and accept listed alleles."""
        return frozenset(
            gene
            for gene in self.plain
            if self.models[gene].contig in AUTOSOMES
            and {row.inheritance for row in self.rows[gene]} == set(modes)
            and all(row.evidence in ("all", "listed") for row in self.rows[gene])
        )

    def x_linked(self, mode: str, *, inversions: bool = False) -> frozenset[str]:
        """Genes of the X outside the pseudo-autosomal regions whose rows all have this inheritance."""
        return frozenset(
            gene
            for gene, rows in self.rows.items()
            if (gene in self.plain or (inversions and self._inverted(gene)))
            and self.on_x(gene)
            and {row.inheritance for row in rows} == {mode}
            and all(row.evidence in ("all", "listed") for row in rows)
        )

    @cached_property
    def pseudo_autosomal(self) -> frozenset[str]:
        """Plain recessive genes inside the pseudo-autosomal regions of the X."""
        return frozenset(
            gene
            for gene in self.plain
            if self.models[gene].contig == "chrX"
            and not self.on_x(gene)
            and {row.inheritance for row in self.rows[gene]} == {"AR"}
        )

    def on_x(self, gene: str) -> bool:
        """Tell whether the gene lies on the X and outside its pseudo-autosomal regions."""
        if gene not in self.models or self.models[gene].contig != "chrX":
            return False
        model = self.models[gene]
        return not is_pseudo_autosomal(self.panel.genome_build, "chrX", model.exons[0][0], model.exons[-1][1])

    def _inverted(self, gene: str) -> bool:
        loci = {row.special_locus for row in self.rows[gene]}
        return gene in self.models and gene not in self.crowded and bool(loci) and loci <= INVERSIONS

    def alleles(self, gene: str, kind: str = "allow") -> tuple[Allele, ...]:
        """Alleles of one list whose scope takes in every row of the gene, in order of position."""
        rows = self.rows[gene]
        conditions = {row.condition for row in rows}
        modes = {row.inheritance for row in rows}
        return tuple(
            listing.allele
            for listing in self.listings.get(gene, ())
            if listing.list == kind
            and listing.condition in (None, *(conditions if len(conditions) == 1 else ()))
            and listing.inheritance in (None, *(modes if len(modes) == 1 else ()))
            and listing.allele.contig == self.models[gene].contig
        )

    def scoped(self, gene: str) -> Iterator[tuple[Allele, frozenset[GeneRow]]]:
        """Allowed alleles of a gene, each with the rows that its condition and inheritance take in."""
        for listing in self.listings.get(gene, ()):
            if listing.list == "allow" and listing.allele.contig == self.models[gene].contig:
                yield (
                    listing.allele,
                    frozenset(
                        row
                        for row in self.rows[gene]
                        if listing.condition in (None, row.condition)
                        and listing.inheritance in (None, row.inheritance)
                    ),
                )

    def coding_exon(self, gene: str, position: int) -> int | None:
        """Number of the coding exon that holds a 1-based position, counted along the strand from 1."""
        model = self.models[gene]
        for index, (start, end) in enumerate(model.exons):
            if start < position <= end:
                return index + 1 if model.strand == "+" else len(model.exons) - index
        return None

    def escapes_decay(self, gene: str, position: int) -> bool:
        """Tell whether a stop here lies in the last exon or in the last 50 bases of the one before it."""
        model = self.models[gene]
        exons = model.exons if model.strand == "+" else model.exons[::-1]
        number = self.coding_exon(gene, position)
        if number is None or number >= len(exons):
            return True
        start, end = exons[number - 1]
        to_junction = end - position if model.strand == "+" else position - 1 - start
        return number == len(exons) - 1 and to_junction < ESCAPING_BASES

    @cached_property
    def known_bases(self) -> dict[tuple[str, int], tuple[str, str]]:
        """Reference base and gene at every coding position that a listed allele's REF spells out."""
        known: dict[tuple[str, int], tuple[str, str]] = {}
        disputed: set[tuple[str, int]] = set()
        for gene, listings in sorted(self.listings.items()):
            for allele in (listing.allele for listing in listings if gene in self.models):
                for base, place in zip(allele.ref, allele.bases, strict=True):
                    if known.setdefault(place, (base, gene)) != (base, gene):
                        disputed.add(place)
        return {
            place: known[place]
            for place in sorted(known)
            if place not in disputed and self.coding_exon(known[place][1], place[1]) is not None
        }

    @cached_property
    def harmless(self) -> tuple[tuple[Allele, str], ...]:
        """Single-base changes at known reference bases that no list of the panel names, with their gene."""
        named = {
            (contig, position, changed)
            for allele in self.listed
            for (contig, position), changed in zip(allele.bases, allele.alt, strict=False)
        }
        return tuple(
            (Allele(contig, position, base, other), gene)
            for (contig, position), (base, gene) in self.known_bases.items()
            for other in BASES
            if other != base and (contig, position, other) not in named
        )


def build_catalogue(panel: Panel) -> Catalogue:
    """Sort a panel's content by gene and condition."""
    rows = [
        GeneRow(*(record[name] for name in GeneRow._fields))
        for record in panel.gene_rows.iter_rows(named=True)
    ]
    by_gene = _grouped(rows, "gene")
    models = {
        record["gene"]: GeneModel(
            record["contig"],
            record["strand"],
            tuple((exon["start"], exon["end"]) for exon in record["exons"]),
            record["refseq"],
            record["ensembl"],
        )
        for record in gene_models(panel.genome_build).iter_rows(named=True)
        if record["gene"] in by_gene and record["exons"]
    }
    listings = [
        Listing(
            Allele(*(record[name] for name in Allele._fields)),
            *(record[name] for name in ("gene", "list", "condition", "inheritance")),
        )
        for record in panel.alleles.filter(~pl.col("alt").is_in(list(STRUCTURAL))).iter_rows(named=True)
    ]
    times = Counter(listing.allele for listing in listings)
    once = sorted(
        (listing for listing in listings if times[listing.allele] == 1 and listing.gene in by_gene),
        key=lambda listing: (listing.gene, listing.allele),
    )
    return Catalogue(
        panel, by_gene, _grouped(rows, "condition"), models, _listings_of(once), frozenset(times)
    )


def _grouped(rows: Iterable[GeneRow], name: str) -> dict[str, tuple[GeneRow, ...]]:
    groups: defaultdict[str, list[GeneRow]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, name)].append(row)
    return {key: tuple(group) for key, group in sorted(groups.items())}


def _listings_of(listings: Iterable[Listing]) -> dict[str, tuple[Listing, ...]]:
    groups: defaultdict[str, list[Listing]] = defaultdict(list)
    for listing in listings:
        groups[listing.gene].append(listing)
    return {gene: tuple(group) for gene, group in groups.items()}
