"""Routes worked out by hand on the small network, and what must hold for any newborns."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date
from random import Random

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.referral.cases import Case, Review
from evaluator.referral.decision import Decision
from evaluator.referral.filters import Rules
from evaluator.referral.network import Network, Unit
from evaluator.referral.pathway import Pathway
from evaluator.referral.routing import decide, referrals_table, route_cases
from evaluator.referral.urgency import Urgency
from evaluator.vocabulary import Verdict


def case(condition: str, region: str | None = "N1", newborn: str = "A1") -> Case:
    """A reportable newborn with consent, not yet reviewed."""
    return Case(newborn, condition, Verdict.REPORTABLE, region, "yes", False, None, None)  # noqa: FBT003 - withdrawn


def lead(decision: Decision) -> str | None:
    """The proposed unit's id."""
    return decision.lead.unit.id if decision.lead else None


def removed(decision: Decision) -> dict[str, str]:
    """Every unit that some filter removed, with the reason."""
    return {unit: why for step in decision.steps for unit, why in step.removed.items()}


def with_pathway(rules: Rules, slug: str, **changes: object) -> Rules:
    """The same rules with some fields of one pathway changed."""
    changed: Pathway = replace(rules.pathways[slug], **changes)
    return replace(rules, pathways={**rules.pathways, slug: changed})


def test_the_catchment_owner_comes_before_a_nearer_unit(rules: Rules) -> None:
    """Alpha owns North One and leads from 222 km although Beta lies at 111 km; the closed unit is out."""
    decision = decide(case("heart"), rules)
    assert decision.reason == (
        "Pathway cardiology 1; class U, due within 2 working days of review, "
        "the family is not told on friday; heart-alpha, 222.4 km away, is first of 4 because its catchment "
        "holds the newborn's region most closely; "
        "alternatives: heart-beta, heart-gamma, heart-panel."
    )
    assert removed(decision) == {"heart-old": "record ended on 2020-12-31"}
    assert (decision.status, decision.urgency) == ("proposed", Urgency.U)
    assert decision.coordinator is not None
    assert decision.laboratory is not None
    assert (decision.coordinator.id, decision.laboratory.id) == ("coordinator-north", "laboratory-north")


def test_route_order_comes_before_catchment(rules: Rules) -> None:
    """South One owns no regional heart unit: one is still tried first, and the coordinator must agree."""
    decision = decide(case("heart", "S1"), rules)
    assert lead(decision) == "heart-alpha"
    assert "whose stated catchment does not hold South One (S1)" in decision.reason
    assert "coordinator-country, decides whether to accept" in decision.reason
    national = with_pathway(rules, "cardiology", route_order=("national_virtual", "national"))
    assert lead(decide(case("heart", "S1"), national)) == "heart-panel"
    assert removed(decide(case("heart", "S1"), national))["heart-beta"] == (
        "a regional site is in no step of the route order"
    )


def test_distance_decides_among_equals(rules: Rules) -> None:
    """Both eye units own the country: West is nearer to North One, East to North Two."""
    assert lead(decide(case("eye", "N1"), rules)) == "eye-west"
    decision = decide(case("eye", "N2"), rules)
    assert lead(decision) == "eye-east"
    assert decision.lead is not None
    assert decision.lead.distance_km == 0.0
    assert "eye-east, 0.0 km away, is first of 2 by distance" in decision.reason


def test_without_a_centre_the_identifier_decides_and_says_so(rules: Rules) -> None:
    """South One has no centre: the order is by id, distances are named as missing."""
    decision = decide(case("eye", "S1"), rules)
    assert lead(decision) == "eye-east"
    assert "by identifier only, nothing known sets it apart from eye-west" in decision.reason
    assert "missing: distance (no centre of South One (S1) in regions.tsv)" in decision.reason


def test_an_emergency_needs_a_unit_open_day_and_night(rules: Rules) -> None:
    """The day unit owns the catchment and lies nearer, yet the night unit leads; unknown hours are named."""
    decision = decide(case("acute"), rules)
    assert lead(decision) == "acute-night"
    assert removed(decision) == {"acute-day": "open on weekdays only"}
    assert "missing: hours of acute-unasked (an emergency needs 24x7)" in decision.reason
    assert decision.due == "within 24 h of review"


def test_an_emergency_that_nobody_signed_removes_no_unit(rules: Rules) -> None:
    """Unsigned, class and due time stay empty, and the sentence says what a signature would change."""
    decision = decide(case("acute"), with_pathway(rules, "acute", signed_by=None))
    assert (decision.urgency, decision.due, lead(decision)) == (None, None, "acute-day")
    assert (
        "urgency not signed by a clinician (class E proposed): the coordinator decides when"
        in decision.reason
    )
    assert "a signature under class E, which would remove acute-day" in decision.reason


