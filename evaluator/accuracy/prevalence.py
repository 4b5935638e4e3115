"""Predictive values where the study's own prevalence is not the programme's, or is itself uncertain."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.estimability import blocked, left_out, unknown
from evaluator.statistics.grids import PROBABILITIES
from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.predictive import npv_at, ppv_at
from evaluator.statistics.ratios import Ratio

DRAWS = 100_000
JEFFREYS = 0.5


class Design(StrEnum):
    """How the newborns of a study came into it."""

    COHORT = "screened cohort"
    CASE_CONTROL = "case-control"
    ENRICHED = "enriched"  # as newborns in intensive care


@dataclass(frozen=True)
class KnownPrevalence:
    """A prevalence taken as exact, between 0 and 1 and neither of them."""

    value: float

    def __post_init__(self) -> None:
        if not 0 < self.value < 1:
            raise ValueError(f"prevalence {self.value} is not between 0 and 1")


@dataclass(frozen=True)
class CountedPrevalence:
    """A prevalence known from cases among births."""

    cases: int
    births: int

    def __post_init__(self) -> None:
        if not 0 <= self.cases < self.births:
            raise ValueError(f"{self.cases} cases among {self.births} births is not a prevalence")


@dataclass(frozen=True)
class PredictiveValues:
    """PPV and NPV at a prevalence; seed and draws where they come from simulation."""

    ppv: Measure
    npv: Measure
    seed: int | None = None
    draws: int | None = None


def raw_ppv(
    counts: Counts, design: Design, method: IntervalMethod = IntervalMethod.CLOPPER_PEARSON
) -> Measure:
    """TP / (TP + FP), which says nothing where the study chose how many affected newborns it holds."""
    if design is not Design.COHORT:
        return Measure(
            not_estimable=f"{design.value} design chose the share of affected newborns, give a prevalence"
        )
    if reason := unknown(counts, "tp", "fp"):
        return Measure(not_estimable=reason)
    tp, positive = counts.tp or 0, (counts.tp or 0) + (counts.fp or 0) + counts.misplaced
    if positive == 0:
        return Measure(tp, positive, not_estimable="no resolved positive newborn")
    return Measure(tp, positive, tp / positive, *proportion_interval(tp, positive, method), method.full_name)


def predictive_logit(counts: Counts, prevalence: KnownPrevalence) -> PredictiveValues:
    """Predict with Mercaldo's logit interval, adjusted when a cell is zero (see predictive.ppv_at)."""
    if reason := _not_estimable(counts):
        return PredictiveValues(Measure(not_estimable=reason), Measure(not_estimable=reason))
    cells = _cells(counts)
    more = left_out(counts)
    return PredictiveValues(
        _measure(ppv_at(prevalence.value, *cells), more), _measure(npv_at(prevalence.value, *cells), more)
    )


def predictive_bayes(
    counts: Counts,
    prevalence: KnownPrevalence | CountedPrevalence,
    seed: int,
    draws: int = DRAWS,
    prior: float = JEFFREYS,
) -> PredictiveValues:
    """Predict by simulation: beta for sensitivity and false positive rate, gamma for a counted prevalence.

    With `prior` 1 and a known prevalence this is the model of Stamey and Holt (2010), whose table 9 the R
    package bdpv quotes. The default prior is Jeffreys'. Estimates are medians.
    """
    if reason := _not_estimable(counts):
        return PredictiveValues(Measure(not_estimable=reason), Measure(not_estimable=reason))
    tp, fp, fn, tn = _cells(counts)
    generator = np.random.default_rng(seed)
    sensitivity = generator.beta(tp + prior, fn + prior, draws)
    false_positive = generator.beta(fp + prior, tn + prior, draws)
    share = _draw_prevalence(prevalence, generator, draws)
    true, false = sensitivity * share, false_positive * (1 - share)
    missed, cleared = (1 - sensitivity) * share, (1 - false_positive) * (1 - share)
    known = "prevalence known" if isinstance(prevalence, KnownPrevalence) else "prevalence uncertain"
    method = f"Bayes, Beta({prior:g}, {prior:g}), {known}; median, 95% credible interval{left_out(counts)}"
    return PredictiveValues(
        _credible(true / (true + false), method), _credible(cleared / (cleared + missed), method), seed, draws
    )


def _draw_prevalence(
    prevalence: KnownPrevalence | CountedPrevalence, generator: np.random.Generator, draws: int
) -> NDArray[np.float64]:
    if isinstance(prevalence, KnownPrevalence):
        return np.full(draws, prevalence.value)
    drawn = generator.gamma(prevalence.cases + JEFFREYS, 1 / prevalence.births, draws)
    return np.minimum(drawn, 1.0)


def _credible(values: NDArray[np.float64], method: str) -> Measure:
    low, middle, high = (float(value) for value in np.quantile(values, PROBABILITIES))
    return Measure(estimate=middle, lower=low, upper=high, method=method)


def _not_estimable(counts: Counts) -> str | None:
    if reason := blocked(counts, "tp", "fp", "fn", "tn"):
        return reason
    tp, fp, fn, tn = _cells(counts)
    if tp + fn == 0:
        return "no affected newborn with a result"
    return "no unaffected newborn with a result" if fp + tn == 0 else None


def _cells(counts: Counts) -> tuple[int, int, int, int]:
    """tp, fp, fn, tn; a newborn positive for the wrong condition only was missed."""
    return counts.tp or 0, counts.fp or 0, (counts.fn or 0) + counts.misplaced, counts.tn or 0


def _measure(ratio: Ratio, more: str) -> Measure:
    return Measure(estimate=ratio.estimate, lower=ratio.lower, upper=ratio.upper, method=ratio.method + more)
