"""Joint files whose samples stand in any order: each newborn has what bcftools says of its sample alone."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, replace
from pathlib import Path
from unittest.mock import patch

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from wide_files import BED, BEDS, WideFile, in_small_slabs, wide_files, written
from wide_judge import Judged, alone, judged

from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.variants import shared_file
from evaluator.variants.extract import Request, extract
from evaluator.variants.joint import WIDE
from tests.variants.conftest import write_panel

TABLES = ("newborns", "calls", "uncallable", "structural", "parents")
VALUES = ("copies", "ploidy", "missing", "phased", "phase_set", "haplotype")
READS = ("depth", "alt_depth", "allele_fraction", "genotype_quality")
SOURCE = ("contig", "source_position", "source_ref", "source_alts", "filters")
CALL = ("position", "ref", "alt", *VALUES, *READS, *SOURCE)
EVENT = ("type", *VALUES[:3], "copy_number", "genotype_quality", "sample_filters", *SOURCE)
FEW = 3  # newborns of an example that are read from files of their own as well
Bases = set[tuple[str, int]]


@dataclass(frozen=True)
class SheetRow:
    """A row of the sheet: empty cells where nothing is given."""

    newborn: str
    vcf: Path
    sample: str
    callable: Path | str = ""
    structural_vcf: Path | str = ""
    mother_vcf: Path | str = ""
    mother: str = ""

    def line(self) -> str:
        """Write it; a sample of the newborn's own name is not named."""
        sample = "" if self.sample == self.newborn else self.sample
        files = (self.callable, self.structural_vcf, self.mother_vcf)
        return "\t".join(map(str, (self.newborn, "female", self.vcf, sample, *files, self.mother)))


@pytest.fixture(scope="module")
def panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """A panel of one gene, GALT."""
    return load_panel(write_panel(tmp_path_factory.mktemp("wide") / "panel"))


def extracted(
    folder: Path, name: str, rows: list[SheetRow], panel: Panel, threads: int = 1, piped: Path | None = None
) -> Path:
    """Extract a sheet of these rows, one file on standard input; returns the folder of the batch."""
    columns = "newborn sex vcf sample_in_vcf callable structural_vcf mother_vcf mother_in_vcf"
    rows = [replace(row, vcf=Path("-")) if row.vcf == piped else row for row in rows]
    lines = [columns.replace(" ", "\t"), *(row.line() for row in rows)]
    sheet = folder / f"{name}.tsv"
    sheet.write_text("\n".join(lines) + "\n", encoding="utf-8", newline="")
    (folder / "more.bed").write_text(BED, newline="")
    request = Request(sheet, panel, folder / name, regions=folder / "more.bed", threads=threads)
    with sheet.open("rb") if piped is None else piped.open("rb") as stream:
        return extract(replace(request, standard_input=stream), "2026-01-01").folder


def tables_of(store: Path) -> dict[str, pl.DataFrame]:
    """Read the tables of a batch."""
    return {name: pl.read_parquet(store / f"{name}.parquet") for name in TABLES}


def bases_of(gaps: pl.DataFrame) -> dict[tuple[str, int], str]:
    """Return the reason for every base that was not assessed."""
    spans = gaps.select("contig", "start", "end", "reason").iter_rows()
    return {(contig, base): why for contig, start, end, why in spans for base in range(start, end)}


def require_as_judged(tables: dict[str, pl.DataFrame], row: SheetRow, theirs: Judged, regions: Bases) -> None:
    """Every call, every structural call and every base not assessed is what bcftools' text means."""
    own = {name: table.filter(newborn=row.newborn) for name, table in tables.items()}
    structural = {"vcf": theirs.structural} | (
        {"structural_vcf": theirs.structural} if row.structural_vcf else {}
    )
    for origin, events in structural.items():
        mine = own["structural"].filter(origin=origin).select(EVENT)
        assert Counter(mine.iter_rows()) == events
    if str(row.callable).endswith((".vcf", ".gz", ".bcf")):  # it may call more, and doubt more
        return
    calls = own["calls"].filter(pl.col("part_of").is_null() & (pl.col("copies") > 0)).select(CALL)
    assert Counter(calls.iter_rows()) == Counter(theirs.calls)
    expected = {base: why for base, why in theirs.gaps.items() if base in regions}
    if row.callable:
        bed = Path(row.callable).read_text(encoding="utf-8")
        for base in outside(bed, regions):
            if expected.get(base, "unequal_block") == "unequal_block":
                expected[base] = "not_in_bed"
    told = bases_of(own["uncallable"])
    # What is under a called "*" is for the rules about its deletion.
    stars = theirs.stars
    assert {base: why for base, why in told.items() if base not in stars} == {
        base: why for base, why in expected.items() if base not in stars
    }


