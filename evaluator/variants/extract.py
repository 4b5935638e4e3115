"""Read one batch of newborns into the store: each VCF once, before any clinical threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO, Literal

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.tables import ALLELES_SEEN
from evaluator.variants.batch import AllelesSeen, Scope, batch_manifest, batch_tables, write_batch
from evaluator.variants.callability import read_bed
from evaluator.variants.cohort import NOTHING_EXTRACTED, Cohort, Newborn, read_cohort
from evaluator.variants.fasta import fasta_identity, left_aligned, moved
from evaluator.variants.file_threads import results_in_order
from evaluator.variants.growth import Target, require_build_of, targets
from evaluator.variants.intervals import Intervals, from_frame, united
from evaluator.variants.newborn import NewbornData, without_calls
from evaluator.variants.parents import read_parents
from evaluator.variants.shared_file import (
    AnnotationFields,
    Failures,
    read_shared_file,
    with_agreeing_annotations,
)
from evaluator.variants.special_loci import read_special_loci
from evaluator.variants.standard_input import standard_input_kept
from evaluator.variants.structural_file import read_structural_files
from evaluator.variants.substitutions import as_called

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Request:
    """What to extract, and how."""

    samples: Path
    panel: Panel
    store: Path
    regions: Path | None = None  # a BED of more to read than the panel needs
    padding: int = 20
    on_error: Literal["stop", "quarantine"] = "stop"
    newborns_per_batch: int | None = None
    batch: int | None = None
    fasta: Path | None = None  # the reference sequence, to left-align insertions and deletions
    threads: int = 1  # files read at a time; any number gives the same bytes
    standard_input: BinaryIO | None = None  # the VCF of rows that name "-"


@dataclass(frozen=True)
class Summary:
    """What was extracted, in numbers; `notes` name rows of the sample sheet, never newborns."""

    folder: Path
    newborns: int
    sequenced: int
    quarantined: int
    calls: int
    notes: tuple[str, ...]

    def with_more(self, other: Summary) -> Summary:
        """Add up what was extracted into two folders."""
        return Summary(
            self.folder,
            self.newborns + other.newborns,
            self.sequenced + other.sequenced,
            self.quarantined + other.quarantined,
            self.calls + other.calls,
            tuple(dict.fromkeys((*self.notes, *other.notes))),
        )


def extract(request: Request, recorded_at: str, progress: Progress | None = None) -> Summary:
    """Extract one batch into its own folder of the store, or the regions that stored newborns lack into more.

    Raises InputError with the problems of every newborn's files unless they are to be quarantined; then, as
    for any other problem, no folder appears.
    """
    require_build_of(request.store, request.panel)
    judged_later = request.on_error == "quarantine"
    cohort = read_cohort(
        request.samples, request.newborns_per_batch, request.batch, judged_later=judged_later
    )
    with standard_input_kept(cohort, request.standard_input) as readable:
        parts = _extract_all(request, readable, recorded_at, progress)
    first, *others = parts
    for part in others:
        first = first.with_more(part)
    return first


def _extract_all(
    request: Request, cohort: Cohort, recorded_at: str, progress: Progress | None
) -> list[Summary]:
    """Extract the cohort: into one batch, or into a part beside each batch that holds newborns of it."""
    fasta = None if request.fasta is None else fasta_identity(request.fasta)
    scope = Scope(request.panel, read_regions(request), request.padding, fasta)
    planned = targets(request.store, cohort, scope, numbered=request.batch is not None)
    to_read = sum(newborn.sequenced for target in planned for newborn in target.cohort.newborns)
    done = 0

    def told(newborns: int) -> None:
        nonlocal done
        done += newborns
        if progress is not None:
            progress(done, to_read)

    return [_extract(request, target, recorded_at, told) for target in planned]


def _extract(request: Request, target: Target, recorded_at: str, told: Callable[[int], None]) -> Summary:
    """Read the newborns of one batch in its regions, and write it or the part that was added to it."""
    cohort, scope, held = target.cohort, target.scope, target.held
    special = read_special_loci(cohort)
    data = [without_calls(newborn) for newborn in cohort.newborns if not newborn.sequenced]
    structural, failures = read_structural_files(cohort.newborns, scope.regions, request.panel.genome_build)
    annotations: AnnotationFields = {}
    alleles = AllelesSeen()
    stop = request.on_error == "stop" or held is not None  # nobody can be set aside in some regions only
    # Who is set aside for a structural VCF gets no calls; a run that will stop tells all of its problems.
    groups = _by_file(cohort, set() if stop else set(failures))
    for group, unchecked in results_in_order(groups, partial(read_shared_file, scope=scope), request.threads):
        file = with_agreeing_annotations(group, unchecked, annotations)
        for newborn_data in file.found:
            alleles.add(newborn_data.alleles)
            data.append(replace(newborn_data, alleles=ALLELES_SEEN.to_frame()))
        for name, error in file.failures.items():
            earlier = failures[name].problems if name in failures else ()
            failures[name] = InputError([*earlier, *error.problems])
        told(len(group))
    data += _quarantined(cohort, failures, stop=stop)
    parents = read_parents(cohort, [each.calls for each in data], scope)
    if stop:
        raise_if_any(list(parents.problems), NOTHING_EXTRACTED)
    seen, carried = alleles.table(), parents.table
    if request.fasta is not None:
        alignment = left_aligned(seen, request.fasta)
        data = [replace(each, calls=moved(each.calls, alignment)) for each in data]
        aligned = AllelesSeen()
        aligned.add(moved(seen, alignment))
        seen, carried = aligned.table(), moved(carried, alignment)
    beside = {"alleles": seen, "special_loci": special.table, "parents": carried}
    read = {name: reading for name, reading in structural.items() if name not in failures}
    tables = {**batch_tables(cohort, scope, data, read), **beside}
    if held is not None:
        tables = held.added(tables, cohort, scope.panel.genome_build)
    manifest = batch_manifest(cohort, scope, data, read, annotations, held.extends if held else None)
    write_batch(target.folder, cohort, scope, tables, manifest, recorded_at)
    unused = (f"line {each.line}: {each.message}; this parent is not used" for each in parents.problems)
    to_read = sum(newborn.sequenced for newborn in cohort.newborns)
    counts = len(cohort.newborns), to_read, len(failures), len(tables["calls"].filter(as_called()))
    return Summary(target.folder, *counts, (*special.notes, *_entry_notes(data), *unused))


def _quarantined(cohort: Cohort, failures: Failures, *, stop: bool) -> list[NewbornData]:
    """Set newborns aside whose files are wrong; raise InputError with all problems if that is to stop."""
    by_id = {newborn.id: newborn for newborn in cohort.newborns}
    problems = {
        id_: [_on_sheet(cohort.sheet, by_id[id_], problem) for problem in error.problems]
        for id_, error in failures.items()
    }
    if stop:
        listed = sorted(problem for told in problems.values() for problem in told)
        raise_if_any(listed, NOTHING_EXTRACTED)
    return [
        without_calls(by_id[id_], "; ".join(problem.message for problem in told))
        for id_, told in problems.items()
    ]


def read_regions(request: Request) -> Intervals:
    """Return the panel's regions and those of the BED file, if one is given, within the chromosomes."""
    build = request.panel.genome_build
    regions = from_frame(panel_regions(request.panel, request.padding))
    if request.regions is not None:
        regions = united(regions, read_bed(request.regions), CONTIG_LENGTHS[build])
    if not len(regions):
        raise InputError.of(
            request.panel.path, "has no enabled gene with known exons and no allele: nothing to read"
        )
    return regions


