"""Cases that were expected against cases that were observed."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from math import exp

from scipy.optimize import brentq
from scipy.stats import binom, chi2, poisson

from evaluator.statistics.intervals import CONFIDENCE, IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure

ALPHA = 1 - CONFIDENCE


class Reading(StrEnum):
    """What the comparison allows to be said; the cause is for people to find."""

    MORE = "more than expected"
    WITHIN_CHANCE = "within chance"
    FEWER = "fewer than expected"
    TOO_FEW_TO_SAY = "too few expected to show a shortfall"

    @property
    def consider(self) -> str:
        """What a committee has to weigh before it draws a conclusion."""
        return {
            "more than expected": (
                "attenuated phenotypes or overdiagnosis, earlier diagnosis, a prevalence that was too low"
            ),
            "within chance": "the interval: a true difference of that size is not excluded",
            "fewer than expected": (
                "missed cases, cases not yet presented, incomplete follow-up, low uptake,"
                " a prevalence that was too high"
            ),
            "too few expected to show a shortfall": "more births, or a group of conditions together",
        }[self.value]


@dataclass(frozen=True)
class Comparison:
    """Observed over expected with exact and mid-P interval, two-sided p-values, and how to read it."""

    observed: int
    expected: float
    exact: Measure
    mid_p: Measure
    p_exact: float | None
    p_mid: float | None
    reading: Reading | None


def poisson_interval(count: int) -> tuple[float, float]:
    """Compute the exact 95% limits of a Poisson mean (Garwood, Biometrika 1936;28:437)."""
    lower = 0.0 if count == 0 else float(chi2.ppf(ALPHA / 2, 2 * count)) / 2
    return lower, float(chi2.ppf(1 - ALPHA / 2, 2 * (count + 1))) / 2


def poisson_mid_p_interval(count: int) -> tuple[float, float]:
    """Compute 95% limits of a Poisson mean that count half of the observed probability in each tail."""

    def upper_tail(mean: float) -> float:
        return float(poisson.sf(count, mean) + 0.5 * poisson.pmf(count, mean)) - ALPHA / 2

    def lower_tail(mean: float) -> float:
        return float(poisson.cdf(count - 1, mean) + 0.5 * poisson.pmf(count, mean)) - ALPHA / 2

    low, high = poisson_interval(count)
    lower = 0.0 if count == 0 else float(brentq(upper_tail, low, count, xtol=1e-13))
    return lower, float(brentq(lower_tail, count, high, xtol=1e-13))


def expected_cases(births: int, prevalence: float, ascertainable: float = 1.0) -> float:
    """Multiply births by prevalence and by the share of the affected that could be seen by now."""
    return births * prevalence * ascertainable


def compare(observed: int, expected: float) -> Comparison:
    """Compare a count with an expected number that is known.

    The two-sided p-values are twice the smaller tail, so that they agree with the intervals.
    """
    if observed < 0 or expected < 0:
        raise ValueError(f"{observed} observed, {expected} expected: neither can be negative")
    if expected == 0:
        none = Measure(observed, 0, not_estimable="no case expected")
        return Comparison(observed, expected, none, none, None, None, None)
    at_least = float(poisson.sf(observed - 1, expected))
    at_most = float(poisson.cdf(observed, expected))
    half = float(poisson.pmf(observed, expected)) / 2
    exact = _ratio(observed, expected, poisson_interval(observed), "exact Poisson")
    mid = _ratio(observed, expected, poisson_mid_p_interval(observed), "mid-P Poisson")
    p_exact = _two_sided(at_least, at_most)
    blind = exp(-expected) > ALPHA / 2  # not even no case at all would be fewer than chance gives
    return Comparison(
        observed,
        expected,
        exact,
        mid,
        p_exact,
        _two_sided(at_least - half, at_most - half),
        _reading(p_exact, more=observed > expected, blind=blind),
    )


def compare_with_births(
    observed: int, births: float, reference_cases: int, reference_births: float
) -> Comparison:
    """Compare with a prevalence that is itself a count: cases among births elsewhere.

    Given both counts together the observed one is binomial (Przyborowski and Wilenski, Biometrika
    1940;31:313). Multiply `births` by the share that could be seen by now.
    """
    if births <= 0 or reference_births <= 0:
        raise ValueError("births and reference births must be above zero")
    expected = reference_cases * births / reference_births
    both = observed + reference_cases
    if both == 0:
        none = Measure(observed, 0, not_estimable="no case here and none in the reference")
        return Comparison(observed, expected, none, none, None, None, None)
    share = births / (births + reference_births)
    intervals = []
    for method in (IntervalMethod.CLOPPER_PEARSON, IntervalMethod.MID_P):
        low, high = proportion_interval(observed, both, method)
        upper = high / (1 - high) * reference_births / births if high < 1 else None
        intervals.append((low / (1 - low) * reference_births / births, upper))
    at_least, at_most = float(binom.sf(observed - 1, both, share)), float(binom.cdf(observed, both, share))
    half = float(binom.pmf(observed, both, share)) / 2
    p_exact = _two_sided(at_least, at_most)
    blind = (1 - share) ** both > ALPHA / 2
    label = "conditional binomial, prevalence uncertain"
    if reference_cases == 0:
        reason = "no case in the reference: the ratio has a lower limit only"
        measures = [
            Measure(observed, 0, None, low, None, f"{label}, {name}", reason)
            for (low, _), name in zip(intervals, ("exact", "mid-P"), strict=True)
        ]
    else:
        measures = [
            _ratio(observed, expected, interval, f"{label}, {name}", scaled=True)
            for interval, name in zip(intervals, ("exact", "mid-P"), strict=True)
        ]
    return Comparison(
        observed,
        expected,
        measures[0],
        measures[1],
        p_exact,
        _two_sided(at_least - half, at_most - half),
        _reading(p_exact, more=observed > expected, blind=blind),
    )


def _ratio(
    observed: int,
    expected: float,
    interval: tuple[float, float | None],
    method: str,
    *,
    scaled: bool = False,
) -> Measure:
    """O/E with its interval; the limits are of O unless they are already those of the ratio."""
    lower, upper = interval
    if not scaled:
        lower, upper = lower / expected, None if upper is None else upper / expected
    return Measure(observed, None, observed / expected, lower, upper, method)


def _two_sided(one: float, other: float) -> float:
    return min(1.0, 2 * min(one, other))


def _reading(p_value: float, *, more: bool, blind: bool) -> Reading:
    if p_value < ALPHA:
        return Reading.MORE if more else Reading.FEWER
    return Reading.TOO_FEW_TO_SAY if blind else Reading.WITHIN_CHANCE
