"""What follows from the counts alone: every answer, or the reason why there is none."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.measures import Settings, accuracy_table
from evaluator.accuracy.supplement import Options, Supplement, counts_of, supplement
from evaluator.accuracy.supplement_strata import compare_sites

VERIFIED = Counts("overall", 9, 3, 1, 9_000, 0, 0, 0, 0)
UNVERIFIED = Counts("overall", 9, 3, 0, 0, 1, 9_000, 0, 0)
PREVALENCE = {"a": (10.0, "a registry")}


def computed(
    overall: Counts,
    *others: Counts,
    prevalences: dict[str, tuple[float, str]] | None = None,
    options: Options = Options(),  # noqa: B008 - frozen
) -> Supplement:
    """The supplement of an overall count and its strata."""
    strata = {counts.stratum: counts for counts in (overall, *others)}
    found = supplement(strata, {"a": "g", "b": "g"}, prevalences or {}, options)
    assert found is not None
    return found


def test_nothing_counted_nothing_said() -> None:
    """Without an overall row there is no supplement."""
    assert supplement({}, {}, {}, Options()) is None


def test_unverified_negatives_are_bounded_and_never_estimated() -> None:
    """No verified negative: bounds and tipping points stand, corrections and simulation do not."""
    found = computed(UNVERIFIED)
    assert found.verification.corrected.sensitivity.estimate is None
    assert found.verification.corrected.bounds.lower == pytest.approx(9 / 9_009)
    assert found.verification.corrected.bounds.upper == 1
    assert [point.sensitivity.denominator for point in found.tipping] == [9, 10, 11, 14, 19]
    assert found.missed_to_fall == 2
    assert found.outlook.projection is None
    assert "followed up" in found.outlook.reason
    assert found.outlook.observed["recall_rate"].estimate == pytest.approx(100_000 * 13 / 9_013)


def test_curve_without_verification_is_a_labelled_scenario() -> None:
    """The band lies between the bounds of the sensitivity; it never passes for an estimate."""
    curve = computed(UNVERIFIED).curve
    assert curve.scenario
    assert "unverified negatives taken as unaffected" in curve.label
    assert all(point.ppv.estimate is None for point in curve.points)
    assert all((p.ppv.lower or 0) <= (p.ppv.upper or 0) for p in curve.points)
    assert not computed(VERIFIED).curve.scenario


def test_verified_cohort_is_projected_with_its_seed() -> None:
    """The projection repeats with its seed and agrees with the observed rate."""
    one, two = computed(VERIFIED).outlook.projection, computed(VERIFIED).outlook.projection
    assert one == two
    assert one is not None
    mean = one.outputs["true_positives"].mean
    assert mean.lower is not None
    assert mean.upper is not None
    assert mean.lower < 100_000 * 9 / 9_013 < mean.upper


def test_expected_cases_need_a_source() -> None:
    """Only a condition whose prevalence has a source is compared; the others are counted as left out."""
    a = Counts("condition: a", 2, 0, 1, 99_997, 0, 0, 0, 0)
    b = Counts("condition: b", 2, 0, 0, 99_998, 0, 0, 0, 0)
    cases = computed(VERIFIED, a, b, prevalences=PREVALENCE).cases
    assert [row.condition for row in cases.conditions] == ["a"]
    assert cases.conditions[0].comparison.expected == pytest.approx(10)
    assert cases.without_source == 1
    assert "no condition" in computed(VERIFIED, a, b).cases.reason


def test_births_are_planned_for_a_prevalence_only() -> None:
    """A prevalence that nobody gives stops the plan; one that was given is used."""
    assert "--prevalence" in computed(VERIFIED).plan.reason
    plan = computed(VERIFIED, options=Options(prevalence=0.001)).plan
    assert plan.given
    assert plan.within is not None
    assert plan.within.births == (plan.within.affected or 0) * 1000


def test_groups_too_small_are_not_pooled() -> None:
    """Two conditions do not tell how conditions differ."""
    a, b = Counts("condition: a", tp=5, fp=1), Counts("condition: b", tp=2, fp=0)
    (pooled,) = computed(VERIFIED, a, b).pooled
    assert "5 are needed" in (pooled.shrinkage.not_pooled or "")


def test_strata_that_were_not_asked_for_are_named() -> None:
    """The reason says which option splits the accuracy."""
    found = computed(VERIFIED)
    assert "--by site" in found.sites.reason
    assert "--by ancestry" in found.contrasts[0].reasons["all"]


def test_small_strata_are_insufficient_evidence() -> None:
    """Two tiny ancestries are never called equal."""
    one, two = Counts("ancestry: x", 1, 0, 0, 50, 0, 0), Counts("ancestry: y", 2, 1, 0, 60, 0, 0)
    equity = computed(VERIFIED, one, two).contrasts[0].equities["sensitivity"]
    assert {row.verdict.value for row in equity.contrasts} == {"insufficient evidence of equal accuracy"}


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 40), min_size=8, max_size=8), st.integers(0, 3))
def test_counts_come_back_from_the_rows(cells: list[int], wrong: int) -> None:
    """What the accuracy table wrote is what the supplement computes from, and nothing fails."""
    counts = Counts("overall", *cells, wrong_condition=wrong)
    rows = accuracy_table([counts], Settings()).to_dicts()
    assert counts_of(rows)["overall"] == counts
    assert computed(counts).counts == counts


def test_sites_that_verified_are_no_sample_of_the_others() -> None:
    """One site with an unverified negative: no sensitivity over all sites; none such: pooled counts."""
    verified = {f"site {n}": Counts(f"site {n}", 4, 1, 1, 90, 0, 0, 0, 0) for n in range(3)}
    open_site = {"site 9": Counts("site 9", 4, 1, 0, 80, 0, 7, 0, 0)}
    assert compare_sites(verified, seed=1).summary is not None
    found = compare_sites(verified | open_site, seed=1)
    assert found.summary is None
    assert found.unverified == 1
