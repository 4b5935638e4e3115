"""Does reading a file ten times as long take more memory? Measured for each way in which a file is read.

python benchmarks/memory.py --records 200000

The long file holds the short one's records and nine times as many after them; both are read in the same
stretches, which lie where the short file has records too. Ends with exit code 1 when the long file takes
over a tenth more.
"""

from __future__ import annotations

import argparse
import gzip
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pysam
from measuring import run_child, write_json
from read_newborn import ways_of_reading
from regions import PANEL, without_listed_alleles

LIMIT = 1.10
LENGTHS = {"short": 1, "long": 10}
SPACING = 100  # bases between records
LENGTH = 248_956_422  # of chr1
STRETCHES = 200
READER = "nbseval extract, library"
DECLARED = "##INFO=<ID=END,Number=1,Type=Integer,Description=End>\n"  # then every record must be looked at
HEADER = (
    "##fileformat=VCFv4.2\n{declared}##contig=<ID=chr1,length=248956422>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
)
RECORD = (
    "chr1\t{position}\t.\t{ref}\t{alt}\t812.77\tPASS\tAC=1;AF=0.500;AN=2;BaseQRankSum=-0.356;DP={depth};FS=9.565;"
    "MQ=60.00;MQRankSum=-1.531;QD=23.23;ReadPosRankSum=-2.389;SOR=0.886\tGT:AD:DP:GQ:PL\t"
    "0/1:{half},{half}:{depth}:99:188,0,{position}\n"
)
WAYS = ("index", "searched", "scanned", "gzip", "plain text")


def lines(records: int, declared: str) -> Iterator[str]:
    """Yield the header and the records, a thousand at once."""
    yield HEADER.format(declared=declared)
    for first in range(0, records, 1000):
        yield "".join(map(record, range(first, min(first + 1000, records))))


def record(number: int) -> str:
    """Return one record; its values depend on its number alone."""
    depth = 20 + number % 30
    ref, alt = "ACGT"[number % 4], "CGTA"[number % 4]
    return RECORD.format(position=(number + 1) * SPACING, ref=ref, alt=alt, depth=depth, half=depth // 2)


def write(way: str, records: int, folder: Path) -> Path:
    """Write a newborn's file in the form that is read in this way, and return its sample sheet."""
    folder.mkdir(parents=True)
    plain = folder / "newborn.vcf"
    with plain.open("w", encoding="utf-8") as stream:
        stream.writelines(lines(records, DECLARED if way == "scanned" else ""))
    packed = plain.with_name("newborn.vcf.gz")
    if way == "gzip":
        with plain.open("rb") as source, gzip.open(packed, "wb", compresslevel=1) as target:
            shutil.copyfileobj(source, target)
    elif way != "plain text":
        pysam.tabix_compress(str(plain), str(packed))
    if way == "index":
        pysam.tabix_index(str(packed), preset="vcf")
    if packed.exists():
        plain.unlink()
    name = packed.name if packed.exists() else plain.name
    sheet = folder / "samples.tsv"
    sheet.write_text(f"newborn\tsex\tvcf\nN\tfemale\t{name}\n", encoding="utf-8")
    return sheet


def write_stretches(path: Path, records: int) -> None:
    """Write the stretches to read, spread over the records of the short file."""
    apart = records * SPACING // STRETCHES
    rows = (f"chr1\t{start}\t{start + apart // 5}\n" for start in range(0, apart * STRETCHES, apart))
    path.write_text("".join(rows), encoding="utf-8")


def peaks(way: str, options: argparse.Namespace, folder: Path) -> dict[str, float]:
    """Return the peak memory in megabytes of reading the short and the long file; raises SystemExit.

    A file of less than a megabyte is read whole, and then another way than this was measured.
    """
    expected = {"index": ["index"], "searched": ["probed"]}.get(way, ["whole"])
    found = {}
    for length, times in LENGTHS.items():
        sheet = write(way, options.records * times, folder / way / length)
        job = {"samples": sheet, "files": [], "panel": folder / "panel", "bed": folder / "stretches.bed"}
        child = {**job, "scratch": folder / way / length, "runs": 1, "warm_up": False}
        found[length] = float(run_child(READER, child)["peak_mb"])
        how = ways_of_reading(folder / way / length / "store")
        if how != expected:
            raise SystemExit(f"{way}: read as {how}, not as {expected}; ask for more --records")
        shutil.rmtree(folder / way / length)
    return found


def main() -> None:
    """Print the table; exit 1 when a way of reading takes more memory for the long file."""
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--records", type=int, default=200_000, help="records of the short file")
    words.add_argument("--ways", nargs="+", choices=WAYS, default=list(WAYS))
    words.add_argument("--panel", type=Path, default=PANEL)
    words.add_argument("--scratch", type=Path, help="a folder with room for the files")
    words.add_argument("--json", type=Path, help="write the result here too")
    options = words.parse_args()
    if options.records * LENGTHS["long"] * SPACING > LENGTH:
        words.error(f"chr1 has no room for ten times {options.records} records")
    with tempfile.TemporaryDirectory(dir=options.scratch) as name:
        folder = Path(name)
        without_listed_alleles(options.panel, folder / "panel")
        write_stretches(folder / "stretches.bed", options.records)
        found = {way: peaks(way, options, folder) for way in options.ways}
    print(f"  {'way of reading':16} {'short MB':>9} {'long MB':>9} {'long/short':>10}")
    for way, peak in found.items():
        print(f"  {way:16} {peak['short']:9.0f} {peak['long']:9.0f} {peak['long'] / peak['short']:10.2f}")
    write_json(options.json, {"records": options.records, "peak_mb": found})
    grown = [way for way, peak in found.items() if peak["long"] > LIMIT * peak["short"]]
    if grown:
        raise SystemExit(f"takes more memory for a longer file: {', '.join(grown)}")


if __name__ == "__main__":
    main()
