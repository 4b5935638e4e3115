"""Predictive values at another prevalence, also when that is uncertain or a cell is empty."""

from __future__ import annotations

import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.prevalence import (
    CountedPrevalence,
    Design,
    KnownPrevalence,
    predictive_bayes,
    predictive_logit,
    raw_ppv,
)

STUDY = Counts("study", tp=240, fp=87, fn=178, tn=288, unverified_negative=0)
RARE = Counts("study", tp=8, fp=3, fn=0, tn=100_000, unverified_negative=0)


@pytest.mark.parametrize("design", [Design.CASE_CONTROL, Design.ENRICHED])
def test_raw_ppv_is_blocked_where_cases_were_chosen(design: Design) -> None:
    """A case-control or enriched study has no PPV of its own."""
    assert raw_ppv(STUDY, design).estimate is None
    assert "give a prevalence" in (raw_ppv(STUDY, design).not_estimable or "")
    assert raw_ppv(STUDY, Design.COHORT).estimate == 240 / 327


def test_raw_ppv_needs_positives() -> None:
    """Nobody positive, and cells not known, are reasons."""
    assert raw_ppv(Counts("x", tp=0, fp=0), Design.COHORT).not_estimable == "no resolved positive newborn"
    assert raw_ppv(Counts("x", tp=1), Design.COHORT).not_estimable == "fp is not known"


@pytest.mark.parametrize("prevalence", [0.001, 0.03, 0.5])
def test_bayes_and_logit_agree_on_large_counts(prevalence: float) -> None:
    """With hundreds in every cell the prior no longer matters."""
    logit = predictive_logit(STUDY, KnownPrevalence(prevalence))
    bayes = predictive_bayes(STUDY, KnownPrevalence(prevalence), seed=5)
    for one, other in ((logit.ppv, bayes.ppv), (logit.npv, bayes.npv)):
        for name in ("estimate", "lower", "upper"):
            assert getattr(one, name) == pytest.approx(getattr(other, name), rel=0.02)


def test_an_uncertain_prevalence_widens_the_interval() -> None:
    """Ten cases among 100,000 births leave the PPV less certain than a prevalence of 1 in 10,000 for sure."""
    known = predictive_bayes(RARE, KnownPrevalence(1e-4), seed=5)
    counted = predictive_bayes(RARE, CountedPrevalence(10, 100_000), seed=5)
    assert counted.ppv.upper is not None
    assert known.ppv.lower is not None
    assert (counted.ppv.lower or 0) < known.ppv.lower
    assert counted.ppv.upper > (known.ppv.upper or 1)
    assert "prevalence uncertain" in counted.ppv.method


def test_the_seed_repeats_the_result() -> None:
    """The same seed gives the same numbers, and is kept with them."""
    first, again, other = (
        predictive_bayes(RARE, CountedPrevalence(10, 100_000), seed=s, draws=2000) for s in (1, 1, 2)
    )
    assert first == again
    assert first.ppv != other.ppv
    assert (first.seed, first.draws) == (1, 2000)


def test_unverified_negatives_leave_nothing() -> None:
    """Without every negative verified neither method predicts."""
    open_ones = Counts("study", tp=8, fp=3, fn=0, tn=0, unverified_negative=100_000)
    for found in (
        predictive_logit(open_ones, KnownPrevalence(1e-4)),
        predictive_bayes(open_ones, KnownPrevalence(1e-4), seed=1),
    ):
        assert found.ppv.estimate is None
        assert found.npv.not_estimable == "no screen-negative newborn was followed up"


def test_nobody_affected_leaves_nothing() -> None:
    """No sensitivity, no prediction."""
    nobody = Counts("study", tp=0, fp=3, fn=0, tn=100, unverified_negative=0)
    assert (
        predictive_logit(nobody, KnownPrevalence(0.1)).ppv.not_estimable
        == "no affected newborn with a result"
    )


@pytest.mark.parametrize("value", [0.0, 1.0, -0.1])
def test_what_is_no_prevalence_is_refused(value: float) -> None:
    """0 and 1 leave nothing to predict."""
    with pytest.raises(ValueError, match="not between 0 and 1"):
        KnownPrevalence(value)
    with pytest.raises(ValueError, match="is not a prevalence"):
        CountedPrevalence(5, 5)
