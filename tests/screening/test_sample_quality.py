"""Doubts about a whole sample: what raises them, what does not, and what is told of them."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.screening.sample_quality import judged, sample_notes, with_lookalikes
from evaluator.screening.zygosity import x_chromosomes
from evaluator.tables import NEWBORNS

Bench = Any  # the builders of conftest.py


def people(*records: dict[str, Any]) -> pl.DataFrame:
    """Sequenced newborns with the columns that the engine adds."""
    rows = [{"newborn": f"N{place}", "status": "sequenced", **said} for place, said in enumerate(records)]
    frame = with_lookalikes(pl.LazyFrame(rows, schema=NEWBORNS)).collect()
    return frame.with_columns(x_chromosomes().alias("x_count"))


def on_x(sex: str, heterozygous: int, others: int, y_calls: int = 0, **more: str) -> dict[str, Any]:
    """A newborn with so many alleles called on X and Y."""
    counts = {"x_heterozygous": heterozygous, "x_on_all_copies": others, "x_haploid": 0, "y_calls": y_calls}
    return {"sex": sex, **counts, **more}


@pytest.mark.parametrize(
    ("sample", "stopped"),
    [
        (on_x("male", 5, 15), True),
        (on_x("male", 4, 16), False),
        (on_x("male", 5, 14), False),
        (on_x("female", 1, 19), True),
        (on_x("female", 2, 18), False),
        (on_x("unknown", 10, 10), False),
        (on_x("female", 0, 20, sex_chromosomes="X"), False),
        (on_x("male", 10, 10, sex_chromosomes="XXY"), False),
        (on_x("female", 10, 10, y_calls=10), True),
        (on_x("female", 10, 10, y_calls=9), False),
        (on_x("male", 0, 20, y_calls=10), False),
        (on_x("female", 0, 20, y_calls=10, sex_chromosomes="XY"), False),
    ],
)
def test_the_sex_against_the_calls(bench: Bench, sample: dict[str, Any], *, stopped: bool) -> None:
    """From 20 alleles on X: a quarter heterozygous is two X, one in twenty is one; Y calls need a Y."""
    found = judged(people(sample), bench.criteria())["stopped"][0]
    assert found == ("sex_mismatch" if stopped else None)


def test_lookalikes_of_a_family(bench: Bench) -> None:
    """Declared twins are expected; the same genome once more elsewhere doubts all three."""
    same = {"sex": "male", "genotypes_sha256": "a", "autosomal_heterozygous": 20}
    twin = {**same, "family": "F", "multiple_birth": "yes"}
    assert judged(people(twin, twin), bench.criteria())["stopped"].to_list() == [None, None]
    with_stranger = judged(people(twin, twin, same), bench.criteria())
    assert with_stranger["stopped"].to_list() == ["duplicate_sample"] * 3
    silent = {**twin, "multiple_birth": None}
    assert judged(people(twin, silent), bench.criteria())["stopped"].to_list() == ["duplicate_sample"] * 2


def test_several_doubts_are_told_in_order(bench: Bench) -> None:
    """What stops and what flags stand apart; nobody is named in the notes."""
    sample = {"sex": "male", "contamination": 0.2, "transfused": "yes"}
    newborns = people(sample, {"sex": "female"})
    found = judged(newborns, bench.criteria()).select("stopped", "flagged").rows()
    assert found == [("contaminated_sample", "transfused_before_sampling"), (None, None)]
    notes = sample_notes(newborns, bench.criteria())
    assert notes[0].startswith("Newborns with contaminated_sample: 1; none of their rows")
    assert notes[1].startswith("Newborns with transfused_before_sampling: 1; their verdicts stand")
    assert notes[2].startswith("The sex of 2 of 2 newborns was not checked")
    assert notes[3] == "Contamination is not given for 1 of 2 newborns."
    ignored = bench.criteria(sample={"transfused": "ignore", "max_contamination": None})
    assert judged(newborns, ignored).select("stopped", "flagged").rows() == [(None, None)] * 2
