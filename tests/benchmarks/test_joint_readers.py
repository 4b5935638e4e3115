"""What is timed against our reader of joint files finds what ours finds, and a difference is noticed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

PROGRAM = """
import json, sys
from pathlib import Path
import polars as pl
from job import Job
from joint_readers import JOINT_READERS
from wide_file import differing, expected, span
from wide_vcf import write_wide
from regions import PANEL
folder, form = Path(sys.argv[1]), sys.argv[2]
write_wide(folder / "wide.vcf.gz", 1, PANEL, samples=40, records=80)
file, bed = folder / f"wide.{form}", folder / "regions.bed"
span(file, bed)
theirs = expected(file, bed)
job = Job(folder / "none", [file], PANEL, bed, folder, 1, False)
counts = {}
for name, (prepare, rows) in JOINT_READERS.items():
    found = rows(prepare()(job))
    changed = found.with_columns(copies=pl.when(pl.row_index() == 5).then(9).otherwise("copies"))
    counts[name] = [len(found.columns), differing(found, theirs), differing(changed, theirs)]
    counts[name] += [differing(found.slice(1), theirs)]
print(json.dumps({"compared": len(theirs), "readers": counts}))
"""


@pytest.mark.parametrize("form", ["vcf.gz", "bcf"])
def test_every_reader_of_carriers_finds_the_same(form: str, repository: Path, tmp_path: Path) -> None:
    """No called allele differs from what htslib reads; a changed copy and a missing row are counted."""
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, str(tmp_path), form],
        capture_output=True,
        text=True,
        check=False,
        cwd=repository / "benchmarks",
        env={"PYTHONPATH": f"{repository}:{repository / 'benchmarks'}"},
    )
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout)
    assert told["compared"] > 50
    assert len(told["readers"]) == 5
    for name, (columns, *differences) in told["readers"].items():
        assert differences == [0, 2, 1], name
        assert columns == (10 if "record.genotypes" in name else 13), name
