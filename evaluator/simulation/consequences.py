"""Simulated consequences, written as Ensembl VEP writes its INFO field CSQ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from evaluator.simulation.catalogue import Allele, Catalogue

CSQ_FIELDS = (
    "Allele",
    "Consequence",
    "IMPACT",
    "SYMBOL",
    "Feature_type",
    "Feature",
    "BIOTYPE",
    "EXON",
    "MANE_SELECT",
    "CANONICAL",
    "LoF",
    "MAX_AF",
)
# Ensembl's impact classes, https://www.ensembl.org/info/genome/variation/prediction/predicted_data.html
IMPACT = {
    "stop_gained": "HIGH",
    "frameshift_variant": "HIGH",
    "splice_donor_variant": "HIGH",
    "splice_acceptor_variant": "HIGH",
    "missense_variant": "MODERATE",
    "inframe_insertion": "MODERATE",
    "inframe_deletion": "MODERATE",
    "protein_altering_variant": "MODERATE",
    "synonymous_variant": "LOW",
    "intron_variant": "MODIFIER",
}
OTHER_TRANSCRIPT = "ENST00000999999.1"  # stands for a transcript that is not the panel's


class Consequence(NamedTuple):
    """What the simulation says one allele does to one transcript."""

    gene: str
    term: str
    max_frequency: float
    loftee: str = ""
    on_panel_transcript: bool = True


def listed_consequence(catalogue: Catalogue, gene: str, allele: Allele) -> str:
    """Name a consequence that fits the place and length of a listed allele; nobody computed the protein."""
    if catalogue.coding_exon(gene, allele.position) is not None:
        change = len(allele.alt) - len(allele.ref)
        if change == 0:
            return "missense_variant" if len(allele.ref) == 1 else "protein_altering_variant"
        if change % 3:
            return "frameshift_variant"
        return "inframe_insertion" if change > 0 else "inframe_deletion"
    model = catalogue.models[gene]
    for start, end in model.exons:
        if end < allele.position <= end + 2:
            return "splice_donor_variant" if model.strand == "+" else "splice_acceptor_variant"
        if start - 2 < allele.position <= start:
            return "splice_acceptor_variant" if model.strand == "+" else "splice_donor_variant"
    return "intron_variant"


def csq(catalogue: Catalogue, allele: Allele, written_as: str, consequences: Sequence[Consequence]) -> str:
    """Render the annotation of one allele, one entry per transcript."""
    return ",".join(_entry(catalogue, allele, written_as, consequence) for consequence in consequences)


def _entry(catalogue: Catalogue, allele: Allele, written_as: str, consequence: Consequence) -> str:
    model = catalogue.models[consequence.gene]
    number = catalogue.coding_exon(consequence.gene, allele.position)
    refseq = catalogue.rows[consequence.gene][0].transcript or model.refseq or ""
    own = consequence.on_panel_transcript
    cells = {
        "Allele": written_as,
        "Consequence": consequence.term,
        "IMPACT": IMPACT[consequence.term],
        "SYMBOL": consequence.gene,
        "Feature_type": "Transcript",
        "Feature": (model.ensembl or refseq) if own else OTHER_TRANSCRIPT,
        "BIOTYPE": "protein_coding",
        # Coding exons only, where VEP also counts the untranslated ones.
        "EXON": f"{number}/{len(model.exons)}" if number is not None else "",
        "MANE_SELECT": refseq if own else "",
        "CANONICAL": "YES" if own else "",
        "LoF": consequence.loftee,
        "MAX_AF": f"{consequence.max_frequency:g}",
    }
    return "|".join(cells[name] for name in CSQ_FIELDS)


def vep_alleles(ref: str, alts: Sequence[str]) -> list[str]:
    """Write the alternative alleles of a record as VEP does: a base shared by all is left out.

    >>> vep_alleles("CTT", ["C"]), vep_alleles("C", ["CA"]), vep_alleles("C", ["T", "G"])
    (['-'], ['A'], ['T', 'G'])
    """
    bases = [alt for alt in alts if alt != "*"]
    same_length = all(len(alt) == len(ref) for alt in bases)
    if same_length or not all(alt[0] == ref[0] for alt in bases):
        return list(alts)
    return [alt if alt == "*" else alt[1:] or "-" for alt in alts]
