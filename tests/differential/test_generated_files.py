"""Generated files of every version and shape: all ways of reading agree with bcftools and cyvcf2."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import polars as pl
import pysam
import pysam.bcftools
import pytest
from every_file import COLUMNS, Counter, by_bcftools, by_cyvcf2, ours
from hypothesis import given, settings
from hypothesis import strategies as st
from outcomes import everywhere

from evaluator.variants.joint import is_wide, read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

# In no karyotype's order, in both styles of naming, one of them on no chromosome.
CONTIGS = ("chr2", "10", "chrUn_KI270302v1", "chrX", "HLA-A*01:01:01:01", "1", "chrM")
LENGTH = 16_000  # fits the mitochondrial genome
DECLARED = (
    '##FILTER=<ID=q10,Description="Quality below 10">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End">',
    '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">',
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known, ID=END">',
    '##INFO=<ID=CIEND,Number=2,Type=Integer,Description="About END">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
)
# What the text leaves undeclared and BCF cannot hold so.
UNDECLARED = (
    '##FILTER=<ID=s50,Description="Half of the samples">',
    '##INFO=<ID=X,Number=1,Type=Integer,Description="X">',
    '##FORMAT=<ID=UNDECLARED,Number=.,Type=String,Description="Anything">',
)
KEYS = ("AD", "DP", "GQ", "PS", "UNDECLARED")
NAMES = (".", "rs1", "rs1;rs2", "END=90000", "a b")
QUALITIES = (".", "50", "2.5e1", "0", "inf", "nan")
bases = st.text("ACGTacgtN", min_size=1, max_size=6)
symbols = st.sampled_from(["*", "<NON_REF>", "<*>", "<INV>", "<INS:ME:ALU>", "A[chr2:100[", "]chr2:100]A"])


@st.composite
def genotype(draw: st.DrawFn, alts: int, version: int) -> str:
    """Haploid to triploid, phased, unphased or mixed, called, half called or not."""
    alleles = draw(
        st.lists(st.sampled_from([".", *map(str, range(alts + 1))]), min_size=1, max_size=3).filter(bool)
    )
    separators = draw(st.lists(st.sampled_from("/|"), min_size=len(alleles), max_size=len(alleles)))
    if draw(st.booleans()):
        separators = [separators[0]] * len(alleles)
    text = "".join(mark + allele for mark, allele in zip(separators, alleles, strict=True))
    # From version 4.4 on the first allele may state its phase too.
    return text if version >= 4 and draw(st.booleans()) and len(alleles) > 1 else text[1:]


@st.composite
def record(draw: st.DrawFn, contig: str, position: int, samples: int, version: int) -> str:
    """One line: any alleles, filters, order of FORMAT and values; trailing fields may be dropped."""
    ref = draw(st.one_of(bases, st.integers(20, 60).map(lambda count: "ACGT" * count)))
    alts = draw(
        st.one_of(
            st.just([]), st.lists(st.one_of(bases, symbols), min_size=1, max_size=3, unique_by=str.upper)
        )
    )
    reach = st.sampled_from(["X=1", f"END={position + 900}", "SVLEN=" + ",".join(["-70"] * len(alts))])
    notes = st.sampled_from(["DB", "CIEND=-9,90000"])
    info = ";".join(draw(st.lists(st.one_of(reach, notes), max_size=3, unique_by=lambda note: note[:2])))
    keys = draw(st.permutations(KEYS))[: draw(st.integers(0, len(KEYS)))]
    if not keys or draw(st.integers(0, 5)):
        keys = ["GT", *keys]
    number = st.sampled_from([".", "0", "7", "250"])
    values = {
        "GT": genotype(len(alts), version),
        "AD": st.one_of(
            st.just("."), st.lists(number, min_size=len(alts) + 1, max_size=len(alts) + 1).map(",".join)
        ),
        "UNDECLARED": st.sampled_from(["a", "b,c", "."]),
    }
    fields = []
    for _ in range(samples):
        told = [draw(values.get(key, number)) for key in keys]
        fields.append(":".join(told[: draw(st.integers(1, len(told)))] if keys[0] == "GT" else told))
    filters = draw(st.sampled_from(["PASS", ".", "q10", "q10;s50"]))
    name, quality = draw(st.sampled_from(NAMES)), draw(st.sampled_from(QUALITIES))
    fixed = [contig, str(position), name, ref, ",".join(alts) or ".", quality, filters]
    fixed.append(info if info and alts else ".")
    return "\t".join([*fixed, ":".join(keys), *fields])


@st.composite
def files(draw: st.DrawFn) -> tuple[str, str, str]:
    """The text of a file, what ends its lines, and what follows the last."""
    version, samples = draw(st.integers(1, 5)), draw(st.sampled_from([1, 1, 2, 17]))
    lines = [
        draw(record(contig, position, samples, version))
        for contig in CONTIGS
        for position in sorted(draw(st.lists(st.integers(1, LENGTH), max_size=5)))
    ]
    declared = draw(
        st.permutations([*(f"##contig=<ID={contig},length=60000000>" for contig in CONTIGS), *DECLARED])
    )
    for place in draw(st.lists(st.integers(0, len(declared) - 1), max_size=3, unique=True)):  # ID comes last
        declared[place] = re.sub(r"<(ID=[^,]+),(.*)>$", r"<\2,\1>", declared[place])
    head = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    text = [
        f"##fileformat=VCFv4.{version}",
        *declared,
        "\t".join([*head, *(f"N{number}" for number in range(samples))]),
        *lines,
    ]
    return (
        "\n".join(text) + "\n",
        draw(st.sampled_from(["\n", "\r\n"])),
        draw(st.sampled_from(["", "\n", "\n\n"])),
    )


def written(folder: Path, text: str, end: str, after: str) -> dict[str, Path]:
    """Write the file in every form; line ends and blank lines vary where no other tool must read it."""
    reference = folder / "reference.vcf"
    reference.write_text(text, encoding="utf-8", newline="")
    raw = (text + after).replace("\n", end).encode()
    paths = {"plain": folder / "plain.vcf", "gzip": folder / "gzip.vcf.gz", "bgzf": folder / "bgzf.vcf.gz"}
    paths["plain"].write_bytes(raw)
    paths["gzip"].write_bytes(gzip.compress(raw[:900], 1) + gzip.compress(raw[900:], 1))
    with pysam.BGZFile(str(paths["bgzf"]), "wb", index=None) as stream:
        stream.write(raw)
    for form in ("tbi", "csi"):
        paths[form] = folder / f"{form}.vcf.gz"
        pysam.tabix_compress(str(reference), str(paths[form]), force=True)
        pysam.tabix_index(str(paths[form]), preset="vcf", force=True, csi=form == "csi")
    declared = folder / "declared.vcf"
    declared.write_text(
        text.replace("#CHROM", "\n".join([*UNDECLARED, "#CHROM"])), encoding="utf-8", newline=""
    )
    for form in ("bcf", "bcf without index"):
        paths[form] = folder / f"{form.replace(' ', '-')}.bcf"
        pysam.bcftools.view("-Ob", "-o", str(paths[form]), str(declared), catch_stdout=False)
    pysam.bcftools.index("-f", str(paths["bcf"]), catch_stdout=False)
    return paths


def without_first_phase(plain: Path) -> Path:
    """Leave out what a genotype says of its first allele's phase: cyvcf2 0.35 cannot read it."""
    path = plain.with_name("for-cyvcf2.vcf")
    text = re.sub(r"([\t:])[|/](?=[\d.])", r"\1", plain.read_text(encoding="utf-8").rstrip("\n"))
    path.write_text(text + "\n", encoding="utf-8")
    return path


