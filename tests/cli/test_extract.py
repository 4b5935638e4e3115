"""`nbseval extract` as a user types it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import click
import pysam.bcftools
import pytest

from evaluator.cli.extract import extract

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
    assert (
        "1 of 2 sequenced newborns were quarantined; once their files are right, extract the batch"
        in done.stderr
    )
    assert "newborns: 2, 1 read (1 from beginning to end); calls: 1; in " in done.stderr
    assert "line 2: a special_loci table has no row for this newborn" in done.stderr
    assert "GOODNAME" not in done.stderr + done.stdout
    assert (folder / "store" / "batches" / "batch-0001" / "calls.parquet").is_file()


def test_half_a_batch_option_is_refused(nbseval: Run, repository: Path, folder: Path) -> None:
    """--batch means nothing without --newborns-per-batch."""
    panel = repository / "panel" / "generation-study"
    done = nbseval("extract", folder / "samples.tsv", "--panel", panel, "--out", folder / "s", "--batch", "1")
    assert done.returncode == 2
    assert "need each other" in done.stderr


def test_a_folder_of_regions_is_refused(nbseval: Run, repository: Path, folder: Path) -> None:
    """A folder in place of the BED is the user's slip, not ours."""
    words = ("extract", folder / "samples.tsv", "--panel", repository / "panel" / "generation-study")
    done = nbseval(*words, "--out", folder / "store", "--regions", folder)
    assert done.returncode == 2
    assert "is a directory" in done.stderr


@pytest.fixture
def command(repository: Path, folder: Path) -> list[str]:
    """The command line that reads the one newborn of `one.tsv`."""
    (folder / "one.tsv").write_text("newborn\tsex\tvcf\nGOODNAME\tmale\tgood.vcf\n", newline="")
    words = ("extract", folder / "one.tsv", "--panel", repository / "panel" / "generation-study")
    return [sys.executable, "-m", "evaluator.cli.main", *map(str, (*words, "--out", folder / "store"))]


def test_a_closed_standard_input_harms_nobody(command: list[str], folder: Path) -> None:
    """Some schedulers start jobs without one; only a row that names it needs it."""
    run = ["sh", "-c", 'exec "$@" <&-', "sh", *command]
    assert subprocess.run(run, check=False, capture_output=True).returncode == 0
    sheet = folder / "one.tsv"
    sheet.write_text(sheet.read_text().replace("good.vcf", "-"), newline="")
    told = subprocess.run(run, check=False, capture_output=True, text=True)
    assert (told.returncode, "nothing is piped in" in told.stderr) == (2, True)


def test_a_bcf_without_index_is_read_in_silence(command: list[str], folder: Path) -> None:
    """Htslib would print the path, which may hold the newborn's name, into the log."""
    genotype = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n#CHROM'
    (folder / "declared.vcf").write_text(VCF.replace("#CHROM", genotype), newline="")
    binary, text = str(folder / "GOODNAME.bcf"), str(folder / "declared.vcf")
    pysam.bcftools.view("-Ob", "-o", binary, text, catch_stdout=False)
    sheet = folder / "one.tsv"
    sheet.write_text(sheet.read_text().replace("good.vcf", "GOODNAME.bcf"), newline="")
    told = subprocess.run(command, check=True, capture_output=True, text=True).stderr
    assert "GOODNAME" not in told


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_cancelled_job_leaves_no_genotypes(command: list[str], folder: Path, number: int) -> None:
    """The copy of what is piped in goes when a scheduler stops the job."""
    sheet = folder / "one.tsv"
    sheet.write_text(sheet.read_text().replace("good.vcf", "-"), newline="")
    kept = folder / "temporary"
    kept.mkdir()
    with subprocess.Popen(command, stdin=subprocess.PIPE, env={**os.environ, "TMPDIR": str(kept)}) as job:
        assert job.stdin is not None
        job.stdin.write(VCF.encode())
        job.stdin.flush()
        while not list(kept.glob("nbseval-*/*")):
            time.sleep(0.05)
        job.send_signal(number)
        assert job.wait(60) == 128 + number
    assert not list(kept.iterdir())


@pytest.mark.parametrize(("cores", "expected"), [(1, 1), (2, 2), (64, 2)])
def test_as_many_files_at_a_time_as_cores_may_be_used_but_two(
    cores: int, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without --threads nobody's machine is filled: one file on one core, else two."""
    monkeypatch.setattr("evaluator.cli.extract._usable_cores", lambda: cores)
    option = next(each for each in extract.params if each.name == "threads")
    assert option.get_default(click.Context(extract)) == expected


def test_one_file_under_two_links_is_told_as_such(nbseval: Run, repository: Path, folder: Path) -> None:
    """Both rows are told what is wrong with their VCF; no index has a part in it."""
    for name in ("one.vcf", "two.vcf"):
        (folder / name).symlink_to(folder / "good.vcf")
    sheet = "newborn\tsex\tvcf\nGOODNAME\tmale\tone.vcf\nBADNAME\tmale\ttwo.vcf\n"
    (folder / "links.tsv").write_text(sheet, newline="")
    words = ("extract", folder / "links.tsv", "--panel", repository / "panel" / "generation-study")
    done = nbseval(*words, "--out", folder / "store")
    assert done.stderr.count(": vcf: the rows 2, 3 of the sheet read the same sample") == 1


def test_a_full_disk_is_told_in_plain_words(command: list[str], folder: Path) -> None:
    """The Parquet library speaks of a damaged file; nothing half written stays."""
    run = ["sh", "-c", 'ulimit -f 1 && exec "$@"', "sh", *command]
    told = subprocess.run(run, check=False, capture_output=True, text=True)
    assert (told.returncode, "make room and run it again" in told.stderr) == (2, True), told.stderr
    assert not [path for path in (folder / "store").rglob("*") if path.is_file()]
