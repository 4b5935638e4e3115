"""What the sites can carry decides the model, and the report says which and why."""

from __future__ import annotations

import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.sites import SiteModel, SiteSummary, summarise_sites


def site(name: str, tp: int, fn: int, fp: int, tn: int, unverified: int = 0) -> Counts:
    """One site's cells."""
    return Counts(name, tp=tp, fp=fp, fn=fn, tn=tn, unverified_negative=unverified)


MIXED = [
    site("a", 18, 2, 30, 970),
    site("b", 25, 1, 12, 1500),
    site("c", 9, 3, 44, 800),
    site("d", 30, 4, 20, 1000),
    site("e", 14, 1, 9, 700),
    site("f", 22, 6, 35, 1200),
]


@pytest.fixture(scope="module")
def mixed() -> SiteSummary:
    """The summary of six sites with every cell."""
    return summarise_sites(MIXED, seed=1)


def test_five_sites_with_all_cells_carry_the_bivariate_model(mixed: SiteSummary) -> None:
    """The summary lies among the sites, and a new site is less certain than their mean."""
    for margin in (mixed.sensitivity, mixed.specificity):
        assert margin.model is SiteModel.BIVARIATE
        assert margin.summary.lower is not None
        assert margin.summary.upper is not None
        assert margin.prediction.lower is not None
        assert margin.prediction.upper is not None
        assert margin.summary.lower < (margin.summary.estimate or 0) < margin.summary.upper
        assert margin.prediction.lower < margin.summary.lower
        assert margin.summary.upper < margin.prediction.upper
    assert [row.site for row in mixed.sites] == list("abcdef")


def test_a_correlation_that_the_sites_do_not_tell_is_fixed_at_zero() -> None:
    """Equal sites say nothing about a correlation; the note says that it is fixed."""
    alike = [site(name, 18, 2, 20, 980) for name in "abcdef"]
    summary = summarise_sites(alike, seed=1)
    assert summary.rho == 0
    assert any("fixed at 0" in note for note in summary.notes)
    assert summary.sensitivity.summary.estimate == pytest.approx(0.9, abs=1e-3)
    assert summary.sensitivity.homogeneity.p_value == pytest.approx(1.0)


def test_each_margin_alone_where_nobody_was_missed() -> None:
    """Sensitivity 100% everywhere: it is pooled with an exact limit, specificity keeps its model."""
    nobody_missed = [
        site(name, 8, 0, fp, 1000 - fp) for name, fp in zip("abcdef", (5, 9, 2, 30, 11, 8), strict=True)
    ]
    summary = summarise_sites(nobody_missed, seed=1)
    assert summary.sensitivity.model is SiteModel.POOLED
    assert (summary.sensitivity.summary.numerator, summary.sensitivity.summary.denominator) == (48, 48)
    assert summary.sensitivity.summary.lower == pytest.approx(0.9260, abs=1e-4)
    assert summary.sensitivity.prediction.not_estimable
    assert summary.specificity.model is SiteModel.UNIVARIATE
    assert summary.specificity.between_sites_sd is not None
    assert summary.specificity.between_sites_sd > 0.1
    assert summary.rho is None


def test_four_sites_are_pooled() -> None:
    """Below five sites nothing is modelled; the table and the exact test remain."""
    summary = summarise_sites(MIXED[:4], seed=1)
    for margin in (summary.sensitivity, summary.specificity):
        assert margin.model is SiteModel.POOLED
        assert margin.homogeneity.p_value is not None
    assert summary.sensitivity.summary.numerator == 82
    assert any("5 are needed for the bivariate model" in note for note in summary.notes)


def test_an_unverified_negative_is_never_a_true_negative(mixed: SiteSummary) -> None:
    """A site with unverified negatives is left out by name and does not change the others' summary."""
    summary = summarise_sites([*MIXED, site("g", 5, 0, 2, 0, unverified=4000)], seed=1)
    assert summary.sensitivity.summary == mixed.sensitivity.summary
    assert sum("g left out of" in note for note in summary.notes) == 2
    assert summary.sites[-1].sensitivity.estimate is None


def test_nothing_to_pool() -> None:
    """Where no site has a result there is a reason and no number."""
    summary = summarise_sites([site("a", 3, 0, 1, 0, unverified=100)], seed=1)
    assert summary.sensitivity.summary.not_estimable == "no site with a result"
    assert summary.sensitivity.homogeneity.not_estimable
