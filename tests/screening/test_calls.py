"""One allele in several rows of a newborn: copies of one genotype add up, records that differ contradict."""

from __future__ import annotations

from typing import Any

import polars as pl
import pytest

from evaluator.panel.criteria import preset
from evaluator.screening.calls import weighed
from evaluator.tables import CALLS

CALL = {
    "newborn": "BABY",
    "contig": "chr1",
    "position": 5,
    "ref": "A",
    "alt": "G",
    "copies": 1,
    "ploidy": 2,
    "missing": 0,
    "phased": False,
    "depth": 30,
    "alt_depth": 15,
    "genotype_quality": 99.0,
    "filters": "PASS",
    "source_position": 5,
    "source_ref": "A",
    "source_alts": "G",
    "row": 0,
    "x_count": 2,
}
SCHEMA = pl.Schema([*CALLS.items(), ("row", pl.UInt32()), ("x_count", pl.Int8())])
CONTRADICTS = "repeat_contradicting_records"


def judged(*changes: dict[str, Any]) -> pl.DataFrame:
    """Judge the calls of one allele by the shipped thresholds."""
    calls = pl.DataFrame([{**CALL, **change} for change in changes], schema=SCHEMA)
    return weighed(calls, preset("listed-alleles-only"), "GRCh38")


@pytest.mark.parametrize(
    "second",
    [
        {"copies": 2, "alt_depth": 30},
        {"copies": 0},
        {"missing": 1},
        {"depth": 4, "alt_depth": 2},
        {"haplotype": 1, "phase_set": "5", "phased": True},
        {"part_of": "chr1-5-AA-GC", "source_ref": "AA", "source_alts": "GC"},
    ],
)
def test_records_that_differ_contradict(second: dict[str, Any]) -> None:
    """In copies, in what is missing, in quality, in phase, or as part of a longer substitution."""
    found = judged({}, second)
    assert set(found["repeat"]) == {CONTRADICTS}
    assert found["copies"].min() == 1


def test_records_that_say_the_same_do_not() -> None:
    """Other reads are no other genotype as long as both are enough; homozygotes have no place in a set."""
    assert judged({}, {"depth": 40, "alt_depth": 20})["repeat"].to_list() == [None, None]
    both = {"copies": 2, "alt_depth": 30}
    assert judged(both, {**both, "phase_set": "9"})["repeat"].to_list() == [None, None]


def test_the_alleles_of_one_genotype_add_up() -> None:
    """A base change on both copies is homozygous, however the two alternatives go on."""
    record = {"source_ref": "AA", "source_alts": "GC,GA"}
    (found,) = judged({**record, "part_of": "chr1-5-AA-GC"}, record).to_dicts()
    assert (found["copies"], found["alt_depth"], found["part_of"]) == (2, 30, None)
    assert (found["zygosity"], found["repeat"]) == ("homozygous", None)


def test_a_genotype_that_stands_twice_does_not_add_up() -> None:
    """Two records of the same alternatives are two opinions, not four copies."""
    record = {"source_ref": "AA", "source_alts": "GC,GA"}
    part = {**record, "part_of": "chr1-5-AA-GC"}
    again = [{**row, "depth": 31} for row in (record, part)]
    assert set(judged(record, part, *again)["repeat"]) == {CONTRADICTS}
