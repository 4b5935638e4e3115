"""Time the reading of whole-genome newborns against bcftools and cyvcf2, with the equality check beside it.

python benchmarks/generate.py wgs --newborns 10 --out FOLDER
python benchmarks/generate.py wgs --newborns 1 --symbolic --out SYMBOLIC
python benchmarks/read_newborn.py FOLDER/samples.tsv --scan SYMBOLIC/samples.tsv --json times.json
"""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import polars as pl
from equality import Difference, compare, newborns
from measuring import (
    as_rows,
    installed_bcftools,
    measure,
    polars_bio,
    run_child,
    table,
    versions,
    write_json,
)
from regions import EXONS, GENES, PANEL, regions, without_listed_alleles, write_bed

OURS = "nbseval extract, library"
PEER = "bcftools view -R, bundled"
INDEXED = (
    OURS,
    "nbseval extract, library, 2 threads",
    "nbseval extract, command",
    "bcftools view -R, bundled",
    "bcftools query -R, bundled",
    "bcftools view -R, command",
    "bcftools query -R, command",
    "cyvcf2, region by region",
    "limit: inflate touched blocks",
)
WHOLE = (
    OURS,
    "nbseval extract, command",
    "bcftools view -T, bundled",
    "bcftools view -T, command",
    "cyvcf2, all records",
    "limit: inflate everything",
)


def available(readers: tuple[str, ...]) -> list[str]:
    """Leave out the bcftools command where none is installed."""
    bcftools = bool(installed_bcftools())
    return [
        reader for reader in readers if bcftools or not reader.startswith("bcftools") or "bundled" in reader
    ]


def without_index(sheet: Path, count: int, folder: Path) -> Path:
    """Lay the first newborns' files, without their indices, into a folder with its own sample sheet."""
    rows = pl.read_csv(sheet, separator="\t").head(count)
    for vcf in rows["vcf"]:
        (folder / Path(vcf).name).symlink_to((sheet.parent / vcf).resolve())
    copied = rows.with_columns(pl.col("vcf").map_elements(lambda vcf: Path(vcf).name, return_dtype=pl.String))
    copied.write_csv(folder / "samples.tsv", separator="\t")
    return folder / "samples.tsv"


def bench(
    title: str, readers: tuple[str, ...], sheet: Path, bed: Path, rounds: int, options: argparse.Namespace
) -> dict[str, object]:
    """Time the readers over one sheet and one set of regions, compare, print."""
    files = newborns(sheet)
    with tempfile.TemporaryDirectory(dir=options.scratch) as scratch:
        job: dict[str, object] = {
            "samples": sheet,
            "files": list(files.values()),
            "panel": options.bare_panel,
            "bed": bed,
            "scratch": scratch,
            "runs": options.runs,
            "warm_up": readers is INDEXED,  # without an index that takes minutes
        }
        if readers is WHOLE:  # the files into the page cache, and our panel loaded before the clock starts
            run_child("limit: inflate everything", job)
            results = measure([OURS], {**job, "warm_up": True}, len(files), rounds)
            results += measure(available(readers[1:]), job, len(files), rounds)
        else:
            results = measure(available(readers), job, len(files), rounds)
        run_child(OURS, {**job, "runs": 1, "warm_up": False})
        store = Path(scratch) / "store"
        if options.polars_bio and title == f"index, {GENES}":
            row, found = polars_bio(options.polars_bio, job)
            results.append(row)
            ours = manifest_inputs(store)[0]["records_in_regions"]
            print(f"polars-bio found {found} records of the first newborn, we {ours}")
        indexed = {newborn: path.resolve() for newborn, path in files.items()}
        difference = compare(indexed, bed, store)
        how = ways_of_reading(store)
    print(table(f"{title}, {len(files)} newborns, seconds per newborn", results, OURS))
    print(told(difference, how), flush=True)
    rows = as_rows(results, OURS)
    return {"title": title, "newborns": len(files), "read": how, "readers": rows, **vars(difference)}


