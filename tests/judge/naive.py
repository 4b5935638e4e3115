"""The rules read once more: one newborn at a time, plain loops, nothing shared with the engine.

Written from the text of the reporting rules before the engine was looked at, so that a misreading in one
of the two shows up as a difference. Where the text is silent the engine's answer was taken over later;
README.md lists those questions. It covers small variants; special-locus callers, structural variants and
parents are not read here. Phase is handled in its own way: every arrangement of the alleles on the two
copies that the phase information allows is tried, and a pair is pending where the arrangements disagree.
"""

from __future__ import annotations

from collections import defaultdict
from itertools import product
from typing import Any

from known import (
    Name,
    Newborn,
    Row,
    by_gene,
    escapes_decay,
    gene_table,
    in_scope,
    name_of,
    parsed,
    shared,
    unversioned,
)

from evaluator.panel.model import Panel

POSITIVE, PENDING, UNSEEN, NEGATIVE = "reportable", "pending phase", "not assessed", "not reportable"
STRENGTH = (POSITIVE, PENDING, UNSEEN, NEGATIVE)
INVERSIONS = ("F8_inversion", "IDS_inversion")  # sequence calls count, but a negative needs the caller
X_CHROMOSOMES = {"XX": 2, "XY": 1, "X": 1, "XXY": 2, "XYY": 1, "XXX": 3, "male": 1, "female": 2}


