"""Strata: the sums agree with the ledger, and newborns are counted as newborns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.cells import Cell
from evaluator.accuracy.ledger.notes import several_positives
from evaluator.accuracy.ledger.strata import PAIRS, Stratum, counts_by, folded_newborns, newborn_cells
from evaluator.accuracy.measures import Settings, measures
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
Built = Any  # what the fixture build_ledger returns
REPORTABLE = ("reportable", "listed_allele")


@pytest.fixture
def run(build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel) -> Built:
    """Nine newborns, one for each fate."""
    table = findings(
        ["tp", "fp", "fn", "tn", "up", "un", "wrong"],
        {
            ("tp", "CFTR"): REPORTABLE,
            ("tp", "ADA"): REPORTABLE,
            ("fp", "CFTR"): REPORTABLE,
            ("up", "ADA"): REPORTABLE,
            ("wrong", "CFTR"): REPORTABLE,
        },
    )
    conditions = ("cystic-fibrosis", "mcadd", "scid")
    known = [("tn", condition, "clinical", "unaffected") for condition in conditions]
    known += [
        ("tp", "cystic-fibrosis", "clinical", "affected"),
        ("tp", "scid", "clinical", "unaffected"),
        ("fp", "cystic-fibrosis", "clinical", "unaffected"),
        ("fn", "mcadd", "clinical", "affected"),
        ("un", "mcadd", "clinical", "unaffected"),  # the other two conditions were not followed up
        ("wrong", "cystic-fibrosis", "clinical", "unaffected"),
        ("wrong", "mcadd", "clinical", "affected"),
    ]
    sheet = samples("tp", "fp", "fn", "tn", "up", "un", "wrong", ("failed", "failed"), ("away", "declined"))
    return build_ledger(table, sheet, outcomes(*known), panel, Definition.CLINICAL)


def test_newborn_cells(run: Built) -> None:
    """Each newborn has one cell: positive for the wrong condition is not a true positive."""
    cells = dict(newborn_cells(run.rows).select("newborn", "cell").iter_rows())
    assert cells == dict(folded_newborns(run.ledger).select("newborn", "cell").iter_rows())
    assert cells == {
        "tp": "tp",
        "fp": "fp",
        "fn": "fn",
        "tn": "tn",
        "up": "unresolved_positive",
        "un": "unverified_negative",
        "wrong": "wrong_condition",
        "failed": "failed",
        "away": "not_tested",
    }


def test_an_affected_newborn_whose_condition_failed(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Negative for everything else does not make a negative of the newborn that could not be tested."""
    table = findings(["a"], {("a", "ACADM"): ("not assessed", "low_callability")})
    known = outcomes(("a", "mcadd", "clinical", "affected"))
    rows = build_ledger(table, samples("a"), known, panel, Definition.CLINICAL).rows
    assert newborn_cells(rows)["cell"].to_list() == ["failed"]


@pytest.mark.parametrize("stratum", [Stratum.CONDITION, Stratum.GROUP])
def test_cells_sum_to_the_ledger(run: Built, stratum: Stratum) -> None:
    """The strata of newborn x condition add up to the ledger, cell by cell."""
    parts = counts_by(run.ledger, run.findings, [stratum], 0)
    (_, pairs) = counts_by(run.ledger, run.findings, [Stratum.OVERALL], 0)
    assert pairs.stratum == PAIRS
    for cell in set(Cell) - {Cell.OUTSIDE_TARGET}:
        in_ledger = run.rows.filter(pl.col("cell") == cell).height
        assert sum(getattr(part, cell.value) for part in parts) == getattr(pairs, cell.value) == in_ledger


def test_sites_count_newborns(run: Built) -> None:
    """Newborns without a site stand under "not given"; wrong condition is a cell of its own."""
    site = pl.when(pl.col("newborn").is_in(["tp", "wrong"])).then(pl.lit("leeds")).alias("site")
    newborns = run.ledger.screened.newborns.with_columns(site)
    named = replace(run.ledger, screened=replace(run.ledger.screened, newborns=newborns))
    parts = {part.stratum: part for part in counts_by(named, run.findings, [Stratum.SITE], 0)}
    assert list(parts) == ["site: leeds", "site: not given"]
    assert (parts["site: leeds"].tp, parts["site: leeds"].wrong_condition) == (1, 1)
    assert parts["site: not given"].not_tested == 1


def test_only_positives_carry_a_gene(run: Built) -> None:
    """A gene has positives, PPV and yield; sensitivity says why it has not."""
    parts = {part.stratum: part for part in counts_by(run.ledger, run.findings, [Stratum.GENE], 0)}
    assert list(parts) == ["gene: ACADM", "gene: ADA", "gene: CFTR", "gene: RAG1"]
    cftr = parts["gene: CFTR"]
    assert (cftr.tp, cftr.fp, cftr.unresolved_positive, cftr.screened) == (1, 2, 0, 7)
    found = measures(cftr, Settings())
    assert found["ppv"].estimate == pytest.approx(1 / 3)
    assert found["detection_rate"].denominator == 7
    assert found["sensitivity"].not_estimable == "fn is not known: only positives carry a gene"


def test_several_positives_are_counted(run: Built) -> None:
    """One newborn is positive for two conditions."""
    assert several_positives(run.ledger) == 1
