"""A search without an index finds what reading the whole file finds, wherever blocks and lines end."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pysam
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.variants.bgzf import END_OF_FILE
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.reading import Reading, read_samples
from evaluator.variants.sources import open_source

CONTIGS = ("chr2", "chr10", "chrUn_KI270302v1", "chrM", "HLA-A*01:01", "chr1")
HEADER = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr1,length=248956422>\n"
    "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS\n"
)
SPAN = 3_000


def record(contig: str, position: int, ref: str = "A", alt: str = "C", info: str = ".") -> str:
    """One line with a heterozygous call."""
    return f"{contig}\t{position}\t.\t{ref}\t{alt}\t.\t.\t{info}\tGT\t0/1\n"


def write_blocks(path: Path, text: str | bytes, sizes: list[int]) -> Path:
    """Compress a text in blocks of the given sizes, over and over."""
    raw, blocks, at = text.encode() if isinstance(text, str) else text, [], 0
    while at < len(raw):
        piece = raw[at : at + sizes[len(blocks) % len(sizes)]]
        packer = zlib.compressobj(6, zlib.DEFLATED, -15)
        packed = packer.compress(piece) + packer.flush()
        start = bytes.fromhex("1f8b08040000000000ff060042430200") + struct.pack("<H", len(packed) + 25)
        blocks.append(start + packed + struct.pack("<2I", zlib.crc32(piece), len(piece)))
        at += len(piece)
    path.write_bytes(b"".join(blocks) + END_OF_FILE)
    return path


def places(rows: list[tuple[str, int, int]]) -> Intervals:
    """Merged intervals from contig, start, end."""
    return from_frame(pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row"))


def searched(path: Path, regions: Intervals) -> Reading:
    """What a search finds, or whatever it falls back to."""
    return read_samples(open_source(path, 0), regions, ["S"])


def calls(reading: Reading) -> list[tuple[object, ...]]:
    """The calls as rows."""
    return reading.genotypes["S"].calls.drop("info").rows()


@pytest.fixture(scope="session")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One file serves all examples."""
    return tmp_path_factory.mktemp("probing") / "probed.vcf.gz"


@st.composite
def sorted_records(draw: st.DrawFn) -> str:
    """Sorted lines of some contigs in no karyotype order: long deletions, long and short lines."""
    lines = []
    for contig in CONTIGS:
        for position in sorted(draw(st.lists(st.integers(0, SPAN), max_size=25))):
            length = draw(st.sampled_from([1, 1, 1, 5, 60, 400, 1_500]))
            info = draw(st.sampled_from([".", "DP=7", "CSQ=" + "x" * 900]))
            lines.append(record(contig, position, "A" * length, info=info))
    return "".join(lines)


@settings(max_examples=80, deadline=None)
@given(
    text=sorted_records(),
    sizes=st.lists(st.integers(1, 3_000), min_size=1, max_size=5),
    rows=st.lists(
        st.tuples(
            st.sampled_from(["chr1", "chr2", "chr10", "chrM"]), st.integers(0, SPAN), st.integers(1, 80)
        ),
        min_size=1,
        max_size=4,
    ),
    end=st.sampled_from(["", "\n", "\n\n"]),
)
def test_a_search_finds_what_the_whole_file_holds(
    scratch: Path, text: str, sizes: list[int], rows: list[tuple[str, int, int]], end: str
) -> None:
    """For any cutting into blocks, the calls of the regions are those of a full scan, deletions included."""
    write_blocks(scratch, HEADER + text + end, [size + 20 for size in sizes] if len(text) > 20_000 else sizes)
    regions = places([(contig, start, start + size) for contig, start, size in rows])
    whole = read_samples(open_source(scratch, 1 << 40), regions, ["S"])
    found = searched(scratch, regions)
    assert calls(found) == calls(whole)
    assert found.tally.in_regions == whole.tally.in_regions
    assert whole.how == "whole"
    assert found.how == "probed" or not whole.tally.in_regions or end in ("\n", "\n\n")


def test_a_text_cut_far_from_the_regions_is_noticed(tmp_path: Path) -> None:
    """A caller died within a line and bgzip ended the file as ever: the search looks at the last line."""
    lines = [record("chr1", place) for place in range(1_000, 50_000, 10)]
    path = write_blocks(tmp_path / "cut.vcf.gz", (HEADER + "".join(lines))[:-2], [5_000])
    with pytest.raises(InputError, match="no line end"):
        searched(path, places([("chr1", 1_000, 1_100)]))


