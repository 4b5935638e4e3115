"""The same newborns as files: VCFs, BED files and ClinVar, read by the command line and judged again."""

from __future__ import annotations

import shutil
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl
from deleted_files import HEADER as STRUCTURAL_HEADER
from deleted_files import structural_record
from known import Name, Newborn, Row
from universe import Universe

from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.tables import SPECIAL_LOCI

CSQ = "Allele|Consequence|SYMBOL|Feature_type|Feature|MANE_SELECT|ALLELE_NUM|MAX_AF"
HEADER = (
    "##fileformat=VCFv4.2\n"
    f'##INFO=<ID=CSQ,Number=.,Type=String,Description="Consequences from VEP. Format: {CSQ}">\n'
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">\n'
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">\n'
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">\n'
    '##FORMAT=<ID=PS,Number=1,Type=String,Description="Phase set">\n'
)
CLINVAR_HEADER = (
    "##fileformat=VCFv4.1\n##reference=GRCh38\n"
    '##INFO=<ID=CLNSIG,Number=.,Type=String,Description="Classification">\n'
    '##INFO=<ID=CLNSIGCONF,Number=.,Type=String,Description="Conflicting classifications">\n'
    '##INFO=<ID=CLNREVSTAT,Number=.,Type=String,Description="Review status">\n'
    '##INFO=<ID=GENEINFO,Number=1,Type=String,Description="Gene">\n'
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n"
)
REVIEW = {
    0: "no_assertion_criteria_provided",
    1: "criteria_provided,_single_submitter",
    2: "criteria_provided,_multiple_submitters,_no_conflicts",
    3: "reviewed_by_expert_panel",
}


def readable(person: Newborn) -> Newborn:
    """The newborn as a file can tell it: sequenced, with a BED file or without one, each call once."""
    evidence = "none" if person.evidence == "none" else "bed"
    return replace(
        person,
        status="sequenced",
        evidence=evidence,
        calls=[call for call in person.calls if "repeated" not in call],
        uncallable=[gap for gap in person.uncallable if gap["reason"] != "unequal_block"],
    )


def write(panel: Panel, people: list[Newborn], world: Universe, folder: Path) -> None:
    """Write panel, VCFs, BED files, ClinVar and the sample sheet."""
    shutil.copytree(panel.path, folder / "panel")
    regions = panel_regions(panel).rows()
    told = ("contamination", "transfused", "family", "multiple_birth")
    files = ("vcf", "callable", "structural_vcf")
    sheet = ["\t".join(("newborn", "sex", "sex_chromosomes", *files, *told, "special_loci"))]
    for person in people:
        (folder / f"{person.name}.vcf").write_text(_vcf(person, world, panel.genome_build), encoding="utf-8")
        bed = "" if person.evidence == "none" else f"{person.name}.bed"
        if bed:
            (folder / bed).write_text(_bed(regions, person.uncallable), encoding="utf-8")
        separate = f"{person.name}.structural.vcf"
        (folder / separate).write_text(_structural_vcf(person, panel.genome_build), encoding="utf-8")
        given = (person.sex, person.sex_chromosomes, f"{person.name}.vcf", bed, separate)
        cells = (person.name, *given, *(getattr(person, name) for name in told), "special_loci.tsv")
        sheet.append("\t".join("" if cell is None else str(cell) for cell in cells))
    said = [entry for person in people for entry in person.special]
    pl.DataFrame(said, schema=SPECIAL_LOCI).write_csv(folder / "special_loci.tsv", separator="\t")
    (folder / "samples.tsv").write_text("\n".join(sheet) + "\n", encoding="utf-8")
    (folder / "clinvar.vcf").write_text(CLINVAR_HEADER + _clinvar(world), encoding="utf-8")


def run(folder: Path, nbseval: Callable[..., Any]) -> dict[tuple[str, str, str, str], str]:
    """Extract, annotate and flag; the verdicts as the findings file tells them."""
    steps = (
        ("extract", "samples.tsv", "--panel", "panel", "--out", "store"),
        ("annotate", "store", "--clinvar", "clinvar.vcf"),
        ("flag", "store", "--panel", "panel", "--out", "findings.parquet"),
    )
    for step in steps:
        done = nbseval(*step, cwd=folder)
        if done.returncode:
            raise AssertionError(f"{step}: {done.stderr}")
    findings = pl.read_csv(folder / "findings.tsv", separator="\t", infer_schema=False)
    rows = findings.select("newborn", "condition", "gene", "inheritance", "verdict").rows()
    return {(newborn, condition, gene, mode): verdict for newborn, condition, gene, mode, verdict in rows}


