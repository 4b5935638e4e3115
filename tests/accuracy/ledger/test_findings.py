"""Findings as numbers: any order of rows gives the same ledger, and the same cells as plain loops."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.accuracy.ledger.findings import FINDINGS_USED, Findings, read_findings
from evaluator.accuracy.ledger.strata import Stratum, counts_by, folded_newborns, newborn_cells
from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, write_parquet
from evaluator.vocabulary import Definition

Build = Callable[..., Any]
ANSWERS = [
    ("not reportable", "no_qualifying_allele"),
    ("not reportable", "one_allele_only;known_pathogenic"),
    ("not assessed", "low_callability"),
    ("not assessed", "quarantined"),
    ("pending phase", "phase_unknown;listed_allele"),
    ("reportable", "listed_allele;homozygous"),
]
GENES = {"cystic-fibrosis": ["CFTR"], "mcadd": ["ACADM"], "scid": ["ADA", "RAG1"]}
STATUSES = ["sequenced", "sequenced", "failed", "declined"]
REFERENCES = [None, None, "affected", "unaffected", "pending"]
NEWBORNS = ["a", "b", "c", "d"]


def listed(coded: Findings) -> list[tuple[object, ...]]:
    """Every gene row of every newborn, as words."""
    conditions = coded.gene_rows["condition"].unique().to_list()
    names = coded.newborns.to_list()
    pairs = [(newborn, condition) for newborn in names for condition in conditions]
    table = coded.table(*(pl.Series(part, dtype=pl.String) for part in zip(*pairs, strict=True)))
    return sorted(table.rows(), key=str)


@pytest.mark.parametrize("order", ["as flag writes it", "turned round", "text"])
def test_any_order_reads_the_same(findings: Build, panel: Panel, tmp_path: Path, order: str) -> None:
    """Parquet in the panel's order, Parquet in another order and TSV give the same answers."""
    different = {("b", "ADA"): ANSWERS[2], ("a", "CFTR"): ANSWERS[5], ("c", "RAG1"): ANSWERS[1]}
    table = findings(["a", "b", "c"], different)
    path = tmp_path / ("findings.tsv" if order == "text" else "findings.parquet")
    if order == "text":
        table.write_csv(path, separator="\t")
    else:
        shown = table.reverse() if order == "turned round" else table
        write_parquet(shown, path, Provenance("flag", panel.id, panel.version))
    coded = read_findings(path, panel)
    assert listed(coded) == sorted(table.select(FINDINGS_USED).rows(), key=str)


def test_row_groups_may_end_anywhere(findings: Build, panel: Panel, tmp_path: Path) -> None:
    """A newborn whose rows stand in two row groups is one newborn."""
    table = findings(list("abcdefg"), {("c", "ADA"): ANSWERS[3], ("g", "RAG1"): ANSWERS[4]})
    path = tmp_path / "findings.parquet"
    table.write_parquet(path, row_group_size=3)
    assert listed(read_findings(path, panel)) == sorted(table.select(FINDINGS_USED).rows(), key=str)


@pytest.mark.parametrize("row_group_size", [3, 4, 100])
def test_incomplete_findings_are_refused(
    findings: Build, panel: Panel, tmp_path: Path, row_group_size: int
) -> None:
    """A lost row, a repeated row and a repeated newborn are noticed wherever a row group ends."""
    table = findings(list("abc"))
    for spoilt in (table.head(-1), table.slice(1), pl.concat([table, table.head(4)]), table[[0, *range(12)]]):
        path = tmp_path / "findings.parquet"
        spoilt.write_parquet(path, row_group_size=row_group_size)
        with pytest.raises(InputError, match="lack some of the panel's gene rows or have one twice"):
            read_findings(path, panel)


