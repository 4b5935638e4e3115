"""Two tests on the same newborns: do their predictive values differ, and at what price in false positives.

A newborn positive on one test need not be positive on the other, so predictive values have different
denominators and McNemar's test does not apply.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from enum import StrEnum

from scipy.stats import chi2

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import Comparison, PairedTable
from evaluator.statistics.ratios import Z

UNVERIFIED = "newborns negative on both tests were not verified"


class PredictiveValue(StrEnum):
    """Which of the predictive values is compared."""

    POSITIVE = "ppv"
    NEGATIVE = "npv"


@dataclass(frozen=True)
class PairedStudy:
    """Two tests in the affected and in the unaffected newborns."""

    affected: PairedTable
    unaffected: PairedTable

    def swapped(self) -> PairedStudy:
        """Exchange the two tests."""
        return PairedStudy(self.affected.swapped(), self.unaffected.swapped())


@dataclass(frozen=True)
class _Results:
    """Results of one sign: those that were right and those that were wrong, by test."""

    right: PairedTable
    wrong: PairedTable

    @property
    def discordant(self) -> int:
        return self.right.discordant + self.wrong.discordant

    @property
    def first(self) -> int:
        return self.right.first + self.wrong.first

    @property
    def second(self) -> int:
        return self.right.second + self.wrong.second

    @property
    def pooled(self) -> float:
        """Share of all results, of both tests, that were right."""
        return (self.right.first + self.right.second) / (self.first + self.second)


def predictive_value(study: PairedStudy, which: PredictiveValue) -> Measure:
    """Compute the predictive value of the first test, Clopper-Pearson; of the second after swapping."""
    results = _results(study, which)
    if results is None:
        return Measure(not_estimable=UNVERIFIED)
    right, total = results.right.first, results.first
    if total == 0:
        return Measure(right, total, not_estimable="the test has no such result")
    lower, upper = proportion_interval(right, total, IntervalMethod.CLOPPER_PEARSON)
    return Measure(right, total, right / total, lower, upper, "Clopper-Pearson")


def weighted_generalised_score(study: PairedStudy, which: PredictiveValue) -> Comparison:
    """Compare predictive values by Kosinski's weighted score test (Stat Med 2013;32:964), the default."""
    label = "weighted generalised score (Kosinski)"
    results = _testable(study, which)
    if isinstance(results, str):
        return Comparison(method=label, not_estimable=results)
    first, second, pooled = results.first, results.second, results.pooled
    # his p(1 - p) - 2C, in which newborns with both results cancel out: computed without the cancellation
    apart = results.right.discordant * (1 - pooled) ** 2 + results.wrong.discordant * pooled**2
    variance = apart / (first + second) * (1 / first + 1 / second)
    gap = results.right.first / first - results.right.second / second
    return _chi_squared(gap * gap, variance, label)


def generalised_score(study: PairedStudy, which: PredictiveValue) -> Comparison:
    """Compare predictive values by the score test of Leisenring, Alonzo and Pepe (Biometrics 2000;56:345)."""
    label = "generalised score (Leisenring)"
    results = _testable(study, which)
    if isinstance(results, str):
        return Comparison(method=label, not_estimable=results)
    of_second, pooled = results.second / (results.first + results.second), results.pooled
    score = variance = 0.0
    for table, right in ((results.right, 1.0), (results.wrong, 0.0)):
        # what a newborn adds: once per result, the test centred on its share of the results
        weights = (
            (table.both, 1 - 2 * of_second),
            (table.first_only, -of_second),
            (table.second_only, 1 - of_second),
        )
        score += sum(number * right * weight for number, weight in weights)
        variance += sum(number * ((right - pooled) * weight) ** 2 for number, weight in weights)
    return _chi_squared(score * score, variance, label)


def relative_predictive_value(study: PairedStudy, which: PredictiveValue) -> Measure:
    """Divide the first test's predictive value by the second's, log interval (Moskowitz and Pepe 2006).

    Clin Trials 2006;3:272. The variance is the delta method's over the multinomial cells.
    """
    results = _results(study, which)
    if results is None:
        return Measure(not_estimable=UNVERIFIED)
    right, wrong = results.right, results.wrong
    if right.first == 0 or right.second == 0:
        return Measure(not_estimable="a test has no such result that was right")
    ratio = (right.first / results.first) / (right.second / results.second)
    label = "relative predictive value, log"
    if results.discordant == 0 or wrong.first + wrong.second == 0:
        return Measure(None, None, ratio, None, None, f"{label}; nothing varies: no interval")
    variance = 0.0
    for table, hit in ((right, 1.0), (wrong, 0.0)):
        of_first = hit / right.first - 1 / results.first
        of_second = hit / right.second - 1 / results.second
        variance += table.both * (of_first - of_second) ** 2
        variance += table.first_only * of_first**2 + table.second_only * of_second**2
    reach = math.exp(Z * math.sqrt(variance))
    return Measure(None, None, ratio, ratio / reach, ratio * reach, label)


def extra_false_per_extra_true(study: PairedStudy) -> Measure:
    """Count the false positives that one test adds for each true positive that it adds, Fieller interval.

    Needs only newborns on whom the tests disagree, as Poisson numbers, so that it stands where nobody
    negative on both was verified. The same for both orders of the tests.
    """
    true, false = study.affected, study.unaffected
    more_true, more_false = true.first_only - true.second_only, false.first_only - false.second_only
    if more_true == 0:
        return Measure(more_false, 0, not_estimable="neither test finds more affected newborns")
    if more_true * more_false < 0:
        reason = "one test finds more and raises fewer false positives: nothing is traded"
        return Measure(more_false, more_true, not_estimable=reason)
    of_true, of_false = true.first_only + true.second_only, false.first_only + false.second_only
    estimate = more_false / more_true
    leading = more_true**2 - Z * Z * of_true
    if leading <= 0:
        label = "Fieller: unbounded, as the difference in true positives is within chance"
        return Measure(more_false, more_true, estimate, None, None, label)
    centre = more_true * more_false
    root = math.sqrt(max(0.0, centre**2 - leading * (more_false**2 - Z * Z * of_false)))
    lower, upper = (centre - root) / leading, (centre + root) / leading
    return Measure(more_false, more_true, estimate, lower, upper, "Fieller")


def _results(study: PairedStudy, which: PredictiveValue) -> _Results | None:
    if which is PredictiveValue.POSITIVE:
        return _Results(study.affected, study.unaffected)
    right, wrong = _negatives(study.unaffected), _negatives(study.affected)
    return None if right is None or wrong is None else _Results(right, wrong)


def _negatives(table: PairedTable) -> PairedTable | None:
    """Turn the table round: negative on both, on the first only, on the second only, on neither."""
    if table.neither is None:
        return None
    return PairedTable(table.neither, table.second_only, table.first_only, table.both)


def _testable(study: PairedStudy, which: PredictiveValue) -> _Results | str:
    """Give the results that a test needs, or say why there is no test."""
    results = _results(study, which)
    if results is None:
        return UNVERIFIED
    if results.first == 0 or results.second == 0:
        return "a test has no such result"
    if results.pooled in (0.0, 1.0):
        return "the predictive values of both tests are the same, 0 or 1"
    return results if results.discordant else "the tests never disagree"


def _chi_squared(squared: float, variance: float, label: str) -> Comparison:
    statistic = squared / variance
    return Comparison(statistic, float(chi2.sf(statistic, 1)), label)
