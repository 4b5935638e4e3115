"""Alleles as a panel writes them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.panel.alleles import Allele, minimal_form, parse_allele

BASES = st.text("ACGT", min_size=1, max_size=8)


@given(st.integers(1, 10**8), BASES, BASES)
def test_an_alleles_name_reads_back(position: int, ref: str, alt: str) -> None:
    """Writing and reading an allele's name gives the same allele."""
    allele = Allele("chrX", position, ref, alt)
    assert parse_allele(str(allele)) == allele


@pytest.mark.parametrize(
    "name",
    ["7-1-A-G", "chr7-0-A-G", "chr7-1-a-G", "chr7-1-A", "chr7-1-A-G-T", "chr23-1-A-G", "chr7-1--G", ""],
)
def test_other_names_are_refused(name: str) -> None:
    """Anything else is no allele."""
    assert parse_allele(name) is None


@given(BASES, BASES, BASES, BASES)
def test_the_minimal_form_is_the_same_change(before: str, ref: str, alt: str, after: str) -> None:
    """Trimming changes nothing of the sequence, and nothing shared is left to trim."""
    position, short_ref, short_alt = minimal_form(100, before + ref + after, before + alt + after)
    sequence = before + ref + after
    start = position - 100
    assert sequence[start : start + len(short_ref)] == short_ref
    assert sequence[:start] + short_alt + sequence[start + len(short_ref) :] == before + alt + after
    assert minimal_form(position, short_ref, short_alt) == (position, short_ref, short_alt)
    if len(short_ref) > 1 and len(short_alt) > 1:
        assert short_ref[0] != short_alt[0]
        assert short_ref[-1] != short_alt[-1]
