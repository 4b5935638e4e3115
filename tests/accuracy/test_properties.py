"""What must hold whatever the newborns are: sums, names that mean nothing, verification, symmetry."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.comparison import rows_of
from evaluator.accuracy.ledger.strata import Stratum, counts_by
from evaluator.accuracy.measures import CELLS, Settings, measures
from evaluator.panel.model import Panel
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
ANSWERS = [
    ("not reportable", "no_qualifying_allele"),
    ("not assessed", "low_callability"),
    ("pending phase", "phase_unknown;listed_allele"),
    ("reportable", "listed_allele;homozygous"),
]
GENES = ("CFTR", "ACADM", "ADA", "RAG1")
CONDITIONS = ("cystic-fibrosis", "mcadd", "scid")
REFERENCES = (None, "affected", "unaffected", "pending", "lost", "not_verified")
NUMBERS = (*CELLS, "not_tested")
NEWBORN = st.fixed_dictionaries(
    {
        "status": st.sampled_from(["sequenced", "sequenced", "sequenced", "failed", "declined"]),
        "site": st.sampled_from(["leeds", "york", "hull"]),
        "answers": st.tuples(*[st.sampled_from(ANSWERS)] * len(GENES)),
        "references": st.tuples(*[st.sampled_from(REFERENCES)] * len(CONDITIONS)),
    }
)
COHORT = st.lists(NEWBORN, min_size=1, max_size=6)
SLOW_FIXTURES = settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@pytest.fixture
def count(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel
) -> Callable[..., dict[str, Counts]]:
    """Count a cohort of drawn newborns by stratum, names and order of rows as asked."""

    def counted(
        cohort: list[dict[str, Any]], definition: Definition, names: list[str], *, turned: bool = False
    ) -> dict[str, Counts]:
        told = dict(zip(names, cohort, strict=True))
        present = [name for name in names if told[name]["status"] in ("sequenced", "failed")]
        answers = {(n, g): a for n in present for g, a in zip(GENES, told[n]["answers"], strict=True)}
        basis = "molecular" if definition is Definition.MOLECULAR else "clinical"
        known = [
            (name, condition, basis, reference)
            for name in names
            for condition, reference in zip(CONDITIONS, told[name]["references"], strict=True)
            if reference
        ]
        tables = [findings(present, answers), samples(*((n, told[n]["status"]) for n in names))]
        tables[1] = tables[1].with_columns(site=pl.Series([told[n]["site"] for n in names]))
        tables.append(outcomes(*known))
        if turned:
            tables = [table.reverse() for table in tables]
        built = build_ledger(*tables, panel, definition)
        counts = counts_by(built.ledger, built.findings, [Stratum(one) for one in Stratum], 0)
        return {one.stratum: one for one in counts}

    return counted


def numbers(counts: Counts, *, newborns: bool = False) -> dict[str, int]:
    """The cells of a stratum; positive for the wrong condition is one where newborns are counted."""
    found = {name: getattr(counts, name) or 0 for name in NUMBERS}
    return found | ({"wrong_condition": counts.wrong_condition or 0} if newborns else {})


def summed(counts: dict[str, Counts], prefix: str, *, newborns: bool = False) -> dict[str, int]:
    """The sum of all strata of one kind."""
    parts = [numbers(one, newborns=newborns) for name, one in counts.items() if name.startswith(prefix)]
    return {name: sum(part[name] for part in parts) for name in parts[0]}


@SLOW_FIXTURES
@given(cohort=COHORT, definition=st.sampled_from(Definition))
def test_cells_sum_to_the_ledger(count: Build, cohort: list[dict[str, Any]], definition: Definition) -> None:
    """Every newborn, and every newborn x condition, stands in one cell of every split."""
    counts = count(cohort, definition, [f"n{place}" for place in range(len(cohort))])
    overall = numbers(counts["overall"], newborns=True)
    assert sum(overall.values()) == len(cohort)
    for kind in ("site: ", "ancestry: ", "sex: ", "sample_type: "):
        assert summed(counts, kind, newborns=True) == overall
    pairs = numbers(counts["overall: newborn x condition"])
    assert sum(pairs.values()) == len(cohort) * len(CONDITIONS)
    assert summed(counts, "condition: ") == summed(counts, "group: ") == pairs


@SLOW_FIXTURES
@given(cohort=COHORT, definition=st.sampled_from(Definition))
def test_relabelling_changes_nothing(
    count: Build, cohort: list[dict[str, Any]], definition: Definition
) -> None:
    """Other names of newborns and sites, and rows in another order, give the same numbers."""
    names = [f"n{place}" for place in range(len(cohort))]
    renamed = {"leeds": "zz", "york": "aa", "hull": "<b>"}
    other = [{**newborn, "site": renamed[newborn["site"]]} for newborn in cohort]
    one = count(cohort, definition, names)
    two = count(other, definition, [f"x{9 - place}" for place in range(len(cohort))], turned=True)
    for name, counts in one.items():
        site = name.removeprefix("site: ")
        twin = two[f"site: {renamed[site]}" if name.startswith("site: ") else name]
        assert replace(twin, stratum=name) == counts
        assert measures(twin, Settings()) == measures(counts, Settings())


@SLOW_FIXTURES
@given(cohort=COHORT, definition=st.sampled_from(Definition), more=st.integers(1, 3))
def test_an_unverified_negative_never_changes_sensitivity(
    count: Build, cohort: list[dict[str, Any]], definition: Definition, more: int
) -> None:
    """Newborns negative for all and followed up for nothing leave every other cell; no estimate moves."""
    silent = {
        "status": "sequenced",
        "site": "york",
        "answers": (ANSWERS[0],) * len(GENES),
        "references": (None,) * len(CONDITIONS),
    }
    names = [f"n{place}" for place in range(len(cohort) + more)]
    before = count(cohort, definition, names[: len(cohort)])
    after = count(cohort + [silent] * more, definition, names)
    for stratum, added in (("overall", more), ("overall: newborn x condition", more * len(CONDITIONS))):
        one, two = numbers(before[stratum]), numbers(after[stratum])
        assert two == one | {"unverified_negative": one["unverified_negative"] + added}
        old, new = measures(before[stratum], Settings()), measures(after[stratum], Settings())
        assert new["sensitivity"].estimate is None
        assert new["specificity"].estimate is None
        assert new["ppv"] == old["ppv"]


RESULT = st.sampled_from(["positive", "negative"])
FATE = st.sampled_from(["affected", "unaffected", "open"])
TABLE = st.lists(st.tuples(RESULT, RESULT, FATE), min_size=1, max_size=60)


@given(rows=TABLE)
def test_swapping_the_tests_mirrors_the_comparison(rows: list[tuple[str, str, str]]) -> None:
    """Differences change their sign, ratios are inverted, p-values and combined strategies stay."""
    table = pl.DataFrame(rows, schema=dict.fromkeys(("first", "second", "fate"), pl.String), orient="row")
    one = {row["measure"]: row for row in rows_of("clinical", "s", table)}
    swapped = table.rename({"first": "second", "second": "first"})
    two = {row["measure"]: row for row in rows_of("clinical", "s", swapped)}
    assert set(one) == set(two)
    for name, row in one.items():
        twin = two[mirrored_name(name)]
        assert (row["estimate"] is None) == (twin["estimate"] is None), name
        limits = (row["estimate"], row["lower"], row["upper"])
        if row["estimate"] is not None:
            found = tuple(mirrored(name, *limits))
            assert found == pytest.approx((twin["estimate"], twin["lower"], twin["upper"]), abs=1e-7), name
        if row.get("p_value") is not None:
            assert row["p_value"] == pytest.approx(twin["p_value"])


def mirrored_name(name: str) -> str:
    """What the measure is called when the tests have changed places."""
    if "genomic" in name:
        return name.replace("genomic", "conventional")
    return name.replace("conventional", "genomic")


def mirrored(name: str, estimate: float, lower: float | None, upper: float | None) -> list[float | None]:
    """Estimate and limits of a difference or a ratio seen from the other test."""
    if "difference" in name:
        return [-estimate, None if upper is None else -upper, None if lower is None else -lower]
    if "relative" in name:
        return [1 / estimate, 1 / upper if upper else None, 1 / lower if lower else None]
    return [estimate, lower, upper]
