"""Figures of published screening studies come out of `nbseval accuracy --counts`."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]
Rows = dict[tuple[str, str], dict[str, object]]
COUNTS = Path(__file__).parent / "published" / "counts.tsv"

# stratum, measure, method, estimate, lower, upper: as the studies print them or as follows from their counts
FIGURES = [
    ("BabyDetect 2025, all screened", "ppv", "cp", 0.986111111, 0.925028689, 0.999648426),
    ("NC NEXUS 2020, metabolic conditions", "sensitivity", "cp", 0.882352941, 0.635590838, 0.985420683),
    ("NeoSeq 2021, affected newborns", "sensitivity", "cp", 0.555555556, 0.380976794, 0.720645808),
    ("Norway 2020, expanded screening", "ppv", "wilson", 0.412087912, 0.343115249, 0.484694971),
    ("Eastern Sicily 2020, tandem mass spectrometry", "recall_rate", "cp", 0.003244603, None, None),
    ("Eastern Sicily 2020, tandem mass spectrometry", "ppv", "cp", 0.061224490, None, None),
    ("Tyrosinaemia type 1 review 2017, study A", "ppv", "cp", 0.666666667, 0.094299324, 0.991596241),
]


def rows_of(nbseval: Run, method: str) -> Rows:
    """All rows of the published counts, by stratum and measure."""
    done = nbseval("accuracy", "--counts", COUNTS, "--interval", method, "--format", "json")
    assert done.returncode == 0, done.stderr
    return {(row["stratum"], row["measure"]): row for row in json.loads(done.stdout)["rows"]}


@pytest.fixture(scope="session")
def published(nbseval: Run) -> dict[str, Rows]:
    """The rows under both methods that the studies used."""
    return {method: rows_of(nbseval, method) for method in ("cp", "wilson")}


@pytest.mark.parametrize(
    "figure", FIGURES, ids=[f"{figure[0].split(',')[0]}-{figure[1]}" for figure in FIGURES]
)
def test_figure(
    published: dict[str, Rows], figure: tuple[str, str, str, float, float | None, float | None]
) -> None:
    """The estimate, and where one is known its interval, as published."""
    stratum, measure, method, estimate, lower, upper = figure
    row = published[method][stratum, measure]
    assert row["estimate"] == pytest.approx(estimate, abs=1e-8)
    if lower is not None:
        assert (row["lower"], row["upper"]) == pytest.approx((lower, upper), abs=1e-8)


@pytest.mark.parametrize(
    "stratum", ["Norway 2020, expanded screening", "Tyrosinaemia type 1 review 2017, study A"]
)
@pytest.mark.parametrize("measure", ["sensitivity", "specificity", "npv", "lr_positive", "dor"])
def test_no_sensitivity_without_follow_up(published: dict[str, Rows], stratum: str, measure: str) -> None:
    """As Stinton 2017 says: not calculable where screen-negatives were not followed up."""
    row = published["cp"][stratum, measure]
    assert row["estimate"] is None
    assert row["not_estimable"]


def test_norway_counts_travel_with_the_figures(published: dict[str, Rows]) -> None:
    """182 recalled of 461,369 screened, and 107 false for 75 true."""
    rows = published["cp"]
    recall = rows["Norway 2020, expanded screening", "recall_rate"]
    false = rows["Norway 2020, expanded screening", "false_per_true"]
    assert (recall["numerator"], recall["denominator"]) == (182, 461369)
    assert (false["numerator"], false["denominator"]) == (107, 75)
    assert false["estimate"] == pytest.approx(107 / 75)


def _numbers(tree: object) -> list[object]:
    if isinstance(tree, dict):
        return [leaf for value in tree.values() for leaf in _numbers(value)]
    if isinstance(tree, list):
        return [leaf for value in tree for leaf in _numbers(value)]
    return [tree]


def test_the_whole_list(shared_data: Path, published: dict[str, Rows]) -> None:
    """Every figure that the collected list reproduces is among ours."""
    studies = json.loads((shared_data / "accuracy" / "published_counts.json").read_text("utf-8"))["studies"]
    ours = [
        row[name]
        for rows in published.values()
        for row in rows.values()
        for name in ("estimate", "lower", "upper")
        if row[name] is not None
    ]
    wanted = [number for study in studies for number in _numbers(study.get("reproduced", {}))]
    assert wanted
    for number in wanted:
        assert any(value == pytest.approx(number, abs=1e-9) for value in ours), number
