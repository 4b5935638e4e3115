"""`nbseval panel`, run as a user runs it."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
SMALL = Path(__file__).parents[1] / "panel" / "panels" / "small"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small panel to edit."""
    return shutil.copytree(SMALL, tmp_path / "small")


def test_lint_counts_a_sound_panel(nbseval: Run) -> None:
    """A sound panel is said to be so, in one line, with exit 0."""
    done = nbseval("panel", "lint", SMALL)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"{SMALL}: no problem (8 conditions, 9 gene rows, 6 alleles)\n"


def test_lint_tells_every_mistake_and_exits_2(nbseval: Run, folder: Path) -> None:
    """Mistakes of several files are told at once with file and line; nothing is printed as a result."""
    (folder / "criteria.yaml").write_text("preset: nbsec\n", encoding="utf-8")
    with (folder / "genes.tsv").open("a", encoding="utf-8") as stream:
        stream.write("retinoblastoma\tRB9\t\t\tAX\n")
    done = nbseval("panel", "lint", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert f"{folder}/criteria.yaml:1: preset 'nbsec' is not one of" in done.stderr
    assert f"{folder}/genes.tsv:11: gene 'RB9' is not in the gene models" in done.stderr
    assert f"{folder}/genes.tsv:11: inheritance 'AX' is not one of" in done.stderr
    assert done.stderr.rstrip().splitlines()[-1].startswith("3 problems.")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("command", [["show"], ["regions"]])
def test_other_commands_refuse_an_unsound_panel(nbseval: Run, folder: Path, command: list[str]) -> None:
    """Nothing is done with a panel that has a problem."""
    (folder / "criteria.yaml").unlink()
    done = nbseval("panel", *command, folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert "criteria.yaml: does not exist" in done.stderr


def test_diff_of_equal_panels(nbseval: Run, folder: Path) -> None:
    """Rows in another order and Windows line ends are no difference."""
    header, *rows = (folder / "genes.tsv").read_text(encoding="utf-8").splitlines()
    (folder / "genes.tsv").write_text(
        "\r\n".join([header, *reversed(rows), ""]), encoding="utf-8", newline=""
    )
    done = nbseval("panel", "diff", SMALL, folder)
    assert done.returncode == 0
    assert done.stdout.startswith("The panels are equal in meaning")
    document = json.loads(nbseval("panel", "diff", SMALL, folder, "--format", "json").stdout)
    assert document["equal"] is True


def test_diff_names_what_changed(nbseval: Run, folder: Path) -> None:
    """A changed threshold is told as a dotted path with both values, in text and in JSON."""
    criteria = folder / "criteria.yaml"
    criteria.write_text(
        criteria.read_text(encoding="utf-8").replace("min_depth: 12", "min_depth: 15"), encoding="utf-8"
    )
    assert "~ quality.min_depth: 12 → 15" in nbseval("panel", "diff", SMALL, folder).stdout
    document = json.loads(nbseval("panel", "diff", SMALL, folder, "--format", "json").stdout)
    assert document["criteria"] == [{"path": "quality.min_depth", "from": 12, "to": 15}]
    assert document["old"]["sha256"] != document["new"]["sha256"]


def test_regions_are_bed(nbseval: Run) -> None:
    """BED on stdout: three columns, no header, karyotype order, padding as asked."""
    done = nbseval("panel", "regions", SMALL, "--padding", "0")
    rows = [line.split("\t") for line in done.stdout.splitlines()]
    assert {len(row) for row in rows} == {3}
    assert ["chrX", "38352696", "38352773"] in rows
    contigs = list(dict.fromkeys(row[0] for row in rows))
    assert contigs == ["chr3", "chr7", "chr11", "chr13", "chrX", "chrM"]


def test_show_one_gene(nbseval: Run) -> None:
    """A gene is described; an unknown one is an error that suggests the right one."""
    assert "NM_000492.4" in nbseval("panel", "show", SMALL, "--gene", "CFTR").stdout
    done = nbseval("panel", "show", SMALL, "--gene", "CFTT")
    assert (done.returncode, done.stdout) == (2, "")
    assert "did you mean CFTR?" in done.stderr
