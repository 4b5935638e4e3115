"""The newborns of a run: the rows of the sample sheet that one batch reads."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple

import polars as pl

from evaluator.errors import InputError, raise_if_any
from evaluator.provenance import sha256_of_text
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import SAMPLES
from evaluator.variants.sheet_rows import RowMessage, problems_told_once
from evaluator.vocabulary import SampleStatus

NOTHING_EXTRACTED = "Nothing was extracted."
STANDARD_INPUT = Path("-")  # in the column vcf: read what is piped in
_PATHS = ("callable", "structural_vcf", "mother_vcf", "father_vcf")
_FILES = ("vcf", *_PATHS, "special_loci")


class Newborn(NamedTuple):
    """One row of the sample sheet; paths are resolved against the sheet's folder."""

    id: str
    sex: str
    sex_chromosomes: str | None
    status: str
    line: int
    vcf: Path | None
    callable: Path | None
    sample_in_vcf: str | None
    special_loci: tuple[Path, ...] = ()
    structural_vcf: Path | None = None
    contamination: float | None = None
    transfused: str | None = None
    family: str | None = None
    multiple_birth: str | None = None
    mother_vcf: Path | None = None
    mother_in_vcf: str | None = None
    father_vcf: Path | None = None
    father_in_vcf: str | None = None

    @property
    def parents(self) -> dict[str, tuple[Path, str | None]]:
        """The parents whose files are given: file, and the sample in it where that was named."""
        if self.mother_vcf is None and self.father_vcf is None:
            return {}
        given = (
            ("mother", self.mother_vcf, self.mother_in_vcf),
            ("father", self.father_vcf, self.father_in_vcf),
        )
        return {parent: (path, sample) for parent, path, sample in given if path is not None}

    @property
    def sequenced(self) -> bool:
        """Tell whether there must be a VCF to read."""
        return self.status == SampleStatus.SEQUENCED


@dataclass(frozen=True)
class Cohort:
    """The newborns of one batch, in the order of the sheet."""

    sheet: Path
    batch: str
    newborns: tuple[Newborn, ...]


def read_cohort(
    sheet: Path,
    newborns_per_batch: int | None = None,
    batch: int | None = None,
    *,
    judged_later: bool = False,
) -> Cohort:
    """Read one batch of the sample sheet; raises InputError with every problem and missing file.

    `judged_later`: missing files of calls and callability are left to whoever reads them.
    """
    frame, problems = read_sheet(sheet, SAMPLES)
    raise_if_any(problems, NOTHING_EXTRACTED)
    rows = frame
    if newborns_per_batch is not None and batch is not None:
        rows = frame.slice((batch - 1) * newborns_per_batch, newborns_per_batch)
        if not len(rows):
            raise InputError.of(
                sheet, f"has {len(frame)} newborns, so there is no batch {batch} of {newborns_per_batch}"
            )
    newborns = _newborns(sheet, rows)
    missing = _missing(newborns, ("vcf", "callable") if judged_later else ())
    raise_if_any(problems_told_once(sheet, missing), NOTHING_EXTRACTED)
    # A batch may hold declined newborns only; a whole sheet of them is a mistake.
    if batch is None and not any(newborn.sequenced for newborn in newborns):
        raise InputError.of(sheet, "has no sequenced newborn, so there is nothing to extract")
    return Cohort(sheet, batch_name(newborns, batch), newborns)


def batch_name(newborns: tuple[Newborn, ...], batch: int | None) -> str:
    """Name a batch by its number, or else by a digest of who is in it."""
    if batch is not None:
        return f"batch-{batch:04d}"
    return "newborns-" + sha256_of_text("\n".join(sorted(newborn.id for newborn in newborns)))[:12]


def _newborns(sheet: Path, rows: pl.DataFrame) -> tuple[Newborn, ...]:
    """Turn the rows into newborns, column by column: thousands may name one joint file."""
    path = cache(lambda text: None if text is None else sheet.parent / text)
    cells = rows.rename({"newborn": "id"}).select(Newborn._fields).to_dict(as_series=False)
    columns = dict(cells)
    columns |= {name: list(map(path, cells[name])) for name in _PATHS}
    columns["vcf"] = [STANDARD_INPUT if text == str(STANDARD_INPUT) else path(text) for text in cells["vcf"]]
    columns["status"] = [text or SampleStatus.SEQUENCED for text in cells["status"]]
    columns["special_loci"] = [
        tuple(path(part.strip()) for part in text.split(";") if part) if text else ()
        for text in cells["special_loci"]
    ]
    return tuple(map(Newborn._make, zip(*columns.values(), strict=True)))


def _missing(newborns: Sequence[Newborn], later: tuple[str, ...]) -> Iterator[RowMessage]:
    """Tell of files that do not exist, but for those of the columns that are judged later."""
    read = [newborn for newborn in newborns if newborn.sequenced]
    for newborn in read:
        if newborn.vcf is None:
            yield RowMessage(newborn.line, "", "status is sequenced but vcf is empty; give the newborn's VCF")
    for column in _FILES:
        cells = [getattr(newborn, column) for newborn in read] if column not in later else []
        gone = {cell: _gone(cell, standard_input=column == "vcf") for cell in set(cells)}
        if any(gone.values()):
            message = f"the file named in {column} does not exist or is no regular file; correct the path"
            for newborn, cell in zip(read, cells, strict=True):
                yield from (RowMessage(newborn.line, str(path), message) for path in gone[cell])


def _gone(cell: Path | tuple[Path, ...] | None, *, standard_input: bool) -> list[Path]:
    """Return which files of a cell do not exist; a dash may stand for what is piped in."""
    paths = cell if isinstance(cell, tuple) else () if cell is None else (cell,)
    return [path for path in paths if not path.is_file() and not (standard_input and path == STANDARD_INPUT)]
