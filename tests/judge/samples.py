"""Sample quality once more, in plain loops: what stops a newborn before any gene is looked at.

The thresholds on X and on distinctive genotypes are the engine's own numbers, which nobody published.
"""

from __future__ import annotations

from typing import Any

from known import Newborn, Row

from evaluator.panel.genome import PSEUDO_AUTOSOMAL

X_CHROMOSOMES = {"XX": 2, "XY": 1, "X": 1, "XXY": 2, "XYY": 1, "XXX": 3, "male": 1, "female": 2}


def is_stopped(person: Newborn, people: list[Newborn], criteria: Any, build: str) -> bool:  # noqa: ANN401
    """Does the panel stop this newborn for the sake of its sample."""
    rule = criteria.sample
    most = rule.max_contamination
    if rule.contaminated == "stop" and most is not None and (person.contamination or 0) > most:
        return True
    if rule.transfused == "stop" and person.transfused == "yes":
        return True
    if rule.sex_mismatch == "stop" and _another_sex(person, build):
        return True
    return rule.duplicates == "stop" and any(_duplicate(person, other) for other in people)


def _another_sex(person: Newborn, build: str) -> bool:
    """Twenty alleles on X tell: up to one in twenty heterozygous is one X, from a quarter on it is two."""
    chromosomes = X_CHROMOSOMES.get(person.sex_chromosomes or person.sex)
    if chromosomes is None:
        return False
    on_x = [call for call in _called(person) if _on_single_x(call, build) and not call["missing"]]
    if len(on_x) < 20:
        return False
    heterozygous = sum(call["copies"] < call["ploidy"] for call in on_x)
    if chromosomes == 1:
        return heterozygous >= len(on_x) * 0.25
    return heterozygous <= len(on_x) * 0.05


def _on_single_x(call: Row, build: str) -> bool:
    if call["contig"] != "chrX":
        return False
    place = call["position"] - 1
    return not any(
        contig == "chrX" and start <= place < end for contig, start, end in PSEUDO_AUTOSOMAL[build]
    )


def _duplicate(person: Newborn, other: Newborn) -> bool:
    """Two sequenced newborns with one genome, who are no declared twins."""
    if other.name == person.name or {person.status, other.status} != {"sequenced"}:
        return False
    twins = person.family is not None and person.family == other.family
    if twins and person.multiple_birth == other.multiple_birth == "yes":
        return False
    return _distinctive(person) >= 20 and _genome(person) == _genome(other)


def _distinctive(person: Newborn) -> int:
    autosomal = [call for call in _called(person) if call["contig"] not in ("chrX", "chrY", "chrM")]
    return sum(
        call["copies"] < call["ploidy"] and not call["missing"] and call["ploidy"] > 1 for call in autosomal
    )


def _genome(person: Newborn) -> list[tuple[Any, ...]]:
    key = ("contig", "position", "ref", "alt", "copies", "ploidy")
    return sorted(tuple(call[name] for name in key) for call in _called(person))


def _called(person: Newborn) -> list[Row]:
    """The alleles as the file calls them: no places that were undecided, no parts of longer changes."""
    return [call for call in person.calls if call["copies"] > 0 and call["part_of"] is None]
