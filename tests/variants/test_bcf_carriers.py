"""A wide BCF file gives the same rows however it is cut into slabs; what contradicts itself is refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pysam
import pytest

from evaluator.errors import InputError
from evaluator.variants import bcf_carriers, bcf_slabs, bgzf, bgzf_runs
from evaluator.variants.bcf_genotypes import spelled
from evaluator.variants.bcf_records import header_length, read_dictionary
from evaluator.variants.header import parse_header
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.joint import JointReading, read_joint
from evaluator.variants.sources import open_source
from tests.variants.test_probing import write_blocks

WriteVcf = Callable[..., Path]
SAMPLES = [f"N{number:02d}" for number in range(20)]
FORMATS = ("GT:AD:DP:GQ", "GT:DP:PGT:PID", "DP:GT", "GT:GQ:DP", "DP")
# Haploid, diploid and triploid ones, several alleles, half calls; most records are reference but for a few.
GENOTYPES = ("0/0", "0|0", "0/1", "1|2", "./.", "0/.", "2/2", "0", "1", "0/0/1", ".", "1|1")
RECORDS = 60


@pytest.fixture
def regions() -> Intervals:
    """Where the records lie."""
    return from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [1_000_000]}))


@pytest.fixture
def wide(write_vcf: WriteVcf) -> Path:
    """A BCF whose records differ in FORMAT, ploidy and the size of their numbers."""
    return write_vcf("wide", [line(number) for number in range(RECORDS)], "bcf", samples=" ".join(SAMPLES))


def line(number: int) -> str:
    """A record; every third one is diploid throughout, and every fifth has large numbers."""
    keys = FORMATS[number % len(FORMATS)]
    ploidies = GENOTYPES[:4] if number % 3 == 0 else GENOTYPES
    large = 1 if number % 5 else 1_000
    fields = []
    for sample in range(len(SAMPLES)):
        some = (sample + number) % 3 == 0
        told = {
            "GT": ploidies[(number * 7 + sample) % len(ploidies)] if some else "0/0",
            "AD": f"{sample * large},{number},." if sample % 4 else ".",
            "DP": str(sample * large + 1) if sample % 5 else ".",
            "GQ": str(number),
            "PGT": "0|1" if some else ".",
            "PID": f"{number}_A_C" if some else ".",
        }
        fields.append(":".join(told[key] for key in keys.split(":")))
    place = 1_000 + number * 10
    return f"chr1 {place} . A C,G . PASS END={place};CSQ=C|x {keys} {' '.join(fields)}"


def read(path: Path, regions: Intervals, samples: list[str] | None = None, below: int = 0) -> JointReading:
    """Read the carriers; files are read by their index unless they are smaller than `below`."""
    source = open_source(path, below)
    return read_joint(source, regions, list(samples or source.header.samples))


def require_equal(mine: JointReading, theirs: JointReading) -> None:
    """The same rows in every table, and the same counts."""
    for name in ("calls", "alleles", "unresolved", "set_aside", "structural"):
        rows = [getattr(reading.found, name).sort(pl.all()) for reading in (mine, theirs)]
        assert rows[0].equals(rows[1]), name
    assert mine.touched.equals(theirs.touched)
    assert mine.tally == theirs.tally


def compressed(folder: Path, text: bytes) -> Path:
    """Write the bytes of a BCF as BGZF."""
    path = folder / "rewritten.bcf"
    with pysam.BGZFile(str(path), "wb") as stream:
        stream.write(text)
    return path


@pytest.mark.parametrize("below", [0, 1 << 30])
@pytest.mark.parametrize(("size", "room"), [(64, 1 << 17), (64, 100), (700, 1 << 17), (5_000, 0)])
def test_slabs_may_end_anywhere(
    wide: Path, regions: Intervals, size: int, room: int, below: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Records that reach over the end of a slab, or are longer than several, are read like all others."""
    expected = read(wide, regions, below=below)
    assert expected.tally.in_regions == RECORDS
    assert len(expected.found.calls) > 200
    write_blocks(wide, bgzf.whole(wide), [size])
    pysam.bcftools.index("-f", str(wide))
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", 2)
    monkeypatch.setattr(bcf_slabs, "_ROOM", room)
    require_equal(read(wide, regions, below=below), expected)


