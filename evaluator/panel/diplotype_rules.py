"""What a panel says of pairs of alleles: rules that can be read, can apply, and do not contradict."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from itertools import combinations
from typing import Any, NamedTuple

from evaluator.errors import Problem
from evaluator.panel.allele_rules import gene_complaints, gene_rows, impossible
from evaluator.panel.allele_sets import AlleleSets, allele_sets, haplotypes, words
from evaluator.panel.alleles import ANY, REPORTABLE_AS, named, parse_allele
from evaluator.panel.draft import Draft
from evaluator.panel.gene_rules import GeneAtlas
from evaluator.panel.reference_rules import known_words, near

DIPLOTYPE_VERDICTS = ("reportable", "not reportable", f"{REPORTABLE_AS}CONDITION")
SIDES = ("allele_1", "allele_2")

Row = dict[str, Any]


class Rule(NamedTuple):
    """One rule with its sets spelt out, and where it stands."""

    line: int
    verdict: str
    first: frozenset[Any]  # alleles on one copy; empty = any that qualifies
    second: frozenset[Any]

    @property
    def rank(self) -> int:
        """Number of alleles that the rule names; the rule that names more goes first."""
        return len(self.first) + len(self.second)


def diplotype_problems(draft: Draft, atlas: GeneAtlas) -> list[Problem]:
    """Find rules whose alleles or verdict cannot be read, that stand twice, or that contradict each other."""
    rows = list(draft.tables["diplotypes"].iter_rows(named=True))
    by_gene = gene_rows(draft)
    conditions = known_words(draft.tables["conditions"], "condition")
    sets = allele_sets(named(draft.tables["alleles"]))
    complaints = [*_repeated_pairs(rows), *_contradictions(rows, sets)]
    for row in rows:
        found = gene_complaints(row["gene"], by_gene)
        found += _verdict_complaints(row, conditions, by_gene)
        for side in SIDES:
            if row[side] is not None and row["gene"] is not None:
                found += _side_complaints(side, row[side], row["gene"], sets, atlas)
        complaints += [(row["line"], complaint) for complaint in found]
    problems = [draft.problem("diplotypes", line, complaint) for line, complaint in complaints]
    return problems + [draft.problem("alleles", *complaint) for complaint in _set_names(draft)]


def _set_names(draft: Draft) -> Iterator[tuple[int, str]]:
    for line, name in draft.tables["alleles"].select("line", "set").drop_nulls().iter_rows():
        if name == ANY:
            yield (
                line,
                f"a set cannot be called {ANY!r}: in a rule that means any allele; choose another name",
            )


def _side_complaints(side: str, text: str, gene: str, sets: AlleleSets, atlas: GeneAtlas) -> list[str]:
    parts = words(text)
    if len(set(parts)) != len(parts):
        return [f"{side} {text!r} names an allele or a set twice; one haplotype holds it once"]
    if ANY in parts and text != ANY:
        return [f"{side} {text!r} joins {ANY} to an allele; {ANY} stands alone"]
    found = []
    for word in parts if text != ANY else []:
        allele = parse_allele(word)
        if allele is not None:
            found += impossible(allele, gene, atlas)
        elif (gene, word) not in sets:
            known = [name for symbol, name in sets if symbol == gene]
            form = (
                f"write chr7-117559590-ATCT-A, alleles in cis joined by '+', a set of alleles.tsv, or {ANY}"
            )
            found.append(f"{side} {word!r} is no allele and no set of {gene}; {form}{near(word, known)}")
    return found


def _repeated_pairs(rows: list[Row]) -> Iterator[tuple[int, str]]:
    """Find rules for one pair of haplotypes in another order; the same order is told by the sheet reader."""
    first: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if None in (row["gene"], row["allele_1"], row["allele_2"]):
            continue
        pair = (row["gene"], *sorted(tuple(sorted(words(row[side]))) for side in SIDES))
        earlier = first.setdefault(pair, row)
        if earlier is not row and [earlier[side] for side in SIDES] != [row[side] for side in SIDES]:
            yield row["line"], f"the same pair of haplotypes stands at line {earlier['line']}; remove one"


def _contradictions(rows: list[Row], sets: AlleleSets) -> list[tuple[int, str]]:
    """Find two rules that name equally many alleles, may meet in one newborn, and say different things.

    A rule that names more and speaks of the pair in which they meet settles it.
    """
    by_gene: defaultdict[str, list[Rule]] = defaultdict(list)
    for row in rows:
        if None not in (row["gene"], row["allele_1"], row["allele_2"], row["verdict"]):
            by_gene[row["gene"]] += _spelt_out(row, sets)
    found = {
        (later.line, earlier.line)
        for rules in by_gene.values()
        for earlier, later in combinations(sorted(rules, key=lambda rule: rule.line), 2)
        if earlier.rank == later.rank and earlier.verdict != later.verdict and _clash(earlier, later, rules)
    }
    advice = "add a rule for that pair that names more, or make the verdicts the same"
    return [
        (line, f"contradicts line {other}: both name equally many alleles and may meet; {advice}")
        for line, other in sorted(found)
    ]


def _spelt_out(row: Row, sets: AlleleSets) -> Iterator[Rule]:
    sides = [haplotypes(row[side], row["gene"], sets) or [] for side in SIDES]
    for first in sides[0]:
        for second in sides[1]:
            yield Rule(row["line"], row["verdict"], frozenset(first), frozenset(second))


def _clash(one: Rule, other: Rule, rules: list[Rule]) -> bool:
    """The rules may meet, in one of the two ways round, where no rule that names more speaks."""
    for first, second in ((other.first, other.second), (other.second, other.first)):
        if not (_may_meet(one.first, first) and _may_meet(one.second, second)):
            continue
        copies = one.first | first, one.second | second
        if not any(rule.rank > one.rank and _speaks_of(rule, copies) for rule in rules):
            return True
    return False


def _may_meet(one: frozenset[Any], other: frozenset[Any]) -> bool:
    """One allele can answer to both sides: one of them takes any, or they share an allele."""
    return not one or not other or bool(one & other)


def _speaks_of(rule: Rule, copies: tuple[frozenset[Any], frozenset[Any]]) -> bool:
    return any(
        rule.first <= first and rule.second <= second for first, second in (copies, (copies[1], copies[0]))
    )


def _verdict_complaints(
    row: Row, conditions: set[str], by_gene: dict[str, list[tuple[str | None, str | None]]]
) -> list[str]:
    verdict = row["verdict"]
    if verdict is None or verdict in DIPLOTYPE_VERDICTS[:2]:
        return []
    if not verdict.startswith(REPORTABLE_AS):
        return [f"verdict {verdict!r} is not one of {', '.join(DIPLOTYPE_VERDICTS)}"]
    slug = verdict.removeprefix(REPORTABLE_AS).strip()
    if conditions and slug not in conditions:
        return [f"verdict names the condition {slug!r}, which is not on the panel{near(slug, conditions)}"]
    same_gene = by_gene.get(row["gene"], [])
    if same_gene and all(condition != slug for condition, _ in same_gene):
        return [f"{slug!r} has no gene row for {row['gene']}, so this verdict would have no place; add one"]
    return []
