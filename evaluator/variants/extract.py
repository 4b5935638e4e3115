"""Read one batch of newborns into the store: each VCF once, before any clinical threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.tables import ALLELES_SEEN
from evaluator.variants.batch import AllelesSeen, Scope, require_new, write_batch
from evaluator.variants.build import require_build, require_listed_bases
from evaluator.variants.callability import Evidence, no_evidence, read_bed, read_callable
from evaluator.variants.cohort import NOTHING_EXTRACTED, Cohort, Newborn, read_cohort
from evaluator.variants.header import choose_sample
from evaluator.variants.intervals import Intervals, from_frame, united
from evaluator.variants.newborn import NewbornData, sequenced, without_calls
from evaluator.variants.reading import Reading, read_samples, require_explained
from evaluator.variants.sources import Source, open_source

Progress = Callable[[int, int], None]
Failures = dict[str, InputError]  # newborn -> what is wrong with its files


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


@dataclass(frozen=True)
class Summary:
    """What was extracted, in numbers; `notes` name rows of the sample sheet, never newborns."""

    folder: Path
    newborns: int
    sequenced: int
    quarantined: int
    calls: int
    notes: tuple[str, ...]


def extract(request: Request, recorded_at: str, progress: Progress | None = None) -> Summary:
    """Extract one batch into its own folder of the store.

    Raises InputError with the problems of every newborn's files unless they are to be quarantined; then, as
    for any other problem, no folder appears.
    """
    cohort = read_cohort(request.samples, request.newborns_per_batch, request.batch)
    folder = require_new(request.store, cohort)
    scope = Scope(request.panel, read_regions(request), request.padding)
    data: dict[str, NewbornData] = {
        newborn.id: without_calls(newborn) for newborn in cohort.newborns if not newborn.sequenced
    }
    failures: Failures = {}
    annotations: dict[str, list[str] | None] = {}
    alleles = AllelesSeen()
    to_read = sum(newborn.sequenced for newborn in cohort.newborns)
    for group in _by_file(cohort):
        found, failed = _read_file(group, scope, annotations)
        for id_, newborn_data in found.items():
            alleles.add(newborn_data.alleles)
            data[id_] = replace(newborn_data, alleles=ALLELES_SEEN.to_frame())
        failures |= failed
        if progress is not None:
            progress(len(data) + len(failures) - len(cohort.newborns) + to_read, to_read)
    by_id = {newborn.id: newborn for newborn in cohort.newborns}
    problems = {
        id_: [_on_sheet(cohort.sheet, by_id[id_], problem) for problem in error.problems]
        for id_, error in failures.items()
    }
    if request.on_error == "stop":
        listed = sorted(problem for told in problems.values() for problem in told)
        raise_if_any(listed, NOTHING_EXTRACTED)
    data |= {
        id_: without_calls(by_id[id_], "; ".join(problem.message for problem in told))
        for id_, told in problems.items()
    }
    ordered = [data[newborn.id] for newborn in cohort.newborns]
    tables = write_batch(folder, cohort, scope, ordered, alleles.table(), annotations, recorded_at)
    notes = [*cohort.notes, *_entry_notes(ordered)]
    return Summary(folder, len(ordered), to_read, len(failures), len(tables["calls"]), tuple(notes))


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


def _by_file(cohort: Cohort) -> Iterator[list[Newborn]]:
    """Group the newborns that share one VCF: a joint file is read once."""
    groups: dict[Path, list[Newborn]] = {}
    for newborn in cohort.newborns:
        if newborn.sequenced and newborn.vcf is not None:
            groups.setdefault(newborn.vcf.resolve(), []).append(newborn)
    yield from groups.values()


def _read_file(
    group: list[Newborn], scope: Scope, annotations: dict[str, list[str] | None]
) -> tuple[dict[str, NewbornData], Failures]:
    path = group[0].vcf
    if path is None:
        raise AssertionError("only newborns with a VCF are grouped")
    try:
        source = open_source(path)
        build_by = require_build(source.header, scope.panel.genome_build, scope.regions.contigs())
    except InputError as error:
        return {}, {newborn.id: error for newborn in group}
    samples, failures = _samples(source, group)
    if not samples:
        return {}, failures
    try:
        reading = read_samples(source, scope.regions, sorted(set(samples.values())))
        if not build_by:
            alleles, build = scope.panel.alleles, scope.panel.genome_build
            build_by = require_listed_bases(source.header, reading.touched, alleles, build)
        _agree_on_annotations(source, annotations)
    except InputError as error:
        return {}, {newborn.id: error for newborn in group}
    found: dict[str, NewbornData] = {}
    for newborn in group:
        if newborn.id in samples:
            try:
                found[newborn.id] = _assemble(newborn, samples[newborn.id], source, reading, scope, build_by)
            except InputError as error:
                failures[newborn.id] = error
    return found, failures


def _samples(source: Source, group: list[Newborn]) -> tuple[dict[str, str], Failures]:
    """Choose each newborn's sample; two newborns can never be one sample."""
    chosen: dict[str, str] = {}
    failures: Failures = {}
    for newborn in group:
        try:
            chosen[newborn.id] = choose_sample(source.header, newborn.sample_in_vcf, newborn.id)
        except InputError as error:
            failures[newborn.id] = error
    for newborn in group:
        lines = [other.line for other in group if chosen.get(other.id) == chosen.get(newborn.id)]
        if newborn.id in chosen and len(lines) > 1:
            rows = ", ".join(map(str, lines))
            failures[newborn.id] = InputError.of(
                source.path, f"the rows {rows} of the sheet read the same sample"
            )
    return {id_: sample for id_, sample in chosen.items() if id_ not in failures}, failures


