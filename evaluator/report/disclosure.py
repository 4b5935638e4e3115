"""How counts may be shown: as they are, or with small numbers hidden and the others rounded."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.disclosure import SUPPRESSED_MARK, Rule, protect
from evaluator.report.numbers import count, percent

RULE = Rule()
SAFEGUARD = (
    f"Small numbers are protected: {SUPPRESSED_MARK} stands for a number from 1 to {RULE.threshold}, or for"
    f" one that would reveal such a number; all other counts are rounded to the nearest {RULE.round_to}, so"
    " parts may not add up, and every estimate is computed from the counts as shown or withheld."
)
SUPPRESSED = "suppressed, small numbers are protected"
# The cells on which everything computed from the overall counts rests.
NEEDED = ("tp", "fp", "wrong_condition", "unresolved_positive", "fn", "tn", "unverified_negative")
WITHHELD = "Withheld: it would rest on small numbers, or reveal them by subtraction."


def without_gaps(counts: Counts) -> Counts:
    """Blank counts of which a needed cell is hidden: a hidden number must not pass for one nobody has."""
    if any(getattr(counts, name) is None for name in NEEDED):
        return Counts(counts.stratum, unknown_because=SUPPRESSED)
    return counts


class Disclosure(StrEnum):
    """For whom the page is written."""

    NONE = "none"
    COMMITTEE = "committee"


@dataclass(frozen=True)
class Shown:
    """Writes counts; without a rule they stand as they are."""

    rule: Rule | None = None

    def count(self, number: int) -> str:
        """Write one count that is a total of its own."""
        if self.rule is None:
            return count(number)
        return SUPPRESSED_MARK if self.rule.is_small(number) else count(self.rule.rounded(number))

    def counted(self, number: int, noun: str, nouns: str = "") -> str:
        """Write one count with its noun."""
        one = number == 1 and self.rule is None
        return f"{self.count(number)} {noun if one else nouns or noun + 's'}"

    def parts(self, numbers: Sequence[int]) -> list[str]:
        """Write the parts of one whole, which stands at the end; what is hidden cannot be subtracted."""
        if self.rule is None:
            return [count(number) for number in (*numbers, sum(numbers))]
        row = protect([list(numbers)], self.rule).cells[0]
        return [SUPPRESSED_MARK if cell.value is None else count(cell.value) for cell in row]

    def table(self, rows: Sequence[Sequence[int]]) -> list[list[str]]:
        """Write a table of counts with its totals, in the last row and the last column."""
        if self.rule is None:
            wide = [[*row, sum(row)] for row in rows]
            return [
                [count(number) for number in row]
                for row in [*wide, [sum(c) for c in zip(*wide, strict=True)]]
            ]
        cells = protect(rows, self.rule).cells
        return [[SUPPRESSED_MARK if c.value is None else count(c.value) for c in row] for row in cells]

    def share(self, part: int, whole: int) -> str:
        """Write a proportion of two counts, unless one of them or their difference is small."""
        if self.rule is None:
            return percent(part / whole)
        if any(self.rule.is_small(number) for number in (part, whole, whole - part)):
            return SUPPRESSED_MARK
        rounded = self.rule.rounded(whole)
        return percent(min(1.0, self.rule.rounded(part) / rounded)) if rounded else SUPPRESSED_MARK

    def text(self, sentence: str) -> str:
        """Pass on a stage's sentence, without the numbers it holds where these are not protected."""
        return sentence if self.rule is None else re.sub(r"\d+(?:[.,]\d+)*%?", SUPPRESSED_MARK, sentence)
