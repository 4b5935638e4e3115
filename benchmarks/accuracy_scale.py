"""Time `nbseval accuracy` on a drawn cohort, without a VCF: findings, samples and outcomes only.

Usage: python benchmarks/accuracy_scale.py [--newborns 100000] [--conditions 300] [--folder DIR]
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.panel.genes import gene_models

NEWBORNS_PER_PART = 5_000
# Shares of gene rows that are not the usual answer; ours, so that the common ways to differ all occur.
ANSWERS = (
    (0.9498, "not reportable", "no_qualifying_allele"),
    (0.02, "not reportable", "one_allele_only;known_pathogenic"),
    (0.03, "not assessed", "low_callability"),
    (0.0001, "reportable", "known_pathogenic;homozygous"),
    (0.0001, "pending phase", "phase_unknown;known_pathogenic"),
)
LINKED_CONDITIONS = 9  # as many as the blood spot programme of the United Kingdom had before 2025
FOLLOWED_UP = 1.0  # of newborns, for the linked conditions: a registry answers for everybody


def main() -> None:
    """Draw the cohort, run the command in a process of its own, print what it took."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--newborns", type=int, default=100_000)
    parser.add_argument("--conditions", type=int, default=300)
    parser.add_argument("--folder", type=Path, help="Keep the cohort here, and use it again.")
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = chosen.folder or Path(temporary)
        if not (folder / "findings.parquet").exists():
            if folder.exists() and any(folder.iterdir()):
                parser.error(f"{folder} holds something else")
            draw(folder, chosen.newborns, chosen.conditions)
        for words in (("overall",), ("overall", "condition", "group", "site", "ancestry", "gene")):
            measure(folder, words)


def measure(folder: Path, strata: tuple[str, ...]) -> None:
    """Run the command once and print seconds, processor seconds and peak memory."""
    by = [word for stratum in strata for word in ("--by", stratum)]
    tables = ["--samples", "samples.tsv", "--outcomes", "outcomes.tsv", "--format", "json"]
    command = [sys.executable, "-m", "evaluator.cli.main", "accuracy", "findings.parquet", "--panel", "panel"]
    begun, before = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(
        [*command, *tables, *by, "--out", "accuracy.json"],
        cwd=folder,
        check=True,
        env={**os.environ, "PYTHONPATH": str(Path(__file__).resolve().parent.parent)},
    )
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    processor = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    print(
        f"by {', '.join(strata)}: {time.perf_counter() - begun:.1f} s, {processor:.1f} processor seconds,"
        f" peak {after.ru_maxrss / 1024:.0f} MB"
    )


def draw(folder: Path, newborns: int, conditions: int) -> None:
    """Write a panel, its findings, samples and outcomes; the seed is fixed."""
    generator = np.random.default_rng(20261122)
    folder.mkdir(parents=True, exist_ok=True)
    rows = gene_rows(conditions)
    write_panel(folder / "panel", rows)
    names = pl.Series("newborn", np.arange(newborns)).cast(pl.String).str.zfill(8)
    parts = []
    for first in range(0, newborns, NEWBORNS_PER_PART):
        parts.append(folder / f"part-{first:08d}.parquet")
        part_of_findings(names[first : first + NEWBORNS_PER_PART], rows, generator).write_parquet(parts[-1])
    pl.scan_parquet(parts).sink_parquet(folder / "findings.parquet", compression="zstd", maintain_order=True)
    for part in parts:
        part.unlink()
    write_tables(folder, names, generator)


def gene_rows(conditions: int) -> pl.DataFrame:
    """One gene for every condition and a second one for every other; real symbols, which the panel needs."""
    autosomal = gene_models("GRCh38").filter(pl.col("contig").str.contains(r"^chr\d"))
    symbols = iter(autosomal["gene"].unique().sort())
    rows = [
        (f"condition-{number:03d}", next(symbols), "AR")
        for number in range(conditions)
        for _ in range(1 + number % 2)
    ]
    return pl.DataFrame(rows, schema=["condition", "gene", "inheritance"], orient="row")


def part_of_findings(newborns: pl.Series, rows: pl.DataFrame, generator: np.random.Generator) -> pl.DataFrame:
    """Draw the findings of some newborns, in the order in which `nbseval flag` writes them."""
    shares = np.array([share for share, *_ in ANSWERS])
    answer = np.searchsorted(np.cumsum(shares), generator.random(newborns.len() * rows.height)).clip(max=4)
    told = pl.DataFrame(ANSWERS, schema=["share", "verdict", "reasons"], orient="row").drop("share")
    nothing = pl.lit(None, dtype=pl.String)
    return (
        pl.DataFrame({"newborn": newborns})
        .join(rows, how="cross", maintain_order="left_right")
        .hstack(told[answer])
        .with_columns(alleles=nothing, zygosity=nothing, phase=nothing)
    )


def write_panel(folder: Path, rows: pl.DataFrame) -> None:
    """Write the smallest panel that evaluates these gene rows."""
    folder.mkdir(exist_ok=True)
    conditions = rows.select("condition").unique().sort("condition")
    group = pl.format("group {}", pl.col("condition").str.slice(-1))
    named = conditions.with_columns(pl.col("condition").alias("name"), group.alias("group"))
    named.write_csv(folder / "conditions.tsv", separator="\t")
    rows.write_csv(folder / "genes.tsv", separator="\t")
    identity = 'id: drawn\ntitle: Drawn\nversion: "1"\nstatus: draft\ngenome_build: GRCh38\nsources: []\n'
    (folder / "panel.yaml").write_text(identity, encoding="utf-8")
    (folder / "alleles.tsv").write_text("contig\tposition\tref\talt\tgene\tlist\n", encoding="utf-8")
    (folder / "pathways.yaml").write_text("{}\n", encoding="utf-8")
    (folder / "criteria.yaml").write_text("preset: generation-study\n", encoding="utf-8")


def write_tables(folder: Path, names: pl.Series, generator: np.random.Generator) -> None:
    """Write samples and outcomes; a few conditions are linked for the newborns who were followed up."""
    height = names.len()
    samples = pl.DataFrame(
        {
            "newborn": names,
            "sex": pl.Series(["female", "male"])[generator.integers(0, 2, height)],
            "vcf": pl.Series(["x.vcf.gz"])[np.zeros(height, dtype=np.int64)],
            "site": pl.Series([f"site {n}" for n in range(20)])[generator.integers(0, 20, height)],
            "ancestry": pl.Series(["AFR", "EUR", "SAS"])[generator.integers(0, 3, height)],
        }
    )
    samples.write_csv(folder / "samples.tsv", separator="\t")
    followed = names.filter(pl.Series(generator.random(height) < FOLLOWED_UP))
    linked = pl.DataFrame({"condition": [f"condition-{c:03d}" for c in range(LINKED_CONDITIONS)]})
    outcomes = pl.DataFrame({"newborn": followed}).join(linked, how="cross")
    affected = pl.Series(generator.random(outcomes.height) < 0.01)  # noqa: PLR2004 - enough cells of each kind
    reference = pl.when(affected).then(pl.lit("affected")).otherwise(pl.lit("unaffected"))
    outcomes.select("newborn", "condition", basis=pl.lit("clinical"), reference=reference).write_csv(
        folder / "outcomes.tsv", separator="\t"
    )


if __name__ == "__main__":
    main()
