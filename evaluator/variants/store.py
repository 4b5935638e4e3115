"""Open a store: all batches as one set of tables, refused when they do not belong together."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.provenance import read_provenance, sha256_of_file
from evaluator.tables import (
    ALLELES_SEEN,
    CALLS,
    NEWBORNS,
    PARENTS,
    SPECIAL_LOCI,
    STRUCTURAL,
    UNCALLABLE,
    VARIANTS,
)
from evaluator.variants.batch import BATCHES, TABLES
from evaluator.variants.batches import is_whole, read_batches, regions_frame

VARIANTS_FILE = "variants.parquet"
SCHEMAS = {  # of the tables of each batch
    "newborns": NEWBORNS,
    "calls": CALLS,
    "uncallable": UNCALLABLE,
    "alleles": ALLELES_SEEN,
    "special_loci": SPECIAL_LOCI,
    "parents": PARENTS,
    "structural": STRUCTURAL,
}


@dataclass(frozen=True, eq=False)
class Store:
    """The calls and gaps of all newborns extracted so far; tables are lazy, in the order of the batches."""

    path: Path
    manifests: tuple[Mapping[str, object], ...]  # one per batch, in the order of their names

    @property
    def genome_build(self) -> str:
        """The build that all batches are on."""
        return str(self.manifests[0]["genome_build"])

    @property
    def batches(self) -> tuple[str, ...]:
        """The names of the batches, sorted."""
        return tuple(str(manifest["batch"]) for manifest in self.manifests)

    @property
    def folders(self) -> tuple[Path, ...]:
        """The folders of the batches, each followed by those of its parts."""
        return tuple(folder for manifest in self.manifests for folder in _folders_of(self.path, manifest))

    def parts(self, newborns: int) -> Iterator[Store]:
        """Split into stores of neighbouring batches, of about so many newborns or one batch each."""
        part: list[Mapping[str, object]] = []
        count = 0
        for manifest in self.manifests:
            part.append(manifest)
            count += int(str(manifest["newborns"]))
            if count >= newborns:
                yield replace(self, manifests=tuple(part))
                part, count = [], 0
        if part:
            yield replace(self, manifests=tuple(part))

    def newborns(self) -> pl.LazyFrame:
        """One row per newborn (tables.NEWBORNS)."""
        return self._table("newborns")

    def calls(self) -> pl.LazyFrame:
        """One row per newborn and called allele (tables.CALLS)."""
        return self._table("calls")

    def uncallable(self) -> pl.LazyFrame:
        """One row per stretch that was not assessed in a newborn (tables.UNCALLABLE)."""
        return self._table("uncallable")

    def structural(self) -> pl.LazyFrame:
        """One row per newborn and structural call (tables.STRUCTURAL)."""
        return self._table("structural")

    def alleles(self) -> pl.LazyFrame:
        """One row per batch and distinct allele of it (tables.ALLELES_SEEN)."""
        return self._table("alleles")

    def special_loci(self) -> pl.LazyFrame:
        """One row per newborn and special locus that a caller's table speaks of (tables.SPECIAL_LOCI)."""
        return self._table("special_loci")

    def parents(self) -> pl.LazyFrame:
        """One row per newborn and called allele that a parent's file speaks of (tables.PARENTS)."""
        return self._table("parents")

    def variants(self) -> pl.LazyFrame | None:
        """One row per distinct allele and gene (tables.VARIANTS); None in a store never annotated."""
        path = self.path / VARIANTS_FILE
        return pl.scan_parquet(path, schema=VARIANTS) if path.is_file() else None

    def regions(self) -> pl.DataFrame:
        """Return what was read in every newborn: contig, start (0-based), end in karyotype order."""
        return regions_frame(self.manifests[0])

    @property
    def annotation_sources(self) -> tuple[str, ...]:
        """Which sources annotated the store; empty if it never was."""
        sources = self._annotation_parameters.get("sources")
        return tuple(map(str, sources)) if isinstance(sources, list) else ()

    @property
    def frequency_statistic(self) -> str | None:
        """Which statistic `population_frequency` is; None where there is no frequency."""
        statistic = self._annotation_parameters.get("statistic")
        return None if statistic is None else str(statistic)

    @property
    def _annotation_parameters(self) -> dict[str, object]:
        path = self.path / VARIANTS_FILE
        parameters = read_provenance(path).get("parameters") if path.is_file() else None
        return parameters if isinstance(parameters, dict) else {}

    @cached_property
    def sha256(self) -> str:
        """Digest of all data files, annotation included; no time and no manifest has a part in it.

        Of calls, nearly all of a store's bytes, the Parquet footers stand in: they hold the record of what
        was read, and the size, least and greatest value of every piece of every column.
        """
        digest = hashlib.sha256()
        for path in self._data_files():
            content = _sha256_of_footer(path) if path.name == "calls.parquet" else sha256_of_file(path)
            digest.update(f"{path.relative_to(self.path).as_posix()}\t{content}\n".encode())
        return digest.hexdigest()

    def _data_files(self) -> list[Path]:
        files = [folder / f"{table}.parquet" for folder in self.folders for table in TABLES]
        variants = self.path / VARIANTS_FILE
        return [*files, variants] if variants.is_file() else files

    def _table(self, name: str) -> pl.LazyFrame:
        # The last part of a batch counts its newborns' calls again; other tables are the sum of the parts.
        latest = (_folders_of(self.path, manifest)[-1] for manifest in self.manifests)
        folders = latest if name == "newborns" else self.folders
        files = [folder / f"{name}.parquet" for folder in folders]
        return pl.scan_parquet(files, schema=SCHEMAS[name], glob=False)