def everything(path: Path) -> tuple[pl.DataFrame, pl.DataFrame]:
    """All columns of all calls but INFO, and what could not become a call, of all samples."""
    source = open_source(path, 0)
    samples = list(source.header.samples)
    if is_wide(source):
        found = read_joint(source, everywhere(), samples).found
        calls, unresolved = found.calls, found.unresolved
    else:
        genotypes = read_samples(source, everywhere(), samples).genotypes.values()
        calls, unresolved = (
            pl.concat(
                getattr(read, name).with_columns(sample=pl.lit(number, pl.Int64))
                for number, read in enumerate(genotypes)
            )
            for name in ("calls", "unresolved")
        )
    columns = [name for name in calls.columns if name not in ("info", "sample")]
    return (
        calls.select("sample", *columns).sort(pl.all()),
        unresolved.select("sample", "start", "end", "reason").unique().sort(pl.all()),
    )


@settings(max_examples=25, deadline=None)
@given(file=files())
def test_all_readers_agree(file: tuple[str, str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """Records, alleles, copies, phase and values are those of two other readers in every form of a file."""
    paths = written(tmp_path_factory.mktemp("generated"), *file)
    theirs, _ = by_bcftools(paths["tbi"])
    third = by_cyvcf2(without_first_phase(paths["plain"]))
    first = everything(paths["plain"])
    for form, path in paths.items():
        found = ours(path, by_index=True)
        assert found == theirs, form
        assert found.records == third.records, form
        assert Counter(call[: 1 + len(COLUMNS)] for call in found.calls.elements()) == third.calls, form
        for mine, plain in zip(everything(path), first, strict=True):
            assert mine.equals(plain), form
