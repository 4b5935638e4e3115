"""The check that stands beside every time notices a difference."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import polars as pl
import pytest

SMALL = ("--newborns", "2", "--records", "60000", "--symbolic")


def run(repository: Path, script: str, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run one script of the benchmarks."""
    command = [sys.executable, str(repository / "benchmarks" / script), *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, timeout=300, check=False, cwd=repository)


@pytest.fixture(scope="module")
def extracted(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two small newborns, read into a store over the panel's whole genes."""
    folder = tmp_path_factory.mktemp("extracted")
    made = run(repository, "generate.py", "wgs", *SMALL, "--out", folder)
    assert made.returncode == 0, made.stderr
    prepared = run(repository, "regions.py", "genes", folder / "genes.bed")
    assert prepared.returncode == 0, prepared.stderr
    command = [sys.executable, "-m", "evaluator.cli.main", "extract", folder / "samples.tsv"]
    options = ["--panel", "panel/generation-study", "--regions", folder / "genes.bed"]
    done = subprocess.run(
        [*map(str, (*command, *options)), "--out", str(folder / "store")],
        capture_output=True,
        text=True,
        check=False,
        cwd=repository,
    )
    assert done.returncode == 0, done.stderr
    return folder


def compared(repository: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """Compare the store of a folder with its files."""
    return run(repository, "equality.py", folder / "samples.tsv", folder / "genes.bed", folder / "store")


def test_the_store_holds_what_bcftools_finds(repository: Path, extracted: Path) -> None:
    """No record and no genotype differs from `bcftools view -R`, and there was something to compare."""
    done = compared(repository, extracted)
    assert done.returncode == 0, done.stderr
    records, genotypes, alleles = map(int, done.stdout.split())
    assert (records, genotypes) == (0, 0)
    assert alleles > 500


def test_a_single_changed_genotype_is_noticed(repository: Path, extracted: Path) -> None:
    """One copy too many in one call, and one call left out, are counted."""
    (path,) = (extracted / "store" / "batches").glob("*/calls.parquet")
    before = path.read_bytes()
    calls = pl.read_parquet(path)
    first = pl.int_range(calls.height) == 0
    changed = pl.when(first).then(pl.col("copies") + 1).otherwise("copies").cast(pl.Int8)
    calls.with_columns(copies=changed).head(-1).write_parquet(path)
    try:
        done = compared(repository, extracted)
    finally:
        path.write_bytes(before)
    assert done.returncode == 1
    records, genotypes, _ = map(int, done.stdout.split())
    assert records == 1
    assert genotypes == 3
