"""Every real file that can be read gives the records and genotypes of bcftools and of cyvcf2."""

from __future__ import annotations

from pathlib import Path

import pytest
from every_file import Row, markdown, rows_of

# Broken files of the specification that only other readers refuse: an empty FORMAT key, which nobody reads,
# and FORMAT/DS that is no number, which we do not read.
REFUSED_BY = {
    "failed_body_format_000": {"bcftools"},
    "failed_body_sample_007": {"bcftools", "cyvcf2"},
    "failed_body_sample_008": {"bcftools", "cyvcf2"},
}


@pytest.fixture(scope="module")
def rows(shared_data: Path) -> list[Row]:
    """What our reader, bcftools and cyvcf2 find in every file."""
    return rows_of(shared_data / "vcf")


def test_nothing_differs(rows: list[Row]) -> None:
    """Not one record and not one called allele differs, in whatever way a file is read."""
    assert [row for row in rows if row.differing] == []
    assert len(rows) >= 300


def test_the_readme_tells_what_was_compared(rows: list[Row]) -> None:
    """The table of files and counts in README.md is what comes out."""
    assert markdown(rows) in (Path(__file__).parent / "README.md").read_text(encoding="utf-8")


def test_what_other_readers_refuse_is_known(rows: list[Row]) -> None:
    """A file that bcftools or cyvcf2 cannot read is one of three, in three versions of VCF each."""
    told = [tuple(text.split(": ")) for row in rows for text in row.refused_by]
    expected = {
        (f"suites/hts-specs/{version}/failed/{name}.vcf", reader)
        for version in ("4.1", "4.2", "4.3")
        for name, readers in REFUSED_BY.items()
        for reader in readers
    }
    assert set(told) == expected
