"""What a programme would find in a year, per 100,000 births, with what is not known about it.

Two intervals are kept apart: one of the mean, which holds what the studies leave uncertain, and one of a
single year, which adds chance.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from evaluator.accuracy.programme.model import (
    COUNTS,
    RATIOS,
    ConditionEvidence,
    Floats,
    Programme,
    add,
    expected_numbers,
    finish,
    missing_outputs,
    nothing_yet,
    one_year,
    pieces_of,
)
from evaluator.statistics.grids import PROBABILITIES
from evaluator.statistics.measure import Measure

BIRTHS = 100_000
DRAWS = 20_000
FEWEST_DRAWS = 10_000


@dataclass(frozen=True)
class Output:
    """One projected number: its mean with parameter uncertainty, and the interval of a single year."""

    mean: Measure
    single_year: Measure
    monte_carlo_error: float | None


@dataclass(frozen=True)
class Projection:
    """All outputs by name, per so many births, with the seed that repeats them."""

    outputs: Mapping[str, Output]
    births: int
    seed: int
    draws: int


def project(programme: Programme, seed: int, births: int = BIRTHS, draws: int = DRAWS) -> Projection:
    """Project a programme by simulation; the order of the conditions does not change the result.

    Raises ValueError for fewer than 10,000 draws or a condition named twice.
    """
    names = [evidence.condition for evidence in programme.conditions]
    if draws < FEWEST_DRAWS or len(set(names)) != len(names) or not names:
        raise ValueError(
            f"{draws} draws of {len(names)} conditions: {FEWEST_DRAWS} at least, each named once"
        )
    ordered = sorted(programme.conditions, key=lambda evidence: evidence.condition)
    uptake = programme.uptake.quantile(_uniform(seed, "uptake", draws))
    inconclusive = programme.inconclusive.quantile(_uniform(seed, "inconclusive", draws))
    means = nothing_yet(draws)
    years = nothing_yet(draws)
    chance = _generator(seed, "chance of programme")
    screened = chance.binomial(births, uptake).astype(float)
    for evidence in ordered:
        drawn = _parameters(evidence, seed, draws)
        add(means, expected_numbers(drawn, births, uptake, inconclusive))
        own = _generator(seed, f"chance {evidence.condition}")
        add(years, one_year(drawn, births, (uptake, inconclusive), screened, own))
    means = finish(means, births * uptake, births * uptake * inconclusive)
    years = finish(years, screened, chance.binomial(screened.astype(int), inconclusive).astype(float))
    missing = missing_outputs(ordered)
    outputs = {
        name: _output(name, means[name], years[name], missing.get(name)) for name in (*COUNTS, *RATIOS)
    }
    return Projection(outputs, births, seed, draws)


def _generator(seed: int, name: str) -> np.random.Generator:
    """A stream of its own for every name, so that the order of the conditions cannot matter."""
    digest = hashlib.sha256(name.encode()).digest()[:8]
    return np.random.default_rng([seed, int.from_bytes(digest, "big")])


def _uniform(seed: int, name: str, draws: int) -> Floats:
    return _generator(seed, name).random(draws)


def _parameters(evidence: ConditionEvidence, seed: int, draws: int) -> dict[str, Floats]:
    """Draw what is uncertain about a condition; linked conditions draw their accuracy from one stream."""
    drawn = {}
    for name, piece in pieces_of(evidence).items():
        shared = evidence.linked and name in ("sensitivity", "false_positive_rate")
        stream = f"{name} of all in {evidence.linked}" if shared else f"{name} of {evidence.condition}"
        drawn[name] = piece.quantile(_uniform(seed, stream, draws))
    return drawn


def _output(name: str, means: Floats, years: Floats, missing: str | None) -> Output:
    if missing:
        blocked = Measure(not_estimable=missing)
        return Output(blocked, blocked, None)
    if name in RATIOS:
        kind, error = "median", _error_of_median(means)
    else:
        kind, error = "mean", float(means.std(ddof=1) / np.sqrt(len(means)))
    return Output(
        _summary(means, kind, "over parameters; 95% interval of the mean, parameter uncertainty only"),
        _summary(years, kind, "over years; 95% interval of a single year, parameters and chance"),
        error,
    )


def _summary(values: Floats, kind: str, what: str) -> Measure:
    defined = values[~np.isnan(values)]
    if not len(defined):
        return Measure(not_estimable="its denominator is zero in every draw")
    method = f"{kind} {what}"
    if len(defined) < len(values):
        method += f"; denominator zero in {1 - len(defined) / len(values):.1%} of draws, left out"
    low, middle, high = (float(value) for value in np.quantile(defined, PROBABILITIES))
    estimate = middle if kind == "median" else float(defined.mean())
    return Measure(estimate=estimate, lower=low, upper=high, method=method)


def _error_of_median(values: Floats) -> float | None:
    """Half the distance between the points one standard error of a rank below and above the middle."""
    defined = values[~np.isnan(values)]
    if not len(defined):
        return None
    step = 0.5 / np.sqrt(len(defined))
    low, high = np.quantile(defined, (0.5 - step, 0.5 + step))
    return float(high - low) / 2