def _vcf(person: Newborn, world: Universe, build: str) -> str:
    records: dict[tuple[Any, ...], list[Row]] = defaultdict(list)
    for call in person.calls:
        if call["part_of"] is not None:
            continue
        records[call["contig"], call["source_position"], call["source_ref"], call["source_alts"]].append(call)
    lines = [(key, _record(key, records[key], world)) for key in records]
    return HEADER + _contigs_and_records(build, lines + _structural_lines(person, "vcf"))


def _structural_vcf(person: Newborn, build: str) -> str:
    return HEADER + _contigs_and_records(build, _structural_lines(person, "structural_vcf"))


def _structural_lines(person: Newborn, origin: str) -> list[tuple[tuple[Any, ...], str]]:
    return [
        ((call["contig"], call["position"], call["source_ref"], call["source_alts"]), structural_record(call))
        for call in person.structural
        if call["origin"] == origin
    ]


def _contigs_and_records(build: str, lines: list[tuple[tuple[Any, ...], str]]) -> str:
    """The rest of a VCF: its header from the contigs on, and the lines by place."""
    lengths = CONTIG_LENGTHS[build]
    contigs = "".join(f"##contig=<ID={name},length={size}>\n" for name, size in lengths.items())
    order = {name: place for place, name in enumerate(lengths)}
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tnewborn\n"
    ordered = sorted(lines, key=lambda line: (order[line[0][0]], *line[0][1:]))
    return STRUCTURAL_HEADER + contigs + columns + "".join(line for _, line in ordered)


def _record(key: tuple[Any, ...], calls: list[Row], world: Universe) -> str:
    contig, position, ref, alts = key
    by_alt = {call["alt"]: call for call in calls}
    ordered = [by_alt[alt] for alt in alts.split(",")]
    first = ordered[0]
    reads = [call["alt_depth"] for call in ordered]
    counted = ",".join(map(str, [max(first["depth"] - sum(reads), 0), *reads])) if None not in reads else "."
    quality = first["genotype_quality"]
    values = (
        first["genotype"],
        counted,
        "." if first["depth"] is None else str(first["depth"]),
        "." if quality is None else str(int(quality)),
        first["phase_set"] or ".",
    )
    told = [_consequence(call, number, world) for number, call in enumerate(ordered, start=1)]
    entries = [entry for each in told for entry in each]
    info = f"CSQ={','.join(entries)}" if entries else "."
    fields = (contig, str(position), ".", ref, alts, "50", first["filters"], info, "GT:AD:DP:GQ:PS")
    return "\t".join((*fields, ":".join(values))) + "\n"


def _consequence(call: Row, number: int, world: Universe) -> list[str]:
    name: Name = (call["contig"], call["position"], call["ref"], call["alt"])
    anchored = len(name[2]) != len(name[3])
    entries = []
    for symbol in sorted(symbol for symbol, names in world.alleles.items() if name in names):
        fact = world.annotation.get((name, symbol))
        if fact is None:
            continue
        frequency = fact["population_frequency"]
        # VEP writes an insertion or deletion without the base before it.
        allele = (name[3][1:] or "-") if anchored else name[3]
        parts = (
            allele,
            fact["consequence"] or "intron_variant",
            symbol,
            "Transcript",
            fact["transcript"] or "",
            "",
            str(number),
            "" if frequency is None else str(frequency),
        )
        entries.append("|".join(parts))
    return entries


def _clinvar(world: Universe) -> str:
    lines = []
    for (name, symbol), fact in world.annotation.items():
        if fact["clinvar_id"] is None:
            continue
        good, bad = fact["clinvar_pathogenic"], fact["clinvar_benign"]
        significance = "Pathogenic" if good else ("Benign" if bad else "Uncertain_significance")
        conflict = ""
        if good and bad:
            significance = "Conflicting_classifications_of_pathogenicity"
            conflict = f";CLNSIGCONF=Pathogenic({good})|Benign({bad})"
        info = (
            f"CLNREVSTAT={REVIEW[fact['clinvar_stars']]};CLNSIG={significance}{conflict};GENEINFO={symbol}:1"
        )
        place = (int(name[0].removeprefix("chr").replace("X", "23").replace("M", "24")), name[1])
        record = (name[0].removeprefix("chr"), str(name[1]), "1", name[2], name[3], ".", ".", info)
        lines.append((place, "\t".join(record) + "\n"))
    return "".join(line for _, line in sorted(lines))


def _bed(regions: list[tuple[str, int, int]], gaps: list[Row]) -> str:
    """What was read: the panel's regions without the gaps."""
    lines = []
    for contig, start, end in regions:
        begin = start
        for gap in sorted((gap["start"], gap["end"]) for gap in gaps if gap["contig"] == contig):
            if gap[1] <= begin or gap[0] >= end:
                continue
            if gap[0] > begin:
                lines.append(f"{contig}\t{begin}\t{gap[0]}\n")
            begin = max(begin, gap[1])
        if begin < end:
            lines.append(f"{contig}\t{begin}\t{end}\n")
    return "".join(lines)
