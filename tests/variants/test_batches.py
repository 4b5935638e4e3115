"""Batches of a store that were cut short, copied, swapped, edited or left over are told, never read."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from shutil import copy, copytree, rmtree

import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.variants.batch import TABLES
from evaluator.variants.extract import Request, Summary, extract
from evaluator.variants.store import open_store
from tests.variants.test_growth import CALLS, contents

WriteVcf = Callable[..., Path]
Extract = Callable[..., Summary]


@pytest.fixture
def run(tmp_path: Path, panel: Panel) -> Extract:
    """Extract rows of a sheet (newborn, sex, vcf) into a store beside it."""

    def go(*rows: str, store: str = "store", padding: int = 20) -> Summary:
        lines = "\n".join(("newborn sex vcf", *rows)).replace(" ", "\t")
        (tmp_path / "samples.tsv").write_text(lines + "\n", newline="")
        return extract(
            Request(tmp_path / "samples.tsv", panel, tmp_path / store, padding=padding), "2026-01-01"
        )

    return go


@pytest.mark.parametrize("table", TABLES)
def test_a_table_cut_short_is_told(run: Extract, write_vcf: WriteVcf, tmp_path: Path, table: str) -> None:
    """A store that was copied in part is refused with the file, not with words of the Parquet library."""
    write_vcf("a", CALLS)
    path = run("A female a.vcf").folder / f"{table}.parquet"
    path.write_bytes(path.read_bytes()[:-9])
    with pytest.raises(InputError, match=rf"{table}.parquet: is cut short"):
        open_store(tmp_path / "store")


@pytest.mark.parametrize("table", TABLES)
def test_a_table_of_another_batch_is_told(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path, table: str
) -> None:
    """Tables that were put into the wrong folder, or a folder's own from before, are never read."""
    write_vcf("a", CALLS)
    one, two = (run(f"{name} female a.vcf").folder for name in "AB")
    copy(one / f"{table}.parquet", two)
    with pytest.raises(InputError, match=f"{table}.parquet: does not belong to the manifest beside it"):
        open_store(tmp_path / "store")


def test_an_edited_manifest_is_told(run: Extract, write_vcf: WriteVcf, tmp_path: Path) -> None:
    """Regions that somebody wrote into the manifest were not read; its times may change, as in a copy."""
    write_vcf("a", CALLS)
    path = run("A female a.vcf").folder / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["inputs"][0]["mtime_ns"] += 1
    path.write_text(json.dumps(manifest, sort_keys=True) + "\n", newline="")
    open_store(tmp_path / "store")
    manifest["regions"].append(["chrX", 1, 999])
    path.write_text(json.dumps(manifest, sort_keys=True) + "\n", newline="")
    with pytest.raises(InputError, match="does not belong to the manifest"):
        open_store(tmp_path / "store")


@pytest.mark.parametrize("name", ["old", "1", "02", ""])
def test_a_copy_of_a_batch_beside_it_is_told(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path, name: str
) -> None:
    """Whatever a copy is called, it is not read in place of the batch, nor for a part of it."""
    write_vcf("a", CALLS)
    base = run("A female a.vcf", padding=0).folder
    run("A female a.vcf", padding=20)
    copytree(base, base.with_name(f"{base.name}+{name}"))
    with pytest.raises(InputError, match="are also in"):
        open_store(tmp_path / "store")


def test_a_part_of_an_earlier_extraction_is_refused(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """A batch that was extracted again holds the regions itself: the part would count them twice."""
    write_vcf("a", CALLS)
    base = run("A female a.vcf", padding=0).folder
    part = run("A female a.vcf", padding=20).folder
    rmtree(base)
    with pytest.raises(InputError, match="adds to a batch that is gone"):
        open_store(tmp_path / "store")
    part.rename(tmp_path / "aside")
    run("A female a.vcf", padding=20)
    (tmp_path / "aside").rename(part)
    with pytest.raises(InputError, match="adds to a batch that is gone or was extracted again"):
        open_store(tmp_path / "store")


def test_another_store_of_the_same_bytes_for_other_times(
    run: Extract, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    """The times of files stand in manifests only, also those of a part and of the batch that it adds to."""
    write_vcf("a", CALLS)
    for store in ("first", "second"):
        os.utime(tmp_path / "a.vcf", ns=(0, len(store)))
        for padding in (0, 20):
            run("A female a.vcf", store=store, padding=padding)
    first, second = (contents(tmp_path / store) for store in ("first", "second"))
    assert {name for name in first if first[name] != second[name]} <= {
        name for name in first if name.endswith("manifest.json")
    }


def test_a_damaged_record_is_told(run: Extract, write_vcf: WriteVcf, tmp_path: Path) -> None:
    """A changed byte in what a table says of its run is told in plain words."""
    write_vcf("a", CALLS)
    path = run("A female a.vcf").folder / "calls.parquet"
    path.write_bytes(path.read_bytes().replace(b'"command"', b'"command,'))
    with pytest.raises(InputError, match=r"calls\.parquet: is damaged"):
        open_store(tmp_path / "store")
