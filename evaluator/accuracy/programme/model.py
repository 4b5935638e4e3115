"""A screening programme as a model: from what is known about each condition to the numbers of a year.

Every newborn counts once per condition: two positives of one newborn are two recalls. An affected newborn
with an inconclusive result is among the recalls, neither found nor missed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

import numpy as np
from numpy.typing import NDArray

from evaluator.accuracy.programme.evidence import Evidence, Fixed

Floats = NDArray[np.float64]
NEVER, ALWAYS = Fixed(0.0), Fixed(1.0)

COUNTS = (
    "affected",
    "true_positives",
    "false_negatives",
    "not_reached",
    "false_positives",
    "inconclusive",
    "recalls",
    "unresolved",
    "late_onset",
)
RATIOS = ("ppv", "false_per_true", "screened_per_case")
NEEDS_SENSITIVITY = {
    "true_positives",
    "false_negatives",
    "recalls",
    "unresolved",
    "late_onset",
    *RATIOS,
}
NEEDS_FALSE_POSITIVES = {"false_positives", "recalls", "unresolved", "ppv", "false_per_true"}


@dataclass(frozen=True)
class ConditionEvidence:
    """What is known about one condition; None for sensitivity or false positive rate means not estimable.

    The second tier is conditional on a positive first tier. Conditions with the same `linked`, such as those
    of one gene, are taken to be wrong together: their uncertain sensitivities and false positive rates move
    as one.
    """

    condition: str
    prevalence: Evidence
    sensitivity: Evidence | None
    false_positive_rate: Evidence | None
    second_tier_sensitivity: Evidence = ALWAYS
    second_tier_false_positive_rate: Evidence = ALWAYS
    unresolved: Evidence = NEVER  # of positives
    late_onset: Evidence = NEVER  # of true positives; later or milder than the target, or never ill
    linked: str = ""


@dataclass(frozen=True)
class Programme:
    """All conditions, and what holds for the whole programme; an inconclusive newborn is recalled."""

    conditions: tuple[ConditionEvidence, ...]
    uptake: Evidence
    inconclusive: Evidence = NEVER


def pieces_of(evidence: ConditionEvidence) -> dict[str, Evidence]:
    """Name every uncertain quantity of a condition; one that is not known stands at 0 and is masked later."""
    named = {field.name: getattr(evidence, field.name) for field in fields(evidence)}
    return {
        name: NEVER if piece is None else piece
        for name, piece in named.items()
        if name not in ("condition", "linked")
    }


def expected_numbers(
    drawn: Mapping[str, Floats], births: int, uptake: Floats, inconclusive: Floats
) -> dict[str, Floats]:
    """Compute the mean numbers of one condition, given its parameters."""
    affected = births * drawn["prevalence"]
    conclusive = uptake * (1 - inconclusive)
    true = affected * conclusive * drawn["sensitivity"] * drawn["second_tier_sensitivity"]
    false = (
        (births - affected)
        * conclusive
        * drawn["false_positive_rate"]
        * drawn["second_tier_false_positive_rate"]
    )
    return {
        "affected": affected,
        "true_positives": true,
        "false_negatives": affected * conclusive - true,
        "not_reached": affected * (1 - uptake),
        "false_positives": false,
        "unresolved": (true + false) * drawn["unresolved"],
        "late_onset": true * drawn["late_onset"],
    }


def one_year(
    drawn: Mapping[str, Floats],
    births: int,
    programme: tuple[Floats, Floats],
    screened: Floats,
    generator: np.random.Generator,
) -> dict[str, Floats]:
    """Draw the numbers of one condition in one year, given its parameters."""
    uptake, inconclusive = programme
    affected = generator.binomial(births, drawn["prevalence"])
    reached = generator.binomial(affected, uptake)
    conclusive = generator.binomial(reached, 1 - inconclusive)
    true = generator.binomial(conclusive, drawn["sensitivity"] * drawn["second_tier_sensitivity"])
    healthy = generator.binomial(np.maximum(screened.astype(int) - reached, 0), 1 - inconclusive)
    false = generator.binomial(
        healthy, drawn["false_positive_rate"] * drawn["second_tier_false_positive_rate"]
    )
    numbers = {
        "affected": affected,
        "true_positives": true,
        "false_negatives": conclusive - true,
        "not_reached": affected - reached,
        "false_positives": false,
        "unresolved": generator.binomial(true + false, drawn["unresolved"]),
        "late_onset": generator.binomial(true, drawn["late_onset"]),
    }
    return {name: values.astype(float) for name, values in numbers.items()}


def nothing_yet(draws: int) -> dict[str, Floats]:
    """Start every count at zero."""
    return {name: np.zeros(draws) for name in COUNTS}


def add(table: dict[str, Floats], more: Mapping[str, Floats]) -> None:
    """Add the numbers of one condition to the table, in place."""
    for name, values in more.items():
        table[name] = table[name] + values


def _ratios(table: Mapping[str, Floats], screened: Floats) -> dict[str, Floats]:
    """Ratios of sums; not a number where the denominator is zero."""
    true, false = table["true_positives"], table["false_positives"]
    with np.errstate(divide="ignore", invalid="ignore"):
        found = {
            "ppv": true / (true + false),
            "false_per_true": false / true,
            "screened_per_case": screened / true,
        }
    return {name: np.where(np.isfinite(values), values, np.nan) for name, values in found.items()}


def finish(table: dict[str, Floats], screened: Floats, inconclusive: Floats) -> dict[str, Floats]:
    """Complete sums over conditions by what is counted once per newborn, and by the ratios."""
    whole = {**table, "inconclusive": inconclusive}
    whole["recalls"] = whole["true_positives"] + whole["false_positives"] + inconclusive
    return whole | _ratios(whole, screened)


def algebra(
    conditions: Sequence[ConditionEvidence], at: Mapping[str, float], births: int
) -> dict[str, float]:
    """Compute every output at fixed parameters."""
    uptake, inconclusive = np.array([at["uptake"]]), np.array([at["inconclusive"]])
    table = nothing_yet(1)
    for evidence in conditions:
        drawn = {name: np.array([at[f"{evidence.condition}: {name}"]]) for name in pieces_of(evidence)}
        add(table, expected_numbers(drawn, births, uptake, inconclusive))
    whole = finish(table, births * uptake, births * uptake * inconclusive)
    return {name: float(values[0]) for name, values in whole.items()}


def missing_outputs(conditions: Sequence[ConditionEvidence]) -> dict[str, str]:
    """Say which outputs rest on something that is not known for some condition."""
    reasons: dict[str, list[str]] = {}
    for what, needed, unknown in (
        ("sensitivity", NEEDS_SENSITIVITY, [c.condition for c in conditions if c.sensitivity is None]),
        (
            "false positive rate",
            NEEDS_FALSE_POSITIVES,
            [c.condition for c in conditions if c.false_positive_rate is None],
        ),
    ):
        if unknown:
            for name in needed:
                reasons.setdefault(name, []).append(f"{what} not estimable: {', '.join(unknown)}")
    return {name: "; ".join(parts) for name, parts in reasons.items()}
