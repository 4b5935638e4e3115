"""Files that are wrong stop with a message that names the line; none of them is read as fewer records."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.errors import InputError
from evaluator.variants import bgzf
from evaluator.variants.intervals import from_frame
from evaluator.variants.joint import read_joint
from evaluator.variants.reading import Reading, read_samples
from evaluator.variants.sources import open_source

REGIONS = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [100_000]}))
GOOD = [f"chr1 {position} . A C . . . GT:AD:DP:GQ 0/1:5,5:10:50" for position in range(100, 2_000, 100)]


def read(path: Path, whole_below: int = 0) -> Reading:
    """Read all of a file's calls."""
    source = open_source(path, whole_below)
    return read_samples(source, REGIONS, [source.header.samples[0]])


@pytest.mark.parametrize("form", ["plain", "bgzf", "tbi"])
@pytest.mark.parametrize(
    ("record", "message"),
    [
        ("chr1 12x . A C . . . GT 0/1", "POS"),
        ("chr1 1e3 . A C . . . GT 0/1", "POS"),
        ("chr1 -5 . A C . . . GT 0/1", "POS"),
        ("chr1 . . A C . . . GT 0/1", "POS"),
        ("chr1 99999999999 . A C . . . GT 0/1", "POS"),
        ("chr1_KI270706v1_random x . A C . . . GT 0/1", "POS"),
        ("chr1 800 . A C . . . GT", "9 columns"),
        ("chr1 800 . A C . . . GT 0/1 0/1", "11 columns"),
        ("chr1 800 . . C . . . GT 0/1", "REF"),
        ("chr1 800 . A-T C . . . GT 0/1", "REF"),
        ("chr1 800 . A C . . . GT 0/2", "ALT does not list"),
        ("chr1 800 . A . . . . GT 0/2", "ALT does not list"),
        ("chr1 800 . A C . . . GT 0/x", "GT"),
        ("chr1 800 . A C . . . GT 0//1", "GT"),
        ("chr1 800 . A C . . . GT 0/40000", "GT"),
        ("chr1 800 . A C . . . GT 1" + "/0" * 127, "GT"),
        ("chr1 800 . A C . . . GT 0" + "/0" * 127, "GT"),
        ("chr1 800 . A C . . . GT:DP 0/1:ten", "DP"),
        ("chr1 800 . A C . . . GT:AD:DP 0/1:3,4:ten", "DP"),
        ("chr1 800 . A C . . . GT:GQ 0/1:high", "GQ"),
        ("chr1 800 . A C . . . GT:AF 0/1:much", "AF"),
        ("chr1 800 . A C . . . GT:AD 0/1:4,x", "AD"),
        ("#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT S", "header line among the records"),
        ("garbage", "POS"),
        ("chr1 800 . A R . . . GT 0/1", "ALT"),
        ("chr1 800 . A C,,T . . . GT 0/1", "ALT"),
        ("chr1 800 . A C,G,c . . . GT 1/3", "spells alike"),
        ("chr1 800 . A <INS>BLAH> . . . GT 0/1", "ALT"),
        ("chr1 800 . A [chr2:100[ . . . GT 0/1", "ALT"),
        ("chr1 800 . A C . PASS; . GT 0/1", "FILTER"),
        ("chr1 800 . A C . q10;. . GT 0/1", "FILTER"),
        ("chr1 800 . A C . q10;q10 . GT 0/1", "FILTER"),
        ("chr1 800 . A C . 0 . GT 0/1", "FILTER"),
        ("chr1 800 . A C . . END=soon GT 0/1", "END"),
        ("chr1 800 . A C . . END=900.5 GT 0/1", "END"),
        ("chr1 800 . A C . . . GT:DP:DP 0/1:5:6", "FORMAT"),
        ("chr1 800 . A C . . . GT:DP 0/1:5:6", "more fields"),
        ("chr,1 800 . A C . . . GT 0/1", "contig"),
        ("<chr1 800 . A C . . . GT 0/1", "contig"),
    ],
)
def test_a_bad_line_is_named(
    write_vcf: Callable[..., Path], tmp_path: Path, form: str, record: str, message: str
) -> None:
    """The error names what is wrong and the line, in a plain, compressed or indexed file."""
    clean = write_vcf("clean", GOOD)
    lines = clean.read_text(encoding="utf-8").splitlines()
    lines.insert(len(lines) - 3, record.replace(" ", "\t"))
    text = "\n".join(lines) + "\n"
    path = tmp_path / "bad.vcf"
    if form == "plain":
        path.write_text(text, encoding="utf-8", newline="")
    else:
        path = write_bgzf(tmp_path / "bad.vcf.gz", text)
    if form == "tbi":  # the bad line came in after indexing: no indexer would take it
        good = write_vcf("bad", GOOD, "tbi")
        write_bgzf(good, text)
        good.with_name(good.name + ".tbi").touch()
        path = good
    with pytest.raises(InputError, match=message) as caught:
        read(path)
    assert caught.value.problems[0].line == len(lines) - 3


