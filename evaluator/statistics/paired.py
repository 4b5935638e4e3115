"""Two tests on the same newborns: do they differ, and how strongly.

Affected and unaffected newborns are compared in separate tables: the first gives sensitivity, the second
specificity. Exchanging the tests mirrors every result.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from scipy.stats import binom
from statsmodels.stats.contingency_tables import mcnemar as statsmodels_mcnemar

from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure


@dataclass(frozen=True)
class PairedTable:
    """Newborns of one reference result by what two tests said; None means not verified."""

    both: int
    first_only: int
    second_only: int
    neither: int | None

    def __post_init__(self) -> None:
        if min(self.both, self.first_only, self.second_only, self.neither or 0) < 0:
            raise ValueError("a count is below zero")

    @property
    def total(self) -> int | None:
        """All newborns; None where those negative on both tests were not verified."""
        if self.neither is None:
            return None
        return self.both + self.first_only + self.second_only + self.neither

    @property
    def discordant(self) -> int:
        """Positive on one test only."""
        return self.first_only + self.second_only

    @property
    def first(self) -> int:
        """Positive on the first test."""
        return self.both + self.first_only

    @property
    def second(self) -> int:
        """Positive on the second test."""
        return self.both + self.second_only

    def swapped(self) -> PairedTable:
        """Exchange the two tests."""
        return PairedTable(self.both, self.second_only, self.first_only, self.neither)


class McNemar(StrEnum):
    """How the discordant newborns are tested; the exact test is the default, mid-P stands beside it."""

    EXACT = "exact McNemar"
    MID_P = "mid-P McNemar"
    CHI_SQUARED = "McNemar, chi-squared"
    CORRECTED = "McNemar, chi-squared with continuity correction"


@dataclass(frozen=True)
class Comparison:
    """A test of no difference between two tests, or the reason why there is none."""

    statistic: float | None = None
    p_value: float | None = None
    method: str = ""
    not_estimable: str | None = None


def mcnemar(table: PairedTable, method: McNemar = McNemar.EXACT) -> Comparison:
    """Test whether the two tests are positive equally often; needs only the discordant newborns.

    Mid-P: Fagerland, Lydersen and Laake, BMC Med Res Methodol 2013;13:91.
    """
    b, c = table.first_only, table.second_only
    if b + c == 0:
        return Comparison(method=method, not_estimable="the tests never disagree")
    if method is McNemar.MID_P:
        fewer = min(b, c)
        tail = binom.cdf(fewer, b + c, 0.5) - 0.5 * binom.pmf(fewer, b + c, 0.5)
        return Comparison(float(fewer), min(1.0, 2 * float(tail)), method)
    exact, corrected = method is McNemar.EXACT, method is McNemar.CORRECTED
    result = statsmodels_mcnemar([[0, b], [c, 0]], exact=exact, correction=corrected)
    return Comparison(float(result.statistic), float(result.pvalue), method)


def conditional_odds_ratio(table: PairedTable) -> Measure:
    """Divide the newborns positive on the first test only by those on the second only, exact interval."""
    b, c = table.first_only, table.second_only
    if b + c == 0:
        return Measure(b, c, not_estimable="the tests never disagree")
    label = "conditional odds ratio, Clopper-Pearson"
    lower, upper = proportion_interval(b, b + c, IntervalMethod.CLOPPER_PEARSON)
    least = lower / (1 - lower)
    if c == 0:
        return Measure(b, c, None, least, None, label, "no newborn is positive on the second test only")
    return Measure(b, c, b / c, least, upper / (1 - upper), label)
