"""Shares of newborns without an answer, ancestry by ancestry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl

from evaluator.accuracy.measures import Settings
from evaluator.accuracy.without_answer import without_answer
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]


def test_sequenced_newborns_by_ancestry(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Pending and not assessed are counted in newborns; one that declined is not among them."""
    told = {
        ("a", "CFTR"): ("pending phase", "phase_unknown"),
        ("a", "ACADM"): ("not assessed", "low_callability"),
        ("b", "ACADM"): ("not assessed", "low_callability"),
    }
    table = samples("a", "b", "c", ("d", "declined"))
    built = build_ledger(findings(["a", "b", "c"], told), table, outcomes(), panel, Definition.CLINICAL)
    screened = built.ledger.screened
    ancestry = pl.Series("ancestry", ["AFR", "EUR", "EUR", None])
    named = replace(screened, newborns=screened.newborns.with_columns(ancestry))
    rows = without_answer(replace(built.ledger, screened=named), Settings()).rows
    found = {
        (row["stratum"], row["measure"]): (row["numerator"], row["denominator"])
        for row in rows.filter(pl.col("kind") == "ancestry").to_dicts()
    }
    assert found["AFR", "newborns_with_pending"] == (1, 1)
    assert found["EUR", "newborns_with_not_assessed"] == (1, 2)
    assert found["EUR", "newborns_with_inconclusive"] == (0, 2)
    assert found["EUR", "results_not_assessed"] == (1, 6)
    assert {stratum for stratum, _ in found} == {"AFR", "EUR"}
    assert set(rows.filter(pl.col("kind") == "site")["stratum"]) == {"not given"}
