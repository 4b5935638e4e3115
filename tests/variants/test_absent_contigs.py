"""A large file that lacks a whole chromosome of the panel is told; nobody's file is told wrongly."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pysam
import pysam.bcftools
import pytest

from evaluator.panel.load import load_panel
from evaluator.variants import absent_contigs as module
from evaluator.variants.absent_contigs import absent_contigs
from evaluator.variants.extract import Request, extract
from evaluator.variants.intervals import SPACING, Intervals
from evaluator.variants.sources import open_source
from evaluator.variants.store import open_store

TOUCHED = pl.Schema({"contig": pl.String, "position": pl.Int32, "ref": pl.String})
LENGTHS = {"chr1": 248956422, "chr7": 159345973, "chr9": 138394717, "chrY": 57227415}
# Regions on each of these; no record lies in one of them.
REGIONS = Intervals(
    np.array([0, 6, 8, 23], dtype=np.int64) * SPACING, np.array([0, 6, 8, 23], dtype=np.int64) * SPACING + 10
)


def text(contigs: list[str], samples: int = 1, key: str = "") -> str:
    """A VCF with some records on each of the contigs."""
    lines = ["##fileformat=VCFv4.2", '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']
    lines += [f"##contig=<ID={name},length={length}>" for name, length in LENGTHS.items()]
    lines += [f'##INFO=<ID={key},Number=1,Type=Integer,Description="x">'] if key else []
    names = "\t".join(f"S{number}" for number in range(samples))
    lines.append(f"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t{names}")
    called = "\t".join(["0/1"] * samples)
    for contig in contigs:
        lines += [f"{contig}\t{at}\t.\tA\tC\t.\tPASS\t.\tGT\t{called}" for at in range(1_000, 60_000, 1_000)]
    return "\n".join(lines) + "\n"


def indexed(path: Path, content: str) -> Path:
    """A BGZF file with its index."""
    searched(path, content)
    pysam.tabix_index(str(path), preset="vcf", force=True)
    return path


def searched(path: Path, content: str) -> Path:
    """A BGZF file without an index."""
    with pysam.BGZFile(str(path), "wb", index=None) as stream:
        stream.write(content.encode())
    return path


def plain(path: Path, content: str) -> Path:
    """A file of text."""
    path.write_text(content, newline="")
    return path


def binary(path: Path, content: str) -> Path:
    """A BCF file with its index."""
    written = plain(path.with_suffix(".txt"), content)
    bcf = path.with_name("file.bcf")
    pysam.bcftools.view("-Ob", "-o", str(bcf), "--write-index", str(written), catch_stdout=False)
    return bcf


@pytest.fixture(autouse=True)
def _every_file_is_large(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "LARGE", 0)


@pytest.mark.parametrize("samples", [1, 20])
@pytest.mark.parametrize(
    ("form", "how"), [(indexed, "index"), (searched, "probed"), (plain, "whole"), (binary, "index")]
)
@pytest.mark.parametrize("present", [["chr1", "chr7", "chr9"], ["chr1", "chr9"], ["chr7"]])
def test_each_way_of_reading_tells(
    present: list[str], form: Callable[[Path, str], Path], how: str, samples: int, tmp_path: Path
) -> None:
    """What is absent is told in karyotype order, however the file is read; an empty Y is not."""
    path = form(tmp_path / "file.vcf.gz", text(present, samples))
    source = open_source(path, whole_below=0)
    told = absent_contigs(source, how, REGIONS, TOUCHED.to_frame(), "GRCh38")
    assert told == [contig for contig in ("chr1", "chr7", "chr9") if contig not in present]


def test_a_small_file_is_not_doubted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file of few genes may well lack a chromosome."""
    monkeypatch.setattr(module, "LARGE", 1 << 20)
    source = open_source(plain(tmp_path / "file.vcf", text(["chr1"])))
    assert absent_contigs(source, "whole", REGIONS, TOUCHED.to_frame(), "GRCh38") == []


@pytest.mark.parametrize(("samples", "told"), [(16, ["chr7", "chr9"]), (64, [])])
def test_of_many_samples_a_file_must_be_larger(
    samples: int, told: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A megabyte holds few records of thousands of newborns: few genes, which may well lack a chromosome."""
    path = plain(tmp_path / "file.vcf", text(["chr1"], samples))
    monkeypatch.setattr(module, "LARGE", path.stat().st_size // 2)
    assert absent_contigs(open_source(path), "whole", REGIONS, TOUCHED.to_frame(), "GRCh38") == told


def test_a_chromosome_with_a_record_in_the_regions_is_not_looked_for(tmp_path: Path) -> None:
    """What was read already tells that there are records."""
    source = open_source(plain(tmp_path / "file.vcf", text(["chr1", "chr9"])))
    touched = pl.DataFrame({"contig": ["chr7"], "position": [5], "ref": ["A"]}, schema=TOUCHED)
    assert absent_contigs(source, "whole", REGIONS, touched, "GRCh38") == []


@pytest.mark.parametrize("samples", [1, 20])
def test_extract_tells_the_line_of_the_sheet(samples: int, repository: Path, tmp_path: Path) -> None:
    """The note names the chromosomes and no newborn; there nothing is assessed, in nobody else's file."""
    panel = load_panel(repository / "panel" / "uk-blood-spot")
    everything = [f"chr{number}" for number in range(1, 23)]
    content = text(["chr1", "chr9"], samples).replace("##contig", "##source=a test\n##contig", 1)
    plain(tmp_path / "part.vcf", content)
    plain(tmp_path / "whole.vcf", text(everything))
    (tmp_path / "all.bed").write_text("".join(f"chr{name}\t0\t1000000000\n" for name in [*range(1, 23), "X"]))
    sheet = (
        "newborn\tsex\tvcf\tcallable\tsample_in_vcf\nSECRET\tfemale\tpart.vcf\tall.bed\tS0\n"
        "OTHER\tmale\twhole.vcf\tall.bed\tS0\n"
    )
    (tmp_path / "samples.tsv").write_text(sheet, encoding="utf-8")
    summary = extract(
        Request(tmp_path / "samples.tsv", panel, tmp_path / "store"), "2026-01-01T00:00:00+00:00"
    )
    told = [note for note in summary.notes if "has no record on" in note]
    (note,) = told
    assert note.startswith("line 2: ")
    assert "has no record on chr2, chr6, chr7, " in note
    assert note.endswith("nothing counts as assessed; check that the file is complete")
    assert "chr1," not in note
    gaps = open_store(tmp_path / "store").uncallable().collect()
    assert set(gaps["newborn"]) == {"SECRET"}
    assert set(gaps["reason"]) == {"chromosome_without_records"}
    assert {"chr2", "chr7"} <= set(gaps["contig"])
    assert not {"chr1", "chr9", "chrY"} & set(gaps["contig"])
    read = open_store(tmp_path / "store").regions().filter(contig="chr7")
    assert gaps.filter(contig="chr7").select("start", "end").rows() == read.select("start", "end").rows()
