"""A projected programme against its algebra, and its two uncertainties kept apart."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import binom

from evaluator.accuracy.programme.evidence import Fixed, Rate, Share
from evaluator.accuracy.programme.model import ConditionEvidence, Programme
from evaluator.accuracy.programme.projection import project
from evaluator.accuracy.programme.tornado import tornado

FIRST = ConditionEvidence(
    "cystic-fibrosis",
    prevalence=Rate(40, 100_000),
    sensitivity=Share(45, 48),
    false_positive_rate=Share(12, 50_000),
    second_tier_sensitivity=Share(40, 41),
    second_tier_false_positive_rate=Share(3, 30),
    unresolved=Share(2, 40),
    late_onset=Share(3, 40),
)
SECOND = ConditionEvidence("mcadd", Rate(10, 100_000), Share(20, 20), Share(1, 50_000))
PROGRAMME = Programme((FIRST, SECOND), Share(970, 1000), Share(4, 2000))
CERTAIN = Programme(
    (ConditionEvidence("mcadd", Fixed(1e-4), Fixed(0.9), Fixed(1e-5)),), Fixed(0.95), Fixed(0.01)
)


def test_means_equal_the_closed_form() -> None:
    """Independent quantities multiply: the means are within 4 Monte Carlo errors of the products."""
    found = project(PROGRAMME, seed=11).outputs
    tested = 100_000 * PROGRAMME.uptake.mean * (1 - PROGRAMME.inconclusive.mean)
    assert FIRST.sensitivity is not None
    assert SECOND.sensitivity is not None
    true = tested * (
        FIRST.prevalence.mean * FIRST.sensitivity.mean * FIRST.second_tier_sensitivity.mean
        + SECOND.prevalence.mean * SECOND.sensitivity.mean
    )
    affected = 100_000 * (FIRST.prevalence.mean + SECOND.prevalence.mean)
    for name, wanted in (
        ("true_positives", true),
        ("affected", affected),
        ("not_reached", affected * (1 - PROGRAMME.uptake.mean)),
        ("inconclusive", 100_000 * PROGRAMME.uptake.mean * PROGRAMME.inconclusive.mean),
    ):
        error = found[name].monte_carlo_error
        assert error is not None
        assert found[name].mean.estimate == pytest.approx(wanted, abs=4 * error)


def test_certain_quantities_are_algebra() -> None:
    """With nothing uncertain the interval of the mean is a point, and a year still varies by chance."""
    found = project(CERTAIN, seed=11).outputs
    true = 100_000 * 1e-4 * 0.95 * 0.99 * 0.9
    false = 100_000 * (1 - 1e-4) * 0.95 * 0.99 * 1e-5
    for name, wanted in (
        ("true_positives", true),
        ("false_positives", false),
        ("ppv", true / (true + false)),
    ):
        mean = found[name].mean
        assert (mean.estimate, mean.lower, mean.upper) == pytest.approx((wanted, wanted, wanted))
    year = found["true_positives"].single_year
    chance = binom(100_000, 1e-4 * 0.95 * 0.99 * 0.9)
    assert (year.lower, year.upper) == pytest.approx((chance.ppf(0.025), chance.ppf(0.975)), abs=1)
    assert year.estimate == pytest.approx(true, abs=0.1)


def test_a_year_is_less_certain_than_the_mean() -> None:
    """Chance adds to what the studies leave open, for every number of newborns."""
    for name, output in project(PROGRAMME, seed=11).outputs.items():
        mean, year = output.mean, output.single_year
        assert (year.upper or 0) - (year.lower or 0) >= (mean.upper or 0) - (mean.lower or 0), name


def test_found_missed_and_not_reached_are_the_affected() -> None:
    """Affected = found + missed + not reached + inconclusive."""
    found = {name: output.mean.estimate or 0 for name, output in project(CERTAIN, seed=1).outputs.items()}
    parts = found["true_positives"] + found["false_negatives"] + found["not_reached"] + 10 * 0.95 * 0.01
    assert parts == pytest.approx(found["affected"])
    assert found["recalls"] == pytest.approx(
        found["true_positives"] + found["false_positives"] + found["inconclusive"]
    )


def test_order_and_seed() -> None:
    """The order of the conditions changes nothing, the seed repeats the result and another changes it."""
    first = project(PROGRAMME, seed=11)
    turned = replace(PROGRAMME, conditions=PROGRAMME.conditions[::-1])
    assert project(turned, seed=11) == first
    assert project(PROGRAMME, seed=12).outputs != first.outputs
    assert (first.seed, first.births) == (11, 100_000)


def test_linked_conditions_err_together() -> None:
    """Two conditions of one gene that share their uncertainty leave the sum less certain."""
    pair = [ConditionEvidence(name, Fixed(1e-4), Share(8, 10), Fixed(0.0)) for name in ("first", "second")]
    apart = project(Programme(tuple(pair), Fixed(1.0)), seed=3).outputs["true_positives"].mean
    linked = tuple(replace(evidence, linked="GENE") for evidence in pair)
    together = project(Programme(linked, Fixed(1.0)), seed=3).outputs["true_positives"].mean
    assert (together.upper or 0) - (together.lower or 0) > 1.25 * ((apart.upper or 0) - (apart.lower or 0))
    assert together.estimate == pytest.approx(apart.estimate or 0, rel=0.02)


def test_what_is_not_estimable_stays_so() -> None:
    """Without a sensitivity there are no found and no missed newborns, but affected and false positives."""
    unknown = replace(PROGRAMME, conditions=(FIRST, replace(SECOND, sensitivity=None)))
    found = project(unknown, seed=1).outputs
    for name in ("true_positives", "false_negatives", "ppv", "screened_per_case", "recalls"):
        assert found[name].mean.estimate is None
        assert found[name].single_year.not_estimable == "sensitivity not estimable: mcadd"
    assert found["affected"].mean.estimate is not None
    assert found["false_positives"].mean.estimate is not None
    blind = replace(PROGRAMME, conditions=(FIRST, replace(SECOND, false_positive_rate=None)))
    assert "false positive rate" in (project(blind, seed=1).outputs["ppv"].mean.not_estimable or "")


def test_years_without_a_case_are_counted() -> None:
    """Where nobody is found in some years a ratio leaves them out and says how many."""
    rare = ConditionEvidence("rare", Fixed(1e-5), Fixed(0.9), Fixed(1e-5))
    year = project(Programme((rare,), Fixed(1.0)), seed=1).outputs["false_per_true"].single_year
    assert "denominator zero in 4" in year.method


def test_tornado() -> None:
    """The widest bar comes first; a prevalence moves the found newborns up, a fixed quantity has no bar."""
    bars = tornado(PROGRAMME, "true_positives")
    widths = [abs(bar.at_high - bar.at_low) for bar in bars]
    assert widths == sorted(widths, reverse=True)
    assert bars[0].parameter == "cystic-fibrosis: prevalence"
    assert bars[0].at_low < bars[0].at_mean < bars[0].at_high
    assert not any("mcadd: second_tier" in bar.parameter for bar in bars)
    assert tornado(CERTAIN, "true_positives") == []


def test_what_is_refused() -> None:
    """Too few draws, a condition twice, an output that cannot be estimated."""
    with pytest.raises(ValueError, match="10000 at least"):
        project(PROGRAMME, seed=1, draws=100)
    with pytest.raises(ValueError, match="each named once"):
        project(Programme((FIRST, FIRST), Fixed(1.0)), seed=1)
    blind = Programme((replace(FIRST, sensitivity=None),), Fixed(1.0))
    with pytest.raises(ValueError, match="ppv cannot be estimated"):
        tornado(blind, "ppv")


@pytest.mark.parametrize("evidence", [Share(3, 40), Rate(5, 10_000), Fixed(0.3)])
def test_evidence(evidence: Share | Rate | Fixed) -> None:
    """The mean is that of the quantiles."""
    middle = (np.arange(20_000) + 0.5) / 20_000
    assert evidence.quantile(middle).mean() == pytest.approx(evidence.mean, rel=1e-3)


def test_what_is_no_evidence() -> None:
    """More than all, and more than one, are refused."""
    for make in (lambda: Share(5, 4), lambda: Rate(5, 5), lambda: Fixed(1.2)):
        with pytest.raises(ValueError, match="is not"):
            make()