class Judge:
    """Decides newborns by one panel and one annotation (None: never annotated)."""

    def __init__(self, panel: Panel, annotation: dict[tuple[Name, str], Row] | None) -> None:
        unset = {
            (row["condition"], row["gene"], row["inheritance"])
            for row in panel.genes.to_dicts()
            if row["evidence"] is None
        }
        self.rows = [
            {**row, "unset": (row["condition"], row["gene"], row["inheritance"]) in unset}
            for row in panel.gene_rows.to_dicts()
        ]
        self.criteria = panel.criteria
        self.annotation = annotation
        self.listed: dict[str, list[Row]] = defaultdict(list)
        for entry in panel.alleles.to_dicts():
            self.listed[entry["gene"]].append(entry)
        self.rules: dict[str, list[Row]] = defaultdict(list)
        for rule in panel.diplotypes.to_dicts():
            self.rules[rule["gene"]].append(rule)
        self.inheritances: dict[str, set[str]] = defaultdict(set)
        for row in panel.genes.to_dicts():  # a disabled row still says how the gene works
            self.inheritances[row["gene"]].add(row["inheritance"])
        self.ruled: dict[str, set[Name]] = defaultdict(set)
        for gene, rules in self.rules.items():
            sides = [rule[side] for rule in rules for side in ("allele_1", "allele_2")]
            self.ruled[gene] = {parsed(word) for side in sides for word in side.split("+") if word != "any"}
        self.genes = gene_table(panel.genome_build)
        # Rows of the last newborn that no rule settles, and why.
        self.silent: dict[tuple[str, str, str], str] = {}

    def verdicts(self, newborn: Newborn) -> dict[tuple[str, str, str], str]:
        """The verdict of every gene row; none for a newborn without a sample."""
        self.silent = {}
        if newborn.status not in ("sequenced", "failed", "quarantined"):
            return {}
        here = by_gene(newborn, self.genes, {row["gene"] for row in self.rows})
        return {
            (row["condition"], row["gene"], row["inheritance"]): self._verdict(newborn, row, here)
            for row in self.rows
        }

    def _verdict(self, newborn: Newborn, row: Row, here: dict[str, list[Row]]) -> str:
        if newborn.status != "sequenced":
            return UNSEEN
        if row["special_locus"] and row["special_locus"] not in INVERSIONS:
            return UNSEEN
        calls = here.get(row["gene"], [])
        if not self.genes[row["gene"]].on_single_x:
            answer = self._by_genotype(calls, row, 2)
            return self._negative_needs_sight(newborn, row, answer)
        number = X_CHROMOSOMES.get(newborn.sex_chromosomes or newborn.sex)
        numbers = [1, 2] if number is None else [number]
        answers = {self._by_genotype(calls, row, chromosomes) for chromosomes in numbers}
        decided = answers.pop() if len(answers) == 1 else UNSEEN
        return self._negative_needs_sight(newborn, row, decided)

    # What was seen ---------------------------------------------------------------------------------------

    def _negative_needs_sight(self, newborn: Newborn, row: Row, answer: str) -> str:
        """Incomplete callability blocks a negative, never a positive."""
        if answer != NEGATIVE:
            return answer
        if row["special_locus"]:  # an inversion is looked for by another method, so nobody is cleared
            return UNSEEN
        if newborn.evidence == "none":
            return NEGATIVE if self.criteria.callability.unknown == "assessed" else UNSEEN
        gene = self.genes[row["gene"]]
        gaps = [(gap["start"], gap["end"]) for gap in newborn.uncallable if gap["contig"] == gene.contig]
        if not gaps:
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
        return NEGATIVE

    # Which alleles count ---------------------------------------------------------------------------------

    def _standing(self, name: Name, row: Row) -> str | None:
        """`full` for an allele that qualifies, `alone` for one that only a rule about pairs may use."""
        on = {
            entry["list"]
            for entry in self.listed[row["gene"]]
            if name_of(entry) == name and in_scope(entry, row)
        }
        if "deny" in on:
            return None
        if "deny_alone" not in on and ("allow" in on or self._evident(name, row)):
            return "full"
        return "alone" if name in self.ruled[row["gene"]] else None

    def _evident(self, name: Name, row: Row) -> bool:
        """ClinVar or the consequence makes the allele qualify, and the row accepts this kind of evidence."""
        several = len(self.inheritances[row["gene"]]) > 1
        dominant = row["inheritance"] in ("AD", "XLD")
        if row["evidence"] == "listed" or (dominant and several and row["unset"]):
            return False
        if self.annotation is None or (name, row["gene"]) not in self.annotation:
            return False
        fact = self.annotation[name, row["gene"]]
        known, broken = self._known_pathogenic(fact, row), self._predicted_lof(fact, row, name)
        terms = set((fact["consequence"] or "").split("&"))
        if row["evidence"] == "lof":
            return broken or bool(known and terms & self._lof_terms())
        if row["evidence"] == "missense":
            return known and "missense_variant" in terms
        return known or broken

    def _too_common(self, fact: Row, row: Row, ceilings: Any) -> bool:  # noqa: ANN401 - the criteria's own class
        kind = {"AD": "monoallelic", "AR": "biallelic", "MT": "monoallelic"}.get(
            row["inheritance"], "x_linked"
        )
        ceiling = getattr(ceilings, kind) if row["max_frequency"] is None else row["max_frequency"]
        frequency = fact["population_frequency"]
        if frequency is None:
            frequency = self.criteria.frequency.missing
        return ceiling is not None and frequency >= ceiling

    def _known_pathogenic(self, fact: Row, row: Row) -> bool:
        rule = self.criteria.known_pathogenic
        if not rule.enabled or fact["clinvar_pathogenic"] is None:
            return False
        least = rule.min_stars if row["min_stars"] is None else row["min_stars"]
        return (
            fact["clinvar_pathogenic"] >= rule.min_pathogenic
            and (rule.max_benign is None or (fact["clinvar_benign"] or 0) <= rule.max_benign)
            and (least is None or (fact["clinvar_stars"] is not None and fact["clinvar_stars"] >= least))
            and not self._too_common(fact, row, rule.max_frequency)
        )

    def _lof_terms(self) -> set[str]:
        rule = self.criteria.predicted_lof
        return set(rule.consequences) | ({"start_lost"} if rule.start_lost else set())

    def _predicted_lof(self, fact: Row, row: Row, name: Name) -> bool:
        rule = self.criteria.predicted_lof
        gene = self.genes[row["gene"]]
        terms = set((fact["consequence"] or "").split("&")) & self._lof_terms()
        if not rule.enabled or not terms or row["mechanism"] != "lof":
            return False
        accepted = {unversioned(each) for each in (*gene.transcripts, row["transcript"]) if each}
        if accepted and unversioned(fact["transcript"]) not in accepted:
            return False
        # Only a premature end of translation is a matter of decay; a lost stop lies in the last exon always.
        truncating = terms & {"stop_gained", "frameshift_variant"}
        if terms == truncating and not rule.last_exon and escapes_decay(name, gene):
            return False
        return not self._too_common(fact, row, rule.max_frequency)

    # How many copies -------------------------------------------------------------------------------------

    def _by_genotype(self, calls: list[Row], row: Row, chromosomes: int) -> str:
        """The verdict from the calls alone, as if everything else had been seen."""
        full, alone, doubted = [], [], set()
        for call in calls:
            standing = self._standing(name_of(call), row)
            if standing is None:
                continue
            unsettled = self._unsettled(call, row, chromosomes)
            if unsettled:
                self.silent[row["condition"], row["gene"], row["inheritance"]] = unsettled
            if self._fails_quality(call):
                doubted.add(standing)
            else:
                (full if standing == "full" else alone).append(call)
        if row["inheritance"] == "MT":
            answer = self._mitochondrial(full)
        elif chromosomes == 1:
            answer = self._one_chromosome(full)
        elif row["inheritance"] in ("AD", "XLD"):
            answer = _one_copy_enough(full, row)
        else:
            answer = self._two_copies(full, alone, row)
        # An allele of rules that fails matters only where another allele is there to be paired with.
        repeat = "full" in doubted or ("alone" in doubted and full)
        return UNSEEN if repeat and answer == NEGATIVE else answer

    def _unsettled(self, call: Row, row: Row, chromosomes: int) -> str | None:
        """Name a genotype of which the rules' text says nothing; either answer is accepted, and counted."""
        if 1 < call["copies"] < call["ploidy"] or call["haplotype"] not in (None, 0, 1):
            return "two copies beside a third"
        if chromosomes == 1:
            return "half call on a single X" if call["missing"] else None
        carriers = row["inheritance"] == "XLR" and self.criteria.x_linked.report_heterozygous_females
        half = call["missing"] > 0 or call["ploidy"] == 1
        return "half call where carriers are reported" if carriers and half else None

    def _fails_quality(self, call: Row) -> bool:
        rule = self.criteria.quality
        if rule.filters is not None and not set(call["filters"].split(";")) <= set(rule.filters):
            return True
        if rule.min_depth is not None and (call["depth"] is None or call["depth"] < rule.min_depth):
            return True
        if call["contig"] == "chrM":  # never diploid logic: neither genotype quality nor allele balance
            return False
        quality = call["genotype_quality"]
        if rule.min_genotype_quality is not None and (quality is None or quality < rule.min_genotype_quality):
            return True
        heterozygous = call["copies"] == 1 and call["ploidy"] > 1 and not call["missing"]
        if rule.het_allele_fraction is None or not heterozygous:
            return False
        if not call["depth"] or call["alt_depth"] is None:
            return True
        low, high = rule.het_allele_fraction
        return not low <= call["alt_depth"] / call["depth"] <= high

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

    def _two_copies(self, full: list[Row], alone: list[Row], row: Row) -> str:
        """Try every arrangement on two copies that the phase allows; half calls block a negative."""
        if full and row["inheritance"] == "XLR" and self.criteria.x_linked.report_heterozygous_females:
            return POSITIVE
        singles = [call for call in full + alone if call["copies"] == 1]
        doubles = [call for call in full + alone if call["copies"] > 1]
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
        if not arrangements:
            self.silent[row["condition"], row["gene"], row["inheritance"]] = "phase that contradicts itself"
            return PENDING
        if set.intersection(*arrangements):
            return POSITIVE
        if any(arrangements):
            return PENDING
        half = any(call["copies"] == 1 and (call["missing"] or call["ploidy"] == 1) for call in full)
        return UNSEEN if half else NEGATIVE

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
        record = ("source_position", "source_ref", "source_alts")
        if all(one[key] == other[key] for key in record):
            return "trans"
        substitutions = all(len(call[key]) == 1 for call in (one, other) for key in ("ref", "alt"))
        if substitutions and one["position"] == other["position"]:
            return "trans"
        if one["haplotype"] is None or other["haplotype"] is None:
            return None
        if one["phase_set"] != other["phase_set"]:
            return None
        if one["phase_set"] is None and self.criteria.phase.pipe_without_phase_set == "unphased":
            return None
        return "cis" if one["haplotype"] == other["haplotype"] else "trans"

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
            for left, right in (("allele_1", "allele_2"), ("allele_2", "allele_1")):
                if _fits(rule[left], one, sides[0]) and _fits(rule[right], other, sides[1]):
                    return rule["verdict"] in ("reportable", f"reportable as {row['condition']}")
        return sides[0][one] and sides[1][other]


def fold(verdicts: dict[tuple[str, str, str], str]) -> dict[str, str]:
    """The verdict of each condition: the strongest among its gene rows."""
    conditions: dict[str, str] = {}
    for (condition, _, _), verdict in verdicts.items():
        conditions[condition] = min(verdict, conditions.get(condition, NEGATIVE), key=STRENGTH.index)
    return conditions


def _one_copy_enough(full: list[Row], row: Row) -> str:
    if not full:
        return NEGATIVE
    if row["parent_of_origin"] and all(call["copies"] == 1 for call in full):
        return PENDING
    return POSITIVE


def _fits(side: str, allele: Name, haplotype: dict[Name, bool]) -> bool:
    """Does an allele, with what lies on its copy, fit one side of a rule; `any` means any that qualifies."""
    if side == "any":
        return haplotype[allele]
    wanted = {parsed(word.strip()) for word in side.split("+")}
    return allele in wanted and wanted <= set(haplotype)