def open_store(path: Path) -> Store:
    """Open a store; raises InputError for what is none, and for batches that do not belong together."""
    batches = read_batches(path)
    if not batches:
        raise InputError.of(path, "is no store: it has no batches; make one with nbseval extract")
    annotation = path / VARIANTS_FILE
    if annotation.is_file() and not is_whole(annotation):
        raise InputError.of(annotation, "is cut short; remove it and annotate the store again")
    store = Store(path, batches)
    raise_if_any([*_differences(store), *_repeated(store)])
    return store


def _folders_of(store: Path, manifest: Mapping[str, object]) -> list[Path]:
    names = manifest["folders"]
    return [store / BATCHES / str(name) for name in names] if isinstance(names, list) else []


def _differences(store: Store) -> list[Problem]:
    first = store.manifests[0]
    told = {
        "genome_build": "is on another genome build",
        "regions": "was read in other regions",
        "normalisation": "has its alleles in another form (left-aligned by --fasta, by another FASTA or not)",
    }
    return [
        Problem(
            str(store.path / BATCHES / str(manifest["batch"])),
            0,
            f"{words} than {first['batch']}; extract both with the same panel into one store (with all "
            "newborns of a batch, nbseval extract reads the regions that it lacks)",
        )
        for manifest in store.manifests[1:]
        for key, words in told.items()
        if manifest[key] != first[key]
    ]


def _repeated(store: Store) -> list[Problem]:
    files = [store.path / BATCHES / batch / "newborns.parquet" for batch in store.batches]
    named = pl.scan_parquet(files, glob=False, include_file_paths="file").select("newborn", "file").collect()
    again = named.filter(pl.col("newborn").is_duplicated())
    earlier = pl.col("file").first().over("newborn")
    counts = again.select("file", earlier.alias("earlier")).filter(pl.col("file") != pl.col("earlier"))
    return [
        Problem(
            str(Path(file).parent),
            0,
            f"{count} of its newborns are also in {Path(first).parent.name}; remove one",
        )
        for file, first, count in counts.group_by("file", "earlier").len().sort("file", "earlier").iter_rows()
    ]


def _sha256_of_footer(path: Path) -> str:
    """Hash the size of a Parquet file and its footer, whose length stands before the last four bytes."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(size - 8)
        length = int.from_bytes(stream.read(4), "little")
        stream.seek(size - 8 - length)
        return hashlib.sha256(stream.read() + str(size).encode()).hexdigest()
