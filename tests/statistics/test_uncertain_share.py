"""A share with an error: its draws have its mean and error."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import beta

from evaluator.statistics.uncertain_share import UncertainShare


@given(st.floats(0.05, 0.95), st.floats(0.01, 0.15))
def test_draws_have_the_mean_and_the_error(mean: float, error: float) -> None:
    """Within the error of 4,000 draws."""
    drawn = UncertainShare(mean, error).draws(np.random.default_rng(3), 4000)
    assert drawn.mean() == pytest.approx(mean, abs=5 * error / 4000**0.5)
    assert drawn.std() == pytest.approx(error, rel=0.15)
    assert 0 <= drawn.min() <= drawn.max() <= 1


def test_a_known_share_does_not_vary() -> None:
    """Every draw is the share."""
    assert set(UncertainShare(0.9).draws(np.random.default_rng(3), 10).tolist()) == {0.9}


def test_from_counts() -> None:
    """45 of 50: Beta(45.5, 5.5)."""
    share = UncertainShare.of_counts(45, 50)
    assert share.mean == pytest.approx(45.5 / 51)
    assert share.error == pytest.approx((45.5 * 5.5 / (51**2 * 52)) ** 0.5)


@pytest.mark.parametrize(("mean", "error"), [(-0.1, 0.0), (1.1, 0.0), (0.5, -0.1), (0.9, 0.3), (1.0, 0.1)])
def test_what_is_refused(mean: float, error: float) -> None:
    """No share, or an error that no beta distribution of this mean has."""
    with pytest.raises(ValueError, match="share"):
        UncertainShare(mean, error)


def test_the_interval_is_that_of_the_draws() -> None:
    """Limits of the beta distribution with this mean and error; a known share has no width."""
    low, high = UncertainShare(0.9, 0.03).interval()
    weight = 0.9 * 0.1 / 0.03**2 - 1
    assert (low, high) == pytest.approx(tuple(beta(0.9 * weight, 0.1 * weight).ppf([0.025, 0.975])))
    assert UncertainShare(0.9).interval() == (0.9, 0.9)
