"""Read the newborns that share one VCF: their calls, what was not assessed, and how the file was read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.provenance import sha256_of_text
from evaluator.variants.absent_contigs import absent_contigs, as_doubts
from evaluator.variants.alignment import AsWritten
from evaluator.variants.batch import FILES, Scope
from evaluator.variants.build import require_agreeing_bases, require_build, require_listed_bases
from evaluator.variants.callability import NOWHERE, Evidence, no_evidence, read_callable
from evaluator.variants.calls import CALLED
from evaluator.variants.cohort import Newborn
from evaluator.variants.header import Header, choose_sample
from evaluator.variants.joint import JointReading, is_wide, read_joint
from evaluator.variants.joint_newborns import JointNewborns
from evaluator.variants.newborn import NewbornData, sequenced
from evaluator.variants.reading import Reading, read_samples, require_explained
from evaluator.variants.sample_choice import names_in_callable, samples_of
from evaluator.variants.sources import Source, open_source
from evaluator.variants.structural import CALLED as STRUCTURAL_CALLED
from evaluator.variants.structural_file import StructuralReading

# Of so many samples nearly all genotypes are reference; parsing each would cost more than all the rest.
REFERENCES_UNREAD = 16
AnnotationFields = dict[str, list[str] | None]
Failures = dict[str, InputError]  # newborn -> what is wrong with its files


@dataclass(frozen=True)
class SharedFile:
    """What one VCF gave: the rows of its newborns, and per newborn what is wrong."""

    found: list[NewbornData]
    failures: Failures
    annotations: AnnotationFields  # kind of annotation -> its sub-fields by the header; None without it


def read_shared_file(
    group: list[Newborn], scope: Scope, form: AsWritten, structural: Mapping[str, StructuralReading]
) -> SharedFile:
    """Read the VCF of a group of newborns once; what is wrong is told per newborn and stops nobody else.

    `structural` is what the newborns' structural VCFs hold.
    """
    path = group[0].vcf
    if path is None:
        raise AssertionError("only newborns with a VCF are grouped")
    try:
        source = open_source(path)
        build_by = require_build(source.header, scope.panel.genome_build, scope.regions.contigs())
    except InputError as error:
        return SharedFile([], {newborn.id: error for newborn in group}, {})
    samples, failures = samples_of(source.header, group, _sample)
    group = [newborn for newborn in group if newborn.id in samples]
    if not group:
        return SharedFile([], failures, {})
    try:
        read = read_joint if is_wide(source) else read_samples
        reading = read(source, form.read, sorted(set(samples.values())), form.scan)
        alleles, build = scope.panel.alleles, scope.panel.genome_build
        if not build_by and scope.build_is_known:
            build_by = "an earlier extraction"
        elif not build_by:
            build_by = require_listed_bases(source.header, reading.touched, alleles, build)
        require_agreeing_bases(source.path, reading.touched, alleles)
        checked = reading.summary() if isinstance(reading, JointReading) else reading
        absent = absent_contigs(source, reading.how, scope.regions, reading.touched, build)
        told = reading.note, require_explained(source, checked), _absence(absent)
        note = "; ".join(filter(None, told))
    except InputError as error:
        return SharedFile([], failures | {newborn.id: error for newborn in group}, {})
    entry = {**_file_entry(source, checked, build_by), "note": note, "reference_genotypes": 0}
    # A joint file's rows may share one BED.
    evidence_of = lru_cache(maxsize=1)(partial(_evidence, scope, form, as_doubts(absent)))
    told_of = group, samples, source, reading, scope, form, entry, structural
    found, failed = _assembled(*told_of, evidence_of=evidence_of)
    return SharedFile(found, failures | failed, source.header.annotation_fields())


def _absence(contigs: list[str]) -> str:
    if not contigs:
        return ""
    where = f"has no record on {', '.join(contigs)}, where the panel reads and nothing counts as assessed"
    return f"{where}; check that the file is complete"


def _sample(header: Header, newborn: Newborn) -> str:
    return choose_sample(header, newborn.sample_in_vcf, newborn.id)


def _assembled(
    group: list[Newborn],
    samples: dict[str, str],
    source: Source,
    reading: Reading | JointReading,
    scope: Scope,
    form: AsWritten,
    shared: dict[str, object],
    structural: Mapping[str, StructuralReading],
    *,
    evidence_of: Callable[[Path | None, tuple[str, ...]], Evidence | InputError],
) -> tuple[list[NewbornData], Failures]:
    """Assemble the rows of a file's newborns; one whose callable file is wrong fails alone."""
    joint, alone = None, {}
    if isinstance(reading, JointReading):
        joint = JointNewborns(reading, source.header, scope.regions, form)
    else:
        alone = reading.genotypes
    sizes_and_times = cache(_sizes_and_times)  # the joint file itself is asked once
    separate = {name: told.calls for name, told in structural.items()}
    no_structural = STRUCTURAL_CALLED.to_frame()
    found: list[NewbornData] = []
    failures: Failures = {}
    for newborn in group:
        sample = samples[newborn.id]
        evidence = evidence_of(newborn.callable, names_in_callable(newborn))
        if isinstance(evidence, InputError):
            failures[newborn.id] = evidence
            continue
        # A gVCF that is its own evidence cannot contradict itself. No BED, which thousands may name, is one.
        is_own = evidence.kind == "gvcf" and _is_same_file(newborn)
        if is_own:
            evidence = replace(evidence, blocks=NOWHERE, calls=CALLED.to_frame())
        entry = {**shared, "row": newborn.line, **file_identity(newborn, sizes_and_times)}
        if joint is not None:
            joint.add(newborn, sample, evidence, entry, separate.get(newborn.id, no_structural))
            continue
        genotypes = alone[sample]
        if is_own or len(source.header.samples) >= REFERENCES_UNREAD:
            genotypes = replace(genotypes, references=genotypes.references.clear())
        entry["set_aside"] = dict(sorted(genotypes.set_aside.items()))
        entry["reference_genotypes"] = len(genotypes.references)
        thresholds = scope.thresholds()
        told = newborn, genotypes, source.header, scope.regions, evidence, thresholds, entry, form
        found.append(sequenced(*told, separate=separate.get(newborn.id, no_structural)))
    return found if joint is None else [joint.assembled()], failures


