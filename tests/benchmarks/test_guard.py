"""The alarm of a CI run: it rings for a reader that became far slower than its peer, and for nothing else."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
from read_newborn import OURS, PEER, too_slow
rows = [{{"reader": OURS, "processor": [9.0, {ours}]}}, {{"reader": PEER, "processor": [1.0, 3.0]}}]
print(too_slow([{{"title": "small", "readers": rows}}], {limit}))
"""


@pytest.mark.parametrize(
    ("ours", "limit", "named"),
    [(3.9, 4.0, "[]"), (4.1, 4.0, "['small']"), (4.1, None, "[]")],
)
def test_the_least_processor_time_decides(
    ours: float, limit: float | None, named: str, repository: Path
) -> None:
    """A busy minute slows one run, not the best of several; without a limit nothing rings."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM.format(ours=ours, limit=limit)],
        capture_output=True,
        text=True,
        check=True,
        cwd=repository / "benchmarks",
        env={"PYTHONPATH": f"{repository}:{repository / 'benchmarks'}"},
    )
    assert done.stdout.strip() == named