def write_bgzf(path: Path, text: str) -> Path:
    """Compress a text as it is, without looking at it."""
    with pysam.BGZFile(str(path), "wb", index=None) as stream:
        stream.write(text.encode())
    return path


@pytest.mark.parametrize("ending", ["\n\n", "\n\n\n", "\r\n"])
def test_line_ends_do_not_matter(write_vcf: Callable[..., Path], ending: str) -> None:
    """Blank lines at the end: the calls are the same."""
    path = write_vcf("ends", GOOD)
    path.write_bytes(path.read_bytes().rstrip(b"\n") + ending.encode())
    assert len(read(path).genotypes["S"].calls) == len(GOOD)


@pytest.mark.parametrize("form", ["plain", "gzip", "bgzf"])
@pytest.mark.parametrize("samples", [1, 20])
def test_a_text_without_its_last_line_end_is_refused(
    write_vcf: Callable[..., Path], tmp_path: Path, samples: int, form: str
) -> None:
    """A caller that died left it so, and what it had yet to write is missing: 0/1 may have become 0."""
    lines = ["chr1 100 . A C . . . GT" + " 0/1" * samples]
    names = [f"S{number}" for number in range(samples)]
    text = write_vcf("cut", lines, samples=" ".join(names)).read_text(encoding="utf-8")[: -len("/1\n")]
    path = tmp_path / "cut"
    if form == "bgzf":
        write_bgzf(path, text)
    else:
        path.write_bytes(gzip.compress(text.encode()) if form == "gzip" else text.encode())
    source = open_source(path)
    with pytest.raises(InputError, match="no line end") as caught:
        (read_samples if samples == 1 else read_joint)(source, REGIONS, names)
    assert caught.value.problems[0].line == text.count("\n") + 1


def test_blocks_with_more_in_their_headers_are_read(write_vcf: Callable[..., Path], tmp_path: Path) -> None:
    """BGZF allows more in a block's header than its size: such a file is read as the gzip that it also is."""
    keys = ['##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">']  # nothing that rules out a search
    text = write_vcf("more", GOOD, keys=keys).read_text(encoding="utf-8")
    path = write_bgzf(tmp_path / "more.vcf.gz", text)
    block, end = path.read_bytes()[:-28], path.read_bytes()[-28:]
    size = (int.from_bytes(block[16:18], "little") + 6).to_bytes(2, "little")
    path.write_bytes(block[:10] + b"\x0c\0BC\2\0" + size + b"XY\2\0ab" + block[18:] + end)
    assert len(read(path).genotypes["S"].calls) == len(GOOD)


def test_windows_line_ends_do_not_matter(write_vcf: Callable[..., Path]) -> None:
    """A file with CRLF gives the same calls as one without."""
    unix, windows = write_vcf("unix", GOOD), write_vcf("windows", GOOD)
    windows.write_bytes(windows.read_bytes().replace(b"\n", b"\r\n"))
    assert read(windows).genotypes["S"].calls.equals(read(unix).genotypes["S"].calls)


