"""Deletions, duplications and copy numbers at random: around exons, of every quality, sure and unsure."""

from __future__ import annotations

import random
from itertools import count

from known import Gene, Newborn

AUTOSOMAL = ("0/1",) * 8 + ("1/1",) * 4 + ("1/.", "1", "./.")
BOYS = ("1",) * 5 + ("1/1", "0/1", "./.")
_NUMBERS = {0: 0, 1: 1, 2: 2}  # some callers write a copy number beside a genotype; the others write none
# Some callers name the allele by how many copies it has on its chromosome.
_COPIES = {("DEL", 0): "<CN0>", ("DUP", 0): "<CN2>"}
_places = count(1)


def add_deletions(newborn: Newborn, genes: dict[str, Gene], chance: random.Random) -> None:
    """Give some genes of a newborn one or two structural calls, none of which tells another's event again."""
    for gene in genes.values():
        unknown_x = gene.on_single_x and newborn.sex_chromosomes is None and newborn.sex == "unknown"
        if gene.exons and not unknown_x and gene.contig != "chrM" and chance.random() < 0.4:
            for _ in range(chance.choice((1, 1, 2))):
                _add(newborn, gene, chance)


def _add(newborn: Newborn, gene: Gene, chance: random.Random) -> None:
    first = chance.randrange(len(gene.exons))
    last = min(len(gene.exons) - 1, first + chance.choice((0, 0, 1, 3)))
    low, high = gene.exons[first][0], gene.exons[last][1]
    start = low + chance.choice((-500, -20, -1, 0, 0, 1, 10, (high - low) // 2))
    end = high + chance.choice((500, 20, 1, 0, 0, -1, -10))
    same = [
        c
        for c in newborn.structural
        if c["contig"] == gene.contig and c["position"] < end and c["end"] > start
    ]
    if end - start < 1 or same:  # records of one event are another matter
        return
    boy = gene.on_single_x and (newborn.sex_chromosomes or newborn.sex) in ("male", "XY", "X", "XYY")
    kind = chance.choice(("DEL",) * 7 + ("DUP", "CNV", "CNV"))
    shape = "./." if kind == "CNV" else chance.choice(BOYS if boy else AUTOSOMAL)
    places = shape.split("/")
    origin = chance.choice(("vcf", "structural_vcf", "structural_vcf"))
    piped = chance.random() < 0.4 and len(places) > 1
    if piped:
        chance.shuffle(places)
    off = chance.choice(((0, 0),) * 4 + ((-15, 15), (-1, 1)))
    one = places.count("1") == 1 and len(places) > 1
    newborn.structural.append(
        {
            "newborn": newborn.name,
            "origin": origin,
            "contig": gene.contig,
            "position": start,
            "end": end,
            "type": kind,
            "copies": places.count("1"),
            "ploidy": len(places),
            "missing": places.count("."),
            "phased": piped,
            "phase_set": chance.choice((None, "10")) if piped else None,
            "haplotype": places.index("1") if piped and one else None,
            "copy_number": chance.choice((0, 1, 1, 2, 3))
            if kind == "CNV"
            else _NUMBERS.get((start + end) % 9),
            "cipos_low": off[0],
            "cipos_high": off[1],
            "ciend_low": off[0],
            "ciend_high": off[1],
            "genotype_quality": chance.choice((60.0,) * 6 + (20.0, 19.0, None)),
            "filters": chance.choice(("PASS",) * 8 + ("LowQual", ".")),
            "sample_filters": chance.choice((None, "PASS", "PASS", "PASS", "MinGQ")),
            "source_position": next(_places),
            "source_ref": "N",
            "source_alts": _COPIES.get((kind, (start + end) % 3), f"<{kind}>"),
        }
    )
