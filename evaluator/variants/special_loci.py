"""Tables of special-locus callers: one file per newborn or one for many, told by the sheet's lines.

Two layouts are read: our own (`sheets.SPECIAL_LOCI`) and that of SMNCopyNumberCaller (`sheets.SMN_CALLER`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.errors import Problem, raise_if_any
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import SMN_CALLER
from evaluator.sheets import SPECIAL_LOCI as OWN_LAYOUT
from evaluator.tables import SPECIAL_LOCI
from evaluator.variants.cohort import NOTHING_EXTRACTED, Cohort, Newborn
from evaluator.variants.sheet_rows import RowMessage, notes_told_once, problems_told_once, row_message
from evaluator.vocabulary import CallerCall, SpecialLocus

SMN_HEADER = "isSMA"  # a column that only the SMN caller writes
INVERSIONS = (SpecialLocus.F8_INVERSION, SpecialLocus.IDS_INVERSION)
# These are decided by what was counted, the others by what the caller concludes.
COUNTED = (SpecialLocus.SMN1, SpecialLocus.HBA, *INVERSIONS)
# Calls that say enough without a number; an inversion that is not there is on no X.
_ENOUGH = {False: (CallerCall.NO_CALL,), True: (CallerCall.NO_CALL, CallerCall.NEGATIVE)}
_HBA_CHROMOSOME = re.compile(r"(aaa|aa|-a|a-|--)(?:\d\.\d)?")  # `-a3.7`, `aaa4.2`: the digits name the event
_CHROMOSOMES = 2
_ABSENT = "a special_loci table has no row for this newborn"
Rows = pl.DataFrame  # columns of SPECIAL_LOCI, with `line` of the file


@dataclass(frozen=True)
class SpecialLociRead:
    """What the callers' tables say of a batch, and what to tell of them once."""

    table: pl.DataFrame  # tables.SPECIAL_LOCI
    notes: tuple[str, ...]


def read_special_loci(cohort: Cohort) -> SpecialLociRead:
    """Read the tables that a batch's newborns name; raises InputError with every problem of all of them."""
    named: defaultdict[Path, list[Newborn]] = defaultdict(list)
    for newborn in cohort.newborns:
        for path in newborn.special_loci if newborn.sequenced else ():
            named[path].append(newborn)
    parts, wrong, absent = [SPECIAL_LOCI.to_frame()], [], []
    for path, newborns in named.items():
        rows, more = _read(path, newborns)
        wrong += [row_message(newborns[0].line, "special_loci", problem) for problem in more]
        found = rows.drop("line").select(list(SPECIAL_LOCI))
        parts.append(found)
        known = set(found["newborn"])
        absent += [RowMessage(newborn.line, "", _ABSENT) for newborn in newborns if newborn.id not in known]
    table = pl.concat(parts)
    wrong += _told_twice(cohort, table)
    raise_if_any(problems_told_once(cohort.sheet, wrong), NOTHING_EXTRACTED)
    return SpecialLociRead(table.sort("newborn", "locus"), tuple(notes_told_once(absent)))


def _read(path: Path, newborns: list[Newborn]) -> tuple[Rows, list[Problem]]:
    """Read one file and give its rows to the newborns that name it."""
    with path.open(encoding="utf-8-sig", errors="replace") as stream:
        header = re.split(r"[\t,\r\n]", stream.readline())
    if SMN_HEADER in header:
        sheet, problems = read_sheet(path, SMN_CALLER)
        rows, more = _smn_rows(path, sheet)
    else:
        rows, problems = read_sheet(path, OWN_LAYOUT)
        more = _own_problems(path, rows, len(newborns), shared="newborn" in header)
        rows = _with_copies_of_genotype(rows)
        if "newborn" not in header:
            rows = rows.with_columns(newborn=pl.lit(newborns[0].id))
    names = _names(newborns)
    ambiguous = names.filter(pl.col("newborn").is_duplicated())
    message = "this name may mean several newborns of the sheet (newborn or sample_in_vcf); make it unique"
    several = rows.join(ambiguous, on="newborn", how="semi")["line"]
    problems += [Problem(str(path), line, message) for line in several]
    mine = rows.join(names, on="newborn").drop("newborn").rename({"id": "newborn"})
    return mine, problems + more


def _names(newborns: list[Newborn]) -> pl.DataFrame:
    """Return every name (`newborn`) by which a table may mean a newborn (`id`)."""
    return pl.DataFrame(
        [(name, newborn.id) for newborn in newborns for name in {newborn.sample_in_vcf, newborn.id} if name],
        schema={"newborn": pl.String, "id": pl.String},
        orient="row",
    )


