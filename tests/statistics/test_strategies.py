"""Two tests used together: counted, assumed, or one after the other."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from evaluator.statistics.paired import PairedTable
from evaluator.statistics.paired_predictive import PairedStudy
from evaluator.statistics.strategies import (
    Accuracy,
    Covariance,
    Part,
    SecondTier,
    both_positive,
    both_positive_scenario,
    covariance,
    either_positive,
    either_positive_scenario,
    second_tier,
)

CELLS = st.integers(0, 300)
TABLES = st.builds(PairedTable, CELLS, CELLS, CELLS, CELLS).filter(lambda table: (table.total or 0) > 0)
STUDIES = st.builds(PairedStudy, TABLES, TABLES)
SHARES = st.floats(0, 1)


@given(STUDIES)
def test_counting_equals_the_formula_with_its_covariance(study: PairedStudy) -> None:
    """Parallel and serial accuracy counted on newborns follow from both tests and how they go together."""
    n, m = study.affected.total or 1, study.unaffected.total or 1
    first = Accuracy(study.affected.first / n, 1 - study.unaffected.first / m)
    second = Accuracy(study.affected.second / n, 1 - study.unaffected.second / m)
    together = covariance(study)
    for counted, assumed in (
        (either_positive(study), either_positive_scenario(first, second, together)),
        (both_positive(study), both_positive_scenario(first, second, together)),
    ):
        for ours, theirs in (
            (counted.sensitivity, assumed.sensitivity),
            (counted.specificity, assumed.specificity),
        ):
            assert ours.estimate == pytest.approx(theirs.estimate, abs=1e-9)
            assert (ours.lower or 0) <= (ours.estimate or 0) <= (ours.upper or 0)


@given(STUDIES)
def test_either_finds_more_and_both_err_less(study: PairedStudy) -> None:
    """And the order of the tests does not matter."""
    either, both = either_positive(study), both_positive(study)
    assert (either.sensitivity.estimate or 0) >= (both.sensitivity.estimate or 0)
    assert (either.specificity.estimate or 0) <= (both.specificity.estimate or 0)
    assert either_positive(study.swapped()) == either
    assert both_positive(study.swapped()) == both


@given(SHARES, SHARES, SHARES, SHARES)
def test_independence_is_a_labelled_scenario(se1: float, sp1: float, se2: float, sp2: float) -> None:
    """It has no interval and says what it assumes."""
    pair = either_positive_scenario(Accuracy(se1, sp1), Accuracy(se2, sp2))
    assert pair.sensitivity.estimate == pytest.approx(1 - (1 - se1) * (1 - se2), abs=1e-12)
    assert pair.specificity.estimate == pytest.approx(sp1 * sp2)
    assert pair.sensitivity.method == "scenario: independence assumed; no interval"
    assert (pair.sensitivity.lower, pair.sensitivity.upper) == (None, None)


def test_an_impossible_covariance_is_refused() -> None:
    """At most min(Se1, Se2) - Se1 Se2, and the like below."""
    first, second = Accuracy(0.9, 0.95), Accuracy(0.8, 0.97)
    most = 0.8 - 0.72
    found = both_positive_scenario(first, second, Covariance(affected=most)).sensitivity
    assert found.estimate == pytest.approx(0.8)
    assert "covariance as given" in found.method
    with pytest.raises(ValueError, match=r"affected must lie between -0\.02 and 0\.08"):
        both_positive_scenario(first, second, Covariance(affected=0.081))
    with pytest.raises(ValueError, match="unaffected must lie"):
        either_positive_scenario(first, second, Covariance(unaffected=-0.1))


def test_newborns_negative_on_both_not_verified() -> None:
    """Then neither accuracy of the pair is known, nor how the tests go together."""
    study = PairedStudy(PairedTable(9, 2, 1, None), PairedTable(3, 5, 6, None))
    for strategy in (either_positive(study), both_positive(study)):
        assert strategy.sensitivity.not_estimable == "newborns negative on both tests were not verified"
        assert strategy.specificity.estimate is None
    assert covariance(study) is None
    empty = PairedStudy(PairedTable(0, 0, 0, 0), PairedTable(3, 5, 6, 10))
    assert either_positive(empty).sensitivity.not_estimable == "no newborn with both results"
    assert covariance(empty) is None


def test_a_second_tier_for_every_positive() -> None:
    """18 of 20 affected positive, 17 kept; 200 of 10,000 unaffected positive, 8 kept."""
    pair = second_tier(SecondTier(Part(18, 20), Part(17, 18), Part(200, 10_000), Part(8, 200)))
    assert pair.sensitivity.estimate == pytest.approx(17 / 20)
    assert (pair.sensitivity.numerator, pair.sensitivity.denominator) == (17, 20)
    assert pair.specificity.estimate == pytest.approx(1 - 8 / 10_000)
    assert (pair.specificity.numerator, pair.specificity.denominator) == (9992, 10_000)
    assert (pair.specificity.lower or 0) < 0.9992 < (pair.specificity.upper or 0)


def test_a_second_tier_for_some_of_the_positives() -> None:
    """Shares multiply; the limits hold both at once and so lie wider than for everyone."""
    some = second_tier(SecondTier(Part(180, 200), Part(85, 90), Part(200, 10_000), Part(4, 100)))
    everyone = second_tier(SecondTier(Part(180, 200), Part(170, 180), Part(200, 10_000), Part(8, 200)))
    assert some.sensitivity.estimate == pytest.approx(everyone.sensitivity.estimate)
    assert some.specificity.estimate == pytest.approx(everyone.specificity.estimate)
    assert "Bonferroni" in some.sensitivity.method
    parts = [binomtest(*part).proportion_ci(0.975) for part in ((180, 200), (85, 90))]
    assert some.sensitivity.lower == pytest.approx(parts[0].low * parts[1].low)
    assert some.sensitivity.upper == pytest.approx(parts[0].high * parts[1].high)
    assert (some.sensitivity.lower or 0) < (everyone.sensitivity.lower or 0)
    assert (some.sensitivity.upper or 0) > (everyone.sensitivity.upper or 0)


def test_second_tiers_without_a_result() -> None:
    """Nobody affected, and nobody positive who had the second test."""
    pair = second_tier(SecondTier(Part(0, 0), Part(0, 0), Part(200, 10_000), Part(0, 0)))
    assert pair.sensitivity.not_estimable == "no newborn with a first-tier result"
    assert pair.specificity.not_estimable == "no first-tier positive had the second test"


def test_what_is_refused() -> None:
    """More second tests than positives, a part above its whole, an accuracy above one."""
    with pytest.raises(ValueError, match="positive on the first"):
        second_tier(SecondTier(Part(5, 20), Part(6, 6), Part(2, 100), Part(1, 2)))
    with pytest.raises(ValueError, match="not a part"):
        Part(3, 2)
    with pytest.raises(ValueError, match="between 0 and 1"):
        Accuracy(1.2, 0.9)
