"""The grid gives what is known in closed form."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.stats import beta, norm

from evaluator.statistics.grids import Floats, marginal_quantiles, mixture_quantiles, posterior_grid


def narrow(one: Floats, two: Floats) -> Floats:
    """Two independent normals, one narrow and off the centre."""
    return np.asarray(norm.logpdf(one, 3.21, 0.01) + norm.logpdf(two, -2.0, 1.5))


def test_a_narrow_peak_in_a_wide_range_is_found() -> None:
    """Mean and limits of a peak a thousandth of the range wide."""
    grid = posterior_grid(narrow, (-20.0, 20.0), (-20.0, 20.0))
    assert grid.weight.sum() == pytest.approx(1)
    assert float(grid.weight @ grid.first) == pytest.approx(3.21, abs=1e-4)
    assert marginal_quantiles(grid.first, grid.weight) == pytest.approx(
        norm.ppf([0.025, 0.5, 0.975], 3.21, 0.01), abs=3e-4
    )
    assert marginal_quantiles(grid.second, grid.weight) == pytest.approx(
        norm.ppf([0.025, 0.5, 0.975], -2, 1.5), abs=3e-2
    )


def test_a_mixture_of_one_is_that_one() -> None:
    """The quantiles of a single beta distribution."""
    found = mixture_quantiles(lambda value: np.array([beta.cdf(value, 3, 9)]), np.ones(1), 1.0)
    assert found == pytest.approx(beta.ppf([0.025, 0.5, 0.975], 3, 9), abs=1e-9)
