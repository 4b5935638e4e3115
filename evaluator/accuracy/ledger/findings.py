"""Read findings as numbers: a nation's cohort says the same few things thirty million times.

Every newborn has every gene row of the panel, so findings are a matrix; each field holds the number of one of
the distinct answers. All that counts findings reads them here, whether a file holds every row or only what
differs from the defaults that it declares.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.model import Panel
from evaluator.provenance import read_provenance
from evaluator.screening.cohort_findings import CohortFindings
from evaluator.screening.findings_file import read_differing
from evaluator.tables import FINDINGS, check
from evaluator.vocabulary import Verdict

# The alleles and genotypes of a large cohort are most of its bytes, and no count needs them.
FINDINGS_USED = ("newborn", "condition", "gene", "inheritance", "verdict", "reasons")
GENE_ROW = ("condition", "gene", "inheritance")
ANSWER = ("verdict", "reasons")
INCOMPLETE = "some newborns lack some of the panel's gene rows or have one twice; run `nbseval flag` again"
Codes = npt.NDArray[np.uint16]


@dataclass(frozen=True, eq=False)
class Findings:
    """What the pipeline said of every newborn and gene row, complete by construction."""

    newborns: pl.Series  # one each
    gene_rows: pl.DataFrame  # GENE_ROW, sorted
    answers: pl.DataFrame  # ANSWER: the distinct ones
    codes: Codes  # newborns x gene rows: the row of `answers`

    def table(self, newborns: pl.Series, conditions: pl.Series) -> pl.DataFrame:
        """Write out all gene rows of these pairs of newborn and condition, as FINDINGS_USED."""
        pairs = pl.DataFrame({"newborn": newborns, "condition": conditions})
        rows = pl.DataFrame({"newborn": self.newborns}).with_row_index("row")
        wanted = pairs.join(rows, on="newborn").join(
            self.gene_rows.with_row_index("column"), on="condition", maintain_order="left"
        )
        code = self.codes[wanted["row"].to_numpy(), wanted["column"].to_numpy()]
        return wanted.hstack(self.answers[code]).select(FINDINGS_USED)


def read_findings(path: Path, panel: Panel | None = None) -> Findings:
    """Read findings from Parquet, or from TSV by extension, and compare them with the panel if given.

    Raises InputError when the file is no findings table, is another panel's, or is not complete.
    """
    if panel is not None:
        check_panel(path, panel)
    try:
        rows = _scan(path)
        if path.suffix != ".tsv":
            if (differing := read_differing(path)) is not None:
                return _completed(differing, panel)
            if coded := _read_in_order(path, _gene_rows(rows, panel)):
                _check_verdicts(path, coded.answers)
                return coded
        table = rows.select(FINDINGS_USED).collect()
        _check_verdicts(path, table)
        return coded_findings(table, panel)
    except (pl.exceptions.PolarsError, TypeError) as error:
        message = f"is not a findings table ({error}); make it with `nbseval flag`"
        raise InputError.of(path, message) from None


def _check_verdicts(path: Path, table: pl.DataFrame) -> None:
    """Raise InputError for every verdict that is none; a text file has its rows' lines."""
    accepted = [str(verdict) for verdict in Verdict]
    wrong = table.select("verdict").with_row_index("line", offset=2 if path.suffix == ".tsv" else 0)
    wrong = wrong.filter(~pl.col("verdict").is_in(accepted).fill_null(value=False))
    if path.suffix != ".tsv":
        wrong = wrong.unique("verdict", maintain_order=True).with_columns(line=pl.lit(0, pl.UInt32))
    raise_if_any(
        [
            Problem(str(path), line, f"verdict {verdict or ''!r} is not one of {', '.join(accepted)}")
            for line, verdict in wrong.iter_rows()
        ]
    )


def _scan(path: Path) -> pl.LazyFrame:
    """Open a table that has the columns of FINDINGS."""
    if not path.is_file():
        raise InputError.of(path, "does not exist; make it with `nbseval flag`")
    if path.suffix == ".tsv":
        rows = pl.scan_csv(path, separator="\t", infer_schema=False, quote_char=None)
    else:
        rows = pl.scan_parquet(path)
    check(pl.DataFrame(schema=rows.collect_schema()), FINDINGS, "findings")
    return rows


