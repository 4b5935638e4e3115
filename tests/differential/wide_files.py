"""Generated joint files of many samples: any order of columns, any form of file, read slab by slab."""

from __future__ import annotations

import gzip
import re
import zlib
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING
from unittest.mock import patch

import pysam
import pysam.bcftools
from hypothesis import strategies as st

from evaluator.panel.genome import CONTIG_LENGTHS
from evaluator.variants import (
    bcf,
    bcf_carriers,
    bcf_slabs,
    bgzf,
    bgzf_runs,
    joint,
    pairs,
    records,
    sources,
    stretches,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

# Where records stand, and what is read: GALT's first exon and the lines of a BED; two contigs are not read.
PLACES = {
    "chr1": (1000, 1040),
    "chr9": (34_646_700, 34_646_760),
    "chr22": (20_000_000, 20_000_030),
    "chrX": (3_000_000, 3_000_050),
    "chrM": (300, 360),
    "chr2": (5000, 5050),
    "chrUn_KI270302v1": (500, 540),
}
BED = (
    "chr1\t1000\t1020\nchr1\t1030\t1031\nchr22\t20000000\t20000030\nchrX\t3000010\t3000040\nchrM\t300\t360\n"
)
BEDS = (f"chr9\t0\t{1 << 30}\nchr1\t900\t1010\nX\t3000020\t3000030\n", "9\t34646690\t34646740\nM\t0\t320\n")
DECLARED = (
    '##FILTER=<ID=q10,Description="Quality below 10">',
    '##FILTER=<ID=s50,Description="Half of the samples">',
    '##ALT=<ID=DEL,Description="Deletion">',
    '##INFO=<ID=END,Number=1,Type=Integer,Description="End">',
    '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">',
    '##INFO=<ID=CIEND,Number=2,Type=Integer,Description="About END">',
    '##INFO=<ID=DB,Number=0,Type=Flag,Description="Known, ID=END">',
    '##INFO=<ID=NOTE,Number=1,Type=String,Description="Note">',
    '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">',
    '##FORMAT=<ID=AD,Number=R,Type=Integer,Description="Reads per allele">',
    '##FORMAT=<ID=AF,Number=A,Type=Float,Description="Fraction of reads">',
    '##FORMAT=<ID=DP,Number=1,Type=Integer,Description="Reads">',
    '##FORMAT=<ID=GQ,Number=1,Type=Integer,Description="Genotype quality">',
    '##FORMAT=<ID=PS,Number=1,Type=Integer,Description="Phase set">',
    '##FORMAT=<ID=PID,Number=1,Type=String,Description="Physical, no Type=Integer">',
    '##FORMAT=<ID=PGT,Number=1,Type=String,Description="Physical phase">',
    '##FORMAT=<ID=CN,Number=1,Type=Integer,Description="Copy number">',
    '##FORMAT=<ID=CNQ,Number=1,Type=Integer,Description="Quality of the copy number">',
    '##FORMAT=<ID=FT,Number=1,Type=String,Description="Filters of the sample">',
)
KEYS = ("AD", "AF", "DP", "GQ", "PS", "PID", "PGT", "CN", "CNQ", "FT")
# Names that a table, a reader of numbers or a pattern could take for something else.
ODD_NAMES = (
    *("7", "07", "10", "1e1", "0", "-1", "nan", "NA", "null", "true", "ref", "alt", "GT", "line", "value"),
    *("sample", "row", "^N.*$", "*", ".", "sample:ref", "N|1", "N/1", "N;1", "N=1", "a.b", "ä", "Z", "z"),
    *("N1,N2", "^N1", "N 1", "#1"),
)
# What stands in INFO beside the reach of a record.
NOTES = ("DB", "CIEND=-9,90000", "NOTE=END", "NOTE=SVLEN")
IDS = (".", "rs1", "rs1;rs2", "END=90000000", "a b")
NEWBORNS = [f"B{number:02d}" for number in range(40)]
FORMS = ("plain", "gzip", "bgzf", "tbi", "csi", "bcf", "bcf csi")
GT = "GT"
bases = st.text("ACGTacgt", min_size=1, max_size=4)
symbols = st.sampled_from(["*", "<NON_REF>", "<*>", "<INV>", "<INS:ME:ALU>", "A[chr2:100[", "]chr2:100]A"])
copied = st.sampled_from(
    [["<DEL>"], ["<DUP>"], ["<CNV>"], ["<CN0>", "<CN2>"], ["<CN0>", "<CN1>"], ["<DEL:ME>"]]
)


@dataclass(frozen=True)
class WideFile:
    """A joint file in a form, how it is read, and the sheet's rows: newborn and sample of the file."""

    text: str
    samples: tuple[str, ...]
    rows: tuple[tuple[str, str], ...]
    forms: tuple[str, ...]  # rows are dealt out to a file in each
    line_end: str
    block: int  # characters of a BGZF block
    empty: int  # how many empty blocks follow each third block
    slab: int | None  # small: slabs end everywhere; None: as they are
    threads: int
    beds: tuple[int, ...]  # row by row, again and again: its callable BED, 0 for none
    beside: frozenset[str]  # for some rows: a mother, a structural VCF, a gVCF in joint files as well
    piped: bool  # the first file comes on standard input
    wide: bool  # read for its carriers, or column by column as files of few samples


@st.composite
def wide_files(draw: st.DrawFn) -> WideFile:
    """Draw a joint file and who of its samples is asked for."""
    version = draw(st.integers(1, 5))
    samples = draw(names())
    contigs = {
        name: draw(st.sampled_from([name, name.removeprefix("chr")])) if name != "chrUn_KI270302v1" else name
        for name in draw(st.permutations(list(PLACES)))
    }
    lines = [
        draw(record(contigs[contig], position, samples, version))
        for contig in contigs
        for position in _positions(draw, contig)
    ]
    lengths = {**CONTIG_LENGTHS["GRCh38"], "chrUn_KI270302v1": 2274}
    head = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *samples]
    text = [
        f"##fileformat=VCFv4.{version}",
        *draw(header_lines([f"ID={name},length={lengths[contig]}" for contig, name in contigs.items()])),
        "\t".join(head),
        *lines,
    ]
    form = st.sampled_from(FORMS)
    return WideFile(
        "\n".join(text) + "\n",
        samples,
        draw(rows(samples)),
        tuple(draw(st.one_of(st.tuples(form), st.tuples(form), st.tuples(form, form)))),
        draw(st.sampled_from(["\n", "\n", "\r\n"])),
        draw(st.sampled_from([1 << 15, 3000, 400, 61])),
        draw(st.sampled_from([0, 0, 1, 2])),
        draw(st.sampled_from([None, 13, 101, 1000])),
        draw(st.integers(1, 2)),
        tuple(draw(st.lists(st.integers(0, len(BEDS)), min_size=1, max_size=3))),
        frozenset(draw(st.lists(st.sampled_from(["mother", "structural", "gvcf"]), max_size=3))),
        draw(st.integers(0, 3)) == 1,
        draw(st.integers(0, 4)) != 1,
    )


