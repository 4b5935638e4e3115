"""Read every real file three times: with our reader, with bcftools, with cyvcf2; count what differs.

python tests/differential/every_file.py FOLDER        prints the table of README.md
"""

from __future__ import annotations

import gzip
import re
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import cyvcf2
import numpy as np
import polars as pl
import pysam
import pysam.bcftools
from outcomes import everywhere

from evaluator.errors import InputError
from evaluator.variants.joint import is_wide, read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

Call = tuple[object, ...]
SUITE = "hts-specs"
FORMS = (".vcf", ".vcf.gz", ".bcf")
CHROMOSOMES = {*map(str, range(1, 23)), "X", "Y", "M"}
COLUMNS = ("contig", "source_position", "source_ref", "source_alts", "allele", "copies", "ploidy", "missing")
VALUES = ("phased", "depth", "alt_depth", "genotype_quality", "filters")
_SAMPLE, _FORMAT = 9, 8  # columns
_REFERENCE = re.compile(r"^0(?:[|/]0)*(?::|$)")
_BASES = re.compile("^[ACGTNacgtn]+$")


@dataclass(frozen=True)
class Found:
    """What one reader finds in a file: records on chromosomes, and called alleles of known bases."""

    records: Counter[Call] = field(default_factory=Counter)  # contig, position, REF
    calls: Counter[Call] = field(default_factory=Counter)  # sample, COLUMNS and, but for cyvcf2, VALUES


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    file: str
    samples: int
    elsewhere: int  # records on other contigs
    records: int
    alleles: int
    differing: int
    ways: str
    refused_by: tuple[str, ...] = ()  # file and reader

    def line(self) -> str:
        """Write it as a line of markdown."""
        cells = (self.file, self.samples, self.elsewhere, self.records, self.alleles, self.differing)
        return f"| {' | '.join(map(str, cells))} | {self.ways} |"


def real_files(folder: Path) -> list[Path]:
    """Return all VCF and BCF files of the folder, the specification's suite last."""
    found = [path for path in folder.rglob("*") if path.name.endswith(FORMS)]
    return sorted(found, key=lambda path: (SUITE in path.parts, path))


def chromosome(contig: str) -> str | None:
    """Return the chromosome's name in the panel's style; None for other contigs."""
    name = {"MT": "M"}.get(contig.removeprefix("chr"), contig.removeprefix("chr"))
    return f"chr{name}" if name in CHROMOSOMES else None


def with_genotypes(path: Path, folder: Path) -> Path:
    """Return a file of sites with an invented sample that carries every alternative; others as they are."""
    if path.suffix == ".bcf" or open_source(path, sites=True).header.samples:
        return path
    text = path.read_bytes() if path.suffix == ".vcf" else gzip.decompress(path.read_bytes())
    lines = []
    for line in text.decode("utf-8", "replace").splitlines():
        cells = line.split("\t")
        if line.startswith("#CHROM"):
            lines.append("\t".join([*cells[:_FORMAT], "FORMAT", "invented"]))
        elif line.startswith("#"):
            lines.append(line)
        elif line:
            numbers = range(1, cells[4].count(",") + 2) if cells[4] != "." else [0]
            lines.append("\t".join([*cells[:_FORMAT], "GT", "/".join(map(str, numbers))]))
    copy = folder / "with-genotypes.vcf"
    copy.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    return copy


def ours(path: Path, *, by_index: bool) -> Found:
    """Read all samples with our reader; raises InputError."""
    source = open_source(path, 0 if by_index else 1 << 40)
    samples = list(source.header.samples)
    if is_wide(source):
        joint = read_joint(source, everywhere(), samples)
        numbers = {number: samples.index(name) for number, name in enumerate(joint.samples)}
        calls = joint.found.calls.with_columns(pl.col("sample").replace_strict(numbers))
        touched = joint.touched
    else:
        reading = read_samples(source, everywhere(), samples)
        touched = reading.touched
        parts = [
            reading.genotypes[name].calls.with_columns(sample=pl.lit(number, pl.Int64))
            for number, name in enumerate(samples)
        ]
        calls = pl.concat(parts)
    rows = calls.filter(pl.col("alt").str.contains(_BASES.pattern)).select("sample", *COLUMNS, *VALUES)
    return Found(Counter(touched.iter_rows()), Counter(rows.iter_rows()))


def by_bcftools(path: Path) -> tuple[Found, int]:
    """Read the same with bcftools and take its text apart; also returns how many records are elsewhere."""
    found, elsewhere = Found(), 0
    with tempfile.TemporaryDirectory() as folder:
        text = Path(folder) / "text.vcf"
        pysam.bcftools.view("--no-header", "-o", str(text), str(path), catch_stdout=False)
        for line in text.read_text(encoding="utf-8").splitlines():
            row = line.rstrip("\n").split("\t")
            contig = chromosome(row[0])
            if contig is None:
                elsewhere += 1
                continue
            if int(row[1]) > 0:  # POS 0 stands before the first base
                found.records[contig, int(row[1]), row[3]] += 1
                found.calls.update(_calls(contig, row))
    return found, elsewhere


def _calls(contig: str, row: list[str]) -> Iterator[Call]:
    alts, keys = row[4].split(","), row[_FORMAT].split(":") if len(row) > _FORMAT else []
    if "GT" not in keys:
        return
    for sample, text in enumerate(row[_SAMPLE:]):
        if _REFERENCE.match(text):
            continue
        values = dict(zip(keys, text.split(":"), strict=False))
        numbers = re.split("[|/]", values["GT"].lstrip("|/"))
        for number in sorted({int(number) for number in numbers if number != "."} - {0}):
            if _BASES.match(alts[number - 1]):
                place = (contig, int(row[1]), row[3], row[4], number)
                counts = (numbers.count(str(number)), len(numbers), numbers.count("."))
                told = (_depth(values), _reads(values, number), _number(values.get("GQ", ".")))
                yield (sample, *place, *counts, _phased(values, number, numbers), *told, row[6])


