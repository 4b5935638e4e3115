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
    shared,
    spelt_out,
    unversioned,
)

from evaluator.panel.model import Panel

POSITIVE, PENDING, UNSEEN, NEGATIVE = "reportable", "pending phase", "not assessed", "not reportable"
STRENGTH = (POSITIVE, PENDING, UNSEEN, NEGATIVE)
DIPLOID = 2
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
            self.rules[rule["gene"]] += spelt_out(rule, panel.named_alleles.to_dicts())
        for rules in self.rules.values():  # the rule that names more alleles goes first
            rules.sort(key=lambda rule: -len(rule["sides"][0]) - len(rule["sides"][1]))
        self.inheritances: dict[str, set[str]] = defaultdict(set)
        for row in panel.genes.to_dicts():  # a disabled row still says how the gene works
            self.inheritances[row["gene"]].add(row["inheritance"])
        self.ruled: dict[str, set[Name]] = defaultdict(set)
        for gene, rules in self.rules.items():
            self.ruled[gene] = {name for rule in rules for side in rule["sides"] for name in side}
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
            answer = self._by_genotype(newborn, calls, row, 2)
            return self._negative_needs_sight(newborn, row, answer)
        number = X_CHROMOSOMES.get(newborn.sex_chromosomes or newborn.sex)
        numbers = [1, 2] if number is None else [number]
        answers = {self._by_genotype(newborn, calls, row, chromosomes) for chromosomes in numbers}
        decided = answers.pop() if len(answers) == 1 else UNSEEN
        return self._negative_needs_sight(newborn, row, decided)

    # What was seen ---------------------------------------------------------------------------------------

    def _negative_needs_sight(self, newborn: Newborn, row: Row, answer: str) -> str:
        """Incomplete callability blocks a negative, never a positive."""
        if answer != NEGATIVE:
            return answer
        if row["special_locus"]:  # an inversion is looked for by another method, so nobody is cleared
            return UNSEEN
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

    # Which alleles count ---------------------------------------------------------------------------------

    def _standing(self, name: Name, row: Row, *, part: bool = False) -> str | None:
        """`full` for an allele that qualifies, `alone` for one that only a rule about pairs may use.

        A part of a longer substitution qualifies by a list or by ClinVar: its own consequence is not what
        happens.
        """
        on = {
            entry["list"]
            for entry in self.listed[row["gene"]]
            if name_of(entry) == name and in_scope(entry, row)
        }
        if "deny" in on:
            return None
        if "deny_alone" not in on and ("allow" in on or self._evident(name, row, part=part)):
            return "full"
        return "alone" if name in self.ruled[row["gene"]] else None

    def _evident(self, name: Name, row: Row, *, part: bool) -> bool:
        """ClinVar or the consequence makes the allele qualify, and the row accepts this kind of evidence."""
        several = len(self.inheritances[row["gene"]]) > 1
        dominant = row["inheritance"] in ("AD", "XLD")
        if row["evidence"] == "listed" or (dominant and several and row["unset"]):
            return False
        if self.annotation is None or (name, row["gene"]) not in self.annotation:
            return False
        fact = self.annotation[name, row["gene"]]
        known, broken = self._known_pathogenic(fact, row), self._predicted_lof(fact, row, name) and not part
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
        # A panel that asks LOFTEE does not take what LOFTEE trusts less than fully; silence is no judgement.
        if rule.loftee == "high_confidence" and fact["loftee"] not in (None, "HC"):
            return False
        # Only a premature end of translation is a matter of decay; a lost stop lies in the last exon always.
        truncating = terms & {"stop_gained", "frameshift_variant"}
        if terms == truncating and not rule.last_exon and escapes_decay(name, gene):
            return False
        return not self._too_common(fact, row, rule.max_frequency)

    # How many copies -------------------------------------------------------------------------------------

    def _by_genotype(self, newborn: Newborn, calls: list[Row], row: Row, chromosomes: int) -> str:
        """The verdict from the calls alone, as if everything else had been seen."""
        full: list[Row] = []
        alone: list[Row] = []
        doubtful: list[Row] = []
        doubted = False
        for name, told in _by_allele(calls).items():
            standings = {self._standing(name, row, part=one["part_of"] is not None) for one in told} - {None}
            if not standings:
                continue
            standing, call = "full" if "full" in standings else "alone", told[0]
            if self._contradict(told, chromosomes) or self._fails_quality(call, chromosomes):
                doubted = doubted or standing == "full"
                doubtful += [call] if standing == "alone" else []
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
            if answer == NEGATIVE and self._partner_in_the_dark(newborn, full, alone, doubtful, row):
                return UNSEEN
        return UNSEEN if doubted and answer == NEGATIVE else answer

    def _contradict(self, told: list[Row], chromosomes: int) -> bool:
        """Several records of one allele that differ in genotype, phase, belief, or in being a part."""
        said = {
            (
                *(one[key] for key in ("copies", "ploidy", "missing", "haplotype", "part_of")),
                one["phase_set"] if one["haplotype"] is not None else None,
                self._fails_quality(one, chromosomes),
            )
            for one in told
        }
        return len(said) > 1

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

    def _fails_quality(self, call: Row, chromosomes: int) -> bool:
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
        everywhere = call["copies"] == call["ploidy"] and (call["ploidy"] > 1 or chromosomes == 1)
        if everywhere and rule.hom_allele_fraction is not None:
            if not call["depth"] or call["alt_depth"] is None:
                return True
            return bool(call["alt_depth"] / call["depth"] < rule.hom_allele_fraction)
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
        """Try every arrangement on two copies that the phase allows; odd genotypes block a negative."""
        if full and row["inheritance"] == "XLR" and self.criteria.x_linked.report_heterozygous_females:
            return POSITIVE
        arrangements = self._pairs(full, alone, row)
        if arrangements is None:
            self.silent[row["condition"], row["gene"], row["inheritance"]] = "phase that contradicts itself"
            return PENDING
        if set.intersection(*arrangements):
            return POSITIVE
        if any(arrangements):
            return PENDING
        half = any(call["missing"] or call["ploidy"] == 1 for call in full if not _everywhere(call))
        extra = any(1 < call["copies"] < call["ploidy"] for call in full)
        return UNSEEN if half or extra else NEGATIVE

    def _pairs(self, full: list[Row], alone: list[Row], row: Row) -> list[set[frozenset[Name]]] | None:
        """The pairs that count, of every arrangement on two copies; None if the phase allows none."""
        singles = [call for call in full + alone if not _everywhere(call)]
        doubles = [call for call in full + alone if _everywhere(call)]
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
            for left, right in ((0, 1), (1, 0)):
                first, second = rule["sides"][left], rule["sides"][right]
                if _fits(first, one, sides[0]) and _fits(second, other, sides[1]):
                    return rule["verdict"] in ("reportable", f"reportable as {row['condition']}")
        return sides[0][one] and sides[1][other]


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


