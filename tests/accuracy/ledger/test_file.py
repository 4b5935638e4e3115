"""A ledger read back in parts says what the whole one says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.accuracy.ledger.file import known_outcomes, records_by_newborn, write_ledger
from evaluator.accuracy.ledger.strata import newborn_cells
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance
from evaluator.vocabulary import Definition

Build = Callable[..., Any]


@pytest.fixture
def written(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel, tmp_path: Path
) -> tuple[Path, pl.DataFrame]:
    """A ledger of three newborns, one not sampled, as a file and as its rows."""
    table = findings(["a", "b"], {("a", "CFTR"): ("reportable", "homozygous")})
    told = outcomes(("a", "cystic-fibrosis", "clinical", "affected"), ("b", "scid", "clinical", "lost"))
    built = build_ledger(table, samples("a", "b", ("c", "declined")), told, panel, Definition.CLINICAL)
    path = tmp_path / "ledger.parquet"
    write_ledger(built.ledger, path, Provenance("accuracy"))
    return path, built.rows


def test_records_keep_every_row(written: tuple[Path, pl.DataFrame]) -> None:
    """The numbers of the records sum to the ledger, and newborns fold to the same cells."""
    path, rows = written
    records = records_by_newborn(path)
    assert records["len"].sum() == rows.height
    assert dict(records.select("newborn", "status").iter_rows()) == {
        "a": "sequenced",
        "b": "sequenced",
        "c": "declined",
    }
    cells = ["newborn", "cell"]
    assert (
        newborn_cells(records).select(cells).sort(cells).equals(newborn_cells(rows).select(cells).sort(cells))
    )


def test_outcomes_are_those_told(written: tuple[Path, pl.DataFrame]) -> None:
    """Records without an outcome stay in the file."""
    known = known_outcomes(written[0])
    assert known.select("newborn", "condition", "reference").rows() == [
        ("a", "cystic-fibrosis", "affected"),
        ("b", "scid", "lost"),
    ]
