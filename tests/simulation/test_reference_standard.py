"""Outcomes follow from what was planted: true and false positives, missed newborns, linked negatives."""

from __future__ import annotations

import polars as pl

from evaluator.simulation.scenarios import SCENARIOS

from .conftest import Cohort


def test_every_positive_has_a_row_under_both_definitions(cohort: Cohort) -> None:
    """Reportable and pending newborns are confirmed or not, molecularly and clinically."""
    truth, outcomes = cohort.table("truth.tsv"), cohort.table("outcomes.tsv")
    positive = truth.filter(pl.col("verdict").is_in(["reportable", "pending phase"]))
    for row in positive.iter_rows(named=True):
        found = outcomes.filter(newborn=row["newborn"], condition=row["condition"])
        assert sorted(found["basis"]) == ["clinical", "molecular"]


def test_a_missed_newborn_is_known_to_be_affected(cohort: Cohort) -> None:
    """Whoever is ill and not positive was found some other way."""
    missed = {scenario.name for scenario in SCENARIOS if scenario.affected} & {
        "unlisted_allele_missed",
        "no_variant_missed",
        "gene_uncovered",
        "low_depth",
    }
    truth = cohort.table("truth.tsv").filter(pl.col("scenario").is_in(missed))
    outcomes = cohort.table("outcomes.tsv").filter(reference="affected")
    assert truth.height == len(missed) == 4
    joined = truth.join(outcomes, on=["newborn", "condition"])
    assert set(joined["newborn"]) == set(truth["newborn"])
    assert "screening" not in set(joined["found_by"])


def test_negatives_are_linked_where_the_family_agreed(cohort: Cohort) -> None:
    """A registry row needs the family's word, except for today's conditions, and never calls anyone ill."""
    everyone = cohort.table("outcomes.tsv").filter(method="registry_linkage")
    today = pl.col("condition").is_in(["pah", "acadm", "gcdh"])
    linked = everyone.filter(~today)
    screened = cohort.table("samples.tsv").filter(pl.col("status").is_in(["sequenced", "failed"]))
    assert everyone.filter(today)["newborn"].n_unique() == screened.height
    agreed = set(cohort.table("samples.tsv").filter(consent_registry="yes")["newborn"])
    assert set(linked["newborn"]) <= agreed
    assert set(linked["reference"]) == {"unaffected"}
    assert set(linked["basis"]) == {"clinical"}
    assert 0.5 < linked["newborn"].n_unique() / cohort.simulation.newborns < 0.95


def test_no_outcome_contradicts_another(cohort: Cohort) -> None:
    """One row per newborn, condition and basis; a false positive has a reason, a true one has none."""
    outcomes = cohort.table("outcomes.tsv")
    assert outcomes.select("newborn", "condition", "basis").is_duplicated().sum() == 0
    false = outcomes.filter(pl.col("reason_fp") != "")
    assert set(false["reference"]) == {"unaffected"}
    assert {"cis", "classification"} <= set(false["reason_fp"])


def test_someone_who_declined_fell_ill(cohort: Cohort) -> None:
    """Programme sensitivity needs an affected newborn who was never screened."""
    declined = set(cohort.table("samples.tsv").filter(status="declined")["newborn"])
    ill = cohort.table("outcomes.tsv").filter(pl.col("newborn").is_in(declined), reference="affected")
    assert ill.height == 1


def test_todays_test_covers_its_conditions_only(cohort: Cohort) -> None:
    """The blood spot looks for phenylketonuria and the like, in every newborn once."""
    today = cohort.table("conventional.tsv")
    assert set(today["condition"]) == {"pah", "acadm", "gcdh"}
    assert today.height == 3 * cohort.simulation.newborns
    assert today.filter(index="negative").height > 0.9 * today.height
