"""What ran on what: the record that every output carries."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import polars as pl

from evaluator import __version__
from evaluator.errors import InputError
from evaluator.files import NO_ROOM, whole_file, write_text

METADATA_KEY = "nbseval_provenance"


@dataclass(frozen=True)
class Provenance:
    """Panel, software, inputs and parameters of one output; without a clock, so equal inputs, equal bytes."""

    command: str
    panel: str = ""
    panel_version: str = ""
    panel_sha256: str = ""
    inputs: Mapping[str, str] = field(default_factory=dict)  # role -> sha256 or identity
    parameters: Mapping[str, object] = field(default_factory=dict)
    evaluator: str = __version__

    def as_json(self) -> str:
        """Render with sorted keys."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    def as_dict(self) -> dict[str, object]:
        """Return plain data for a JSON document."""
        return asdict(self)


def sha256_of_file(path: Path) -> str:
    """Hash a whole file."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def sha256_of_text(text: str) -> str:
    """Hash a text as UTF-8."""
    return hashlib.sha256(text.encode()).hexdigest()


def write_parquet(table: pl.DataFrame, path: Path, provenance: Provenance) -> None:
    """Write a table with its provenance inside the file, whole or not at all."""
    with whole_file(path) as temporary:
        # Level 1: a sixth less time than the library's level 3, for files larger by one per cent.
        try:
            table.write_parquet(
                temporary,
                compression="zstd",
                compression_level=1,
                statistics=True,
                metadata={METADATA_KEY: provenance.as_json()},
            )
        except pl.exceptions.ComputeError as error:  # what polars makes of a write that failed
            raise InputError.of(path, NO_ROOM) from error


def read_provenance(path: Path) -> dict[str, object]:
    """Read the record inside a Parquet file; empty when the file carries none."""
    text = pl.read_parquet_metadata(path).get(METADATA_KEY)
    return dict(json.loads(text)) if text else {}


def write_sidecar(path: Path, provenance: Provenance, finished_at: str) -> None:
    """Write `FILE.provenance.json` beside an output: its record and, only here, the clock."""
    record = {**provenance.as_dict(), "finished_at": finished_at}
    text = json.dumps(record, sort_keys=True, ensure_ascii=False, indent=1) + "\n"
    write_text(path.with_name(path.name + ".provenance.json"), text)
