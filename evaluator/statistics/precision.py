"""How many births it takes until a sensitivity is known well enough, and how well a given number tells it."""

from __future__ import annotations

from dataclasses import dataclass
from math import ceil, floor

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq
from scipy.stats import beta, poisson

from evaluator.statistics.intervals import CONFIDENCE, IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.ratios import Z

MOST_CASES = 20_000  # a search beyond this many affected newborns answers no question of newborn screening
ASSURANCE = 0.8  # the usual power of a study
CASES_RANGE = (0.1, 0.9)
ALMOST = 1e-9  # 0.9 x 10 is 9, whatever the last bit says


@dataclass(frozen=True)
class Sample:
    """Affected newborns needed, births in which they are expected, births that hold them with assurance.

    Results are whole newborns, so a few more affected may fall short again: not from `holds_from` on.
    """

    affected: int | None
    births: int | None
    assured_births: int | None
    assurance: float
    method: str
    holds_from: int | None = None
    not_estimable: str | None = None


@dataclass(frozen=True)
class PrecisionAt:
    """What a number of births will tell: expected cases, and the interval at that and at other luck."""

    births: int
    expected_cases: float
    chance_of_none: float
    at_expected: Measure
    at_few: Measure
    at_many: Measure


def births_for_half_width(
    sensitivity: float, half_width: float, prevalence: float, uptake: float = 1.0
) -> Sample:
    """Compute the births of Buderer (Acad Emerg Med 1996;3:895) for a sensitivity within +- the half-width.

    It rests on the normal approximation, too good to be true near 100%: prefer births_for_precision().
    """
    _check(sensitivity=sensitivity, half_width=half_width, prevalence=prevalence, uptake=uptake)
    affected = Z * Z * sensitivity * (1 - sensitivity) / half_width**2
    births = ceil(affected / (prevalence * uptake))
    assured = _births_with(ceil(affected), prevalence * uptake, ASSURANCE)
    return Sample(ceil(affected), births, assured, ASSURANCE, "Buderer, normal approximation")


def births_for_lower_bound(
    expected: float, target: float, prevalence: float, uptake: float = 1.0, assurance: float = ASSURANCE
) -> Sample:
    """Find the fewest affected newborns whose exact lower limit reaches the target at the expected result.

    The expected result is the whole number of found cases at or below `expected` x affected.
    """
    _check(expected=expected, target=target, prevalence=prevalence, uptake=uptake)
    if expected <= target:
        return Sample(
            None,
            None,
            None,
            assurance,
            "",
            None,
            f"a lower limit of {target:g} needs more than {target:g} expected",
        )
    _, lower, _ = _limits(expected)
    return _sample(lower >= target, prevalence * uptake, assurance, f"Clopper-Pearson lower limit {target:g}")


def births_for_precision(
    sensitivity: float,
    half_width: float,
    prevalence: float,
    uptake: float = 1.0,
    assurance: float = ASSURANCE,
) -> Sample:
    """Find the births until the sensitivity is known to +- the half-width by its exact interval."""
    _check(sensitivity=sensitivity, half_width=half_width, prevalence=prevalence, uptake=uptake)
    sizes, lower, upper = _limits(sensitivity)
    estimate = _found(sensitivity, sizes) / sizes
    reach = np.maximum(estimate - lower, upper - estimate)
    method = f"Clopper-Pearson within {half_width:g} of the estimate"
    return _sample(reach <= half_width, prevalence * uptake, assurance, method)


def precision_at(births: int, prevalence: float, sensitivity: float, uptake: float = 1.0) -> PrecisionAt:
    """Say how wide the exact interval will be: at the expected cases, and with 10% and 90% luck."""
    _check(prevalence=prevalence, sensitivity=sensitivity, uptake=uptake)
    expected = births * prevalence * uptake
    few, many = (int(poisson.ppf(p, expected)) if expected else 0 for p in CASES_RANGE)
    return PrecisionAt(
        births,
        expected,
        float(np.exp(-expected)),
        _interval_at(floor(expected + ALMOST), sensitivity),
        _interval_at(few, sensitivity),
        _interval_at(many, sensitivity),
    )


def chance_of_cases(expected: float, at_least: int) -> float:
    """Compute the Poisson probability of at least so many cases.

    >>> round(chance_of_cases(3.0, 1), 3)
    0.95
    """
    return float(poisson.sf(at_least - 1, expected))


def _check(**shares: float) -> None:
    wrong = [f"{name} {value}" for name, value in shares.items() if not 0 < value <= 1]
    if wrong:
        raise ValueError(f"not above 0 and up to 1: {', '.join(wrong)}")


def _found(sensitivity: float, sizes: NDArray[np.int64]) -> NDArray[np.float64]:
    return np.asarray(np.floor(sensitivity * sizes + ALMOST))


def _limits(sensitivity: float) -> tuple[NDArray[np.int64], NDArray[np.float64], NDArray[np.float64]]:
    """Exact limits for 1, 2, 3 ... affected newborns of whom the expected number is found."""
    sizes = np.arange(1, MOST_CASES + 1)
    found = _found(sensitivity, sizes)
    alpha = 1 - CONFIDENCE
    # a parameter of 0 is outside the beta distribution: there the limits are 0 and 1
    lower = np.where(found == 0, 0.0, beta.ppf(alpha / 2, np.maximum(found, 1), sizes - found + 1))
    upper = np.where(found == sizes, 1.0, beta.ppf(1 - alpha / 2, found + 1, np.maximum(sizes - found, 1)))
    return sizes, lower, upper


def _sample(enough: NDArray[np.bool_], rate: float, assurance: float, method: str) -> Sample:
    if not enough[-1]:
        return Sample(
            None,
            None,
            None,
            assurance,
            method,
            None,
            f"more than {MOST_CASES} affected newborns would be needed",
        )
    affected = int(enough.argmax()) + 1
    assured = _births_with(affected, rate, assurance)
    holds_from = int(len(enough) - enough[::-1].argmin()) + 1 if not enough.all() else 1
    return Sample(affected, ceil(affected / rate), assured, assurance, method, holds_from)


def _births_with(affected: int, rate: float, assurance: float) -> int:
    """Find the births in which at least so many cases come with the assured probability."""

    def gap(expected: float) -> float:
        return chance_of_cases(expected, affected) - assurance

    highest = 2.0 * affected + 20.0
    return ceil(brentq(gap, 0.0, highest, xtol=1e-10) / rate)


def _interval_at(cases: int, sensitivity: float) -> Measure:
    if cases == 0:
        return Measure(0, 0, not_estimable="no affected newborn to be expected")
    found = floor(sensitivity * cases + ALMOST)
    method = IntervalMethod.CLOPPER_PEARSON
    return Measure(found, cases, found / cases, *proportion_interval(found, cases, method), method.full_name)
