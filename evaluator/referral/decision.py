"""One route as it was decided: every filter in order, what it removed and why, and the sentence they make."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from evaluator.referral.cases import Case
from evaluator.referral.network import Unit
from evaluator.referral.pathway import Pathway
from evaluator.referral.urgency import Urgency

PROPOSED = "proposed"
ESCALATED = "escalated"
REFUSED = "refused"


@dataclass(frozen=True)
class Step:
    """One filter: what it removed and why, what it says in the sentence, what it would need to know."""

    name: str
    says: str = ""
    removed: Mapping[str, str] = field(default_factory=dict)  # unit -> why
    kept: tuple[str, ...] | None = None  # units left; None where the filter is not about units
    missing: str = ""
    stops: bool = False

    def as_dict(self) -> dict[str, object]:
        """Return plain data for the trace, empty parts left out."""
        parts: dict[str, object] = {"filter": self.name, "says": self.says, "missing": self.missing}
        parts |= {"removed": dict(sorted(self.removed.items())), "stops": self.stops}
        filled: dict[str, object] = {name: value for name, value in parts.items() if value}
        return filled if self.kept is None else {**filled, "kept": list(self.kept)}


@dataclass(frozen=True)
class Candidate:
    """A unit that passed every filter, with what ranks it."""

    unit: Unit
    place: int  # in the pathway's route_order
    step: str  # the word of route_order
    ownership: int | None  # levels up from the newborn's region; None: another catchment
    distance_km: float | None

    @property
    def key(self) -> tuple[int, float, float, str]:
        """Route order, then catchment, then distance, then the unit's id: a total order."""
        far = float("inf")
        return (
            self.place,
            far if self.ownership is None else self.ownership,
            far if self.distance_km is None else self.distance_km,
            self.unit.id,
        )


@dataclass(frozen=True)
class Decision:
    """The route of one newborn for one condition."""

    case: Case
    status: str
    steps: tuple[Step, ...]
    pathway: Pathway | None = None
    urgency: Urgency | None = None
    due: str | None = None
    ranked: tuple[Candidate, ...] = ()
    coordinator: Unit | None = None
    laboratory: Unit | None = None

    @property
    def lead(self) -> Candidate | None:
        """The proposed unit; None when a person must choose."""
        return self.ranked[0] if self.ranked and self.status == PROPOSED else None

    @property
    def alternatives(self) -> tuple[Candidate, ...]:
        """Every other unit that passed the filters, best first."""
        return self.ranked[1:] if self.status == PROPOSED else self.ranked

    @property
    def reason(self) -> str:
        """The one sentence that explains the route, in the order of the filters."""
        parts = [step.says for step in self.steps if step.says]
        if self.status != REFUSED:
            others = ", ".join(candidate.unit.id for candidate in self.alternatives)
            parts.append(f"alternatives: {others}" if others else "no alternative known")
        missing = ", ".join(step.missing for step in self.steps if step.missing)
        if missing:
            parts.append(f"missing: {missing}")
        sentence = "; ".join(parts)
        return f"{sentence[:1].upper()}{sentence[1:]}."
