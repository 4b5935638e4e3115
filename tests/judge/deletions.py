"""Deletions and duplications read once more from the rules' text: which exons are gone, and beside whom.

Nothing here knows two records of one event or a list of structural alleles; readable cases do.
"""

from __future__ import annotations

from known import Gene, Newborn, Row, shared

from evaluator.panel.criteria import Criteria

AUTOSOMES = 2
OWN_FILE = "vcf"  # the newborn's own VCF, which holds all small calls and may hold deletions


def structural_calls(
    newborn: Newborn, gene: Gene, row: Row, criteria: Criteria, chromosomes: int, *, several: bool
) -> tuple[list[Row], bool]:
    """Return the deletions that count for a row, and whether one that might count is in doubt."""
    counting, doubted = [], False
    rule = criteria.structural
    # Beside another inheritance a dominant row takes listed alleles only, unless its evidence says more.
    dominant = row["inheritance"] in ("AD", "XLD")
    if row["evidence"] in ("listed", "missense") or (several and dominant and row["unset"]):
        return [], False
    if not rule.enabled or row["mechanism"] != "lof":
        return [], False
    for call in newborn.structural:
        if call["contig"] != gene.contig or not gene.exons:
            continue
        found = as_deletion(call, chromosomes)
        most = (call["position"] + min(call["cipos_low"], 0), call["end"] + max(call["ciend_high"], 0))
        least = (call["position"] + max(call["cipos_high"], 0), call["end"] + min(call["ciend_low"], 0))
        if found is None or not takes_enough(most, gene, rule.min_exon_overlap):
            continue
        sure = takes_enough(least, gene, rule.min_exon_overlap)
        odd = contradicts_itself(call, chromosomes)
        if odd or not (sure and found["copies"] and believed(call, criteria)):
            doubted = True
        else:
            counting.append(found)
    return counting, doubted


def takes_enough(interval: tuple[int, int], gene: Gene, least: float) -> bool:
    """Is that share of at least one coding exon gone; the gene as a whole is not asked."""
    return any(shared(exon, interval) / (exon[1] - exon[0]) >= least for exon in gene.exons)


def as_deletion(call: Row, chromosomes: int) -> Row | None:
    """The call as a deletion with its copies, or nothing: duplications never count here.

    Where the genotype is silent, or the record is one of copy numbers, the copy number decides.
    """
    name = {"ref": "DEL", "alt": str(call["end"]), "part_of": None}
    number, odd = call["copy_number"], call["type"] == "CNV"
    silent = not call["copies"] or call["missing"] or (call["ploidy"] < AUTOSOMES == chromosomes)
    if number is not None and (odd or silent):
        if number >= chromosomes:
            return None
        return {**call, **name, "copies": chromosomes - number, "ploidy": chromosomes, "missing": 0}
    if odd:  # nobody says how many copies there are
        return {**call, **name, "copies": 0}
    return {**call, **name} if call["type"] == "DEL" else None


def contradicts_itself(call: Row, chromosomes: int) -> bool:
    """The genotype of a deletion leaves a copy and the copy number none, or the other way round."""
    if call["type"] != "DEL" or call["copy_number"] is None or call["missing"] or not call["copies"]:
        return False
    if call["ploidy"] < chromosomes:  # a haploid genotype of two copies tells nothing
        return False
    return bool((call["copies"] == call["ploidy"]) != (call["copy_number"] == 0))


def believed(call: Row, criteria: Criteria) -> bool:
    """FILTER and the sample's own filter are accepted, and the quality is known and high enough."""
    quality = criteria.quality
    words = call["filters"].split(";") + (call["sample_filters"] or "PASS").split(";")
    if quality.filters is not None and not set(words) <= {*quality.filters, "PASS"}:
        return False
    least = quality.min_genotype_quality
    return least is None or (call["genotype_quality"] is not None and call["genotype_quality"] >= least)


def file_of(call: Row) -> str:
    """Which of the newborn's files the call stands in."""
    return str(call.get("origin", OWN_FILE))


def inside(small: Row, deletion: Row) -> bool:
    """All bases of a small call lie where the deletion took one copy."""
    if deletion["ref"] != "DEL" or small["ref"] == "DEL":
        return False
    first = small["position"] - 1
    return bool(deletion["position"] <= first and first + len(small["ref"]) <= deletion["end"])


def heterozygous(call: Row) -> bool:
    """One copy of it, and another allele beside it."""
    return bool(call["copies"] == 1 and call["ploidy"] >= AUTOSOMES and not call["missing"])


def on_one_copy(call: Row) -> bool:
    """A plain heterozygote."""
    return bool(call["copies"] == 1 and call["ploidy"] == AUTOSOMES and not call["missing"])


def impossible(small: list[Row], deletions: list[Row]) -> tuple[list[Row], list[Row]]:
    """Heterozygotes inside a deletion, and the deletions that they speak against.

    Where at least one copy is gone, at most one is left, and it cannot carry two different bases; what the
    genotype leaves open about the other copy does not matter.
    """
    pairs = [
        (call, gone) for call in small for gone in deletions if heterozygous(call) and inside(call, gone)
    ]
    return [call for call, _ in pairs], [gone for _, gone in pairs]


def laid_over(call: Row, deletions: list[Row]) -> Row:
    """A homozygous call over a deletion of one copy lies on the other copy alone."""
    whole = call["copies"] == call["ploidy"] and call["ploidy"] > 1
    if whole and any(on_one_copy(gone) and inside(call, gone) for gone in deletions):
        return {**call, "copies": 1, "ploidy": AUTOSOMES, "haplotype": None}
    return call


def beside_deletions(
    full: list[Row], alone: list[Row], gone: list[Row]
) -> tuple[list[Row], list[Row], list[Row], list[Row]]:
    """Take out what cannot be, then lay homozygotes over the deletions left; the last are those out."""
    wrong, against = impossible(full + alone, gone)
    left = [call for call in gone if call not in against]
    full, alone = ([laid_over(call, left) for call in calls if call not in wrong] for calls in (full, alone))
    return full, alone, left, wrong
