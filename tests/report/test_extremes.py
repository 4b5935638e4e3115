"""Pages of runs that are empty, huge, unverified or hostile."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import polars as pl
import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.ledger.findings import Findings
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.report.charts import (
    Band,
    Bar,
    Dot,
    Swing,
    band_plot,
    discordance_bars,
    forest_plot,
    funnel_plot,
    tipping_plot,
    tornado_plot,
)
from evaluator.report.html import as_html
from evaluator.report.icon_array import MOST_SQUARES, Kind, icon_array
from evaluator.report.model import Section
from evaluator.report.page import committee_page
from evaluator.report.results import Results
from evaluator.report.spreadsheet import neutral, write_spreadsheet
from evaluator.report.text import as_text

STOPPED = ("Sensitivity", "Specificity", "Negative predictive value", "Likelihood ratio, positive")
STANDING = ("Positive predictive value", "Recalled of those screened", "Found of those screened")


def counted(results: Results, *strata: Counts) -> Results:
    """The example run with other counts."""
    rows = accuracy_table(list(strata), Settings()).to_dicts()
    return dataclasses.replace(results, accuracy={(row["stratum"], row["measure"]): row for row in rows})


@pytest.fixture
def unverified(results: Results) -> Results:
    """Nobody followed a negative up."""
    cells = {"fn": 0, "tn": 0, "unverified_negative": 900, "inconclusive": 0, "failed": 0}
    return counted(results, Counts("overall", tp=9, fp=3, unresolved_positive=2, **cells))


def section(results: Results, name: str) -> Section:
    """One section of the page."""
    return next(part for part in committee_page(results).sections if part.id == name)


def test_without_follow_up_nothing_pretends(unverified: Results, tmp_path: Path) -> None:
    """Not estimable on page, terminal and spreadsheet; PPV, recall and detection still stand in each."""
    page = committee_page(unverified)
    write_spreadsheet(page, tmp_path / "page.xlsx")
    with ZipFile(tmp_path / "page.xlsx") as book:
        strings = " ".join(re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode()))
    text, html = " ".join(as_text(page).split()), as_html(page)
    (table,) = section(unverified, "accuracy").tables
    rows = {row[0].partition(":")[0]: row for row in table.rows}
    for label in STOPPED:
        assert rows[label][2] == "not estimable", label
    for label in STANDING:
        assert rows[label][2].endswith("%"), label
    for drawn in (text, html, strings):
        assert "no screen-negative newborn was followed up" in drawn
        assert "75.0%" in drawn  # the PPV, 9 of 12
        assert "1.5%" in drawn  # recalled, 14 of 914
        assert "0.98%" in drawn  # found, 9 of 914


def test_three_hundred_conditions_fit(results: Results) -> None:
    """The page stays under 3 MB, and the forest plot says that it shows the first of many."""
    names = [f"condition-{number:03d}" for number in range(300)]
    rows = pl.DataFrame({"condition": names, "gene": "A", "inheritance": "AR"})
    told = pl.DataFrame({"verdict": ["reportable"], "reasons": ["homozygous"]})
    findings = Findings(pl.Series(["a"]), rows, told, np.zeros((1, 300), dtype=np.uint16))
    strata = [Counts(f"condition: {name}", 5, 2, 1, 9_000, 1, 0, 0, 0) for name in names]
    many = dataclasses.replace(
        counted(results, Counts("overall", 1500, 600, 300, 9_000, 300, 0, 0, 0), *strata), findings=findings
    )
    html = as_html(committee_page(many))
    assert len(html.encode()) < 3_000_000
    (forest,) = section(many, "by-condition").figures
    assert "The 40 conditions with the most positives" in forest.caption


@pytest.mark.parametrize(
    "counts",
    [
        Counts("overall", 0, 0, 0, 0, 0, 0, 0, 0),
        Counts("overall", 0, 5, 0, 90, 0, 0, 0, 0),
        Counts("overall", 5, 0, 0, 90, 0, 0, 0, 0),
        Counts("overall", 0, 0, 5, 90, 0, 0, 0, 0),
        Counts("overall", 5, 0, 0, 0, 0, 0, 0, 0),
        Counts("overall", 9_000, 9_000, 9_000, 900_000, 9_000, 0, 9, 9),
    ],
    ids=["nothing", "no affected", "no false", "none found", "only found", "a nation"],
)
def test_zero_cells_never_stop_the_page(results: Results, counts: Counts) -> None:
    """Every combination of empty cells gives a page, without a number that is none."""
    page = committee_page(counted(results, counts))
    drawn = as_html(page) + as_text(page)
    assert not re.search(
        r"\bnan\b|\binf\b|\bNone\b", re.sub(r"<style>.*?</style>", "", drawn, flags=re.DOTALL)
    )
    assert max(map(len, as_text(page).splitlines())) <= 100


def test_every_section_without_data_says_why(bare: Results) -> None:
    """Findings alone: each section still has a sentence, a table or its terms."""
    for part in committee_page(bare).sections:
        assert part.paragraphs or part.tables or part.terms or part.flow, part.id


def test_drawings_of_extreme_values() -> None:
    """One row, values at both ends, and names of markup draw without a number that is none."""
    hostile = "<script>&\"'" + "x" * 300
    drawings = [
        forest_plot([Bar(hostile, "PPV", "0/1", 0.0, 0.0, 1.0)]),
        band_plot([Band(1e-6, 0.0, 0.0), Band(1e-2, 0.0, 1.0)], hostile, 0.5),
        tipping_plot([Band(0, 0.0, 1.0, 0.0)]),
        discordance_bars([(hostile, {"genomic only": 0, "conventional only": 10_000})]),
        funnel_plot([Dot(hostile, 0.01, 500.0)], [Band(0.01, 0.0, 300.0), Band(1.0, 0.0, 4.0)]),
        tornado_plot([Swing(hostile, 0.0, 0.0, 1e6), Swing("same", 0.0, 0.0, 0.0)], hostile),
        icon_array([Kind(hostile, 1.0, "#000000")])[0],
    ]
    for drawing in drawings:
        assert drawing.startswith("<svg")
        assert "<script" not in drawing
        assert "NaN" not in drawing


def test_icons_stand_for_more_where_there_are_many() -> None:
    """No more squares than can be counted, and a rare kind keeps one."""
    svg, each = icon_array([Kind("many", 99_000.0, "#111111"), Kind("rare", 1.0, "#222222")])
    assert each == 100
    assert svg.count('fill="#111111"') - 1 <= MOST_SQUARES
    assert svg.count('fill="#222222"') == 2  # its legend and its square


def test_spreadsheet_is_the_same_each_time(results: Results, tmp_path: Path) -> None:
    """Equal pages give equal bytes, one sheet per table, and no formula."""
    page = committee_page(results)
    for name in ("one.xlsx", "two.xlsx"):
        write_spreadsheet(page, tmp_path / name)
    assert (tmp_path / "one.xlsx").read_bytes() == (tmp_path / "two.xlsx").read_bytes()
    with ZipFile(tmp_path / "one.xlsx") as book:
        names = re.findall(r'<sheet name="([^"]+)"', book.read("xl/workbook.xml").decode())
        assert not [name for name in book.namelist() if b"<f>" in book.read(name)]
    assert names[:4] == ["overview", "remarks", "flow", "words"]
    tables = [table.id[:31] for part in page.sections for table in part.tables]
    assert names[4:] == tables


@pytest.mark.parametrize("cell", ["=1+1", "@x", "+cmd", "-cmd", "\tx"])
def test_no_cell_starts_a_formula(cell: str) -> None:
    """What a spreadsheet program might run gets an apostrophe; a number keeps its sign."""
    assert neutral(cell) == f"'{cell}"
    assert neutral("-1.5") == "-1.5"


def test_annexes_are_drawn_where_they_are_there(results: Results) -> None:
    """Missed cases and choices come from the accuracy file; an absent key leaves a sentence."""
    measure = {"numerator": 9, "denominator": 10, "estimate": 0.9, "lower": 0.5, "upper": 0.99}
    more: dict[str, object] = {
        "missed": {"title": "Missed", "rows": [{"class": "uncovered", "condition": "mcadd", "newborns": 2}]},
        "sensitivity_analysis": {
            "rows": [
                {
                    "choice": "pending phase",
                    "alternative": way,
                    "measure": "ppv",
                    **measure,
                    "method": "",
                    "not_estimable": None,
                }
                for way in ("positive", "negative")
            ]
        },
    }
    with_annexes = dataclasses.replace(results, more=more)
    (missed,) = section(with_annexes, "missed-cases").tables
    assert missed.rows == (("uncovered", "MCADD", "2"),)
    choices = section(with_annexes, "sensitivity-analyses").tables[-1]
    assert [row[0] for row in choices.rows] == ["pending phase: positive", "pending phase: negative"]
    assert "9/10 = 90.0%" in choices.rows[0][1]
    assert "Not in the data" in section(results, "missed-cases").paragraphs[0]


def test_stard_items_lead_to_their_section(results: Results) -> None:
    """Each item names a section of this page or says that the data do not hold it."""
    page = committee_page(results)
    places = {part.id for part in (*page.blocks, *page.sections)}
    (table,) = section(results, "stard").tables
    assert len(table.rows) == 34
    for row, link in zip(table.rows, table.links, strict=True):
        assert (link in places) != (row[2] == "not in the data")


def test_tornado_says_what_the_projection_hangs_on(results: Results) -> None:
    """Verified counts: a drawing each for missed newborns and recalls, the same numbers in a table."""
    verified = Counts("overall", 40, 60, 4, 99_000, 0, 0, 50, 9)
    outlook = section(counted(results, verified), "outlook")
    drawn = [figure for figure in outlook.figures if "moves them most" in figure.caption]
    (table,) = (one for one in outlook.tables if one.id == "tornado")
    assert len(drawn) == 2
    assert table.rows[0][:2] == ("Missed", "Sensitivity")
    assert f"sensitivity {table.rows[0][2]} to {table.rows[0][3]}" in drawn[0].description
