"""What the router reads from a panel's pathways."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from evaluator.panel import pathways as written
from evaluator.panel.model import Panel
from evaluator.panel.yaml_reader import tuples
from evaluator.referral.urgency import Urgency

# Which units a step of route_order asks: their tier, and their kind where the step names one. `ern_virtual`
# finds no unit by itself: a person, in the EU or EEA, opens a consultation of a European Reference Network.
STEPS: Mapping[str, tuple[str, str | None]] = {
    "local": ("local", None),
    "regional": ("regional", None),
    "national": ("national", "site"),
    "national_virtual": ("national", "virtual_network"),
    "cross_border": ("cross_border", None),
}
ERN_VIRTUAL = "ern_virtual"


@dataclass(frozen=True)
class Pathway:
    """The part of one pathway that decides a route."""

    slug: str
    version: str
    review_due: date | None
    proposed_class: Urgency | None  # as written; counts only when signed
    signed_by: str | None
    risk_window: tuple[float, float] | None  # days of life, first and last
    working_days_only: bool
    do_not_tell_days: tuple[str, ...]
    routine_screen: bool
    known_to: str | None  # who may know the newborn already
    route_order: tuple[str, ...]

    @property
    def urgency(self) -> Urgency | None:
        """The class that counts: the one a clinician has signed."""
        return self.proposed_class if self.signed_by else None


def read_pathways(panel: Panel) -> dict[str, Pathway]:
    """Read every pathway of a loaded panel, by slug."""
    return {slug: _pathway(slug, block) for slug, block in sorted(panel.pathways.items())}


def _pathway(slug: str, block: Mapping[str, object]) -> Pathway:
    fields = written.Pathway.model_validate(tuples(block))
    urgency = fields.urgency
    return Pathway(
        slug=slug,
        version=fields.version,
        review_due=None if fields.review_due is None else date.fromisoformat(fields.review_due),
        proposed_class=None if urgency.class_ is None else Urgency(urgency.class_),
        signed_by=urgency.signed_by,
        risk_window=urgency.risk_window_days,
        working_days_only=urgency.working_days_only,
        do_not_tell_days=urgency.do_not_tell_days,
        routine_screen=fields.already_known_check.routine_screen,
        known_to=fields.already_known_check.lab,
        route_order=fields.route_order,
    )
