"""Supplement that looks ahead: other prevalences, expected cases, births needed, the numbers of a year."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.measures import Settings, measures
from evaluator.accuracy.prevalence import KnownPrevalence, predictive_logit
from evaluator.accuracy.programme.evidence import Fixed, Rate, Share
from evaluator.accuracy.programme.model import ConditionEvidence, Programme
from evaluator.accuracy.programme.projection import Projection, project
from evaluator.accuracy.programme.tornado import Bar, tornado
from evaluator.accuracy.verification.bounds import sensitivity_bounds
from evaluator.statistics.expected import Comparison, compare
from evaluator.statistics.measure import Measure
from evaluator.statistics.precision import (
    PrecisionAt,
    Sample,
    births_for_lower_bound,
    births_for_precision,
    precision_at,
)

LEAST_PREVALENCE, MOST_PREVALENCE, POINTS = 1e-6, 1e-2, 33  # from 0.1 in 100,000 to 1 in 100
HALF_WIDTH = 0.10
PLANNED_SENSITIVITY = 0.95  # ours: what a programme hopes for, used for planning only
PER = 100_000
EVERY_CONDITION = "any condition of the panel"
MOVED = ("false_negatives", "recalls")  # the two ways to fail: missed newborns, families called back


@dataclass(frozen=True)
class CurvePoint:
    """The predictive value at one prevalence; limits are an interval or, in a scenario, bounds."""

    prevalence: float
    ppv: Measure


@dataclass(frozen=True)
class Curve:
    """PPV against prevalence: estimated, or as a labelled scenario, or the reason why neither."""

    points: tuple[CurvePoint, ...]
    label: str
    scenario: bool = False
    reason: str = ""


@dataclass(frozen=True)
class CasesOf:
    """One condition: affected newborns known, cases expected, and the comparison."""

    condition: str
    per_100k: float
    source: str
    comparison: Comparison


@dataclass(frozen=True)
class Cases:
    """Expected against observed, by condition and together; `prevalence` is the sum of what is known."""

    conditions: tuple[CasesOf, ...]
    together: Comparison | None
    prevalence: float | None
    without_source: int
    reason: str = ""


@dataclass(frozen=True)
class Plan:
    """Births until the sensitivity is known; `prevalence` of all conditions together."""

    prevalence: float | None
    given: bool
    within: Sample | None = None
    at_least: Sample | None = None
    now: PrecisionAt | None = None
    reason: str = ""


@dataclass(frozen=True)
class Outlook:
    """What so many births would give: observed rates times births, and the simulated programme."""

    births: int
    observed: Mapping[str, Measure]
    projection: Projection | None
    reason: str = ""
    moved: Mapping[str, tuple[Bar, ...]] = field(
        default_factory=dict
    )  # output -> what moves it, widest first


def ppv_against_prevalence(counts: Counts) -> Curve:
    """Compute the curve; without verified negatives a scenario takes the other negatives as healthy."""
    grid = np.geomspace(LEAST_PREVALENCE, MOST_PREVALENCE, POINTS).tolist()
    first = predictive_logit(counts, KnownPrevalence(grid[0])).ppv
    if first.not_estimable is None:
        points = [CurvePoint(p, predictive_logit(counts, KnownPrevalence(p)).ppv) for p in grid]
        return Curve(tuple(points), "95% interval (Mercaldo, logit)")
    bounds = sensitivity_bounds(counts)
    screened, false = counts.screened, counts.fp
    if bounds.lower is None or bounds.upper is None or not screened or false is None:
        return Curve((), "", reason=first.not_estimable)
    if not false:
        return Curve((), "", reason="no false positive was seen, and not every negative was verified")
    rate = false / (screened - (counts.tp or 0))
    points = [
        CurvePoint(
            p,
            Measure(lower=_ppv(p, bounds.lower, rate), upper=_ppv(p, bounds.upper, rate), method="scenario"),
        )
        for p in grid
    ]
    label = "between the bounds of the sensitivity, unverified negatives taken as unaffected"
    return Curve(tuple(points), label, scenario=True, reason=first.not_estimable)


def _ppv(prevalence: float, sensitivity: float, false_positive_rate: float) -> float:
    true = sensitivity * prevalence
    return true / (true + false_positive_rate * (1 - prevalence))


def expected_against_observed(
    conditions: Mapping[str, Counts], prevalences: Mapping[str, tuple[float, str]]
) -> Cases:
    """Compare known affected newborns with those expected at the prevalence that a source gives."""
    rows = []
    observed, expected, per_100k = 0, 0.0, 0.0
    for name, counts in sorted(conditions.items()):
        if name not in prevalences or counts.tp is None or counts.fn is None or not counts.screened:
            continue
        rate, source = prevalences[name]
        affected, awaited = counts.tp + counts.fn, counts.screened * rate / PER
        rows.append(CasesOf(name, rate, source, compare(affected, awaited)))
        observed, expected, per_100k = observed + affected, expected + awaited, per_100k + rate
    if not rows:
        reason = "no condition has both counts and a birth prevalence with its source"
        return Cases((), None, None, len(conditions), reason)
    return Cases(tuple(rows), compare(observed, expected), per_100k / PER, len(conditions) - len(rows))


def how_many_births(counts: Counts, prevalence: float | None, *, given: bool) -> Plan:
    """Say how many births tell the sensitivity within the half-width, and what this cohort can tell."""
    if not prevalence or prevalence >= 1:
        return Plan(None, given, reason="no prevalence of the panel's conditions is known: give --prevalence")
    now = precision_at(counts.screened, prevalence, PLANNED_SENSITIVITY) if counts.screened else None
    return Plan(
        prevalence,
        given,
        births_for_precision(PLANNED_SENSITIVITY, HALF_WIDTH, prevalence),
        births_for_lower_bound(PLANNED_SENSITIVITY, PLANNED_SENSITIVITY - HALF_WIDTH, prevalence),
        now,
    )


def per_births(counts: Counts, births: int, seed: int) -> Outlook:
    """Scale what was observed to so many births, and simulate where accuracy is estimable."""
    found = measures(counts, Settings())
    observed = {name: _times(found[name], births) for name in ("recall_rate", "detection_rate")}
    screened = counts.screened
    for name in ("fp", "unresolved_positive"):
        rate = found[name]
        if rate.numerator is None or not screened:
            observed[name] = Measure(not_estimable=rate.not_estimable or "the number screened is not known")
        else:
            observed[name] = Measure(
                rate.numerator, screened, births * rate.numerator / screened, method="observed rate x births"
            )
    reason = found["sensitivity"].not_estimable or found["fpr"].not_estimable
    if reason or not screened:
        return Outlook(births, observed, None, reason or "nobody was screened")
    tp, fn, fp, tn = counts.tp or 0, (counts.fn or 0) + counts.misplaced, counts.fp or 0, counts.tn or 0
    evidence = ConditionEvidence(
        EVERY_CONDITION, Rate(tp + fn, screened), Share(tp, tp + fn), Share(fp, fp + tn)
    )
    everyone = Programme((evidence,), Fixed(1.0), Share(counts.inconclusive or 0, screened))
    moved = {output: tuple(tornado(everyone, output, births)) for output in MOVED}
    return Outlook(births, observed, project(everyone, seed, births), moved=moved)


def _times(rate: Measure, births: int) -> Measure:
    if rate.estimate is None or rate.lower is None or rate.upper is None:
        return Measure(not_estimable=rate.not_estimable)
    return Measure(
        rate.numerator,
        rate.denominator,
        births * rate.estimate,
        births * rate.lower,
        births * rate.upper,
        f"{rate.method}, times births",
    )