@st.composite
def header_lines(draw: st.DrawFn, contigs: list[str]) -> list[str]:
    """The header's lines in any order, in some of which the ID is not first."""
    lines = [*(f"##contig=<{attributes}>" for attributes in contigs), *DECLARED]
    lines = draw(st.sampled_from([lines, lines[::-1], [*DECLARED, *lines[: len(contigs)]]]))
    for place in draw(st.lists(st.integers(0, len(lines) - 1), max_size=6, unique=True)):
        lines[place] = re.sub(r"<(ID=[^,]+),(.*)>$", r"<\2,\1>", lines[place])
    return lines


@st.composite
def names(draw: st.DrawFn) -> tuple[str, ...]:
    """16 to 40 names of samples, in no order of names."""
    count = draw(st.integers(16, 40))
    odd = draw(st.lists(st.sampled_from(ODD_NAMES), max_size=16, unique=True))
    plain = [f"N{number}" for number in range(count)]
    found = tuple(draw(st.permutations([*odd, *plain][:count])))
    return found if list(found) != sorted(found) else found[::-1]


@st.composite
def rows(draw: st.DrawFn, samples: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Newborns and their samples in any order: all, some, one; also under another sample's name."""
    chosen = draw(st.permutations(samples))
    kept = draw(st.sampled_from([len(samples), len(samples), len(samples), len(samples) // 2, 2, 1]))
    chosen = chosen[:kept]
    called = draw(st.sampled_from(["own", "other", "another's"]))
    if called == "other":
        newborns = NEWBORNS[: len(chosen)]
    else:
        newborns = chosen[1:] + chosen[:1] if called == "another's" else list(chosen)
        spare = iter(NEWBORNS)
        newborns = [name if name[0].isalnum() else next(spare) for name in newborns]
    return tuple(zip(newborns, chosen, strict=True))


def _positions(draw: st.DrawFn, contig: str) -> list[int]:
    begin, end = PLACES[contig]
    found = draw(st.lists(st.one_of(st.integers(begin, end), st.integers(begin - 70, end + 5)), max_size=3))
    # One record is always in the regions and has genotypes: without any, a file is refused.
    return sorted([*found, begin + 20] if contig == "chr9" else found)


@st.composite
def alleles(draw: st.DrawFn) -> tuple[str, list[str]]:
    """REF and ALT: bases, symbols, none, deletions and copy numbers, or more than a byte can number."""
    ref = draw(st.one_of(bases, st.integers(5, 18).map(lambda count: "ACGT" * count)))
    kind = draw(st.sampled_from(["bases", "bases", "mixed", "copied", "many", "none"]))
    if kind == "none":
        return ref, []
    if kind == "copied":
        more = draw(st.lists(bases, max_size=1).filter(lambda texts: texts != [ref]))
        return ref, [*more, *draw(copied)]
    if kind == "many":
        count = draw(st.sampled_from([9, 12, 62, 63, 64, 70, 130]))
        return ref, [ref[0] + "".join(letters) + "T" for letters in product("ACGT", repeat=4)][:count]
    texts = bases if kind == "bases" else st.one_of(bases, symbols)
    alts = draw(st.lists(texts, min_size=1, max_size=3, unique_by=str.upper))
    return ref, [alt for alt in alts if alt.upper() != ref.upper()] or ["<NON_REF>"]


@st.composite
def record(draw: st.DrawFn, contig: str, position: int, samples: tuple[str, ...], version: int) -> str:
    """One line: most samples share a text; the others have any genotype and any values."""
    ref, alts = draw(alleles())
    length = draw(st.integers(1, 90))
    info = draw(st.sampled_from([".", f"END={position + length}"])) if alts else "."
    if any(alt.startswith(("<D", "<C")) for alt in alts):
        svlen = ",".join([f"-{length}"] * len(alts))
        info = draw(st.sampled_from([f"END={position + length}", f"SVLEN={svlen}"]))
        if any(re.match(r"<CN\d", alt) for alt in alts):  # of these htslib does not know that SVLEN reaches
            info = f"END={position + length}"
    keys = draw(st.permutations(KEYS))[: draw(st.integers(0, 6))]
    place = draw(st.sampled_from([0, 0, 0, 0, len(keys) // 2, len(keys), None]))
    if not keys or position == PLACES["chr9"][0] + 20:
        place = 0
    if place is not None:
        keys.insert(place, GT)
    shared = draw(st.sampled_from(["0/0", "0/0", "0/0", "0|0", "0", "./.", ".", "0/0/0"]))
    rest = draw(cell(keys, len(alts), st.just(shared)))
    fields = [rest] * len(samples)
    for number in draw(st.lists(st.integers(0, len(samples) - 1), min_size=4, max_size=12)):
        fields[number] = draw(cell(keys, len(alts), genotype(len(alts), version)))
    notes = draw(st.lists(st.sampled_from(NOTES), max_size=2, unique_by=lambda note: note[:4]))
    info = ";".join(draw(st.permutations([*notes, *([] if info == "." else [info])]))) or "."
    qual = draw(st.sampled_from([".", "50", "2.5e1"]))
    filters = draw(st.sampled_from(["PASS", ".", "q10", "q10;s50"]))
    fixed = [
        contig,
        str(position),
        draw(st.sampled_from(IDS)),
        ref,
        ",".join(alts) or ".",
        qual,
        filters,
        info,
    ]
    return "\t".join([*fixed, ":".join(keys), *fields])


@st.composite
def genotype(draw: st.DrawFn, alts: int, version: int) -> str:
    """Haploid to triploid, phased, unphased or mixed, called, half called or not; high numbers preferred."""
    numbers = [str(min(1, alts)), ".", "0", *map(str, range(max(0, alts - 3), alts + 1))]
    called = draw(st.one_of(*(st.tuples(*[st.sampled_from(numbers)] * ploidy) for ploidy in (2, 1, 2, 3))))
    separators = draw(st.lists(st.sampled_from("/|"), min_size=len(called), max_size=len(called)))
    if draw(st.booleans()):
        separators = [separators[0]] * len(called)
    text = "".join(mark + allele for mark, allele in zip(separators, called, strict=True))
    return text if version >= 4 and len(called) > 1 and draw(st.booleans()) else text[1:]


@st.composite
def cell(draw: st.DrawFn, keys: list[str], alts: int, genotypes: st.SearchStrategy[str]) -> str:
    """A sample's text: any value may be missing, and the last fields may be left out."""
    number = st.sampled_from([".", "0", "7", "250", "70000"])
    values = {
        GT: genotypes,
        "AD": st.lists(number, min_size=alts + 1, max_size=alts + 1).map(",".join)
        if alts < 9
        else st.just("."),
        "AF": st.sampled_from([".", ",".join(["0.25", "0.5", "."][:alts]) if alts else "."]),
        "CN": st.sampled_from([".", "0", "1", "2", "3"]),
        "PS": st.sampled_from([".", "55", "34646705"]),
        "PID": st.sampled_from([".", "90_A_C", "7"]),
        "PGT": st.sampled_from([".", "0|1", "1|0", "1|2", "0/1"]),
        "FT": st.sampled_from([".", "PASS", "q10;s50"]),
    }
    told = [draw(values.get(key, number)) for key in keys]
    # htslib writes a genotype that was left out as a negative allele: GT always stands there.
    least = keys.index(GT) + 1 if GT in keys else 1
    return ":".join(told[: draw(st.integers(least, len(told)))])


def written(folder: Path, file: WideFile) -> list[Path]:
    """Write the file in each of its forms."""
    raw = file.text.replace("\n", file.line_end).encode()
    return [_written(folder / f"joint-{number}", file, form, raw) for number, form in enumerate(file.forms)]


def _written(stem: Path, file: WideFile, form: str, raw: bytes) -> Path:
    if form == "plain":
        path = stem.with_suffix(".vcf")
        path.write_bytes(raw)
    elif form == "gzip":
        path = stem.with_suffix(".vcf.gz")
        path.write_bytes(gzip.compress(raw[:900], 1) + gzip.compress(raw[900:], 1))
    elif form.startswith("bcf"):
        path, plain = stem.with_suffix(".bcf"), stem.with_suffix(".text")
        plain.write_text(file.text, encoding="utf-8", newline="")
        pysam.bcftools.view("-Ob", "-o", str(path), str(plain), catch_stdout=False)
        path.write_bytes(in_blocks(gzip.decompress(path.read_bytes()), file.block, file.empty))
        if form == "bcf csi":
            pysam.bcftools.index("-f", str(path), catch_stdout=False)
    else:
        path = stem.with_suffix(".vcf.gz")
        path.write_bytes(in_blocks(raw, file.block, file.empty))
        if form != "bgzf":
            pysam.tabix_index(str(path), preset="vcf", force=True, csi=form == "csi")
    return path


def in_blocks(text: bytes, size: int, empty: int = 0) -> bytes:
    """Compress text with BGZF, so many characters in each block (SAM specification, section 4.1).

    Every third block, and the last, is followed by as many empty ones as `empty` says.
    """
    blocks = []
    for at in range(0, len(text), size):
        part = text[at : at + size]
        packer = zlib.compressobj(1, wbits=-15)
        packed = packer.compress(part) + packer.flush()
        head = b"\x1f\x8b\x08\x04" + bytes(4) + b"\x00\xff\x06\x00BC\x02\x00"
        ending = zlib.crc32(part).to_bytes(4, "little") + len(part).to_bytes(4, "little")
        blocks.append(head + (len(packed) + 25).to_bytes(2, "little") + packed + ending)
        if at // size % 3 == 0 or at + size >= len(text):
            blocks += [bgzf.END_OF_FILE] * empty
    return b"".join([*blocks, bgzf.END_OF_FILE])


@contextmanager
def in_small_slabs(size: int | None, least: int) -> Iterator[None]:
    """Read, parse and put together so little at a time that every border lies somewhere in the file.

    Indices are used however small a file is; from `least` samples on it is read for its carriers.
    """
    changed = {
        bgzf: {"READ_SIZE": size, "FIRST_READ_SIZE": size},
        stretches: {"_TEXT_SIZE": size},
        bgzf_runs: {"_BLOCKS": 1 + (size or 0) // 100},
        bcf_slabs: {"_ROOM": size},
        bcf: {"_LINES_PER_SLAB": 2},
        joint: {"_MANY": size, "_MUCH": size},
        bcf_carriers: {"_MANY": size, "_MUCH": size},
        pairs: {"_LARGEST_TABLE": size},
        records: {"_SPLIT_SIZE": size},
    }
    with ExitStack() as stack:
        stack.enter_context(patch.object(sources.open_source, "__defaults__", (0,)))
        stack.enter_context(patch.object(joint, "WIDE", least))
        for module, values in changed.items() if size else ():
            stack.enter_context(patch.multiple(module, **values))
        yield
