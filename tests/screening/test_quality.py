"""Call quality: repeat, never negative, never positive."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.panel.criteria import Criteria
from evaluator.screening.quality import missing_fields
from evaluator.tables import NEWBORNS

Bench = Any  # the builders of conftest.py
ALLELE = "chr1-75761161-A-G"  # ACADM c.985A>G


def verdict(bench: Bench, call: dict[str, Any], criteria: Criteria | None = None) -> tuple[str, str]:
    """Decide one call in ACADM."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(ALLELE, "ACADM")], criteria=criteria)
    found = bench.finding(panel, [call])
    return found["verdict"], found["reasons"].split(";")[0]


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"depth": 9}, "repeat_low_depth"),
        ({"depth": None}, "repeat_low_depth"),
        ({"genotype_quality": 19.9}, "repeat_low_genotype_quality"),
        ({"genotype_quality": None}, "repeat_low_genotype_quality"),
        ({"filters": "LowQual"}, "repeat_filter"),
        ({"filters": "PASS;LowQual"}, "repeat_filter"),
    ],
)
def test_a_homozygote_below_a_threshold_is_repeated(
    bench: Bench, values: dict[str, Any], reason: str
) -> None:
    """A qualifying homozygote whose quality is low or missing is neither positive nor negative."""
    assert verdict(bench, bench.call(ALLELE, "1/1", **values)) == ("not assessed", reason)


@pytest.mark.parametrize("values", [{"depth": 10}, {"genotype_quality": 20.0}, {"filters": "."}])
def test_a_homozygote_at_the_threshold_passes(bench: Bench, values: dict[str, Any]) -> None:
    """The thresholds themselves are good enough."""
    assert verdict(bench, bench.call(ALLELE, "1/1", **values))[0] == "reportable"


@pytest.mark.parametrize(
    ("alt_depth", "expected"),
    [
        (7, ("not assessed", "repeat_allele_balance")),  # 7 of 30 is below 0.25
        (8, ("not reportable", "one_allele_only")),
        (22, ("not reportable", "one_allele_only")),
        (23, ("not assessed", "repeat_allele_balance")),
        (None, ("not assessed", "repeat_allele_balance")),
    ],
)
def test_a_heterozygote_must_be_balanced(
    bench: Bench, alt_depth: int | None, expected: tuple[str, str]
) -> None:
    """A heterozygote's read fraction lies inside the window or the call is repeated."""
    assert verdict(bench, bench.call(ALLELE, "0/1", alt_depth=alt_depth)) == expected


def test_balance_is_not_asked_of_a_homozygote(bench: Bench) -> None:
    """A homozygote has nearly all reads on one side, as it should."""
    assert verdict(bench, bench.call(ALLELE, "1/1", alt_depth=30))[0] == "reportable"


@pytest.mark.parametrize(("alt_depth", "said"), [(3, "said"), (2, ""), (8, "")])
def test_a_low_fraction_may_be_a_mosaic(bench: Bench, alt_depth: int, said: str) -> None:
    """Below the window but not below the mosaic floor, the reasons also say possible_mosaic."""
    panel = bench.panel([bench.row("RB1", "AD")], [bench.listed("chr13-48303950-C-T", "RB1")])
    call = bench.call("chr13-48303950-C-T", "0/1", alt_depth=alt_depth)
    assert ("possible_mosaic" in bench.finding(panel, [call])["reasons"].split(";")) is bool(said)


@pytest.mark.parametrize(
    ("setting", "values"),
    [
        ("min_depth", {"depth": 1, "alt_depth": 1}),
        ("min_genotype_quality", {"genotype_quality": None}),
        ("filters", {"filters": "LowQual"}),
    ],
)
def test_null_switches_a_threshold_off(bench: Bench, setting: str, values: dict[str, Any]) -> None:
    """A threshold set to null is not asked."""
    criteria = bench.criteria(quality={setting: None})
    assert verdict(bench, bench.call(ALLELE, "1/1", **values), criteria)[0] == "reportable"


def test_a_good_allele_is_positive_beside_a_bad_one(bench: Bench) -> None:
    """A failing allele never takes a positive away."""
    other = "chr1-75745788-G-A"
    panel = bench.panel(
        [bench.row("ACADM", "AR")], [bench.listed(ALLELE, "ACADM"), bench.listed(other, "ACADM")]
    )
    calls = [bench.call(ALLELE, "1/1"), bench.call(other, "0/1", depth=2, alt_depth=1)]
    assert bench.finding(panel, calls)["verdict"] == "reportable"


def test_a_bad_second_allele_leaves_the_row_open(bench: Bench) -> None:
    """One good heterozygote and one that failed quality: the second may be real, so not a carrier yet."""
    other = "chr1-75745788-G-A"
    panel = bench.panel(
        [bench.row("ACADM", "AR")], [bench.listed(ALLELE, "ACADM"), bench.listed(other, "ACADM")]
    )
    found = bench.finding(panel, [bench.call(ALLELE), bench.call(other, genotype_quality=3.0)])
    assert (found["verdict"], found["reasons"]) == (
        "not assessed",
        "repeat_low_genotype_quality;one_allele_only",
    )


def test_quality_is_not_asked_of_alleles_without_evidence(bench: Bench) -> None:
    """A bad call that would not have qualified anyway does not cloud a negative."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(ALLELE, "ACADM")])
    found = bench.finding(panel, [bench.call("chr1-75745788-G-A", depth=1)])
    assert found["verdict"] == "not reportable"


def test_a_field_that_files_lack_is_named_with_the_remedy(bench: Bench) -> None:
    """A threshold on a field that files lack stops the run, counting newborns and naming none."""
    newborns = pl.DataFrame(
        [
            bench.newborn("SECRET1", has_genotype_quality=False),
            bench.newborn("SECRET2"),
            bench.newborn("SECRET3", status="failed", has_genotype_quality=None, calls=None),
        ],
        schema=NEWBORNS,
    )
    (problem,) = missing_fields(newborns, bench.criteria(), "store")
    assert "FORMAT/GQ" in problem.message
    assert "1 of 2 newborns" in problem.message
    assert "min_genotype_quality: null" in problem.message
    assert "SECRET" not in str(problem)
    assert missing_fields(newborns, bench.criteria(quality={"min_genotype_quality": None}), "store") == []
