"""Hand-written tables: hostile and mistaken cells are told by line, and a newborn is never repeated."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator import sheet_reader
from evaluator.sheet_reader import _read_columns, read_sheet
from evaluator.sheets import COUNTS, OUTCOMES, SAMPLES


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


@pytest.mark.parametrize(
    ("cell", "accepted"),
    [("0", False), ("-0.1", False), ("1.01", False), ("nan", False), ("0.01", True), ("1", True)],
)
def test_a_probability_of_zero_cannot_have_been_drawn(tmp_path: Path, cell: str, *, accepted: bool) -> None:
    """The share of newborns drawn for verification is above 0 and at most 1."""
    path = tmp_path / "outcomes.tsv"
    header = "newborn\tcondition\treference\tverification_probability\n"
    path.write_text(f"{header}a\tmcadd\tunaffected\t{cell}\n", encoding="utf-8")
    found = [problem.message for problem in read_sheet(path, OUTCOMES)[1]]
    assert found == ([] if accepted else ["verification_probability is outside 0 to 1, 0 not included"])


CELLS = {
    "newborn": st.sampled_from(["a", "b", " c ", "d", "e5", "ü", "\x1cx", "=1", ""]),
    "condition": st.sampled_from(["mcadd", " scid", "Big", ""]),
    "reference": st.sampled_from(["affected", "unaffected ", "ill"]),
    "followup_months": st.sampled_from(["", "12", "1e2", "-1", "nan", "many", "٣"]),
    "reason": st.sampled_from(["", "free text", "it's", '"quoted"', "tab\u2028break"]),
}


@given(
    rows=st.lists(st.tuples(*CELLS.values()), max_size=6),
    names=st.permutations(list(CELLS)),
    cut=st.integers(0, 2),
    end=st.sampled_from(["", "\n", "\n\n"]),
)
def test_a_large_table_is_read_as_a_small_one(
    tmp_path_factory: pytest.TempPathFactory,
    rows: list[tuple[str, ...]],
    names: list[str],
    cut: int,
    end: str,
) -> None:
    """Column by column gives what cell by cell gives, or leaves the table to the other reader."""
    path = tmp_path_factory.mktemp("sheet") / "outcomes.tsv"
    place = [list(CELLS).index(name) for name in names]
    lines = ["\t".join([row[at] for at in place][: len(names) - cut]) for row in rows]
    path.write_text("\n".join(["\t".join(names), *lines]) + end, encoding="utf-8")
    table, problems = read_sheet(path, OUTCOMES)
    by_column = _read_columns(path, OUTCOMES, "\t")
    if by_column is not None:
        assert problems == []
        assert by_column.equals(table)
        assert by_column.schema == table.schema


def test_a_plain_table_is_read_by_column(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A table without a mistake does not need the slow reader; one mistake and it is told by line."""
    path = tmp_path / "outcomes.tsv"
    lines = [
        "newborn\tcondition\treference\tfollowup_months",
        "a\tmcadd\taffected\t24",
        "b\tmcadd\tunaffected",
    ]
    path.write_text("\ufeff" + "\n".join(lines), encoding="utf-8")
    table = _read_columns(path, OUTCOMES, "\t")
    assert table is not None
    assert table.select("newborn", "followup_months", "line").rows() == [("a", 24.0, 2), ("b", None, 3)]
    monkeypatch.setattr(sheet_reader, "LARGE", 0)
    assert read_sheet(path, OUTCOMES)[1] == []
    path.write_text("\n".join([*lines, "b\tmcadd\till"]), encoding="utf-8")
    messages = [str(problem) for problem in read_sheet(path, OUTCOMES)[1]]
    assert len(messages) == 2
    assert all(message.startswith(f"{path}:4: ") for message in messages)
