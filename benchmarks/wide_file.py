"""Time the reading of a joint file's carriers against cyvcf2 and bcftools, with the equality check beside it.

python benchmarks/generate.py wide --out FOLDER
python benchmarks/wide_file.py FOLDER/wide.vcf.gz FOLDER/wide.bcf
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path

import polars as pl
import pysam
from equality import COLUMNS, called_alleles
from joint_readers import JOINT_READERS
from measuring import as_rows, installed_bcftools, measure, run_child, table, versions, write_json
from regions import EXONS, PANEL, read_bed, regions, without_listed_alleles, write_bed

from evaluator.panel.genome import CONTIGS
from evaluator.variants.substitutions import as_called

OURS = "nbseval extract, library"
IN_MEMORY = "nbseval, carriers in memory"
READERS = (
    OURS,
    "nbseval extract, command",
    *JOINT_READERS,
    "bcftools query carriers, bundled",
    "bcftools query carriers, command",
    "limit: inflate everything",
)


def sample_sheet(file: Path, folder: Path) -> Path:
    """Write a sample sheet with every sample of the file."""
    with pysam.VariantFile(str(file)) as opened:
        samples = list(opened.header.samples)
    sheet = pl.DataFrame({"newborn": samples}).with_columns(sex=pl.lit("unknown"), vcf=pl.lit(str(file)))
    sheet.write_csv(folder / "samples.tsv", separator="\t")
    return folder / "samples.tsv"


def span(file: Path, bed: Path) -> None:
    """Write what the file's records cover, contig by contig, as regions."""
    reach: dict[str, tuple[int, int]] = {}
    with pysam.VariantFile(str(file)) as opened:
        for record in opened:
            start, end = reach.get(record.chrom, (record.start, record.stop))
            reach[record.chrom] = min(start, record.start), max(end, record.stop)
    rows = [(contig, *reach[contig]) for contig in CONTIGS if contig in reach]
    write_bed(pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row"), bed)


def expected(file: Path, bed: Path) -> pl.DataFrame:
    """Return the carriers' called alleles as htslib reads them, a row each.

    `phased` is what GT says, `phased_told` what GT or PGT says.
    """
    rows: list[tuple[object, ...]] = []
    with pysam.VariantFile(str(file)) as opened:
        names = list(opened.header.samples)
        wanted = read_bed(bed)
        for record in opened:
            inside = any(c == record.chrom and s < record.stop and record.start < e for c, s, e in wanted)
            if not inside:
                continue
            row = str(record).rstrip("\n").split("\t")
            for name, sample in zip(names, row[9:], strict=True):
                if not sample.startswith(("0/0", "0|0", "./.")):
                    fields = dict(zip(row[8].split(":"), sample.split(":"), strict=False))
                    own = "|" in fields["GT"]
                    rows += [
                        (name, *call, own, own or is_phased(fields, call))
                        for call in called_alleles([*row[:9], sample])
                    ]
    columns = ["newborn", *COLUMNS, "phased", "phased_told"]
    return pl.DataFrame(rows, schema=columns, orient="row", infer_schema_length=None).drop("phased_text")


def is_phased(fields: dict[str, str], call: tuple[object, ...]) -> bool:
    """Tell whether GATK's PGT is phased, where it is this genotype and names the allele once."""
    physical = fields.get("PGT", ".")
    same = sorted(physical.split("|")) == sorted(fields["GT"].split("/"))
    return fields.get("PID", ".") != "." and same and call[COLUMNS.index("copies")] == 1


def differing(found: pl.DataFrame, theirs: pl.DataFrame) -> int:
    """Count the rows that one side has and the other has not, by the columns that both have."""
    columns = [name for name in theirs.columns if name in found.columns]
    counts = [Counter(rows.select(columns).rows()) for rows in (found, theirs)]
    return (counts[0] - counts[1]).total() + (counts[1] - counts[0]).total()


def differences(job: dict[str, object], theirs: pl.DataFrame) -> dict[str, int]:
    """Count for each reader that gives rows how many called alleles differ from what htslib reads."""
    told = theirs.drop("phased").rename({"phased_told": "phased"})
    scratch = Path(str(job["scratch"]))
    once = {**job, "runs": 1, "warm_up": False}
    found: dict[str, int] = {}
    for reader in JOINT_READERS:
        run_child(reader, once)
        rows = pl.read_parquet(scratch / "rows.parquet")
        found[reader] = differing(rows, told if reader == IN_MEMORY else theirs)
    run_child(OURS, once)
    calls = pl.read_parquet(scratch / "store" / "batches" / "*" / "calls.parquet").filter(as_called())
    found[OURS] = differing(calls, told)
    return found


def bench(file: Path, options: argparse.Namespace) -> dict[str, object]:
    """Time the readers over one joint file, compare, print."""
    bcftools = bool(installed_bcftools())
    readers = [reader for reader in READERS if bcftools or "query carriers, command" not in reader]
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        bed = folder / "regions.bed"
        if options.everything:
            span(file, bed)
        else:
            write_bed(regions(options.panel, EXONS), bed)
        job: dict[str, object] = {
            "samples": sample_sheet(file.resolve(), folder),
            "files": [file.resolve()],
            "panel": without_listed_alleles(options.panel, folder / "panel"),
            "bed": bed,
            "scratch": folder,
            "runs": options.runs,
            "warm_up": True,
        }
        results = measure(readers, job, 1, options.rounds)
        theirs = expected(file, bed)
        unequal = differences(job, theirs)
    print(table(f"{file.name}, seconds per file", results, IN_MEMORY))
    for reader, count in unequal.items():
        print(f"  {reader:32} {count} of {len(theirs)} called alleles differ from what htslib reads")
    print(flush=True)
    rows = as_rows(results, IN_MEMORY)
    genotypes = sum(unequal.values())
    return {"title": file.name, "readers": rows, "genotypes": genotypes, "compared": len(theirs)}


def main() -> None:
    """Print a table per file; exit 1 when a genotype differs."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("file", type=Path, nargs="+", help="joint VCF or BCF")
    words.add_argument("--panel", type=Path, default=PANEL)
    words.add_argument("--everything", action="store_true", help="read all records, not the panel's exons")
    words.add_argument("--runs", type=int, default=1)
    words.add_argument("--rounds", type=int, default=3)
    words.add_argument("--json", type=Path)
    options = words.parse_args()
    for name, version in versions().items():
        print(f"{name}: {version}")
    found = [bench(file, options) for file in options.file]
    write_json(options.json, {"versions": versions(), "benchmarks": found})
    if any(bench["genotypes"] for bench in found):
        raise SystemExit("the readers do not agree: no time above counts")


if __name__ == "__main__":
    main()
