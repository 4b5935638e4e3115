"""The table of the special loci's callers: who is in it, and what it says."""

from __future__ import annotations

from collections import Counter
from random import Random

import polars as pl
import pytest

from evaluator.panel.model import Panel
from evaluator.sheet_reader import read_sheet_or_raise
from evaluator.sheets import SPECIAL_LOCI
from evaluator.simulation.catalogue import Catalogue, build_catalogue
from evaluator.simulation.scenario import CallerRow, Planted
from evaluator.simulation.special_loci import caller_rows, is_told

from .conftest import Cohort

LOCI = ["F8_inversion", "GBA1", "SMN1"]


@pytest.fixture(scope="module")
def catalogue(small_panel: Panel) -> Catalogue:
    """What the small panel offers."""
    return build_catalogue(small_panel)


def test_most_newborns_are_told_of_every_locus(catalogue: Catalogue) -> None:
    """A few newborns have no row; the others have each locus once, and about one in fifty is a carrier."""
    rng = Random(1)  # noqa: S311 - repeatable on purpose
    drawn = [caller_rows(catalogue, None, rng) for _ in range(5_000)]
    told = [rows for rows in drawn if rows]
    assert 0.02 < 1 - len(told) / len(drawn) < 0.04
    assert all([row.locus for row in rows] == LOCI for rows in told)
    copies = Counter(rows[2].copy_number for rows in told)
    assert set(copies) == {"1", "2", "3"}
    assert 0.015 < copies["1"] / len(told) < 0.025
    assert {row[:3] for rows in told for row in rows[:2]} == {
        ("F8_inversion", "0", "negative"),
        ("GBA1", "", "negative"),
    }


def test_what_is_planted_is_what_the_caller_says(catalogue: Catalogue) -> None:
    """A planted reading always stands in the table; where the callers did not run nothing does."""
    reading = CallerRow("SMN1", "0")
    for seed in range(50):
        rng = Random(seed)  # noqa: S311 - repeatable on purpose
        assert reading in caller_rows(catalogue, Planted("SMN1", special=(reading,)), rng)
        assert caller_rows(catalogue, Planted("F8", callers_run=False), rng) == ()


def test_a_dominant_row_is_not_told() -> None:
    """What one copy means is said of recessive rows only, and of no locus that the table leaves out."""
    rows = (CallerRow("GBA1", "", "negative"),)
    assert is_told("GBA1", "AR", rows)
    assert not is_told("GBA1", "AD", rows)
    assert not is_told("SMN1", "AR", rows)


def test_the_sheet_names_the_table_for_those_it_tells_of(cohort: Cohort) -> None:
    """The table is read without a complaint, and the sheet names it for the newborns in it alone."""
    table = read_sheet_or_raise(cohort.folder / "special_loci.tsv", SPECIAL_LOCI)
    samples = cohort.table("samples.tsv")
    named = samples.filter(pl.col("special_loci") == "special_loci.tsv")
    assert set(named["newborn"]) == set(table["newborn"])
    assert set(named["status"]) == {"sequenced"}
    unread = samples.filter(status="sequenced").height - named.height
    assert 0 < unread < 20
    truth = cohort.table("truth.tsv").filter(condition="sma").join(named, on="newborn")
    assert set(truth.filter(~pl.col("scenario").str.contains("no_call|contaminated"))["verdict"]) == {
        "reportable",
        "not reportable",
    }
