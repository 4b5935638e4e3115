"""How many cases there are in all, from two sources that each know some of them.

Only cases found clinically count: those that screening found stand in both sources and would make the
sources look complete. Seber, The Estimation of Animal Abundance, 1982, chapter 3.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from evaluator.statistics.measure import Measure
from evaluator.statistics.ratios import Z
from evaluator.statistics.uncertain_share import UncertainShare

ASSUMPTIONS = (
    "The two sources find cases independently.",
    "Where a case in one is likelier to be in the other, completeness and sensitivity come out too high.",
    "The population is closed: no case enters or leaves it between the two sources.",
    "Cases are linked without error: each one in both sources is recognised as the same.",
    "Within a source every case is equally likely to be found.",
    "All cases were found clinically, none by screening.",
)
FEW_IN_BOTH = 7  # with fewer the estimate is biased low (Robson and Regier, Trans Am Fish Soc 1964;93:215)


@dataclass(frozen=True)
class TwoSources:
    """Cases in the first source, in the second, and in both."""

    first: int
    second: int
    both: int

    def __post_init__(self) -> None:
        if not 0 <= self.both <= min(self.first, self.second):
            raise ValueError(f"{self.both} in both of {self.first} and {self.second} cases is not possible")

    @property
    def observed(self) -> int:
        """Distinct cases in either source."""
        return self.first + self.second - self.both


@dataclass(frozen=True)
class CaseEstimate:
    """Estimated number of cases, and the share of them that the two sources hold together."""

    observed: int
    cases: Measure
    variance: float | None
    completeness: Measure
    assumptions: tuple[str, ...] = ASSUMPTIONS

    def completeness_share(self) -> UncertainShare | None:
        """Give the completeness with its error by the delta method; None where it has no estimate."""
        if self.cases.estimate is None or self.variance is None:
            return None
        return UncertainShare(
            self.observed / self.cases.estimate,
            self.observed * math.sqrt(self.variance) / self.cases.estimate**2,
        )


def chapman(sources: TwoSources) -> CaseEstimate:
    """Estimate the number of cases by Chapman's nearly unbiased form (Univ Calif Publ Stat 1951;1:131)."""
    first, second, both = sources.first, sources.second, sources.both
    estimate = (first + 1) * (second + 1) / (both + 1) - 1
    variance = (first + 1) * (second + 1) * (first - both) * (second - both) / ((both + 1) ** 2 * (both + 2))
    return _estimate(sources, estimate, variance, "Chapman")


def lincoln_petersen(sources: TwoSources) -> CaseEstimate:
    """Estimate the number of cases by the plain ratio of Lincoln and Petersen, biased in small numbers."""
    first, second, both = sources.first, sources.second, sources.both
    if both == 0:
        return _none(sources, "no case is in both sources")
    variance = first * second * (first - both) * (second - both) / both**3
    return _estimate(sources, first * second / both, variance, "Lincoln-Petersen")


def _none(sources: TwoSources, reason: str) -> CaseEstimate:
    nothing = Measure(not_estimable=reason)
    return CaseEstimate(sources.observed, nothing, None, nothing)


def _estimate(sources: TwoSources, estimate: float, variance: float, name: str) -> CaseEstimate:
    """Add Chao's log interval (Biometrics 1987;43:783), which never falls below the cases observed."""
    observed, unseen = sources.observed, estimate - sources.observed
    if sources.both == 0:
        return _none(sources, "no case is in both sources")
    if sources.both == min(sources.first, sources.second):
        return _none(sources, "one source holds every case of the other: nothing is left to estimate from")
    spread = math.exp(Z * math.sqrt(math.log1p(variance / unseen**2)))
    lower, upper = observed + unseen / spread, observed + unseen * spread
    label = f"{name}, Chao's log interval"
    if sources.both < FEW_IN_BOTH:
        label += f"; fewer than {FEW_IN_BOTH} cases in both sources: biased low"
    cases = Measure(None, None, estimate, lower, upper, label)
    complete = Measure(None, None, observed / estimate, observed / upper, observed / lower, label)
    return CaseEstimate(observed, cases, variance, complete)
