"""The rules read once more: one newborn at a time, plain loops, nothing shared with the engine.

Written from the text of the reporting rules before the engine was looked at, so that a misreading in one
of the two shows up as a difference. Where the text is silent the engine's answer was taken over later;
README.md lists those questions. Single alleles are read in allele_rules.py, their records in records.py,
deletions in deletions.py, special-locus callers in callers.py. Phase is handled in its own way, in
pair_rules.py: every arrangement of the alleles on the two copies that the phase information allows is tried,
and a pair is pending where the arrangements disagree.
"""

from __future__ import annotations

from itertools import product

from callers import CARRIER, INVERSIONS, NEGATIVE, PENDING, POSITIVE, UNSEEN, amounts_to, said_of
from deletions import beside_deletions, structural_calls
from family import OF, Family
from known import (
    Name,
    Newborn,
    Row,
    by_gene,
    in_scope,
    name_of,
    shared,
)
from pair_rules import PairRules, everywhere
from records import by_allele, contradict, fails_quality
from samples import X_CHROMOSOMES, is_stopped

from evaluator.panel.genome import PSEUDO_AUTOSOMAL
from evaluator.panel.model import Panel

STRENGTH = (POSITIVE, PENDING, UNSEEN, NEGATIVE)


class Judge(PairRules):
    """Decides newborns by one panel and one annotation (None: never annotated)."""

    def __init__(
        self, panel: Panel, annotation: dict[tuple[Name, str], Row] | None, people: list[Newborn]
    ) -> None:
        super().__init__(panel, annotation)
        self.people = people  # among whom one genome may stand twice
        self.stopped = False
        self.lone = False  # does a qualifying allele stand on one of two chromosomes, at least

    def verdicts(self, newborn: Newborn) -> dict[tuple[str, str, str], str]:
        """The verdict of every gene row; none for a newborn without a sample."""
        self.silent = {}
        if newborn.status not in ("sequenced", "failed", "quarantined"):
            return {}
        number = X_CHROMOSOMES.get(newborn.sex_chromosomes or newborn.sex)
        believed = [
            call
            for call in newborn.calls
            if not fails_quality(call, self.criteria, self._copies_of(call, number))
        ]
        self.family = Family(newborn, believed, self.criteria, self.build, single_x=number == 1)
        self.stopped = is_stopped(newborn, self.people, self.criteria, self.build)
        here = by_gene(newborn, self.genes, {row["gene"] for row in self.rows})
        three = number is not None and number > len("XX")  # the rules speak of one X and of two
        counted_on_x = any(call["contig"] == "chrX" for call in newborn.structural)
        found = {}
        for row in self.rows:
            key = row["condition"], row["gene"], row["inheritance"]
            found[key] = self._verdict(newborn, row, here)
            if three and counted_on_x and self.genes[row["gene"]].on_single_x:
                self.silent[key] = "copies lost of three X chromosomes"
        return found

    def _verdict(self, newborn: Newborn, row: Row, here: dict[str, list[Row]]) -> str:
        if newborn.status != "sequenced" or self.stopped:
            return UNSEEN
        if row["special_locus"] and row["special_locus"] not in INVERSIONS:
            said = amounts_to(said_of(newborn, row), row, self.criteria, 2)
            return NEGATIVE if said == CARRIER else said or UNSEEN
        calls = here.get(row["gene"], [])
        number = 2
        if self.genes[row["gene"]].on_single_x:
            number = X_CHROMOSOMES.get(newborn.sex_chromosomes or newborn.sex)
        numbers = [1, 2] if number is None else [number]
        answers = {self._on_chromosomes(newborn, row, calls, chromosomes) for chromosomes in numbers}
        if number is None and len(answers) > 1:
            answers.discard(None)  # an inversion on two X chromosomes: there are two
        answer = answers.pop() if len(answers) == 1 else UNSEEN
        return self._negative_needs_sight(newborn, row, answer or UNSEEN)

    def _on_chromosomes(self, newborn: Newborn, row: Row, calls: list[Row], number: int) -> str | None:
        """The verdict if there are so many chromosomes; None if the inversion caller counted more."""
        self.lone = False
        answer = self._by_genotype(newborn, calls, row, number)
        if not row["special_locus"]:
            return answer
        said = amounts_to(said_of(newborn, row), row, self.criteria, number)
        if POSITIVE in (answer, said):
            return POSITIVE
        if said == CARRIER and self.criteria.x_linked.report_heterozygous_females:
            return POSITIVE
        if answer == PENDING or (said == CARRIER and self.lone):
            return PENDING
        if said is None or UNSEEN in (said, answer):
            return said and UNSEEN
        return NEGATIVE

    # What was seen ---------------------------------------------------------------------------------------

    def _negative_needs_sight(self, newborn: Newborn, row: Row, answer: str) -> str:
        """Incomplete callability blocks a negative, never a positive."""
        if answer != NEGATIVE:
            return answer
        if newborn.evidence == "none" and self.criteria.callability.unknown != "assessed":
            return UNSEEN
        gene = self.genes[row["gene"]]
        gaps, blocks = _gaps_and_blocks(newborn, gene.contig)
        if not gaps and not blocks:
            return NEGATIVE
        bases = sum(end - start for start, end in gene.exons)
        lost = sum(shared(exon, gap) for exon in gene.exons for gap in gaps)
        least = self.criteria.callability.min_fraction
        if least is not None and (bases - lost) / bases < least:
            return UNSEEN
        for entry in self.listed[row["gene"]]:
            if entry["list"] == "allow" and in_scope(entry, row):
                place = (entry["position"] - 1, entry["position"] - 1 + len(entry["ref"]))
                if any(shared(place, gap) for gap in gaps):
                    return UNSEEN
                # Under a block every base was read, but only a call says what became of the allele.
                if any(shared(place, block) for block in blocks) and not _called(newborn, name_of(entry)):
                    return UNSEEN
        return NEGATIVE

    # How many copies -------------------------------------------------------------------------------------

    def _by_genotype(self, newborn: Newborn, calls: list[Row], row: Row, chromosomes: int) -> str:
        """The verdict from the calls alone, as if everything else had been seen."""
        full: list[Row] = []
        alone: list[Row] = []
        doubtful: list[Row] = []
        doubted = False
        for name, told in by_allele(calls).items():
            standings = {self._standing(name, row, part=one["part_of"] is not None) for one in told} - {None}
            if not standings:
                continue
            standing, call = "full" if "full" in standings else "alone", told[0]
            if contradict(told, self.criteria, chromosomes) or fails_quality(
                call, self.criteria, chromosomes
            ):
                doubted = doubted or standing == "full"
                doubtful += [call] if standing == "alone" else []
            else:
                (full if standing == "full" else alone).append(call)
        several = len(self.inheritances[row["gene"]]) > 1
        gene = self.genes[row["gene"]]
        gone, unsure = structural_calls(newborn, gene, row, self.criteria, chromosomes, several=several)
        doubted = doubted or unsure
        if row["inheritance"] in ("AR", "XLR") and chromosomes > 1:
            counted = full
            full, alone, gone, wrong = beside_deletions(full, alone, gone)
            doubted = doubted or bool(wrong)  # the deletion would have counted
            doubtful += [call for call in wrong if call not in counted]
        full += gone
        self.lone = bool(full) and chromosomes > 1
        if row["inheritance"] == "MT":
            answer = self._mitochondrial(full)
        elif chromosomes == 1:
            answer = self._one_chromosome(full)
        elif row["inheritance"] in ("AD", "XLD"):
            answer = self._one_copy_enough(full, row)
        else:
            answer = self._two_copies(full, alone, row)
            if answer == NEGATIVE and self._partner_in_the_dark(newborn, full, alone, doubtful, row):
                return UNSEEN
        return UNSEEN if doubted and answer == NEGATIVE else answer

    def _partner_in_the_dark(
        self, newborn: Newborn, full: list[Row], alone: list[Row], doubtful: list[Row], row: Row
    ) -> bool:
        """Would a pair count if an allele of rules, not read or not read well, were there after all.

        At least one allele of the pair was called: a place that only matters beside an allele which nobody
        saw need not be read.
        """
        seen = full + alone + doubtful
        contig = self.genes[row["gene"]].contig
        gaps = [span for spans in _gaps_and_blocks(newborn, contig) for span in spans]
        hidden = [
            name
            for name in sorted(self.ruled[row["gene"]] - {name_of(call) for call in seen})
            if any(shared((name[1] - 1, name[1] - 1 + len(name[2])), gap) for gap in gaps)
            and self._standing(name, row)
        ]
        if not seen or not (hidden or doubtful):
            return False
        for trust in (False, True) if doubtful else (False,):
            for copies in product((0, 1, 2), repeat=len(hidden)):
                supposed = [
                    _supposed(name, number) for name, number in zip(hidden, copies, strict=True) if number
                ]
                believed = alone + (doubtful if trust else [])
                strong = [call for call in supposed if self._standing(name_of(call), row) == "full"]
                weak = [call for call in supposed if call not in strong]
                pairs = self._pairs(full + strong, believed + weak, row) or []
                unseen = {name_of(call) for call in supposed}
                if any(not pair <= unseen for arrangement in pairs for pair in arrangement):
                    return True
        return False

    def _mitochondrial(self, full: list[Row]) -> str:
        least, answer = self.criteria.mitochondrial.min_heteroplasmy, NEGATIVE
        for call in full:
            fraction = call["allele_fraction"]
            if fraction is None and call["depth"] and call["alt_depth"] is not None:
                fraction = call["alt_depth"] / call["depth"]
            if least is None or (fraction is not None and fraction >= least):
                return POSITIVE
            if fraction is None:
                answer = UNSEEN
        return answer

    def _one_chromosome(self, full: list[Row]) -> str:
        """A male's X: every called allele on it is the only copy; a heterozygote is suspicious."""
        if any(call["copies"] == call["ploidy"] for call in full):
            return POSITIVE
        return UNSEEN if full else NEGATIVE

    def _one_copy_enough(self, full: list[Row], row: Row) -> str:
        """One copy is enough, of the right parent where that matters; unknown origin is pending."""
        wanted = OF.get(row["parent_of_origin"] or "")
        if not full or wanted is None or any(everywhere(call) for call in full):
            return POSITIVE if full else NEGATIVE
        givers = {self.family.giver_by_set(call) for call in full}
        if wanted in givers:
            return POSITIVE
        return PENDING if None in givers else NEGATIVE

    def _copies_of(self, call: Row, number: int | None) -> int:
        """How many copies of its chromosome there are, where that is known to be one."""
        shared_part = any(
            call["contig"] == contig and low <= call["position"] - 1 < high
            for contig, low, high in PSEUDO_AUTOSOMAL[self.build]
        )
        return 1 if call["contig"] == "chrX" and number == 1 and not shared_part else 2

    def _two_copies(self, full: list[Row], alone: list[Row], row: Row) -> str:
        """Try every arrangement on two copies that the phase allows; odd genotypes block a negative."""
        if full and row["inheritance"] == "XLR" and self.criteria.x_linked.report_heterozygous_females:
            return POSITIVE
        arrangements = self._pairs(full, alone, row)
        if arrangements is None:
            self.silent[row["condition"], row["gene"], row["inheritance"]] = "phase that contradicts itself"
            return PENDING
        if self._tied_by_a_third(full + alone):
            key = row["condition"], row["gene"], row["inheritance"]
            self.silent[key] = "phase known only through a third allele"
        if set.intersection(*arrangements):
            return POSITIVE
        if any(arrangements):
            return PENDING
        half = any(call["missing"] or call["ploidy"] == 1 for call in full if not everywhere(call))
        extra = any(1 < call["copies"] < call["ploidy"] for call in full)
        return UNSEEN if half or extra else NEGATIVE


