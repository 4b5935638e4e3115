"""Do cases or referrals vary between areas more than chance makes them?

The systematic component of variation (SCV) is what NHS practice computes. The English rare diseases action
plan reads the same letters as "standardised coefficient of variation"; both names are printed. There is no
threshold: what chance gives with these very births is simulated and stands beside the value.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq, minimize_scalar
from scipy.stats import chi2, gamma

from evaluator.statistics.expected import compare
from evaluator.statistics.grids import PROBABILITIES
from evaluator.statistics.intervals import CONFIDENCE
from evaluator.statistics.measure import Measure
from evaluator.statistics.shrinkage_counts import log_negative_binomial

NAMES = (
    "systematic component of variation (in the English rare diseases action plan:"
    " standardised coefficient of variation)"
)
TIMES = 100.0  # the SCV is reported x 100
MINIMUM_EXPECTED = 5.0
MINIMUM_AREAS = 3  # ours
REPLICATES = 10_000
SAME_TOTAL = 1e-6  # relative
LOG_VARIANCE = (-16.0, 5.0)
FLAT = 1e-5  # a gain in log likelihood that is no gain
Floats = NDArray[np.float64]


class Form(StrEnum):
    """Which deviation of an area is squared."""

    DIEHR = "Diehr 1990, (O - E) / E"  # can be computed where an area has no case
    MCPHERSON = "McPherson 1982, log(O / E)"


@dataclass(frozen=True)
class Area:
    """One area: O/E with exact interval, and O/E drawn towards 1 by the Poisson-gamma model."""

    name: str
    observed: int
    expected: float
    ratio: Measure
    smoothed: Measure


@dataclass(frozen=True)
class Variation:
    """SCV x 100 with the 95% interval in which chance alone would put it, and the Poisson-gamma variance.

    The null interval is no confidence interval; that of the spread itself stands at `between_areas`.
    """

    names: str
    scv: Measure
    null_interval: tuple[float, float] | None
    bias_corrected: Measure
    bias_corrected_null_interval: tuple[float, float] | None
    p_value: float | None
    between_areas: Measure
    alpha: float | None
    areas: tuple[Area, ...]
    notes: tuple[str, ...]
    seed: int
    replicates: int


def expected_by_births(observed: Sequence[int], births: Sequence[float]) -> list[float]:
    """Share the observed total out by births, so that expected and observed have one total."""
    total, everyone = sum(observed), sum(births)
    return [total * share / everyone for share in births]


def scv(observed: Floats, expected: Floats, form: Form = Form.DIEHR, *, corrected: bool = False) -> Floats:
    """Compute the SCV, not multiplied by 100, of each row of observed counts.

    `corrected` takes off only (1 - w) / E for chance, w being the area's share of the total: as the expected
    counts are scaled to the observed total, 1 / E takes off too much (by 1 / total on average).
    """
    deviation = np.log(observed / expected) if form is Form.MCPHERSON else (observed - expected) / expected
    share = expected / expected.sum() if corrected else 0.0
    return np.asarray((deviation**2 - (1 - share) / expected).mean(axis=-1))


def variation(
    names: Sequence[str],
    observed: Sequence[int],
    expected: Sequence[float],
    seed: int,
    form: Form = Form.DIEHR,
    replicates: int = REPLICATES,
    minimum_expected: float = MINIMUM_EXPECTED,
) -> Variation:
    """Measure the variation between areas; raises ValueError unless observed and expected have one total."""
    rows = sorted(zip(names, observed, expected, strict=True))
    o, e = (np.array(column, dtype=float) for column in list(zip(*rows, strict=True))[1:])
    if abs(o.sum() - e.sum()) > SAME_TOTAL * max(1.0, o.sum()) or (e <= 0).any():
        raise ValueError("expected counts must be above zero and have the total of the observed")
    reason = _not_measurable(o, e, form, minimum_expected)
    alpha, between = _between(o, e)
    areas = tuple(
        Area(name, int(x), float(y), compare(int(x), float(y)).exact, _smoothed(x, y, alpha))
        for name, x, y in zip(sorted(names), o, e, strict=True)
    )
    if reason:
        blocked = Measure(not_estimable=reason)
        return Variation(NAMES, blocked, None, blocked, None, None, between, alpha, areas, (reason,), seed, 0)
    drawn = np.random.default_rng(seed).multinomial(int(o.sum()), e / e.sum(), size=replicates).astype(float)
    plain, null, p_value = _against_chance(o, e, drawn, form, corrected=False)
    unbiased, unbiased_null, _ = _against_chance(o, e, drawn, form, corrected=True)
    notes = []
    if plain.estimate is not None and plain.estimate < 0:
        notes.append(
            "a negative value means less spread than chance gives on average, which chance often does"
        )
    return Variation(
        NAMES,
        plain,
        null,
        unbiased,
        unbiased_null,
        p_value,
        between,
        alpha,
        areas,
        tuple(notes),
        seed,
        replicates,
    )


def _not_measurable(o: Floats, e: Floats, form: Form, minimum_expected: float) -> str | None:
    if len(o) < MINIMUM_AREAS:
        return f"not measurable: {len(o)} areas, {MINIMUM_AREAS} are needed"
    few = int((e < minimum_expected).sum())
    if few:
        return (
            f"not measurable: fewer than {minimum_expected:g} cases expected in {few} of {len(e)} areas;"
            " pool years or conditions"
        )
    if form is Form.MCPHERSON and (o == 0).any():
        return "not measurable: the log form fails where an area has no case"
    return None


def _against_chance(
    o: Floats, e: Floats, drawn: Floats, form: Form, *, corrected: bool
) -> tuple[Measure, tuple[float, float], float]:
    """Compute the SCV, its null interval, and how often chance gives as much, given the total."""
    value = float(scv(o, e, form, corrected=corrected))
    # under the log form a drawn zero stands as half a case, else chance itself would be infinite
    by_chance = scv(np.maximum(drawn, 0.5) if form is Form.MCPHERSON else drawn, e, form, corrected=corrected)
    low, _, high = (float(limit) for limit in np.quantile(by_chance, PROBABILITIES))
    p_value = (1 + int((by_chance >= value - 1e-12).sum())) / (1 + len(by_chance))
    method = f"SCV x 100, {form.value}{', bias-corrected' if corrected else ''}"
    return Measure(estimate=TIMES * value, method=method), (TIMES * low, TIMES * high), p_value


def _between(o: Floats, e: Floats) -> tuple[float | None, Measure]:
    """Fit O ~ Poisson(E x gamma of mean 1, shape alpha) by maximum likelihood: alpha, and 1 / alpha."""

    def loss(log_variance: float) -> float:
        alpha = np.array([[np.exp(-log_variance)]])
        return -float(log_negative_binomial(o, e[None, :], alpha)[0])

    found = minimize_scalar(loss, bounds=LOG_VARIANCE, method="bounded", options={"xatol": 1e-10})
    best, least = float(found.x), float(found.fun)
    at_zero = loss(LOG_VARIANCE[0])
    allowed = min(least, at_zero) + float(chi2.ppf(CONFIDENCE, 1)) / 2
    none = at_zero <= least + FLAT
    lower = 0.0 if at_zero <= allowed else _crossing(loss, allowed, LOG_VARIANCE[0], best)
    start = LOG_VARIANCE[0] if none else best
    upper = _crossing(loss, allowed, start, LOG_VARIANCE[1]) if loss(LOG_VARIANCE[1]) > allowed else None
    method = "Poisson-gamma variance 1/alpha, maximum likelihood; profile likelihood interval"
    if none:
        return None, Measure(estimate=0.0, lower=0.0, upper=upper, method=method)
    return float(np.exp(-best)), Measure(
        estimate=float(np.exp(best)), lower=lower, upper=upper, method=method
    )


def _crossing(loss: Callable[[float], float], level: float, low: float, high: float) -> float:
    return float(np.exp(brentq(lambda value: loss(value) - level, low, high, xtol=1e-10)))


def _smoothed(observed: float, expected: float, alpha: float | None) -> Measure:
    """Empirical Bayes O/E: (O + alpha) / (E + alpha); 1 where the model sees no variation."""
    method = "O/E, Poisson-gamma, empirical Bayes; too narrow, as it takes alpha as known"
    if alpha is None:
        return Measure(
            estimate=1.0, method="O/E, Poisson-gamma: no variation beyond chance seen, no interval"
        )
    low, high = (
        float(gamma.ppf(p, observed + alpha, scale=1 / (expected + alpha)))
        for p in (PROBABILITIES[0], PROBABILITIES[2])
    )
    return Measure(
        estimate=float((observed + alpha) / (expected + alpha)), lower=low, upper=high, method=method
    )