def _phased(values: dict[str, str], number: int, numbers: list[str]) -> bool:
    """Phased by GT; or once in a genotype that GATK (PGT) or its read-backed phasing (HP) places."""
    if "|" in values["GT"] and "/" not in values["GT"]:
        return True
    once = numbers.count(str(number)) == 1
    physical = values.get("PID", ".") != "." and sorted(values.get("PGT", ".").split("|")) == sorted(numbers)
    return once and (physical or "," in values.get("HP", "."))


def _number(text: str) -> float | None:
    return float(text) if text not in (".", "") else None


def _depth(values: dict[str, str]) -> float | None:
    reads = [int(text) for text in values.get("AD", ".").split(",") if text != "."]
    return _number(values["DP"]) if values.get("DP", ".") != "." else sum(reads) if reads else None


def _reads(values: dict[str, str], number: int) -> float | None:
    reads = values.get("AD", ".").split(",")
    return _number(reads[number]) if number < len(reads) else None


def by_cyvcf2(path: Path) -> Found:
    """Read records and genotypes with cyvcf2."""
    found = Found()
    for record in cyvcf2.VCF(str(path)):
        contig = chromosome(record.CHROM)
        if contig is None or record.POS == 0:
            continue
        found.records[contig, record.POS, record.REF] += 1
        alts = ",".join(record.ALT) or "."
        genotypes = record.genotype.array()[:, :-1] if "GT" in record.FORMAT else np.empty((0, 1), int)
        for sample in np.flatnonzero((genotypes > 0).any(axis=1)).tolist():
            alleles = [allele for allele in genotypes[sample].tolist() if allele > -2]
            for allele in sorted({allele for allele in alleles if 0 < allele <= len(record.ALT)}):
                if _BASES.match(record.ALT[allele - 1]):
                    counts = (alleles.count(allele), len(alleles), alleles.count(-1))
                    found.calls[(sample, contig, record.POS, record.REF, alts, allele, *counts)] += 1
    return found


def difference(left: Counter[Call], right: Counter[Call]) -> int:
    """Count what one side has and the other has not."""
    return (left - right).total() + (right - left).total()


def compare(path: Path, name: str) -> Row:
    """Read a file in all ways; raises InputError when it is refused by us."""
    with tempfile.TemporaryDirectory() as folder:
        copy = with_genotypes(path, Path(folder))
        mine = ours(copy, by_index=False)
        elsewhere = differing = 0
        refused: list[str] = []
        try:
            theirs, elsewhere = by_bcftools(copy)
            differing += difference(mine.records, theirs.records) + difference(mine.calls, theirs.calls)
        except pysam.SamtoolsError:
            refused.append(f"{name}: bcftools")
        try:
            third = by_cyvcf2(copy)
            bare = Counter(call[: 1 + len(COLUMNS)] for call in mine.calls.elements())
            differing += difference(mine.records, third.records) + difference(bare, third.calls)
        except Exception as error:  # cyvcf2 raises nothing more special
            refused.append(f"{name}: cyvcf2")
            if "error parsing variant" not in str(error):
                raise
        ways = "whole"
        if copy == path and open_source(path, 0).index is not None:
            ways = "whole, index"
            indexed = ours(path, by_index=True)
            differing += difference(mine.records, indexed.records) + difference(mine.calls, indexed.calls)
        samples = len(open_source(path, sites=True).header.samples)
        counts = (samples, elsewhere, mine.records.total(), mine.calls.total(), differing)
    return Row(name, *counts, ways, tuple(refused))


def together(name: str, rows: list[Row]) -> Row:
    """Add up the rows of a suite."""
    counts = (
        sum(getattr(row, column) for row in rows)
        for column in ("samples", "elsewhere", "records", "alleles", "differing")
    )
    refused = tuple(told for row in rows for told in row.refused_by)
    return Row(f"{name}, {len(rows)} files", *counts, "whole", refused)


def rows_of(folder: Path) -> list[Row]:
    """Compare every file that we read, the specification's own only if they have samples."""
    rows = []
    for path in real_files(folder):
        name = path.relative_to(folder).as_posix()
        try:
            if SUITE not in name or open_source(path).header.samples:
                rows.append(compare(path, name))
        except InputError:
            if SUITE not in name:  # of those, hts_specs.tsv says why they are refused
                raise
    return rows


def markdown(rows: list[Row]) -> str:
    """Write the table; the files of a suite become one row."""
    titles = ("file", "samples", "records elsewhere", "records", "called alleles", "differing", "read")
    suites: dict[str, list[Row]] = {}
    for row in rows:
        parts = row.file.split("/")
        suites.setdefault("/".join(parts[:2]) if parts[0] == "suites" else row.file, []).append(row)
    told = [found[0] if name == found[0].file else together(name, found) for name, found in suites.items()]
    head = [f"| {' | '.join(titles)} |", "|" + "---|" * len(titles)]
    return "\n".join([*head, *(row.line() for row in [*told, together("all", rows)])]) + "\n"


if __name__ == "__main__":
    found = rows_of(Path(sys.argv[1]))
    sys.stdout.write(markdown(found) + "\n".join(told for row in found for told in row.refused_by) + "\n")
