"""The newborns of a run: the rows of the sample sheet that one batch reads."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from evaluator.errors import InputError, raise_if_any
from evaluator.provenance import sha256_of_text
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import SAMPLES
from evaluator.variants.sheet_rows import RowMessage, problems_told_once
from evaluator.vocabulary import SampleStatus

NOTHING_EXTRACTED = "Nothing was extracted."
STANDARD_INPUT = Path("-")  # in the column vcf: read what is piped in
_TEXTS = ("transfused", "family", "multiple_birth", "mother_in_vcf", "father_in_vcf")


@dataclass(frozen=True)
class Newborn:
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
    paths = cache(lambda text: sheet.parent / text)  # thousands of rows may name one joint file
    newborns = tuple(_newborn(row, paths) for row in rows.iter_rows(named=True))
    exists = cache(Path.is_file)
    later = ("vcf", "callable") if judged_later else ()
    missing = [told for newborn in newborns for told in _missing(newborn, exists, later)]
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


def _newborn(row: dict[str, object], paths: Callable[[str], Path]) -> Newborn:
    def path(column: str) -> Path | None:
        return paths(str(row[column])) if row[column] is not None else None

    def text(column: str) -> str | None:
        return str(row[column]) if row[column] is not None else None

    return Newborn(
        id=str(row["newborn"]),
        sex=str(row["sex"]),
        sex_chromosomes=text("sex_chromosomes"),
        status=text("status") or SampleStatus.SEQUENCED,
        line=int(str(row["line"])),
        vcf=STANDARD_INPUT if text("vcf") == str(STANDARD_INPUT) else path("vcf"),
        callable=path("callable"),
        sample_in_vcf=text("sample_in_vcf"),
        structural_vcf=path("structural_vcf"),
        special_loci=tuple(paths(part.strip()) for part in (text("special_loci") or "").split(";") if part),
        contamination=None if row["contamination"] is None else float(str(row["contamination"])),
        mother_vcf=path("mother_vcf"),
        father_vcf=path("father_vcf"),
        **{name: text(name) for name in _TEXTS},
    )


def _missing(newborn: Newborn, exists: Callable[[Path], bool], later: tuple[str, ...]) -> list[RowMessage]:
    if not newborn.sequenced:
        return []
    if newborn.vcf is None:
        return [RowMessage(newborn.line, "", "status is sequenced but vcf is empty; give the newborn's VCF")]
    vcf = None if newborn.vcf == STANDARD_INPUT else newborn.vcf
    given = [("vcf", vcf), ("callable", newborn.callable), ("structural_vcf", newborn.structural_vcf)]
    given += [("special_loci", path) for path in newborn.special_loci]
    given += [(f"{parent}_vcf", path) for parent, (path, _) in newborn.parents.items()]
    return [
        RowMessage(
            newborn.line,
            str(path),
            f"the file named in {column} does not exist or is no regular file; correct the path",
        )
        for column, path in given
        if path is not None and column not in later and not exists(path)
    ]
