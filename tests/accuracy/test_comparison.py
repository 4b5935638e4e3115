"""Two tests on the same newborns: the tables are right, and exchanging the tests mirrors them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.comparison import comparison, study_of
from evaluator.panel.model import Panel
from evaluator.sheets import CONVENTIONAL
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
REPORTABLE = ("reportable", "listed_allele")
RESULT = st.sampled_from(["positive", "negative"])
FATE = st.sampled_from(["affected", "unaffected", "open"])
SCHEMA = dict.fromkeys(("first", "second", "fate"), pl.String)


def conventional(*rows: tuple[str, str, str]) -> pl.DataFrame:
    """Today's results as the table that people write."""
    names = ("newborn", "condition", "index")
    cells = [{**dict(zip(names, row, strict=True)), "line": line} for line, row in enumerate(rows, start=2)]
    return pl.DataFrame(cells, schema=CONVENTIONAL.schema)


def compared(rows: pl.DataFrame, stratum: str) -> dict[str, Any]:
    """The rows of one stratum under the clinical definition, by measure."""
    part = rows.filter(pl.col("stratum") == stratum, pl.col("definition") == "clinical")
    return {row["measure"]: row for row in part.to_dicts()}


def test_tables_of_a_small_run(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Found by both, by one, by neither; a failed result and a stranger are counted, not compared."""
    found = {(name, "CFTR"): REPORTABLE for name in ("both", "genomic", "false")}
    names = ["both", "genomic", "today", "neither", "false", "well", "failed"]
    fates = dict.fromkeys(names, "affected") | {"false": "unaffected", "well": "unaffected"}
    known = outcomes(*((name, "cystic-fibrosis", "clinical", fate) for name, fate in fates.items()))
    today = {"both": "positive", "today": "positive", "failed": "failed"}
    results = [(name, "cystic-fibrosis", today.get(name, "negative")) for name in names]
    table = conventional(*results, ("stranger", "cystic-fibrosis", "positive"))
    built = build_ledger(findings(names, found), samples(*names), known, panel, Definition.CLINICAL)
    annex = comparison([built.ledger], table)
    for stratum in ("overall", "overall: newborn x condition", "condition: cystic-fibrosis"):
        rows = compared(annex.rows, stratum)
        cells = {name: rows[f"affected_{name}"]["numerator"] for name in ("both", "genomic_only", "neither")}
        assert cells == {"both": 1, "genomic_only": 1, "neither": 1}
        assert rows["affected_conventional_only"]["numerator"] == 1
        assert rows["unaffected_genomic_only"]["numerator"] == 1
        assert rows["sensitivity_difference"]["estimate"] == 0
        assert rows["ppv_genomic"]["estimate"] == pytest.approx(2 / 3)
        assert rows["either_positive_sensitivity"]["numerator"] == 3
        assert rows["sensitivity_test"]["p_value"] == 1
    assert any("outside this run, its panel or its target: 1;" in note for note in annex.notes)
    assert any("without a result of one of the tests: 1;" in note for note in annex.notes)


def test_unverified_negatives_leave_the_relative_fractions(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """One newborn negative on both and not followed up: no sensitivity, and still a relative fraction."""
    names = ["both", "genomic", "open"]
    found = {("both", "CFTR"): REPORTABLE, ("genomic", "CFTR"): REPORTABLE}
    known = outcomes(*((name, "cystic-fibrosis", "clinical", "affected") for name in names[:2]))
    table = conventional(
        ("both", "cystic-fibrosis", "positive"),
        ("genomic", "cystic-fibrosis", "negative"),
        ("open", "cystic-fibrosis", "negative"),
    )
    built = build_ledger(findings(names, found), samples(*names), known, panel, Definition.CLINICAL)
    rows = compared(comparison([built.ledger], table).rows, "overall")
    assert rows["relative_tpf"]["estimate"] == 2
    assert rows["sensitivity_difference"]["not_estimable"]
    assert rows["either_positive_sensitivity"]["not_estimable"]
    assert (
        rows["affected_neither"]["not_estimable"] == "newborns negative on both tests were not all verified"
    )


def test_an_affected_newborn_is_found_only_by_its_own_condition(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Positive for MCADD in a newborn with cystic fibrosis finds nobody."""
    known = outcomes(
        ("a", "cystic-fibrosis", "clinical", "affected"), ("a", "mcadd", "clinical", "unaffected")
    )
    table = conventional(("a", "cystic-fibrosis", "positive"), ("a", "mcadd", "negative"))
    built = build_ledger(
        findings(["a"], {("a", "ACADM"): REPORTABLE}), samples("a"), known, panel, Definition.CLINICAL
    )
    rows = compared(comparison([built.ledger], table).rows, "overall")
    assert rows["affected_conventional_only"]["numerator"] == 1
    assert rows["affected_both"]["numerator"] == 0


@given(rows=st.lists(st.tuples(RESULT, RESULT, FATE), max_size=40))
def test_exchanging_the_tests_mirrors_the_tables(rows: list[tuple[str, str, str]]) -> None:
    """Every table of the exchanged tests is the exchanged table."""
    table = pl.DataFrame(rows, schema=SCHEMA, orient="row")
    study, unknown = study_of(table)
    mirrored, open_mirrored = study_of(table.rename({"first": "second", "second": "first"}))
    assert mirrored == study.swapped()
    assert open_mirrored == unknown.swapped()
    counted = [
        part
        for one in (study.affected, study.unaffected, unknown)
        for part in (one.both, one.first_only, one.second_only)
    ]
    assert sum(counted) == sum("positive" in row[:2] for row in rows)
