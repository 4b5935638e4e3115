"""What the records of one allele say together, and whether a record is good enough to decide."""

from __future__ import annotations

from collections import defaultdict

from known import Name, Row, name_of

from evaluator.panel.criteria import Criteria


def by_allele(calls: list[Row]) -> dict[Name, list[Row]]:
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


def contradict(told: list[Row], criteria: Criteria, chromosomes: int) -> bool:
    """Several records of one allele that differ in genotype, phase, belief, or in being a part."""
    said = {
        (
            *(one[key] for key in ("copies", "ploidy", "missing", "haplotype", "part_of")),
            one["phase_set"] if one["haplotype"] is not None else None,
            fails_quality(one, criteria, chromosomes),
        )
        for one in told
    }
    return len(said) > 1


def fails_quality(call: Row, criteria: Criteria, chromosomes: int) -> bool:
    """Depth, filters, genotype quality or the share of reads is not good enough to decide."""
    rule = criteria.quality
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