def _assemble(
    newborn: Newborn, sample: str, source: Source, reading: Reading, scope: Scope, build_by: str
) -> NewbornData:
    evidence = _evidence(newborn, scope)
    note = require_explained(source, reading, covered=evidence.kind != "none" and len(evidence.assessed) > 0)
    genotypes = reading.genotypes[sample]
    status = source.path.stat()
    entry: dict[str, object] = {
        "row": newborn.line,
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "header_sha256": source.header.sha256,
        "index_sha256": source.index_sha256(),
        "format": source.format,
        "read": reading.how,
        "build_by": build_by,
        "records_in_regions": reading.tally.in_regions,
        "set_aside": dict(sorted(genotypes.set_aside.items())),
        "note": "; ".join(filter(None, (reading.note, note))),
    }
    return sequenced(newborn, genotypes, source.header, scope.regions, evidence, entry)


def _evidence(newborn: Newborn, scope: Scope) -> Evidence:
    if newborn.callable is None:
        return no_evidence(scope.regions)
    panel = scope.panel
    min_depth = panel.criteria.callability.min_depth
    names = tuple(filter(None, (newborn.sample_in_vcf, newborn.id)))
    return read_callable(newborn.callable, names, scope.regions, panel.genome_build, min_depth)


def _agree_on_annotations(source: Source, annotations: dict[str, list[str] | None]) -> None:
    """All files of a batch must mean the same by the sub-fields of CSQ, ANN and BCSQ."""
    for name, fields in source.header.annotation_fields().items():
        if annotations.get(name) is None:
            annotations[name] = fields
        elif fields is not None and fields != annotations[name]:
            raise InputError.of(
                source.path,
                f"its INFO/{name.upper()} has other sub-fields than an earlier file of the batch; annotate "
                "all newborns with the same tool and options, or extract them in different batches",
            )


def _on_sheet(sheet: Path, newborn: Newborn, problem: Problem) -> Problem:
    """Tell a file's problem by the row of the sheet: a path may hold the newborn's identifier."""
    which = {str(newborn.callable): "callable", str(newborn.vcf): "vcf"}.get(problem.file, "index of the vcf")
    line = f" line {problem.line}" if problem.line else ""
    return Problem(str(sheet), newborn.line, f"{which}{line}: {problem.message}")


def _entry_notes(newborns: list[NewbornData]) -> list[str]:
    entries = [data.entry for data in newborns if data.entry is not None and data.entry["note"]]
    return [f"line {entry['row']}: {entry['note']}" for entry in entries]
