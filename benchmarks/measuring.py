"""Run readers in child processes, turn about, and print what they took."""

from __future__ import annotations

import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pysam

CHILD = Path(__file__).with_name("readers.py")
POLARS_BIO = Path(__file__).with_name("polars_bio_reader.py")


@dataclass
class Measured:
    """What one reader took: seconds per newborn of every run, peak memory in megabytes."""

    reader: str
    seconds: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)  # the same, in processor seconds of all threads
    peak_mb: float = 0.0

    @property
    def median(self) -> float:
        """The median of the runs."""
        return statistics.median(self.seconds)


def measure(readers: Sequence[str], job: dict[str, object], per: int, rounds: int) -> list[Measured]:
    """Time each reader in `rounds` child processes, turn about, so that a busy minute meets all of them.

    Seconds are divided by `per`, the newborns a run reads.
    """
    results = [Measured(reader) for reader in readers]
    for turn in range(rounds):
        for result in results:
            print(f"round {turn + 1} of {rounds}: {result.reader}", file=sys.stderr)
            told = run_child(result.reader, job)
            result.seconds += [seconds / per for seconds in told["seconds"]]
            result.processor += [seconds / per for seconds in told["processor"]]
            result.peak_mb = max(result.peak_mb, told["peak_mb"])
    return results


def run_child(reader: str, job: dict[str, object]) -> dict[str, object]:
    """Run one reader in a process of its own; a library has the threads that its row names, polars' too."""
    threads = "2" if reader.endswith("2 threads") else "1"
    environment = {} if reader.endswith("command") else {"POLARS_MAX_THREADS": threads}
    return _told_by([sys.executable, str(CHILD), reader], job, environment)


def polars_bio(python: str, job: dict[str, object]) -> tuple[Measured, int]:
    """Time polars-bio in a Python that has it, on the job's first file; return how many records it found."""
    first = {**job, "files": list(job["files"])[:1], "warm_up": False}
    told = _told_by([python, str(POLARS_BIO)], first, {})
    row = Measured("polars-bio, one newborn", told["seconds"], told["processor"], told["peak_mb"])
    return row, told["records"]


def _told_by(command: list[str], job: dict[str, object], environment: dict[str, str]) -> dict[str, object]:
    done = subprocess.run(
        command,
        input=json.dumps(job, default=str),
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        env={**os.environ, **environment},
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def table(title: str, results: Sequence[Measured], ours: str) -> str:
    """Render one table: seconds, median and fastest, processor seconds likewise, peak memory, times ours."""
    titles = (
        f"{'median s':>9} {'fastest s':>9} {'CPU s':>9} {'least CPU':>9} {'peak MB':>8} {'times ours':>10}"
    )
    lines = [title, f"  {'reader':32} {titles}"]
    lines += [
        f"  {row['reader']:32} {row['median']:9.3f} {row['fastest']:9.3f} {row['median_processor']:9.3f}"
        f" {row['least_processor']:9.3f} {row['peak_mb']:8.0f} {row['times_ours']:10.2f}"
        for row in as_rows(results, ours)
    ]
    return "\n".join(lines)


def as_rows(results: Sequence[Measured], ours: str) -> list[dict[str, object]]:
    """Return the same as plain data."""
    base = next(result.median for result in results if result.reader == ours)
    return [
        {
            "reader": result.reader,
            "seconds": result.seconds,
            "median": result.median,
            "fastest": min(result.seconds),
            "processor": result.processor,
            "median_processor": statistics.median(result.processor),
            "least_processor": min(result.processor),
            "peak_mb": result.peak_mb,
            "times_ours": result.median / base,
        }
        for result in results
    ]


def installed_bcftools() -> str:
    """Return the version of the bcftools on PATH; empty when there is none."""
    if shutil.which("bcftools") is None:
        return ""
    done = subprocess.run(["bcftools", "--version-only"], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def versions() -> dict[str, str]:
    """Name what was compared."""
    return {
        "python": platform.python_version(),
        "pysam": pysam.__version__,
        "bcftools bundled with pysam": pysam.version.__bcftools_version__,
        "bcftools on PATH": installed_bcftools() or "none",
    }


def write_json(path: Path | None, content: dict[str, object]) -> None:
    """Write the result where it was asked for."""
    if path is not None:
        path.write_text(json.dumps(content, indent=1, sort_keys=True) + "\n", encoding="utf-8")
