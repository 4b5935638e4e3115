"""No time without this: does the store hold what bcftools finds?

The oracle is `bcftools view -R` as pysam carries it. It is parsed here with plain string work, on purpose
without a line of the package.

python benchmarks/equality.py SAMPLES.tsv REGIONS.bed STORE
"""

from __future__ import annotations

import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pysam.bcftools

Record = tuple[str, int, str, str]
COLUMNS = (
    *("contig", "source_position", "source_ref", "source_alts", "position", "ref", "alt"),
    *("copies", "ploidy", "phased_text", "depth", "alt_depth", "genotype_quality"),
)


@dataclass(frozen=True)
class Difference:
    """How many records and how many genotypes one side has and the other has not."""

    records: int
    genotypes: int
    compared: int


def compare(files: dict[str, Path], bed: Path, store: Path) -> Difference:
    """Compare the calls of a store with what bcftools finds in the newborns' files."""
    calls = pl.read_parquet(store / "batches" / "*" / "calls.parquet")
    records = genotypes = compared = 0
    for newborn, path in sorted(files.items()):
        theirs = Counter(expected(path, bed))
        ours = Counter(stored(calls.filter(pl.col("newborn") == newborn)))
        compared += theirs.total()
        genotypes += (theirs - ours).total() + (ours - theirs).total()
        records += len({call[:4] for call in theirs} ^ {call[:4] for call in ours})
    return Difference(records, genotypes, compared)


def newborns(sheet: Path) -> dict[str, Path]:
    """Return every newborn's file; raises SystemExit when two rows name one file."""
    rows = pl.read_csv(sheet, separator="\t").select("newborn", "vcf").rows()
    files = {newborn: sheet.parent / vcf for newborn, vcf in rows}
    if len({file.resolve() for file in files.values()}) != len(files):
        raise SystemExit(f"{sheet}: the newborns must have distinct files")
    return files


def stored(calls: pl.DataFrame) -> list[tuple[object, ...]]:
    """Return our calls as tuples of COLUMNS; a genotype with a phase set counts as phased.

    Base changes inside longer alleles and rows against a call are ours alone: no record stands for them.
    """
    calls = calls.filter(pl.col("part_of").is_null(), pl.col("copies") > 0)
    return calls.with_columns(phased_text=pl.col("phased")).select(COLUMNS).rows()


def expected(path: Path, bed: Path) -> list[tuple[object, ...]]:
    """Return the called alternative alleles of known sequence that bcftools finds in a newborn's file."""
    text = pysam.bcftools.view("--no-header", "-R", str(bed), str(path))
    seen = set()
    calls = []
    for line in text.splitlines():
        if line not in seen:  # a record that overlaps two regions may be printed twice
            seen.add(line)
            calls += called_alleles(line.split("\t"))
    return calls


def called_alleles(row: list[str]) -> list[tuple[object, ...]]:
    """Return one tuple of COLUMNS per alternative allele that the first sample's genotype names."""
    contig, position, _, ref, alts = row[:5]
    fields = dict(zip(row[8].split(":"), row[9].split(":"), strict=False))
    numbers = fields["GT"].replace("|", "/").split("/")
    phased = "|" in fields["GT"] or ("PID" in fields and fields["PID"] != ".")
    calls = []
    for number in sorted({int(number) for number in numbers if number != "."} - {0}):
        alt = alts.split(",")[number - 1]
        if alt != "*" and not alt.startswith("<"):
            place, short_ref, short_alt = trimmed(int(position), ref, alt)
            depth = value(fields, "DP")
            alt_depth = int(fields["AD"].split(",")[number]) if "AD" in fields else None
            counts = (numbers.count(str(number)), len(numbers), phased, depth, alt_depth, value(fields, "GQ"))
            calls.append((contig, int(position), ref, alts, place, short_ref, short_alt, *counts))
    return calls


def value(fields: dict[str, str], key: str) -> int | None:
    """Return a number of the sample; None where it has none."""
    return int(fields[key]) if fields.get(key, ".") != "." else None


def trimmed(position: int, ref: str, alt: str) -> tuple[int, str, str]:
    """Cut what REF and ALT share at the end, then at the beginning, and leave a base of each."""
    while len(ref) > 1 and len(alt) > 1 and ref[-1] == alt[-1]:
        ref, alt = ref[:-1], alt[:-1]
    while len(ref) > 1 and len(alt) > 1 and ref[0] == alt[0]:
        position, ref, alt = position + 1, ref[1:], alt[1:]
    return position, ref, alt


def main() -> None:
    """Print differing records, differing genotypes and compared alleles; exit 1 when one differs."""
    sheet, bed, store = map(Path, sys.argv[1:])
    found = compare(newborns(sheet), bed, store)
    print(found.records, found.genotypes, found.compared)
    sys.exit(1 if found.records or found.genotypes else 0)


if __name__ == "__main__":
    main()
