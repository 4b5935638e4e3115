"""Verdicts as numbers say what the rows of the findings say."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.accuracy.ledger.findings import Findings
from evaluator.accuracy.ledger.verdicts import condition_verdicts

Build = Callable[..., Any]
ORDER = ["reportable", "pending phase", "not assessed", "not reportable"]
ANSWERS = [(verdict, reasons) for verdict in ORDER for reasons in ("one;two", "three")]
GENES = [("cf", "CFTR"), ("scid", "ADA"), ("scid", "RAG1")]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(*[st.integers(0, len(ANSWERS) - 1)] * len(GENES)), max_size=5))
def test_counts_are_those_of_the_rows(told: list[tuple[int, ...]]) -> None:
    """Every newborn x condition is counted once, under its strongest verdict and that row's first reason."""
    expected: dict[tuple[str, str, str], int] = {}
    for answers in told:
        for condition in ("cf", "scid"):
            own = [ANSWERS[a] for (c, _), a in zip(GENES, answers, strict=True) if c == condition]
            verdict, reasons = min(own, key=lambda answer: ORDER.index(answer[0]))
            key = (condition, verdict, reasons.split(";")[0])
            expected[key] = expected.get(key, 0) + 1
    counted = condition_verdicts(coded(told)).count()
    assert {row[:3]: row[3] for row in counted.iter_rows()} == expected


def test_any_names_the_newborns() -> None:
    """A newborn is named once, however many of its conditions are as chosen."""
    verdicts = condition_verdicts(coded([(7, 7, 7), (0, 0, 7), (7, 4, 7)]))
    assert verdicts.any(pl.col("verdict") == "reportable").tolist() == [False, True, False]
    assert verdicts.any(pl.col("decisive") == "one").tolist() == [False, True, True]


def test_nobody_was_screened() -> None:
    """Findings without a newborn have no verdicts."""
    verdicts = condition_verdicts(coded([]))
    assert verdicts.count().is_empty()
    assert verdicts.any(pl.lit(value=True)).tolist() == []


def coded(told: list[tuple[int, ...]]) -> Findings:
    """Findings of so many newborns, each with the number of its answer for every gene row."""
    rows = pl.DataFrame(
        [(*gene, "AR") for gene in GENES], schema=["condition", "gene", "inheritance"], orient="row"
    )
    answers = pl.DataFrame(ANSWERS, schema=["verdict", "reasons"], orient="row")
    codes = pl.DataFrame(told, schema=[g for _, g in GENES], orient="row").to_numpy().astype("uint16")
    return Findings(pl.Series([f"n{place}" for place in range(len(told))]), rows, answers, codes)