def test_no_unit_is_escalated(rules: Rules) -> None:
    """Nobody takes skin conditions: the coordinator of the region decides, and the row says so."""
    decision = decide(case("skin"), rules)
    assert (decision.status, lead(decision)) == ("escalated", None)
    assert decision.reason == (
        "Pathway skin 1 (no review date); urgency not signed by a clinician: the coordinator decides when; "
        "no unit with a source takes skin: coordinator of North One (N1), coordinator-north, decides; "
        "no alternative known."
    )


def test_units_that_all_fail_are_escalated(rules: Rules) -> None:
    """When every unit that takes the pathway is filtered out the sentence says how many there were."""
    decision = decide(case("heart"), with_pathway(rules, "cardiology", route_order=("local",)))
    assert decision.status == "escalated"
    assert "5 units take cardiology but none passed the filters" in decision.reason
    assert len(removed(decision)) == 5


@pytest.mark.parametrize(
    ("region", "why"),
    [
        (None, "region not given: coordinator for the country, coordinator-country, decides"),
        ("Q9", "region Q9 is not in the network: coordinator for the country, coordinator-country, decides"),
    ],
)
def test_an_unknown_region_is_escalated(rules: Rules, region: str | None, why: str) -> None:
    """Without a region no unit is chosen; the units that could be asked stay listed."""
    decision = decide(case("eye", region), rules)
    assert (decision.status, lead(decision)) == ("escalated", None)
    assert why in decision.reason
    assert "alternatives: eye-east, eye-west; missing: the newborn's region" in decision.reason


def test_a_region_without_a_coordinator(rules: Rules) -> None:
    """On the Isle nobody coordinates: that is said, never left out."""
    decision = decide(case("skin", "ISLE"), rules)
    assert decision.coordinator is None
    assert "no coordinator of The Isle (ISLE) is known, the programme decides" in decision.reason


def test_an_overdue_pathway_warns(rules: Rules) -> None:
    """A pathway past its review date still routes, with a warning; on the day itself it does not warn."""
    decision = decide(case("slow"), rules)
    assert lead(decision) == "slow-unit"
    assert "WARNING pathway metabolic 1 was due for review on 2026-01-01" in decision.reason
    assert "ask first whether the newborn is already known to the screening laboratory" in decision.reason
    assert "WARNING" not in decide(case("slow"), replace(rules, as_of=date(2026, 1, 1))).reason


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"consent_care": "no"}, "No route: consent for care was not given."),
        ({"withdrawn": True}, "No route: the sample sheet says that the family declined or withdrew."),
        ({"review": Review("do_not_report", None)}, "No route: the review decided not to report."),
        ({"review": Review("repeat", None)}, "No route yet: the review asked for a repeat."),
    ],
)
def test_refusals_reach_nobody(rules: Rules, changes: dict[str, object], why: str) -> None:
    """A refusal has one reason, no unit and no coordinator."""
    decision = decide(replace(case("heart"), **changes), rules)
    assert (decision.status, decision.reason) == ("refused", why)
    assert (lead(decision), decision.coordinator, decision.due) == (None, None, None)


@pytest.mark.parametrize(
    ("condition", "why"),
    [
        (
            "lost",
            "No route: the panel names no pathway for lost; coordinator of North One (N1), coordinator-north",
        ),
        (
            "ghost",
            "No route: ghost is not on panel version 1; coordinator of North One (N1), coordinator-north",
        ),
    ],
)
def test_a_gap_in_the_panel_reaches_the_coordinator(rules: Rules, condition: str, why: str) -> None:
    """Without a pathway there is no route, but the coordinator learns of it."""
    decision = decide(case(condition), rules)
    assert decision.status == "refused"
    assert decision.reason == f"{why}, decides."
    assert decision.coordinator is not None


def test_a_review_fixes_the_day(rules: Rules) -> None:
    """Reviewed on a Friday, two working days end on Tuesday; without a day the time stays relative."""
    friday = replace(case("heart"), review=Review("report", date(2026, 3, 6)))
    assert decide(friday, rules).due == "by 2026-03-10"
    undated = decide(replace(friday, review=Review("report", None)), rules)
    assert undated.due == "within 2 working days of review"
    assert "missing: the day of the review" in undated.reason


@pytest.mark.parametrize(
    ("age", "urgency", "says"),
    [
        (4.0, Urgency.U, "due within"),
        (5.0, Urgency.E, "raised one class inside the risk window"),
        (20.0, Urgency.E, "raised one class inside the risk window"),
        (21.0, Urgency.U, "risk window passed: ask about symptoms now"),
        (None, Urgency.U, "missing: age at result (risk window day 5 to 20)"),
    ],
)
def test_the_risk_window(rules: Rules, age: float | None, urgency: Urgency, says: str) -> None:
    """Inside the window the class rises by one, after it the unit asks about symptoms; age may be unknown."""
    window = with_pathway(rules, "cardiology", risk_window=(5.0, 20.0))
    decision = decide(replace(case("heart"), result_age_days=age), window)
    assert decision.urgency == urgency
    assert says in decision.reason


