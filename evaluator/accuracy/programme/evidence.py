"""What is known about a quantity between 0 and 1, as a distribution that can be drawn from."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta, gamma

Floats = NDArray[np.float64]
JEFFREYS = 0.5


@dataclass(frozen=True)
class Fixed:
    """A quantity taken as exact."""

    value: float

    def __post_init__(self) -> None:
        if not 0 <= self.value <= 1:
            raise ValueError(f"{self.value} is not between 0 and 1")

    @property
    def mean(self) -> float:
        """The value itself."""
        return self.value

    def quantile(self, probability: Floats) -> Floats:
        """The same value whatever the probability."""
        return np.full(len(probability), self.value)


@dataclass(frozen=True)
class Share:
    """A proportion known from count of total; Beta(count + 0.5, total - count + 0.5)."""

    count: int
    total: int

    def __post_init__(self) -> None:
        if not 0 <= self.count <= self.total:
            raise ValueError(f"{self.count} of {self.total} is not a proportion")

    @property
    def mean(self) -> float:
        """Mean of the distribution."""
        return (self.count + JEFFREYS) / (self.total + 2 * JEFFREYS)

    def quantile(self, probability: Floats) -> Floats:
        """Invert the distribution function."""
        return np.asarray(beta.ppf(probability, self.count + JEFFREYS, self.total - self.count + JEFFREYS))


@dataclass(frozen=True)
class Rate:
    """A rare rate known from cases among births; Gamma(cases + 0.5) / births."""

    cases: int
    births: int

    def __post_init__(self) -> None:
        if not 0 <= self.cases < self.births:
            raise ValueError(f"{self.cases} cases among {self.births} births is not a rate")

    @property
    def mean(self) -> float:
        """Mean of the distribution."""
        return (self.cases + JEFFREYS) / self.births

    def quantile(self, probability: Floats) -> Floats:
        """Invert the distribution function; what passes 1, which no rare rate does, is 1."""
        drawn = gamma.ppf(probability, self.cases + JEFFREYS, scale=1 / self.births)
        return np.minimum(np.asarray(drawn), 1.0)


Evidence = Fixed | Share | Rate
