"""The prevalence behind a share of positives, for a test whose accuracy is known."""

from __future__ import annotations

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure


def true_prevalence(positives: int, screened: int, sensitivity: float, specificity: float) -> Measure:
    """Estimate the prevalence by Rogan and Gladen (Am J Epidemiol 1978;107:71), Wilson limits carried over.

    Sensitivity and specificity are taken as known; results beyond 0 and 1 are cut off.
    """
    if screened == 0:
        return Measure(positives, screened, not_estimable="nobody was screened")
    informative = sensitivity + specificity - 1
    if informative <= 0:
        return Measure(not_estimable="a test with sensitivity + specificity of 1 or less says nothing")

    def cut(share: float) -> float:
        return min(1.0, max(0.0, (share + specificity - 1) / informative))

    lower, upper = proportion_interval(positives, screened, IntervalMethod.WILSON)
    return Measure(
        positives,
        screened,
        cut(positives / screened),
        cut(lower),
        cut(upper),
        "Rogan-Gladen, Wilson; accuracy taken as known",
    )
