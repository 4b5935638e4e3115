"""Two tests used together: either positive counts, both must be positive, or one after the other.

From newborns who had both tests the accuracy of the pair is counted. Where only each test's own accuracy is
known, it is a scenario that depends on how the tests go together, and is labelled as one.
"""

from __future__ import annotations

from dataclasses import dataclass

from evaluator.statistics.intervals import CONFIDENCE, IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired_predictive import UNVERIFIED, PairedStudy

ROUNDING = 1e-9


@dataclass(frozen=True)
class Accuracy:
    """Sensitivity and specificity of one test, taken as known."""

    sensitivity: float
    specificity: float

    def __post_init__(self) -> None:
        if not (0 <= self.sensitivity <= 1 and 0 <= self.specificity <= 1):
            raise ValueError("sensitivity and specificity lie between 0 and 1")


@dataclass(frozen=True)
class Covariance:
    """How two tests go together beyond chance; zero in both is independence."""

    affected: float = 0.0
    unaffected: float = 0.0


@dataclass(frozen=True)
class Strategy:
    """Accuracy of two tests used together."""

    sensitivity: Measure
    specificity: Measure


@dataclass(frozen=True)
class Part:
    """So many of so many newborns."""

    count: int
    of: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.of:
            raise ValueError(f"{self.count} of {self.of} is not a part")


@dataclass(frozen=True)
class SecondTier:
    """A second test done on newborns positive on the first only."""

    affected_positive: Part  # on the first test, of all affected
    affected_kept: Part  # on the second, of the affected first-tier positives who had it
    unaffected_positive: Part
    unaffected_kept: Part


def either_positive(study: PairedStudy) -> Strategy:
    """Count newborns positive on one test or both as positive."""
    affected, unaffected = study.affected, study.unaffected
    found = affected.both + affected.first_only + affected.second_only
    return Strategy(_share(found, affected.total), _share(unaffected.neither, unaffected.total))


def both_positive(study: PairedStudy) -> Strategy:
    """Count only newborns positive on both tests as positive."""
    affected, unaffected = study.affected, study.unaffected
    cleared = None if unaffected.total is None else unaffected.total - unaffected.both
    return Strategy(_share(affected.both, affected.total), _share(cleared, unaffected.total))


def covariance(study: PairedStudy) -> Covariance | None:
    """Measure how the two tests go together; None where newborns negative on both were not verified."""
    affected, unaffected = study.affected, study.unaffected
    n, m = affected.total, unaffected.total
    if not n or not m or unaffected.neither is None:
        return None
    together = affected.both / n - (affected.first / n) * (affected.second / n)
    apart = unaffected.neither / m - (1 - unaffected.first / m) * (1 - unaffected.second / m)
    return Covariance(together, apart)


def either_positive_scenario(
    first: Accuracy, second: Accuracy, together: Covariance | None = None
) -> Strategy:
    """Combine two known accuracies in parallel; independent unless a covariance is given."""
    given = _checked(first, second, together)
    missed = (1 - first.sensitivity) * (1 - second.sensitivity) + given.affected
    cleared = first.specificity * second.specificity + given.unaffected
    return Strategy(_scenario(1 - missed, together), _scenario(cleared, together))


def both_positive_scenario(first: Accuracy, second: Accuracy, together: Covariance | None = None) -> Strategy:
    """Combine two known accuracies in series; independent unless a covariance is given."""
    given = _checked(first, second, together)
    found = first.sensitivity * second.sensitivity + given.affected
    false = (1 - first.specificity) * (1 - second.specificity) + given.unaffected
    return Strategy(_scenario(found, together), _scenario(1 - false, together))


def second_tier(tiers: SecondTier) -> Strategy:
    """Combine a first test with a second that only its positives have.

    The second's accuracy is conditional on the first being positive; that in all newborns does not serve.
    """
    sensitivity = _chain(tiers.affected_positive, tiers.affected_kept)
    false = _chain(tiers.unaffected_positive, tiers.unaffected_kept)
    if false.estimate is None or false.lower is None or false.upper is None:
        return Strategy(sensitivity, false)
    cleared = None
    if false.numerator is not None and false.denominator is not None:
        cleared = false.denominator - false.numerator
    specificity = Measure(
        cleared, false.denominator, 1 - false.estimate, 1 - false.upper, 1 - false.lower, false.method
    )
    return Strategy(sensitivity, specificity)


def _share(count: int | None, total: int | None) -> Measure:
    if count is None or total is None:
        return Measure(not_estimable=UNVERIFIED)
    if total == 0:
        return Measure(count, total, not_estimable="no newborn with both results")
    lower, upper = proportion_interval(count, total, IntervalMethod.CLOPPER_PEARSON)
    return Measure(count, total, count / total, lower, upper, "counted on both tests, Clopper-Pearson")


def _checked(first: Accuracy, second: Accuracy, together: Covariance | None) -> Covariance:
    """Refuse a covariance that no two tests of these accuracies can have."""
    given = together or Covariance()
    for name, one, other, value in (
        ("affected", first.sensitivity, second.sensitivity, given.affected),
        ("unaffected", first.specificity, second.specificity, given.unaffected),
    ):
        least, most = max(0.0, one + other - 1) - one * other, min(one, other) - one * other
        if not least - ROUNDING <= value <= most + ROUNDING:
            raise ValueError(f"the covariance in the {name} must lie between {least:.4g} and {most:.4g}")
    return given


def _scenario(value: float, together: Covariance | None) -> Measure:
    assumed = "independence assumed" if together is None else "covariance as given"
    return Measure(None, None, min(1.0, max(0.0, value)), None, None, f"scenario: {assumed}; no interval")


def _chain(first: Part, second: Part) -> Measure:
    """Multiply a share by a share conditional on it."""
    if first.of == 0:
        return Measure(not_estimable="no newborn with a first-tier result")
    if second.of == 0:
        return Measure(not_estimable="no first-tier positive had the second test")
    if second.of > first.count:
        raise ValueError(f"{second.of} had the second test, but {first.count} were positive on the first")
    method = IntervalMethod.CLOPPER_PEARSON
    if second.of == first.count:  # everyone had it, so the pair is a plain proportion
        lower, upper = proportion_interval(second.count, first.of, method)
        return Measure(
            second.count, first.of, second.count / first.of, lower, upper, "second tier, Clopper-Pearson"
        )
    each = 1 - (1 - CONFIDENCE) / 2  # both limits hold together (Bonferroni)
    low1, high1 = proportion_interval(first.count, first.of, method, each)
    low2, high2 = proportion_interval(second.count, second.of, method, each)
    return Measure(
        None,
        None,
        (first.count / first.of) * (second.count / second.of),
        low1 * low2,
        high1 * high2,
        "second tier in some of the positives, product of Clopper-Pearson limits (Bonferroni)",
    )
