"""Binomial counts whose logits vary normally between sites, fitted by adaptive Gauss-Hermite quadrature.

One margin gives a random-intercept logistic model; sensitivity and specificity together give the bivariate
model of Chu and Cole (J Clin Epidemiol 2006;59:1331). The exact likelihood needs no continuity correction.
One quadrature point is the Laplace approximation, as lme4's glmer computes it.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import expit, gammaln, logsumexp

Floats = NDArray[np.float64]
Loss = Callable[[Floats], float]

POINTS = 7  # ours: on the 14 studies of AuditC more points do not move the third decimal
NEWTON_STEPS = 50
STEP = 1e-4  # of the numerical second derivative
HALF = 0.5
START_SD = 0.7
LOWEST_LOG_SD, HIGHEST_LOG_SD = -7.0, 3.0
FLAT = 2.0  # above the lowest log sd, where the likelihood no longer changes with it
CLOSE = 1e-10
LONGEST_STEP = 1.5
FURTHEST_ARCTANH = 4.0  # a correlation of 0.9993


@dataclass(frozen=True)
class MixedFit:
    """Means, spreads and standard errors on the logit scale, one per margin; `arctanh_se` belongs to rho."""

    mean: tuple[float, ...]
    mean_se: tuple[float, ...]
    sd: tuple[float, ...]
    rho: float
    arctanh_se: float
    log_likelihood: float
    points: int


def fit(events: Floats, totals: Floats, points: int = POINTS, *, correlated: bool = True) -> MixedFit:
    """Fit events of totals, one row per site and one or two columns; a total of 0 says nothing.

    Raises ArithmeticError when no maximum is found.
    """
    margins = events.shape[1]
    free_rho = correlated and margins > 1
    pooled = (events.sum(axis=0) + HALF) / (totals.sum(axis=0) + 2 * HALF)
    start = np.concatenate(
        [np.log(pooled / (1 - pooled)), np.full(margins, np.log(START_SD)), np.zeros(int(free_rho))]
    )
    bounds = (
        [(-20.0, 20.0)] * margins
        + [(LOWEST_LOG_SD, HIGHEST_LOG_SD)] * margins
        + [(-FURTHEST_ARCTANH, FURTHEST_ARCTANH)] * int(free_rho)
    )

    def loss(parameters: Floats) -> float:
        return -_log_likelihood(parameters, events, totals, points)

    found = minimize(loss, start, method="L-BFGS-B", bounds=bounds, options={"ftol": 1e-13, "gtol": 1e-7})
    if not np.isfinite(found.fun):
        raise ArithmeticError("the mixed model has no maximum on these counts")
    errors = _standard_errors(loss, found.x, margins)
    sd = np.exp(found.x[margins : 2 * margins])
    return MixedFit(
        mean=tuple(found.x[:margins].tolist()),
        mean_se=tuple(errors[:margins].tolist()),
        sd=tuple(sd.tolist()),
        rho=float(np.tanh(found.x[-1])) if free_rho else 0.0,
        arctanh_se=float(errors[-1]) if free_rho else 0.0,
        log_likelihood=-float(found.fun),
        points=points,
    )


def _standard_errors(loss: Loss, at: Floats, margins: int) -> Floats:
    """Invert the second derivative; a spread at its lower edge, where it is flat, is taken as known."""
    free = [
        index
        for index in range(len(at))
        if not margins <= index < 2 * margins or at[index] > LOWEST_LOG_SD + FLAT
    ]
    curvature = np.empty((len(free), len(free)))
    for row, i in enumerate(free):
        for column, j in enumerate(free[: row + 1]):
            curvature[row, column] = curvature[column, row] = _second_derivative(loss, at, i, j)
    errors = np.full(len(at), np.inf)
    try:
        variance = np.diag(np.linalg.inv(curvature))
    except np.linalg.LinAlgError:
        return errors
    known = variance > 0
    errors[np.array(free)[known]] = np.sqrt(variance[known])
    return errors


def _second_derivative(loss: Loss, at: Floats, i: int, j: int) -> float:
    def moved(one: float, other: float) -> float:
        point = at.copy()
        point[i] += one * STEP
        point[j] += other * STEP
        return float(loss(point))

    return (moved(1, 1) - moved(1, -1) - moved(-1, 1) + moved(-1, -1)) / (4 * STEP * STEP)


def _covariance(parameters: Floats, margins: int) -> Floats:
    sd = np.exp(parameters[margins : 2 * margins])
    covariance = np.diag(sd * sd)
    if len(parameters) > 2 * margins:
        covariance[0, 1] = covariance[1, 0] = np.tanh(parameters[-1]) * sd[0] * sd[1]
    return covariance


def _log_likelihood(parameters: Floats, events: Floats, totals: Floats, points: int) -> float:
    margins = events.shape[1]
    mean = parameters[:margins]
    covariance = _covariance(parameters, margins)
    precision: Floats = np.asarray(np.linalg.inv(covariance), dtype=np.float64)
    mode, curvature = _modes(mean, precision, events, totals)
    # nodes are placed around each site's mode and scaled by its curvature
    scale = np.linalg.cholesky(np.linalg.inv(curvature))
    nodes, log_weights = _rule(points, margins)
    effects = mode[:, None, :] + np.sqrt(2) * np.einsum("kij,qj->kqi", scale, nodes)
    logits = mean + effects
    constant = gammaln(totals + 1) - gammaln(events + 1) - gammaln(totals - events + 1)
    binomial = events * _log_expit(logits.swapaxes(0, 1)) + (totals - events) * _log_expit(
        -logits.swapaxes(0, 1)
    )
    inside = (binomial + constant).sum(axis=-1).T
    inside -= HALF * np.einsum("kqi,ij,kqj->kq", effects, precision, effects)
    inside += log_weights + (nodes * nodes).sum(axis=1)
    spread = np.log(np.diagonal(scale, axis1=1, axis2=2)).sum(axis=1)
    # (2 pi)^(d/2) of the normal against 2^(d/2) of the change of variable leaves pi^(d/2)
    sites = logsumexp(inside, axis=1) + spread
    sites -= HALF * np.linalg.slogdet(covariance)[1] + HALF * margins * np.log(np.pi)
    return float(sites.sum())


def _modes(mean: Floats, precision: Floats, events: Floats, totals: Floats) -> tuple[Floats, Floats]:
    """Find every site's most likely effects, and the curvature there, by damped Newton steps."""
    effects = np.zeros_like(events)
    curvature = np.broadcast_to(precision, (len(events), *precision.shape)).copy()
    for _ in range(NEWTON_STEPS):
        probability = expit(mean + effects)
        slope = events - totals * probability - effects @ precision
        curvature = (
            precision + np.eye(events.shape[1]) * (totals * probability * (1 - probability))[:, None, :]
        )
        step = np.linalg.solve(curvature, slope[:, :, None])[:, :, 0]
        effects += np.clip(step, -LONGEST_STEP, LONGEST_STEP)
        if np.abs(step).max() < CLOSE:
            break
    return effects, curvature


def _rule(points: int, margins: int) -> tuple[Floats, Floats]:
    one, weight = np.polynomial.hermite.hermgauss(points)
    grids = np.meshgrid(*[one] * margins, indexing="ij")
    weights = np.meshgrid(*[np.log(weight)] * margins, indexing="ij")
    return np.stack([grid.ravel() for grid in grids], axis=1), np.sum([w.ravel() for w in weights], axis=0)


def _log_expit(value: Floats) -> Floats:
    return -np.logaddexp(0.0, -value)
