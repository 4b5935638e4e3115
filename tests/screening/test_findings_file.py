"""Findings on disk: all rows or the differing ones, and never two files that contradict each other."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.provenance import Provenance, read_provenance
from evaluator.screening.cohort_findings import CohortFindings
from evaluator.screening.engine import assemble
from evaluator.screening.findings_file import (
    complete_tables,
    newborns_file,
    positives,
    read_differing,
    verdict_counts,
    write_complete,
    write_differing,
)

Bench = Any  # the builders of conftest.py
ACADM = "chr1-75761161-A-G"
RECORD = Provenance(command="flag", panel="bench", panel_version="1")


@pytest.fixture(scope="module")
def findings(bench: Bench) -> CohortFindings:
    """Five newborns of three classes on two gene rows; one is positive, one a carrier."""
    states = [("N1", "sequenced", "bed"), ("N2", "failed", "none"), ("N3", "sequenced", "none")]
    states += [("N4", "sequenced", "bed"), ("N5", "sequenced", "bed")]
    newborns = [bench.newborn(name, status=status, callable_evidence=seen) for name, status, seen in states]
    panel = bench.panel(
        [bench.row("ACADM", "AR"), bench.row("OTC", "XLR", "b")], [bench.listed(ACADM, "ACADM")]
    )
    calls = [bench.call(ACADM, "1/1", newborn="N4"), bench.call(ACADM, newborn="N1")]
    done = bench.evaluate(panel, calls, newborns)
    return assemble(done.rulebook, done.newborns, done.decisions.facts)


@pytest.fixture
def written(findings: CohortFindings, tmp_path: Path) -> Path:
    """The differing rows in a file."""
    write_differing(findings, tmp_path / "findings.parquet", RECORD)
    return tmp_path / "findings.parquet"


def test_differing_rows_read_back_as_the_complete_table(findings: CohortFindings, written: Path) -> None:
    """The file holds two rows; the ten that it stands for come back."""
    assert (pl.read_parquet(written).height, findings.height) == (2, 10)
    read = read_differing(written)
    assert read is not None
    assert read.table().equals(findings.table())
    assert read.classes.equals(findings.classes)
    assert pl.concat(complete_tables(written)).equals(findings.table())
    record = read_provenance(written)["parameters"]
    assert isinstance(record, dict)
    assert (record["complete"], record["newborns"]["file"]) == (False, "findings.newborns.parquet")


def test_both_files_answer_alike(findings: CohortFindings, written: Path, tmp_path: Path) -> None:
    """Counts, positives and rows do not depend on how the findings were written."""
    whole = tmp_path / "whole.parquet"
    write_complete(findings, whole, RECORD)
    assert read_differing(whole) is None
    assert read_provenance(whole) == RECORD.as_dict()
    assert positives(written).equals(positives(whole))
    assert positives(whole)["newborn"].to_list() == ["N4"]
    counts = verdict_counts(whole)
    assert {verdict: count for verdict, count in verdict_counts(written).items() if count} == counts
    columns = ("newborn", "verdict")
    one, two = (pl.concat(complete_tables(path, columns)) for path in (whole, written))
    assert one.equals(two)
    text = pl.read_csv(whole.with_suffix(".tsv"), separator="\t", infer_schema=False)
    assert text.equals(findings.table())


def test_equal_findings_give_equal_bytes(findings: CohortFindings, tmp_path: Path) -> None:
    """Writing twice changes no byte, whichever way."""
    for write in (write_complete, write_differing):
        first = [path.read_bytes() for path in write(findings, tmp_path / "findings.parquet", RECORD)]
        second = [path.read_bytes() for path in write(findings, tmp_path / "findings.parquet", RECORD)]
        assert first == second


def test_a_list_of_other_newborns_is_refused(findings: CohortFindings, written: Path, tmp_path: Path) -> None:
    """Files of two runs never make one table, and neither does one of them alone."""
    other = tmp_path / "other" / "findings.parquet"
    fewer = findings.newborns.filter(pl.col("newborn") != "N5")
    parts = (findings.classes, findings.gene_rows, findings.defaults, findings.differing)
    write_differing(CohortFindings(fewer, *parts), other, RECORD)
    shutil.copy(newborns_file(other), newborns_file(written))
    with pytest.raises(InputError, match=r"findings\.newborns\.parquet that is not beside it"):
        read_differing(written)
    newborns_file(written).unlink()
    with pytest.raises(InputError, match="keep both files together"):
        read_differing(written)


def test_nothing_of_the_other_way_stays_behind(findings: CohortFindings, tmp_path: Path) -> None:
    """An earlier text would contradict new differing rows; an earlier list of newborns, a complete file."""
    out = tmp_path / "findings.parquet"
    for write, names in (
        (write_complete, {"findings.parquet", "findings.tsv"}),
        (write_differing, {"findings.parquet", "findings.newborns.parquet"}),
        (write_complete, {"findings.parquet", "findings.tsv"}),
    ):
        assert {path.name for path in write(findings, out, RECORD)} == names
        assert {path.name for path in tmp_path.iterdir()} == names
