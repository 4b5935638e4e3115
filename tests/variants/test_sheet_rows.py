"""What is wrong with a file that many rows name is told once, with all of its rows and nobody's name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.variants import shared_file
from evaluator.variants.extract import Request, Summary, extract
from evaluator.variants.sheet_rows import RowMessage, notes_told_once, problems_told_once, rows_text

WriteVcf = Callable[..., Path]
Run = Callable[..., Summary]
EXON = 34_646_705  # first coding base of GALT, 1-based
NAMES = [f"SECRET{number:02d}" for number in range(20)]
COLUMNS = (
    "newborn",
    "sex",
    "vcf",
    "callable",
    "structural_vcf",
    "mother_vcf",
    "mother_in_vcf",
    "special_loci",
)
FORMS = ["plain", "bgzf", "bcf"]


@pytest.fixture
def run(tmp_path: Path, panel: Panel) -> Run:
    """Extract rows of a sheet; a cell that is left out is empty."""

    def go(*rows: dict[str, str], store: str = "store", **options: object) -> Summary:
        lines = ["\t".join(COLUMNS)]
        lines += [
            "\t".join(row.get(name, "male" if name == "sex" else "") for name in COLUMNS) for row in rows
        ]
        sheet = tmp_path / "samples.tsv"
        sheet.write_text("\n".join(lines) + "\n", newline="")
        return extract(Request(sheet, panel, tmp_path / store, **options), "2026-01-01")  # type: ignore[arg-type]

    return go


@pytest.fixture
def joint(write_vcf: WriteVcf) -> Callable[..., str]:
    """Write a joint file of NAMES, in which all but the first are reference."""

    def write(name: str, form: str = "plain", names: list[str] = NAMES, **header: object) -> str:
        genotypes = " ".join(["0/1", *["0/0"] * (len(names) - 1)])
        record = f"chr9 {EXON} . A C . PASS . GT {genotypes}"
        return write_vcf(name, [record], form, samples=" ".join(names), **header).name

    return write


def problems(run: Run, *rows: dict[str, str]) -> list[str]:
    """What a run that stops tells of the rows, line of the sheet first; no name is among it."""
    with pytest.raises(InputError) as caught:
        run(*rows)
    assert "SECRET" not in str(caught.value)
    return [f"{problem.line}: {problem.message}" for problem in caught.value.problems]


def reasons(folder: Path) -> list[str | None]:
    """Why each newborn was set aside, in the order of their names."""
    return pl.read_parquet(folder / "newborns.parquet").sort("newborn")["quarantine_reason"].to_list()


@pytest.mark.parametrize(
    ("rows", "text"),
    [
        ([2], "rows 2"),
        ([3, 2], "rows 2, 3"),
        ([4, 2, 3, 3], "rows 2 to 4"),
        ([2, 3, 4, 9, 11, 12, 13], "rows 2 to 4, 9, 11 to 13"),
        (list(range(2, 40, 2)), "rows 2, 4, 6, 8, 10, 12, 14, 16 and 11 more"),
    ],
)
def test_rows_are_named_in_short(rows: list[int], text: str) -> None:
    """Rows that follow each other are told by the first and the last; of many pieces the rest is counted."""
    assert rows_text(rows) == text


def test_the_same_words_of_two_files_are_two_problems() -> None:
    """A file is mended, not a message; a problem of one row is told as ever."""
    told = [RowMessage(row, file, "bad") for row, file in ((4, "b"), (2, "a"), (3, "a"), (5, "c"))]
    of = problems_told_once(Path("s.tsv"), [*told, RowMessage(3, "a", "worse")])
    assert [str(problem) for problem in of] == [
        "s.tsv:2: rows 2, 3 of the sheet: bad",
        "s.tsv:3: worse",
        "s.tsv:4: bad",
        "s.tsv:5: bad",
    ]
    assert notes_told_once(told) == ["lines 2, 3: bad", "line 4: bad", "line 5: bad"]


@pytest.mark.parametrize("form", FORMS)
def test_another_build_is_told_once(form: str, joint: Callable[..., str], run: Run) -> None:
    """One problem for all newborns of a joint file; set aside, each has the reason, and one note tells it."""
    vcf = joint("joint", form, build="GRCh37")
    rows = [{"newborn": name, "vcf": vcf} for name in NAMES]
    reason = "vcf: is on GRCh37 (by its contig lengths) but the panel is on GRCh38; give a file on GRCh38"
    assert problems(run, *rows) == [f"2: rows 2 to 21 of the sheet: {reason}"]
    summary = run(*rows, on_error="quarantine")
    assert reasons(summary.folder) == [reason] * 20
    assert summary.quarantined == 20
    assert summary.notes == (f"lines 2 to 21: {reason}",)


@pytest.mark.parametrize("form", ["bgzf", "bcf"])
def test_a_cut_file_is_told_once(form: str, joint: Callable[..., str], run: Run, tmp_path: Path) -> None:
    """A joint file without its end has lost newborns' calls: one problem, and nobody is read."""
    vcf = tmp_path / joint("joint", form)
    vcf.write_bytes(vcf.read_bytes()[:-28])  # the empty block that ends a BGZF file
    rows = [{"newborn": name, "vcf": vcf.name} for name in NAMES]
    (told,) = problems(run, *rows)
    assert told.startswith("2: rows 2 to 21 of the sheet: vcf: ")
    summary = run(*rows, on_error="quarantine")
    assert (summary.quarantined, len(summary.notes)) == (20, 1)