def test_plain_gzip_is_read(write_vcf: Callable[..., Path], tmp_path: Path) -> None:
    """A file compressed by gzip instead of bgzip is read whole, also from several members."""
    text = write_vcf("plain", GOOD).read_bytes()
    path = tmp_path / "plain.vcf.gz"
    path.write_bytes(gzip.compress(text[:3_000]) + gzip.compress(text[3_000:]))
    assert len(read(path).genotypes["S"].calls) == len(GOOD)


@pytest.mark.parametrize("form", ["bgzf", "tbi", "gzip"])
def test_a_truncated_file_is_refused(write_vcf: Callable[..., Path], tmp_path: Path, form: str) -> None:
    """A compressed file that lost its end is an error, not a newborn with fewer variants."""
    if form == "gzip":
        path = tmp_path / "cut.vcf.gz"
        path.write_bytes(gzip.compress(write_vcf("cut", GOOD).read_bytes())[:-20])
    else:
        path = write_vcf("cut", GOOD, form)
        path.write_bytes(path.read_bytes()[: -len(bgzf.END_OF_FILE)])
        for index in path.parent.glob("*.tbi"):
            index.touch()
    with pytest.raises(InputError, match="cut short"):
        read(path)


def test_a_truncated_text_is_refused(write_vcf: Callable[..., Path]) -> None:
    """A plain file that ends within a line is an error that names the line, also outside the regions."""
    path = write_vcf("half", [*GOOD, "chr2 5 . A C . . . GT:AD:DP:GQ 0/1:5,5:10:50"])
    text = path.read_text(encoding="utf-8")
    path.write_text(text[: text.rindex("\tGT")], encoding="utf-8", newline="")
    with pytest.raises(InputError, match="no line end") as caught:
        read(path)
    assert caught.value.problems[0].line == len(text.splitlines())


def test_a_damaged_block_is_refused(write_vcf: Callable[..., Path]) -> None:
    """One flipped bit in a compressed block fails its checksum."""
    path = write_vcf("flipped", GOOD, "bgzf")
    raw = bytearray(path.read_bytes())
    raw[len(raw) // 2] ^= 0x10
    path.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=r"damaged|cut short|no BGZF block"):
        read(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "is empty"),
        (b"newborn\tsex\n", "fileformat"),
        (b"##fileformat=VCFv4.2\n", "#CHROM"),
        (b"##fileformat=VCFv4.2\nchr1\t5\n", "#CHROM"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\n", "no sample column"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\tS\n", "twice"),
        (b"##fileformat=VCFv4.2\n#CHROM\tPOS\tREF\n", "must begin with"),
        (b"BCF\2\2nonsense", "BCF without compression"),
    ],
)
def test_what_is_no_vcf_is_refused(tmp_path: Path, content: bytes, message: str) -> None:
    """A file that is not a VCF of samples says so."""
    path = tmp_path / "no.vcf"
    path.write_bytes(content)
    with pytest.raises(InputError, match=message):
        open_source(path)


@pytest.mark.parametrize("genotype", ["0/40000", "1" + "/0" * 127])
@pytest.mark.parametrize("form", ["plain", "bcf"])
def test_a_genotype_beyond_counting_is_refused_in_a_joint_file(
    write_vcf: Callable[..., Path], form: str, genotype: str
) -> None:
    """No genome has it, and the columns of calls cannot hold it: it must not end the run for all others."""
    names = [f"S{number}" for number in range(16)]
    line = f"chr1 100 . A C . . . GT {genotype}" + " 0/0" * 15
    path = write_vcf("beyond", [line], form, samples=" ".join(names))
    with pytest.raises(InputError, match="GT"):
        read_joint(open_source(path), REGIONS, names)


@pytest.mark.parametrize("damage", [b"", b"TBI\x01", b"nonsense"])
def test_a_damaged_index_is_refused(write_vcf: Callable[..., Path], damage: bytes) -> None:
    """An index that cannot be decoded stops the run and says how to make it again."""
    path = write_vcf("indexed", GOOD, "tbi")
    index = path.with_name(path.name + ".tbi")
    index.write_bytes(gzip.compress(damage))
    with pytest.raises(InputError, match="tabix -f"):
        read(path)
