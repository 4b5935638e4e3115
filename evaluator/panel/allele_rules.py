"""What a panel says of alleles: that they can exist, lie in their gene, and stand on one list only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from evaluator.errors import Problem
from evaluator.panel.alleles import STRUCTURAL, Allele, minimal_form
from evaluator.panel.draft import Draft
from evaluator.panel.gene_rules import GeneAtlas
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.reference_rules import known_words, near

# Ours: pathogenic alleles farther from the coding bases exist, but a wrong gene or a wrong build is likelier.
FARTHEST_FROM_GENE = 5_000

Row = dict[str, Any]
GeneRows = defaultdict[str, list[tuple[str | None, str | None]]]  # gene -> (condition, inheritance)


def allele_problems(draft: Draft, atlas: GeneAtlas) -> list[Problem]:
    """Find alleles that cannot exist, lie far from their gene, or stand on two lists."""
    rows = list(draft.tables["alleles"].iter_rows(named=True))
    by_gene = gene_rows(draft)
    conditions = known_words(draft.tables["conditions"], "condition")
    complaints = [*_on_two_lists(rows), *_clashing_bases(rows)]
    for row in rows:
        found = gene_complaints(row["gene"], by_gene) + _scope_complaints(row, conditions, by_gene)
        found += _end_complaints(row)
        if None not in (row["contig"], row["position"], row["ref"], row["alt"]) and not _end_complaints(row):
            found += impossible(_written(row), row["gene"], atlas)
        complaints += [(row["line"], complaint) for complaint in found]
    return [draft.problem("alleles", line, complaint) for line, complaint in complaints]


def gene_rows(draft: Draft) -> GeneRows:
    """Return condition and inheritance of the gene rows of each gene."""
    rows: GeneRows = defaultdict(list)
    for gene, condition, inheritance in (
        draft.tables["genes"].select("gene", "condition", "inheritance").iter_rows()
    ):
        if gene is not None:
            rows[gene].append((condition, inheritance))
    return rows


def gene_complaints(gene: str | None, by_gene: GeneRows) -> list[str]:
    """Say that an allele or a rule names a gene without a gene row."""
    # A gene table that could not be read at all is told once, not at every allele.
    if gene is None or not by_gene or gene in by_gene:
        return []
    return [f"gene {gene!r} has no gene row on the panel{near(gene.upper(), by_gene)}"]


def _scope_complaints(row: Row, conditions: set[str], by_gene: GeneRows) -> list[str]:
    """A scope that no gene row meets would never apply; a dangling condition has its own problem."""
    if row["condition"] is not None and row["condition"] not in conditions:
        return []
    same_gene = by_gene.get(row["gene"], [])
    met = any(
        row["condition"] in (None, condition)
        and (inheritance is None or row["inheritance"] in (None, inheritance))
        for condition, inheritance in same_gene
    )
    if met or not same_gene:
        return []
    scope = " ".join(word for word in (row["condition"], row["inheritance"]) if word)
    return [f"no gene row of {row['gene']} has the scope {scope!r}, so this row would never apply"]


def _end_complaints(row: Row) -> list[str]:
    """A structural allele needs its last base, as INFO/END gives it; no other allele has one."""
    if row["alt"] is None:  # told by the sheet's reader
        return []
    if row["alt"] not in STRUCTURAL:
        if row["end"] is not None:
            return [f"end belongs to {' and '.join(STRUCTURAL)} only; leave it empty"]
        if row["ref"] == "N":
            return ["ref N belongs to a structural allele only; write the bases"]
        return []
    if row["end"] is None:
        return [f"alt {row['alt']} needs end, the last base that is changed (INFO/END of a VCF)"]
    if row["ref"] is not None and len(row["ref"]) != 1:
        return [f"ref of {row['alt']} is the one base at position, or N"]
    if row["position"] is not None and row["end"] <= row["position"]:
        return [f"end {row['end']} does not lie after position {row['position']}"]
    return []


def _written(row: Row) -> Allele:
    """Name the allele of a row as findings do."""
    kind = STRUCTURAL.get(row["alt"])
    named = (row["ref"], row["alt"]) if kind is None else (kind, str(row["end"]))
    return Allele(row["contig"], row["position"], *named)


def impossible(allele: Allele, symbol: str | None, atlas: GeneAtlas) -> list[str]:
    """Say why an allele cannot stand on a panel of this build; empty when it can."""
    lengths = CONTIG_LENGTHS[atlas.build]
    if allele.contig not in lengths:
        usual = "chrM" if allele.contig in ("MT", "M") else f"chr{allele.contig}"
        advice = f"write {usual}" if usual in lengths else f"it is one of {', '.join(lengths)}"
        return [f"contig {allele.contig!r} is not a contig of {atlas.build}; {advice}"]
    last = allele.last
    if last > lengths[allele.contig]:
        length = lengths[allele.contig]
        return [
            f"position {last} is past the end of {allele.contig}, which has {length} bases in {atlas.build}"
        ]
    return [*_form_complaints(allele), *_far_complaints(allele, symbol, atlas)]


def _form_complaints(allele: Allele) -> Iterator[str]:
    if allele.is_structural:
        if int(allele.alt) <= allele.position:
            yield f"{allele} ends before it begins"
        return
    if allele.ref == allele.alt:
        yield f"ref and alt are both {allele.ref}; an allele must change something"
        return
    shortest = minimal_form(allele.position, allele.ref, allele.alt)
    if shortest != (allele.position, allele.ref, allele.alt):
        yield f"{allele} is not minimal; write {Allele(allele.contig, *shortest)}"


def _far_complaints(allele: Allele, symbol: str | None, atlas: GeneAtlas) -> Iterator[str]:
    gene = atlas.genes.get(symbol) if symbol else None
    if gene is None or gene.start is None or gene.end is None:
        return
    if gene.contig != allele.contig:
        yield f"{allele} lies on {allele.contig}, but {gene.symbol} lies on {gene.contig}"
        return
    first, last = allele.position - 1, allele.last
    distance = max(gene.start - last, first - gene.end, 0)
    if distance > FARTHEST_FROM_GENE:
        span = f"{gene.contig}:{gene.start + 1}-{gene.end}"
        yield f"{allele} lies {distance} bases from the coding bases of {gene.symbol} ({span}); wrong build?"


def _on_two_lists(rows: list[Row]) -> Iterator[tuple[int, str]]:
    """Find rows of one allele and gene whose scopes overlap although their lists differ."""
    by_allele: defaultdict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for row in rows:
        key = (row["contig"], row["position"], row["ref"], row["alt"], row["end"] or 0, row["gene"])
        if None not in key and row["list"] is not None:
            by_allele[key].append(row)
    for same in by_allele.values():
        for place, row in enumerate(same):
            for earlier in same[:place]:
                if earlier["list"] != row["list"] and _overlap(earlier, row):
                    there = f"the {earlier['list']} list at line {earlier['line']}"
                    yield row["line"], f"on the {row['list']} list here and on {there}; keep one"


def _clashing_bases(rows: list[Row]) -> Iterator[tuple[int, str]]:
    """Find rows that start at one position and disagree about the reference bases there."""
    longest: dict[tuple[Any, ...], Row] = {}
    for row in rows:
        if None in (row["contig"], row["position"], row["ref"]) or row["ref"] == "N":
            continue
        other = longest.setdefault((row["contig"], row["position"]), row)
        shorter, longer = sorted((row["ref"], other["ref"]), key=len)
        if not longer.startswith(shorter):
            yield row["line"], f"ref {row['ref']} contradicts ref {other['ref']} at line {other['line']}"
        elif longer == row["ref"]:
            longest[row["contig"], row["position"]] = row


def _overlap(one: Row, other: Row) -> bool:
    return all(
        one[column] is None or other[column] is None or one[column] == other[column]
        for column in ("condition", "inheritance")
    )
