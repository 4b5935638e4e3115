"""Predictive values at another prevalence against bdpv (Mercaldo 2007, table VIII)."""

from __future__ import annotations

import pytest

from evaluator.statistics.predictive import npv_at, ppv_at

MERCALDO = (240, 87, 178, 288)  # tp fp fn tn


@pytest.mark.parametrize(
    ("prevalence", "ppv", "npv"),
    [
        (
            0.03,
            (0.07109937005958127, 0.05887097288200176, 0.0856366656598168),
            (0.9831403886576112, 0.9809487910300448, 0.9850837047043907),
        ),
        (
            0.5,
            (0.7122168937847205, 0.6691551896937077, 0.7517531139332009),
            (0.6433037288787714, 0.6142685965842216, 0.6713227310576063),
        ),
    ],
)
def test_logit_interval(
    prevalence: float, ppv: tuple[float, float, float], npv: tuple[float, float, float]
) -> None:
    """Estimate and logit interval as bdpv 1.4 computes them."""
    positive, negative = ppv_at(prevalence, *MERCALDO), npv_at(prevalence, *MERCALDO)
    assert (positive.estimate, positive.lower, positive.upper) == pytest.approx(ppv, abs=1e-12)
    assert (negative.estimate, negative.lower, negative.upper) == pytest.approx(npv, abs=1e-12)


def test_zero_cell() -> None:
    """The interval is bdpv's; the estimate is that of the same adjusted cells, so it lies inside."""
    positive, negative = ppv_at(0.0001, 8, 3, 0, 100_000), npv_at(0.0001, 8, 3, 0, 100_000)
    assert (positive.lower, positive.upper) == pytest.approx(
        (0.4046631388604292, 0.8101069314043932), abs=1e-12
    )
    assert (negative.lower, negative.upper) == pytest.approx(
        (0.9999408068898797, 0.9999955541709539), abs=1e-12
    )
    assert positive.lower < positive.estimate < positive.upper
    assert negative.lower < negative.estimate < negative.upper
    assert "zero cell" in positive.method
