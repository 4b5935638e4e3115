"""Read one batch of newborns into the store: each VCF once, before any clinical threshold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
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
from evaluator.variants.joint import JointReading, is_wide, read_joint
from evaluator.variants.joint_newborns import JointNewborns
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
    data = [without_calls(newborn) for newborn in cohort.newborns if not newborn.sequenced]
    failures: Failures = {}
    annotations: dict[str, list[str] | None] = {}
    alleles = AllelesSeen()
    done, to_read = 0, sum(newborn.sequenced for newborn in cohort.newborns)
    for group in _by_file(cohort):
        found, failed = _read_file(group, scope, annotations)
        for newborn_data in found:
            alleles.add(newborn_data.alleles)
            data.append(replace(newborn_data, alleles=ALLELES_SEEN.to_frame()))
        failures |= failed
        done += len(group)
        if progress is not None:
            progress(done, to_read)
    data += _quarantined(request, cohort, failures)
    tables = write_batch(folder, cohort, scope, data, alleles.table(), annotations, recorded_at)
    counts = len(cohort.newborns), to_read, len(failures), len(tables["calls"])
    return Summary(folder, *counts, (*cohort.notes, *_entry_notes(data)))


def _quarantined(request: Request, cohort: Cohort, failures: Failures) -> list[NewbornData]:
    """Set newborns aside whose files are wrong; raise InputError with all problems if that is to stop."""
    by_id = {newborn.id: newborn for newborn in cohort.newborns}
    problems = {
        id_: [_on_sheet(cohort.sheet, by_id[id_], problem) for problem in error.problems]
        for id_, error in failures.items()
    }
    if request.on_error == "stop":
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


def _by_file(cohort: Cohort) -> Iterator[list[Newborn]]:
    """Group the newborns that share one VCF: a joint file is read once."""
    groups: dict[Path, list[Newborn]] = {}
    resolved = cache(Path.resolve)  # thousands of rows may name one file
    for newborn in cohort.newborns:
        if newborn.sequenced and newborn.vcf is not None:
            groups.setdefault(resolved(newborn.vcf), []).append(newborn)
    yield from groups.values()


def _read_file(
    group: list[Newborn], scope: Scope, annotations: dict[str, list[str] | None]
) -> tuple[list[NewbornData], Failures]:
    path = group[0].vcf
    if path is None:
        raise AssertionError("only newborns with a VCF are grouped")
    try:
        source = open_source(path)
        build_by = require_build(source.header, scope.panel.genome_build, scope.regions.contigs())
    except InputError as error:
        return [], {newborn.id: error for newborn in group}
    samples, failures = _samples(source, group)
    group = [newborn for newborn in group if newborn.id in samples]
    if not group:
        return [], failures
    try:
        read = read_joint if is_wide(source) else read_samples
        reading = read(source, scope.regions, sorted(set(samples.values())))
        if not build_by:
            alleles, build = scope.panel.alleles, scope.panel.genome_build
            build_by = require_listed_bases(source.header, reading.touched, alleles, build)
        _agree_on_annotations(source, annotations)
    except InputError as error:
        return [], failures | {newborn.id: error for newborn in group}
    found, failed = _assembled(group, samples, source, reading, scope, build_by)
    return found, failures | failed


def _samples(source: Source, group: list[Newborn]) -> tuple[dict[str, str], Failures]:
    """Choose each newborn's sample; two newborns can never be one sample."""
    known = set(source.header.samples) if len(source.header.samples) > 1 else set()
    chosen: dict[str, str] = {}
    failures: Failures = {}
    for newborn in group:
        likeliest = newborn.id if newborn.sample_in_vcf is None else newborn.sample_in_vcf
        try:
            chosen[newborn.id] = (
                likeliest
                if likeliest in known
                else choose_sample(source.header, newborn.sample_in_vcf, newborn.id)
            )
        except InputError as error:
            failures[newborn.id] = error
    lines: dict[str, list[int]] = {}
    for newborn in group:
        if newborn.id in chosen:
            lines.setdefault(chosen[newborn.id], []).append(newborn.line)
    for newborn in group:
        if newborn.id in chosen and len(lines[chosen[newborn.id]]) > 1:
            rows = ", ".join(map(str, lines[chosen[newborn.id]]))
            failures[newborn.id] = InputError.of(
                source.path, f"the rows {rows} of the sheet read the same sample"
            )
    return {id_: sample for id_, sample in chosen.items() if id_ not in failures}, failures


def _assembled(
    group: list[Newborn],
    samples: dict[str, str],
    source: Source,
    reading: Reading | JointReading,
    scope: Scope,
    build_by: str,
) -> tuple[list[NewbornData], Failures]:
    """Assemble the rows of a file's newborns; one whose callable file is wrong fails alone."""
    joint = (
        JointNewborns(reading, source.header, scope.regions) if isinstance(reading, JointReading) else None
    )
    checked = reading.summary() if isinstance(reading, JointReading) else reading
    shared = _file_entry(source, checked, build_by)
    evidence_of = lru_cache(maxsize=1)(partial(_evidence, scope))  # a joint file's rows may share one BED
    found: list[NewbornData] = []
    failures: Failures = {}
    for newborn in group:
        sample = samples[newborn.id]
        try:
            evidence = evidence_of(newborn.callable, _names_in(newborn))
            note = require_explained(source, checked)
        except InputError as error:
            failures[newborn.id] = error
            continue
        entry = {**shared, "row": newborn.line, "note": "; ".join(filter(None, (reading.note, note)))}
        if joint is not None:
            joint.add(newborn, sample, evidence, entry)
            continue
        genotypes = checked.genotypes[sample]
        entry["set_aside"] = dict(sorted(genotypes.set_aside.items()))
        found.append(sequenced(newborn, genotypes, source.header, scope.regions, evidence, entry))
    return found if joint is None else [joint.assembled()], failures


def _file_entry(source: Source, reading: Reading, build_by: str) -> dict[str, object]:
    status = source.path.stat()
    return {
        "size": status.st_size,
        "mtime_ns": status.st_mtime_ns,
        "header_sha256": source.header.sha256,
        "index_sha256": source.index_sha256(),
        "format": source.format,
        "read": reading.how,
        "build_by": build_by,
        "records_in_regions": reading.tally.in_regions,
    }


def _names_in(newborn: Newborn) -> tuple[str, ...]:
    """Return the names under which a newborn may stand in a gVCF; a BED has none."""
    if newborn.callable is None or newborn.callable.name.removesuffix(".gz").endswith(".bed"):
        return ()
    return tuple(filter(None, (newborn.sample_in_vcf, newborn.id)))


def _evidence(scope: Scope, path: Path | None, names: tuple[str, ...]) -> Evidence:
    if path is None:
        return no_evidence(scope.regions)
    min_depth = scope.panel.criteria.callability.min_depth
    return read_callable(path, names, scope.regions, scope.panel.genome_build, min_depth)


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
    told = {int(str(entry["row"])): entry["note"] for data in newborns for entry in data.entries}
    return [f"line {row}: {note}" for row, note in sorted(told.items()) if note]
