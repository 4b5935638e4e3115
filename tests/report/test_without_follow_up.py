"""Nobody followed a negative up: no output states a sensitivity or its kin, and each states what it can."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable, Iterator
from html.parser import HTMLParser
from pathlib import Path

import fastexcel
import polars as pl
import pytest

from evaluator.panel.load import load_panel
from evaluator.provenance import Provenance, write_parquet
from evaluator.tables import FINDINGS

Found = list[tuple[str, list[list[str]]]]  # captions and rows of tables
Run = Callable[..., subprocess.CompletedProcess[str]]
EXAMPLE = Path(__file__).parent / "example"
SPLITS = ("overall", "condition", "gene", "group", "site", "ancestry", "sex", "sample_type")
STOPPED = (
    "sensitivity",
    "specificity",
    "npv",
    "fpr",
    "lr_positive",
    "lr_negative",
    "dor",
    "npv_at_prevalence",
)
STANDING = ("ppv", "recall_rate", "detection_rate")
WORDS = ("sensitivity", "specificity", "negative predictive value", "likelihood ratio", "npv")
# Tables of assumptions: their captions say that they are none of what was observed.
ASSUMED = ("if some unverified newborns were missed cases", "bounds")


@pytest.fixture(scope="module")
def outputs(tmp_path_factory: pytest.TempPathFactory, nbseval: Run) -> Path:
    """The example run with outcomes of positives only, through both commands, in every format."""
    folder = tmp_path_factory.mktemp("unverified")
    panel = load_panel(EXAMPLE / "panel")
    findings = pl.read_csv(EXAMPLE / "findings.tsv", separator="\t", schema=FINDINGS)
    write_parquet(
        findings, folder / "findings.parquet", Provenance("flag", panel.id, panel.version, panel.sha256)
    )
    positive = findings.filter(pl.col("verdict").is_in(["reportable", "pending phase"]))
    outcomes = pl.read_csv(EXAMPLE / "outcomes.tsv", separator="\t", infer_schema=False)
    of_positives = outcomes.join(positive, on=["newborn", "condition"], how="semi")
    of_positives.write_csv(folder / "outcomes.tsv", separator="\t")
    given = ("--panel", EXAMPLE / "panel", "--samples", EXAMPLE / "samples.tsv")
    asked = [word for split in SPLITS for word in ("--by", split)]
    accuracy = (
        "accuracy",
        folder / "findings.parquet",
        *given,
        "--outcomes",
        folder / "outcomes.tsv",
        *asked,
    )
    more = ("--prevalence", "0.001")
    for words in (
        (*accuracy, *more, "--format", "json", "--out", folder / "accuracy.json"),
        (*accuracy, *more, "--format", "text", "--out", folder / "accuracy.txt"),
        (*accuracy, *more, "--format", "csv", "--out", folder / "accuracy.csv"),
        (*accuracy, "--ledger", folder / "ledger.parquet", "--out", folder / "ignored.txt"),
        ("report", folder, *given, "--out", folder / "page.html", "--xlsx", folder / "page.xlsx"),
    ):
        done = nbseval(*words)
        assert done.returncode == 0, done.stderr
    (folder / "page.txt").write_text(done.stdout, encoding="utf-8")
    return folder


def test_json_and_csv(outputs: Path) -> None:
    """In every stratum, and under every declared choice, they have a reason and no number."""
    document = json.loads((outputs / "accuracy.json").read_text(encoding="utf-8"))
    varied = [row for row in document["sensitivity_analysis"] if row["measure"] in STOPPED]
    stopped = [row for row in document["rows"] if row["measure"] in STOPPED]
    assert len({row["stratum"] for row in stopped}) > len(SPLITS)
    assert varied
    for row in stopped + varied:
        numbers = {row[name] for name in ("estimate", "lower", "upper", "numerator", "denominator")}
        assert numbers == {None}
        assert row["not_estimable"]
    overall = {row["measure"]: row for row in document["rows"] if row["stratum"] == "overall"}
    for measure in STANDING:
        assert overall[measure]["estimate"] is not None
    table = pl.read_csv(outputs / "accuracy.csv", infer_schema=False)
    assert table.filter(pl.col("measure").is_in(STOPPED))["estimate"].null_count() == len(stopped)


def test_terminal(outputs: Path) -> None:
    """Lines of estimates name what can be said; what cannot is listed with its reason."""
    for name in ("accuracy.txt", "page.txt"):
        text = (outputs / name).read_text(encoding="utf-8")
        assert "no screen-negative newborn was followed up" in " ".join(text.split())
    text = (outputs / "accuracy.txt").read_text(encoding="utf-8").split("The headline under", 1)[0]
    labels = [line.lower() for line in text.splitlines() if line[:1].isalpha()]
    assert not [line for line in labels if line.startswith(WORDS)]
    for label in ("Positive predictive value", "Recalled of those screened", "Found of those screened"):
        assert any(line.startswith(label.lower()) for line in labels), label


class Tables(HTMLParser):
    """Every table of a page as its caption and rows of words."""

    def __init__(self) -> None:
        super().__init__()
        self.found: Found = []
        self._into = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Open a table, its caption, a row or a cell."""
        del attrs
        if tag == "table":
            self.found.append(("", []))
        elif tag == "tr":
            self.found[-1][1].append([])
        elif tag in ("td", "th"):
            self.found[-1][1][-1].append("")
        if tag in ("caption", "td", "th"):
            self._into = tag

    def handle_endtag(self, tag: str) -> None:
        """Close whatever words are being read into."""
        if tag == self._into:
            self._into = ""

    def handle_data(self, data: str) -> None:
        """Add words to the caption or to the cell."""
        if self._into == "caption":
            caption, rows = self.found[-1]
            self.found[-1] = (caption + data, rows)
        elif self._into:
            self.found[-1][1][-1][-1] += data