def plain_cells(
    table: pl.DataFrame, statuses: dict[str, str], known: dict[tuple[str, str], str]
) -> dict[tuple[str, str], str]:
    """The cell of every newborn x condition by plain loops, as the cell table of the design reads."""
    rank = ["reportable", "pending phase", "not assessed", "not reportable"]
    told = {(row["newborn"], row["gene"]): (row["verdict"], row["reasons"]) for row in table.to_dicts()}
    cells = {}
    for newborn, status in statuses.items():
        for condition, genes in GENES.items():
            index = "failed" if status == "failed" else "not_tested"
            if status == "sequenced":
                verdict, reasons = min(
                    (told[newborn, gene] for gene in genes), key=lambda a: rank.index(a[0])
                )
                index = {"reportable": "positive", "pending phase": "positive", "not assessed": "failed"}.get(
                    verdict, "negative"
                )
                index = "failed" if reasons == "quarantined" else index
            answer = {"affected": 0, "unaffected": 1}.get(known.get((newborn, condition), ""), 2)
            cells[newborn, condition] = {
                "positive": ("tp", "fp", "unresolved_positive")[answer],
                "negative": ("fn", "tn", "unverified_negative")[answer],
            }.get(index, index)
    return cells


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_the_same_cells_as_plain_loops(
    build_ledger: Build, findings: Build, samples: Build, outcomes: Build, panel: Panel, data: st.DataObject
) -> None:
    """Whatever is common and whatever is rare, cells and sums are those of a loop over all records."""
    genes = [gene for group in GENES.values() for gene in group]
    told = data.draw(
        st.fixed_dictionaries({(n, g): st.sampled_from(ANSWERS) for n in NEWBORNS for g in genes})
    )
    statuses = data.draw(st.fixed_dictionaries({n: st.sampled_from(STATUSES) for n in NEWBORNS}))
    drawn = data.draw(
        st.fixed_dictionaries({(n, c): st.sampled_from(REFERENCES) for n in NEWBORNS for c in GENES})
    )
    known = {pair: reference for pair, reference in drawn.items() if reference}
    present = [newborn for newborn, status in statuses.items() if status != "declined"]
    table = findings(present, told)
    rows = [(n, c, "clinical", reference) for (n, c), reference in known.items()]
    built = build_ledger(table, samples(*statuses.items()), outcomes(*rows), panel, Definition.CLINICAL)
    expected = plain_cells(table, statuses, known)
    assert {
        (n, c): cell for n, c, cell in built.rows.select("newborn", "condition", "cell").rows()
    } == expected
    by_condition = {
        part.stratum: part for part in counts_by(built.ledger, built.findings, [Stratum.CONDITION], 0)
    }
    for condition in GENES:
        sums = Counter(cell for (_, name), cell in expected.items() if name == condition)
        part = by_condition[f"condition: {condition}"]
        assert {cell: getattr(part, cell) for cell in sums} == dict(sums)
    dense = newborn_cells(built.rows).select("newborn", "cell").sort("newborn")
    assert folded_newborns(built.ledger).select("newborn", "cell").equals(dense)
    positives = built.rows.filter(pl.col("index") == "positive")
    assert built.ledger.positives.equals(positives)


@pytest.mark.parametrize("suffix", [".tsv", ".parquet"])
def test_an_unknown_verdict_is_told_with_its_line(tmp_path: Path, suffix: str) -> None:
    """A word that is no verdict is never counted as anything: line and accepted words are told."""
    rows = [("a", "mcadd", "ACADM", "AR", "reportable", "x"), ("b", "mcadd", "ACADM", "AR", "likely", "x")]
    table = pl.DataFrame(rows, schema=list(FINDINGS_USED), orient="row")
    table = table.with_columns(
        *(pl.lit(None, pl.String).alias(name) for name in ("alleles", "zygosity", "phase"))
    )
    path = tmp_path / f"findings{suffix}"
    if suffix == ".tsv":
        table.write_csv(path, separator="\t")
    else:
        write_parquet(table, path, Provenance(command="flag"))
    with pytest.raises(InputError) as told:
        read_findings(path)
    (problem,) = told.value.problems
    assert problem.line == (3 if suffix == ".tsv" else 0)
    assert "'likely' is not one of reportable, pending phase, not assessed, not reportable" in problem.message
