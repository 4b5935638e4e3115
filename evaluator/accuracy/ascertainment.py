"""Missed cases seen through a registry: how complete it is, how mature the follow-up, what that leaves.

Every screen-negative newborn counts with its own time of follow-up. Those without one are taken to be like
the others: the missed cases that are known are divided by the share of newborns followed up as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.cells import Cell, Counts
from evaluator.accuracy.estimability import left_out
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.ledger.strata import pair_counts
from evaluator.accuracy.verification.registry import (
    ASSUMPTIONS,
    Linkage,
    adjusted_sensitivity,
    interval_cases,
)
from evaluator.accuracy.verification.registry_file import Completeness, Registry
from evaluator.statistics import capture_recapture
from evaluator.statistics.capture_recapture import CaseEstimate, chapman
from evaluator.statistics.measure import Measure
from evaluator.statistics.onset import FollowedFor, OnsetCurve, mean_diagnosed
from evaluator.statistics.uncertain_share import UncertainShare
from evaluator.tables import MEASURE
from evaluator.vocabulary import IndexResult

ROWS = pl.Schema([("condition", pl.String()), ("measure", pl.String()), *MEASURE.items()])
NEGATIVES = (Cell.FN, Cell.TN, Cell.UNVERIFIED_NEGATIVE)
NOTES = (
    "Completeness: " + " ".join(capture_recapture.ASSUMPTIONS),
    "Adjusted sensitivity: " + " ".join(ASSUMPTIONS),
    "Conditions that registry.yaml does not name are not listed.",
)


@dataclass(frozen=True)
class _Followed:
    """The screen-negatives of one condition: how many, and how long those with a time were followed up."""

    negatives: int
    times: tuple[FollowedFor, ...]
    only_missed: bool  # nobody has a time but missed cases
    by_conventional: int  # missed cases that today's test found, which are no interval cases

    @property
    def newborns(self) -> int:
        return sum(one.newborns for one in self.times)


def ascertainment(ledger: Ledger, registry: Registry, seed: int) -> Annex:
    """Measure completeness, maturity, adjusted sensitivity and interval cases of the named conditions."""
    pairs = ledger.choices.cells(ledger.by_condition)
    noted = _noted_negatives(ledger, registry)
    rows: list[dict[str, object]] = []
    for condition in registry.conditions:
        here = pl.col("condition") == condition
        counts = pair_counts(f"condition: {condition}", pairs.filter(here))
        followed = _followed(noted.filter(here), counts, registry.linked_months)
        for measure, found in _measures(condition, counts, followed, registry, seed):
            rows.append(measure_row(found, condition=condition, measure=measure))
    return Annex("registry", "Missed cases seen through a registry", pl.DataFrame(rows, schema=ROWS), NOTES)


def _noted_negatives(ledger: Ledger, registry: Registry) -> pl.DataFrame:
    """The screen-negative records of these conditions of which an outcome says anything."""
    chosen = ledger.screened.conditions.filter(pl.col("condition").is_in(registry.conditions))
    records = ledger.noted.join(chosen, on="condition_number")
    return ledger.choices.cells(records).filter(
        (pl.col("index") == IndexResult.NEGATIVE) & pl.col("cell").is_in(NEGATIVES)
    )


def _followed(noted: pl.DataFrame, counts: Counts, linked_months: float | None) -> _Followed:
    negatives = (counts.fn or 0) + (counts.tn or 0) + (counts.unverified_negative or 0)
    missed = noted.filter(pl.col("cell") == Cell.FN)
    timed = noted.drop_nulls("followup_months")
    months = pl.col("followup_months")
    if linked_months is not None:
        months = pl.max_horizontal(months, pl.lit(linked_months))
    counted = timed.group_by(months.alias("months")).len()
    times = {float(age): int(number) for age, number in counted.iter_rows()}
    if linked_months is not None:
        times[linked_months] = times.get(linked_months, 0) + negatives - timed.height
    return _Followed(
        negatives,
        tuple(FollowedFor(age, number) for age, number in sorted(times.items()) if number),
        linked_months is None and timed.filter(pl.col("cell") != Cell.FN).is_empty(),
        missed.filter(pl.col("found_by") == "conventional").height,
    )


def _measures(
    condition: str, counts: Counts, followed: _Followed, registry: Registry, seed: int
) -> Iterator[tuple[str, Measure]]:
    sources, onset = registry.completeness.get(condition), registry.onset.get(condition)
    estimate = chapman(sources.counts) if sources else None
    if sources and estimate:
        yield "completeness", _told(estimate.completeness, sources)
        yield "cases_in_all", _told(estimate.cases, sources)
    share = followed.newborns / followed.negatives if followed.negatives else None
    nobody = None if followed.negatives else "no screen-negative newborn"
    yield (
        "followed_up",
        Measure(
            followed.newborns,
            followed.negatives,
            share,
            None,
            None,
            "share with a time of follow-up",
            nobody,
        ),
    )
    curve = onset.curve if onset else None
    if curve:
        yield "diagnosed_by_then", _diagnosed(curve, followed)
    missed, sensitivity = _adjusted(counts, followed, estimate, curve, seed)
    yield "missed_adjusted", missed
    yield "sensitivity_adjusted", sensitivity
    yield "interval_cases", interval_cases((counts.fn or 0) - followed.by_conventional, followed.times)


def _told(measure: Measure, sources: Completeness) -> Measure:
    """Add to the method what the estimate rests on."""
    names = (
        f"{sources.sources[0]} {sources.first}, {sources.sources[1]} {sources.second}, both {sources.both}"
    )
    together = len(sources.conditions)
    more = f"; {together} conditions counted together" if together > 1 else ""
    return replace(measure, method=f"{measure.method or 'Chapman'}; {names}{more}")


def _diagnosed(curve: OnsetCurve, followed: _Followed) -> Measure:
    if not followed.times:
        return Measure(not_estimable="no screen-negative newborn was followed up")
    share = mean_diagnosed(curve, followed.times)
    told = f"{curve.source}, over the follow-up"
    if not share.error:
        return Measure(None, None, share.mean, method=f"{told}; the source gives no interval, taken as known")
    return Measure(None, None, share.mean, *share.interval(), told)


def _adjusted(
    counts: Counts,
    followed: _Followed,
    estimate: CaseEstimate | None,
    curve: OnsetCurve | None,
    seed: int,
) -> tuple[Measure, Measure]:
    """Scale the missed cases up and give the sensitivity, or say twice why not."""
    complete = estimate.completeness_share() if estimate else None
    if reason := _missing(followed, estimate, curve):
        nothing = Measure(not_estimable=reason)
        return nothing, nothing
    if complete is None or curve is None:
        raise ValueError("completeness and onset were checked above")
    share = followed.newborns / followed.negatives
    scaled = UncertainShare(complete.mean * share, complete.error * share)
    linkage = Linkage(counts.tp or 0, counts.fn or 0, followed.times, scaled, curve)
    found = adjusted_sensitivity(linkage, seed=seed)
    told = "" if share == 1 else f"; {followed.newborns} of {followed.negatives} negatives followed up"
    if followed.by_conventional:
        told += f"; found by today's test among the missed: {followed.by_conventional}"
    told += left_out(counts)
    return replace(found.missed, method=found.missed.method + told), replace(
        found.sensitivity, method=found.sensitivity.method + told
    )


def _missing(followed: _Followed, estimate: CaseEstimate | None, curve: OnsetCurve | None) -> str | None:
    """Say what an adjusted sensitivity lacks."""
    if estimate is None:
        return "registry.yaml gives no completeness for it"
    if curve is None:
        return "registry.yaml gives no onset for it"
    if estimate.cases.not_estimable:
        return f"completeness is not known: {estimate.cases.not_estimable}"
    if not followed.times:
        return "no screen-negative newborn was followed up"
    if followed.only_missed:
        return (
            "only missed cases have a time of follow-up: how many others would have been noticed is unknown"
        )
    return None
