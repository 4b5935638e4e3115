"""Decide the route of every positive newborn: the tool proposes, a person accepts."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

import polars as pl

from evaluator.referral import filters
from evaluator.referral.cases import Case
from evaluator.referral.decision import ESCALATED, PROPOSED, REFUSED, Candidate, Decision, Step
from evaluator.referral.filters import Rules
from evaluator.referral.network import Unit
from evaluator.referral.pathway import Pathway
from evaluator.referral.urgency import Urgency
from evaluator.tables import REFERRALS, check


def route_cases(cases: Iterable[Case], rules: Rules) -> list[Decision]:
    """Decide every case, by newborn and condition; several positives of one newborn get one lead."""
    ordered = sorted(cases, key=lambda case: (case.newborn, case.condition))
    decisions = [decide(case, rules) for case in ordered]
    return [
        decision
        for _, one_newborn in groupby(decisions, key=lambda decision: decision.case.newborn)
        for decision in name_one_lead(list(one_newborn))
    ]


def decide(case: Case, rules: Rules) -> Decision:
    """Ask the filters in order: refusals, already known, clock, competence, catchment, distance."""
    gates: list[Step] = []
    for gate in (filters.consent(case), filters.review(case), filters.pathway_known(case, rules)):
        gates.append(gate)
        if gate.stops:
            return _refused(case, rules, gates)
    slug = rules.pathway_of[case.condition]
    pathway = rules.pathways[str(slug)]
    gates += [filters.verdict(case), filters.already_known(pathway)]
    urgency, due, clock = filters.clock(case, pathway)
    ranked, steps = _competent(case, pathway, urgency, rules)
    region = case.region if case.region in rules.network.regions else None
    choice = _choice(ranked, case, pathway, rules)
    return Decision(
        case=case,
        status=PROPOSED if ranked and region else ESCALATED,
        steps=(*gates, clock, *steps, choice),
        pathway=pathway,
        urgency=urgency,
        due=due,
        ranked=tuple(ranked),
        coordinator=_coordinator(case, rules),
        laboratory=rules.network.laboratory(region, rules.as_of) if region else None,
    )


def _refused(case: Case, rules: Rules, gates: Sequence[Step]) -> Decision:
    """Refuse; a gap in the panel still reaches the coordinator, a refusal by family or reviewer nobody."""
    gap = gates[-1].name == "pathway"
    if gap:
        gates = [*gates, Step("coordinator", _who_decides(case, rules))]
    coordinator = _coordinator(case, rules) if gap else None
    slug = rules.pathway_of.get(case.condition)
    return Decision(
        case, REFUSED, tuple(gates), pathway=rules.pathways.get(slug or ""), coordinator=coordinator
    )


def _competent(
    case: Case, pathway: Pathway, urgency: Urgency | None, rules: Rules
) -> tuple[list[Candidate], list[Step]]:
    units, taking = filters.specialty(rules.network, pathway)
    steps = [taking]
    for kept, step in _narrowing(units, pathway, urgency, rules):
        steps.append(step)
        units = kept
    region = case.region if case.region in rules.network.regions else None
    return filters.candidates(units, pathway, region, rules.network), steps


def _narrowing(
    units: list[Unit], pathway: Pathway, urgency: Urgency | None, rules: Rules
) -> list[tuple[list[Unit], Step]]:
    valid, by_date = filters.dates(units, rules.as_of)
    asked, by_tier = filters.tier(valid, pathway)
    able, by_hours = filters.hours(asked, pathway, urgency)
    return [(valid, by_date), (asked, by_tier), (able, by_hours)]


def _choice(ranked: Sequence[Candidate], case: Case, pathway: Pathway, rules: Rules) -> Step:
    """Say which key decided between the best unit and the next, or why nobody could be chosen."""
    kept = tuple(candidate.unit.id for candidate in ranked)
    who = _who_decides(case, rules)
    if case.region not in rules.network.regions:
        why = "region not given" if case.region is None else f"region {case.region} is not in the network"
        return Step("region", f"{why}: {who}", kept=kept, missing="the newborn's region")
    if not ranked:
        taking = [unit for unit in rules.network.units if pathway.slug in unit.specialties]
        none = f"no unit with a source takes {pathway.slug}"
        if taking:
            none = f"{len(taking)} units take {pathway.slug} but none passed the filters"
        return Step("competent units", f"{none}: {who}", kept=kept)
    lead = ranked[0]
    says = _why_first(ranked)
    if lead.ownership is None:
        says += f", whose stated catchment does not hold {_region_name(case, rules)}: {who} whether to accept"
    return Step("rank", says, kept=kept, missing=_missing_distance(ranked, case, rules))


def _why_first(ranked: Sequence[Candidate]) -> str:
    lead = ranked[0]
    where = "" if lead.distance_km is None else f", {lead.distance_km} km away,"
    if len(ranked) == 1:
        return f"{lead.unit.id}{where} is the only unit left"
    second = ranked[1]
    chosen = f"{lead.unit.id}{where} is first of {len(ranked)}"
    if lead.place != second.place:
        return f"{chosen} by the pathway's route order ({lead.step} before {second.step})"
    if lead.ownership != second.ownership:
        return f"{chosen} because its catchment holds the newborn's region most closely"
    if lead.distance_km != second.distance_km:
        return f"{chosen} by distance"
    return f"{chosen} by identifier only, nothing known sets it apart from {second.unit.id}"


def _missing_distance(ranked: Sequence[Candidate], case: Case, rules: Rules) -> str:
    """Name the missing distance where it would have changed the choice: within one step and catchment."""
    lead = ranked[0]
    rivals = [other for other in ranked if other.key[:2] == lead.key[:2] and other.unit.kind == "site"]
    if len(rivals) < 2 or all(rival.distance_km is not None for rival in rivals):  # noqa: PLR2004 - a rival is a second
        return ""
    if rules.network.centre(str(case.region)) is None:
        return f"distance (no centre of {_region_name(case, rules)} in regions.tsv)"
    unplaced = " and ".join(rival.unit.id for rival in rivals if rival.unit.place is None)
    return f"distance (no coordinates of {unplaced})"


def _region_name(case: Case, rules: Rules) -> str:
    region = rules.network.regions[str(case.region)]
    return f"{region.name} ({region.code})"


def _coordinator(case: Case, rules: Rules) -> Unit | None:
    if case.region in rules.network.regions:
        return rules.network.coordinator(str(case.region), rules.as_of)
    return rules.network.national_coordinator(rules.as_of)


def _who_decides(case: Case, rules: Rules) -> str:
    unit = _coordinator(case, rules)
    known = case.region in rules.network.regions
    place = f"of {_region_name(case, rules)}" if known else "for the country"
    if unit is None:
        return f"no coordinator {place} is known, the programme decides"
    return f"coordinator {place}, {unit.id}, decides"


def name_one_lead(decisions: list[Decision]) -> list[Decision]:
    """Give a newborn with several positives one lead, the most urgent condition's unit, the others as input.

    The model is CONCORD's: one lead unit and one coordinator, however many conditions. A class that nobody
    signed still orders the conditions, and the sentence says that the order is provisional.
    """
    active = [decision for decision in decisions if decision.status != REFUSED]
    if len(active) < 2:  # noqa: PLR2004 - one condition needs no lead among several
        return decisions
    first = min(active, key=_lead_order)
    provisional = any(decision.urgency is None for decision in active)
    note = " (provisional: not every urgency is signed)" if provisional else ""
    conditions = ", ".join(decision.case.condition for decision in active if decision is not first)
    unit = first.lead.unit.id if first.lead else "the unit that the coordinator names"
    return [
        replace(decision, steps=(*decision.steps, Step("one lead", says)))
        if (says := _lead_note(decision, first, unit, conditions, note))
        else decision
        for decision in decisions
    ]


def _lead_order(decision: Decision) -> tuple[int, str]:
    declared = decision.urgency or (decision.pathway.proposed_class if decision.pathway else None)
    ladder = list(Urgency)
    return (len(ladder) if declared is None else ladder.index(declared), decision.case.condition)


def _lead_note(decision: Decision, first: Decision, unit: str, conditions: str, note: str) -> str:
    if decision.status == REFUSED:
        return ""
    if decision is first:
        return f"{unit} leads for this newborn, with input for {conditions}{note}"
    return f"{unit} leads for this newborn because of {first.case.condition}, this unit gives input{note}"


def referrals_table(decisions: Sequence[Decision]) -> pl.DataFrame:
    """Lay the decisions out as REFERRALS, one row per newborn and condition."""
    return check(
        pl.DataFrame([_row(decision) for decision in decisions], schema=REFERRALS), REFERRALS, "referrals"
    )


def _row(decision: Decision) -> dict[str, object]:
    case, pathway, lead = decision.case, decision.pathway, decision.lead
    trace = [step.as_dict() for step in decision.steps]
    return {
        "newborn": case.newborn,
        "condition": case.condition,
        "verdict": str(case.verdict),
        "pathway": pathway.slug if pathway else None,
        "pathway_version": pathway.version if pathway else None,
        "urgency": str(decision.urgency) if decision.urgency else None,
        "due": decision.due,
        "lead_unit": lead.unit.id if lead else None,
        "lead_unit_name": lead.unit.name if lead else None,
        "distance_km": lead.distance_km if lead else None,
        "coordinator": decision.coordinator.id if decision.coordinator else None,
        "laboratory": decision.laboratory.id if decision.laboratory else None,
        "alternatives": ";".join(candidate.unit.id for candidate in decision.alternatives) or None,
        "status": decision.status,
        "reason": decision.reason,
        "trace": json.dumps(trace, sort_keys=True, ensure_ascii=False),
    }
