"""The ledger: every newborn x condition once, cells by the table, nothing dropped in silence."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.tables import LEDGER
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
POSITIVE = {("a", "CFTR"): ("reportable", "listed_allele")}


@pytest.mark.parametrize(
    ("reference", "positive_cell", "negative_cell"),
    [
        ("affected", "tp", "fn"),
        ("unaffected", "fp", "tn"),
        ("uncertain", "unresolved_positive", "unverified_negative"),
        ("pending", "unresolved_positive", "unverified_negative"),
        ("lost", "unresolved_positive", "unverified_negative"),
        ("died_unresolved", "unresolved_positive", "unverified_negative"),
        ("not_verified", "unresolved_positive", "unverified_negative"),
        (None, "unresolved_positive", "unverified_negative"),
    ],
)
def test_cells(
    build_ledger: Build,
    findings: Build,
    samples: Build,
    outcomes: Build,
    panel: Panel,
    reference: str | None,
    positive_cell: str,
    negative_cell: str,
) -> None:
    """Index against reference, with and without an outcome row."""
    known = [("a", "cystic-fibrosis", "clinical", reference), ("a", "mcadd", "clinical", reference)]
    table = outcomes(*known) if reference else outcomes()
    rows = build_ledger(findings(["a"], POSITIVE), samples("a"), table, panel, Definition.CLINICAL).rows
    cells = dict(rows.select("condition", "cell").iter_rows())
    assert cells["cystic-fibrosis"] == positive_cell
    assert cells["mcadd"] == negative_cell


def test_every_newborn_and_condition_once(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Rows are newborns times conditions, also of newborns who were never sampled."""
    sheet = samples("a", "b", ("n", "not_sampled"))
    rows = build_ledger(findings(["a", "b"]), sheet, outcomes(), panel, Definition.CLINICAL).rows
    assert rows.schema == LEDGER
    assert rows.height == 9
    assert not rows.select("newborn", "condition").is_duplicated().any()


def test_outcomes_outside_are_counted(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """An affected newborn of a condition off the panel is a miss outside the table; strangers are named."""
    table = outcomes(
        ("a", "galactosaemia", "clinical", "affected"),
        ("a", "msud", "clinical", "unaffected"),
        ("stranger", "mcadd", "clinical", "affected"),
    )
    ledger = build_ledger(findings(["a"]), samples("a"), table, panel, Definition.CLINICAL)
    notes = " ".join(ledger.notes)
    assert ledger.affected_not_on_panel == 1
    assert "Outcomes of conditions that the panel does not evaluate: 2; newborns affected by one: 1," in notes
    assert "Outcomes of newborns outside this run: 1;" in notes
    assert ledger.rows.filter(pl.col("reference") == "affected").is_empty()


def test_an_affected_newborn_without_a_result_is_named(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """A failed test of an affected newborn is no false negative, and not forgotten either."""
    table = outcomes(("a", "mcadd", "clinical", "affected"))
    ledger = build_ledger(findings([]), samples(("a", "failed")), table, panel, Definition.CLINICAL)
    assert "not tested): 1; outside sensitivity" in " ".join(ledger.notes)


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (
            lambda table: table.with_columns(pl.col("newborn").replace("b", "z")),
            "newborns have no row in the samples table",
        ),
        (lambda table: table.filter(pl.col("newborn") != "b"), "the first at line 3 of the samples table"),
        (lambda table: table.with_columns(gene=pl.lit("HBB")), "are not on panel tiny 1"),
        (lambda table: table.slice(1), "lack some of the panel's gene rows or have one twice"),
        (lambda table: pl.concat([table.slice(1), table.tail(1)]), "or have one twice"),
        (lambda table: pl.concat([table, table.head(1)]), "or have one twice"),
    ],
)
def test_findings_must_belong(
    build_ledger: Build,
    findings: Build,
    samples: Build,
    outcomes: Build,
    panel: Panel,
    spoil: Callable[[pl.DataFrame], pl.DataFrame],
    message: str,
) -> None:
    """Findings of other newborns or of another panel stop the run, without naming a newborn."""
    table = spoil(findings(["aa", "b"]))
    with pytest.raises(InputError, match=message) as caught:
        build_ledger(table, samples("aa", "b"), outcomes(), panel, Definition.CLINICAL)
    assert "aa" not in str(caught.value)
