"""Pooled measures with newborns or sites as clusters say what the main table says, with other limits."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.clustering import clustered
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
CONDITIONS = ("cystic-fibrosis", "mcadd", "scid")
POSITIVE = ("reportable", "listed_allele;homozygous")


@pytest.fixture
def ledger(build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel) -> Ledger:
    """Forty newborns in ten sites, all verified; two whose every condition is a false alarm."""
    names = [f"n{place:02d}" for place in range(40)]
    alarmed = {(name, gene): POSITIVE for name in names[:2] for gene in ("CFTR", "ACADM", "ADA")}
    found = {(name, "CFTR"): POSITIVE for name in names[2:14]}
    fate = dict.fromkeys(names[2:16], "affected")
    known = [
        (name, condition, "clinical", fate.get(name, "unaffected") if place == 0 else "unaffected")
        for name in names
        for place, condition in enumerate(CONDITIONS)
    ]
    built = build_ledger(
        findings(names, alarmed | found), samples(*names), outcomes(*known), panel, Definition.CLINICAL
    )
    newborns = built.ledger.screened.newborns
    sites = pl.Series("site", [f"site {place % 10}" for place in range(40)])
    return replace(
        built.ledger, screened=replace(built.ledger.screened, newborns=newborns.with_columns(sites))
    )


def rows(ledger: Ledger) -> dict[tuple[str, str, str], dict[str, Any]]:
    """The rows by cluster, stratum and measure."""
    table = clustered(ledger).rows.to_dicts()
    return {(row["cluster"], row["stratum"], row["measure"]): row for row in table}


def test_false_alarms_of_one_newborn_count_for_less(ledger: Ledger) -> None:
    """Six false alarms in two newborns: a design effect of nearly 3, and the counts of the main table."""
    row = rows(ledger)["newborn", "overall: newborn x condition", "specificity"]
    assert (row["numerator"], row["denominator"], row["clusters"]) == (100, 106, 40)
    assert 2.5 < row["design_effect"] < 3.1
    found = rows(ledger)["newborn", "overall: newborn x condition", "sensitivity"]
    assert (found["numerator"], found["denominator"], found["clusters"]) == (12, 14, 14)


def test_groups_and_sites(ledger: Ledger) -> None:
    """Each group has its own rows; ten sites are enough, and newborns without a site leave none."""
    found = rows(ledger)
    group = found["newborn", "group: respiratory", "ppv"]
    assert (group["numerator"], group["denominator"]) == (12, 14)
    site = found["site", "overall", "recall_rate"]
    assert (site["numerator"], site["denominator"], site["clusters"]) == (14, 40, 10)
    nowhere = ledger.screened.newborns.with_columns(site=pl.lit(None, dtype=pl.String))
    without = rows(replace(ledger, screened=replace(ledger.screened, newborns=nowhere)))
    assert without["site", "overall", "ppv"]["not_estimable"] == "newborns without a site: 40"


def test_unverified_negatives_leave_the_predictive_value(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """What the main table cannot estimate is not estimable here either."""
    names = [f"n{place:02d}" for place in range(12)]
    found = {(name, "CFTR"): POSITIVE for name in names}
    known = [(name, "cystic-fibrosis", "clinical", "affected") for name in names]
    built = build_ledger(
        findings(names, found), samples(*names), outcomes(*known), panel, Definition.CLINICAL
    )
    told = rows(built.ledger)
    assert (
        "screen-negative" in told["newborn", "overall: newborn x condition", "sensitivity"]["not_estimable"]
    )
    assert told["newborn", "overall: newborn x condition", "ppv"]["numerator"] == 12
