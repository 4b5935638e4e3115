"""What a child process of a benchmark is asked to read."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Job:
    """What a child reads: the sample sheet with its files, the regions, a folder for what it writes."""

    samples: Path
    files: list[Path]
    panel: Path
    bed: Path
    scratch: Path
    runs: int
    warm_up: bool

    @classmethod
    def from_json(cls, text: str) -> Job:
        """Read the job that the parent sent."""
        told = json.loads(text)
        paths = {name: Path(told[name]) for name in ("samples", "panel", "bed", "scratch")}
        files = [Path(file) for file in told["files"]]
        return cls(files=files, runs=told["runs"], warm_up=told["warm_up"], **paths)

    def store(self) -> Path:
        """Return the place of the store; one of an earlier run is removed."""
        store = self.scratch / "store"
        shutil.rmtree(store, ignore_errors=True)
        return store

    def rows(self) -> Path:
        """Return where a reader of joint files writes what it found, to be compared."""
        return self.scratch / "rows.parquet"


Read = Callable[[Job], object]