def _is_same_file(newborn: Newborn) -> bool:
    both = newborn.vcf, newborn.callable
    return None not in both and len({path.resolve() for path in both if path is not None}) == 1


def _sizes_and_times(*files: Path | None) -> dict[str, int]:
    """Return the size of each file of a row (FILES) and when it was changed; nothing where there is none."""
    told = {}
    for prefix, path in zip(FILES, files, strict=True):
        if path is not None and path.is_file():
            status = path.stat()
            told[f"{prefix}size"], told[f"{prefix}mtime_ns"] = status.st_size, status.st_mtime_ns
    return told


def file_identity(
    newborn: Newborn, sizes_and_times: Callable[..., dict[str, int]] = _sizes_and_times
) -> dict[str, object]:
    """Return what tells the newborn's files from others: sizes and times; names of samples as digests."""
    parents = newborn.mother_vcf, newborn.father_vcf
    identity: dict[str, object] = {"newborn_sha256": sha256_of_text(newborn.id)}
    identity |= sizes_and_times(newborn.vcf, newborn.callable, newborn.structural_vcf, *parents)
    # One joint file holds many: the same file is no proof that the same sample is read.
    samples = {"sample": newborn.sample_in_vcf}
    samples |= {parent: sample for parent, (_, sample) in newborn.parents.items()}
    for whose, name in samples.items():
        if name is not None:
            own = name == newborn.id  # as most samples are called
            identity[f"{whose}_in_vcf_sha256"] = identity["newborn_sha256"] if own else sha256_of_text(name)
    return identity


def _file_entry(source: Source, reading: Reading, build_by: str) -> dict[str, object]:
    return {
        "header_sha256": source.header.sha256,
        "index_sha256": source.index_sha256(),
        "format": source.format,
        "read": reading.how,
        "build_by": build_by,
        "records_in_regions": reading.tally.in_regions,
        **({"blocks_read": reading.blocks[0], "blocks": reading.blocks[1]} if reading.blocks else {}),
        "annotations": sorted(kind for kind, fields in source.header.annotation_fields().items() if fields),
    }


def _evidence(
    scope: Scope, form: AsWritten, doubts: pl.DataFrame, path: Path | None, names: tuple[str, ...]
) -> Evidence | InputError:
    """Return what a callable file says, or what is wrong with it: that may concern thousands of rows, too.

    `doubts` are what the VCF itself leaves open, whatever that file says.
    """
    if path is None:
        return no_evidence(scope.regions)
    rule = scope.panel.criteria.callability
    try:
        evidence = read_callable(path, names, form, scope.panel.genome_build, rule)
    except InputError as error:
        return error
    return replace(evidence, doubtful=pl.concat([evidence.doubtful, doubts]))


def with_agreeing_annotations(
    group: list[Newborn], read: SharedFile, annotations: AnnotationFields
) -> SharedFile:
    """Collect the file's annotations with those of the batch; newborns of a file that differs fail."""
    for name, fields in read.annotations.items():
        if None not in (fields, annotations.get(name)) and fields != annotations[name]:
            error = InputError.of(
                group[0].vcf or "",
                f"its INFO/{name.upper()} has other sub-fields than an earlier file of the batch; annotate "
                "all newborns with the same tool and options, or extract them in different batches",
            )
            return SharedFile([], read.failures | {newborn.id: error for newborn in group}, {})
    for name, fields in read.annotations.items():
        annotations[name] = annotations.get(name) or fields
    return read
