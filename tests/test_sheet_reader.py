"""Hand-written tables: hostile and mistaken cells are told by line, and a newborn is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.sheet_reader import read_sheet
from evaluator.sheets import COUNTS, SAMPLES


def problems_of(folder: Path, newborn: str) -> list[str]:
    """The problems of a sample sheet with one newborn."""
    path = folder / "samples.tsv"
    path.write_text(f"newborn\tsex\tvcf\n{newborn}\tmale\ta.vcf\n", encoding="utf-8")
    return [str(problem) for problem in read_sheet(path, SAMPLES)[1]]


@pytest.mark.parametrize(
    "newborn",
    [
        "=cmd|'/C calc'!A0",
        "+1",
        "-1",
        "@SUM(A1)",
        "../../etc/x",
        "<script>",
        "a\x1bb",
        "9434765919",
        "943 476 5919",
    ],
)
def test_a_hostile_newborn_is_refused_by_line_and_not_repeated(tmp_path: Path, newborn: str) -> None:
    """Formulas, paths, control characters and NHS numbers are no pseudonyms."""
    told = problems_of(tmp_path, newborn)
    assert len(told) == 1
    assert told[0].startswith(f"{tmp_path}/samples.tsv:2: newborn ")
    assert newborn not in told[0].removeprefix(f"{tmp_path}/samples.tsv:2: newborn ")


@pytest.mark.parametrize("newborn", ["NB000001", "9434765918", "site-3/0042", "Küken 7", "a<b>"])
def test_an_ordinary_pseudonym_is_accepted(tmp_path: Path, newborn: str) -> None:
    """Letters of any script, and ten digits without the check digit, are pseudonyms."""
    assert problems_of(tmp_path, newborn) == []


def test_a_number_out_of_range_says_the_range(tmp_path: Path) -> None:
    """A limit on one side only is told as one."""
    path = tmp_path / "counts.tsv"
    path.write_text("stratum\ttp\nall\t-1\n", encoding="utf-8")
    assert [problem.message for problem in read_sheet(path, COUNTS)[1]] == ["tp '-1' is below 0"]