def _gene_rows(rows: pl.LazyFrame, panel: Panel | None) -> pl.DataFrame:
    """Take the gene rows from the panel, or from the first newborn of the file."""
    if panel is not None:
        return panel.gene_rows.select(GENE_ROW)
    first = rows.select("newborn").head(1).collect().to_series()
    return rows.filter(pl.col("newborn").is_in(first.implode())).select(GENE_ROW).sort(GENE_ROW).collect()


def check_panel(findings: Path, panel: Panel) -> None:
    """Raise InputError when the findings say that another panel or version made them."""
    if not findings.is_file():
        raise InputError.of(findings, "does not exist; make it with `nbseval flag`")
    if findings.suffix == ".tsv":
        return  # text carries no record; the gene rows are still compared
    try:
        record = read_provenance(findings)
    except pl.exceptions.PolarsError as error:
        message = f"is not a findings table ({error}); make it with `nbseval flag`"
        raise InputError.of(findings, message) from None
    made_with = (record.get("panel", panel.id), record.get("panel_version", panel.version))
    if made_with != (panel.id, panel.version):
        raise InputError.of(
            findings,
            f"was made with panel {made_with[0]} {made_with[1]}, not {panel.id} {panel.version};"
            " give that panel, or run `nbseval flag` again",
        )


def coded_findings(table: pl.DataFrame, panel: Panel | None = None) -> Findings:
    """Number the answers of findings in any order; raise InputError unless they are complete."""
    found = table.select(GENE_ROW).unique().sort(GENE_ROW)
    gene_rows = found if panel is None else panel.gene_rows.select(GENE_ROW)
    if table.height:
        _check_gene_rows(found, panel)
    newborns = table["newborn"].unique().sort()
    answers = table.select(ANSWER).unique().sort(ANSWER)
    _check_number("findings", answers.height)
    numbered = (
        table.join(pl.DataFrame({"newborn": newborns}).with_row_index("row"), on="newborn")
        .join(gene_rows.with_row_index("column"), on=GENE_ROW)
        .join(answers.with_row_index("answer"), on=ANSWER, nulls_equal=True)
        .select("row", "column", "answer")
    )
    complete = newborns.len() * gene_rows.height
    if table.height != complete or numbered.select("row", "column").is_duplicated().any():
        raise_if_any([Problem("findings", 0, INCOMPLETE)])
    codes = np.zeros((newborns.len(), gene_rows.height), dtype=np.uint16)
    codes[numbered["row"], numbered["column"]] = numbered["answer"].to_numpy()
    return Findings(newborns, gene_rows, answers, codes)


def _check_gene_rows(found: pl.DataFrame, panel: Panel | None) -> None:
    """Raise InputError unless the findings have the gene rows of the panel, where it is given."""
    if panel is None:
        return
    gene_rows = panel.gene_rows.select(GENE_ROW)
    surplus = found.join(gene_rows, on=GENE_ROW, how="anti").height
    lacking = gene_rows.join(found, on=GENE_ROW, how="anti").height
    if surplus or lacking:
        problem = (
            f"{surplus} gene rows are not on panel {panel.id} {panel.version} and {lacking} of its rows are"
            " missing; give the panel that the findings were made with"
        )
        raise_if_any([Problem("findings", 0, problem)])


def _completed(differing: CohortFindings, panel: Panel | None) -> Findings:
    """Lay the differing rows over their defaults, as numbers."""
    _check_gene_rows(differing.gene_rows, panel)
    answers, codes = differing.coded(ANSWER)
    _check_number("findings", answers.height)
    newborns = differing.newborns["newborn"]
    return Findings(newborns, differing.gene_rows, answers, codes.astype(np.uint16, copy=False))