@pytest.mark.parametrize("form", FORMS)
def test_two_joint_files_are_two_problems(form: str, joint: Callable[..., str], run: Run) -> None:
    """Rows of two files by turns: each file has its rows; a newborn of a sound file between them is read."""
    files = [joint(name, form, build="GRCh37") for name in ("one", "two")]
    rows = [{"newborn": name, "vcf": files[number % 2]} for number, name in enumerate(NAMES)]
    rows.insert(4, {"newborn": "SECRET99", "vcf": joint("sound", names=["S"])})
    told = problems(run, *rows)
    assert [text.partition(" of the sheet: vcf: is on GRCh37")[0] for text in told] == [
        "2: rows 2, 4, 7, 9, 11, 13, 15, 17 and 2 more",
        "3: rows 3, 5, 8, 10, 12, 14, 16, 18 and 2 more",
    ]
    summary = run(*rows, on_error="quarantine")
    assert (summary.quarantined, summary.calls, len(summary.notes)) == (20, 1, 2)
    assert [reason is None for reason in reasons(summary.folder)] == [False] * 20 + [True]


def test_own_problems_stand_beside_a_shared_one(joint: Callable[..., str], run: Run, tmp_path: Path) -> None:
    """Who has a bad file of one's own is told so as well, and the shared problem still once."""
    vcf = joint("joint", build="GRCh37")
    (tmp_path / "own.vcf").write_text("no VCF\n", newline="")
    rows = [{"newborn": name, "vcf": vcf} for name in NAMES]
    rows[3]["structural_vcf"] = "own.vcf"
    rows[5]["vcf"] = "own.vcf"
    assert [text[:40] for text in problems(run, *rows)] == [
        "2: rows 2 to 6, 8 to 21 of the sheet: vcf: is on"[:40],
        "5: structural_vcf line 1: does not begin"[:40],
        "7: vcf line 1: does not begin with ##fil"[:40],
    ]
    summary = run(*rows, on_error="quarantine")
    assert summary.quarantined == 20
    assert [note.partition(": ")[0] for note in summary.notes] == [
        "lines 2 to 4, 6, 8 to 21",  # who is set aside for a structural VCF is not read
        "line 5",
        "line 7",
    ]