def test_an_index_of_another_compression_is_blamed(tmp_path: Path) -> None:
    """The file was compressed again and is sound; to copy it again would help nobody."""
    lines = [record("chr1", place) for place in range(1_000, 50_000, 10)]
    path = write_blocks(tmp_path / "again.vcf.gz", HEADER + "".join(lines), [5_000])
    pysam.tabix_index(str(path), preset="vcf", force=True)
    write_blocks(path, HEADER + "".join(lines), [700])
    path.with_name(path.name + ".tbi").touch()
    with pytest.raises(InputError, match="index") as caught:
        read_samples(open_source(path, 0), places([("chr1", 1_000, 1_100)]), ["S"])
    assert "make" in str(caught.value)
    assert "copy" not in str(caught.value)


def test_a_deletion_from_blocks_before_is_found(tmp_path: Path) -> None:
    """A deletion longer than a block reaches the region although records of later blocks stand between."""
    lines = [record("chr1", place) for place in range(1_000, 5_000, 10)]
    lines.insert(100, record("chr1", 1_995, "A" * 2_900, "A"))
    path = write_blocks(tmp_path / "long.vcf.gz", HEADER + "".join(lines), [700])
    reading = searched(path, places([("chr1", 4_799, 4_806)]))
    assert reading.how == "probed"
    assert [row[1] for row in calls(reading)] == [1_995, 4_800]


def test_only_needed_blocks_are_read(tmp_path: Path) -> None:
    """A search reads a small part of the file, and the note says so."""
    lines = [record("chr1", place) for place in range(1_000, 500_000, 10)]
    path = write_blocks(tmp_path / "big.vcf.gz", HEADER + "".join(lines), [5_000])
    reading = searched(path, places([("chr1", 250_000, 250_100)]))
    assert len(calls(reading)) == 10
    assert reading.tally.on_karyotype < len(lines) / 5
    assert "only the order of their first records" in reading.note
    assert reading.blocks is not None
    assert reading.blocks[0] < reading.blocks[1] / 5


def test_contigs_outside_the_karyotype_are_no_disorder(tmp_path: Path) -> None:
    """Long names that begin alike and alternate, as in GRCh38, do not make a file look unsorted."""
    others = ["chr1_KI270706v1_random", "chr1_GL383518v1_alt", "chr1_KI270707v1_random", "HLA-A*01:01"]
    lines = [record("chr1", place) for place in range(1_000, 3_000, 10)]
    lines += [record(name, place) for name in others for place in (70, 500)]
    lines += [record("chr2", place) for place in range(1_000, 3_000, 10)]
    path = write_blocks(tmp_path / "others.vcf.gz", HEADER + "".join(lines), [500])
    reading = searched(path, places([("chr1", 2_900, 3_000), ("chr2", 900, 1_001)]))
    assert reading.how == "probed"
    assert len(calls(reading)) == 10


@pytest.mark.parametrize("where", ["other contig", "position", "contig again"])
def test_disorder_is_noticed(tmp_path: Path, where: str) -> None:
    """A file that is not sorted is read whole, and the note says why."""
    lines = [record("chr1", place) for place in range(1_000, 9_000, 10)]
    wrong = {
        "other contig": [record("chr2", 5), *lines, record("chr2", 8)],
        "position": [*lines[400:], *lines[:400]],
        "contig again": [*lines[:300], *[record("chr3", place) for place in range(50)], *lines[300:]],
    }[where]
    path = write_blocks(tmp_path / "disorder.vcf.gz", HEADER + "".join(wrong), [400])
    reading = searched(path, places([("chr1", 0, 10_000), ("chr2", 0, 100)]))
    assert reading.how == "whole"
    assert "not sorted" in reading.note
    assert len(calls(reading)) == len(lines) + 2 * (where == "other contig")


def test_disorder_inside_a_block_that_is_read_is_noticed(tmp_path: Path) -> None:
    """Two lines in the wrong order within one block send the reader through the whole file."""
    lines = [record("chr1", place) for place in range(1_000, 9_000, 10)]
    lines[405], lines[406] = lines[406], lines[405]
    path = write_blocks(tmp_path / "inside.vcf.gz", HEADER + "".join(lines), [900])
    reading = searched(path, places([("chr1", 5_040, 5_080)]))
    assert reading.how == "whole"
    assert "not sorted" in reading.note


@pytest.mark.parametrize(
    "declared",
    [
        '##INFO=<ID=END,Number=1,Type=Integer,Description="End">\n',
        '##INFO=<ID=SVLEN,Number=A,Type=Integer,Description="Length">\n',
        '##ALT=<ID=DEL,Description="Deletion">\n',
    ],
)
def test_a_far_deletion_is_found_because_nothing_is_searched(tmp_path: Path, declared: str) -> None:
    """A <DEL> that reaches a region from 50 million bases away is found: its header rules a search out."""
    far = record("chr1", 1_000, "A", "C,<DEL>", "SVTYPE=DEL;END=50001000;SVLEN=.,-50000000")
    lines = [far, *[record("chr1", place) for place in range(2_000, 60_000_000, 20_000)]]
    header = HEADER.replace("\n", "\n" + declared, 1)
    path = write_blocks(tmp_path / "far.vcf.gz", header + "".join(lines), [900])
    reading = searched(path, places([("chr1", 50_000_500, 50_000_501)]))
    assert reading.how == "whole"
    assert [row[1] for row in calls(reading)] == [1_000]


