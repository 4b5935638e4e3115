"""Which uncertain quantity moves a projection most: one at a time, the others held at their means."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from evaluator.accuracy.programme.evidence import Evidence
from evaluator.accuracy.programme.model import COUNTS, RATIOS, Programme, algebra, missing_outputs, pieces_of
from evaluator.accuracy.programme.projection import BIRTHS
from evaluator.statistics.grids import PROBABILITIES


@dataclass(frozen=True)
class Bar:
    """One bar of a tornado: the output with one parameter at its mean, its 2.5% and its 97.5% point."""

    parameter: str
    at_mean: float
    at_low: float
    at_high: float


def tornado(programme: Programme, output: str, births: int = BIRTHS) -> list[Bar]:
    """Move one parameter at a time from its 2.5% to its 97.5% point; the widest bar first.

    Raises ValueError for an output that the programme cannot estimate.
    """
    ordered = sorted(programme.conditions, key=lambda evidence: evidence.condition)
    if output not in (*COUNTS, *RATIOS) or output in missing_outputs(ordered):
        raise ValueError(f"{output} cannot be estimated for this programme")
    centre = {"uptake": programme.uptake.mean, "inconclusive": programme.inconclusive.mean}
    pieces: dict[str, Evidence] = {"uptake": programme.uptake, "inconclusive": programme.inconclusive}
    for evidence in ordered:
        for name, piece in pieces_of(evidence).items():
            centre[f"{evidence.condition}: {name}"] = piece.mean
            pieces[f"{evidence.condition}: {name}"] = piece
    middle = algebra(ordered, centre, births)[output]
    bars = []
    for parameter, piece in pieces.items():
        low, high = (
            algebra(ordered, {**centre, parameter: float(piece.quantile(np.array([p]))[0])}, births)[output]
            for p in (PROBABILITIES[0], PROBABILITIES[2])
        )
        if low != high:
            bars.append(Bar(parameter, middle, low, high))
    return sorted(bars, key=lambda bar: (-abs(bar.at_high - bar.at_low), bar.parameter))
