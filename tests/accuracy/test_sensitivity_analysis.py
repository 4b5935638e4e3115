"""Other choices, one at a time; what stands beside the table; and what can never be claimed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ledger.additional_findings import additional_findings, false_positive_reasons
from evaluator.accuracy.ledger.strata import newborn_cells, overall_counts
from evaluator.accuracy.measures import Settings
from evaluator.accuracy.sensitivity_analysis import Ledgers, sensitivity_analysis
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition, Reference

Build = Callable[..., Any]
Built = Any  # what the fixture build_ledger returns
CONDITIONS = ("cystic-fibrosis", "mcadd", "scid")
TOLD = {
    ("pending", "CFTR"): ("pending phase", "phase_unknown;listed_allele"),
    ("unseen", "CFTR"): ("not assessed", "low_callability"),
    ("found", "CFTR"): ("reportable", "listed_allele;homozygous"),
    ("carrier", "CFTR"): ("not reportable", "one_allele_only;listed_allele"),
    ("open", "CFTR"): ("reportable", "listed_allele;homozygous"),
}
NAMES = ["pending", "unseen", "found", "carrier", "open", "late", "incidental"]


@pytest.fixture
def built(build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel) -> Built:
    """Seven newborns followed up for everything, except one positive that is open."""
    affected = {"pending", "unseen", "found", "late", "incidental"}
    rows = [
        (
            name,
            condition,
            "clinical",
            "affected" if name in affected and condition == CONDITIONS[0] else "unaffected",
        )
        for name in NAMES
        for condition in CONDITIONS
        if (name, condition) != ("open", CONDITIONS[0])
    ]
    onset = pl.col("newborn").replace_strict({"late": "late_onset", "incidental": "incidental"}, default=None)
    first = (pl.col("condition") == CONDITIONS[0]) & (pl.col("reference") == "affected")
    known = outcomes(*rows).with_columns(onset_class=pl.when(first).then(onset))
    return build_ledger(findings(NAMES, TOLD), samples(*NAMES), known, panel, Definition.CLINICAL)


@pytest.fixture
def analysed(built: Built) -> dict[tuple[str, str, str], Any]:
    """The analysis by choice, alternative and measure."""
    rows = sensitivity_analysis(Ledgers(built.ledger, {}), Settings()).rows
    return {(row["choice"], row["alternative"], row["measure"]): row for row in rows.to_dicts()}


@pytest.mark.parametrize(
    ("choice", "alternative", "measure", "expected"),
    [
        ("headline", "as declared", "sensitivity", (2, 2)),
        ("pending phase", "positive", "sensitivity", (2, 2)),
        ("pending phase", "negative", "sensitivity", (1, 2)),
        ("pending phase", "excluded", "ppv", (1, 1)),
        ("not assessed", "negative", "sensitivity", (2, 3)),
        ("not assessed", "inconclusive", "inconclusive_rate", (1, 7)),
        ("unresolved positives", "all affected", "ppv", (3, 3)),
        ("unresolved positives", "all unaffected", "ppv", (2, 3)),
        ("later onset", "affected", "sensitivity", (2, 3)),
        ("later onset", "unaffected", "sensitivity", (2, 2)),
    ],
)
def test_each_choice_moves_what_it_should(
    analysed: dict[tuple[str, str, str], Any],
    choice: str,
    alternative: str,
    measure: str,
    expected: tuple[int, int],
) -> None:
    """Counted by hand: found and pending are positive and affected, the unseen one is affected too."""
    row = analysed[choice, alternative, measure]
    assert (row["numerator"], row["denominator"]) == expected


def test_profiles_count_as_the_complete_ledger(built: Built) -> None:
    """Counting a few profiles under another choice gives what the written-out ledger gives."""
    for later in (None, Reference.AFFECTED, Reference.UNAFFECTED):
        choices = replace(built.ledger.choices, later_onset=later)
        dense = newborn_cells(built.ledger.counted_as(choices).rows)["cell"].value_counts()
        counts = overall_counts(built.ledger, choices)
        for cell, number in dense.iter_rows():
            assert getattr(counts, cell) == number


def test_disease_beyond_the_target_stands_beside_the_table(built: Built) -> None:
    """Later onset counts as the definition says, incidental disease not at all, and both are listed."""
    rows = additional_findings(built.ledger).rows
    assert rows.rows() == [
        ("incidental, index negative", "cystic-fibrosis", "outside_target", 1),
        ("late_onset, index negative", "cystic-fibrosis", "tn", 1),
        ("one allele of a recessive condition, not reported", "cystic-fibrosis", "negative result", 1),
    ]


def test_false_positives_have_their_reason(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """A carrier reported for the disease is a false positive, with that reason."""
    known = outcomes(
        ("carrier", "cystic-fibrosis", "clinical", "unaffected"),
        ("b", "cystic-fibrosis", "clinical", "unaffected"),
    ).with_columns(reason_fp=pl.when(pl.col("newborn") == "carrier").then(pl.lit("carrier")))
    told = dict.fromkeys([("carrier", "CFTR"), ("b", "CFTR")], ("reportable", "listed_allele"))
    run = build_ledger(
        findings(["carrier", "b"], told), samples("carrier", "b"), known, panel, Definition.CLINICAL
    )
    assert false_positive_reasons(run.ledger).rows.rows() == [
        ("carrier", "cystic-fibrosis", 1, "a carrier, who is not affected"),
        ("not given", "cystic-fibrosis", 1, "outcomes.tsv gives no reason"),
    ]


def test_no_choice_makes_a_true_negative(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Without follow-up of negatives no choice estimates sensitivity, specificity or NPV; PPV stands."""
    known = outcomes(("found", "cystic-fibrosis", "clinical", "affected"))
    run = build_ledger(findings(NAMES, TOLD), samples(*NAMES), known, panel, Definition.CLINICAL)
    rows = sensitivity_analysis(Ledgers(run.ledger, {}), Settings()).rows
    blocked = rows.filter(pl.col("measure").is_in(["sensitivity", "specificity", "npv"]))
    assert blocked["not_estimable"].null_count() == 0
    assert blocked["estimate"].null_count() == blocked.height
    standing = rows.filter(pl.col("measure").is_in(["ppv", "recall_rate", "detection_rate"]))
    assert standing["estimate"].null_count() == 0
