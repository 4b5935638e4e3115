"""What becomes of a file, whatever it is: its records are read, or it is refused with a line and a cause.

python tests/differential/outcomes.py FOLDER > tests/differential/hts_specs.tsv
"""

from __future__ import annotations

import re
import sys
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.reading import read_samples, require_explained
from evaluator.variants.sources import open_source

TABLE = Path(__file__).with_name("hts_specs.tsv")
COLUMNS = ("folder", "file", "versions", "outcome", "records", "line", "cause")
# Defects of files that are read all the same, by the file's name without failed_ and number: why they harm
# nobody.
HARMLESS = {
    "body_contiguous": "order: a plain file is read from end to end",
    "body_unsorted": "order: a plain file is read from end to end",
    "body_duplicated": "one allele in two records: both become rows, and rules count distinct alleles",
    "body_format": "FORMAT keys that are not read; the others are found by name",
    "body_id": "ID is not read",
    "body_info": "INFO keys that are not read, or END where the header does not declare it",
    "body_qual": "QUAL is not read",
    "body_ref": "IUPAC codes stand in real references; the base is kept as written",
    "body_sample": "FORMAT values that are not read",
    "body_samples_ploidy": "PL is not read",
}


@dataclass(frozen=True)
class Outcome:
    """What became of a file: its records in all chromosomes, or why and at which line it was refused."""

    read: bool
    records: int = 0
    line: int = 0
    cause: str = ""


def everywhere() -> Intervals:
    """Every base that a chromosome of either build has."""
    builds = CONTIG_LENGTHS.values()
    names = list(CONTIG_LENGTHS["GRCh38"])
    ends = [max(lengths[name] for lengths in builds) for name in names]
    return from_frame(pl.DataFrame({"contig": names, "start": [0] * len(names), "end": ends}))


def outcome(path: Path, regions: Intervals) -> Outcome:
    """Read all samples of a file."""
    try:
        source = open_source(path, 0)
        reading = read_samples(source, regions, list(source.header.samples))
        require_explained(source, reading)
    except InputError as error:
        problem = error.problems[0]
        if problem.file != str(path):
            raise AssertionError(f"{path} was told as {problem.file}") from error
        return Outcome(
            read=False, line=problem.line, cause=re.split("[;:]|, (?:so|which)", problem.message)[0]
        )
    return Outcome(read=True, records=reading.tally.in_regions)


def table(suite: Path) -> pl.DataFrame:
    """Return a row per file name and outcome, with the versions of VCF for which it is so."""
    regions = everywhere()
    rows = []
    for path in sorted(suite.glob("*/*/*.vcf")):
        version, folder, name = path.relative_to(suite).parts
        found = outcome(path, regions)
        cause = found.cause
        if found.read and folder == "failed":
            cause = HARMLESS[re.sub(r"_(?:\d+|integer_\w+)$", "", name.removesuffix(".vcf"))[7:]]
        told = "read" if found.read else "refused"
        rows.append((folder, name, version, told, found.records, found.line, cause))
    schema = dict.fromkeys(COLUMNS, pl.String) | {"records": pl.Int64, "line": pl.Int64}
    key = [name for name in COLUMNS if name != "versions"]
    frame = pl.DataFrame(rows, schema=schema, orient="row")
    versions = pl.col("versions").sort().str.join(" ")
    return frame.group_by(key).agg(versions).select(COLUMNS).sort("folder", "file", "versions")


def main() -> None:
    """Print the table."""
    sys.stdout.write(table(Path(sys.argv[1])).write_csv(separator="\t"))


if __name__ == "__main__":
    main()
