"""Read one batch of newborns into the store: each VCF once, before any clinical threshold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cache, partial
from pathlib import Path
from typing import BinaryIO, Literal

from evaluator.errors import InputError, raise_if_any
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.tables import ALLELES_SEEN
from evaluator.variants.alignment import form_of
from evaluator.variants.batch import AllelesSeen, Scope, batch_manifest, batch_tables, write_batch
from evaluator.variants.callability import read_bed
from evaluator.variants.cohort import NOTHING_EXTRACTED, Cohort, Newborn, read_cohort
from evaluator.variants.fasta import Reference, opened_reference, require_bases
from evaluator.variants.file_threads import results_in_order
from evaluator.variants.growth import Target, require_build_of, targets
from evaluator.variants.intervals import Intervals, from_frame, united
from evaluator.variants.newborn import QUARANTINED, NewbornData, without_calls
from evaluator.variants.parents import ParentsRead, read_parents
from evaluator.variants.sample_choice import sharing_a_gvcf
from evaluator.variants.shared_file import (
    AnnotationFields,
    Failures,
    read_shared_file,
    with_agreeing_annotations,
)
from evaluator.variants.sheet_rows import RowMessage, notes_told_once, problems_told_once, row_message
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
    ways: Counter[str]  # newborns by how their file was read: index, probed, whole

    def with_more(self, other: Summary) -> Summary:
        """Add up what was extracted into two folders."""
        return Summary(
            self.folder,
            self.newborns + other.newborns,
            self.sequenced + other.sequenced,
            self.quarantined + other.quarantined,
            self.calls + other.calls,
            tuple(dict.fromkeys((*self.notes, *other.notes))),
            self.ways + other.ways,
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
    with (
        standard_input_kept(cohort, request.standard_input) as readable,
        opened_reference(request.fasta) as reference,
    ):
        parts = _extract_all(request, readable, reference, recorded_at, progress)
    first, *others = parts
    for part in others:
        first = first.with_more(part)
    return first


def _extract_all(
    request: Request,
    cohort: Cohort,
    reference: Reference | None,
    recorded_at: str,
    progress: Progress | None,
) -> list[Summary]:
    """Extract the cohort: into one batch, or into a part beside each batch that holds newborns of it."""
    scope = Scope(request.panel, read_regions(request), request.padding, reference)
    planned = targets(request.store, cohort, scope, numbered=request.batch is not None)
    to_read = sum(newborn.sequenced for target in planned for newborn in target.cohort.newborns)
    done = 0

    def told(newborns: int) -> None:
        nonlocal done
        done += newborns
        if progress is not None:
            progress(done, to_read)

    # Regions are added to all of the batches or to none: with some of them the store could not be opened.
    with ExitStack() as stack:
        return [_extract(request, target, recorded_at, told, stack) for target in planned]


def _extract(
    request: Request, target: Target, recorded_at: str, told: Callable[[int], None], stack: ExitStack
) -> Summary:
    """Read the newborns of one batch in its regions; it, or the part added to it, appears with the stack."""
    cohort, scope, held = target.cohort, target.scope, target.held
    special = read_special_loci(cohort)
    data = [without_calls((newborn for newborn in cohort.newborns if not newborn.sequenced), {})]
    structural, unread = read_structural_files(cohort.newborns, scope.regions, request.panel.genome_build)
    twice = sharing_a_gvcf(cohort.newborns)
    failures: Failures = {}
    annotations: AnnotationFields = {}
    alleles = AllelesSeen()
    stop = request.on_error == "stop" or held is not None  # nobody can be set aside in some regions only
    # Who is set aside for other files gets no calls; a run that will stop tells all of its problems.
    groups = _by_file(cohort, set() if stop else {*unread, *twice})
    form = form_of(scope.regions, scope.reference)
    read_file = partial(read_shared_file, scope=scope, form=form, structural=structural)
    for group, unchecked in results_in_order(groups, read_file, request.threads):
        file = with_agreeing_annotations(group, unchecked, annotations)
        for newborn_data in file.found:
            alleles.add(newborn_data.alleles)
            data.append(replace(newborn_data, alleles=ALLELES_SEEN.to_frame()))
        failures |= file.failures
        told(len(group))
    wrong = [*_on_sheet(cohort, unread, "structural_vcf"), *_on_sheet(cohort, failures, "vcf")]
    wrong += _on_sheet(cohort, twice, "callable")
    failures |= twice
    if stop:
        raise_if_any(problems_told_once(cohort.sheet, wrong), NOTHING_EXTRACTED)
    parents = read_parents(cohort, [each.calls for each in data], scope, form)
    if stop:
        raise_if_any(problems_told_once(cohort.sheet, parents.wrong), NOTHING_EXTRACTED)
    notes = (*special.notes, *notes_told_once([*wrong, *_entry_notes(data), *_unused(parents)]))
    data.append(_quarantined(cohort, wrong))
    seen = alleles.table()
    if scope.reference is not None:
        require_bases(scope.reference, seen)
    beside = {"alleles": seen, "special_loci": special.table, "parents": parents.table}
    read = {name: reading for name, reading in structural.items() if name not in failures}
    tables = {**batch_tables(cohort, scope, data, read), **beside}
    if held is not None:
        tables = held.added(tables, cohort, scope.panel.genome_build)
    manifest = batch_manifest(cohort, scope, data, read, annotations, held.extends if held else None)
    write_batch(stack, target.folder, cohort, scope, tables, manifest, recorded_at)
    to_read = sum(newborn.sequenced for newborn in cohort.newborns)
    counts = (
        len(cohort.newborns),
        to_read,
        len(failures.keys() | unread.keys()),
        len(tables["calls"].filter(as_called())),
    )
    ways = Counter(str(entry["read"]) for each in data for entry in each.entries)
    del ways[QUARANTINED]
    return Summary(target.folder, *counts, notes, ways)


def _on_sheet(cohort: Cohort, failures: Failures, column: str) -> list[RowMessage]:
    """Tell the problems of the files of a column by the rows of the sheet: a path may hold an identifier."""
    return [
        row_message(newborn.line, _column(newborn, problem.file, column), problem)
        for newborn in cohort.newborns
        if newborn.id in failures
        for problem in failures[newborn.id].problems
    ]


def _column(newborn: Newborn, file: str, column: str) -> str:
    """Say which file of a row is meant; where a row names it by another link, the column tells."""
    if column == "vcf" and file == str(newborn.callable) != str(newborn.vcf):
        return "callable"
    return f"index of the {column}" if file.endswith((".csi", ".tbi")) else column


def _quarantined(cohort: Cohort, wrong: list[RowMessage]) -> NewbornData:
    """Set newborns aside whose files are wrong."""
    reasons: dict[int, list[str]] = {}
    for each in wrong:
        reasons.setdefault(each.row, []).append(each.message)
    aside = (newborn for newborn in cohort.newborns if newborn.line in reasons)
    return without_calls(aside, {row: "; ".join(told) for row, told in reasons.items()})


def _entry_notes(newborns: list[NewbornData]) -> Iterator[RowMessage]:
    for data in newborns:
        for entry in data.entries:
            if entry["note"]:
                yield RowMessage(int(str(entry["row"])), "", str(entry["note"]))


def _unused(parents: ParentsRead) -> Iterator[RowMessage]:
    for each in parents.wrong:
        yield each._replace(message=f"{each.message}; this parent is not used")


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
