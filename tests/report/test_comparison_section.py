"""The section that compares the two tests, on hand-made counts."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from evaluator.accuracy.comparison import ROWS, rows_of
from evaluator.report.comparison_section import comparison_section
from evaluator.report.disclosure import Disclosure
from evaluator.report.model import Table
from evaluator.report.results import Results

# What the genomic and what the conventional test said, the truth, and of how many newborns.
PAIRS = [
    ("positive", "positive", "affected", 6),
    ("positive", "negative", "affected", 3),
    ("negative", "positive", "affected", 1),
    ("negative", "negative", "affected", 1),
    ("positive", "negative", "unaffected", 2),
    ("negative", "positive", "unaffected", 8),
    ("negative", "negative", "unaffected", 400),
    ("positive", "negative", "open", 5),
]


def usable(*left_out: str) -> pl.DataFrame:
    """One row per newborn of PAIRS, without those of the named fates."""
    rows = [row[:3] for row in PAIRS if row[2] not in left_out for _ in range(row[3])]
    return pl.DataFrame(rows, schema=["first", "second", "fate"], orient="row")


@pytest.fixture(scope="module")
def compared(results: Results) -> Results:
    """The example with a comparison beside its accuracy: overall and two conditions."""
    strata = {"overall": usable(), "condition: <b>": usable("open"), "condition: quiet": usable().head(6)}
    rows = [row for name, table in strata.items() for row in rows_of("clinical", name, table)]
    return replace(results, more={"comparison": pl.DataFrame(rows, ROWS).to_dicts()})


def table(results: Results, name: str) -> Table:
    """The table of the section with this id."""
    (found,) = (one for one in comparison_section(results).tables if one.id == name)
    return found


def test_the_paired_table_holds_every_newborn(compared: Results) -> None:
    """Each cell is a count of newborns, by truth and by which test called them."""
    assert table(compared, "paired-clinical").rows == (
        ("Affected", "6", "3", "1", "1"),
        ("Unaffected", "0", "2", "8", "400"),
        ("Not known", "0", "5", "0", "0"),
    )


def test_measures_are_written_in_words(compared: Results) -> None:
    """Differences carry counts and interval, tests a p-value."""
    cells = {row[0]: row[1] for row in table(compared, "comparison-measures").rows}
    assert cells["Sensitivity, genomic less conventional (Tango)"].startswith("2/11 = 18.2%")
    assert cells["Same sensitivity? (exact McNemar)"] == "p = 0.62"
    assert cells["True positives, genomic for each conventional"].startswith("9/7 = 1.29")


def test_bars_show_the_disagreements(compared: Results) -> None:
    """The drawing and its description say how many only one test called."""
    (figure,) = comparison_section(compared).figures
    assert "Affected: genomic only 3, conventional only 1" in figure.description
    assert figure.svg.startswith("<svg")


def test_conditions_in_which_the_tests_agree_are_counted(compared: Results) -> None:
    """Only conditions with a disagreement get a line."""
    found = table(compared, "comparison-conditions")
    assert found.rows == (("<b>", "3", "1", "2", "8", "0", "0"),)
    assert found.note.startswith("1 further condition compared")


def test_unverified_double_negatives_leave_the_ratios(results: Results) -> None:
    """One open newborn negative on both tests: no difference of sensitivities, the ratio stands."""
    pairs = pl.concat(
        [usable(), pl.DataFrame({"first": ["negative"], "second": ["negative"], "fate": ["open"]})]
    )
    rows = rows_of("clinical", "overall", pairs)
    open_ones = replace(results, more={"comparison": rows})
    cells = {row[0]: row[1] for row in table(open_ones, "comparison-measures").rows}
    assert cells["Sensitivity, genomic less conventional (Tango)"] == "not estimable"
    assert cells["True positives, genomic for each conventional"].startswith("9/7")
    assert table(open_ones, "paired-clinical").rows[0][4] == "not known"


def test_small_numbers_are_withheld_and_absence_is_said(results: Results, compared: Results) -> None:
    """A protected page has no comparison; neither has one without the conventional test."""
    protected = comparison_section(replace(compared, disclosure=Disclosure.COMMITTEE))
    assert protected.tables == ()
    assert "Withheld" in protected.paragraphs[0]
    assert "was not given" in comparison_section(replace(results, more={})).paragraphs[0]
