"""A universe of alleles over every gene of a panel: listed, ruled and invented ones, annotated at random."""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass

from known import Gene, Name, Row, gene_table, spelt_out

from evaluator.panel.model import Panel

BASES = "ACGT"
CONSEQUENCES = (
    "stop_gained",
    "frameshift_variant",
    "splice_donor_variant",
    "splice_acceptor_variant",
    "stop_lost",
    "start_lost",
    "missense_variant",
    "missense_variant&splice_region_variant",
    "stop_gained&splice_region_variant",
    "frameshift_variant&stop_lost",
    "synonymous_variant",
    "inframe_deletion",
    None,
)
FREQUENCIES = (None, None, None, 0.0, 0.0001, 0.0005, 0.0006, 0.001, 0.009, 0.01, 0.02, 0.049, 0.05, 0.3)


@dataclass
class Universe:
    """The alleles of each gene, and what is known of them."""

    genes: dict[str, Gene]
    alleles: dict[str, list[Name]]
    annotation: dict[tuple[Name, str], Row]


def universe(panel: Panel, chance: random.Random, invented: int = 9) -> Universe:
    """Lay listed, ruled and invented alleles over the genes of a panel."""
    genes = gene_table(panel.genome_build)
    alleles: dict[str, list[Name]] = defaultdict(list)
    for entry in panel.alleles.to_dicts():
        alleles[entry["gene"]].append((entry["contig"], entry["position"], entry["ref"], entry["alt"]))
    for rule in panel.diplotypes.to_dicts():
        for spelt in spelt_out(rule, panel.named_alleles.to_dicts()):
            alleles[rule["gene"]] += [name for side in spelt["sides"] for name in sorted(side)]
    for symbol in sorted(set(panel.gene_rows["gene"])):
        for _ in range(invented):
            alleles[symbol].append(_invented(genes[symbol], chance))
        # A second alternative at a place that already has one: genotypes such as 1/2.
        contig, position, ref, alt = chance.choice(alleles[symbol])
        other = chance.choice([base for base in BASES if base not in (ref[0], alt)])
        alleles[symbol].append((contig, position, ref[0], other))
    unique = {symbol: sorted(set(names)) for symbol, names in sorted(alleles.items())}
    annotation = {
        (name, symbol): _annotated(name, symbol, genes[symbol], chance)
        for symbol, names in unique.items()
        for name in names
        if chance.random() < 0.93
    }
    return Universe(genes, unique, annotation)


def _invented(gene: Gene, chance: random.Random) -> Name:
    """Place a substitution, insertion or deletion in an exon, often near the rule of decay, or beside one."""
    place = chance.random()
    last, before = (-1, -2) if gene.strand == "+" else (0, 1)
    if place < 0.2:
        start, end = gene.exons[last]
        position = chance.randint(start + 1, end)
    elif place < 0.45 and len(gene.exons) > 1:
        start, end = gene.exons[before]
        distance = chance.choice([1, 2, 30, 48, 49, 50, 51, 52, 53, 80])
        position = max(start + 1, end - distance + 1) if gene.strand == "+" else min(end, start + distance)
    elif place < 0.55:
        start, end = chance.choice(gene.exons)
        position = chance.choice([start - 1, start, end + 1, end + 2])
    else:
        start, end = chance.choice(gene.exons)
        position = chance.randint(start + 1, end)
    first, second, third = chance.sample(BASES, 3)
    kind = chance.random()
    if kind < 0.75:
        return gene.contig, position, first, second
    if kind < 0.88:
        return gene.contig, position, first + second + third, first
    return gene.contig, position, first, first + second


def _annotated(name: Name, symbol: str, gene: Gene, chance: random.Random) -> Row:
    known = chance.random() < 0.6
    transcripts = sorted(gene.transcripts)
    consequence = chance.choice(CONSEQUENCES)
    if len(name[2]) != len(name[3]) and chance.random() < 0.6:
        consequence = "frameshift_variant"
    return {
        **dict(zip(("contig", "position", "ref", "alt"), name, strict=True)),
        "gene": symbol,
        "transcript": None if consequence is None else _transcript(transcripts, chance),
        "consequence": consequence,
        "exon": None,
        "loftee": (None, "HC", "LC")[name[1] % 3],
        "clinvar_id": "1" if known else None,
        "clinvar_significance": "Pathogenic" if known else None,
        "clinvar_pathogenic": chance.choice([0, 1, 1, 2, 5]) if known else None,
        "clinvar_benign": chance.choice([0, 0, 0, 1, 2, 3]) if known else None,
        "clinvar_uncertain": chance.choice([0, 0, 1]) if known else None,
        "clinvar_stars": chance.choice([0, 1, 1, 2, 3]) if known else None,
        "population_frequency": chance.choice(FREQUENCIES),
        "frequency_source": "invented",
    }


def _transcript(known: list[str], chance: random.Random) -> str:
    """Mostly the panel's transcript, sometimes in another version, sometimes another one."""
    name = chance.choice(known or ["NM_111111.1"])
    return chance.choice([name] * 6 + [name.split(".")[0] + ".99", "NM_999999.1"])
