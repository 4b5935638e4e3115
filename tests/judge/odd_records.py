"""Records as real files may hold them: genotypes, phase, reads and filters of every kind, drawn at random."""

from __future__ import annotations

import random
from collections import defaultdict
from typing import Any

from known import Gene, Name, Newborn, Row
from universe import BASES

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
FEMALE_SHAPES = ("0/1",) * 7 + ("1/1",) * 3 + ("1", "1/.", "0/1/1")


def add_calls(newborn: Newborn, names: list[Name], gene: Gene, chance: random.Random) -> None:
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
            add_record(newborn, names_of_record, _shape(newborn, gene, chance), phase, chance)


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


def add_record(
    newborn: Newborn,
    names: list[Name],
    shape: str,
    phase: tuple[float, list[str | None]],
    chance: random.Random,
) -> None:
    """Call the alleles of one record, with a genotype of this shape; `phase` as from `_phase_habit`."""
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
