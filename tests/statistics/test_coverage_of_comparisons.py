"""How often intervals of ratios, differences and predictive values hold the truth: summed over every table.

The truths are those of rare disease: few affected newborns, nearly all found; many others, few recalled.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest
from scipy.stats import binom

from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import PairedTable
from evaluator.statistics.paired_difference import (
    newcombe_paired_difference,
    tango_difference,
    unpaired_difference,
)
from evaluator.statistics.paired_predictive import PairedStudy
from evaluator.statistics.predictive import npv_at, ppv_at
from evaluator.statistics.ratios import Ratio, RatioMethod, likelihood_ratio, odds_ratio
from evaluator.statistics.relative_fractions import relative_true_positive_fraction
from evaluator.statistics.score_difference import score_difference

NEGLIGIBLE = 1e-5  # of a table; what is left out is checked to be little
PREVALENCE = 1e-3
# affected, sensitivity, unaffected, false positive rate
STUDIES = [(10, 0.9, 500, 0.01), (30, 0.9, 1_000, 0.01), (50, 0.95, 2_000, 0.002)]
# newborns; both positive, first test only, second test only, neither
PAIRS = [(20, (0.80, 0.12, 0.03, 0.05)), (50, (0.80, 0.12, 0.03, 0.05)), (50, (0.90, 0.05, 0.05, 0.0))]
GROUPS = [(20, 0.9, 40, 0.95), (50, 0.8, 50, 0.9), (15, 0.99, 200, 0.95)]
Limits = tuple[float, float]
Record = Callable[[str, object], None]


def of_ratio(ratio: Ratio) -> Limits:
    """The limits of a ratio."""
    return ratio.lower, ratio.upper


def of_measure(measure: Measure) -> Limits | None:
    """The limits of a measure, where it has any."""
    if measure.lower is None or measure.upper is None:
        return None
    return measure.lower, measure.upper


# From tp, affected, fp, unaffected to limits; and from sensitivity and false positive rate to the truth.
RATIOS: dict[str, tuple[Callable[[int, int, int, int], Limits], Callable[[float, float], float]]] = {
    "LR+, log": (lambda x, n, y, m: of_ratio(likelihood_ratio((x, n), (y, m))), lambda s, f: s / f),
    "LR+, score": (
        lambda x, n, y, m: of_ratio(likelihood_ratio((x, n), (y, m), RatioMethod.SCORE)),
        lambda s, f: s / f,
    ),
    "LR-, log": (
        lambda x, n, y, m: of_ratio(likelihood_ratio((n - x, n), (m - y, m))),
        lambda s, f: (1 - s) / (1 - f),
    ),
    "DOR, log": (
        lambda x, n, y, m: of_ratio(odds_ratio(x, y, n - x, m - y)),
        lambda s, f: s * (1 - f) / ((1 - s) * f),
    ),
    "PPV, Mercaldo": (
        lambda x, n, y, m: of_ratio(ppv_at(PREVALENCE, x, y, n - x, m - y)),
        lambda s, f: s * PREVALENCE / (s * PREVALENCE + f * (1 - PREVALENCE)),
    ),
    "NPV, Mercaldo": (
        lambda x, n, y, m: of_ratio(npv_at(PREVALENCE, x, y, n - x, m - y)),
        lambda s, f: (1 - f) * (1 - PREVALENCE) / ((1 - f) * (1 - PREVALENCE) + (1 - s) * PREVALENCE),
    ),
}


def two_groups(n: int, p: float, m: int, q: float) -> Iterator[tuple[float, int, int]]:
    """Every pair of counts that is not negligible, with its probability."""
    first, second = binom.pmf(np.arange(n + 1), n, p), binom.pmf(np.arange(m + 1), m, q)
    for x in np.flatnonzero(first > NEGLIGIBLE).tolist():
        for y in np.flatnonzero(second > NEGLIGIBLE).tolist():
            if first[x] * second[y] > NEGLIGIBLE:
                yield float(first[x] * second[y]), x, y


def held(weighed: list[tuple[float, Limits | None]], truth: float) -> float:
    """The share of probability whose limits hold the truth, among those that have limits."""
    assert sum(weight for weight, _ in weighed) > 0.999
    known = [(weight, limits) for weight, limits in weighed if limits is not None]
    total = sum(weight for weight, _ in known)
    return sum(weight for weight, (low, high) in known if low <= truth <= high) / total


@pytest.mark.parametrize("name", RATIOS)
def test_ratios(name: str, record_property: Record) -> None:
    """Approximate intervals cover about as often as they say, and stray below it by little."""
    limits, true = RATIOS[name]
    found = []
    for n, sensitivity, m, rate in STUDIES:
        weighed = [(w, limits(x, n, y, m)) for w, x, y in two_groups(n, sensitivity, m, rate)]
        found.append(held(weighed, true(sensitivity, rate)))
    record_property("table", f"Coverage of 95% limits, {name}: " + ", ".join(f"{one:.3f}" for one in found))
    assert min(found) > 0.92
    assert max(found) < 0.99


UNPAIRED: dict[str, Callable[[int, int, int, int], Limits | None]] = {
    "Newcombe hybrid score": lambda x, n, y, m: of_measure(unpaired_difference((x, n), (y, m))),
    "Miettinen-Nurminen": lambda x, n, y, m: score_difference((x, n), (y, m)),
}


@pytest.mark.parametrize("name", UNPAIRED)
def test_differences_of_two_groups(name: str, record_property: Record) -> None:
    """Both score intervals cover about 95%, also where one proportion is nearly 1."""
    found = []
    for n, p, m, q in GROUPS:
        weighed = [(w, UNPAIRED[name](x, n, y, m)) for w, x, y in two_groups(n, p, m, q)]
        found.append(held(weighed, p - q))
    record_property("table", f"Coverage of 95% limits, {name}: " + ", ".join(f"{one:.3f}" for one in found))
    assert min(found) > 0.93
    assert max(found) < 0.975


PAIRED: dict[str, Callable[[PairedTable], Measure]] = {
    "Tango": tango_difference,
    "Newcombe method 10": newcombe_paired_difference,
    "relative true positive fraction": lambda table: relative_true_positive_fraction(
        PairedStudy(table, table)
    ),
}


@pytest.mark.parametrize("name", PAIRED)
def test_differences_of_pairs(name: str, record_property: Record) -> None:
    """Two tests on the same newborns: Tango is near 95%, Newcombe's method 10 is on the safe side."""
    found = []
    for n, shares in PAIRS:
        truth = (shares[0] + shares[1]) / (shares[0] + shares[2])
        truth = truth if "relative" in name else shares[1] - shares[2]
        found.append(held([(w, of_measure(PAIRED[name](t))) for w, t in paired_tables(n, shares)], truth))
    record_property("table", f"Coverage of 95% limits, {name}: " + ", ".join(f"{one:.3f}" for one in found))
    assert (0.95 if "Newcombe" in name else 0.93) < min(found)
    assert max(found) < 1


def paired_tables(n: int, shares: tuple[float, float, float, float]) -> Iterator[tuple[float, PairedTable]]:
    """Every table that is not negligible: first test only, then second test only, then neither."""
    _, first, second, neither = shares
    for b, of_b in enumerate(binom.pmf(np.arange(n + 1), n, first)):
        for c, of_c in enumerate(binom.pmf(np.arange(n - b + 1), n - b, second / (1 - first))):
            if of_b * of_c < NEGLIGIBLE / 10:
                continue
            rest = n - b - c
            for d, of_d in enumerate(binom.pmf(np.arange(rest + 1), rest, neither / (1 - first - second))):
                if of_b * of_c * of_d > NEGLIGIBLE / 10:
                    yield float(of_b * of_c * of_d), PairedTable(rest - d, b, c, d)
