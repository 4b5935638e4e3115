"""Findings on disk: every row, or for a large cohort what differs from a declared default per gene row.

A file of differing rows has the columns of any findings table. Its record says `complete: false`; beside the
record stand the gene rows and the default answers of each class of newborn, and `FINDINGS.newborns.parquet`
lists the newborns with their classes. All rows follow from the two files, which know each other by a digest.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import polars as pl
import pyarrow.parquet as pq

from evaluator.errors import InputError
from evaluator.files import whole_file
from evaluator.provenance import METADATA_KEY, Provenance, read_provenance, sha256_of_file, write_parquet
from evaluator.screening.cohort_findings import ANSWER, DEFAULT, GENE_ROW, POSITIVE, CohortFindings
from evaluator.screening.rulebook import CLASS, CLASS_MARKS
from evaluator.tables import FINDINGS, check

# Above so many newborns the complete table is mostly one sentence, written half a million times per thousand
# newborns; nothing clinical hangs on the number, which is ours.
LARGE_COHORT = 2_000
DEFAULTS_KEY = "nbseval_defaults"
AGAIN = "run `nbseval flag` again"
_NEWBORNS = pl.Schema({"newborn": pl.String, "class": pl.UInt32})
_CLASSES = pl.Schema({name: pl.Boolean() if name in CLASS_MARKS else pl.String() for name in CLASS})


def newborns_file(findings: Path) -> Path:
    """Return where the newborns of a file of differing rows are listed."""
    return findings.with_suffix(".newborns.parquet")


def write_complete(findings: CohortFindings, out: Path, record: Provenance) -> dict[Path, Provenance]:
    """Write every row as Parquet, with the record inside, and beside it as TSV; return files and records.

    The rows are made part by part: memory does not grow with the cohort.
    """
    table = out.with_suffix(".tsv")
    level = pl.CompatLevel.oldest()
    columns = FINDINGS.to_frame().to_arrow(compat_level=level).schema
    with (
        whole_file(out) as parquet,
        whole_file(table) as text,
        pq.ParquetWriter(parquet, columns, compression="zstd") as writer,
        text.open("wb") as lines,
    ):
        FINDINGS.to_frame().write_csv(lines, separator="\t")
        for part in findings.tables():
            writer.write_table(part.to_arrow(compat_level=level))
            part.write_csv(lines, separator="\t", include_header=False)
        writer.add_key_value_metadata({METADATA_KEY: record.as_json()})
    _remove(newborns_file(out))
    return {out: record, table: record}


def write_differing(findings: CohortFindings, out: Path, record: Provenance) -> dict[Path, Provenance]:
    """Write the differing rows and, beside them, the newborns; return files and records.

    A TSV cannot declare that it is not complete: none is written, and one of an earlier run is removed.
    """
    listed = newborns_file(out)
    told = {"gene_rows": findings.gene_rows.rows(), "classes": findings.classes.rows()}
    with whole_file(listed) as temporary:
        write_parquet(findings.newborns, temporary, record)
        identity = {"file": listed.name, "sha256": sha256_of_file(temporary)}
        inside = replace(record, parameters={**record.parameters, "complete": False, "newborns": identity})
        metadata = {METADATA_KEY: inside.as_json(), DEFAULTS_KEY: json.dumps({**told, **_answers(findings)})}
        with whole_file(out) as rows:
            findings.differing_table().write_parquet(
                rows, compression="zstd", statistics=True, metadata=metadata
            )
    _remove(out.with_suffix(".tsv"))
    return {out: inside, listed: record}


def read_differing(path: Path) -> CohortFindings | None:
    """Read the findings of a file of differing rows; None for a file that holds every row.

    Raises InputError when the list of newborns is not the one that was written with the file.
    """
    parameters = read_provenance(path).get("parameters")
    if not isinstance(parameters, dict) or parameters.get("complete", True):
        return None
    listed, identity = newborns_file(path), parameters["newborns"]
    if not listed.is_file() or sha256_of_file(listed) != identity["sha256"]:
        raise InputError.of(
            path, f"belongs to a {listed.name} that is not beside it; keep both files together, or {AGAIN}"
        )
    told = json.loads(pl.read_parquet_metadata(path)[DEFAULTS_KEY])
    newborns = check(pl.read_parquet(listed), _NEWBORNS, "newborns of the findings")
    gene_rows = pl.DataFrame(told["gene_rows"], schema=dict.fromkeys(GENE_ROW, pl.String), orient="row")
    answers = pl.DataFrame(told["answers"], schema=dict.fromkeys(DEFAULT, pl.String), orient="row")
    rows = check(pl.read_parquet(path), FINDINGS, "findings")
    differing = (
        rows.join(newborns.select("newborn").with_row_index("place"), on="newborn", maintain_order="left")
        .join(gene_rows.with_row_index("row"), on=GENE_ROW, maintain_order="left")
        .select("place", "row", *ANSWER)
    )
    if differing.height != rows.height:
        raise InputError.of(path, f"holds rows of newborns or gene rows that it does not list; {AGAIN}")
    return CohortFindings(
        newborns,
        pl.DataFrame(told["classes"], schema=_CLASSES, orient="row"),
        gene_rows,
        answers[pl.Series(told["defaults"], dtype=pl.UInt32)],
        differing,
    )


def complete_tables(path: Path, columns: tuple[str, ...] = tuple(FINDINGS)) -> Iterator[pl.DataFrame]:
    """Return all rows of a findings file, part by part in the order of the file, whatever it holds."""
    if (differing := read_differing(path)) is not None:
        yield from (part.select(columns) for part in differing.tables())
        return
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield pl.DataFrame(file.read_row_group(number, columns=list(columns))).select(columns)


def positives(path: Path) -> pl.DataFrame:
    """Return the reportable and pending rows (tables.FINDINGS) of a findings file; no default is one."""
    return pl.scan_parquet(path).filter(pl.col("verdict").is_in(POSITIVE)).collect()


def verdict_counts(path: Path) -> dict[str, int]:
    """Count the findings of a file by verdict without writing them out."""
    if (differing := read_differing(path)) is not None:
        return differing.verdict_counts()
    counts = pl.scan_parquet(path).group_by("verdict").len().collect()
    return dict(counts.sort("verdict").iter_rows())


def _answers(findings: CohortFindings) -> dict[str, object]:
    """Number the defaults: the distinct answers, and for each class and gene row the number of its own."""
    answers = findings.defaults.unique().sort(DEFAULT)
    numbers = findings.defaults.join(answers.with_row_index("number"), on=DEFAULT, maintain_order="left")
    return {"answers": answers.rows(), "defaults": numbers["number"].to_list()}


def _remove(path: Path) -> None:
    """Remove a file of an earlier run and its sidecar."""
    path.unlink(missing_ok=True)
    path.with_name(path.name + ".provenance.json").unlink(missing_ok=True)
