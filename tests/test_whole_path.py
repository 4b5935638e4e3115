"""The whole path on a simulated cohort: every planted answer comes out."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.panel.load import load_panel
from evaluator.vocabulary import VERDICT_ORDER

Run = Callable[..., subprocess.CompletedProcess[str]]
NEWBORNS = 120


@pytest.fixture(scope="module", params=["generation-study", "uk-blood-spot", "lysosomal"])
def screened(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, nbseval: Run, repository: Path
) -> tuple[Path, Path]:
    """A cohort simulated from a shipped panel, extracted in two batches, annotated and flagged."""
    panel = repository / "panel" / request.param
    folder = tmp_path_factory.mktemp(request.param)
    cohort, store = folder / "cohort", folder / "store"
    sheet = ("extract", cohort / "samples.tsv", "--panel", panel, "--out", store)
    steps = [
        ("simulate", panel, "--newborns", NEWBORNS, "--seed", 11, "--out", cohort),
        (*sheet, "--newborns-per-batch", 100, "--batch", 1),
        (*sheet, "--newborns-per-batch", 100, "--batch", 2),
        ("annotate", store, "--clinvar", cohort / "clinvar.vcf.gz"),
        ("flag", store, "--panel", panel, "--out", folder / "findings.parquet"),
    ]
    for step in steps:
        done = nbseval(*map(str, step))
        assert done.returncode == 0, f"{step[0]}: {done.stderr}"
    return folder, panel


def read_tsv(path: Path) -> pl.DataFrame:
    """Read a TSV as text."""
    return pl.read_csv(path, separator="\t", infer_schema=False)


def test_every_planted_answer_comes_out(screened: tuple[Path, Path]) -> None:
    """For every newborn and condition the verdict equals the truth table."""
    folder, _ = screened
    order = {str(verdict): rank for rank, verdict in enumerate(VERDICT_ORDER)}
    found = (
        read_tsv(folder / "findings.tsv")
        .with_columns(rank=pl.col("verdict").replace_strict(order, return_dtype=pl.Int8))
        .group_by("newborn", "condition")
        .agg(pl.col("verdict").sort_by("rank").first(), pl.col("reasons").sort_by("rank").first())
    )
    truth = read_tsv(folder / "cohort" / "truth.tsv")
    compared = truth.join(found, on=["newborn", "condition"], how="full", suffix="_found")
    wrong = compared.filter(pl.col("verdict").ne_missing(pl.col("verdict_found")))
    assert wrong.is_empty(), wrong.select("scenario", "condition", "verdict", "verdict_found", "reasons")
    assert truth["verdict"].n_unique() == len(VERDICT_ORDER)


def test_one_finding_per_newborn_and_gene_row(screened: tuple[Path, Path]) -> None:
    """Rows in = rows out: each screened newborn has each enabled gene row of the panel exactly once."""
    folder, panel = screened
    findings = pl.read_parquet(folder / "findings.parquet")
    samples = read_tsv(folder / "cohort" / "samples.tsv")
    screened_newborns = samples.filter(pl.col("status").fill_null("sequenced").is_in(["sequenced", "failed"]))
    rows = load_panel(panel).gene_rows
    assert findings.height == screened_newborns.height * rows.height
    assert findings.select("newborn", "condition", "gene", "inheritance").n_unique() == findings.height


def test_accuracy_counts_what_the_truth_implies(screened: tuple[Path, Path], nbseval: Run) -> None:
    """True positives and missed newborns per condition equal a count over truth and outcomes by hand."""
    folder, panel = screened
    cohort = folder / "cohort"
    done = nbseval(
        *("accuracy", folder / "findings.parquet", "--panel", panel),
        *("--samples", cohort / "samples.tsv", "--outcomes", cohort / "outcomes.tsv"),
        *("--by", "condition", "--definition", "clinical", "--format", "json"),
    )
    assert done.returncode == 0, done.stderr
    rows = json.loads(done.stdout)["rows"]
    cells = {
        (row["stratum"], row["measure"]): row["numerator"] for row in rows if row["measure"] in ("tp", "fn")
    }

    truth = {(r["newborn"], r["condition"]): r["verdict"] for r in read_tsv(cohort / "truth.tsv").to_dicts()}
    outcomes = read_tsv(cohort / "outcomes.tsv").filter(
        pl.col("basis").is_in(["clinical", "biochemical"]) & (pl.col("reference") == "affected")
    )
    positive = {"reportable", "pending phase"}
    expected: dict[tuple[str, str], int] = dict.fromkeys(cells, 0)
    for row in outcomes.unique(["newborn", "condition"]).to_dicts():
        verdict = truth.get((row["newborn"], row["condition"]))
        if row.get("onset_class") in ("late_onset", "incidental") or verdict in (None, "not assessed"):
            continue
        key = (f"condition: {row['condition']}", "tp" if verdict in positive else "fn")
        expected[key] = expected.get(key, 0) + 1
    assert cells == expected
    assert sum(cells.values()) > 0