def test_pending_phase_and_missing_consent_are_said(rules: Rules) -> None:
    """A route for an open question says so, and an unrecorded consent is named."""
    open_question = replace(case("eye"), verdict=Verdict.PENDING_PHASE, consent_care=None)
    reason = decide(open_question, rules).reason
    assert "pending phase: whether the two alleles are in trans is not known" in reason
    assert "missing: consent for care" in reason


def test_one_lead_for_several_positives(rules: Rules) -> None:
    """The emergency's unit leads for the newborn; the heart unit gives input; a refused result has no say."""
    declined = replace(case("slow"), review=Review("do_not_report", None))
    acute, heart, slow = route_cases([case("heart"), case("acute"), declined], rules)
    assert "acute-night leads for this newborn, with input for heart;" in acute.reason
    assert "acute-night leads for this newborn because of acute, this unit gives input;" in heart.reason
    assert lead(heart) == "heart-alpha"
    assert "leads for this newborn" not in slow.reason


def test_a_lead_without_a_signature_is_provisional(rules: Rules) -> None:
    """An unsigned class orders the conditions for the time being, and the sentence says so."""
    eye, skin = route_cases([case("skin"), case("eye")], rules)
    assert "eye-west leads for this newborn, with input for skin (provisional" in eye.reason
    assert "eye-west leads for this newborn because of eye" in skin.reason


def test_the_coordinator_names_the_lead_where_no_unit_is_known(rules: Rules) -> None:
    """When the most urgent condition has no unit, nobody else is made the lead by default."""
    urgent = with_pathway(rules, "skin", proposed_class=Urgency.E, signed_by="invented role")
    heart, _ = route_cases([case("heart"), case("skin")], urgent)
    assert "the unit that the coordinator names leads for this newborn because of skin" in heart.reason


CASES = st.builds(
    Case,
    newborn=st.sampled_from([f"A{number}" for number in range(6)]),
    condition=st.sampled_from(["heart", "eye", "acute", "slow", "skin", "lost", "ghost"]),
    verdict=st.sampled_from([Verdict.REPORTABLE, Verdict.PENDING_PHASE]),
    region=st.sampled_from(["N1", "N2", "S1", "N", "XX", "ISLE", "Q9", None]),
    consent_care=st.sampled_from(["yes", "no", None]),
    withdrawn=st.booleans(),
    result_age_days=st.one_of(st.none(), st.floats(0, 400)),
    review=st.one_of(
        st.none(),
        st.builds(
            Review,
            decision=st.sampled_from(["report", "do_not_report", "repeat"]),
            day=st.one_of(st.none(), st.dates(date(2025, 1, 1), date(2027, 1, 1))),
        ),
    ),
)
SHEETS = st.lists(CASES, max_size=12, unique_by=lambda one: (one.newborn, one.condition))


def routed(cases: list[Case], rules: Rules) -> pl.DataFrame:
    """The table of the routes."""
    return referrals_table(route_cases(cases, rules))


@given(SHEETS, st.randoms())
def test_the_order_of_the_rows_does_not_matter(rules: Rules, cases: list[Case], random: Random) -> None:
    """Shuffled input gives the same table."""
    shuffled = list(cases)
    random.shuffle(shuffled)
    assert routed(cases, rules).equals(routed(shuffled, rules))


@given(SHEETS)
def test_every_case_has_one_route_and_nobody_is_silent(rules: Rules, cases: list[Case]) -> None:
    """Rows in are rows out; each is proposed with a unit, or says in words why it is not."""
    table = routed(cases, rules)
    assert table.select("newborn", "condition").rows() == sorted(
        (one.newborn, one.condition) for one in cases
    )
    for row in table.iter_rows(named=True):
        assert (row["status"] == "proposed") == (row["lead_unit"] is not None)
        assert (row["due"] is None) == (row["urgency"] is None)
        assert row["reason"].endswith(".")
        assert row["status"] != "escalated" or "decides" in row["reason"]
        assert row["lead_unit"] not in (row["alternatives"] or "").split(";")
        assert json.loads(row["trace"])


@given(SHEETS, st.sampled_from([None, (0.0, 0.0)]))
def test_a_unit_outside_the_specialty_changes_nothing(
    rules: Rules, cases: list[Case], place: tuple[float, float] | None
) -> None:
    """A new unit that takes none of the pathways leaves every row as it was, trace included."""
    network: Network = rules.network
    stranger = Unit(
        id="a-stranger",
        name="Stranger",
        kind="site",
        tier="regional",
        specialties=frozenset({"other"}),
        hours="24x7",
        place=place,
        coordinator=False,
        laboratory=False,
        valid_from=None,
        valid_to=None,
        catchment=frozenset(network.regions),
    )
    more = replace(rules, network=replace(network, units=(stranger, *network.units)))
    assert routed(cases, rules).equals(routed(cases, more))


@given(SHEETS, st.dates(date(2026, 1, 2), date(2030, 1, 1)))
def test_the_day_of_the_run_stands_in_no_row(rules: Rules, cases: list[Case], day: date) -> None:
    """Any day on which no unit closes and no pathway falls due gives the same table."""
    assert routed(cases, replace(rules, as_of=day)).equals(routed(cases, rules))
