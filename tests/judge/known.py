"""What the naive judge knows: newborns, genes, names of alleles, where a stop codon escapes decay."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from evaluator.panel.genes import gene_models
from evaluator.panel.genome import PSEUDO_AUTOSOMAL

DECAY_DISTANCE = 50  # bases before the last junction of exons

Name = tuple[str, int, str, str]  # contig, position, ref, alt
Row = dict[str, Any]


@dataclass
class Newborn:
    """What is known of one newborn; calls and stretches have the columns of the store's tables."""

    name: str
    sex: str
    sex_chromosomes: str | None
    status: str
    evidence: str
    calls: list[Row] = field(default_factory=list)
    uncallable: list[Row] = field(default_factory=list)
    parents: list[Row] = field(default_factory=list)
    special: list[Row] = field(default_factory=list)  # what special-locus callers said
    contamination: float | None = None
    transfused: str | None = None
    family: str | None = None
    multiple_birth: str | None = None
    structural: list[Row] = field(default_factory=list)


@dataclass
class Gene:
    """Where a gene lies; exons 0-based half-open."""

    contig: str
    strand: str
    exons: list[tuple[int, int]]
    transcripts: set[str]
    on_single_x: bool


def unversioned(transcript: str) -> str:
    """Take the version off a transcript."""
    return transcript.split(".", maxsplit=1)[0]


def parsed(word: str) -> Name:
    """Read an allele written `contig-position-ref-alt`."""
    contig, position, ref, alt = word.split("-")
    return contig, int(position), ref, alt


def spelt_out(rule: Row, listed: list[Row]) -> list[Row]:
    """Write a rule once for every choice from the sets it names; `sides` are two sets of alleles."""
    sides = []
    for text in (rule["allele_1"], rule["allele_2"]):
        choices: list[list[Name]] = [[]]
        for word in [] if text == "any" else [part.strip() for part in text.split("+")]:
            members = {
                name_of(entry) for entry in listed if (entry["gene"], entry["set"]) == (rule["gene"], word)
            }
            choices = [[*begun, name] for begun in choices for name in sorted(members or {parsed(word)})]
        sides.append([frozenset(choice) for choice in choices if len(set(choice)) == len(choice)])
    return [{**rule, "sides": (first, second)} for first in sides[0] for second in sides[1]]


def name_of(entry: Row) -> Name:
    """Name the allele of a call or of a list entry."""
    return entry["contig"], entry["position"], entry["ref"], entry["alt"]


def in_scope(entry: Row, row: Row) -> bool:
    """Does an entry of the allele table apply to a gene row."""
    return entry["condition"] in (None, row["condition"]) and entry["inheritance"] in (
        None,
        row["inheritance"],
    )


def shared(one: tuple[int, int], other: tuple[int, int]) -> int:
    """Count the bases that two intervals share."""
    return max(0, min(one[1], other[1]) - max(one[0], other[0]))


def escapes_decay(name: Name, gene: Gene) -> bool:
    """All changed bases lie in the last exon, or in the last 50 bases of the one before it."""
    if len(gene.exons) == 1:
        return False
    _, position, ref, alt = name
    # An insertion or deletion is written with the base before it; an insertion changes no base of its own.
    first, beyond = position - 1 + (len(ref) != len(alt)), position - 1 + len(ref)
    if gene.strand == "+":
        (start, end), ultimate = gene.exons[-2], gene.exons[-1]
        tail = (max(start, end - DECAY_DISTANCE), end)
    else:
        (start, end), ultimate = gene.exons[1], gene.exons[0]
        tail = (start, min(end, start + DECAY_DISTANCE))
    return any(low <= first and beyond <= high for low, high in (tail, ultimate))


def gene_table(build: str) -> dict[str, Gene]:
    """Read where the genes of one build lie."""
    genes = {}
    for model in gene_models(build).to_dicts():
        exons = sorted((exon["start"], exon["end"]) for exon in model["exons"])
        shared = any(
            contig == model["contig"] and exons and low <= exons[0][0] and exons[-1][1] <= high
            for contig, low, high in PSEUDO_AUTOSOMAL[build]
        )
        transcripts = {model["refseq"], model["ensembl"]} - {None}
        on_x = model["contig"] == "chrX" and not shared
        genes[model["gene"]] = Gene(model["contig"], model["strand"], exons, transcripts, on_x)
    return genes


def by_gene(newborn: Newborn, genes: dict[str, Gene], wanted: set[str]) -> dict[str, list[Row]]:
    """Sort the calls to the genes near them; a call far from every gene decides nothing."""
    far = 6000  # a listed allele may lie 5,000 bases from its gene
    here: dict[str, list[Row]] = {}
    for symbol in wanted if newborn.calls else ():
        gene = genes[symbol]
        if not gene.exons:
            continue
        low, high = gene.exons[0][0] - far, gene.exons[-1][1] + far
        near = [
            call for call in newborn.calls if call["contig"] == gene.contig and low < call["position"] < high
        ]
        if near:
            here[symbol] = near
    return here
