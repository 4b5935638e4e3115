"""A drawing of what would happen to so many newborns: one square for each, in rows of fifty."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from xml.sax.saxutils import escape, quoteattr

ACROSS = 50
MOST_SQUARES = 1_000
SIDE, STEP = 7, 9
LEGEND = 20


@dataclass(frozen=True)
class Kind:
    """One kind of newborn, its number and its colour."""

    label: str
    number: float
    colour: str


def icon_array(kinds: Sequence[Kind]) -> tuple[str, int]:
    """Draw the squares as SVG, and say how many newborns each square stands for.

    Squares stand for 1, 2, 5, 10 ... newborns, the least with which they number no more than MOST_SQUARES.
    A kind that is there but smaller than half a square has one square all the same.
    """
    each = _newborns_per_square(sum(kind.number for kind in kinds))
    squares = [
        kind.colour for kind in kinds for _ in range(max(1, round(kind.number / each)) if kind.number else 0)
    ]
    rows = math.ceil(len(squares) / ACROSS)
    width, top = ACROSS * STEP + 10, len(kinds) * LEGEND + 8
    height = top + rows * STEP + 10
    opening = (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}"'
        f' viewBox="0 0 {width} {height}" font-family="sans-serif" font-size="12">'
    )
    drawn = [opening, f'<rect width="{width}" height="{height}" fill="white"/>']
    for place, kind in enumerate(kinds):
        y = 6 + place * LEGEND
        drawn.append(f'<rect x="6" y="{y}" width="12" height="12" fill={quoteattr(kind.colour)}/>')
        drawn.append(f'<text x="24" y="{y + 11}" fill="black">{escape(kind.label)}</text>')
    for place, colour in enumerate(squares):
        x, y = 6 + place % ACROSS * STEP, top + place // ACROSS * STEP
        drawn.append(f'<rect x="{x}" y="{y}" width="{SIDE}" height="{SIDE}" fill={quoteattr(colour)}/>')
    return "".join([*drawn, "</svg>"]), each


def _newborns_per_square(total: float) -> int:
    each = 1
    for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000):
        each = step
        if total / step <= MOST_SQUARES:
            break
    return each
