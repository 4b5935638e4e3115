"""Substitutions of several bases: the parts that lists can meet, and blocks in which nothing can be told."""

from __future__ import annotations

import polars as pl
import pytest

from evaluator.variants.intervals import SPACING
from evaluator.variants.substitutions import unequal_blocks, with_parts


def calls(*alleles: tuple[int, str, str]) -> pl.DataFrame:
    """Calls on chr2 in minimal form."""
    rows = [("chr2", *allele, 1) for allele in alleles]
    schema = {
        "contig": pl.String,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "copies": pl.Int8,
    }
    return pl.DataFrame(rows, schema=schema, orient="row")


def test_each_changed_base_is_a_row_beside_the_call() -> None:
    """The call stays as it is; a base in the middle that did not change is no part."""
    found = with_parts(calls((10, "ACG", "TCA"), (20, "A", "G"), (30, "AT", "A")))
    assert found.select("position", "ref", "alt", "copies", "part_of").rows() == [
        (10, "ACG", "TCA", 1, None),
        (20, "A", "G", 1, None),
        (30, "AT", "A", 1, None),
        (10, "A", "T", 1, "chr2-10-ACG-TCA"),
        (12, "G", "A", 1, "chr2-10-ACG-TCA"),
    ]


@pytest.mark.parametrize(
    ("ref", "alt", "undecided"),
    [
        ("A", "G", False),
        ("AT", "GC", False),
        ("ATT", "A", False),
        ("A", "ATT", False),
        ("ATT", "G", True),  # a deletion and a change of the base before it, or something else
        ("A", "GTT", True),
        ("ATC", "GG", True),
    ],
)
def test_only_blocks_of_unequal_length_are_undecided(ref: str, alt: str, *, undecided: bool) -> None:
    """A plain insertion or deletion keeps the base before it."""
    found = unequal_blocks(calls((100, ref, alt)))
    expected = [(SPACING + 99, SPACING + 99 + len(ref), "unequal_block")] if undecided else []
    assert found.rows() == expected
