"""Newborns full of oddities, made at random and independently of the simulation that the product ships.

Each draws a few genes of a universe of alleles (universe.py) and a few alleles per gene, with records
(odd_records.py), gaps, parents and callers' tables of every kind that real files may hold.
"""

from __future__ import annotations

import random

from deleted import add_deletions
from known import Newborn, Row
from odd_records import add_calls, add_record
from universe import Universe

from evaluator.panel.model import Panel

LONG_GENE = "ACADVL"  # autosomal


def newborns(panel: Panel, world: Universe, number: int, chance: random.Random) -> list[Newborn]:
    """Make newborns with a few genes each that have something to decide."""
    symbols = sorted(set(panel.gene_rows["gene"]))
    counted = panel.gene_rows["gene"].to_list()
    ruled = set(panel.diplotypes["gene"])
    favoured = [
        symbol
        for symbol in symbols
        if world.genes[symbol].contig == "chrX" or counted.count(symbol) > 1 or symbol in ruled
    ]
    people = [
        _newborn(f"N{place:05d}", world, symbols, favoured or symbols, chance) for place in range(number)
    ]
    for person in people:
        if chance.random() < 0.15:
            shapes = chance.choice(
                (("1", "1/1"), ("0/1", *["1/1"] * 30), ("0/1", *["1/1"] * 4), ("0/1", "1/1"))
            )
            _add_harmless(person, world, "F8", shapes, chance.choice((12, 20, 150, 150)), chance)
        person.special = _special(person.name, chance)
        person.contamination = chance.choice((None,) * 20 + (0.0, 0.01, 0.015, 0.016, 0.05))
        person.transfused = chance.choice((None,) * 12 + ("no", "yes"))
        person.family = chance.choice((None, None, *(f"F{place}" for place in range(number // 8 + 1))))
        person.multiple_birth = chance.choice((None, None, "yes", "no"))
        person.calls.sort(key=lambda call: (call["contig"], call["position"], call["ref"], call["alt"]))
    for person in chance.sample(people, number // 20):
        source = chance.choice(people)
        _add_harmless(source, world, LONG_GENE, ("0/1",), chance.choice((12, 20, 30)), chance)
        _copy_genome(source, person, chance)
    return people


def _add_harmless(
    newborn: Newborn,
    world: Universe,
    symbol: str,
    shapes: tuple[str, ...],
    number: int,
    chance: random.Random,
) -> None:
    """Call alleles of a gene that nobody lists, at places of their own."""
    gene = world.genes[symbol]
    taken = {name[1] for names in world.alleles.values() for name in names if name[0] == gene.contig}
    places = {place for start, end in gene.exons for place in range(start + 1, end, 7)} - taken
    for place in chance.sample(sorted(places), min(number, len(places))):
        add_record(newborn, [(gene.contig, place, "A", "C")], chance.choice(shapes), (0.0, [None]), chance)


def _special(name: str, chance: random.Random) -> list[Row]:
    """What callers say of some loci: everything that a sound table may hold."""
    told = []
    for locus in ("SMN1", "CYP21A2", "CYP11B1", "GBA1", "HBA", "F8_inversion", "IDS_inversion"):
        if chance.random() < 0.25:
            continue
        call, copies = None, None
        if locus in ("CYP21A2", "CYP11B1", "GBA1"):
            call = chance.choice(("positive", "phase_unknown", "carrier", "negative", "negative", "no_call"))
        elif chance.random() < 0.1:
            call = "no_call"
        else:
            copies = chance.choice(
                {"SMN1": (0, 1, 2, 2, 3), "HBA": (0, 1, 2, 3, 4, 5)}.get(locus, (0, 0, 0, 1, 2))
            )
        told.append(
            {
                "newborn": name,
                "locus": locus,
                "copy_number": copies,
                "call": call,
                "genotype": None,
                "caller": "invented",
                "version": None,
                "filter": chance.choice((None, None, None, "PASS", ".", "LowQual")),
                "details": None,
            }
        )
    return told


def _copy_genome(source: Newborn, person: Newborn, chance: random.Random) -> None:
    """Read one sample twice: as twins, in one family without saying so, or by mistake."""
    person.calls = [{**call, "newborn": person.name} for call in source.calls]
    kind = chance.choice(("twins", "one family", "by mistake"))
    if kind != "by mistake":
        person.family = source.family = f"of {source.name}"
    person.multiple_birth = source.multiple_birth = "yes" if kind == "twins" else None


def _newborn(
    name: str, world: Universe, symbols: list[str], favoured: list[str], chance: random.Random
) -> Newborn:
    newborn = Newborn(
        name,
        chance.choices(("male", "female", "unknown"), (45, 45, 10))[0],
        chance.choice((None,) * 8 + ("XX", "XY", "X", "XXY", "XYY", "XXX")),
        chance.choices(("sequenced", "failed", "quarantined", "declined"), (96, 1, 2, 1))[0],
        chance.choices(("bed", "gvcf", "none"), (60, 35, 5))[0],
    )
    chosen = set(chance.sample(symbols, min(9, len(symbols))))
    chosen |= set(chance.sample(favoured, min(6, len(favoured))))
    for symbol in sorted(chosen):
        add_calls(newborn, world.alleles[symbol], world.genes[symbol], chance)
    gapped = set(chance.sample(sorted(chosen), len(chosen) // 3)) | set(
        chance.sample(symbols, min(4, len(symbols)))
    )
    if newborn.evidence != "none":
        for symbol in sorted(gapped):
            _add_gaps(newborn, world, symbol, chance)
    newborn.calls.sort(key=lambda call: (call["contig"], call["position"], call["ref"], call["alt"]))
    newborn.uncallable = _merged(name, newborn.uncallable)
    if chance.random() < 0.5:
        _add_parents(newborn, chance)
    else:
        add_deletions(newborn, {symbol: world.genes[symbol] for symbol in sorted(chosen)}, chance)
    if newborn.evidence != "none" and chance.random() < 0.3:
        _add_block(newborn, world, chance.choice(sorted(chosen)), chance)
    return newborn


def _add_parents(newborn: Newborn, chance: random.Random) -> None:
    """Let the parents' files say something of most alleles; mostly what could be inherited."""
    both, heads = (chance.random() < 0.85, chance.random() < 0.85), ("mother", "father")
    seen = set()
    for call in newborn.calls:
        name = tuple(call[key] for key in ("contig", "position", "ref", "alt"))
        if name in seen or chance.random() < 0.15:
            continue
        seen.add(name)
        entry = {"newborn": newborn.name, **{key: call[key] for key in ("contig", "position", "ref", "alt")}}
        on_all = call["copies"] == call["ploidy"] and call["ploidy"] > 1
        drawn = chance.choice(
            [(1, 0), (0, 1), (1, 0), (0, 1), (1, 1), (0, 0), (2, 0), (0, 2), (2, 1), (2, 2)]
        )
        if on_all:
            drawn = chance.choice([(1, 1)] * 6 + [(2, 1), (0, 1), (1, 2)])
        for parent, copies, given in zip(heads, drawn, both, strict=True):
            ploidy = 1 if call["contig"] == "chrX" and parent == "father" and chance.random() < 0.8 else 2
            known = given and chance.random() < 0.8
            entry[f"{parent}_copies"] = min(copies, ploidy) if known else None
            # A genotype without copies: a record that nobody can believe.
            spoken = known or (given and call["position"] % 2)
            entry[f"{parent}_ploidy"] = ploidy if spoken else None
        if entry["mother_copies"] is not None or entry["father_copies"] is not None:
            newborn.parents.append(entry)


def _add_gaps(newborn: Newborn, world: Universe, symbol: str, chance: random.Random) -> None:
    """Leave unread: one exon, one base, a listed place, a share of the gene, or all of it."""
    gene = world.genes[symbol]
    kind = chance.random()
    start, end = chance.choice(gene.exons)
    if kind < 0.15:
        place = chance.randint(start, end - 1)
        start, end = place, place + 1
    elif kind < 0.45:
        _, position, ref, _ = chance.choice(world.alleles[symbol])
        start = position - 1 + chance.choice([0, 0, 0, -1, 1, len(ref)])
        end = start + 1
    elif kind < 0.65:
        # As close to the least share of 95% as whole bases allow, on either side of it.
        bases = sum(last - first for first, last in gene.exons)
        wanted = bases * 5 // 100 + chance.choice([0, 1])
        start, end = max(gene.exons, key=lambda exon: exon[1] - exon[0])
        start = max(start, end - wanted)
    elif kind < 0.75:
        start, end = gene.exons[0][0] - 20, gene.exons[-1][1] + 20
    if end > start:
        newborn.uncallable.append({"contig": gene.contig, "start": start, "end": end, "reason": "not_in_bed"})


def _add_block(newborn: Newborn, world: Universe, symbol: str, chance: random.Random) -> None:
    """Lay a block of unequal length over an allele, where nothing else is said of its place."""
    contig, position, ref, _ = chance.choice(world.alleles[symbol])
    start, end = position - 1, position - 1 + len(ref)
    gaps = [(gap["start"], gap["end"]) for gap in newborn.uncallable if gap["contig"] == contig]
    if not any(low < end and start < high for low, high in gaps):
        block = {"contig": contig, "start": start, "end": end, "reason": "unequal_block"}
        newborn.uncallable.append({"newborn": newborn.name, **block})


def _merged(name: str, gaps: list[Row]) -> list[Row]:
    """Stretches in order, each base once, as a store holds them."""
    merged: list[Row] = []
    for gap in sorted(gaps, key=lambda gap: (gap["contig"], gap["start"], gap["end"])):
        if merged and merged[-1]["contig"] == gap["contig"] and gap["start"] <= merged[-1]["end"]:
            merged[-1]["end"] = max(merged[-1]["end"], gap["end"])
        else:
            merged.append({"newborn": name, **gap})
    return merged