def _by_allele(calls: list[Row]) -> dict[Name, list[Row]]:
    """The rows of each allele; what several alleles of one genotype have in common is one row."""
    rows: dict[Name, list[Row]] = defaultdict(list)
    for call in calls:
        rows[name_of(call)].append(call)
    record = ("source_position", "source_ref", "source_alts")
    for name, told in rows.items():
        one_genotype = len({tuple(one[key] for key in record) for one in told}) == 1
        if len(told) > 1 and one_genotype and len({one["part_of"] for one in told}) == len(told):
            copies = sum(one["copies"] for one in told)
            rows[name] = [{**told[0], "copies": copies, "haplotype": None, "part_of": None}]
    return rows


def _one_copy_enough(full: list[Row], row: Row) -> str:
    if not full:
        return NEGATIVE
    if row["parent_of_origin"] and all(call["copies"] == 1 for call in full):
        return PENDING
    return POSITIVE


def _fits(side: frozenset[Name], allele: Name, haplotype: dict[Name, bool]) -> bool:
    """Does an allele, with what lies on its copy, fit one side of a rule; an empty side takes any."""
    if not side:
        return haplotype[allele]
    return allele in side and side <= set(haplotype)


def _everywhere(call: Row) -> bool:
    return bool(call["copies"] == call["ploidy"] and call["ploidy"] > 1)


def _supposed(name: Name, copies: int) -> Row:
    """A call that nobody made: on one copy, it is not known which, or on both."""
    parts = dict(zip(("contig", "position", "ref", "alt"), name, strict=True))
    unknown = dict.fromkeys(("haplotype", "phase_set", "source_position", "source_ref", "source_alts"))
    return {**parts, **unknown, "copies": copies, "ploidy": 2, "missing": 0}
