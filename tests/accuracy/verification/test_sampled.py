"""Accuracy by weighting where verification was drawn with known probabilities."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.correction import begg_greenes
from evaluator.accuracy.verification.sampled import SampledAccuracy, VerifiedGroup, weighted_accuracy


def accuracy_of(tp: int, fp: int, fn: int, tn: int, of_negatives: float = 1.0) -> SampledAccuracy:
    """All positives verified, negatives with this probability."""
    return weighted_accuracy(
        (
            VerifiedGroup(positive=True, affected=True, probability=1.0, newborns=tp),
            VerifiedGroup(positive=True, affected=False, probability=1.0, newborns=fp),
            VerifiedGroup(positive=False, affected=True, probability=of_negatives, newborns=fn),
            VerifiedGroup(positive=False, affected=False, probability=of_negatives, newborns=tn),
        )
    )


def test_one_in_ten_negatives_verified() -> None:
    """Six missed cases stand for sixty; the counts before weighting stay with the estimate."""
    found = accuracy_of(90, 50, 6, 994, 0.1)
    assert found.sensitivity.estimate == pytest.approx(90 / 150)
    assert found.specificity.estimate == pytest.approx(9940 / 9990)
    assert found.ppv.estimate == pytest.approx(90 / 140)
    assert found.npv.estimate == pytest.approx(994 / 1000)
    assert (found.sensitivity.numerator, found.sensitivity.denominator) == (90, 96)
    assert "90 of 96 before weighting" in found.sensitivity.method


def test_close_to_begg_greenes() -> None:
    """Equal weights among the negatives are Begg-Greenes, nearly in the interval too."""
    found = accuracy_of(90, 50, 60, 940, 0.1).sensitivity
    counts = Counts("all", 90, 50, 60, 940, unresolved_positive=0, unverified_negative=9000)
    corrected = begg_greenes(counts).sensitivity
    assert found.estimate == pytest.approx(corrected.estimate)
    assert (found.lower, found.upper) == pytest.approx((corrected.lower, corrected.upper), abs=0.01)


@given(*[st.integers(1, 400)] * 4)
def test_everybody_verified(tp: int, fp: int, fn: int, tn: int) -> None:
    """With every probability 1 it is the plain share with its logit interval."""
    found = accuracy_of(tp, fp, fn, tn).sensitivity
    counts = Counts("all", tp, fp, fn, tn, unresolved_positive=0, unverified_negative=0)
    plain = begg_greenes(counts).sensitivity
    assert (found.estimate, found.lower, found.upper) == pytest.approx(
        (plain.estimate, plain.lower, plain.upper)
    )


def test_the_gate() -> None:
    """As for Begg-Greenes: no missed case, no sensitivity; few, only beside bounds."""
    none = accuracy_of(90, 50, 0, 1000, 0.1)
    assert none.sensitivity.not_estimable == "no missed case among the verified negatives (1000): bounds only"
    assert not none.only_beside_bounds
    few = accuracy_of(90, 50, 4, 1000, 0.1)
    assert few.only_beside_bounds
    assert "only beside the bounds" in few.sensitivity.method


def test_shares_without_variation() -> None:
    """A share of 0 or 1 has no weighted interval, and an empty one no share."""
    found = accuracy_of(90, 0, 6, 1000, 0.1)
    assert found.specificity.not_estimable == (
        "1000 of 1000 verified newborns: a weighted share needs both kinds"
    )
    assert weighted_accuracy(()).ppv.not_estimable == "nobody of this kind was verified"


@pytest.mark.parametrize(("probability", "newborns"), [(0.0, 3), (1.2, 3), (0.5, -1)])
def test_what_is_refused(probability: float, newborns: int) -> None:
    """A probability of zero cannot have been drawn, and counts are not negative."""
    with pytest.raises(ValueError, match=r"verif"):
        VerifiedGroup(positive=True, affected=True, probability=probability, newborns=newborns)


def test_the_interval_covers_under_unequal_sampling() -> None:
    """400 simulated cohorts, true sensitivity 80%, two sampling rates: about 95% of intervals hold it."""
    generator = np.random.default_rng(11)
    held = 0
    for _ in range(400):
        affected = generator.multinomial(600, (0.8, 0.1, 0.1))  # found; missed at two sites
        missed = generator.binomial(affected[1:], (0.2, 0.6))
        measure = weighted_accuracy(
            (
                VerifiedGroup(positive=True, affected=True, probability=1.0, newborns=int(affected[0])),
                VerifiedGroup(positive=False, affected=True, probability=0.2, newborns=int(missed[0])),
                VerifiedGroup(positive=False, affected=True, probability=0.6, newborns=int(missed[1])),
            )
        ).sensitivity
        held += (measure.lower or 0) <= 0.8 <= (measure.upper or 1)
    assert 0.92 <= held / 400 <= 0.98
