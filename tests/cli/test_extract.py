"""`nbseval extract` as a user types it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

Run = Callable[..., CompletedProcess[str]]

VCF = """##fileformat=VCFv4.2
##contig=<ID=chr9,length=138394717>
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS
chr9\t34646705\t.\tA\tC\t.\t.\t.\tGT\t0/1
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A VCF and a sheet of one good and one bad newborn."""
    (tmp_path / "good.vcf").write_text(VCF, newline="")
    (tmp_path / "bad.vcf").write_text(VCF.replace("34646705", "34646705x"), newline="")
    (tmp_path / "smn.tsv").write_text("Sample\tisSMA\tSMN1_CN\nother\tFalse\t2\n", newline="")
    sheet = "newborn\tsex\tvcf\tspecial_loci\nGOODNAME\tmale\tgood.vcf\tsmn.tsv\nBADNAME\tmale\tbad.vcf\t\n"
    (tmp_path / "samples.tsv").write_text(sheet, newline="")
    return tmp_path


def test_a_bad_newborn_stops_the_run(nbseval: Run, repository: Path, folder: Path) -> None:
    """Exit 2 with the line of the sheet and of the VCF, no name, no store."""
    panel = repository / "panel" / "generation-study"
    done = nbseval("extract", folder / "samples.tsv", "--panel", panel, "--out", folder / "store")
    assert done.returncode == 2
    assert "samples.tsv:3: vcf line 4" in done.stderr
    assert "Nothing was extracted." in done.stderr
    assert "BADNAME" not in done.stderr
    assert not (folder / "store").exists()


def test_quarantine_goes_on(nbseval: Run, repository: Path, folder: Path) -> None:
    """Exit 0 with a line that counts the newborns set aside, and a note on what was not read."""
    panel = repository / "panel" / "generation-study"
    words = ("extract", folder / "samples.tsv", "--panel", panel, "--out", folder / "store")
    done = nbseval(*words, "--on-error", "quarantine", "--newborns-per-batch", "5", "--batch", "1")
    assert done.returncode == 0, done.stderr
    assert "1 of 2 sequenced newborns were quarantined" in done.stderr
    assert "line 2: a special_loci table has no row for this newborn" in done.stderr
    assert "GOODNAME" not in done.stderr + done.stdout
    assert (folder / "store" / "batches" / "batch-0001" / "calls.parquet").is_file()


def test_half_a_batch_option_is_refused(nbseval: Run, repository: Path, folder: Path) -> None:
    """--batch means nothing without --newborns-per-batch."""
    panel = repository / "panel" / "generation-study"
    done = nbseval("extract", folder / "samples.tsv", "--panel", panel, "--out", folder / "s", "--batch", "1")
    assert done.returncode == 2
    assert "need each other" in done.stderr
