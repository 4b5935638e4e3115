"""Defaults and differing rows make up the complete table, whatever is asked of them."""

from __future__ import annotations

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.screening.cohort_findings import ANSWER, CohortFindings, cohort_findings
from evaluator.vocabulary import Verdict

Cell = tuple[str, str, str | None, str | None, str | None]
DEFAULTS: list[Cell] = [
    ("not reportable", "no_qualifying_allele", None, None, None),
    ("not assessed", "callability_unknown", None, None, None),
]
SEEN: list[Cell] = [
    ("reportable", "listed_allele;homozygous", "chr1-5-A-G", "homozygous", "not_needed"),
    ("pending phase", "phase_unknown", "chr1-5-A-G;chr1-9-C-T", "heterozygous", "unknown"),
    ("not reportable", "too_common", "chr1-5-A-G", "heterozygous", "not_needed"),
]
CLASSES = pl.DataFrame({"status": ["sequenced", "failed"], "measured": [True, False]})


@st.composite
def cohorts(draw: st.DrawFn) -> tuple[CohortFindings, list[tuple[str, int, Cell]]]:
    """A cohort and, cell by cell, what must stand in its complete table."""
    width, height = draw(st.integers(1, 4)), draw(st.integers(0, 7))
    gene_rows = pl.DataFrame(
        {name: [f"{name}{row}" for row in range(width)] for name in ("condition", "gene", "inheritance")}
    )
    defaults = [[draw(st.sampled_from(DEFAULTS)) for _ in range(width)] for _ in range(2)]
    names = draw(st.permutations([f"N{number}" for number in range(height)]))
    classes = [draw(st.integers(0, 1)) for _ in names]
    decided: list[tuple[str, int, Cell]] = []
    expected: list[tuple[str, int, Cell]] = []
    for name, kind in zip(names, classes, strict=True):
        for row in range(width):
            said = draw(st.none() | st.sampled_from([*DEFAULTS, *SEEN]))
            expected.append((name, row, defaults[kind][row] if said is None else said))
            decided += [(name, row, said)] if said is not None else []
    answers = dict.fromkeys(ANSWER, pl.String)
    table = pl.DataFrame([cell for _, _, cell in decided], schema=answers, orient="row").with_columns(
        pl.Series("newborn", [name for name, _, _ in decided], dtype=pl.String),
        pl.Series("row", [row for _, row, _ in decided], dtype=pl.UInt32),
    )
    shared = pl.DataFrame([cell for kind in defaults for cell in kind], schema=answers, orient="row")
    newborns = pl.DataFrame(
        {"newborn": names, "class": classes}, schema={"newborn": pl.String, "class": pl.UInt32}
    )
    return cohort_findings(newborns, CLASSES, gene_rows, shared, table), sorted(expected)


@given(cohorts())
def test_the_table_is_complete(made: tuple[CohortFindings, list[tuple[str, int, Cell]]]) -> None:
    """Each newborn x gene row stands once, in order, with its own answer or its class's default."""
    findings, expected = made
    told = [
        (name, f"condition{row}", f"gene{row}", f"inheritance{row}", *cell) for name, row, cell in expected
    ]
    assert findings.table().rows() == told
    assert findings.height == len(told)
    parts = list(findings.tables(newborns=2))
    assert [row for part in parts for row in part.rows()] == told
    assert all(part["newborn"].n_unique() <= 2 for part in parts)


@given(cohorts())
def test_nothing_needs_the_complete_table(made: tuple[CohortFindings, list[tuple[str, int, Cell]]]) -> None:
    """Counts, positives and numbers are those of the complete table."""
    findings, _ = made
    table = findings.table()
    counts = {str(verdict): table.filter(verdict=str(verdict)).height for verdict in Verdict}
    assert findings.verdict_counts() == counts
    assert findings.positives().equals(table.filter(pl.col("verdict").is_in(["reportable", "pending phase"])))
    answers, codes = findings.coded(("verdict", "reasons"))
    assert answers[codes.ravel().tolist()].equals(table.select("verdict", "reasons"))


@given(cohorts())
def test_only_what_differs_is_kept(made: tuple[CohortFindings, list[tuple[str, int, Cell]]]) -> None:
    """No kept row repeats the default of its newborn's class, and no class is without a newborn."""
    findings, _ = made
    width = findings.gene_rows.height
    for place, row, *cell in findings.differing.rows():
        default = findings.defaults.row(findings.newborns["class"][place] * width + row)
        assert tuple(cell) != (*default, None, None, None)
    assert set(findings.newborns["class"]) == set(range(findings.classes.height))


@pytest.mark.parametrize("newborns", [0, 3])
def test_a_part_beyond_the_end_is_short(newborns: int) -> None:
    """Asking for more newborns than there are gives those that there are."""
    people = [("A", 0), ("B", 0), ("C", 0)][:newborns]
    names = pl.DataFrame(people, schema={"newborn": pl.String, "class": pl.UInt32}, orient="row")
    rows = pl.DataFrame({"condition": ["c"], "gene": ["g"], "inheritance": ["AR"]})
    shared = pl.DataFrame([DEFAULTS[0]] * 2, schema=dict.fromkeys(ANSWER, pl.String), orient="row")
    nothing = pl.DataFrame(
        schema={"newborn": pl.String, "row": pl.UInt32, **dict.fromkeys(ANSWER, pl.String)}
    )
    findings = cohort_findings(names, CLASSES, rows, shared, nothing)
    assert findings.table(2, 5).height == max(0, newborns - 2)
