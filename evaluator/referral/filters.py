"""The filters of a route, in the order in which they are asked; each records what it removed and why."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from evaluator.referral.cases import Case
from evaluator.referral.decision import Candidate, Step
from evaluator.referral.distance import great_circle_km
from evaluator.referral.network import Network, Unit
from evaluator.referral.pathway import ERN_VIRTUAL, STEPS, Pathway
from evaluator.referral.urgency import Urgency, due, one_class_up
from evaluator.vocabulary import Verdict


@dataclass(frozen=True)
class Rules:
    """What every newborn is routed by: the panel's pathways, one network, and the day of the decision."""

    panel_version: str
    pathway_of: Mapping[str, str | None]  # condition -> pathway slug
    pathways: Mapping[str, Pathway]
    network: Network
    as_of: date


def consent(case: Case) -> Step:
    """Refuse without consent for care; a consent that nobody recorded is named as missing."""
    if case.withdrawn:
        return Step(
            "consent", "no route: the sample sheet says that the family declined or withdrew", stops=True
        )
    if case.consent_care == "no":
        return Step("consent", "no route: consent for care was not given", stops=True)
    return Step("consent", missing="" if case.consent_care else "consent for care")


def review(case: Case) -> Step:
    """Refuse what a person has decided not to report, or to repeat first."""
    decision = case.review.decision if case.review else None
    if decision == "do_not_report":
        return Step("review", "no route: the review decided not to report", stops=True)
    if decision == "repeat":
        return Step("review", "no route yet: the review asked for a repeat", stops=True)
    if case.review and case.review.day is None:
        return Step("review", missing="the day of the review")
    return Step("review")


def verdict(case: Case) -> Step:
    """Say when the alleles' phase is still open: the unit receives a question, not a result."""
    pending = case.verdict == Verdict.PENDING_PHASE
    return Step(
        "verdict", "pending phase: whether the two alleles are in trans is not known" if pending else ""
    )


def pathway_known(case: Case, rules: Rules) -> Step:
    """Refuse without a pathway; warn when its review is overdue."""
    if case.condition not in rules.pathway_of:
        says = f"no route: {case.condition} is not on panel version {rules.panel_version}"
        return Step("pathway", says, stops=True)
    slug = rules.pathway_of[case.condition]
    if slug is None:
        return Step("pathway", f"no route: the panel names no pathway for {case.condition}", stops=True)
    if slug not in rules.pathways:
        return Step("pathway", f"no route: pathway {slug} is not in the panel's pathways.yaml", stops=True)
    pathway = rules.pathways[slug]
    label = f"pathway {slug} {pathway.version}"
    if pathway.review_due is None:
        return Step("pathway", f"{label} (no review date)")
    if pathway.review_due < rules.as_of:
        return Step(
            "pathway", f"WARNING {label} was due for review on {pathway.review_due}, check it before use"
        )
    return Step("pathway", label)


def already_known(pathway: Pathway) -> Step:
    """Ask the routine screening laboratory first where it looks for the same condition."""
    if not pathway.routine_screen:
        return Step("already known")
    who = pathway.known_to or "the routine screening laboratory"
    return Step("already known", f"ask first whether the newborn is already known to {who}")


def clock(case: Case, pathway: Pathway) -> tuple[Urgency | None, str | None, Step]:
    """Set class and due time from the signed class; unsigned, the coordinator decides."""
    window, raised = _risk_window(case, pathway)
    days = ", ".join(pathway.do_not_tell_days)
    tell = f"the family is not told on {days}" if days else ""
    if pathway.urgency is None:
        proposed = f" (class {pathway.proposed_class} proposed)" if pathway.proposed_class else ""
        says = f"urgency not signed by a clinician{proposed}: the coordinator decides when"
        return None, None, Step("clock", _joined(says, window.says, tell), missing=window.missing)
    urgency = one_class_up(pathway.urgency) if raised else pathway.urgency
    reviewed_on = case.review.day if case.review else None
    when = due(urgency, working_days_only=pathway.working_days_only, reviewed_on=reviewed_on)
    says = f"class {urgency}, due {when}"
    return urgency, when, Step("clock", _joined(says, window.says, tell), missing=window.missing)


def _joined(*parts: str) -> str:
    return ", ".join(part for part in parts if part)


