"""Files that are not what the sheet promises: each is told by its row, and sets nobody else aside."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.variants import bgzf
from evaluator.variants.extract import Request, extract

WriteVcf = Callable[..., Path]
EXON = 34_646_705  # first coding base of GALT, 1-based
GOOD = [f"chr9 {EXON + number} . A C . . . GT:DP 0/1:30" for number in range(0, 60, 7)]
NOW = "2026-01-01T00:00:00+00:00"


def empty(path: Path, _: bytes) -> None:
    """Nothing at all."""
    path.write_bytes(b"")


def header_only(path: Path, text: bytes) -> None:
    """A header, and a caller that died after it."""
    path.write_bytes(text[: text.index(b"\nchr9\t") + 1])


def garbage(path: Path, _: bytes) -> None:
    """Bytes of something else."""
    path.write_bytes(bytes(range(256)) * 40)


def other_file(path: Path, _: bytes) -> None:
    """A compressed file that is no VCF."""
    path.write_bytes(gzip.compress(b"newborn\tsex\nN1\tmale\n"))


def folder(path: Path, _: bytes) -> None:
    """A folder of that name."""
    path.mkdir()


def pipe(path: Path, _: bytes) -> None:
    """A pipe into which nobody writes: reading it would never end."""
    os.mkfifo(path)


def nothing(path: Path, _: bytes) -> None:
    """No file of that name."""
    path.unlink(missing_ok=True)


def half_gzip(path: Path, text: bytes) -> None:
    """A download that broke off."""
    path.write_bytes(gzip.compress(text)[:-9])


def no_end_block(path: Path, text: bytes) -> None:
    """BGZF whose last block is missing."""
    path.write_bytes(in_blocks(path, text)[: -len(bgzf.END_OF_FILE)])


def wrong_checksum(path: Path, text: bytes) -> None:
    """One wrong bit."""
    raw = bytearray(in_blocks(path, text))
    raw[len(raw) // 2] ^= 1
    path.write_bytes(bytes(raw))


def other_contigs(path: Path, text: bytes) -> None:
    """Contigs that no build has under these names."""
    path.write_bytes(text.replace(b"\nchr9\t", b"\nNC_000009.12\t"))


def other_build(path: Path, text: bytes) -> None:
    """Contigs of GRCh37's length."""
    path.write_bytes(text.replace(b"ID=chr9,length=138394717", b"ID=chr9,length=141213431"))


def no_genotypes(path: Path, text: bytes) -> None:
    """Records whose FORMAT has no GT."""
    path.write_bytes(text.replace(b"GT:DP\t0/1:30", b"DP\t30"))


def last_line_halved(path: Path, text: bytes) -> None:
    """A plain file cut within its last line."""
    path.write_bytes(text[:-9])


def in_blocks(path: Path, text: bytes) -> bytes:
    """Compress with BGZF."""
    with pysam.BGZFile(str(path), "wb", index=None) as stream:
        stream.write(text)
    return path.read_bytes()


DAMAGES = {
    empty: "is empty",
    header_only: "no record on any chromosome",
    garbage: "does not begin with",
    other_file: "does not begin with",
    folder: "no regular file",
    pipe: "no regular file",
    nothing: "does not exist",
    half_gzip: "damaged or cut short",
    no_end_block: "no BGZF end block",
    wrong_checksum: "damaged",
    other_contigs: "no record on any chromosome",
    other_build: "contig lengths|GRCh37",
    no_genotypes: "no genotype",
    last_line_halved: "no line end",
}


@pytest.fixture
def sheet(tmp_path: Path, write_vcf: WriteVcf) -> Path:
    """A sheet with a sound newborn before, between and after all that can be wrong with a file."""
    text = write_vcf("good", GOOD).read_bytes()
    rows = ["newborn\tsex\tvcf", "FIRST\tmale\tgood.vcf"]
    for number, damage in enumerate(DAMAGES):
        path = tmp_path / f"{damage.__name__}.vcf"
        damage(path, text)
        rows.append(f"N{number}\tfemale\t{path.name}")
    write_vcf("last", GOOD)
    path = tmp_path / "samples.tsv"
    path.write_text("\n".join([*rows, "LAST\tmale\tlast.vcf"]) + "\n", encoding="utf-8")
    return path


def test_quarantine_tells_each_and_goes_on(sheet: Path, panel: Panel, tmp_path: Path) -> None:
    """Every wrong file has its own reason; the newborns around them are read."""
    summary = extract(Request(sheet, panel, tmp_path / "store", on_error="quarantine"), NOW)
    assert (summary.quarantined, summary.calls) == (len(DAMAGES), 2 * len(GOOD))
    newborns = pl.read_parquet(summary.folder / "newborns.parquet")
    reasons = dict(newborns.select("newborn", "quarantine_reason").iter_rows())
    for number, message in enumerate(DAMAGES.values()):
        assert pl.Series([reasons[f"N{number}"]]).str.contains(message).all(), reasons[f"N{number}"]
    assert reasons["FIRST"] is reasons["LAST"] is None


def test_stop_leaves_nothing(sheet: Path, panel: Panel, tmp_path: Path) -> None:
    """Missing files are told first, all of them; once they are mended, all other wrong files together."""
    lines = {damage: number for number, damage in enumerate(DAMAGES, 3)}
    absent = {folder, pipe, nothing}
    with pytest.raises(InputError) as caught:
        extract(Request(sheet, panel, tmp_path / "store"), NOW)
    assert {problem.line for problem in caught.value.problems} == {lines[damage] for damage in absent}
    rows = sheet.read_text(encoding="utf-8").splitlines()
    kept = [row for row in rows if not any(f"{damage.__name__}.vcf" in row for damage in absent)]
    sheet.write_text("\n".join(kept) + "\n", encoding="utf-8")
    with pytest.raises(InputError) as caught:
        extract(Request(sheet, panel, tmp_path / "store"), NOW)
    assert {problem.line for problem in caught.value.problems} == set(range(3, 3 + len(DAMAGES) - 3))
    assert not (tmp_path / "store").exists()


def test_a_missing_callable_file_is_quarantined_too(
    write_vcf: WriteVcf, panel: Panel, tmp_path: Path
) -> None:
    """What was sequenced is not known without it, so the newborn is set aside, and nobody else."""
    write_vcf("good", GOOD)
    write_vcf("other", GOOD)
    sheet = tmp_path / "samples.tsv"
    rows = "newborn\tsex\tvcf\tcallable\nA\tmale\tgood.vcf\tgone.bed\nB\tmale\tother.vcf\t\n"
    sheet.write_text(rows, encoding="utf-8")
    summary = extract(Request(sheet, panel, tmp_path / "store", on_error="quarantine"), NOW)
    assert (summary.quarantined, summary.calls) == (1, len(GOOD))
