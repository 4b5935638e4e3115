"""Who gave an allele, and whether these can be the parents: places, errors, too few to say."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.screening.parents import CHECKS, parental_evidence
from evaluator.tables import CALLS, PARENTS

Bench = Any  # the builders of conftest.py
RULES = {"min_parent_places": 4, "max_parent_errors": 0.03, "min_parent_x_places": 3}


def check(
    bench: Bench,
    genotypes: list[tuple[str, str, tuple[int | None, ...]]],
    sex: int | None = 2,
    **rules: object,
) -> dict[str, Any]:
    """Check the parents at calls of these contigs and genotypes, with copies and ploidy in each parent."""
    calls, parents = [], []
    for place, (contig, genotype, family) in enumerate(genotypes):
        calls.append(bench.call(f"{contig}-{50_000_000 + place}-A-G", genotype))
        allele = {name: calls[-1][name] for name in ("newborn", "contig", "position", "ref", "alt")}
        names = ("mother_copies", "mother_ploidy", "father_copies", "father_ploidy")
        parents.append({**allele, **dict(zip(names, family, strict=True))})
    newborns = pl.DataFrame({"newborn": ["N1"], "x_count": pl.Series([sex], dtype=pl.Int8)})
    criteria = bench.criteria(sample={**RULES, **rules})
    known = pl.DataFrame(parents, schema=PARENTS)
    found = parental_evidence(pl.DataFrame(calls, schema=CALLS).lazy(), known, newborns, criteria, "GRCh38")
    (row,) = found.checks.to_dicts()
    return row


@pytest.mark.parametrize(
    ("family", "errors"),
    [
        ((1, 2, 1, 2), (0, 0)),
        ((0, 2, 1, 2), (4, 0)),
        ((1, 2, 0, 2), (0, 4)),
        ((None, None, 2, 2), (0, 0)),
    ],
)
def test_a_homozygote_came_from_both(
    bench: Bench, family: tuple[int | None, ...], errors: tuple[int, int]
) -> None:
    """A parent without the allele is no parent; a parent who is not known shows nothing."""
    told = check(bench, [("chr1", "1/1", family)] * 4)
    assert (told["mother_errors"], told["father_errors"]) == errors
    assert told["mother_places"] == (0 if family[0] is None else 4)
    assert told["mismatch"] == any(errors)


@pytest.mark.parametrize(
    ("family", "errors"), [((1, 2, 0, 2), 0), ((0, 2, 0, 2), 4), ((2, 2, 2, 2), 4), ((2, 2, 1, 2), 0)]
)
def test_a_heterozygote_came_from_one_of_them(
    bench: Bench, family: tuple[int | None, ...], errors: int
) -> None:
    """An allele of neither, or of two parents who have nothing else to give."""
    told = check(bench, [("chr1", "0/1", family)] * 4)
    assert (told["both_places"], told["both_errors"]) == (4, errors)


def test_too_few_places_say_nothing(bench: Bench) -> None:
    """Three errors of three places are no statement where four are asked for; switched off says nothing."""
    assert check(bench, [("chr1", "1/1", (0, 2, 1, 2))] * 3)["mismatch"] is None
    assert check(bench, [("chr1", "1/1", (0, 2, 1, 2))] * 4, parent_mismatch="off")["mismatch"] is None


def test_errors_up_to_the_fraction_are_borne(bench: Bench) -> None:
    """Three of a hundred places are at 3%, four are above."""
    good = [("chr1", "1/1", (1, 2, 1, 2))]
    bad = [("chr1", "1/1", (0, 2, 1, 2))]
    assert check(bench, good * 97 + bad * 3)["mismatch"] is False
    assert check(bench, good * 96 + bad * 4)["mismatch"] is True


def test_a_boys_x_comes_from_the_mother(bench: Bench) -> None:
    """The mother is asked, the father is not."""
    told = check(bench, [("chrX", "1", (0, 2, 1, 1))] * 4, sex=1)
    assert (told["mother_errors"], told["father_places"], told["mismatch"]) == (4, 0, True)


@pytest.mark.parametrize(
    ("family", "mismatch"),
    [((1, 2, 1, 1), False), ((1, 1, 1, 1), True), ((1, 2, 1, 2), True), ((1, 2, 2, 2), False)],
)
def test_swapped_parents_show_on_x(bench: Bench, family: tuple[int, ...], *, mismatch: bool) -> None:
    """A mother called with one X, or a father heterozygous on it: swapped files, or other people."""
    assert check(bench, [("chrX", "0/1", family)] * 3)["mismatch"] is mismatch


def test_without_parents_there_is_nothing(bench: Bench) -> None:
    """No parent's file, no check, whatever was called."""
    newborns = pl.DataFrame({"newborn": ["N1"], "x_count": pl.Series([2], dtype=pl.Int8)})
    calls = pl.DataFrame([bench.call("chr1-50000000-A-G", "1/1")], schema=CALLS).lazy()
    found = parental_evidence(calls, PARENTS.to_frame(), newborns, bench.criteria(), "GRCh38")
    assert found.checks.is_empty()
    assert found.checks.columns == [*CHECKS, "mismatch"]