def ways_of_reading(store: Path) -> list[str]:
    """Return how our reader read the files, as the manifests tell: index, probed or whole."""
    return sorted({entry["read"] for entry in manifest_inputs(store)})


def manifest_inputs(store: Path) -> list[dict[str, Any]]:
    """Return what our manifests tell of each file, in the order of the sheet: how it was read, how much."""
    manifests = sorted(store.glob("batches/*/manifest.json"))
    return [entry for path in manifests for entry in json.loads(path.read_text(encoding="utf-8"))["inputs"]]


def told(difference: Difference, how: list[str]) -> str:
    """Render the equality check and how the files were read."""
    return (
        f"  read by us: {', '.join(how)}\n"
        f"  equality: {difference.records} records and {difference.genotypes} genotypes differ from"
        f" `bcftools view -R`; {difference.compared} called alleles compared\n"
    )


def run(options: argparse.Namespace) -> list[dict[str, object]]:
    """Run every benchmark that was asked for."""
    found = []
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = Path(name)
        options.bare_panel = without_listed_alleles(options.panel, folder / "panel")
        for kind in options.regions:
            bed = folder / f"{kind}.bed"
            write_bed(regions(options.panel, kind), bed)
            found.append(bench(f"index, {kind}", INDEXED, options.samples, bed, options.rounds, options))
        sheets = {"searched": options.samples if options.whole else None, "scanned": options.scan}
        for way, sheet in sheets.items():
            if sheet is not None:
                bare = folder / way
                bare.mkdir()
                copied = without_index(sheet, max(1, options.whole), bare)
                title = f"no index, {way}, {kind}"
                found.append(bench(title, WHOLE, copied, bed, options.whole_rounds, options))
    return found


def too_slow(found: list[dict[str, object]], limit: float | None) -> list[str]:
    """Name the benchmarks in which our least processor time was more than `limit` times the peer's."""
    slow = []
    for bench in found:
        least = {row["reader"]: min(row["processor"]) for row in bench["readers"]}
        if limit is not None and PEER in least and least[OURS] > limit * least[PEER]:
            slow.append(bench["title"])
    return slow


def parser() -> argparse.ArgumentParser:
    """Describe the command line."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("samples", type=Path, help="the sample sheet of the generated newborns")
    words.add_argument("--panel", type=Path, default=PANEL)
    words.add_argument("--regions", nargs="+", choices=(EXONS, GENES), default=[EXONS, GENES])
    words.add_argument("--whole", type=int, default=2, help="newborns to read without an index (0: none)")
    words.add_argument(
        "--scan", type=Path, help="a sheet of newborns whose headers declare END, to scan whole"
    )
    words.add_argument("--runs", type=int, default=1, help="timed runs per child, after one warm-up")
    words.add_argument("--rounds", type=int, default=3, help="child processes per reader, turn about")
    words.add_argument("--whole-rounds", type=int, default=1, help="the same without an index")
    words.add_argument(
        "--guard", type=float, help=f"exit 1 when ours takes more than so many times as long as {PEER}"
    )
    words.add_argument("--scratch", type=Path, help="a folder on a fast disk for what the readers write")
    words.add_argument("--polars-bio", help="a Python with polars-bio: read one newborn with it as well")
    words.add_argument("--json", type=Path, help="write the result here too")
    return words


def main() -> None:
    """Print the versions and the tables; exit 1 when a record or a genotype differs."""
    options = parser().parse_args()
    for name, version in versions().items():
        print(f"{name}: {version}")
    found = run(options)
    write_json(options.json, {"versions": versions(), "benchmarks": found})
    if any(bench["records"] or bench["genotypes"] for bench in found):
        raise SystemExit("the readers do not agree: no time above counts")
    slow = too_slow(found, options.guard)
    if slow:
        raise SystemExit(f"more than {options.guard} times as slow as {PEER}: {', '.join(slow)}")


if __name__ == "__main__":
    main()