def test_a_shared_callable_file_is_read_and_told_once(
    joint: Callable[..., str], run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A BED that is wrong for everybody is one problem, and no newborn has it read again."""
    asked: list[Path] = []
    vcf = joint("joint")
    (tmp_path / "shared.bed").write_text("chr9\tx\t5\n", newline="")
    (tmp_path / "own.bed").write_text("chr9\t5\t5\t5\tx\n9\n", newline="")
    rows = [{"newborn": name, "vcf": vcf, "callable": "shared.bed"} for name in NAMES]
    rows[19]["callable"] = "own.bed"
    read = shared_file.read_callable

    def counted(path: Path, *rest: object) -> object:
        asked.append(path)
        return read(path, *rest)  # type: ignore[arg-type]

    monkeypatch.setattr(shared_file, "read_callable", counted)
    shared, *own = problems(run, *rows)
    assert shared.startswith("2: rows 2 to 20 of the sheet: callable line 1: ")
    assert all(text.startswith("21: callable") for text in own)
    assert own
    assert [path.name for path in asked] == ["shared.bed", "own.bed"]
    summary = run(*rows, on_error="quarantine")
    assert summary.notes[0].startswith("lines 2 to 20: callable line 1: ")


def test_a_shared_structural_file_is_told_once(joint: Callable[..., str], run: Run) -> None:
    """A structural joint file on another build is one problem; a sample that is not in it is one row's."""
    vcf, other = joint("joint"), joint("structural", build="GRCh37")
    rows = [{"newborn": name, "vcf": vcf, "structural_vcf": other} for name in NAMES]
    (told,) = problems(run, *rows)
    assert told.startswith("2: rows 2 to 21 of the sheet: structural_vcf: is on GRCh37")
    part = joint("part", names=NAMES[1:])
    rows = [{**row, "structural_vcf": part} for row in rows]
    (told,) = problems(run, *rows)
    assert told.startswith("2: structural_vcf line ")
    summary = run(*rows, on_error="quarantine")
    assert [reason is None for reason in reasons(summary.folder)] == [False] + [True] * 19


def test_the_parents_joint_file_is_told_once(
    joint: Callable[..., str], run: Run, write_vcf: WriteVcf
) -> None:
    """One problem for all newborns whose parents it holds; set aside is nobody, and one note says so."""
    everyone = " ".join(["0/1"] * 20)
    record = f"chr9 {EXON} . A C . PASS . GT {everyone}"
    vcf = write_vcf("joint", [record], samples=" ".join(NAMES)).name
    mothers = joint("mothers", build="GRCh37")
    rows = [{"newborn": name, "vcf": vcf, "mother_vcf": mothers, "mother_in_vcf": name} for name in NAMES]
    (told,) = problems(run, *rows)
    assert told.startswith("2: rows 2 to 21 of the sheet: mother_vcf: is on GRCh37")
    (note,) = run(*rows, on_error="quarantine").notes
    assert note.startswith("lines 2 to 21: mother_vcf: is on GRCh37")
    assert note.endswith("; this parent is not used")


def test_a_missing_joint_file_is_told_once(run: Run) -> None:
    """A wrong path in every row is one mistake, found before anything is read."""
    rows = [{"newborn": name, "vcf": "gone.bcf", "callable": "gone.bed"} for name in NAMES]
    assert problems(run, *rows) == [
        f"2: rows 2 to 21 of the sheet: the file named in {column} does not exist or is no regular file; "
        "correct the path"
        for column in ("callable", "vcf")
    ]
    (note,) = run(*rows, on_error="quarantine").notes
    assert note.startswith("lines 2 to 21: vcf: ")


def test_newborns_of_a_batch_are_told_once(joint: Callable[..., str], run: Run) -> None:
    """Some of a stored batch's newborns again: one problem, not one for each."""
    vcf = joint("joint")
    run(*[{"newborn": name, "vcf": vcf} for name in NAMES])
    (told,) = problems(run, *[{"newborn": name, "vcf": vcf} for name in NAMES[1:]])
    assert told.startswith("2: rows 2 to 20 of the sheet: already in batch ")
