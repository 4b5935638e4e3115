"""Tiny VCFs, their compressed and indexed forms, and a panel of one gene to read them with."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import pysam
import pysam.bcftools
import pytest

from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.variants import joint, sources
from evaluator.variants.extract import Request, Summary, extract

WriteVcf = Callable[..., Path]

KEYS = (
    '##FILTER=<ID=LowQual,Description="Low quality">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End">',
    '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">',
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="From VEP. Format: Allele|Consequence|SYMBOL">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=MIN_DP,Number=1,Type=Integer,Description="Fewest reads in the block">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=AF,Number=A,Type=Float,Description="Allele fraction">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
    '##FORMAT=<ID=PGT,Number=1,Type=String,Description="Physical phase">',
    '##FORMAT=<ID=HP,Number=.,Type=String,Description="Haplotype of each allele of the genotype">',
    '##FORMAT=<ID=LAA,Number=.,Type=Integer,Description="Local alternative alleles">',
    '##FORMAT=<ID=LAD,Number=.,Type=Integer,Description="Reads per local allele">',
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number">',
    '##FORMAT=<ID=PID,Number=1,Type=String,Description="Physical phase set">',
)


def vcf_text(
    records: Iterable[str], samples: str = "S", build: str | None = "GRCh38", keys: Iterable[str] = KEYS
) -> str:
    """A VCF; records are written with spaces for tabs, from CHROM to the last sample."""
    lengths = CONTIG_LENGTHS[build] if build else {}
    contigs = [f"##contig=<ID={name},length={length}>" for name, length in lengths.items()]
    head = "#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT " + samples
    lines = ["##fileformat=VCFv4.2", *contigs, *keys, *(line.replace(" ", "\t") for line in (head, *records))]
    return "\n".join(lines) + "\n"


@pytest.fixture
def write_vcf(tmp_path: Path) -> WriteVcf:
    """Write a VCF from its records; `form` is plain, bgzf, tbi, csi or bcf."""

    def write(name: str, records: Iterable[str], form: str = "plain", **header: object) -> Path:
        text = vcf_text(records, **header)  # type: ignore[arg-type]
        path = tmp_path / f"{name}.vcf"
        path.write_text(text, encoding="utf-8", newline="")
        return path if form == "plain" else compressed(path, form)

    return write


@pytest.fixture(scope="session")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Callable[[list[str], str], tuple[Path, Path]]:
    """Write records in a form, and as an indexed VCF for another reader; one folder serves all examples."""
    folder = tmp_path_factory.mktemp("tiny")
    keys = (*KEYS, "##contig=<ID=chrUn_KI270302v1,length=2274>")

    def write(records: list[str], form: str) -> tuple[Path, Path]:
        plain, reference = folder / f"{form}.vcf", folder / "reference.vcf"
        for path in (plain, reference):
            path.write_text(vcf_text(records, keys=keys), encoding="utf-8", newline="")
        return (plain if form == "plain" else compressed(plain, form)), compressed(reference, "tbi")

    return write


def compressed(plain: Path, form: str) -> Path:
    """Compress a plain VCF with BGZF and index it, or turn it into indexed BCF."""
    packed = plain.with_name(plain.name + ".gz")
    pysam.tabix_compress(str(plain), str(packed), force=True)
    if form in ("tbi", "csi"):
        pysam.tabix_index(str(packed), preset="vcf", force=True, csi=form == "csi")
    if form == "bcf":
        binary = plain.with_suffix(".bcf")
        pysam.bcftools.view("-Ob", "-o", str(binary), str(packed), catch_stdout=False)
        pysam.bcftools.index("-f", str(binary), catch_stdout=False)
        return binary
    return packed


@pytest.fixture
def panel(tmp_path: Path) -> Panel:
    """A panel of one gene, GALT, whose coding exons lie on chr9 from 34,646,705 to 34,650,449."""
    return load_panel(write_panel(tmp_path / "panel"))


def write_panel(folder: Path, build: str = "GRCh38") -> Path:
    """Write the files of a one-gene panel."""
    files = {
        "panel.yaml": "id: one\ntitle: One gene\nversion: '1'\nstatus: draft\n"
        f"genome_build: {build}\njurisdiction: Testland\n"
        "sources:\n  - {name: made for tests, version: '1', licence: none needed, retrieved: 2026-11-22}\n",
        "conditions.tsv": "condition\tname\tgroup\ngalactosaemia\tGalactosaemia\tmetabolic\n",
        "genes.tsv": "condition\tgene\tinheritance\ngalactosaemia\tGALT\tAR\n",
        "alleles.tsv": "contig\tposition\tref\talt\tgene\tlist\n",
        "criteria.yaml": "preset: generation-study\n",
        "pathways.yaml": "pathways: {}\n",
    }
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    return folder


@pytest.fixture
def extract_as(tmp_path: Path, panel: Panel, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Summary]:
    """Extract a sheet; files of at least `wide` samples are read for their carriers, indices are used."""

    def go(sheet: Path, store: str, wide: int, **options: object) -> Summary:
        monkeypatch.setattr(joint, "WIDE", wide)
        monkeypatch.setattr(sources.open_source, "__defaults__", (0,))
        return extract(Request(sheet, panel, tmp_path / store, **options), "2026-01-01")  # type: ignore[arg-type]

    return go


@pytest.fixture
def both(extract_as: Callable[..., Summary]) -> Callable[..., tuple[Path, Path]]:
    """Extract a sheet twice, together and sample by sample."""
    count = iter(range(10_000))

    def go(sheet: Path, **options: object) -> tuple[Path, Path]:
        number = next(count)
        return (
            extract_as(sheet, f"together-{number}", 1, **options).folder,
            extract_as(sheet, f"alone-{number}", 1 << 30, **options).folder,
        )

    return go
