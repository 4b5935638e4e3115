"""The sample and the family: measured contamination, transfusion, and what the parents' files hold."""

from __future__ import annotations

from random import Random

import polars as pl

from evaluator.panel.model import Panel
from evaluator.simulation.sample import contamination
from evaluator.simulation.scenario import Planted

from .conftest import Cohort


def test_contamination_is_below_the_limit_unless_planted(small_panel: Panel) -> None:
    """Most newborns have a small value, a few have none, and only the planted one is above the maximum."""
    most = small_panel.criteria.sample.max_contamination
    assert most is not None
    rng = Random(1)  # noqa: S311 - repeatable on purpose
    drawn = [contamination(small_panel.criteria, None, rng) for _ in range(2_000)]
    assert 0.02 < drawn.count(None) / len(drawn) < 0.04
    assert max(value for value in drawn if value is not None) < most
    planted = contamination(small_panel.criteria, Planted("PAH", contaminated=True), rng)
    assert planted is not None
    assert planted > most


def test_a_contaminated_sample_is_assessed_for_nothing(cohort: Cohort) -> None:
    """The one sample above the maximum is not assessed in any condition."""
    most = cohort.panel.criteria.sample.max_contamination
    samples, truth = cohort.table("samples.tsv"), cohort.table("truth.tsv")
    above = samples.filter(pl.col("contamination").cast(pl.Float64) > most)["newborn"].to_list()
    assert len(above) == 1
    assert set(truth.filter(newborn=above[0])["verdict"]) == {"not assessed"}


def test_one_newborn_was_transfused(cohort: Cohort) -> None:
    """Whoever was sequenced is said to have been transfused or not, and one was."""
    samples = cohort.table("samples.tsv")
    counts = dict(samples.filter(status="sequenced")["transfused"].value_counts().rows())
    assert counts == {"yes": 1, "no": samples.filter(status="sequenced").height - 1}


def test_parents_are_sequenced_in_trios_alone(cohort: Cohort) -> None:
    """The two trios name both parents' files, which hold the planted alleles; nobody else names any."""
    truth = cohort.table("truth.tsv")
    trios = set(truth.filter(pl.col("scenario").str.starts_with("parents_show"))["newborn"])
    for parent in ("mother", "father"):
        named = cohort.table("samples.tsv").drop_nulls(f"{parent}_vcf")
        assert set(named["newborn"]) == trios
    assert len(trios) == 2
    assert len(list((cohort.folder / "parents").glob("*.vcf.gz"))) == 4
