"""Tables beside the accuracy table, in the sections where a committee looks for them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest

from evaluator.report.disclosure import Disclosure
from evaluator.report.model import Section, Table
from evaluator.report.page import committee_page
from evaluator.report.results import Results
from evaluator.report.spreadsheet import write_spreadsheet

PAIRS = "overall: newborn x condition"
NEW = {"clustered", "without-answer", "registry", "sampled-verification"}


def row(measure: str, **values: object) -> dict[str, object]:
    """One measure, everything not given empty."""
    blank = dict.fromkeys(("numerator", "denominator", "estimate", "lower", "upper", "not_estimable"))
    return {**blank, "method": "", "measure": measure, **values}


SHARE: dict[str, Any] = {"numerator": 9, "denominator": 10, "estimate": 0.9, "lower": 0.5, "upper": 0.99}
WHY = "no screen-negative newborn was followed up"
BY_NEWBORN = {"cluster": "newborn", "stratum": PAIRS, "clusters": 10, "design_effect": 1.25}
BY_SITE = {"cluster": "site", "stratum": "overall", "clusters": None, "design_effect": None}
AFR = {"kind": "ancestry", "stratum": "AFR"}
MCADD = {"condition": "mcadd"}
COMPLETE = row("completeness", estimate=0.973, lower=0.88, upper=0.99, method="Chapman")
RATE = row("interval_cases", numerator=1, estimate=5.56, lower=0.141, upper=31.0)
WEIGHTED = row("sensitivity", estimate=2 / 3, lower=0.3, upper=0.9, method="weights")
MORE: dict[str, object] = {
    "clustered": [{**BY_NEWBORN, **row("ppv", **SHARE)}, {**BY_SITE, **row("npv", not_estimable=WHY)}],
    "without_answer": [
        {**AFR, **row("newborns_with_pending", **SHARE)},
        {**AFR, **row("results_not_assessed", not_estimable="too few")},
    ],
    "registry": [
        {**MCADD, **COMPLETE},
        {**MCADD, **row("followed_up", numerator=8, denominator=8, estimate=1.0)},
        {**MCADD, **row("missed_adjusted", not_estimable="immature: 48% of the cases")},
        {**MCADD, **RATE},
    ],
    "sampled_verification": [
        {"stratum": PAIRS, **WEIGHTED},
        {"stratum": PAIRS, **row("sensitivity_bounds", lower=0.25, upper=0.8, method="bounds")},
        {"stratum": "condition: mcadd", **row("specificity", not_estimable="nobody of this kind")},
    ],
}


@pytest.fixture
def beside(results: Results) -> Results:
    """The example with all four tables."""
    return replace(results, more=MORE)


def section(results: Results, name: str) -> Section:
    """One section of the page."""
    (found,) = (part for part in committee_page(results).sections if part.id == name)
    return found


def table(results: Results, place: str, name: str) -> Table:
    """One table of one section."""
    (found,) = (one for one in section(results, place).tables if one.id == name)
    return found


def test_clusters_stand_beside_independence(beside: Results) -> None:
    """In the accuracy section, what is estimable, with the main table's own interval beside it."""
    drawn = table(beside, "accuracy", "clustered")
    ((measure, plain, allowed, together, wider),) = drawn.rows
    assert measure == "Positive predictive value, newborn x condition"
    assert plain.startswith(("9", "8", "7", "6", "5", "4", "3", "2", "1", "0"))
    assert allowed == "9/10 = 90.0%\n(50.0% to 99.0%)"
    assert (together, wider) == ("10 newborns", "1.25")
    assert "read these where they are wider" in drawn.note


def test_who_got_no_answer_stands_with_equity(beside: Results) -> None:
    """One row per ancestry or site, one column per kind of missing answer, and no claim of equality."""
    drawn = table(beside, "equity", "without-answer")
    assert drawn.rows == (
        ("ancestry: AFR", "9/10 = 90.0%\n(50.0% to 99.0%)", "", "", "not estimable: too few"),
    )
    assert "insufficient evidence" in drawn.note


def test_the_registry_stands_with_the_missing_verification(beside: Results) -> None:
    """One row per condition; what is immature says so, assumptions and methods stand with it."""
    drawn = table(beside, "sensitivity-analyses", "registry")
    assert drawn.rows == (
        (
            "MCADD", "97.3%\n(88.0% to 99.0%)", "8/8 = 100%", "not given",
            "not estimable: immature: 48% of the cases", "not given", "5.56\n(0.141 to 31.0)",
            "completeness: Chapman",
        ),
    )  # fmt: skip
    assert "The two sources find cases independently." in drawn.note
    assert not any("registry.yaml" in text for text in section(beside, "sensitivity-analyses").paragraphs)


def test_a_designed_sample_stands_beside_the_bounds(beside: Results) -> None:
    """Weighted estimate and bounds in one row, labelled."""
    overall, mcadd = table(beside, "sensitivity-analyses", "sampled-verification").rows
    assert overall == (
        PAIRS, "66.7%\n(30.0% to 90.0%)", "between 25.0% and 80.0%", "not given",
        "sensitivity: weights; sensitivity bounds: bounds",
    )  # fmt: skip
    assert mcadd[0] == "MCADD"
    assert mcadd[3] == "not estimable: nobody of this kind"


def test_without_the_files_one_sentence(results: Results) -> None:
    """No table, and one sentence about the registry."""
    page = committee_page(results)
    assert not NEW & {one.id for part in page.sections for one in part.tables}
    told = [text for text in section(results, "sensitivity-analyses").paragraphs if "registry.yaml" in text]
    assert len(told) == 1
    assert told[0].startswith("No registry.yaml was given")


def test_a_long_table_is_folded(results: Results) -> None:
    """More rows than a screen holds unfold on request."""
    rows = [
        {"kind": "site", "stratum": f"S{place:03}", **row("newborns_with_pending", **SHARE)}
        for place in range(61)
    ]
    drawn = table(replace(results, more={"without_answer": rows}), "equity", "without-answer")
    assert drawn.folded == "Show 61 rows: Who got no answer"
    assert len(drawn.rows) == 61


def test_small_numbers_are_withheld(beside: Results) -> None:
    """For publication none of the four stands on the page: each would hold small counts."""
    page = committee_page(replace(beside, disclosure=Disclosure.COMMITTEE))
    assert not NEW & {one.id for part in page.sections for one in part.tables}
    assert not any("No registry.yaml" in text for part in page.sections for text in part.paragraphs)


def test_the_spreadsheet_has_a_sheet_for_each(beside: Results, tmp_path: Path) -> None:
    """Named as on the page, with its rows and its note."""
    write_spreadsheet(committee_page(beside), tmp_path / "r.xlsx")
    with ZipFile(tmp_path / "r.xlsx") as book:
        names, strings = (book.read(f"xl/{name}.xml").decode() for name in ("workbook", "sharedStrings"))
    for name in NEW:
        assert f'<sheet name="{name}"' in names
    assert "97.3%\n(88.0% to 99.0%)" in strings
    assert "between 25.0% and 80.0%" in strings
