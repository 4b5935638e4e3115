"""A synthetic ClinVar: the same fields as the real file, none of its records."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from evaluator.panel.genome import CONTIG_LENGTHS, KARYOTYPE_ORDER
from evaluator.simulation.catalogue import Allele

# Review status and its stars, https://www.ncbi.nlm.nih.gov/clinvar/docs/review_status/
REVIEW_STATUS = {
    0: "no_assertion_criteria_provided",
    1: "criteria_provided,_single_submitter",
    2: "criteria_provided,_multiple_submitters,_no_conflicts",
    3: "reviewed_by_expert_panel",
    4: "practice_guideline",
}
CONFLICTING = "Conflicting_classifications_of_pathogenicity"
FIRST_IDENTIFIER = 900_000_001  # far above any identifier that ClinVar has given out


@dataclass(frozen=True)
class Classification:
    """What the synthetic ClinVar says of one allele."""

    significance: str
    stars: int
    counts: str = ""  # CLNSIGCONF, where submitters disagree

    @classmethod
    def conflicting(cls, *, pathogenic: int, benign: int, uncertain: int = 0) -> Classification:
        """Build a record on which submitters disagree; such a record has one star."""
        counted = {"Pathogenic": pathogenic, "Uncertain_significance": uncertain, "Benign": benign}
        text = "|".join(f"{word}({count})" for word, count in counted.items() if count)
        return cls(CONFLICTING, 1, text)

    @property
    def review_status(self) -> str:
        """CLNREVSTAT as ClinVar writes it."""
        if self.significance == CONFLICTING:
            return "criteria_provided,_conflicting_classifications"
        return REVIEW_STATUS[self.stars]


def clinvar_header(build: str) -> list[str]:
    """Return the header lines; contigs are named 1 ... 22, X, Y, MT as in the real file."""
    contigs = [
        f"##contig=<ID={_contig(contig)},length={length}>" for contig, length in CONTIG_LENGTHS[build].items()
    ]
    fields = {
        "CLNSIG": "Simulated aggregate germline classification",
        "CLNREVSTAT": "Simulated review status",
        "CLNSIGCONF": "Simulated classifications behind a conflict, with their counts",
        "GENEINFO": "Gene symbol and gene id; the id is 0 because nothing here is a real record",
    }
    return [
        "##fileformat=VCFv4.2",
        "##source=nbseval simulate: SIMULATED classifications, not ClinVar, for tests and demonstrations",
        f"##reference={build}",
        *contigs,
        *(f'##INFO=<ID={name},Number=.,Type=String,Description="{text}">' for name, text in fields.items()),
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO",
    ]


def clinvar_lines(classifications: Mapping[Allele, tuple[str, Classification]]) -> list[str]:
    """Return one record per classified allele, in karyotype order."""
    ordered = sorted(classifications, key=lambda allele: (KARYOTYPE_ORDER[allele.contig], allele[1:]))
    lines = []
    for number, allele in enumerate(ordered, FIRST_IDENTIFIER):
        gene, record = classifications[allele]
        info = [f"CLNREVSTAT={record.review_status}", f"CLNSIG={record.significance}"]
        info += [f"CLNSIGCONF={record.counts}"] if record.counts else []
        info.append(f"GENEINFO={gene}:0")
        place = (_contig(allele.contig), str(allele.position), str(number), allele.ref, allele.alt)
        lines.append("\t".join((*place, ".", ".", ";".join(info))))
    return lines


def _contig(name: str) -> str:
    return "MT" if name == "chrM" else name.removeprefix("chr")