def _by_file(cohort: Cohort, aside: set[str]) -> Iterator[list[Newborn]]:
    """Group the newborns that share one VCF, but for those set aside: a joint file is read once."""
    groups: dict[Path, list[Newborn]] = {}
    resolved = cache(Path.resolve)  # thousands of rows may name one file
    for newborn in cohort.newborns:
        if newborn.sequenced and newborn.vcf is not None and newborn.id not in aside:
            groups.setdefault(resolved(newborn.vcf), []).append(newborn)
    yield from groups.values()


def _on_sheet(sheet: Path, newborn: Newborn, problem: Problem) -> Problem:
    """Tell a file's problem by the row of the sheet: a path may hold the newborn's identifier."""
    which = {
        str(newborn.callable): "callable",
        str(newborn.vcf): "vcf",
        str(newborn.structural_vcf): "structural_vcf",
    }.get(problem.file)
    if which is None:  # the same VCF under another row's link, or its index
        which = "index of the vcf" if problem.file.endswith((".csi", ".tbi")) else "vcf"
    line = f" line {problem.line}" if problem.line else ""
    return Problem(str(sheet), newborn.line, f"{which}{line}: {problem.message}")


def _entry_notes(newborns: list[NewbornData]) -> list[str]:
    told = {int(str(entry["row"])): entry["note"] for data in newborns for entry in data.entries}
    return [f"line {row}: {note}" for row, note in sorted(told.items()) if note]