def _risk_window(case: Case, pathway: Pathway) -> tuple[Step, bool]:
    if pathway.risk_window is None:
        return Step("risk window"), False
    first, last = pathway.risk_window
    age = case.result_age_days
    if age is None:
        return Step("risk window", missing=f"age at result (risk window day {first:g} to {last:g})"), False
    if age > last:
        return Step("risk window", "risk window passed: ask about symptoms now"), False
    if age >= first:
        return Step("risk window", "raised one class inside the risk window"), True
    return Step("risk window"), False


def _split(name: str, units: Sequence[Unit], objection: Callable[[Unit], str]) -> tuple[list[Unit], Step]:
    """Keep the units without an objection; record the others with theirs."""
    removed = {unit.id: why for unit in units if (why := objection(unit))}
    kept = [unit for unit in units if unit.id not in removed]
    return kept, Step(name, removed=removed, kept=_ids(kept))


def specialty(network: Network, pathway: Pathway) -> tuple[list[Unit], Step]:
    """Start from the units that say they take the pathway; the others are not listed as removed."""
    units = [unit for unit in network.units if pathway.slug in unit.specialties]
    return units, Step("specialty", kept=_ids(units))


def dates(units: Sequence[Unit], day: date) -> tuple[list[Unit], Step]:
    """Remove units whose record does not hold on the day."""
    return _split("dates", units, lambda unit: _date_objection(unit, day))


def _date_objection(unit: Unit, day: date) -> str:
    if unit.valid_on(day):
        return ""
    # the day of the run stands in no output, or no two days would give the same bytes
    ended = unit.valid_to is not None and unit.valid_to < day
    return f"record ended on {unit.valid_to}" if ended else f"record begins on {unit.valid_from}"


def tier(units: Sequence[Unit], pathway: Pathway) -> tuple[list[Unit], Step]:
    """Remove units that no step of the pathway's route_order asks."""
    kept, step = _split("tier", units, lambda unit: _tier_objection(unit, pathway))
    unasked = (
        "a person must open the European Reference Network consultation"
        if ERN_VIRTUAL in pathway.route_order
        else ""
    )
    return kept, Step(step.name, unasked, step.removed, step.kept)


def _tier_objection(unit: Unit, pathway: Pathway) -> str:
    if place_in_route(unit, pathway) is not None:
        return ""
    return f"a {unit.tier} {unit.kind} is in no step of the route order"


def place_in_route(unit: Unit, pathway: Pathway) -> int | None:
    """The first step of route_order that asks this unit."""
    for place, word in enumerate(pathway.route_order):
        asked = STEPS.get(word)
        if asked and asked[0] == unit.tier and asked[1] in (None, unit.kind):
            return place
    return None


def hours(units: Sequence[Unit], pathway: Pathway, urgency: Urgency | None) -> tuple[list[Unit], Step]:
    """An emergency needs a unit open day and night; hours that nobody stated are named as missing."""
    if Urgency.E not in (urgency, pathway.proposed_class):
        return list(units), Step("hours", kept=_ids(units))
    weekdays = [unit.id for unit in units if unit.hours == "weekdays"]
    removed = dict.fromkeys(weekdays if urgency == Urgency.E else (), "open on weekdays only")
    kept = [unit for unit in units if unit.id not in removed]
    unknown = [unit.id for unit in kept if unit.hours is None]
    missing = [f"hours of {' and '.join(unknown)} (an emergency needs 24x7)"] if unknown else []
    if weekdays and not removed:
        missing.append(f"a signature under class E, which would remove {' and '.join(weekdays)}")
    return kept, Step("hours", removed=removed, kept=_ids(kept), missing=", ".join(missing))


def _ids(units: Sequence[Unit]) -> tuple[str, ...]:
    return tuple(unit.id for unit in units)


def candidates(
    units: Sequence[Unit], pathway: Pathway, region: str | None, network: Network
) -> list[Candidate]:
    """Rank the units by route order, catchment, distance and id."""
    found = network.centre(region) if region else None
    ranked = []
    for unit in units:
        place = place_in_route(unit, pathway)
        if place is None:
            raise ValueError(f"{unit.id} is in no step of the route order; filter by tier first")
        far = great_circle_km(found[1], unit.place) if found and unit.place else None
        ranked.append(
            Candidate(
                unit=unit,
                place=place,
                step=pathway.route_order[place],
                ownership=network.ownership(unit, region) if region else None,
                # rounded before it ranks: what is printed is what decided
                distance_km=None if far is None else round(far, 1),
            )
        )
    return sorted(ranked, key=lambda candidate: candidate.key)
