"""From gene rows to the index test: fold, declared choices, reviews."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ledger.findings import coded_findings
from evaluator.accuracy.ledger.verdicts import condition_verdicts
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]


@pytest.mark.parametrize(
    ("first", "second", "expected"),
    [
        ("not reportable", "not reportable", "not reportable"),
        ("not assessed", "not reportable", "not assessed"),
        ("pending phase", "not assessed", "pending phase"),
        ("not assessed", "reportable", "reportable"),
        ("pending phase", "reportable", "reportable"),
    ],
)
def test_the_strongest_gene_row_decides(findings: Build, first: str, second: str, expected: str) -> None:
    """A condition takes the first of reportable, pending phase, not assessed, not reportable."""
    table = findings(["a"], {("a", "ADA"): (first, "one;two"), ("a", "RAG1"): (second, "three")})
    counted = condition_verdicts(coded_findings(table)).count()
    row = counted.row(by_predicate=pl.col("condition") == "scid", named=True)
    assert row["verdict"] == expected
    assert row["decisive"] == ("one" if first == expected else "three")


def test_declared_choices(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Pending phase and not assessed count as the panel declares, and the note says how many."""
    table = findings(
        ["a"],
        {
            ("a", "CFTR"): ("pending phase", "phase_unknown"),
            ("a", "ACADM"): ("not assessed", "low_callability"),
        },
    )
    ledger = build_ledger(table, samples("a"), outcomes(), panel, Definition.CLINICAL)
    assert dict(ledger.rows.select("condition", "index").iter_rows()) == {
        "cystic-fibrosis": "positive",
        "mcadd": "failed",
        "scid": "negative",
    }
    assert ledger.rows["index_reason"].to_list() == [
        "pending phase: phase_unknown",
        "not assessed: low_callability",
        "not reportable: no_qualifying_allele",
    ]
    assert "Pending phase counts as positive (1 newborn x condition)" in ledger.notes[0]
    assert "not assessed counts as failed (1)" in ledger.notes[0]


def test_samples_without_a_sequence(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> None:
    """Failed and quarantined samples are failed tests; whoever was not sequenced was not tested."""
    stopped = {("q", gene): ("not assessed", "quarantined") for gene in ("CFTR", "ACADM", "ADA", "RAG1")}
    sheet = samples("q", ("f", "failed"), ("d", "declined"), ("n", "not_sampled"), ("w", "withdrawn"))
    ledger = build_ledger(findings(["q"], stopped), sheet, outcomes(), panel, Definition.CLINICAL)
    by_newborn = dict(ledger.rows.group_by("newborn").agg(pl.col("index").unique()).iter_rows())
    assert by_newborn == {
        "q": ["failed"],
        "f": ["failed"],
        "d": ["not_tested"],
        "n": ["not_tested"],
        "w": ["not_tested"],
    }


def test_reviews_replace_the_pipeline(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, reviews: Build, panel: Panel
) -> None:
    """Report is positive, do not report negative, repeat inconclusive; what nobody reviewed stands."""
    found = {
        ("a", "CFTR"): ("reportable", "listed_allele"),
        ("b", "CFTR"): ("reportable", "listed_allele"),
        ("c", "CFTR"): ("reportable", "listed_allele"),
    }
    decisions = reviews(
        ("a", "cystic-fibrosis", "do_not_report"),
        ("b", "cystic-fibrosis", "repeat"),
        ("a", "mcadd", "report"),
        ("stranger", "mcadd", "report"),
    )
    ledger = build_ledger(
        findings(["a", "b", "c"], found),
        samples("a", "b", "c"),
        outcomes(),
        panel,
        Definition.CLINICAL,
        decisions,
    )
    index = {(row["newborn"], row["condition"]): row["index"] for row in ledger.rows.to_dicts()}
    assert index["a", "cystic-fibrosis"] == "negative"
    assert index["b", "cystic-fibrosis"] == "inconclusive"
    assert index["c", "cystic-fibrosis"] == "positive"
    assert index["a", "mcadd"] == "positive"
    assert "Positives without a review: 1;" in " ".join(ledger.notes)
    assert "Reviews of newborns or conditions outside this run: 1;" in " ".join(ledger.notes)
