"""The engine against answers it had no part in: every verdict of a cohort, by the command line."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl

from evaluator.vocabulary import VERDICT_ORDER

from .conftest import Cohort

Run = Callable[..., subprocess.CompletedProcess[str]]


def test_the_engine_finds_what_was_planted(nbseval: Run, cohort: Cohort, tmp_path: Path) -> None:
    """Extract, annotate and flag give exactly the verdicts of truth.tsv, newborn by newborn."""
    store, findings = tmp_path / "store", tmp_path / "findings.parquet"
    panel, source = cohort.panel.path, cohort.folder
    for words in (
        ("extract", source / "samples.tsv", "--panel", panel, "--out", store),
        ("annotate", store, "--clinvar", source / "clinvar.vcf.gz"),
        ("flag", store, "--panel", panel, "--out", findings),
    ):
        done = nbseval(*words)
        assert done.returncode == 0, done.stderr
    rank = {str(verdict): number for number, verdict in enumerate(VERDICT_ORDER)}
    found = (
        pl.read_csv(tmp_path / "findings.tsv", separator="\t", infer_schema=False)
        .sort(pl.col("verdict").replace_strict(rank), maintain_order=True)
        .group_by("newborn", "condition", maintain_order=True)
        .agg(found=pl.col("verdict").first(), reasons=pl.col("reasons").first())
    )
    compared = cohort.table("truth.tsv").join(found, on=["newborn", "condition"], how="full", coalesce=True)
    wrong = compared.filter(pl.col("verdict").ne_missing(pl.col("found")))
    assert wrong.select("scenario", "verdict", "found", "reasons").rows() == []
    assert compared.height == cohort.table("truth.tsv").height