def of_html(outputs: Path) -> Found:
    """The tables of the page."""
    parser = Tables()
    parser.feed((outputs / "page.html").read_text(encoding="utf-8"))
    return parser.found


def of_xlsx(outputs: Path) -> Found:
    """The sheets of the book, each with its caption in the first row."""
    book = fastexcel.read_excel(outputs / "page.xlsx")
    sheets = []
    for name in book.sheet_names:
        rows = book.load_sheet(name, header_row=None, dtypes="string").to_polars().fill_null("").rows()
        sheets.append((str(rows[0][0]), [[str(cell) for cell in row] for row in rows[1:]]))
    return sheets


def stated(tables: Found) -> Iterator[tuple[str, str, str]]:
    """Caption, name and cell of all that a table says of the stopped measures, outside assumptions."""
    for caption, (header, *rows) in ((caption, rows) for caption, rows in tables if rows):
        if any(words in caption.lower() for words in ASSUMED):
            continue
        for row in (row for row in rows if any(row[1:])):  # a note below a table fills one cell
            for title, cell in zip(header[1:], row[1:], strict=False):
                if title.lower().startswith(WORDS):
                    yield caption, title, cell
            if row[0].lower().startswith(WORDS) and "bounds" not in row[0]:
                yield caption, row[0], " ".join(row[1:])


@pytest.mark.parametrize("read", [of_html, of_xlsx], ids=["HTML", "xlsx"])
def test_page_and_spreadsheet(outputs: Path, read: Callable[[Path], Found]) -> None:
    """No cell under such a heading or beside such a name holds a share; the three that stand are there."""
    tables = read(outputs)
    cells = list(stated(tables))
    assert len(cells) > 20
    for caption, name, cell in cells:
        assert "not estimable" in cell.lower(), (caption, name, cell)
        assert "%" not in cell.replace("95%", ""), (caption, name, cell)
    words = " ".join(cell for _, rows in tables for row in rows for cell in row)
    assert "1/2 = 50.0%" in words  # the predictive value of the resolved positives
    assert "Recalled of those screened" in words
    assert "Found of those screened" in words
