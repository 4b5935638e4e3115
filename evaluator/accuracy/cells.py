"""The cells of the accuracy table: index result against reference result."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import polars as pl

from evaluator.vocabulary import IndexResult, Reference


class Cell(StrEnum):
    """Where one newborn x condition stands; an unverified negative is never a true negative."""

    TP = "tp"
    FP = "fp"
    FN = "fn"
    TN = "tn"
    UNRESOLVED_POSITIVE = "unresolved_positive"
    UNVERIFIED_NEGATIVE = "unverified_negative"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"
    NOT_TESTED = "not_tested"
    OUTSIDE_TARGET = "outside_target"  # affected, but by nothing that the programme looks for


def cell_of(index: pl.Expr, reference: pl.Expr) -> pl.Expr:
    """Read the cell off an index result and a reference result; null for a disease outside the target."""
    affected = reference == Reference.AFFECTED
    unaffected = reference == Reference.UNAFFECTED
    positive = (
        pl.when(affected)
        .then(pl.lit(Cell.TP.value))
        .when(unaffected)
        .then(pl.lit(Cell.FP.value))
        .otherwise(pl.lit(Cell.UNRESOLVED_POSITIVE.value))
    )
    negative = (
        pl.when(affected)
        .then(pl.lit(Cell.FN.value))
        .when(unaffected)
        .then(pl.lit(Cell.TN.value))
        .otherwise(pl.lit(Cell.UNVERIFIED_NEGATIVE.value))
    )
    return (
        pl.when(reference.is_null())
        .then(pl.lit(Cell.OUTSIDE_TARGET.value))
        .when(index == IndexResult.POSITIVE)
        .then(positive)
        .when(index == IndexResult.NEGATIVE)
        .then(negative)
        .otherwise(index)  # inconclusive, failed and not_tested are cells of their own
    )


@dataclass(frozen=True)
class Counts:
    """The cells of one stratum; None means that the number is not known, which is not zero."""

    stratum: str
    tp: int | None = None
    fp: int | None = None
    fn: int | None = None
    tn: int | None = None
    unresolved_positive: int | None = None
    unverified_negative: int | None = None
    inconclusive: int | None = None
    failed: int | None = None
    not_tested: int | None = None
    wrong_condition: int | None = None  # newborns affected by one condition, positive for another only
    affected_not_on_panel: int | None = None
    outside_target: int | None = None  # affected by what the programme does not look for
    affected_untested: int | None = None  # affected, but inconclusive, failed or not tested
    unverified_untested: int | None = None  # of the same three, those whose state is not known
    total_screened: int | None = None  # only where it is known without the cells, as for a gene
    unknown_because: str = ""  # why cells are None, when there is more to say than "not given"

    @property
    def misplaced(self) -> int:
        """Newborns positive for the wrong condition: affected, and not found."""
        return self.wrong_condition or 0

    @property
    def screened(self) -> int | None:
        """Tested with a result; None when a needed cell is unknown.

        Where neither fn nor tn is given, no negative was verified, and unverified_negative holds them all.
        """
        if self.total_screened is not None:
            return self.total_screened
        if self.fn is None and self.tn is None:
            negatives = self.unverified_negative
        else:
            negatives = _sum(self.fn, self.tn, self.unverified_negative)
        total = _sum(self.tp, self.fp, self.unresolved_positive, negatives)
        return None if total is None else total + self.misplaced + (self.inconclusive or 0)


def _sum(*parts: int | None) -> int | None:
    known = [part for part in parts if part is not None]
    return sum(known) if len(known) == len(parts) else None
