"""Write one batch of the store: its tables, a manifest and a clock, whole or not at all."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
import polars as pl

from evaluator import __version__
from evaluator.files import whole_folder
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, sha256_of_text, write_parquet
from evaluator.tables import ALLELES_SEEN, CALLS, UNCALLABLE
from evaluator.variants.cohort import Cohort
from evaluator.variants.fasta import LONGEST, Reference
from evaluator.variants.header import ANNOTATION_KEYS
from evaluator.variants.intervals import SPACING_BITS, Intervals, both, places
from evaluator.variants.newborn import NewbornData
from evaluator.variants.references import Thresholds
from evaluator.variants.sample_facts import with_sample_facts
from evaluator.variants.structural_file import StructuralReading, structural_table, with_structural_facts

# 2: sample facts, special-locus callers; 3: parents; 4: parts of substitutions, reference genotypes;
# 5: structural calls; 6: another digest of a newborn's genotypes; 7: `*` without its deletion;
# 8: tables know their manifest; 9: which files are annotated
FORMAT = 9
TABLES = ("newborns", "calls", "uncallable", "alleles", "special_loci", "parents", "structural")
BLOCK_RULES = ("min_depth", "min_genotype_quality")  # by which the blocks of a gVCF were read
BATCHES = "batches"
PART = "+"  # batch+2, batch+3 ...: what the same newborns have in regions that were read later
_PLACE_BITS = SPACING_BITS + 5  # a place on the axis of 25 contigs
FILES = ("", "callable_", "structural_", "mother_", "father_")  # of a newborn, as the manifest's keys begin
_TIMES = tuple(f"{file}mtime_ns" for file in FILES)
# What hangs on the times of files: those themselves, and the digest of a manifest that has them.
_OF_TIMES = re.compile(f'"(?:extends|(?:{"|".join(FILES)})mtime_ns)": [^,]+, ')


@dataclass(frozen=True)
class Scope:
    """What a batch was read for: the panel, its regions, and the parameters beside them."""

    panel: Panel
    regions: Intervals
    padding: int
    reference: Reference | None = None  # the sequence that indels are aligned by
    held: Intervals | None = None  # regions in which the batch was read before, if it was
    build_is_known: bool = False  # of every file, from an earlier extraction

    def thresholds(self) -> Thresholds:
        """Return what a reference genotype needs to be believed."""
        criteria = self.panel.criteria
        return Thresholds(criteria.callability.min_depth, criteria.quality.min_genotype_quality)

    def normalisation(self, regions: Intervals) -> dict[str, object]:
        """Return the form of the alleles in the regions; trimmed ones may stand where the caller put them.

        The FASTA is told by its bases, and up to what length indels were looked for beside the regions.
        """
        fasta = None
        if self.reference is not None:
            fasta = {"bases_sha256": self.reference.sha256(regions), "longest": LONGEST}
        return {"trimmed": True, "left_aligned": fasta is not None, "fasta": fasta}

    def all_regions(self) -> Intervals:
        """Return the regions in which the batch will have been read."""
        return self.regions if self.held is None else both(self.regions, self.held)

    def regions_list(self) -> list[list[object]]:
        """Return the regions as rows of contig, start (0-based), end."""
        return [list(row) for row in self.regions.frame().iter_rows()]


class AllelesSeen:
    """The distinct alleles of a batch: annotations are long, so only one description of each is kept."""

    _MUCH = 1 << 26  # bytes; few newborns' where records are annotated, and hundreds' where they are not

    def __init__(self) -> None:
        self._parts = [ALLELES_SEEN.to_frame()]

    def add(self, alleles: pl.DataFrame) -> None:
        """Add the alleles of one newborn."""
        self._parts.append(alleles)
        if sum(part.estimated_size() for part in self._parts[1:]) > self._MUCH:
            self._parts = [self.table()]

    def table(self) -> pl.DataFrame:
        """Return one row per allele (tables.ALLELES_SEEN), sorted.

        Newborns called by different pipelines may describe one allele differently: the choice must not
        depend on their order, and a description goes before none.
        """
        seen = pl.concat(self._parts).rechunk()
        # Newborns share alleles: in order, most repeat their neighbour, and few are left to compare.
        seen = seen[np.argsort(places(seen), kind="stable")]
        again = pl.all_horizontal(pl.col(name).eq_missing(pl.col(name).shift()) for name in seen.columns)
        seen = seen.filter(~again)
        key = ["position", "ref", "alt"]
        rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int8)
        told = [name for name in ANNOTATION_KEYS if seen[name].count()]
        rest = [name for name in ALLELES_SEEN if name not in ("contig", *key, *ANNOTATION_KEYS)]
        ordered = seen.unique(["contig", *key, *told, *rest]).sort(rank, *key, *told, *rest, nulls_last=True)
        return ordered.unique(["contig", *key], keep="first", maintain_order=True)


def write_batch(
    stack: ExitStack,
    folder: Path,
    cohort: Cohort,
    scope: Scope,
    tables: dict[str, pl.DataFrame],
    manifest: dict[str, object],
    recorded_at: str,
) -> None:
    """Write the batch, which appears when the stack is left without an error.

    Equal inputs give equal bytes in every file but clock.json, and the manifest, which has the files' times.
    """
    text = _json(manifest)
    provenance = _provenance(cohort, scope, manifest, text)
    temporary = stack.enter_context(whole_folder(folder))
    for name, table in tables.items():
        write_parquet(table, temporary / f"{name}.parquet", provenance)
    _write(temporary / "manifest.json", text)
    _write(temporary / "clock.json", _json({"recorded_at": recorded_at}))


def manifest_digest(text: str) -> str:
    """Digest a manifest as it is written, but for times: each table of its batch carries it."""
    return sha256_of_text(_OF_TIMES.sub("", text))


def batch_tables(
    cohort: Cohort,
    scope: Scope,
    newborns: list[NewbornData],
    structural: Mapping[str, StructuralReading],
) -> dict[str, pl.DataFrame]:
    """Return the newborns, calls, gaps and structural calls of a batch, sorted.

    `structural` is what the newborns' structural VCFs hold.
    """
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int8)
    calls = in_order(pl.concat([data.calls for data in newborns]))
    gaps = pl.concat([data.uncallable for data in newborns])
    described = pl.concat([data.newborns for data in newborns]).sort("newborn")
    described = with_structural_facts(described, structural)
    build = scope.panel.genome_build
    return {
        "newborns": with_sample_facts(described, cohort.newborns, calls, build),
        "calls": calls,
        "uncallable": gaps.sort("newborn", rank, "start").select(list(UNCALLABLE)),
        "structural": structural_table(pl.concat([data.structural for data in newborns]), structural),
    }


def in_order(calls: pl.DataFrame) -> pl.DataFrame:
    """Sort calls as the store keeps them.

    They come nearly sorted: what is in order by newborn and place is not moved, and only calls of one newborn
    at one place are compared in all their columns.
    """
    if not len(calls):
        return calls
    runs = calls["newborn"].rle().struct.unnest()
    newborn = np.repeat(runs["value"].rank("dense").to_numpy().astype(np.int64), runs["len"].to_numpy())
    calls = calls.rechunk()  # of many pieces each row would be looked for
    place = places(calls) + (newborn << _PLACE_BITS)
    order = np.argsort(place, kind="stable")
    place = place[order]
    same = place[1:] == place[:-1]
    shared = np.flatnonzero(np.concatenate([same, [False]]) | np.concatenate([[False], same]))
    if len(shared):
        together = calls[order[shared]].with_columns(place=place[shared], row=order[shared])
        order[shared] = together.sort("place", *list(CALLS)[3:])["row"].to_numpy()
    return calls if (order[1:] > order[:-1]).all() else calls[order]


def batch_manifest(
    cohort: Cohort,
    scope: Scope,
    newborns: list[NewbornData],
    structural: Mapping[str, StructuralReading],
    annotation_fields: dict[str, list[str] | None],
    extends: str | None,
) -> dict[str, object]:
    """Return what the batch was read from and how; `extends` ties a part to the batch that it adds to."""
    panel = scope.panel
    return {
        "format": FORMAT,
        "reader": __version__,
        "genome_build": panel.genome_build,
        "batch": cohort.batch,
        "panel": {"id": panel.id, "version": panel.version, "sha256": panel.sha256},
        "regions": scope.regions_list(),
        "padding": scope.padding,
        "callability": {name: getattr(panel.criteria.callability, name) for name in BLOCK_RULES},
        "reference_genotypes": asdict(scope.thresholds()),
        "normalisation": scope.normalisation(scope.all_regions()),
        "newborns": sum(len(data.newborns) for data in newborns),
        "inputs": sorted(
            (entry for data in newborns for entry in data.entries), key=lambda entry: int(str(entry["row"]))
        ),
        "annotation_fields": annotation_fields,
        "extends": extends,
        "structural": [
            {"row": newborn.line, **structural[newborn.id].entry}
            for newborn in sorted(cohort.newborns, key=lambda newborn: newborn.line)
            if newborn.id in structural
        ],
    }


def _provenance(cohort: Cohort, scope: Scope, manifest: dict[str, object], text: str) -> Provenance:
    identity = [
        _without_times(entry)
        for inputs in (manifest["inputs"], manifest["structural"])
        for entry in (inputs if isinstance(inputs, list) else [])
    ]
    return Provenance(
        command="extract",
        panel=scope.panel.id,
        panel_version=scope.panel.version,
        panel_sha256=scope.panel.sha256,
        inputs={"vcf": sha256_of_text(json.dumps(identity, sort_keys=True))},
        parameters={
            "batch": cohort.batch,
            "padding": scope.padding,
            "regions": sha256_of_text(json.dumps(manifest["regions"])),
            "manifest": manifest_digest(text),
        },
    )


def _without_times(entry: Mapping[str, object]) -> dict[str, object]:
    rest = dict(entry)
    for name in _TIMES:
        rest.pop(name, None)
    return rest


def _json(content: dict[str, object]) -> str:
    return json.dumps(content, sort_keys=True, ensure_ascii=False) + "\n"


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="")
    path.chmod(0o600)
