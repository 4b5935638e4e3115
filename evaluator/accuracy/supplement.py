"""What the accuracy table implies beyond its rows: everything a committee asks next, as plain data.

Nothing here reads a newborn: the counts of each stratum are enough. What cannot be estimated says why.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.measures import CELLS, LEDGER_CELLS
from evaluator.accuracy.supplement_outlook import (
    Cases,
    Curve,
    Outlook,
    Plan,
    expected_against_observed,
    how_many_births,
    per_births,
    ppv_against_prevalence,
)
from evaluator.accuracy.supplement_strata import (
    Contrasts,
    Pooled,
    Sites,
    compare_sites,
    compare_strata,
    pool_within_groups,
)
from evaluator.accuracy.verification.bounds import Bounds, bounds_from_verified_negatives
from evaluator.accuracy.verification.correction import Correction, begg_greenes
from evaluator.accuracy.verification.registry import SEED
from evaluator.accuracy.verification.tipping import TippingPoint, missed_to_fall_below, tipping_points

BIRTHS = 100_000
TIPPING_TARGET = 0.9  # ours: the sensitivity whose loss is told in missed cases
COUNT_NAMES = (*CELLS, *LEDGER_CELLS)
OVERALL = "overall"


@dataclass(frozen=True)
class Options:
    """What the page may be told: the prevalence of all conditions together, births of a year, the seed."""

    prevalence: float | None = None
    births: int = BIRTHS
    seed: int = SEED


@dataclass(frozen=True)
class Verification:
    """Sensitivity and specificity where only some newborns were verified."""

    corrected: Correction
    sampled: Bounds  # if the verified negatives were a random sample of all


@dataclass(frozen=True)
class Supplement:
    """Every supplementary table; a tuple that is empty comes with its reason."""

    counts: Counts
    verification: Verification
    tipping: tuple[TippingPoint, ...]
    missed_to_fall: int | None  # further missed cases that bring the sensitivity below TIPPING_TARGET
    curve: Curve
    pooled: tuple[Pooled, ...]
    sites: Sites
    contrasts: tuple[Contrasts, ...]
    cases: Cases
    plan: Plan
    outlook: Outlook
    options: Options


def supplement(
    strata: Mapping[str, Counts],
    groups: Mapping[str, str],
    prevalences: Mapping[str, tuple[float, str]],
    options: Options,
) -> Supplement | None:
    """Compute everything from the counts by stratum; None where nothing was counted overall.

    `groups` gives each condition's group, `prevalences` each condition's birth prevalence per 100,000 and its
    source, where a source gives one.
    """
    overall = strata.get(OVERALL)
    if overall is None:
        return None
    conditions = _named(strata, "condition: ")
    cases = expected_against_observed(conditions, prevalences)
    prevalence = options.prevalence if options.prevalence is not None else cases.prevalence
    return Supplement(
        overall,
        Verification(begg_greenes(overall), bounds_from_verified_negatives(overall)),
        tipping_points(overall),
        missed_to_fall_below(overall, TIPPING_TARGET),
        ppv_against_prevalence(overall),
        pool_within_groups(conditions, groups),
        compare_sites(_named(strata, "site: "), options.seed),
        tuple(
            compare_strata(kind, _named(strata, f"{kind}: "), options.seed) for kind in ("ancestry", "site")
        ),
        cases,
        how_many_births(overall, prevalence, given=options.prevalence is not None),
        per_births(overall, options.births, options.seed),
        options,
    )


def counts_of(rows: Iterable[Mapping[str, object]]) -> dict[str, Counts]:
    """Read the cells back from rows of the accuracy table; a cell without a number stays unknown."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        stratum = found.setdefault(str(row["stratum"]), {})
        number = row["numerator"]
        if row["measure"] in COUNT_NAMES and isinstance(number, int):
            stratum[str(row["measure"])] = number
    return {stratum: Counts(stratum, **cells) for stratum, cells in found.items()}


def _named(strata: Mapping[str, Counts], prefix: str) -> dict[str, Counts]:
    return {name.removeprefix(prefix): counts for name, counts in strata.items() if name.startswith(prefix)}
