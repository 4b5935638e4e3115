"""The workflow validates before it runs, resumes after an interruption, and reads a newborn once."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import polars as pl
import pytest
from ruamel.yaml import YAML

from evaluator.sheets import SAMPLES

REPOSITORY = Path(__file__).resolve().parents[2]
NEWBORNS = 24


def read_yaml(path: Path) -> dict[str, object]:
    """Read a YAML mapping."""
    return dict(YAML(typ="safe").load(path.read_text(encoding="utf-8")))


def snakemake(folder: Path, *words: str, snakefile: str = "Snakefile") -> list[str]:
    """The command that runs the workflow in a folder of its own."""
    return [
        *(sys.executable, "-m", "snakemake", "--snakefile", str(REPOSITORY / snakefile)),
        *("--directory", str(folder), "--configfile", str(folder / "config.yaml"), "--cores", "2"),
        *words,
    ]


def run(folder: Path, *words: str, snakefile: str = "Snakefile") -> subprocess.CompletedProcess[str]:
    """Run the workflow and wait for it."""
    return subprocess.run(
        snakemake(folder, *words, snakefile=snakefile),
        capture_output=True,
        text=True,
        env=environment(),
        timeout=400,
        check=False,
    )


def environment() -> dict[str, str]:
    """The environment of the tests with the installed command line in front."""
    return {**os.environ, "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}


@pytest.fixture(scope="module")
def cohort(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small simulated cohort, a panel of its own and a configuration."""
    folder = tmp_path_factory.mktemp("cohort")
    shutil.copytree(REPOSITORY / "panel" / "uk-blood-spot", folder / "panel")
    simulate = [sys.executable, "-m", "evaluator.cli.main", "simulate", str(folder / "panel")]
    simulate += ["--newborns", str(NEWBORNS), "--seed", "5", "--out", str(folder / "cohort")]
    subprocess.run(simulate, check=True, capture_output=True, env=environment())
    config = read_yaml(REPOSITORY / "config" / "config.yaml")
    config |= {
        "panel": "panel",
        "samples": "cohort/samples.tsv",
        "outcomes": "cohort/outcomes.tsv",
        "conventional": "cohort/conventional.tsv",
        "registry": "registry.yaml",
        "network": str(REPOSITORY / "config" / "networks" / "england"),
        "clinvar": "cohort/clinvar.vcf.gz",
        "newborns_per_job": 10,
    }
    YAML(typ="safe").dump(config, folder / "config.yaml")
    sources = {
        "sources": ["one", "another"],
        "counted": "found_clinically",
        "first": 9,
        "second": 9,
        "both": 7,
    }
    registry = {"linked_months": 24, "completeness": [{"conditions": ["mcadd"], **sources}]}
    YAML(typ="safe").dump(registry, folder / "registry.yaml")
    return folder


