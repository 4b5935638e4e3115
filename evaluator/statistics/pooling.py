"""Borrow strength across conditions: which sets may, and what comes of it whatever the model.

Conditions are pooled only in sets declared exchangeable before the results were seen, for one mechanism of
disease; what is shrunken never replaces the raw figure, it stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np

from evaluator.statistics.grids import Floats
from evaluator.statistics.measure import Measure

MINIMUM_CONDITIONS = 5  # ours: fewer do not tell how much the conditions differ
MINIMUM_TOTAL = 30  # ours


@dataclass(frozen=True)
class ExchangeableSet:
    """Conditions whose figures may be pooled, and where that was declared before the results."""

    name: str
    declared_in: str
    conditions: tuple[str, ...]


@dataclass(frozen=True)
class Shrunken:
    """One condition: its own figure, and the one that borrows from the set."""

    condition: str
    raw: Measure
    shrunken: Measure


@dataclass(frozen=True)
class Shrinkage:
    """All conditions of one set, sorted by name, with the set's mean, or why nothing was pooled."""

    set_name: str
    conditions: tuple[Shrunken, ...]
    mean: Measure
    a: float | None = None
    b: float | None = None
    not_pooled: str | None = None


@dataclass(frozen=True)
class Borrowed:
    """What a model gives back: one measure per condition, the mean of the set and the model's parameters."""

    shrunken: tuple[Measure, ...]
    mean: Measure
    a: float
    b: float


def pool(
    counts: Mapping[str, tuple[int, int]],
    declared: ExchangeableSet,
    raw: Callable[[int, int], Measure],
    model: Callable[[Floats, Floats], Borrowed],
) -> Shrinkage:
    """Shrink count / total of every condition of a declared set, if the set may be pooled.

    `raw` measures one condition by itself, `model` takes the counts and totals of all. Raises ValueError for
    a condition outside the set, or one of the set that is missing: a chosen part is not the declared set.
    """
    if different := set(counts).symmetric_difference(declared.conditions):
        raise ValueError(f"not exactly the conditions of {declared.name}: {', '.join(sorted(different))}")
    names = sorted(counts)
    own = [raw(*counts[name]) for name in names]
    x = np.array([counts[name][0] for name in names], dtype=float)
    n = np.array([counts[name][1] for name in names], dtype=float)
    if reason := _why_not_pooled(n, declared):
        blocked = Measure(not_estimable=reason)
        rows = tuple(Shrunken(name, measure, blocked) for name, measure in zip(names, own, strict=True))
        return Shrinkage(declared.name, rows, blocked, not_pooled=reason)
    borrowed = model(x, n)
    rows = tuple(Shrunken(*row) for row in zip(names, own, borrowed.shrunken, strict=True))
    return Shrinkage(declared.name, rows, borrowed.mean, borrowed.a, borrowed.b)


def _why_not_pooled(totals: Floats, declared: ExchangeableSet) -> str | None:
    """Say why a set is not pooled: not declared, too few conditions with a result, or too few results."""
    if not declared.declared_in.strip():
        return "the set was not declared exchangeable beforehand"
    informative = int((totals > 0).sum())
    if informative < MINIMUM_CONDITIONS:
        return f"{informative} conditions with a result, {MINIMUM_CONDITIONS} are needed to pool"
    if totals.sum() < MINIMUM_TOTAL:
        return f"{int(totals.sum())} results in all, {MINIMUM_TOTAL} are needed to pool"
    return None
