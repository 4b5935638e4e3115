"""The minimal form of an allele spells the same sequence with nothing shared but one base."""

from __future__ import annotations

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evaluator.variants.normalise import minimal, trim_alleles

bases = st.text("ACG", min_size=1, max_size=7)


@given(position=st.integers(1, 1000), ref=bases, alt=bases, left=bases, right=bases)
def test_the_haplotype_stays(position: int, ref: str, alt: str, left: str, right: str) -> None:
    """Replacing the trimmed REF by the trimmed ALT gives the sequence that the untrimmed pair gives."""
    start, short_ref, short_alt = minimal(position, left + ref + right, left + alt + right)
    offset = start - position
    whole = left + ref + right
    assert whole[offset : offset + len(short_ref)] == short_ref
    assert whole[:offset] + short_alt + whole[offset + len(short_ref) :] == left + alt + right


@given(ref=bases, alt=bases)
def test_nothing_more_can_be_trimmed(ref: str, alt: str) -> None:
    """Trimming twice is trimming once, and where both alleles have several bases neither end is shared."""
    position, short_ref, short_alt = minimal(5, ref, alt)
    assert minimal(position, short_ref, short_alt) == (position, short_ref, short_alt)
    if min(len(short_ref), len(short_alt)) > 1:
        assert short_ref[-1] != short_alt[-1]
        assert short_ref[0] != short_alt[0]


@given(rows=st.lists(st.tuples(st.integers(1, 100), bases, bases), max_size=8))
def test_columns_are_trimmed_as_single_alleles(rows: list[tuple[int, str, str]]) -> None:
    """The vectorised form equals the plain function, row by row and in their order."""
    frame = pl.DataFrame(
        rows, schema={"position": pl.Int32, "ref": pl.String, "alt": pl.String}, orient="row"
    )
    assert trim_alleles(frame).rows() == [minimal(*row) for row in rows]
