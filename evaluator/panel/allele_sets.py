"""Named sets of alleles, and what the sides of a diplotype rule mean once the names are spelt out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from itertools import product

import polars as pl

from evaluator.panel.alleles import ANY, Allele, parse_allele

AlleleSets = Mapping[tuple[str, str], tuple[Allele, ...]]  # (gene, name of the set) -> members, sorted
Haplotype = tuple[Allele, ...]  # alleles on one copy; empty = any allele that qualifies


def allele_sets(alleles: pl.DataFrame) -> AlleleSets:
    """Collect the alleles of each gene that the allele table puts into the same set."""
    members: defaultdict[tuple[str, str], set[Allele]] = defaultdict(set)
    named = alleles.drop_nulls(["gene", "set", "contig", "position", "ref", "alt"])
    for gene, name, *allele in named.select("gene", "set", "contig", "position", "ref", "alt").iter_rows():
        members[gene, name].add(Allele(*allele))
    return {key: tuple(sorted(found)) for key, found in sorted(members.items())}


def words(side: str) -> list[str]:
    """Split one side of a rule into names of alleles and of sets."""
    return [word.strip() for word in side.split("+")]


def haplotypes(side: str, gene: str, sets: AlleleSets) -> list[Haplotype] | None:
    """Spell out one side of a rule: a haplotype for every choice of a member of each set that it names.

    None when a word is neither an allele nor a set of the gene. A choice of one allele twice is left out.
    """
    if side == ANY:
        return [()]
    choices = []
    for word in words(side):
        allele = parse_allele(word)
        members = sets.get((gene, word)) if allele is None else (allele,)
        if members is None:
            return None
        choices.append(members)
    return [haplotype for haplotype in product(*choices) if len(set(haplotype)) == len(haplotype)]
