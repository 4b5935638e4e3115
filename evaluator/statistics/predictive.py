"""Predictive values at a prevalence that is not the study's own."""

from __future__ import annotations

import math

from evaluator.statistics.ratios import Ratio, Z


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))


def ppv_at(prevalence: float, tp: int, fp: int, fn: int, tn: int) -> Ratio:
    """Positive predictive value at a prevalence, with Mercaldo's logit interval (Stat Med 2007;26:2170)."""
    a, b, c, d, label = _adjusted(tp, fp, fn, tn)
    odds = (a / (a + c)) * prevalence / ((b / (b + d)) * (1 - prevalence))
    variance = c / (a * (a + c)) + d / (b * (b + d))
    return _logit(math.log(odds), variance, label)


def npv_at(prevalence: float, tp: int, fp: int, fn: int, tn: int) -> Ratio:
    """Negative predictive value at a prevalence, with Mercaldo's logit interval."""
    a, b, c, d, label = _adjusted(tp, fp, fn, tn)
    odds = (d / (b + d)) * (1 - prevalence) / ((c / (a + c)) * prevalence)
    variance = a / (c * (a + c)) + b / (d * (b + d))
    return _logit(math.log(odds), variance, label)


def _adjusted(tp: int, fp: int, fn: int, tn: int) -> tuple[float, float, float, float, str]:
    """Add z squared / 2 to each cell when one is zero, as the R package bdpv does for its interval."""
    if tp and fp and fn and tn:
        return tp, fp, fn, tn, "logit (Mercaldo)"
    more = Z * Z / 2
    return tp + more, fp + more, fn + more, tn + more, "logit (Mercaldo); zero cell: z²/2 added to each cell"


def _logit(logit: float, variance: float, label: str) -> Ratio:
    reach = Z * math.sqrt(variance)
    return Ratio(_logistic(logit), _logistic(logit - reach), _logistic(logit + reach), label)
