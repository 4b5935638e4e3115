"""What was examined of a newborn beside its ordinary calls, and how the sample sheet tells it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from random import Random

from evaluator.simulation.catalogue import Catalogue
from evaluator.simulation.scenario import CallerRow, Deletion, Gap, Planted
from evaluator.simulation.special_loci import caller_rows
from evaluator.simulation.structural import deletions, harmless_places

SPECIAL_LOCI_TABLE = "special_loci.tsv"  # of all newborns


@dataclass(frozen=True)
class Examinations:
    """One newborn's other results; nothing of anyone who was not sequenced."""

    special: tuple[CallerRow, ...] = ()  # of the special loci's callers
    deletions: tuple[Deletion, ...] | None = None  # None: nobody looked

    def cells(self, newborn: str) -> dict[str, str]:
        """Return the cells of the sample sheet that are filled."""
        cells = {}
        if self.special:
            cells["special_loci"] = SPECIAL_LOCI_TABLE
        if self.deletions is not None:
            cells["structural_vcf"] = f"structural/{newborn}.vcf.gz"
        return cells


@dataclass(frozen=True)
class Laboratory:
    """Draws the examinations of a cohort's newborns."""

    catalogue: Catalogue

    @cached_property
    def _harmless(self) -> tuple[Gap, ...]:
        return harmless_places(self.catalogue)

    def examine(self, planted: Planted | None, stream: Callable[[str], Random]) -> Examinations:
        """Examine one sequenced newborn; `stream` gives the random numbers of each purpose."""
        return Examinations(
            caller_rows(self.catalogue, planted, stream("special loci")),
            deletions(self.catalogue, self._harmless, planted, stream("structural")),
        )
