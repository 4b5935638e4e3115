"""`nbseval annotate`, `flag` and `explain` as a user runs them."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def store(nbseval: Run, repository: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """The store of a case with ClinVar, annotated from the command line, and the case's folder."""
    folder = repository / "tests" / "cases" / "acadm_conflicting_clinvar_accepted"
    path = tmp_path_factory.mktemp("cli") / "store"
    for words in (
        ("extract", folder / "samples.tsv", "--panel", folder / "panel", "--out", path),
        ("annotate", path, "--clinvar", folder / "clinvar.vcf"),
    ):
        done = nbseval(*words)
        assert done.returncode == 0, done.stderr
    return path, folder


def test_annotate_counts_and_leaves_a_sidecar(store: tuple[Path, Path], nbseval: Run) -> None:
    """What was found is told; the clock stands in the sidecar only."""
    path, folder = store
    done = nbseval("annotate", path, "--clinvar", folder / "clinvar.vcf")
    assert done.stdout == "1 allele and gene pairs annotated from clinvar\n"
    assert "1 of 1 alleles stand in ClinVar." in done.stderr
    record = json.loads((path / "variants.parquet.provenance.json").read_text(encoding="utf-8"))
    assert record["parameters"] == {"sources": ["clinvar"]}
    assert record["finished_at"]


def test_flag_writes_both_tables_and_counts_verdicts(
    store: tuple[Path, Path], nbseval: Run, tmp_path: Path
) -> None:
    """Four files appear, the verdicts are counted, and no newborn is named."""
    path, folder = store
    done = nbseval("flag", path, "--panel", folder / "panel", "--out", tmp_path / "findings.parquet")
    assert done.returncode == 0, done.stderr
    assert done.stdout == "1 findings: 1 reportable, 0 pending phase, 0 not assessed, 0 not reportable\n"
    assert "BABY" not in done.stdout + done.stderr
    names = ("findings.parquet", "findings.tsv")
    expected = sorted([*names, *(f"{name}.provenance.json" for name in names)])
    assert sorted(file.name for file in tmp_path.iterdir()) == expected
    assert "known_pathogenic;homozygous" in (tmp_path / "findings.tsv").read_text(encoding="utf-8")


def test_complete_changes_nothing_in_a_small_cohort(
    store: tuple[Path, Path], nbseval: Run, tmp_path: Path
) -> None:
    """Every row is written anyway; the option is for large cohorts."""
    path, folder = store
    for name, words in (("one", ()), ("two", ("--complete",))):
        out = tmp_path / name / "findings.parquet"
        done = nbseval("flag", path, "--panel", folder / "panel", "--out", out, *words)
        assert done.returncode == 0, done.stderr
    for file in ("findings.parquet", "findings.tsv"):
        assert (tmp_path / "one" / file).read_bytes() == (tmp_path / "two" / file).read_bytes()


def test_flag_wants_a_parquet_name(store: tuple[Path, Path], nbseval: Run, tmp_path: Path) -> None:
    """Another ending is refused before anything is read."""
    path, folder = store
    done = nbseval("flag", path, "--panel", folder / "panel", "--out", tmp_path / "findings.tsv")
    assert (done.returncode, list(tmp_path.iterdir())) == (2, [])
    assert "must end in .parquet" in done.stderr


def test_flag_refuses_what_is_no_store(nbseval: Run, tmp_path: Path, repository: Path) -> None:
    """A folder without batches is the user's mistake: exit code 2."""
    panel = repository / "tests" / "cases" / "acadm_homozygous" / "panel"
    done = nbseval("flag", tmp_path, "--panel", panel, "--out", tmp_path / "findings.parquet")
    assert done.returncode == 2
    assert "nbseval extract" in done.stderr


def test_explain_speaks_text_and_json(store: tuple[Path, Path], nbseval: Run) -> None:
    """Both forms say the same verdict; JSON is data."""
    path, folder = store
    words = ("explain", path, "--panel", folder / "panel", "BABY", "mcadd")
    text, data = nbseval(*words), nbseval(*words, "--format", "json")
    assert (text.returncode, data.returncode) == (0, 0)
    assert "mcadd ACADM AR: REPORTABLE" in text.stdout
    (row,) = json.loads(data.stdout)["rows"]
    assert (row["verdict"], row["alleles"][0]["decision"]) == ("reportable", "known_pathogenic")


def test_explain_of_an_unknown_newborn_exits_with_2(store: tuple[Path, Path], nbseval: Run) -> None:
    """The message does not repeat the name that was typed."""
    path, folder = store
    done = nbseval("explain", path, "--panel", folder / "panel", "SOMEBODY")
    assert done.returncode == 2
    assert "SOMEBODY" not in done.stderr
