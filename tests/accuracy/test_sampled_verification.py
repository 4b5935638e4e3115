"""Negatives drawn for verification by design, worked out by hand."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.ledger.strata import PAIRS
from evaluator.accuracy.sampled_verification import sampled_verification
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
NAMES = [f"n{number:03}" for number in range(100)]


@pytest.fixture
def ledger_of(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> Callable[..., Ledger]:
    """100 newborns, ten positive for MCADD (eight affected); `rows` are the outcomes of negatives."""

    def build(*rows: tuple[int, str, float | None]) -> Ledger:
        told = {(name, "ACADM"): ("reportable", "listed_allele;homozygous") for name in NAMES[:10]}
        positives = [
            (name, "mcadd", "clinical", "affected" if place < 8 else "unaffected")
            for place, name in enumerate(NAMES[:10])
        ]
        table = outcomes(*positives, *((NAMES[n], "mcadd", "clinical", word) for n, word, _ in rows))
        chances = [None] * 10 + [chance for _, _, chance in rows]
        table = table.with_columns(verification_probability=pl.Series(chances, dtype=pl.Float64))
        built = build_ledger(findings(NAMES, told), samples(*NAMES), table, panel, Definition.CLINICAL)
        ledger: Ledger = built.ledger
        return ledger

    return build


def measured(ledger: Ledger) -> dict[tuple[str, str], dict[str, Any]]:
    """The rows by stratum and measure."""
    annex = sampled_verification(ledger)
    assert annex is not None
    return {(row["stratum"], row["measure"]): row for row in annex.rows.to_dicts()}


def drawn(affected: int, unaffected: int, chance: float) -> list[tuple[int, str, float | None]]:
    """So many negatives, drawn with this probability."""
    words = ["affected"] * affected + ["unaffected"] * unaffected
    return [(10 + place, word, chance) for place, word in enumerate(words)]


def test_each_drawn_negative_stands_for_several(ledger_of: Callable[..., Ledger]) -> None:
    """45 of 90 drawn with 1/2: two missed stand for four, 43 healthy for 86."""
    rows = measured(ledger_of(*drawn(2, 43, 0.5)))
    sensitivity, specificity = (rows["condition: mcadd", name] for name in ("sensitivity", "specificity"))
    assert sensitivity["estimate"] == pytest.approx(8 / (8 + 4))
    assert specificity["estimate"] == pytest.approx(86 / (86 + 2))
    assert sensitivity["lower"] < 8 / 12 < sensitivity["upper"]
    assert "read only beside the bounds" in sensitivity["method"]
    assert "the drawn stand for 90 of 90 negatives" in sensitivity["method"]
    assert (sensitivity["numerator"], sensitivity["denominator"]) == (None, None)
    bounds = rows["condition: mcadd", "sensitivity_bounds"]
    # 45 negatives were not verified: all of them, or none, may be missed cases
    assert (bounds["lower"], bounds["upper"]) == pytest.approx((8 / 55, 8 / 10))
    assert rows[PAIRS, "sensitivity"]["estimate"] == pytest.approx(8 / 12)
    assert {stratum for stratum, _ in rows} == {PAIRS, "condition: mcadd"}


def test_strata_of_the_design_have_their_own_weights(ledger_of: Callable[..., Ledger]) -> None:
    """A newborn drawn with 1/4 counts four times, one drawn for certain once."""
    rows = measured(
        ledger_of(
            (10, "affected", 0.25), (11, "affected", 1.0), (12, "unaffected", 0.25), (13, "unaffected", 1.0)
        )
    )
    assert rows["condition: mcadd", "sensitivity"]["estimate"] == pytest.approx(8 / (8 + 4 + 1))
    assert rows["condition: mcadd", "specificity"]["estimate"] == pytest.approx(5 / (5 + 2))


def test_without_a_missed_case_there_are_bounds_only(ledger_of: Callable[..., Ledger]) -> None:
    """No missed case among those drawn is no sensitivity of 100%."""
    row = measured(ledger_of(*drawn(0, 45, 0.5)))["condition: mcadd", "sensitivity"]
    assert row["estimate"] is None
    assert "bounds only" in row["not_estimable"]


def test_missed_cases_known_otherwise_are_said(ledger_of: Callable[..., Ledger]) -> None:
    """A missed case that was not drawn has no weight; more than the sample allows stop the estimate."""
    others: list[tuple[int, str, float | None]] = [(90, "affected", None), (91, "affected", None)]
    row = measured(ledger_of(*drawn(2, 43, 0.5), *others))["condition: mcadd", "sensitivity"]
    assert row["estimate"] == pytest.approx(8 / 12)
    assert "missed cases that were not drawn, left out: 2" in row["method"]
    stopped = measured(ledger_of(*drawn(1, 44, 0.9), *others))["condition: mcadd", "sensitivity"]
    assert stopped["not_estimable"].startswith("3 missed cases are known, more than the 1.11")


def test_no_answer_is_no_negative(ledger_of: Callable[..., Ledger]) -> None:
    """A newborn that was drawn and lost is told, and stands for nobody."""
    row = measured(ledger_of(*drawn(2, 43, 0.5), (80, "lost", 0.5)))["condition: mcadd", "sensitivity"]
    assert row["estimate"] == pytest.approx(8 / 12)
    assert "drawn without an answer: 1" in row["method"]


def test_without_a_design_there_is_no_table(ledger_of: Callable[..., Ledger]) -> None:
    """Verified negatives without a probability are not weighted as if they had been drawn."""
    assert sampled_verification(ledger_of((10, "unaffected", None))) is None
    assert sampled_verification(ledger_of()) is None
