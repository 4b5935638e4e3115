"""Read the manifests of a store's batches: whole, of this format, and beside the tables of the same run."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.regions import REGIONS, merge
from evaluator.provenance import read_provenance, sha256_of_file
from evaluator.variants.batch import BATCHES, FORMAT, PART, TABLES, manifest_digest

_IS_PART = re.compile("[2-9]|[1-9][0-9]+")  # the number that growth gives to a part
_PARQUET = b"PAR1"  # how such a file begins and ends
_AGAIN = "remove the batch and extract it again"


def read_batches(path: Path) -> tuple[Mapping[str, object], ...]:
    """Read the manifests of all batches by name, those of a batch's parts put together with its own.

    `folders` names the folders of each. Raises InputError for what is incomplete, damaged or left over.
    """
    folders = sorted(
        folder for folder in (path / BATCHES).glob("[!.]*") if folder.is_dir() and any(folder.iterdir())
    )
    missing = [
        Problem(str(folder), 0, f"has no {name}; {_AGAIN}")
        for folder in folders
        for name in ("manifest.json", *(f"{table}.parquet" for table in TABLES))
        if not (folder / name).is_file()
    ]
    raise_if_any(missing)
    tables = [folder / f"{table}.parquet" for folder in folders for table in TABLES]
    raise_if_any([Problem(str(path), 0, f"is cut short; {_AGAIN}") for path in tables if not is_whole(path)])
    parts: dict[str, dict[int, Path]] = {}
    for folder in folders:
        batch, _, number = folder.name.partition(PART)
        if not _IS_PART.fullmatch(number):  # a copy called "batch+old" must not stand for the batch
            batch, number = folder.name, "1"
        parts.setdefault(batch, {})[int(number)] = folder
    batches: list[dict[str, object]] = []
    for batch in sorted(parts):
        manifest = _put_together([parts[batch][number] for number in sorted(parts[batch])])
        # Batches of one run name the same regions, which are kept once.
        if batches and manifest["regions"] == batches[0]["regions"]:
            manifest["regions"] = batches[0]["regions"]
        batches.append(manifest)
    raise_if_any([problem for folder in folders for problem in _strange_tables(folder)])
    return tuple(batches)


def regions_frame(manifest: Mapping[str, object]) -> pl.DataFrame:
    """Return the regions that a manifest names: contig, start (0-based), end in karyotype order."""
    rows = manifest["regions"]
    return pl.DataFrame(rows if isinstance(rows, list) else [], schema=REGIONS, orient="row")


def _put_together(folders: list[Path]) -> dict[str, object]:
    """Put the manifests of a batch and its parts together; each part must extend this very extraction."""
    first, *more = [read_manifest(folder) for folder in folders]
    if len(folders) > 1 or first["extends"] is not None:
        base = sha256_of_file(folders[0] / "manifest.json")
        left_over = [
            Problem(str(folder), 0, "adds to a batch that is gone or was extracted again; remove this folder")
            for folder, manifest in zip(folders, (first, *more), strict=True)
            if manifest["extends"] != (base if manifest is not first else None)
        ]
        raise_if_any(left_over)
    regions = merge(pl.concat([regions_frame(manifest) for manifest in (first, *more)])) if more else None
    last = (first, *more)[-1]  # tells of the sequence in all of the batch's regions
    inputs = [manifest["inputs"] for manifest in (first, *more)]
    return {
        **first,
        "normalisation": last["normalisation"],
        "folders": [folder.name for folder in folders],
        "regions": first["regions"] if regions is None else [list(row) for row in regions.iter_rows()],
        "inputs": [entry for entries in inputs if isinstance(entries, list) for entry in entries],
    }


def read_manifest(folder: Path) -> dict[str, object]:
    """Read the manifest of one folder; raises InputError when it is damaged or of another format."""
    path = folder / "manifest.json"
    try:
        manifest = dict(json.loads(path.read_text(encoding="utf-8")))
    except (ValueError, TypeError) as error:
        raise InputError.of(path, f"is damaged; {_AGAIN}") from error
    if manifest.get("format") != FORMAT:
        raise InputError.of(
            path,
            f"is of format {manifest.get('format')}, this version reads {FORMAT}; extract the batch again",
        )
    return {**manifest, "batch": folder.name}


def is_whole(path: Path) -> bool:
    """Tell whether a Parquet file has its end, which a copy that stopped has not."""
    with path.open("rb") as stream:
        stream.seek(max(0, path.stat().st_size - len(_PARQUET)))
        return stream.read() == _PARQUET


def _strange_tables(folder: Path) -> Iterator[Problem]:
    """Tell of tables that were not written with the manifest beside them: of another batch, store or run."""
    own = manifest_digest((folder / "manifest.json").read_text(encoding="utf-8"))
    for table in TABLES:
        path = folder / f"{table}.parquet"
        try:
            parameters = read_provenance(path).get("parameters")
        except (pl.exceptions.ComputeError, ValueError) as error:  # the footer, or the record in it
            raise InputError.of(path, f"is damaged; {_AGAIN}") from error
        if not isinstance(parameters, dict) or parameters.get("manifest") != own:
            yield Problem(str(path), 0, f"does not belong to the manifest beside it; {_AGAIN}")
