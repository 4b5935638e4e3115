"""How a store grows: by newborns it does not hold, or by regions it lacks of newborns that it holds."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import numpy as np
import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.model import Panel
from evaluator.provenance import sha256_of_file
from evaluator.tables import NEWBORNS
from evaluator.variants.batch import BATCHES, BLOCK_RULES, FILES, PART, Scope, in_order
from evaluator.variants.batches import read_batches, regions_frame
from evaluator.variants.cohort import NOTHING_EXTRACTED, Cohort, Newborn
from evaluator.variants.contradictions import ALLELE
from evaluator.variants.intervals import Intervals, from_frame, merged
from evaluator.variants.newborn import QUARANTINED
from evaluator.variants.sample_facts import with_sample_facts
from evaluator.variants.shared_file import file_identity
from evaluator.variants.sheet_rows import RowMessage, problems_told_once
from evaluator.variants.structural_file import NOT_LOOKED_FOR
from evaluator.variants.substitutions import as_called

_IDENTITY = (
    *(f"{file}{what}" for file in FILES for what in ("size", "mtime_ns")),
    *(f"{whose}_in_vcf_sha256" for whose in ("sample", "mother", "father")),
)
_STRUCTURAL = ("structural_evidence", "structural_ignored")
_SEX = ("sex", "sex_chromosomes")
_FLAGS = ("has_depth", "has_genotype_quality", "has_allele_depth")


@dataclass(frozen=True)
class HeldBatch:
    """A batch of the store that is to be read in more regions."""

    folders: tuple[Path, ...]
    manifest: Mapping[str, object]

    def table(self, name: str) -> pl.DataFrame:
        """Return one table of the batch as the store gives it."""
        files = self.folders[-1:] if name == "newborns" else self.folders
        return pl.read_parquet([folder / f"{name}.parquet" for folder in files], glob=False)

    @property
    def regions(self) -> Intervals:
        """The regions in which the batch was read so far."""
        return from_frame(regions_frame(self.manifest))

    @property
    def extends(self) -> str:
        """Digest that ties a part to the extraction it adds to."""
        return sha256_of_file(self.folders[0] / "manifest.json")

    def added(self, tables: dict[str, pl.DataFrame], cohort: Cohort, build: str) -> dict[str, pl.DataFrame]:
        """Return what the new regions add; a record that overlaps old and new regions is stored already."""
        # Of an allele's parents all was said by all of its records; in the new regions only some may be read.
        told_by = {"parents": ("newborn", *ALLELE)}
        new = {
            name: table.join(
                self.table(name),
                on=told_by.get(name, table.columns),
                how="anti",
                nulls_equal=True,
                maintain_order="left",
            )
            for name, table in tables.items()
            if name != "newborns"
        }
        # What callers of special loci say does not hang on the regions, and stays as it was read.
        wrong = self._special_loci_problems(tables["special_loci"], cohort)
        raise_if_any(problems_told_once(cohort.sheet, wrong), NOTHING_EXTRACTED)
        new["special_loci"] = new["special_loci"].clear()
        return {"newborns": self._newborns(tables["newborns"], new, cohort, build), **new}

    def _special_loci_problems(self, now: pl.DataFrame, cohort: Cohort) -> Iterator[RowMessage]:
        held = self.table("special_loci")
        told = [
            set(one.join(other, on=one.columns, how="anti", nulls_equal=True)["newborn"])
            for one, other in ((now, held), (held, now))
        ]
        message = "its special_loci tables say otherwise than when it was read; extract the batch again"
        for newborn in cohort.newborns:
            if newborn.sequenced and newborn.id in told[0] | told[1]:
                yield RowMessage(newborn.line, "", message)

    def _newborns(
        self, now: pl.DataFrame, new: dict[str, pl.DataFrame], cohort: Cohort, build: str
    ) -> pl.DataFrame:
        """Return the newborns with the facts of their calls, old and new, counted again."""
        calls, structural = new["calls"], new["structural"]
        every = in_order(pl.concat([self.table("calls"), calls]))
        carried = every.filter(as_called())
        columns = dict(zip(_FLAGS, ("depth", "genotype_quality", "alt_depth"), strict=True))
        counted = carried.group_by("newborn").agg(
            pl.len().cast(pl.Int32).alias("counted"),
            *((pl.col(column).count() > 0).alias(f"{name} counted") for name, column in columns.items()),
        )
        facts = [pl.coalesce(f"{name} counted", name).alias(name) for name in _FLAGS]
        held = self.table("newborns").join(counted, on="newborn", how="left", maintain_order="left")
        more = structural.group_by("newborn").len("more")
        found = now.select("newborn", *(pl.col(name).alias(f"{name} now") for name in (*_STRUCTURAL, *_SEX)))
        rows = (
            held.join(more, on="newborn", how="left", maintain_order="left")
            .join(found, on="newborn", how="left", maintain_order="left")
            .with_columns(
                pl.coalesce("counted", "calls").alias("calls"),
                *facts,
                # As everything that the sheet says of a sample: a corrected sex decides from now on.
                *(pl.col(f"{name} now").alias(name) for name in _SEX),
                (pl.col("structural_calls") + pl.col("more").fill_null(0)).cast(pl.Int32),
                pl.col("structural_ignored") + pl.col("structural_ignored now"),
                pl.when(pl.col("structural_evidence") == NOT_LOOKED_FOR)
                .then("structural_evidence now")
                .otherwise("structural_evidence")
                .alias("structural_evidence"),
            )
        )
        return with_sample_facts(rows.select(list(NEWBORNS)), cohort.newborns, every, build)


@dataclass(frozen=True)
class Target:
    """A folder to write: whom and what to read for it, and the batch that it adds regions to, if any."""

    folder: Path
    cohort: Cohort
    scope: Scope
    held: HeldBatch | None = None


def require_build_of(store: Path, panel: Panel) -> None:
    """Raise InputError when the store holds newborns on another build; nothing needs to be read to know."""
    others = sorted({str(batch["genome_build"]) for batch in read_batches(store)} - {panel.genome_build})
    if others:
        raise InputError.of(
            store,
            f"holds newborns on {', '.join(others)}, but the panel is on {panel.genome_build}; "
            "use another store, or a panel of that build",
        )


def targets(store: Path, cohort: Cohort, scope: Scope, *, numbered: bool) -> list[Target]:
    """Plan what a request reads: a new batch, or the regions that batches of these newborns lack.

    `numbered` batches are those of one run, which all read the panel's regions. Raises InputError for
    newborns of whom only some are stored, and where old and new would not belong together.
    """
    batches = read_batches(store)
    names = {str(batch["batch"]): _newborns_of(store, batch) for batch in batches}
    stored = {newborn: name for name, newborns in names.items() for newborn in newborns}
    inside = [newborn for newborn in cohort.newborns if newborn.id in stored]
    touched = {stored[newborn.id] for newborn in inside}
    asked = {newborn.id for newborn in cohort.newborns}
    if not inside:
        return [_new_batch(store, batches, cohort, scope, numbered=numbered)]
    if len(inside) < len(asked) or any(not asked.issuperset(names[name]) for name in touched):
        again = [RowMessage(newborn.line, "", f"already in batch {stored[newborn.id]}") for newborn in inside]
        problems = problems_told_once(cohort.sheet, again)
        advice = (
            "To read more regions, name all newborns of a batch. To read newborns again, as those who were "
            f"set aside, remove their batch from {store / 'batches'} and name all of its newborns."
        )
        raise InputError(problems, f"{advice} {NOTHING_EXTRACTED}")
    mine = [batch for batch in batches if batch["batch"] in touched]
    return list(_more_regions(store, mine, cohort, scope))


def subtracted(needed: Intervals, held: Intervals) -> Intervals:
    """Return the bases of `needed` that are not in `held`."""
    points = np.unique(np.concatenate([needed.starts, needed.ends, held.starts, held.ends]))
    left, right = points[:-1], points[1:]
    lacking = needed.overlapped_by(left, right) & ~held.overlapped_by(left, right)
    return merged(left[lacking], right[lacking])


def _new_batch(
    store: Path, batches: tuple[Mapping[str, object], ...], cohort: Cohort, scope: Scope, *, numbered: bool
) -> Target:
    folder = store / BATCHES / cohort.batch
    # A workflow may have made the empty folder for us; only content is somebody's data.
    if folder.exists() and any(folder.iterdir()):
        problem = Problem(str(folder), 0, "exists already; remove it to extract this batch again")
        raise InputError([problem], NOTHING_EXTRACTED)
    if numbered or not batches:
        return Target(folder, cohort, scope)
    held = from_frame(regions_frame(batches[0]))
    if len(subtracted(scope.regions, held)):
        raise InputError.of(
            store,
            "lacks regions that this panel reads; add them for the newborns it holds first: nbseval extract "
            f"THEIR_SAMPLES --panel {scope.panel.path} --out {store}",
        )
    return Target(folder, cohort, replace(scope, regions=held))


def _more_regions(
    store: Path, batches: list[Mapping[str, object]], cohort: Cohort, scope: Scope
) -> Iterator[Target]:
    lacking = [subtracted(scope.regions, from_frame(regions_frame(batch))) for batch in batches]
    if not any(map(len, lacking)):
        told = "exists already, with all regions that this panel reads; remove it to extract this batch again"
        where = [str(store / BATCHES / str(batch["batch"])) for batch in batches]
        raise InputError([Problem(folder, 0, told) for folder in where], NOTHING_EXTRACTED)
    for batch, regions in zip(batches, lacking, strict=True):
        if not len(regions):
            continue
        folders = tuple(store / BATCHES / folder for folder in _folders(batch))
        held = HeldBatch(folders, batch)
        own = _newborns_of(store, batch)
        rows = tuple(_as_held(newborn, own) for newborn in cohort.newborns if newborn.id in own)
        part = replace(cohort, batch=str(batch["batch"]), newborns=rows)
        other = problems_told_once(cohort.sheet, _file_problems(held, part))
        raise_if_any([*_rule_problems(held, scope), *other], NOTHING_EXTRACTED)
        folder = store / BATCHES / f"{batch['batch']}{PART}{len(folders) + 1}"
        own_scope = replace(scope, regions=regions, held=held.regions, build_is_known=True)
        yield Target(folder, part, own_scope, held)


def _as_held(newborn: Newborn, held: Mapping[str, str]) -> Newborn:
    """A newborn set aside when the batch was read is not read now."""
    return newborn._replace(status=QUARANTINED) if held[newborn.id] == QUARANTINED else newborn


def _newborns_of(store: Path, batch: Mapping[str, object]) -> dict[str, str]:
    """Return the status of each newborn of a batch."""
    path = store / BATCHES / str(batch["batch"]) / "newborns.parquet"
    return dict(pl.read_parquet(path, columns=["newborn", "status"]).iter_rows())


def _folders(batch: Mapping[str, object]) -> list[str]:
    folders = batch["folders"]
    return [str(folder) for folder in folders] if isinstance(folders, list) else []


def _rule_problems(held: HeldBatch, scope: Scope) -> Iterator[Problem]:
    """What was assessed in old and new regions must have been decided alike."""
    criteria = scope.panel.criteria
    wanted = {
        "callability": {name: getattr(criteria.callability, name) for name in BLOCK_RULES},
        "reference_genotypes": asdict(scope.thresholds()),
        "normalisation": scope.normalisation(held.regions),
    }
    for name, rule in wanted.items():
        if held.manifest[name] != rule:
            yield Problem(
                str(held.folders[0]),
                0,
                f"was read under other rules ({name}: {json.dumps(held.manifest[name])}) than those "
                f"of this panel ({json.dumps(rule)}); remove the batch and extract it again",
            )


def _file_problems(held: HeldBatch, cohort: Cohort) -> Iterator[RowMessage]:
    """Old and new regions must come from the same files."""
    inputs = held.manifest["inputs"]
    read = [entry for entry in inputs if "newborn_sha256" in entry] if isinstance(inputs, list) else []
    entries = {entry["newborn_sha256"]: entry for entry in read}  # who was set aside has none
    for newborn in cohort.newborns:
        now = file_identity(newborn)
        if not newborn.sequenced:
            # Without reading its new regions it would count as read there: nothing would stand against it.
            if newborn.status != QUARANTINED and now["newborn_sha256"] in entries:
                message = f"has the status {newborn.status} but was read before; extract the batch again"
                yield RowMessage(newborn.line, "", message)
            continue
        entry = entries.get(now["newborn_sha256"], {})
        changed = [name for name in _IDENTITY if entry.get(name) != now.get(name)]
        parts = ", ".join(folder.name for folder in held.folders)
        if changed:
            yield RowMessage(
                newborn.line,
                "",
                "its files, or its sample in them, are not those that the batch was read from "
                f"({', '.join(changed)}); give those back, or remove {parts} and extract again",
            )
