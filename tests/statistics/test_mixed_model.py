"""The mixed model against an integral done without its quadrature, and against plain logistic pooling."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.special import expit
from scipy.stats import binom, norm

from evaluator.statistics.mixed_model import fit

EVENTS = np.array([[3.0], [9.0], [12.0], [7.0], [20.0], [0.0]])
TOTALS = np.array([[10.0], [10.0], [30.0], [9.0], [22.0], [4.0]])


def test_likelihood_of_one_margin() -> None:
    """At the maximum, the log likelihood is what numerical integration over the effects gives."""
    found = fit(EVENTS, TOTALS, points=15)

    def site(x: float, n: float) -> float:
        def density(effect: float) -> float:
            return float(binom.pmf(x, n, expit(found.mean[0] + effect)) * norm.pdf(effect, 0, found.sd[0]))

        return float(quad(density, -12, 12, epsabs=1e-13, limit=200)[0])

    whole = sum(np.log(site(x, n)) for x, n in zip(EVENTS[:, 0], TOTALS[:, 0], strict=True))
    assert found.log_likelihood == pytest.approx(whole, abs=1e-3)


def test_without_correlation_the_margins_are_independent() -> None:
    """Two margins with rho fixed at 0 give each margin's own fit."""
    other = np.array([[90.0], [95], [80], [99], [85], [97]])
    hundred = np.full((6, 1), 100.0)
    both = fit(np.hstack([EVENTS, other]), np.hstack([TOTALS, hundred]), correlated=False)
    alone = [fit(EVENTS, TOTALS), fit(other, hundred)]
    assert both.mean == pytest.approx([one.mean[0] for one in alone], abs=1e-3)
    assert both.log_likelihood == pytest.approx(sum(one.log_likelihood for one in alone), abs=1e-5)


def test_no_spread_gives_the_pooled_proportion() -> None:
    """Sites alike: the mean is the pooled logit, its error the binomial one."""
    found = fit(np.full((6, 1), 9.0), np.full((6, 1), 10.0))
    assert expit(found.mean[0]) == pytest.approx(0.9, abs=1e-3)
    assert found.sd[0] < 0.05
    assert found.mean_se[0] == pytest.approx(np.sqrt(1 / (60 * 0.09)), rel=0.01)


def test_a_site_without_newborns_says_nothing() -> None:
    """0 of 0 leaves the fit as it was."""
    more = fit(np.vstack([EVENTS, [[0.0]]]), np.vstack([TOTALS, [[0.0]]]))
    assert more.mean == pytest.approx(fit(EVENTS, TOTALS).mean, abs=1e-4)
