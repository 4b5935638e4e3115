"""Newborns full of oddities, made at random and independently of the simulation that the product ships.

A universe of alleles is laid over every gene of a panel: all listed and ruled alleles, and invented ones in
and beside the coding exons with every kind of annotation. Newborns draw a few genes each and a few alleles
per gene, with genotypes, phase, reads, filters and gaps of every kind that a real file may hold.
"""

from __future__ import annotations

import random
from collections import defaultdict
from dataclasses import dataclass
from typing import Any

from deleted import add_deletions
from known import Gene, Name, Newborn, Row, gene_table, spelt_out

from evaluator.panel.model import Panel

BASES = "ACGT"
LONG_GENE = "ACADVL"  # autosomal
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
GOOD = {"depth": 30, "genotype_quality": 60.0, "filters": "PASS", "fraction": 0.5}
FLAWS: tuple[dict[str, Any], ...] = (
    {"depth": 9},
    {"depth": 10},
    {"depth": None},
    {"depth": 40, "fraction": 0.25},
    {"depth": 40, "fraction": 0.75},
    {"depth": 40, "fraction": 0.775},
    {"depth": 40, "fraction": 0.225},
    {"depth": 40, "fraction": 0.15},
    {"depth": 40, "fraction": 0.05},
    {"fraction": None},
    {"every_fraction": 0.5},
    {"every_fraction": 0.8},
    {"genotype_quality": 19.0},
    {"genotype_quality": 20.0},
    {"genotype_quality": None},
    {"filters": "LowQual"},
    {"filters": "PASS;LowQual"},
    {"filters": "."},
)
AUTOSOMAL_SHAPES = (
    ("0/1",) * 10 + ("1/1",) * 4 + ("1/.", "./1", "1", "0/1/.", "0/0/1", "0/1/1", "1/1/1", "1/1/.")
)
MALE_SHAPES = ("1",) * 6 + ("1/1",) * 4 + ("0/1",) * 3 + ("1/.", "0/1/.", "0/1/1")
MALE_X = ("1", "1/1")
FEMALE_SHAPES = ("0/1",) * 7 + ("1/1",) * 3 + ("1", "1/.", "0/1/1")


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
        _add_record(newborn, [(gene.contig, place, "A", "C")], chance.choice(shapes), (0.0, [None]), chance)


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
        _add_calls(newborn, world.alleles[symbol], world.genes[symbol], chance)
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


def _add_calls(newborn: Newborn, names: list[Name], gene: Gene, chance: random.Random) -> None:
    """Call one to five alleles of a gene; those that share a place stand in one record."""
    number = min(len(names), chance.choices((1, 2, 3, 4, 5), (45, 35, 12, 5, 3))[0])
    drawn = set(chance.sample(names, number))
    if chance.random() < 0.15:
        twins = [one for one in names for other in names if one != other and one[:3] == other[:3]]
        drawn |= {one for one in twins if one[1] == twins[0][1]}
    phase = _phase_habit(chance)
    by_place: dict[int, list[Name]] = defaultdict(list)
    for name in sorted(drawn):
        by_place[name[1]].append(name)
    for together in by_place.values():
        same_ref = [name for name in together if name[2] == together[0][2]][:2]
        # Some files split a place with two alternatives into two records.
        records = [[name] for name in same_ref] if chance.random() < 0.2 else [same_ref]
        for names_of_record in records:
            _add_record(newborn, names_of_record, _shape(newborn, gene, chance), phase, chance)


def _phase_habit(chance: random.Random) -> tuple[float, list[str | None]]:
    """How often a gene's genotypes carry a pipe, and from which phase sets."""
    return chance.choice([0.0, 0.5, 1.0]), chance.choice([[None], ["10"], ["10", "10", "77"], ["10", None]])


def _shape(newborn: Newborn, gene: Gene, chance: random.Random) -> str:
    if not gene.on_single_x:
        return chance.choice(AUTOSOMAL_SHAPES)
    male = (newborn.sex_chromosomes or newborn.sex) in ("male", "XY", "X", "XYY")
    if chance.random() < 0.05:
        male = not male
    return chance.choice(MALE_SHAPES if male else FEMALE_SHAPES)


def _add_record(
    newborn: Newborn,
    names: list[Name],
    shape: str,
    phase: tuple[float, list[str | None]],
    chance: random.Random,
) -> None:
    places = shape.split("/")
    if len(names) > 1:
        places = ["1", "2"]
    piped = chance.random() < phase[0] and len(places) > 1
    if piped:
        chance.shuffle(places)
    reads = {**GOOD, **(chance.choice(FLAWS) if chance.random() < 0.22 else {})}
    phase_set = chance.choice(phase[1]) if chance.random() < 0.9 else None
    for number, name in enumerate(names, start=1):
        word = str(number)
        copies = places.count(word)
        single = copies == 1 and len(places) > 1
        depth, fraction = (
            reads["depth"],
            reads["fraction"] if single else reads.get("every_fraction", copies / len(places)),
        )
        share = None if depth is None or fraction is None else round(depth * fraction)
        newborn.calls.append(
            {
                "newborn": newborn.name,
                **dict(zip(("contig", "position", "ref", "alt"), name, strict=True)),
                "copies": copies,
                "ploidy": len(places),
                "missing": places.count("."),
                "phased": piped,
                "phase_set": phase_set,
                "haplotype": places.index(word) if piped and single else None,
                "depth": depth,
                "alt_depth": share,
                "allele_fraction": chance.choice([None, 0.04, 0.1, 0.4]) if name[0] == "chrM" else None,
                "genotype_quality": reads["genotype_quality"],
                "filters": reads["filters"],
                "source_position": name[1],
                "source_ref": name[2],
                "source_alts": ",".join(each[3] for each in names),
                "part_of": None,
                "genotype": ("|" if piped else "/").join(places),
            }
        )
    if len(names) == 1:
        _lengthen_or_repeat(newborn.calls, chance)


def _lengthen_or_repeat(calls: list[Row], chance: random.Random) -> None:
    """Now and then write the last call as part of a longer substitution, or once more and differently."""
    call, kind = calls[-1], chance.random()
    if kind < 0.05 and len(call["ref"]) == len(call["alt"]) == 1:
        ref, alt = chance.sample(BASES, 2)
        whole = {"ref": call["ref"] + ref, "alt": call["alt"] + alt}
        source = {"source_ref": whole["ref"], "source_alts": whole["alt"]}
        name = f"{call['contig']}-{call['position']}-{whole['ref']}-{whole['alt']}"
        second = {"position": call["position"] + 1, "ref": ref, "alt": alt}
        calls[-1:] = [
            {**call, **source, **whole},
            {**call, **source, "part_of": name},
            {**call, **source, **second, "part_of": name},
        ]
    elif kind < 0.08:
        other = chance.choice(
            [
                {"copies": call["copies"] % call["ploidy"] + 1},
                {"copies": 0, "alt_depth": None},
                {"depth": 31},
                {"genotype_quality": 3.0},
                {"haplotype": None},
            ]
        )
        calls.append({**call, **other, "repeated": True})


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
