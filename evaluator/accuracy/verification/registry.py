"""Sensitivity when missed cases are learnt of through registries and follow-up.

A registry lacks some cases, and some newborns are too young to have shown their condition. The missed cases
that are known stand for more: they are divided by the registry's completeness and by the share of
cases that would have been diagnosed clinically within the follow-up there was.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from evaluator.statistics.expected import poisson_interval
from evaluator.statistics.intervals import CONFIDENCE
from evaluator.statistics.measure import Measure
from evaluator.statistics.onset import FollowedFor, OnsetCurve, mean_diagnosed
from evaluator.statistics.uncertain_share import UncertainShare

MATURE = 0.8  # ours: least share of cases that follow-up would have shown
DRAWS = 10_000
SEED = 20260101  # ours; any number would do, and it is printed
PER = 1000  # baby-years
ASSUMPTIONS = (
    "A missed case comes to notice with the probability completeness x share diagnosed, whoever it is.",
    "Completeness was estimated among cases found clinically, not among those found by screening.",
    "The onset curve is that of affected children who were not screened.",
    "Linkage is without error, and newborns lost to follow-up resemble the others.",
)


@dataclass(frozen=True)
class Linkage:
    """One condition's true positives and missed cases, and how well missed cases come to notice."""

    found: int
    missed: int
    follow_up: tuple[FollowedFor, ...]  # of the screen-negative newborns
    completeness: UncertainShare
    onset: OnsetCurve

    def __post_init__(self) -> None:
        if min(self.found, self.missed, *(one.newborns for one in self.follow_up)) < 0:
            raise ValueError("a count is below zero")


@dataclass(frozen=True)
class AdjustedSensitivity:
    """Sensitivity with the missed cases scaled up, or the reason why follow-up does not support it."""

    sensitivity: Measure
    missed: Measure  # scaled up
    diagnosed: UncertainShare | None  # the onset curve averaged over the follow-up
    seed: int
    draws: int
    assumptions: tuple[str, ...] = ASSUMPTIONS


def adjusted_sensitivity(
    linkage: Linkage, *, seed: int, draws: int = DRAWS, mature: float = MATURE
) -> AdjustedSensitivity:
    """Scale up the missed cases and estimate the sensitivity, with a Monte Carlo interval.

    Found and missed cases are drawn from gamma distributions (count + 1/2), so that with complete follow-up
    the interval is that of Jeffreys; completeness and onset are drawn from beta distributions.
    """
    if not sum(one.newborns for one in linkage.follow_up):
        return _none("no screen-negative newborn was followed up", None, seed, draws)
    diagnosed = mean_diagnosed(linkage.onset, linkage.follow_up)
    if diagnosed.mean < mature:
        reason = (
            f"immature: follow-up would have shown {diagnosed.mean:.0%} of the cases, {mature:.0%} are needed"
        )
        return _none(reason, diagnosed, seed, draws)
    if linkage.completeness.mean == 0:
        return _none("the registry is taken to hold no case", diagnosed, seed, draws)
    if linkage.found + linkage.missed == 0:
        return _none("no affected newborn is known", diagnosed, seed, draws)
    return _adjusted(linkage, diagnosed, seed, draws)


def _adjusted(linkage: Linkage, diagnosed: UncertainShare, seed: int, draws: int) -> AdjustedSensitivity:
    generator = np.random.default_rng(seed)
    found = generator.gamma(linkage.found + 0.5, size=draws)
    missed = generator.gamma(linkage.missed + 0.5, size=draws)
    missed /= linkage.completeness.draws(generator, draws) * diagnosed.draws(generator, draws)
    tails = [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2]
    low, high = np.quantile(found / (found + missed), tails).tolist()
    fewest, most = np.quantile(missed, tails).tolist()
    # the boundary rule of Jeffreys' interval
    low, high = (low if linkage.found else 0.0), (high if linkage.missed else 1.0)
    label = f"missed cases / (completeness x share diagnosed); Monte Carlo, {draws} draws, seed {seed}"
    if linkage.missed == 0:
        reason = "no missed case is known, and zero cannot be scaled up: read the lower limit"
        bound = Measure(None, None, None, low, high, label, reason)
        unseen = Measure(None, None, None, 0.0, most, label, reason)
        return AdjustedSensitivity(bound, unseen, diagnosed, seed, draws)
    scaled = linkage.missed / (linkage.completeness.mean * diagnosed.mean)
    share = Measure(None, None, linkage.found / (linkage.found + scaled), low, high, label)
    return AdjustedSensitivity(
        share, Measure(None, None, scaled, fewest, most, label), diagnosed, seed, draws
    )


def interval_cases(missed: int, follow_up: Sequence[FollowedFor]) -> Measure:
    """Count missed cases per 1,000 baby-years of follow-up; reportable however young the newborns are."""
    years = sum(one.months * one.newborns for one in follow_up) / 12
    if years == 0:
        return Measure(missed, 0, not_estimable="no screen-negative newborn was followed up")
    lower, upper = (limit / years * PER for limit in poisson_interval(missed))
    rate = missed / years * PER
    return Measure(
        missed,
        None,
        rate,
        lower,
        upper,
        f"exact Poisson, per {PER} baby-years",
    )


def _none(reason: str, diagnosed: UncertainShare | None, seed: int, draws: int) -> AdjustedSensitivity:
    nothing = Measure(not_estimable=reason)
    return AdjustedSensitivity(nothing, nothing, diagnosed, seed, draws)
