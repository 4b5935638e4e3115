"""Multiple imputation of unverified negatives: against Begg-Greenes, the gate, the seed, the shift."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import beta

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.correction import begg_greenes
from evaluator.accuracy.verification.imputation import (
    Imputation,
    NegativeStratum,
    impute_unverified_negatives,
)

WHOLE = (NegativeStratum("all", affected=40, unaffected=960, unverified=4000),)


def impute(*strata: NegativeStratum, delta: float = 0.0, seed: int = 7, number: int = 50) -> Imputation:
    """Impute with 300 true and 90 false positives."""
    return impute_unverified_negatives(300, 90, strata, seed=seed, imputations=number, delta=delta)


def test_one_stratum_comes_close_to_begg_greenes() -> None:
    """Two ways to the same assumption; they agree within chance."""
    found = impute(*WHOLE, number=2000)
    counts = Counts("all", 300, 90, 40, 960, unresolved_positive=0, unverified_negative=4000)
    corrected = begg_greenes(counts)
    for ours, theirs in (
        (found.sensitivity, corrected.sensitivity),
        (found.specificity, corrected.specificity),
    ):
        assert (ours.estimate, ours.lower, ours.upper) == pytest.approx(
            (theirs.estimate, theirs.lower, theirs.upper), abs=0.01
        )
    assert found.missing_information is not None
    assert 0.5 < found.missing_information < 1


def test_nothing_to_impute() -> None:
    """With everybody verified it is the plain share with its logit interval."""
    found = impute(NegativeStratum("all", 40, 960, 0))
    counts = Counts("all", 300, 90, 40, 960, unresolved_positive=0, unverified_negative=0)
    plain = begg_greenes(counts).sensitivity
    assert found.missing_information == 0
    assert (found.sensitivity.estimate, found.sensitivity.lower, found.sensitivity.upper) == pytest.approx(
        (plain.estimate, plain.lower, plain.upper)
    )


def test_strata_matter() -> None:
    """Where the stratum with more missed cases was verified less, pooling it away flatters."""
    strata = (NegativeStratum("low", 2, 998, 1000), NegativeStratum("high", 38, 162, 4000))
    pooled = NegativeStratum("all", 40, 1160, 5000)
    apart, together = impute(*strata).sensitivity.estimate, impute(pooled).sensitivity.estimate
    assert apart is not None
    assert together is not None
    assert apart < together


def test_the_same_seed_gives_the_same_numbers() -> None:
    """And another seed others; the seed stands in the result and in the method."""
    assert impute(*WHOLE) == impute(*WHOLE)
    other = impute(*WHOLE, seed=8)
    assert other.sensitivity.estimate != impute(*WHOLE).sensitivity.estimate
    assert other.seed == 8
    assert "seed 8" in other.sensitivity.method


def test_a_shift_moves_the_sensitivity() -> None:
    """If the unverified are likelier to be affected, the sensitivity is lower; the method says so."""
    shifted = [impute(*WHOLE, delta=delta).sensitivity for delta in (-1.0, 0.0, 1.0)]
    estimates = [measure.estimate or 0.0 for measure in shifted]
    assert estimates == sorted(estimates, reverse=True)
    assert "shifted by +1" in shifted[2].method
    assert "by chance" in shifted[1].method


def test_a_stratum_without_a_missed_case_can_still_hold_one() -> None:
    """It borrows one newborn's worth from all strata, so that a shift can move it too."""
    strata = (NegativeStratum("quiet", 0, 100, 50_000), NegativeStratum("other", 40, 60, 0))
    plain, shifted = impute(*strata), impute(*strata, delta=2.0)
    assert plain.sensitivity.estimate is not None
    assert shifted.sensitivity.estimate is not None
    assert shifted.sensitivity.estimate < plain.sensitivity.estimate < 300 / 340


def test_how_much_a_stratum_borrows() -> None:
    """One newborn with the share of all strata, 20% here: Beta(0 + 0.2, 100 + 0.8)."""
    strata = (NegativeStratum("quiet", 0, 100, 50_000), NegativeStratum("other", 40, 60, 0))
    found = impute(*strata, number=20_000).sensitivity.estimate
    expected = beta(0.2, 100.8).expect(lambda share: np.log(300 / (40 + 50_000 * share)))
    assert found == pytest.approx(expit(expected), abs=0.005)


def test_the_gate() -> None:
    """No verified missed case, no estimate; fewer than five, only beside the bounds."""
    none = impute(NegativeStratum("all", 0, 960, 4000))
    assert none.sensitivity.not_estimable == "no missed case among the verified negatives (960): bounds only"
    assert none.missing_information is None
    few = impute(NegativeStratum("all", 3, 960, 4000))
    assert few.only_beside_bounds
    assert "only beside the bounds" in few.sensitivity.method
    assert not impute(*WHOLE).only_beside_bounds


def test_nobody_to_learn_from() -> None:
    """A stratum with unverified newborns and none verified is named."""
    found = impute(*WHOLE, NegativeStratum("site B", 0, 0, 5))
    assert found.sensitivity.not_estimable == (
        "nobody was verified in site B: merge it with a stratum that is alike"
    )


def test_no_false_positive() -> None:
    """Then the specificity has no logit; the sensitivity stands."""
    found = impute_unverified_negatives(300, 0, WHOLE, seed=1)
    assert found.specificity.not_estimable
    assert found.sensitivity.estimate is not None


def test_what_is_refused() -> None:
    """Too few imputations, and counts below zero."""
    with pytest.raises(ValueError, match="too few"):
        impute(*WHOLE, number=49)
    with pytest.raises(ValueError, match="below zero"):
        NegativeStratum("all", -1, 3, 5)
