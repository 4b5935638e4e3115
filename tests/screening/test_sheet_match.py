"""A store with other newborns than the sheet stops, so that nobody who was removed comes back."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture
def extracted(tmp_path: Path, repository: Path, nbseval: Run) -> Path:
    """A folder with a cohort of twelve and a store of it in two batches."""
    panel = repository / "panel" / "uk-blood-spot"
    cohort = tmp_path / "cohort"
    assert nbseval("simulate", panel, "--newborns", "12", "--seed", "3", "--out", cohort).returncode == 0
    for batch in ("1", "2"):
        done = nbseval(
            *("extract", cohort / "samples.tsv", "--panel", panel, "--out", tmp_path / "store"),
            *("--newborns-per-batch", "6", "--batch", batch),
        )
        assert done.returncode == 0, done.stderr
    return tmp_path


def test_flag_holds_the_store_to_the_sheet(extracted: Path, repository: Path, nbseval: Run) -> None:
    """The right sheet passes; one that lost six newborns and gained one stops with both, naming nobody."""
    sheet = extracted / "cohort" / "samples.tsv"
    flag = (
        "flag",
        extracted / "store",
        "--panel",
        repository / "panel" / "uk-blood-spot",
        "--samples",
        sheet,
    )
    annotated = nbseval("annotate", extracted / "store", "--clinvar", extracted / "cohort" / "clinvar.vcf.gz")
    assert annotated.returncode == 0
    passed = nbseval(*flag, "--out", extracted / "findings.parquet")
    assert passed.returncode == 0, passed.stderr

    lines = sheet.read_text(encoding="utf-8").splitlines(keepends=True)
    stranger = lines[1].replace("NB000001", "NB999999")
    sheet.write_text("".join([*lines[:7], stranger]), encoding="utf-8")
    stopped = nbseval(*flag, "--out", extracted / "again.parquet")
    assert stopped.returncode == 2
    assert "batch-0002: holds 6 newborns that are not in" in stopped.stderr
    assert f"{sheet}:8: this newborn is not in the store" in stopped.stderr
    assert "NB0" not in stopped.stderr
    assert "NB999999" not in stopped.stderr
    assert not (extracted / "again.parquet").exists()