def _read_in_order(path: Path, gene_rows: pl.DataFrame) -> Findings | None:
    """Read a file that has each newborn's gene rows in this order, as `nbseval flag` writes it.

    Returns None when it has not. Parquet keeps repeated words as numbers; reading those numbers, and never
    the words, makes a national cohort a matter of seconds.
    """
    answers: dict[tuple[str | None, ...], int] = {}
    newborns: list[pl.Series] = []
    codes: list[Codes] = []
    last: str | None = None
    with pq.ParquetFile(path, read_dictionary=list(FINDINGS_USED)) as file:
        if dict(pl.DataFrame(schema=pl.read_parquet_schema(path)).schema) != dict(FINDINGS):
            return None
        place, width = 0, gene_rows.height
        expected = [_Expected(gene_rows[name]) for name in GENE_ROW]
        for columns in _row_groups(file):
            newborn = columns["newborn"]
            height = len(newborn.codes)
            at = np.arange(place, place + height) % width
            first = at == 0
            same = newborn.codes[1:] == newborn.codes[:-1]
            in_order = all(
                column.fits(columns[name], at) for name, column in zip(GENE_ROW, expected, strict=True)
            )
            begins = first[0] or newborn.words[newborn.codes[0]] == last
            if not (in_order and begins and bool(np.all(same != first[1:]))):
                return None
            newborns.append(pl.Series(newborn.words)[newborn.codes[first]])
            codes.append(_answers(columns["verdict"], columns["reasons"], answers))
            place, last = place + height, newborn.words[newborn.codes[-1]]
    names = pl.concat(newborns) if newborns else pl.Series(dtype=pl.String)
    if place != names.len() * width or names.is_duplicated().any():
        return None
    _check_number(path, len(answers))
    table = pl.DataFrame(list(answers), schema=dict.fromkeys(ANSWER, pl.String), orient="row")
    matrix = np.concatenate(codes) if codes else np.zeros(0, dtype=np.uint16)
    return Findings(names.alias("newborn"), gene_rows, table, matrix.reshape(names.len(), width))


@dataclass(frozen=True)
class _Words:
    """A column as its distinct words and the number of each row's word."""

    words: list[str | None]
    codes: npt.NDArray[np.int64]


class _Expected:
    """What a column must say at each place of a newborn's gene rows."""

    def __init__(self, words: pl.Series) -> None:
        self.words = words.to_list()

    def fits(self, column: _Words, at: npt.NDArray[np.int64]) -> bool:
        """Compare numbers, after looking up which number each expected word has."""
        number = {word: code for code, word in enumerate(column.words)}
        wanted = np.array([number.get(word, -1) for word in self.words])
        return bool(np.all(column.codes == wanted[at]))


def _row_groups(file: pq.ParquetFile) -> Iterator[dict[str, _Words]]:
    for number in range(file.num_row_groups):
        table = file.read_row_group(number, columns=list(FINDINGS_USED)).unify_dictionaries()
        if table.num_rows:
            yield {name: _words(table.column(name)) for name in FINDINGS_USED}


def _words(column: pa.ChunkedArray) -> _Words:
    array = column.combine_chunks()
    if isinstance(array, pa.ChunkedArray):
        array = array.chunk(0)
    words = [*array.dictionary.to_pylist(), None]
    codes = array.indices.fill_null(len(words) - 1).to_numpy(zero_copy_only=False)
    return _Words(words, codes)


def _check_number(where: Path | str, answers: int) -> None:
    limit = np.iinfo(np.uint16).max
    if answers > limit:
        raise InputError.of(where, f"holds more than {limit} different answers; run `nbseval flag` again")


def _answers(verdict: _Words, reasons: _Words, answers: dict[tuple[str | None, ...], int]) -> Codes:
    """Number the answers of one row group; the numbers of earlier groups are kept."""
    pair = verdict.codes.astype(np.int64) * len(reasons.words) + reasons.codes
    present = np.flatnonzero(np.bincount(pair, minlength=1))
    number = np.zeros(int(present[-1]) + 1, dtype=np.int64)
    for code in present.tolist():
        answer = (verdict.words[code // len(reasons.words)], reasons.words[code % len(reasons.words)])
        number[code] = answers.setdefault(answer, len(answers))
    codes: Codes = number[pair].astype(np.uint16)
    return codes
