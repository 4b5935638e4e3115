"""Read newborns' records with polars-bio, in a Python of its own, for it wants another polars than ours.

python read_newborn.py FOLDER/samples.tsv --polars-bio PYTHON

The job comes as JSON on standard input; seconds, processor seconds, peak memory and the records found go out.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from collections.abc import Iterator
from functools import reduce
from operator import or_
from pathlib import Path

import polars as pl
import polars_bio

# Of many regions, or of several contigs, its engine gives up to use the index and reads from end to end.
REGIONS_AT_ONCE = 40
FORMAT = ["GT", "AD", "DP", "GQ", "PS"]


def conditions(bed: Path) -> Iterator[pl.Expr]:
    """Yield what records in some regions of one contig fulfil; polars-bio counts from 1, the end included."""
    inside: dict[str, list[pl.Expr]] = {}
    for line in bed.read_text(encoding="utf-8").splitlines():
        contig, start, end = line.split("\t")
        overlap = (pl.col("start") <= int(end)) & (pl.col("end") > int(start))
        inside.setdefault(contig, []).append(overlap)
    for contig, overlaps in inside.items():
        for first in range(0, len(overlaps), REGIONS_AT_ONCE):
            some = overlaps[first : first + REGIONS_AT_ONCE]
            yield (pl.col("chrom") == contig) & reduce(or_, some)


def read(files: list[str], bed: Path, out: Path) -> int:
    """Write each file's records in the regions as Parquet and return how many there are."""
    records = 0
    for file in files:
        source = polars_bio.scan_vcf(file, info_fields=[], format_fields=FORMAT)
        table = pl.concat([source.filter(condition).collect() for condition in conditions(bed)]).unique()
        table.write_parquet(out)
        records += table.height
    return records


def main() -> None:
    """Read once to be warm and then as often as the job says."""
    job = json.load(sys.stdin)
    out = Path(job["scratch"]) / "polars_bio.parquet"
    seconds, processor, records = [], [], 0
    for run in range(job["runs"] + job["warm_up"]):
        started, used = time.perf_counter(), time.process_time()
        records = read(job["files"], Path(job["bed"]), out)
        if run >= job["warm_up"]:
            seconds.append(time.perf_counter() - started)
            processor.append(time.process_time() - used)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print()  # after what it says of its progress
    told = {"seconds": seconds, "processor": processor, "peak_mb": peak_mb, "records": records}
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