def _smn_rows(path: Path, sheet: pl.DataFrame) -> tuple[Rows, list[Problem]]:
    """Bring the SMN caller's table into our columns; `isSMA` and `isCarrier` must agree with the copies."""
    copies = pl.col("SMN1_CN").replace("None", None).cast(pl.Int32, strict=False)
    rows = sheet.select(
        newborn="Sample",
        locus=pl.lit(str(SpecialLocus.SMN1)),
        copy_number=copies,
        call=pl.when(pl.col("SMN1_CN") == "None").then(pl.lit(str(CallerCall.NO_CALL))),
        genotype=pl.lit(None, pl.String),
        caller=pl.lit("SMNCopyNumberCaller"),
        version=pl.lit(None, pl.String),
        filter=pl.lit(None, pl.String),
        details=pl.concat_str(pl.lit("SMN2 copies "), pl.col("SMN2_CN").fill_null("not given")),
        line="line",
    )
    wrong = (
        ((pl.col("isSMA") == "True") & (copies != 0).fill_null(value=True))
        | ((pl.col("isSMA") == "False") & (copies == 0))
        | ((pl.col("isCarrier") == "True") & (copies != 1).fill_null(value=True))
    )
    message = "isSMA and isCarrier contradict SMN1_CN; take the table as the caller wrote it"
    return rows, [Problem(str(path), line, message) for line in sheet.filter(wrong)["line"]]


def _own_problems(path: Path, rows: Rows, newborns: int, *, shared: bool) -> list[Problem]:
    """Find what the columns of our layout say against each other, row by row."""
    problems = [
        Problem(str(path), row["line"], message)
        for row in rows.drop_nulls("locus").iter_rows(named=True)
        for message in _contradictions(row)
    ]
    if not shared and newborns > 1:
        message = f"has no column newborn but {newborns} rows of the sheet name it; add the column"
        problems.append(Problem(str(path), 1, message))
    if shared:
        unnamed = rows.filter(pl.col("newborn").is_null())["line"]
        problems += [Problem(str(path), line, "newborn is empty; every row needs one") for line in unnamed]
    return problems


def _contradictions(row: dict[str, object]) -> Iterator[str]:
    locus, call, copies = str(row["locus"]), row["call"], row["copy_number"]
    if locus == SpecialLocus.HBA and row["genotype"] is not None:
        genes = alpha_genes(str(row["genotype"]))
        if genes is None:
            yield "genotype of HBA is not two of aa, -a3.7, -a4.2, --, aaa3.7 and the like with / between"
        elif copies is not None and copies != genes:
            yield "copy_number of HBA is not the number of alpha genes of its genotype; correct one of them"
        return
    if call == CallerCall.NO_CALL and copies is not None:
        yield "call is no_call but copy_number is given; remove one of them"
    if locus in COUNTED and copies is None and call not in _ENOUGH[locus in INVERSIONS]:
        yield f"{locus} is decided by copy_number, which is empty; give it, or call no_call"
    concluded = call not in (None, CallerCall.NO_CALL) and copies is not None
    if locus == SpecialLocus.SMN1 and concluded and (call == CallerCall.POSITIVE) != (copies == 0):
        yield "copy_number of SMN1 counts the copies of exon 7, and contradicts the call"
    told = (CallerCall.NEGATIVE,) if copies == 0 else (CallerCall.POSITIVE, CallerCall.CARRIER)
    if locus in INVERSIONS and copies is not None and call not in (None, CallerCall.NO_CALL, *told):
        yield "copy_number of an inversion counts the X chromosomes that have it, and contradicts the call"
    if locus not in COUNTED and call is None:
        yield f"{locus} is decided by call, which is empty; give one of {', '.join(CallerCall)}"
    if locus == SpecialLocus.CYP21A2 and copies == 0 and call != CallerCall.POSITIVE:
        yield "copy_number of CYP21A2 is 0, which contradicts the call"


def alpha_genes(genotype: str) -> int | None:
    """Count the alpha globin genes of a genotype; None when it is not understood.

    >>> alpha_genes("--/-a3.7"), alpha_genes("aa/aa"), alpha_genes("aTa/aa")
    (1, 4, None)
    """
    parts = [_HBA_CHROMOSOME.fullmatch(part) for part in genotype.split("/")]
    found = [part[1].count("a") for part in parts if part is not None]
    return sum(found) if len(found) == len(parts) == _CHROMOSOMES else None


def _with_copies_of_genotype(rows: Rows) -> Rows:
    hba = pl.col("locus") == SpecialLocus.HBA
    genes = pl.col("genotype").map_elements(alpha_genes, return_dtype=pl.Int32)
    return rows.with_columns(
        pl.when(hba).then(pl.coalesce("copy_number", genes)).otherwise("copy_number").alias("copy_number")
    )


def _told_twice(cohort: Cohort, table: pl.DataFrame) -> list[RowMessage]:
    again = table.group_by("newborn", "locus").len().filter(pl.col("len") > 1).sort("newborn", "locus")
    lines = {newborn.id: newborn.line for newborn in cohort.newborns}
    return [
        RowMessage(lines[newborn], "", f"special_loci: {locus} is told {times} times; keep one")
        for newborn, locus, times in again.iter_rows()
    ]
