"""How often each interval of a proportion holds the truth: summed exactly over every count, never simulated.

The tables are shown at the end of the test run.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import numpy as np
import pytest
from scipy.stats import binom, poisson

from evaluator.statistics.intervals import IntervalMethod, one_sided_bound, proportion_interval

NOMINAL = 0.95
SENSITIVITIES = np.linspace(0.70, 0.999, 300)
FALSE_POSITIVE_RATES = np.geomspace(1e-5, 1e-3, 41)
MANY = 100
SIZES = (5, 10, 20, 50, 100, 1_000, 10_000, 100_000)
CP, WILSON = IntervalMethod.CLOPPER_PEARSON, IntervalMethod.WILSON
# Computed independently for sensitivities of 0.70 to 0.999: mean and minimum, method by method.
PRINTED = {
    5: ((0.990, 0.975), (0.982, 0.951), (0.954, 0.833), (0.971, 0.895), (0.962, 0.896)),
    10: ((0.989, 0.975), (0.974, 0.927), (0.955, 0.842), (0.956, 0.868), (0.966, 0.925)),
    20: ((0.981, 0.960), (0.966, 0.936), (0.955, 0.852), (0.953, 0.894), (0.966, 0.930)),
    50: ((0.972, 0.953), (0.958, 0.925), (0.953, 0.861), (0.951, 0.884), (0.962, 0.939)),
}
Record = Callable[[str, object], None]


@cache
def coverage(total: int, truth: float, method: IntervalMethod) -> float:
    """Probability that the interval holds the truth; limits rise with the count, so those that do adjoin."""
    most = first_where(total, lambda count: proportion_interval(count, total, method)[0] > truth)
    least = first_where(total, lambda count: proportion_interval(count, total, method)[1] >= truth)
    return float(binom.cdf(most - 1, total, truth) - binom.cdf(least - 1, total, truth))


def first_where(total: int, holds: Callable[[int], bool]) -> int:
    """The smallest count from which on it holds; one more than all where it never does."""
    low, high = 0, total + 1
    while low < high:
        middle = (low + high) // 2
        low, high = (low, middle) if holds(middle) else (middle + 1, high)
    return low


def measured(total: int, method: IntervalMethod, truths: np.ndarray) -> np.ndarray:
    """The coverage at each of the truths; of large samples at every sixth sensitivity from the last."""
    chosen = truths[::-6] if total > MANY and truths is SENSITIVITIES else truths
    return np.array([coverage(total, float(truth), method) for truth in chosen])


def table(title: str, truths: np.ndarray) -> str:
    """Mean (minimum) coverage for every number of newborns and every method."""
    lines = [title, f"{'newborns':>9}" + "".join(f"{method.full_name:>18}" for method in IntervalMethod)]
    for total in SIZES:
        cells = (measured(total, method, truths) for method in IntervalMethod)
        lines.append(f"{total:>9,}" + "".join(f"{c.mean():>10.3f} ({c.min():.3f})" for c in cells))
    return "\n".join(lines)


def test_coverage_is_shown(record_property: Record) -> None:
    """Both tables have a line for every number of newborns."""
    for title, truths in (
        ("Coverage of 95% intervals, sensitivity 0.70 to 0.999: mean (minimum)", SENSITIVITIES),
        ("Coverage of 95% intervals, false positive rate 1e-5 to 1e-3: mean (minimum)", FALSE_POSITIVE_RATES),
    ):
        shown = table(title, truths)
        record_property("table", shown)
        assert len(shown.splitlines()) == len(SIZES) + 2


@pytest.mark.parametrize("total", PRINTED)
@pytest.mark.parametrize("method", IntervalMethod)
def test_small_samples_cover_as_computed_elsewhere(total: int, method: IntervalMethod) -> None:
    """Mean and minimum for few newborns are those of the design."""
    found = measured(total, method, SENSITIVITIES)
    expected = PRINTED[total][list(IntervalMethod).index(method)]
    assert (found.mean(), found.min()) == pytest.approx(expected, abs=6e-4)


@pytest.mark.parametrize("total", SIZES)
@pytest.mark.parametrize(
    "truths", [SENSITIVITIES, FALSE_POSITIVE_RATES], ids=["sensitivity", "false positives"]
)
def test_clopper_pearson_never_covers_too_rarely(total: int, truths: np.ndarray) -> None:
    """The default is exact: nowhere below 95%."""
    assert measured(total, CP, truths).min() >= NOMINAL - 1e-12


@pytest.mark.parametrize("total", [1_000, 10_000, 100_000])
@pytest.mark.parametrize("method", IntervalMethod)
def test_large_samples_cover_as_told(total: int, method: IntervalMethod) -> None:
    """Where counts are large, coverage strays from 95% by no more than the counts at the limits weigh.

    A limit falls on a count or beside it: each end is off by at most about one probability of a count.
    """
    for truth in (0.70, 0.90, 0.97):
        heaviest = float(binom.pmf(np.arange(int(total * truth), int(total * truth) + 2), total, truth).max())
        assert coverage(total, truth, method) == pytest.approx(NOMINAL, abs=heaviest)


@pytest.mark.parametrize("cases", [0.1, 0.5, 1.0, 3.0, 10.0, 30.0])
def test_rare_events_cover_as_poisson_counts_do(cases: float) -> None:
    """With so many expected in 100,000, Clopper-Pearson covers as Garwood's interval of a Poisson mean."""
    counts = range(200)
    held = [x for x in counts if garwood_lower(x) <= cases <= garwood_upper(x)]
    expected = float(poisson.pmf(held, cases).sum())
    assert coverage(100_000, cases / 100_000, CP) == pytest.approx(expected, abs=1e-3)


def garwood_lower(count: int) -> float:
    """The mean at which so many or more have a probability of 2.5%, by halving."""
    return 0.0 if count == 0 else halved(lambda mean: poisson.sf(count - 1, mean) >= (1 - NOMINAL) / 2)


def garwood_upper(count: int) -> float:
    """The mean at which so few or fewer have a probability of 2.5%, by halving."""
    return halved(lambda mean: poisson.cdf(count, mean) < (1 - NOMINAL) / 2)


def halved(beyond: Callable[[float], bool]) -> float:
    """Where the statement becomes true, between 0 and 400."""
    low, high = 0.0, 400.0
    for _ in range(60):
        middle = (low + high) / 2
        low, high = (low, middle) if beyond(middle) else (middle, high)
    return low


def test_one_false_positive_in_a_hundred_thousand() -> None:
    """The case that decides for Clopper-Pearson: 98.1% against Wilson's 92.0%."""
    assert coverage(100_000, 1e-5, CP) == pytest.approx(0.981, abs=5e-4)
    assert coverage(100_000, 1e-5, WILSON) == pytest.approx(0.920, abs=5e-4)


@pytest.mark.parametrize("total", SIZES)
def test_one_sided_bound_errs_in_five_of_a_hundred(total: int) -> None:
    """If all are found and the bound is claimed, the truth lies below it in at most 5%."""
    bound = one_sided_bound(total, total)
    assert bound is not None
    assert bound**total == pytest.approx(1 - NOMINAL, rel=1e-9)  # all found, were the truth the bound itself
    none = one_sided_bound(0, total)
    assert none is not None
    assert (1 - none) ** total == pytest.approx(1 - NOMINAL, rel=1e-6)
    assert max(truth**total for truth in np.linspace(0.01, bound, 50)) <= 1 - NOMINAL + 1e-9
