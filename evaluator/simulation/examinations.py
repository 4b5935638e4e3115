"""What was examined of a newborn beside its ordinary calls, and how the sample sheet tells it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from random import Random

from evaluator.simulation.calls import Call
from evaluator.simulation.catalogue import Catalogue
from evaluator.simulation.sample import contamination
from evaluator.simulation.scenario import CallerRow, Deletion, Gap, Planted
from evaluator.simulation.special_loci import caller_rows
from evaluator.simulation.structural import deletions, harmless_places

SPECIAL_LOCI_TABLE = "special_loci.tsv"  # of all newborns
PARENTS = ("mother", "father")


@dataclass(frozen=True)
class Examinations:
    """One newborn's other results; nothing of anyone who was not sequenced."""

    special: tuple[CallerRow, ...] = ()  # of the special loci's callers
    deletions: tuple[Deletion, ...] | None = None  # None: nobody looked
    parents: Mapping[str, tuple[Call, ...]] = field(default_factory=dict)  # by PARENTS; none: not sequenced
    contamination: float | None = None
    transfused: bool | None = None

    def cells(self, newborn: str) -> tuple[str, ...]:
        """Return the cells of the sample sheet in its order, structural_vcf to transfused."""
        return (
            "" if self.deletions is None else f"structural/{newborn}.vcf.gz",
            SPECIAL_LOCI_TABLE if self.special else "",
            *(f"parents/{newborn}-{who}.vcf.gz" if who in self.parents else "" for who in PARENTS),
            "" if self.contamination is None else f"{self.contamination:g}",
            "" if self.transfused is None else ("yes" if self.transfused else "no"),
        )


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
            {"mother": planted.mother, "father": planted.father} if planted and planted.mother else {},
            contamination(self.catalogue.panel.criteria, planted, stream("contamination")),
            transfused=planted is not None and planted.transfused,
        )
