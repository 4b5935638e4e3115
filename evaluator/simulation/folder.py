"""The files of a simulated cohort: VCFs, callable regions and the sample sheet."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path

from evaluator import __version__
from evaluator.panel.genome import CONTIG_LENGTHS, KARYOTYPE_ORDER
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.simulation.calls import LOW_QUALITY, Call
from evaluator.simulation.catalogue import Allele, Catalogue
from evaluator.simulation.cohort import Newborn
from evaluator.simulation.consequences import CSQ_FIELDS, Consequence, csq, vep_alleles
from evaluator.simulation.examinations import Examinations
from evaluator.simulation.scenario import Gap
from evaluator.variants.writing import write_bgzipped_vcf

CSQ_HEADER = (
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequence annotations, simulated, as by Ensembl VEP.'
    f' Format: {"|".join(CSQ_FIELDS)}">'
)
BRIDGED = 10_000  # bases between two regions of the panel that one callable stretch spans
SAMPLE_COLUMNS = (
    "newborn",
    "sex",
    "vcf",
    "status",
    "callable",
    "structural_vcf",
    "special_loci",
    "mother_vcf",
    "father_vcf",
    "contamination",
    "transfused",
    "site",
    "region",
    "ancestry",
    "deprivation_fifth",
    "gestation_weeks",
    "sample_type",
    "sampled_age_hours",
    "result_age_days",
    "consent_care",
    "consent_registry",
    "consent_research",
)


def vcf_header(build: str, newborn: str) -> list[str]:
    """Return the header lines of one newborn's VCF."""
    contigs = [f"##contig=<ID={contig},length={size}>" for contig, size in CONTIG_LENGTHS[build].items()]
    columns = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", newborn)
    return [
        "##fileformat=VCFv4.2",
        f"##source=nbseval simulate {__version__} (simulated; no real newborn)",
        f"##reference={build}",
        '##FILTER=<ID=PASS,Description="All filters passed">',
        f'##FILTER=<ID={LOW_QUALITY},Description="Simulated rejection by the variant caller">',
        *contigs,
        CSQ_HEADER,
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
        '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">',
        '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
        '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality, phred">',
        '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
        "\t".join(columns),
    ]


def write_vcf(
    path: Path,
    newborn: str,
    calls: Iterable[Call],
    catalogue: Catalogue,
    annotations: dict[Allele, tuple[Consequence, ...]],
) -> None:
    """Write one newborn's records in order, with the consequence of every allele that has one."""
    ordered = sorted(
        calls, key=lambda call: (KARYOTYPE_ORDER[call.contig], call.position, call.ref, call.alts)
    )
    lines = [call.line(_info(call, catalogue, annotations)) for call in ordered]
    write_bgzipped_vcf(path, vcf_header(catalogue.panel.genome_build, newborn), lines)


def _info(call: Call, catalogue: Catalogue, annotations: dict[Allele, tuple[Consequence, ...]]) -> str:
    written = vep_alleles(call.ref, call.alts)
    entries = []
    for allele, as_text in zip(call.alleles, written, strict=True):
        meaning = annotations.get(_as_listed(allele), ())
        if meaning:
            entries.append(csq(catalogue, allele, as_text, meaning))
    return f"CSQ={','.join(entries)}" if entries else "."


def _as_listed(allele: Allele) -> Allele:
    """Undo the padding that a longer neighbour in the same record forced on an allele."""
    ref, alt = allele.ref, allele.alt
    while min(len(ref), len(alt)) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    return allele._replace(ref=ref, alt=alt)


class CallableRegions:
    """The panel's regions as callable stretches, less what a newborn's gaps take away."""

    def __init__(self, panel: Panel) -> None:
        self._stretches: defaultdict[str, list[tuple[int, int]]] = defaultdict(list)
        for contig, start, end in panel_regions(panel).iter_rows():
            known = self._stretches[contig]
            if known and start - known[-1][1] < BRIDGED:
                known[-1] = (known[-1][0], end)
            else:
                known.append((start, end))
        self._whole = self._text(())

    def text(self, gaps: Sequence[Gap]) -> str:
        """Render as BED."""
        return self._text(gaps) if gaps else self._whole

    def _text(self, gaps: Sequence[Gap]) -> str:
        lines = []
        for contig, stretches in self._stretches.items():
            holes = sorted((gap.start, gap.end) for gap in gaps if gap.contig == contig)
            for start, end in stretches:
                at = start
                for hole_start, hole_end in holes:
                    if hole_end <= at or hole_start >= end:
                        continue
                    if hole_start > at:
                        lines.append(f"{contig}\t{at}\t{hole_start}\n")
                    at = hole_end
                if at < end:
                    lines.append(f"{contig}\t{at}\t{end}\n")
        return "".join(lines)


def sample_row(newborn: Newborn, examined: Examinations) -> tuple[str, ...]:
    """Return one row of samples.tsv; paths are relative to it."""
    there = newborn.sequenced
    consents = (newborn.status.value not in ("declined", "withdrawn"), newborn.consent_registry)
    return (
        newborn.name,
        newborn.sex,
        f"vcf/{newborn.name}.vcf.gz" if there else "",
        newborn.status,
        f"callable/{newborn.name}.bed" if there else "",
        *examined.cells(newborn.name),
        newborn.site,
        newborn.region,
        newborn.ancestry,
        str(newborn.deprivation_fifth),
        str(newborn.gestation_weeks),
        newborn.sample_type,
        str(newborn.sampled_age_hours),
        str(newborn.result_age_days) if there else "",
        *("yes" if given else "no" for given in (*consents, newborn.consent_research)),
    )


def as_tsv(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Render a table with its header."""
    return "".join("\t".join(row) + "\n" for row in (columns, *rows))
