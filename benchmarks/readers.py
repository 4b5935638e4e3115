"""Read newborns' files with one reader, as a child process of a benchmark: its time and memory are its own.

Each reader takes the job and reads all its files once. Libraries are imported and the panel is loaded before
the clock starts, for a run reads many newborns in one process; rows called "command" pay for their start. The
job comes as JSON on standard input, the result goes out as JSON.
"""

# ruff: noqa: PLC0415 - a reader imports only its own library: the others' memory is not its own.
from __future__ import annotations

import json
import resource
import subprocess
import sys
import time
from bisect import bisect_right
from collections.abc import Callable, Iterator
from functools import cache, partial
from pathlib import Path

from job import Job, Read
from joint_readers import JOINT_READERS
from regions import read_bed

FIELDS = "%CHROM\t%POS\t%REF\t%ALT\t%FILTER[\t%GT\t%AD\t%DP\t%GQ\t%PS\t%PGT\t%PID]\n"
CALLED = 'GT="alt"'


def evaluator_batch(threads: int = 1) -> Read:
    """Return the library call behind `nbseval extract`: one batch, typed Parquet out."""
    from evaluator.panel.load import load_panel
    from evaluator.variants.extract import Request, extract

    panel_of = cache(load_panel)  # a run loads its panel once, however many newborns it reads

    def read(job: Job) -> None:
        request = Request(job.samples, panel_of(job.panel), job.store(), job.bed, threads=threads)
        extract(request, "1970-01-01T00:00:00+00:00")

    return read


def evaluator_command() -> Read:
    """Return `nbseval extract` as a user types it, the start of Python included."""

    def read(job: Job) -> None:
        words = ["extract", job.samples, "--panel", job.panel, "--regions", job.bed, "--out", job.store()]
        command = [sys.executable, "-m", "evaluator.cli.main", *map(str, words)]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)

    return read


def bundled(command: str, *options: str) -> Callable[[], Read]:
    """Return a bcftools command as pysam carries it, without the cost of starting a process."""

    def prepare() -> Read:
        import pysam.bcftools

        run = getattr(pysam.bcftools, command)

        def read(job: Job) -> None:
            for file in job.files:
                run(*_words(options, job, file), catch_stdout=False)

        return read

    return prepare


def installed(command: str, *options: str) -> Callable[[], Read]:
    """Return the bcftools found on PATH, a process per file."""

    def prepare() -> Read:
        def read(job: Job) -> None:
            for file in job.files:
                subprocess.run(["bcftools", command, *_words(options, job, file)], check=True)

        return read

    return prepare


def _words(options: tuple[str, ...], job: Job, file: Path) -> list[str]:
    return [
        *(str(job.bed) if word == "BED" else word for word in options),
        "-o",
        str(job.scratch / "out"),
        str(file),
    ]


def cyvcf2_by_region() -> Read:
    """Return a loop over the regions with cyvcf2, keeping the fields that the store keeps."""
    from cyvcf2 import VCF

    def read(job: Job) -> None:
        regions = read_bed(job.bed)
        for file in job.files:
            reader = VCF(str(file))
            for contig, start, end in regions:
                for _ in map(_fields, reader(f"{contig}:{start + 1}-{end}")):
                    pass

    return read


def cyvcf2_whole() -> Read:
    """Return a loop over all records with cyvcf2 that keeps those which overlap a region."""
    from cyvcf2 import VCF

    def read(job: Job) -> None:
        starts, ends = _by_contig(job.bed)
        for file in job.files:
            for record in VCF(str(file)):
                first = bisect_right(ends.get(record.CHROM, []), record.start)
                if first < len(starts.get(record.CHROM, [])) and starts[record.CHROM][first] < record.end:
                    _fields(record)

    return read


def _by_contig(bed: Path) -> tuple[dict[str, list[int]], dict[str, list[int]]]:
    starts: dict[str, list[int]] = {}
    ends: dict[str, list[int]] = {}
    for contig, start, end in read_bed(bed):
        starts.setdefault(contig, []).append(start)
        ends.setdefault(contig, []).append(end)
    return starts, ends


def _fields(record: object) -> tuple[object, ...]:
    format_values = (record.format(key) for key in ("AD", "DP", "GQ", "PS"))
    return record.CHROM, record.POS, record.REF, record.ALT, record.FILTERS, record.genotypes, *format_values