@pytest.mark.parametrize("samples", [None, SAMPLES[3:17:2]])
def test_columns_may_be_made_at_any_time(
    wide: Path, regions: Intervals, samples: list[str] | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Genotypes that are numbered differently in each part of a file are put together by what they say."""
    expected = read(wide, regions, samples)
    write_blocks(wide, bgzf.whole(wide), [1_000])
    pysam.bcftools.index("-f", str(wide))
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", 1)
    monkeypatch.setattr(bcf_carriers, "_MANY", 12)
    require_equal(read(wide, regions, samples), expected)


def test_a_key_that_stands_twice_is_refused(write_vcf: WriteVcf, regions: Intervals, tmp_path: Path) -> None:
    """As many fields as records need not mean one in each: nobody's values are taken from another record."""
    genotypes = ["0/1:7:40"] + ["0/0:9:50"] * (len(SAMPLES) - 1)
    lines = [f"chr1 {1_000 + number} . A C . PASS . GT:DP:GQ {' '.join(genotypes)}" for number in range(2)]
    path = write_vcf("twice", lines, "bcf", samples=" ".join(SAMPLES))
    words = {word: key for key, word in read_dictionary(open_source(path).header.text).words.items()}
    depth, quality = (bytes([0x11, words[key], 0x11]) for key in ("DP", "GQ"))
    text = bgzf.whole(path)
    first = text.index(quality)
    text = text[:first] + depth + text[first + 3 :]  # the first record has DP twice, the second has GQ twice
    second = text.index(depth, first + 3)
    damaged = compressed(tmp_path, text[:second] + quality + text[second + 3 :])
    with pytest.raises(InputError, match="names a field twice"):
        read(damaged, regions)


def test_a_genotype_of_no_values_is_none(write_vcf: WriteVcf, regions: Intervals, tmp_path: Path) -> None:
    """BCF may write what nobody has as a field of length 0: nobody was called, and nobody is reference."""
    lines = [
        "chr1 900 . A C . . . GT" + " ." * len(SAMPLES),
        "chr1 950 . A C . . . GT" + " 0/1" * len(SAMPLES),
    ]
    raw = bgzf.whole(write_vcf("none", lines, "bcf", samples=" ".join(SAMPLES)))
    at = header_length(raw) or 0
    shared, own = (int.from_bytes(raw[place : place + 4], "little") for place in (at, at + 4))
    field = at + 8 + shared  # the key, what type how many values have, and a byte for each sample
    assert own == 3 + len(SAMPLES)
    short = (3).to_bytes(4, "little") + raw[at + 8 : field + 2] + b"\x01" + raw[field + own :]
    found = read(compressed(tmp_path, raw[: at + 4] + short), regions).found
    assert found.unresolved["start"].to_list() == [899] * len(SAMPLES)
    assert found.calls["position"].to_list() == [950] * len(SAMPLES)


def test_a_long_record_before_the_regions_is_not_in_them(write_vcf: WriteVcf) -> None:
    """How long a record is in bytes says only how far it may reach at most: nothing of it counts."""
    far = line(0).replace(" . A", f" {'z' * 5_000} A")
    path = write_vcf("far", [far], "bcf", samples=" ".join(SAMPLES))
    after = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [3_000], "end": [4_000]}))
    reading = read(path, after)
    assert (reading.tally.on_karyotype, reading.tally.in_regions) == (1, 0)
    assert reading.found.calls.is_empty()


def test_contigs_are_numbered_by_idx_or_by_their_order() -> None:
    """References with thousands of contigs are not taken apart, and older headers have no IDX."""
    names = ["GL000191", "chr2", "chrUn_KI270302v1", "chrM", "chr1"]
    plain = "##fileformat=VCFv4.2\n" + "".join(f"##contig=<ID={name},length=9>\n" for name in names)
    told = plain.replace("length=9", "length=9,IDX=7", 1)
    for place, name in enumerate(names[1:], 1):
        told = told.replace(f"ID={name},length=9", f"ID={name},length=9,IDX={20 - place}")
    by_order, by_index = read_dictionary(plain), read_dictionary(told)
    assert by_order.karyotype == {1: "chr2", 3: "chrM", 4: "chr1"}
    assert by_index.karyotype == {19: "chr2", 17: "chrM", 16: "chr1"}
    assert by_order.ranks_of(np.array([4, 0, 1, 4])).tolist() == [0, -1, 1, 0]
    assert by_index.ranks_of(np.array([16, 7, 18, 19])).tolist() == [0, -1, -1, 1]
    mixed = read_dictionary(told.replace("ID=chrM,length=9,IDX=17", "ID=chrM,length=9"))
    assert mixed.karyotype == {19: "chr2", 3: "chrM", 16: "chr1"}
    for dictionary, unknown in ((by_order, 5), (by_index, 20), (by_order, -1)):
        with pytest.raises(IndexError):
            dictionary.ranks_of(np.array([unknown]))


