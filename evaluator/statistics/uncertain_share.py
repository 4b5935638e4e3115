"""A share that is known with an error, such as the completeness of a registry."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.stats import beta

from evaluator.statistics.intervals import CONFIDENCE


@dataclass(frozen=True)
class UncertainShare:
    """A share between 0 and 1 and its standard error; an error of zero takes it as known."""

    mean: float
    error: float = 0.0

    def __post_init__(self) -> None:
        if not (0 <= self.mean <= 1 and self.error >= 0):
            raise ValueError(f"{self.mean} with error {self.error} is not a share")
        if self.error and self.error**2 >= self.mean * (1 - self.mean):
            raise ValueError(f"an error of {self.error} is too wide for a share of {self.mean}")

    @classmethod
    def of_counts(cls, found: int, total: int) -> UncertainShare:
        """Take the share as Beta(found + 1/2, total - found + 1/2), after Jeffreys."""
        belief = beta(found + 0.5, total - found + 0.5)
        return cls(float(belief.mean()), float(belief.std()))

    def draws(self, generator: np.random.Generator, number: int) -> NDArray[np.float64]:
        """Draw from the beta distribution with this mean and error."""
        if not self.error:
            return np.full(number, self.mean)
        return generator.beta(*self._shape(), number)

    def interval(self, confidence: float = CONFIDENCE) -> tuple[float, float]:
        """Compute the central interval of the same distribution; no width where the share is known."""
        if not self.error:
            return self.mean, self.mean
        low, high = beta(*self._shape()).interval(confidence)
        return float(low), float(high)

    def _shape(self) -> tuple[float, float]:
        weight = self.mean * (1 - self.mean) / self.error**2 - 1
        return self.mean * weight, (1 - self.mean) * weight