def floor_indexed() -> Read:
    """Return the least that any reader must do: read the index, inflate the blocks that it points at.

    Which blocks these are is found before the clock starts.
    """
    from isal import igzip_lib

    spans: dict[Path, list[tuple[int, int]]] = {}

    def read(job: Job) -> None:
        for file in job.files:
            index = file.with_name(file.name + ".tbi")
            if file not in spans:
                spans[file] = _spans(file, index, job.bed)
            for _ in _members(index.read_bytes()):
                pass
            with file.open("rb") as stream:
                for begin, end in spans[file]:
                    stream.seek(begin >> 16)
                    text = stream.read((end >> 16) - (begin >> 16) + (1 << 16 if end & 0xFFFF else 0))
                    for _ in _members(text, (end >> 16) - (begin >> 16)):
                        pass

    def _members(raw: bytes, last: int | None = None) -> Iterator[bytes]:
        at, limit = 0, len(raw) - 1 if last is None else last
        while at <= limit and at < len(raw):
            size = int.from_bytes(raw[at + 16 : at + 18], "little") + 1
            yield igzip_lib.decompress(raw[at + 18 : at + size - 8], igzip_lib.DECOMP_DEFLATE)
            at += size

    return read


def _spans(file: Path, index: Path, bed: Path) -> list[tuple[int, int]]:
    import polars as pl

    from evaluator.variants.index import spans
    from evaluator.variants.intervals import from_frame

    regions = pl.DataFrame(read_bed(bed), schema=["contig", "start", "end"], orient="row")
    return spans(index, file, from_frame(regions))


def floor_whole() -> Read:
    """Return the least that a reader without an index must do: inflate everything."""
    from isal import igzip

    def read(job: Job) -> None:
        for file in job.files:
            with igzip.open(file) as stream:
                while stream.read(1 << 20):
                    pass

    return read


VIEW = ("-i", CALLED, "-Ob")
TARGETS = ("-T", "BED", "--targets-overlap", "2")
CARRIERS = "[%SAMPLE\t%CHROM\t%POS\t%REF\t%ALT\t%GT\t%AD\t%DP\t%GQ\n]"
READERS: dict[str, Callable[[], Read]] = {
    "nbseval extract, library": evaluator_batch,
    "nbseval extract, library, 2 threads": partial(evaluator_batch, 2),
    "nbseval extract, command": evaluator_command,
    "bcftools view -R, bundled": bundled("view", "-R", "BED", *VIEW),
    "bcftools query -R, bundled": bundled("query", "-R", "BED", "-f", FIELDS),
    "bcftools view -R, command": installed("view", "-R", "BED", *VIEW),
    "bcftools query -R, command": installed("query", "-R", "BED", "-f", FIELDS),
    "cyvcf2, region by region": cyvcf2_by_region,
    "limit: inflate touched blocks": floor_indexed,
    "bcftools view -T, bundled": bundled("view", *TARGETS, *VIEW),
    "bcftools view -T, command": installed("view", *TARGETS, *VIEW),
    "cyvcf2, all records": cyvcf2_whole,
    **{name: prepare for name, (prepare, _) in JOINT_READERS.items()},
    "bcftools query carriers, bundled": bundled("query", "-R", "BED", "-i", CALLED, "-f", CARRIERS),
    "bcftools query carriers, command": installed("query", "-R", "BED", "-i", CALLED, "-f", CARRIERS),
    "limit: inflate everything": floor_whole,
}


def peak_megabytes() -> float:
    """Return the peak memory of this process or of the largest one it started.

    Linux hands a parent's peak on to the program it starts, so our own is read from /proc where there is one.
    """
    status = Path("/proc/self/status")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    if status.exists():
        lines = dict(line.split(":", 1) for line in status.read_text(encoding="utf-8").splitlines())
        own = int(lines["VmHWM"].split()[0])
    return max(own, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024


def processor_seconds() -> float:
    """Return the processor time of this process and of the programs it has started, all threads together."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in used)


def main() -> None:
    """Run one reader: wall-clock and processor seconds of the runs and the peak memory go out as JSON."""
    job = Job.from_json(sys.stdin.read())
    read = READERS[sys.argv[1]]()
    seconds, processor = [], []
    found: object = None
    for run in range(job.runs + job.warm_up):
        started, used = time.perf_counter(), processor_seconds()
        found = read(job)
        if run >= job.warm_up:
            seconds.append(time.perf_counter() - started)
            processor.append(processor_seconds() - used)
    if sys.argv[1] in JOINT_READERS:
        JOINT_READERS[sys.argv[1]][1](found).write_parquet(job.rows())
    json.dump({"seconds": seconds, "processor": processor, "peak_mb": peak_megabytes()}, sys.stdout)


if __name__ == "__main__":
    main()
