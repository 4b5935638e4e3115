"""Confidence intervals of a proportion, two-sided.

Clopper-Pearson is the default and is never swapped for another by the data: Brown, Cai and DasGupta
(Stat Sci 2001;16:101) favour Wilson or Jeffreys for their average coverage, but near 1, where the sensitivity
of a screening test lies, both fall short of the nominal coverage. An overstated sensitivity harms more
than a wide interval. Wald is not offered.
"""

from __future__ import annotations

from collections.abc import Callable
from enum import StrEnum
from functools import cache

from scipy.optimize import brentq
from scipy.special import bdtr, bdtrc
from scipy.stats import beta
from statsmodels.stats.proportion import proportion_confint

CONFIDENCE = 0.95  # the convention of STARD 2015 item 24 and of every published count compared with


class IntervalMethod(StrEnum):
    """How the interval of a proportion is computed."""

    CLOPPER_PEARSON = "cp"
    MID_P = "midp"
    WILSON = "wilson"
    JEFFREYS = "jeffreys"
    AGRESTI_COULL = "agresti-coull"

    @property
    def full_name(self) -> str:
        """Name as a statistician writes it."""
        return {
            "cp": "Clopper-Pearson",
            "midp": "mid-P",
            "wilson": "Wilson",
            "jeffreys": "Jeffreys",
            "agresti-coull": "Agresti-Coull",
        }[self.value]


@cache
def proportion_interval(
    count: int, total: int, method: IntervalMethod, confidence: float = CONFIDENCE
) -> tuple[float, float]:
    """Compute the lower and upper limit of count / total, 0 <= count <= total and total > 0.

    >>> lower, upper = proportion_interval(8, 8, IntervalMethod.CLOPPER_PEARSON)
    >>> f"{lower:.3f} to {upper}"
    '0.631 to 1.0'
    """
    if not 0 <= count <= total or total == 0:
        raise ValueError(f"{count} of {total} is not a proportion")
    alpha = 1 - confidence
    if method is IntervalMethod.MID_P:
        return _mid_p(count, total, alpha)
    if method is IntervalMethod.JEFFREYS:
        return _jeffreys(count, total, alpha)
    name = {"cp": "beta", "wilson": "wilson", "agresti-coull": "agresti_coull"}[method.value]
    lower, upper = proportion_confint(count, total, alpha=alpha, method=name)
    # rounding leaves Wilson's limits a hair outside 0 and 1 at the ends
    return (0.0 if count == 0 else max(0.0, float(lower)), 1.0 if count == total else min(1.0, float(upper)))


def one_sided_bound(count: int, total: int, confidence: float = CONFIDENCE) -> float | None:
    """Compute the exact one-sided limit where the other one is certain: nobody, or everybody.

    >>> f"{one_sided_bound(8, 8):.3f}", f"{one_sided_bound(0, 8):.3f}", one_sided_bound(3, 8)
    ('0.688', '0.312', None)
    """
    limit = float((1 - confidence) ** (1 / total))
    if count == total:
        return limit
    return 1 - limit if count == 0 else None


def _jeffreys(count: int, total: int, alpha: float) -> tuple[float, float]:
    """Jeffreys with the boundary rule of Brown, Cai and DasGupta 2001, section 4.1.2."""
    posterior = beta(count + 0.5, total - count + 0.5)
    lower = 0.0 if count == 0 else float(posterior.ppf(alpha / 2))
    upper = 1.0 if count == total else float(posterior.ppf(1 - alpha / 2))
    return lower, upper


def _mid_p(count: int, total: int, alpha: float) -> tuple[float, float]:
    """Clopper-Pearson with only half of the observed count's probability in each tail."""

    # half of "at least" and "more than" is the same as half of the count's own probability with the rest
    def upper_tail(p: float) -> float:
        return float(bdtrc(count - 1, total, p) + bdtrc(count, total, p)) / 2 - alpha / 2

    def lower_tail(p: float) -> float:
        fewer = float(bdtr(count - 1, total, p)) if count else 0.0
        return (float(bdtr(count, total, p)) + fewer) / 2 - alpha / 2

    lower = 0.0 if count == 0 else _root(upper_tail)
    upper = 1.0 if count == total else _root(lower_tail)
    return lower, upper


def _root(tail: Callable[[float], float]) -> float:
    return float(brentq(tail, 0.0, 1.0, xtol=1e-14, rtol=1e-14))
