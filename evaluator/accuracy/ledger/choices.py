"""The choices that turn what was told into cells: each is declared, and each can be varied."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluator.accuracy.cells import cell_of
from evaluator.panel.criteria import Criteria
from evaluator.vocabulary import Definition, IndexResult, Reference, Verdict

# A child found to have the condition later than the target, by a test of the genotype, has its genotype.
LATER_ONSET = {
    Definition.MOLECULAR: Reference.AFFECTED,
    Definition.CLINICAL: Reference.UNAFFECTED,
}


@dataclass(frozen=True)
class Choices:
    """How results between positive and negative count, and who is affected by the target condition."""

    pending_phase: IndexResult
    not_assessed: IndexResult
    later_onset: Reference | None  # None: outside the table
    inconclusive: IndexResult = IndexResult.INCONCLUSIVE
    unresolved_positives: Reference | None = None  # None: unresolved

    @classmethod
    def declared(
        cls, criteria: Criteria, definition: Definition, later_onset: Reference | None = None
    ) -> Choices:
        """Read the panel's declaration; later onset counts by the definition where nothing is chosen."""
        return cls(
            IndexResult(criteria.ledger.pending_phase),
            IndexResult(criteria.ledger.not_assessed),
            later_onset or LATER_ONSET[definition],
        )

    def cells(self, table: pl.DataFrame) -> pl.DataFrame:
        """Add `index` and `cell` to a table with `state`, `reference` and `onset_class`.

        `reference` becomes what the choices make of it.
        """
        settled = table.with_columns(self._index().alias("index"), self._reference().alias("counted"))
        cell = cell_of(pl.col("index"), pl.col("counted"))
        return settled.with_columns(
            cell.alias("cell"), pl.coalesce("counted", "reference").alias("reference")
        ).drop("counted")

    def index_of_states(self) -> dict[str, str]:
        """Name the index result of every state."""
        verdicts = {
            Verdict.REPORTABLE: IndexResult.POSITIVE,
            Verdict.PENDING_PHASE: self.pending_phase,
            Verdict.NOT_ASSESSED: self.not_assessed,
            Verdict.NOT_REPORTABLE: IndexResult.NEGATIVE,
        }
        first = {str(state): result for state, result in verdicts.items()}
        first |= {str(result): result for result in IndexResult}
        return {
            state: str(self.inconclusive if result is IndexResult.INCONCLUSIVE else result)
            for state, result in first.items()
        }

    def _index(self) -> pl.Expr:
        return pl.col("state").cast(pl.String).replace_strict(self.index_of_states(), return_dtype=pl.String)

    def _reference(self) -> pl.Expr:
        affected = pl.col("reference") == Reference.AFFECTED
        settled = (
            pl.when(affected & (pl.col("onset_class") == "incidental"))
            .then(None)
            .when(affected & (pl.col("onset_class") == "late_onset"))
            .then(pl.lit(None if self.later_onset is None else str(self.later_onset), dtype=pl.String))
            .otherwise("reference")
        )
        if self.unresolved_positives is None:
            return settled
        resolved = settled.is_in([Reference.AFFECTED.value, Reference.UNAFFECTED.value])
        positive = self._index() == IndexResult.POSITIVE
        return (
            pl.when(positive & settled.is_not_null() & ~resolved)
            .then(pl.lit(str(self.unresolved_positives)))
            .otherwise(settled)
        )
