"""What the judge makes of the parents: who gave an allele, and whether they can be the parents at all."""

from __future__ import annotations

from known import Name, Newborn, Row, name_of

from evaluator.panel.criteria import Criteria, Sample
from evaluator.panel.genome import PSEUDO_AUTOSOMAL

PARENTS = ("mother", "father")
OTHER = {"mother": "father", "father": "mother"}
OF = {"maternal": "mother", "paternal": "father"}


class Family:
    """The parents of one newborn, as far as their files say anything of its alleles."""

    def __init__(
        self, newborn: Newborn, believed: list[Row], criteria: Criteria, build: str, *, single_x: bool
    ) -> None:
        self.copies: dict[Name, Row] = {name_of(entry): entry for entry in newborn.parents}
        self.build = build
        whole = [call for call in believed if call["part_of"] is None and name_of(call) in self.copies]
        self.fit = self._fit(whole, criteria.sample, single_x=single_x)
        self.doubted = self.fit is False and criteria.sample.parent_mismatch != "off"
        if self.doubted and criteria.sample.parent_mismatch == "stop":
            self.copies = {}
        self.sides: dict[tuple[str, str], set[int]] = {}  # where the mother's allele stands, by phase set
        for call in whole if self.copies else ():
            giver = self.giver(call)
            if giver and call["haplotype"] is not None and call["phase_set"] is not None:
                side = call["haplotype"] if giver == "mother" else 1 - call["haplotype"]
                self.sides.setdefault((call["contig"], call["phase_set"]), set()).add(side)

    def _seen(self, call: Row, parent: str) -> tuple[int, int] | None:
        entry = self.copies.get(name_of(call))
        if entry is None or entry[f"{parent}_copies"] is None:
            return None
        return entry[f"{parent}_copies"], entry[f"{parent}_ploidy"]

    def giver(self, call: Row) -> str | None:
        """The one parent that can have given the allele while the other gave what stands opposite."""
        if not _plain(call):
            return None
        able = [
            parent
            for parent in PARENTS
            if _can_give(self._seen(call, parent)) and _can_withhold(self._seen(call, OTHER[parent]))
        ]
        if len(able) != 1:
            return None
        known = self._seen(call, able[0])
        return able[0] if known is not None and known[0] > 0 else None

    def giver_by_set(self, call: Row) -> str | None:
        """The same, also where only another allele of the phase set tells."""
        told = self.giver(call)
        sides = self.sides.get((call["contig"], call["phase_set"]), set())
        if told or not _plain(call) or call["haplotype"] is None or len(sides) != 1:
            return told
        return "mother" if call["haplotype"] in sides else "father"

    def relation(self, one: Row, other: Row) -> str | None:
        """Cis or trans by the parents."""
        givers = self.giver_by_set(one), self.giver_by_set(other)
        if None not in givers:
            return "cis" if givers[0] == givers[1] else "trans"
        if not (_plain(one) and _plain(other)):
            return None
        for first, second in (("mother", "father"), ("father", "mother")):
            has = [self._carries(one, first), self._carries(other, second)]
            has_not = [self._may_carry(one, second), self._may_carry(other, first)]
            if all(has) and not any(has_not):
                return "trans"
        return None

    def contradicts(self, one: Row, other: Row) -> bool:
        """The two givers are known and say other than the haplotypes of one phase set."""
        givers = self.giver(one), self.giver(other)
        if None in givers:
            return False
        return (givers[0] == givers[1]) != (one["haplotype"] == other["haplotype"])

    def _carries(self, call: Row, parent: str) -> bool:
        seen = self._seen(call, parent)
        return seen is not None and seen[0] > 0

    def _may_carry(self, call: Row, parent: str) -> bool:
        """It carries it, or a record speaks of it that nobody can believe (no copies, but a genotype)."""
        entry = self.copies.get(name_of(call))
        unclear = entry is not None and entry[f"{parent}_copies"] is None
        return self._carries(call, parent) or bool(unclear and entry and entry[f"{parent}_ploidy"])

    def _fit(self, whole: list[Row], rule: Sample, *, single_x: bool) -> bool | None:
        """Do the parents fit; None where too few places tell."""
        told = [place for call in whole for place in self._places(call, single_x=single_x)]
        answers = []
        for kind in ("mother", "father", "both", "mother x", "father x"):
            wrong = [error for about, error in told if about == kind]
            least = rule.min_parent_x_places if kind.endswith(" x") else rule.min_parent_places
            most = 0.5 if kind.endswith(" x") else rule.max_parent_errors
            if len(wrong) >= least:
                answers.append(sum(wrong) <= most * len(wrong))
        return all(answers) if answers else None

    def _places(self, call: Row, *, single_x: bool) -> list[tuple[str, bool]]:
        """What one call can show of the parents: of whom, and whether it is an error."""
        x = call["contig"] == "chrX" and not self._shared(call)
        if call["contig"] in ("chrX", "chrY", "chrM") and not x:
            return []
        seen = {parent: self._seen(call, parent) for parent in PARENTS}
        told = []
        if call["copies"] == call["ploidy"] and not call["missing"]:
            only_mother, two = x and single_x, call["ploidy"] > 1
            givers = ("mother",) if only_mother else PARENTS if two else ()
            told += [(parent, known[0] == 0) for parent in givers if (known := seen[parent])]
        if x:
            told += [("mother x", known[1] == 1) for known in [seen["mother"]] if known and known[0] > 0]
            told += [
                ("father x", known[0] < known[1]) for known in [seen["father"]] if known and known[0] > 0
            ]
        both = [known for known in seen.values() if known]
        if not x and _plain(call) and len(both) == len(PARENTS):
            absent, no_other = (
                all(known[0] == 0 for known in both),
                all(known[0] == known[1] for known in both),
            )
            told.append(("both", absent or no_other))
        return told

    def _shared(self, call: Row) -> bool:
        start = call["position"] - 1
        return any(
            call["contig"] == contig and low <= start < high
            for contig, low, high in PSEUDO_AUTOSOMAL[self.build]
        )


def _plain(call: Row) -> bool:
    return bool(call["copies"] == 1 and call["ploidy"] == 2 and not call["missing"])


def _can_give(seen: tuple[int, int] | None) -> bool:
    return seen is None or seen[0] > 0


def _can_withhold(seen: tuple[int, int] | None) -> bool:
    return seen is None or seen[0] < seen[1]
