"""Outputs appear whole or not at all, and a place that cannot hold them is told."""

from __future__ import annotations

import resource
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.files import whole_file, whole_folder, write_text


def test_a_place_below_a_file_is_told(tmp_path: Path) -> None:
    """A path below a file is the user's mistake, not ours."""
    (tmp_path / "file").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="lies below a file"):
        write_text(tmp_path / "file" / "out.txt", "y")


def test_a_failed_write_leaves_the_old_file(tmp_path: Path) -> None:
    """An error inside the block keeps what stood there and leaves nothing beside it."""
    path = tmp_path / "out.txt"
    path.write_text("old", encoding="utf-8")

    def fail() -> None:
        with whole_file(path) as temporary:
            temporary.write_text("half", encoding="utf-8")
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert path.read_text(encoding="utf-8") == "old"
    assert [file.name for file in tmp_path.iterdir()] == ["out.txt"]


def test_a_folder_with_content_is_never_written_over(tmp_path: Path) -> None:
    """A folder appears only where nothing or an empty folder was."""
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "data").write_text("x", encoding="utf-8")
    with pytest.raises(InputError, match="not empty"), whole_folder(tmp_path / "full"):
        pass
    with whole_folder(tmp_path / "empty") as temporary:
        (temporary / "data").write_text("y", encoding="utf-8")
    assert (tmp_path / "empty" / "data").read_text(encoding="utf-8") == "y"


def test_a_full_disk_is_told_whoever_meets_it(tmp_path: Path) -> None:
    """What writes columns as text gives the number of the error in words only."""
    path = tmp_path / "table.tsv"
    table = pl.DataFrame({"x": range(100_000)})
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1000, limits[1]))
    try:
        with (
            pytest.raises(InputError, match="make room"),
            whole_file(path) as temporary,
            temporary.open("wb") as lines,
        ):
            table.write_csv(lines)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not list(tmp_path.iterdir())