def test_an_undeclared_symbolic_allele_in_what_is_read_ends_the_search(tmp_path: Path) -> None:
    """A header that hides symbolic alleles is not believed once one is seen."""
    far = record("chr1", 1_000, "A", "C,<DEL>", "SVTYPE=DEL;END=50001000")
    lines = [far, *[record("chr1", place) for place in range(2_000, 60_000_000, 20_000)]]
    path = write_blocks(tmp_path / "hidden.vcf.gz", HEADER + "".join(lines), [900])
    reading = searched(path, places([("chr1", 900, 1_001), ("chr1", 50_000_500, 50_000_501)]))
    assert reading.how == "whole"
    assert "symbolic" in reading.note
    assert [row[1] for row in calls(reading)] == [1_000]


@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (lambda raw: raw[: len(raw) // 2] + END_OF_FILE, "block"),
        (lambda raw: raw[:-28], "cut short"),
        (
            lambda raw: raw.replace(b"BC\x02\x00", b"XX\x02\x00", 9).replace(b"XX\x02\x00", b"BC\x02\x00", 8),
            "block",
        ),
    ],
)
def test_a_damaged_file_is_refused(tmp_path: Path, damage: Callable[[bytes], bytes], message: str) -> None:
    """Blocks that do not chain to the end of the file are an error, also where no block is needed."""
    lines = [record("chr1", place) for place in range(1_000, 90_000, 10)]
    path = write_blocks(tmp_path / "damaged.vcf.gz", HEADER + "".join(lines), [2_000])
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(InputError, match=message):
        searched(path, places([("chr1", 1_000, 1_100)]))


def test_a_bad_position_at_a_block_is_named_with_its_line(tmp_path: Path) -> None:
    """A block that begins with a line which is no record leads to an error with the line's number."""
    lines = [record("chr1", place) for place in range(1_000, 9_000, 10)]
    lines[500:520] = ["chr1\tx\t.\tA\tC\t.\t.\t.\tGT\t0/1\n"] * 20
    path = write_blocks(tmp_path / "bad.vcf.gz", HEADER + "".join(lines), [300])
    with pytest.raises(InputError, match="POS") as caught:
        searched(path, places([("chr1", 1_000, 1_100)]))
    assert caught.value.problems[0].line == 504


@pytest.mark.parametrize("contig", ["chr1", "chr2"])
def test_a_record_of_the_telomere_hides_no_block(tmp_path: Path, contig: str) -> None:
    """A block whose first record stands at POS 0, before the first base, is read for those after it."""
    lines = [record(contig, 0), *[record(contig, place) for place in range(5, 900)]]
    path = write_blocks(tmp_path / "telomere.vcf.gz", HEADER + "".join(lines), [len(HEADER), 700])
    reading = searched(path, places([(contig, 5, 9), (contig, 700, 701)]))
    assert reading.how == "probed"
    assert [call[1] for call in calls(reading)] == [6, 7, 8, 9, 701]


def test_blank_lines_are_no_contig(tmp_path: Path) -> None:
    """A file that has them is read whole: what begins a block is taken for the name of its contig."""
    lines = [record("chr1", place) + "\n" for place in range(1_000, 9_000)]
    length = len(lines[0])
    sizes = [len(HEADER) + length - 2] + [length] * len(lines)  # a block begins with two line ends
    path = write_blocks(tmp_path / "blank.vcf.gz", HEADER + "".join(lines), sizes)
    reading = searched(path, places([("chr1", 0, 1_000), ("chr1", 5_000, 5_001), ("chr1", 8_998, 9_000)]))
    assert [call[1] for call in calls(reading)] == [1_000, 5_001, 8_999]


def test_a_line_that_begins_where_the_largest_block_ends_is_found(tmp_path: Path) -> None:
    """A virtual offset has 16 bits for the place in a block: 65,536 is the next block's."""
    lines = [record("chr1", position) for position in range(1, 6_000)]
    filled = HEADER + "".join(lines)
    padding = 65_536 - len(HEADER + "".join(lines[:2_500])) % 65_536
    wide = record("chr1", 2_500, info="X=" + "y" * (padding - 1))
    text = filled.replace(lines[2_499], wide, 1)
    boundary = text.index(wide) + len(wide)
    assert boundary % 65_536 == 0
    path = write_blocks(tmp_path / "full.vcf.gz", text, [65_536])
    reading = searched(path, places([("chr1", 2_500, 2_510), ("chr1", 5_000, 5_002)]))
    assert reading.how == "probed"
    assert [call[1] for call in calls(reading)] == [*range(2_501, 2_511), 5_001, 5_002]