def outside(bed: str, regions: Bases) -> Bases:
    """Return the bases that no line of a BED has."""
    rows = [line.split("\t") for line in bed.splitlines()]
    spans = [(f"chr{name.removeprefix('chr')}", int(start), int(end)) for name, start, end in rows]
    return {
        (contig, base)
        for contig, base in regions
        if not any(contig == name and start <= base < end for name, start, end in spans)
    }


def planned(file: WideFile, folder: Path) -> tuple[list[SheetRow], list[SheetRow]]:
    """Return the sheet's rows, and those of the few with each file replaced by one of the sample alone."""
    paths = written(folder, file)
    beds = [folder / f"callable-{number}.bed" for number in range(len(BEDS))]
    for path, text in zip(beds, BEDS, strict=True):
        path.write_text(text, newline="")
    choices = ["", *beds]
    rows = [
        SheetRow(newborn, paths[at % len(paths)], sample, choices[file.beds[at % len(file.beds)]])
        for at, (newborn, sample) in enumerate(file.rows)
    ]
    own = []
    turned = folder / "turned.vcf"  # the same columns under other names
    names = file.samples[1:] + file.samples[:1]
    turned.write_text(
        file.text.replace("\t".join(file.samples), "\t".join(names), 1), encoding="utf-8", newline=""
    )
    for at, row in enumerate(rows[:FEW]):
        mother = file.samples[file.samples.index(row.sample) - 1]
        reference, stem = folder / "reference.vcf", folder / f"alone-{at}"
        changes: dict[str, tuple[Path, Path]] = {"vcf": (row.vcf, alone(reference, row.sample, stem, "vcf"))}
        if "mother" in file.beside:
            changes["mother_vcf"] = (paths[-1], alone(reference, mother, stem, "mother"))
        if "structural" in file.beside:
            changes["structural_vcf"] = (paths[0], alone(reference, row.sample, stem, "structural"))
        if "gvcf" in file.beside:
            changes["callable"] = (turned, alone(turned, row.sample, stem, "callable"))
        named = mother if "mother" in file.beside else ""
        rows[at] = replace(row, mother=named, **{name: joint for name, (joint, _) in changes.items()})
        own.append(replace(row, sample=row.newborn, **{name: path for name, (_, path) in changes.items()}))
    return rows, own


def check(file: WideFile, folder: Path, panel: Panel) -> None:
    """Read the file for the rows of its sheet, and compare each with bcftools, and some with a file alone."""
    reference = folder / "reference.vcf"
    reference.write_text(file.text, encoding="utf-8", newline="")
    rows, own = planned(file, folder)
    piped = rows[0].vcf if file.piped else None
    with in_small_slabs(file.slab, WIDE if file.wide else len(file.samples) + 1):
        together = extracted(folder, "together", rows, panel, file.threads, piped)
    tables = tables_of(together)
    listed = json.loads((together / "manifest.json").read_text())["regions"]
    regions = {(contig, base) for contig, start, end in listed for base in range(start, end)}
    bed = folder / "judge.bed"
    both = [(name, start, end) for contig, start, end in listed for name in (contig, contig[3:])]
    bed.write_text("".join(f"{name}\t{start}\t{end}\n" for name, start, end in both), newline="")
    for row in rows:
        require_as_judged(tables, row, judged(reference, bed, row.sample), regions)
    with patch.object(shared_file, "REFERENCES_UNREAD", 0):
        singly = tables_of(extracted(folder, "singly", own, panel))
    names = [row.newborn for row in own]
    for name in TABLES:
        mine = tables[name].filter(pl.col("newborn").is_in(names))
        assert mine.equals(singly[name]), name


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.large_base_example],
)
@given(file=wide_files())
def test_each_newborn_has_its_own_sample(
    file: WideFile, panel: Panel, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Whatever the order of columns and rows, the form of the file and where slabs end."""
    check(file, tmp_path_factory.mktemp("wide"), panel)