def test_words_of_a_header_are_told_by_their_attributes(tmp_path: Path) -> None:
    """In whatever order these stand, and whatever is said between quotes."""
    text = (
        "##fileformat=VCFv4.3\n"
        "##contig=<ID=chr2,length=9,IDX=1>\n##contig=<length=9,ID=chr1,IDX=0>\n"
        '##INFO=<Number=1,Type=Integer,Description="a, ID=X",ID=END,IDX=3>\n'
        '##FORMAT=<ID=PID,Number=1,Type=String,Description="no Type=Integer",IDX=2,Source="s">\n'
        '##FORMAT=<Type=Integer,ID=DP,Number=1,Description="\\",ID=Y\\"",IDX=1>\n'
        "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
    )
    header = parse_header(tmp_path, text.encode())
    assert header.declares("INFO", "END")
    dictionary = read_dictionary(header.text)
    assert dictionary.karyotype == {0: "chr1", 1: "chr2"}
    assert dictionary.words == {0: "PASS", 1: "DP", 2: "PID", 3: "END"}
    assert dictionary.whole_numbers == {"DP"}


@pytest.mark.parametrize(("later", "within"), [(-5, 0), (5, 0), (5, 7)])
def test_an_index_that_leads_into_a_block_is_refused(
    wide: Path, regions: Intervals, later: int, within: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretch must end where a block begins, or in one."""
    source = open_source(wide, 0)
    begin = bgzf.block_size(wide, wide.read_bytes(), 0, 0)  # the header is a block of its own
    end = wide.stat().st_size - len(bgzf.END_OF_FILE)

    def spans(*_: object) -> list[tuple[int, int]]:
        return [(begin << 16, (end + later << 16) + within)]

    monkeypatch.setattr(bcf_slabs.bcf_index, "spans", spans)
    with pytest.raises(InputError, match=r"do not fit together|has no BGZF block"):
        list(bcf_slabs.slabs(source, regions, read_dictionary(source.header.text)))


@pytest.mark.parametrize(("at", "value"), [(4, 1 << 30), (8, 1 << 30), (8, -1), (12, -8), (8, 17)])
def test_an_index_of_impossible_measures_is_refused(
    wide: Path, regions: Intervals, at: int, value: int
) -> None:
    """Contigs longer than any, or fewer levels than none, are no index: nothing is worked out from them."""
    index = wide.with_name(wide.name + ".csi")
    raw = bytearray(bgzf.whole(index))
    raw[at : at + 4] = value.to_bytes(4, "little", signed=True)
    with pysam.BGZFile(str(index), "wb") as stream:
        stream.write(bytes(raw))
    with pytest.raises(InputError, match="cannot be read as an index"):
        read(wide, regions)


def test_a_record_of_no_contig_is_refused(wide: Path, regions: Intervals, tmp_path: Path) -> None:
    """A record whose contig the header does not name is damaged, not elsewhere."""
    text = bytearray(bgzf.whole(wide))
    begin = open_source(wide).header_size
    text[begin + 8 : begin + 12] = (500).to_bytes(4, "little")
    damaged = compressed(tmp_path, bytes(text))
    with pytest.raises(InputError, match="a record is not as BCF must be"):
        read(damaged, regions)


@pytest.mark.parametrize("kind", [0x01, 0x21, 0xF1, 0x17, 0x10])
@pytest.mark.parametrize("key", ["END", "GT", "DP"])
def test_a_key_must_be_one_whole_number(
    wide: Path, regions: Intervals, key: str, kind: int, tmp_path: Path
) -> None:
    """No number, two, a length elsewhere, a letter or a type that is none: the file is damaged."""
    words = {word: number for number, word in read_dictionary(open_source(wide).header.text).words.items()}
    text = bytearray(bgzf.whole(wide))
    text[text.index(bytes([0x11, words[key]]), open_source(wide).header_size)] = kind
    with pytest.raises(InputError, match="a record is not as BCF must be"):
        read(compressed(tmp_path, bytes(text)), regions)


@pytest.mark.parametrize(
    ("first_phase", "expected"),
    [(False, ["0|1", "0|1", "0/1", "1|0"]), (True, ["/0|1", "0|1", "0/1", "1|0"])],
)
def test_one_genotype_may_be_stored_in_several_ways(*, first_phase: bool, expected: list[str]) -> None:
    """Where the first allele's phase says nothing, genotypes that differ only in it are one genotype."""
    stored = np.array([[2, 5], [3, 5], [2, 4], [5, 3]], dtype=np.int8)
    told = spelled(stored, first_phase=first_phase)
    assert told.to_list() == expected
    assert isinstance(told.dtype, pl.Enum)
    assert sorted(told.dtype.categories) == sorted(set(expected))