def fold(verdicts: dict[tuple[str, str, str], str]) -> dict[str, str]:
    """The verdict of each condition: the strongest among its gene rows."""
    conditions: dict[str, str] = {}
    for (condition, _, _), verdict in verdicts.items():
        conditions[condition] = min(verdict, conditions.get(condition, NEGATIVE), key=STRENGTH.index)
    return conditions


def _gaps_and_blocks(newborn: Newborn, contig: str) -> tuple[list[tuple[int, int]], list[tuple[int, int]]]:
    """Stretches that were not read, and blocks of unequal length, of one contig."""
    here = [gap for gap in newborn.uncallable if gap["contig"] == contig]
    gaps = [(gap["start"], gap["end"]) for gap in here if gap["reason"] != "unequal_block"]
    return gaps, [(gap["start"], gap["end"]) for gap in here if gap["reason"] == "unequal_block"]


def _called(newborn: Newborn, name: Name) -> bool:
    """The allele itself was called."""
    return any(name_of(call) == name and call["copies"] > 0 for call in newborn.calls)


def _supposed(name: Name, copies: int) -> Row:
    """A call that nobody made: on one copy, it is not known which, or on both."""
    parts = dict(zip(("contig", "position", "ref", "alt"), name, strict=True))
    unknown = dict.fromkeys(("haplotype", "phase_set", "source_position", "source_ref", "source_alts"))
    return {**parts, **unknown, "copies": copies, "ploidy": 2, "missing": 0}
