"""The specification's own suite: each file is read, or refused with its line and cause, in every form."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import polars as pl
import pysam
import pytest
from outcomes import COLUMNS, TABLE, everywhere, outcome, table

from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.variants.extract import Request, extract

WRITTEN = pl.read_csv(TABLE, separator="\t", schema_overrides={"versions": pl.String, "cause": pl.String})
SUITE = ("vcf", "suites", "hts-specs")


@pytest.fixture(scope="module")
def suite(shared_data: Path) -> Path:
    """The suite's folder: one of each version, with files that must pass and files that must not."""
    return shared_data.joinpath(*SUITE)


@pytest.fixture(scope="module")
def files(suite: Path) -> list[Path]:
    """All files of the suite."""
    return sorted(suite.glob("*/*/*.vcf"))


def test_every_file_has_the_outcome_that_is_written_down(suite: Path) -> None:
    """hts_specs.tsv says of every file whether it is read, and if not, why; nothing crashes or hangs."""
    assert table(suite).fill_null("").rows() == WRITTEN.fill_null("").select(COLUMNS).rows()


def test_what_must_pass_is_read_unless_it_holds_no_newborn() -> None:
    """Of the files called passed only those without what a newborn's answer needs are refused."""
    refused = WRITTEN.filter((pl.col("folder") == "passed") & (pl.col("outcome") == "refused"))
    assert set(refused["cause"]) == {
        "has no sample column",
        "has no record on any chromosome of the panel",
        "its last line has no line end",  # it has no genotypes either
        # passed_body_alt: nobody can tell which genes a called <DEL> of unknown length takes away
        "has a deletion, duplication or copy number without the END or SVLEN that says where it ends",
    }


def test_what_is_wrong_where_we_look_is_refused() -> None:
    """A file called failed is read only where its defect is in a column or value that is not used."""
    read = WRITTEN.filter((pl.col("folder") == "failed") & (pl.col("outcome") == "read"))
    assert read["cause"].null_count() == 0
    used = ("_alt_", "_chrom_", "_filter_", "_pos_", "_fileformat_", "_header_", "_meta_", "empty")
    assert not read["file"].str.contains("|".join(used)).any()


@pytest.mark.parametrize("form", ["gzip", "bgzf"])
def test_compression_changes_nothing(form: str, files: list[Path], tmp_path: Path) -> None:
    """Plain gzip and BGZF give each file the same outcome, with the same line."""
    regions = everywhere()
    packed = tmp_path / "packed.vcf.gz"
    for path in files:
        if form == "gzip":
            packed.write_bytes(gzip.compress(path.read_bytes(), 1))
        else:
            pysam.tabix_compress(str(path), str(packed), force=True)
        assert outcome(packed, regions) == outcome(path, regions), path


def sheet_of(files: list[Path], good: Path, folder: Path) -> Path:
    """Write a sample sheet with every file as a newborn, and a sound newborn after them."""
    sheet = folder / "samples.tsv"
    rows = [f"N{number}\tunknown\t{path}\t" for number, path in enumerate([*files, good])]
    sheet.write_text("newborn\tsex\tvcf\tsample_in_vcf\n" + "\n".join(rows) + "\n", encoding="utf-8")
    return sheet


def test_the_process_survives_to_the_next_newborn(
    files: list[Path], repository: Path, tmp_path: Path
) -> None:
    """With quarantine a batch of the whole suite ends, and the sound newborn at its end is in the store."""
    good = repository / "tests" / "cases" / "agxt_two_alleles_in_trans"
    panel = load_panel(good / "panel")
    sheet = sheet_of(files, good / "newborn.vcf", tmp_path)
    request = Request(sheet, panel, tmp_path / "store", on_error="quarantine")
    summary = extract(request, "2026-01-01T00:00:00+00:00")
    assert (summary.newborns, summary.quarantined, summary.calls) == (len(files) + 1, len(files), 2)
    newborns = pl.read_parquet(summary.folder / "newborns.parquet")
    assert newborns.filter(pl.col("status") == "sequenced")["newborn"].to_list() == [f"N{len(files)}"]
    manifest = json.loads((summary.folder / "manifest.json").read_text(encoding="utf-8"))
    assert all(entry["note"] for entry in manifest["inputs"] if entry["read"] == "quarantined")


def test_all_that_is_wrong_is_told_at_once(files: list[Path], repository: Path, tmp_path: Path) -> None:
    """Without quarantine every file of the suite is told by its row of the sheet, and no store appears."""
    good = repository / "tests" / "cases" / "agxt_two_alleles_in_trans"
    sheet = sheet_of(files, good / "newborn.vcf", tmp_path)
    with pytest.raises(InputError) as caught:
        extract(Request(sheet, load_panel(good / "panel"), tmp_path / "store"), "2026-01-01T00:00:00+00:00")
    rows = {problem.line for problem in caught.value.problems}
    assert rows == set(range(2, len(files) + 2))
    assert {problem.file for problem in caught.value.problems} == {str(sheet)}
    assert not (tmp_path / "store").exists()