@pytest.fixture(scope="module")
def finished(cohort: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The cohort after one complete run."""
    folder = tmp_path_factory.mktemp("finished") / "run"
    shutil.copytree(cohort, folder)
    done = run(folder)
    assert done.returncode == 0, done.stderr
    return folder


def test_the_sheet_schema_knows_the_columns_of_the_evaluator(repository: Path) -> None:
    """The workflow's closed schema of the sample sheet and the evaluator's own are the same."""
    schema = read_yaml(repository / "workflow" / "schemas" / "samples.schema.yaml")
    properties = schema["properties"]
    assert isinstance(properties, dict)
    assert list(properties) == [column.name for column in SAMPLES.columns]
    words = {name: tuple(rule["enum"]) for name, rule in properties.items() if "enum" in rule}
    assert words == {column.name: column.words for column in SAMPLES.columns if column.words}
    assert schema["additionalProperties"] is False


def test_the_shipped_configuration_uses_every_key(repository: Path) -> None:
    """config.yaml shows every key that the closed schema allows, except the ones that are off."""
    schema = read_yaml(repository / "workflow" / "schemas" / "config.schema.yaml")
    config = read_yaml(repository / "config" / "config.yaml")
    assert isinstance(schema["properties"], dict)
    assert set(config) == set(schema["properties"])


@pytest.mark.parametrize("snakefile", ["Snakefile", "workflow/Snakefile"])
def test_both_entry_points_plan_the_same_jobs(cohort: Path, snakefile: str) -> None:
    """The root Snakefile and the one in workflow/ both plan every batch and the page."""
    plan = run(cohort, "--dry-run", snakefile=snakefile)
    assert plan.returncode == 0, plan.stderr
    assert len(re.findall(r"^rule extract:", plan.stdout + plan.stderr, re.MULTILINE)) == 3
    assert "rule page:" in plan.stdout + plan.stderr


def test_a_wrong_configuration_stops_before_any_job(cohort: Path, tmp_path: Path) -> None:
    """A misspelt key, a word that is none and a file that is not there are told at once; nothing runs."""
    shutil.copytree(cohort, tmp_path / "run")
    path = tmp_path / "run" / "config.yaml"
    wrong = {"newborn_per_job": 5, "on_error": "skip", "reviews": "nowhere.tsv"}
    YAML(typ="safe").dump(read_yaml(path) | wrong, path)
    stopped = run(tmp_path / "run")
    told = stopped.stdout + stopped.stderr
    assert stopped.returncode != 0
    assert "config: on_error: 'skip' is not one of ['stop', 'quarantine']\n" in told
    assert "config: reviews: nowhere.tsv does not exist; correct the path" in told
    assert "config: unknown key 'newborn_per_job'; the keys are panel, samples" in told
    assert "3 problems of the configuration. Nothing was run." in told
    assert "additionalProperties" not in told
    assert not (tmp_path / "run" / "results").exists()


def test_every_bad_row_of_the_sheet_is_told_and_no_newborn_named(cohort: Path, tmp_path: Path) -> None:
    """Two bad rows give two problems with their lines; the pseudonyms stay out of the message."""
    shutil.copytree(cohort, tmp_path / "run")
    path = tmp_path / "run" / "cohort" / "samples.tsv"
    sheet = pl.read_csv(path, separator="\t", infer_schema=False)
    rows = pl.int_range(pl.len())
    sheet = sheet.with_columns(
        sex=pl.when(rows.is_in([1, 3])).then(pl.lit("boy")).otherwise("sex"),
        newborn="SECRET" + pl.col("newborn"),
    )
    sheet.write_csv(path, separator="\t")
    stopped = run(tmp_path / "run")
    told = stopped.stdout + stopped.stderr
    assert stopped.returncode != 0
    assert "samples.tsv:3" in told
    assert "samples.tsv:5" in told
    assert "SECRET" not in told
    assert not (tmp_path / "run" / "results").exists()


def test_a_complete_run_leaves_every_result_log_and_benchmark(finished: Path) -> None:
    """Each rule of a finished run left its outputs, a log and a benchmark."""
    results = finished / "results"
    for name in ("findings.tsv", "accuracy.json", "ledger.parquet", "referrals/routes.csv", "report.html"):
        assert (results / name).stat().st_size > 0
    accuracy = json.loads((results / "accuracy.json").read_text(encoding="utf-8"))
    assert {row["condition"] for row in accuracy["registry"]} == {"mcadd"}
    rules = re.findall(r"^rule (\w+):", "".join(p.read_text() for p in rule_files()), re.MULTILINE)
    for rule in rules:
        assert list((finished / "logs").glob(f"{rule}*")), f"no log of {rule}"
        assert list((finished / "logs" / "benchmarks").glob(f"{rule}*")), f"no benchmark of {rule}"


def rule_files() -> list[Path]:
    """The files that hold rules."""
    return sorted((REPOSITORY / "workflow" / "rules").glob("*.smk"))


def test_logs_and_file_names_hold_no_newborn(finished: Path) -> None:
    """No pseudonym stands in a log or in the name of a result."""
    newborns = pl.read_csv(finished / "cohort" / "samples.tsv", separator="\t")["newborn"].to_list()
    text = "".join(p.read_text(errors="replace") for p in (finished / "logs").rglob("*") if p.is_file())
    names = " ".join(str(p.relative_to(finished)) for p in (finished / "results").rglob("*"))
    assert [newborn for newborn in newborns if newborn in text or newborn in names] == []


def test_an_interrupted_run_resumes_to_the_same_results(cohort: Path, finished: Path, tmp_path: Path) -> None:
    """Killed while jobs run, the same command goes on, and the results equal an undisturbed run's."""
    folder = tmp_path / "run"
    shutil.copytree(cohort, folder)
    process = subprocess.Popen(
        snakemake(folder),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=environment(),
        start_new_session=True,
    )
    batches = folder / "results" / "store" / "batches"
    deadline = time.monotonic() + 120
    while not list(batches.glob("*/manifest.json")) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    assert not (folder / "results" / "report.html").exists()

    assert run(folder, "--unlock").returncode == 0
    resumed = run(folder, "--rerun-incomplete")
    assert resumed.returncode == 0, resumed.stderr
    for name in ("findings.tsv", "accuracy.json", "referrals/routes.csv"):
        assert (folder / "results" / name).read_bytes() == (finished / "results" / name).read_bytes()


def test_a_changed_threshold_reads_no_newborn_again(finished: Path, tmp_path: Path) -> None:
    """After an edit of the criteria the plan flags again and extracts nothing."""
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    criteria = folder / "panel" / "criteria.yaml"
    time.sleep(1.1)  # file times are compared in whole seconds on some filesystems
    criteria.write_text(criteria.read_text(encoding="utf-8") + "\n# one more word\n", encoding="utf-8")
    assert run(folder, "results/panel/regions.bed").returncode == 0
    plan = run(folder, "--dry-run")
    told = plan.stdout + plan.stderr
    assert "rule flag:" in told
    assert "rule extract:" not in told


def test_the_run_packs_its_own_record(finished: Path) -> None:
    """`snakemake --report` works on a finished run."""
    packed = run(finished, "--report", "results/workflow-report.zip")
    assert packed.returncode == 0, packed.stderr
    assert (finished / "results" / "workflow-report.zip").stat().st_size > 0
