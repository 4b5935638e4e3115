"""Reading the results folder: parts of different panels are refused, broken parts are named."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.report.results import Results, read_results

EXAMPLE = Path(__file__).parent / "example"


def test_findings_must_be_there(tmp_path: Path) -> None:
    """A folder without findings cannot be reported, and the message names the stage that makes them."""
    with pytest.raises(InputError, match="nbseval flag"):
        read_results(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"rows": [], "provenance": 3}', '{"rows": [{"stratum": "overall"}]}']
)
def test_broken_accuracy(folder: Path, text: str) -> None:
    """An accuracy file of another form stops the report."""
    (folder / "accuracy.json").write_text(text, encoding="utf-8")
    with pytest.raises(InputError, match="is not what `nbseval accuracy --format json` writes"):
        read_results(folder)


def test_broken_ledger(folder: Path) -> None:
    """A ledger that is none stops the report."""
    (folder / "ledger.parquet").write_bytes(b"not a table")
    with pytest.raises(InputError, match="is not a ledger table"):
        read_results(folder)


def test_parts_of_different_panels(folder: Path) -> None:
    """Accuracy of one version is never printed beside findings of another."""
    document = json.loads((folder / "accuracy.json").read_text("utf-8"))
    document["provenance"]["panel_version"] = "6"
    (folder / "accuracy.json").write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(InputError, match="was made with panel_version 6, the findings with 7"):
        read_results(folder)


def test_names_come_from_the_panel(results: Results, bare: Results) -> None:
    """With the panel a condition has its name, without it its slug."""
    assert results.name("mcadd") == "MCADD"
    assert bare.name("mcadd") == "mcadd"


def test_a_samples_table_of_other_newborns(folder: Path, tmp_path: Path) -> None:
    """A sheet that was changed after the run is refused: the flow of newborns would not be theirs."""
    lines = (EXAMPLE / "samples.tsv").read_text("utf-8").splitlines(keepends=True)
    (tmp_path / "samples.tsv").write_text("".join(lines[:1] + lines[2:]), encoding="utf-8")
    with pytest.raises(InputError, match="1 newborns have no row in the samples table"):
        read_results(folder, samples=tmp_path / "samples.tsv")
