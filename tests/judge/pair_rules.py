"""Which pairs of alleles count: every arrangement on the two copies that the phase allows is tried."""

from __future__ import annotations

from itertools import product

from allele_rules import AlleleRules
from deletions import OWN_FILE, file_of, inside
from family import Family
from known import Name, Row, name_of

DIPLOID = 2


class PairRules(AlleleRules):
    """The rules of one panel for two alleles of one newborn; `family` says what the parents' files say."""

    family: Family

    def _pairs(self, full: list[Row], alone: list[Row], row: Row) -> list[set[frozenset[Name]]] | None:
        """The pairs that count, of every arrangement on two copies; None if the phase allows none."""
        singles = [call for call in full + alone if not everywhere(call)]
        doubles = [call for call in full + alone if everywhere(call)]
        arrangements: list[set[frozenset[Name]]] = []
        for places in product((0, 1), repeat=len(singles)):
            if self._contradicted(singles, places):
                continue
            sides: tuple[dict[Name, bool], dict[Name, bool]] = ({}, {})
            for call, place in zip(singles, places, strict=True):
                sides[place][name_of(call)] = call in full
            for call in doubles:
                for side in sides:
                    side[name_of(call)] = call in full
            arrangements.append(self._counted_pairs(sides, row))
        return arrangements or None

    def _tied_by_a_third(self, calls: list[Row]) -> bool:
        """Nothing says how two alleles lie to each other, but what is said of a third leaves one way."""
        singles = [call for call in calls if not everywhere(call)]
        ways = [
            places
            for places in product((0, 1), repeat=len(singles))
            if not self._contradicted(singles, places)
        ]
        return any(
            self._relation(one, singles[second]) is None
            and len({places[first] == places[second] for places in ways}) == 1
            for first, one in enumerate(singles)
            for second in range(first)
        )

    def _contradicted(self, calls: list[Row], places: tuple[int, ...]) -> bool:
        for first, one in enumerate(calls):
            for second in range(first):
                relation = self._relation(one, calls[second])
                together = places[first] == places[second]
                if (relation == "cis" and not together) or (relation == "trans" and together):
                    return True
        return False

    def _relation(self, one: Row, other: Row) -> str | None:
        """Cis, trans or unknown; two alternatives of one genotype always lie on different copies."""
        if one["ploidy"] > DIPLOID or other["ploidy"] > DIPLOID:  # nobody knows which copies these are
            return None
        record = ("source_position", "source_ref", "source_alts")
        if all(one[key] is not None and one[key] == other[key] for key in record):
            whole = [call["part_of"] or "-".join(map(str, name_of(call))) for call in (one, other)]
            return "cis" if whole[0] == whole[1] else "trans"
        if inside(one, other) or inside(other, one):
            return "trans"
        if file_of(one) != file_of(other):  # phase sets of two files have nothing in common
            return None
        substitutions = all(len(call[key]) == 1 for call in (one, other) for key in ("ref", "alt"))
        if substitutions and one["position"] == other["position"]:
            return "trans"
        placed = one["haplotype"] is not None and other["haplotype"] is not None
        by_place = "cis" if one["haplotype"] == other["haplotype"] else "trans"
        if placed and one["phase_set"] is not None and one["phase_set"] == other["phase_set"]:
            return None if self.family.contradicts(one, other) else by_place
        by_parents = self.family.relation(one, other)
        bare = placed and file_of(one) == OWN_FILE and one["phase_set"] is None and other["phase_set"] is None
        if by_parents or not bare or self.criteria.phase.pipe_without_phase_set == "unphased":
            return by_parents
        return by_place

    def _counted_pairs(
        self, sides: tuple[dict[Name, bool], dict[Name, bool]], row: Row
    ) -> set[frozenset[Name]]:
        """The pairs, one allele of each copy, that count in one arrangement."""
        return {
            frozenset((one, other))
            for one in sides[0]
            for other in sides[1]
            if self._pair_counts(one, other, sides, row)
        }

    def _pair_counts(self, one: Name, other: Name, sides: tuple[dict[Name, bool], ...], row: Row) -> bool:
        for rule in self.rules[row["gene"]]:
            for left, right in ((0, 1), (1, 0)):
                first, second = rule["sides"][left], rule["sides"][right]
                if _fits(first, one, sides[0]) and _fits(second, other, sides[1]):
                    return rule["verdict"] in ("reportable", f"reportable as {row['condition']}")
        return sides[0][one] and sides[1][other]


def everywhere(call: Row) -> bool:
    """Every copy carries the allele."""
    return bool(call["copies"] == call["ploidy"] and call["ploidy"] > 1)


def _fits(side: frozenset[Name], allele: Name, haplotype: dict[Name, bool]) -> bool:
    """Does an allele, with what lies on its copy, fit one side of a rule; an empty side takes any."""
    if not side:
        return haplotype[allele]
    return allele in side and side <= set(haplotype)
