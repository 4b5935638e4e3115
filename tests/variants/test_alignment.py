"""Reading by aligned place: what is written beside the regions and belongs into them, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import polars as pl
import pysam
import pysam.bcftools
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.variants.alignment import AsWritten, form_of
from evaluator.variants.fasta import LONGEST, opened_reference
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.joint import is_wide, read_joint
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source
from tests.variants.conftest import compressed

HEAD = (
    "##fileformat=VCFv4.2\n##contig=<ID=chr9,length={}>\n{}#CHROM POS ID REF ALT QUAL FILTER INFO FORMAT {}"
)
GENOTYPE = '##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">\n'
SAMPLES = [f"S{number}" for number in range(16)]
ALLELE = ("position", "ref", "alt")
Record = tuple[int, str, str]  # POS, REF, ALT
Read = Callable[..., list[Record]]


def random_bases(count: int, seed: int = 1) -> str:
    """A sequence that does not repeat itself."""
    return "".join(np.random.default_rng(seed).choice(list("ACGT"), count))


def other_base(base: str) -> str:
    """A base that this one is not."""
    return "ACGT"["ACGT".index(base) - 1]


def places(*rows: tuple[int, int]) -> Intervals:
    """Regions on chr9, 0-based."""
    schema = {"contig": pl.String, "start": pl.Int32, "end": pl.Int32}
    return from_frame(pl.DataFrame([("chr9", *row) for row in rows], schema=schema, orient="row"))


def write_fasta(folder: Path, sequence: str, name: str = "genome.fa") -> Path:
    """A genome of chr9 alone, in lines of 60 bases."""
    path = folder / name
    lines = [sequence[at : at + 60] for at in range(0, len(sequence), 60)]
    path.write_text("\n".join([">chr9 made for tests", *lines]) + "\n", newline="")
    path.with_name(name + ".fai").unlink(missing_ok=True)
    return path


def write_records(folder: Path, records: list[Record], samples: list[str], form: str, length: int) -> Path:
    """A file in which everyone carries each allele once, the first sample twice."""
    names = " ".join(samples)
    genotypes = " ".join(["1/1", *["0/1"] * (len(samples) - 1)])
    rows = [f"chr9 {at} r{n} {ref} {alt} . PASS . GT {genotypes}" for n, (at, ref, alt) in enumerate(records)]
    text = "\n".join([HEAD.format(length, GENOTYPE, names), *rows]) + "\n"
    path = folder / "calls.vcf"
    lines = [line if line.startswith("##") else line.replace(" ", "\t") for line in text.splitlines()]
    path.write_text("\n".join(lines) + "\n", newline="")
    return path if form == "plain" else compressed(path, form)


def found(path: Path, form: AsWritten, sample: str) -> list[Record]:
    """The alleles of one sample that are read, in the stored form, sorted."""
    source = open_source(path, 0)
    if is_wide(source):
        joint = read_joint(source, form.read, list(source.header.samples), form.scan)
        calls = joint.found.calls.filter(pl.col("sample") == joint.samples.index(sample))
    else:
        calls = read_samples(source, form.read, [sample], form.scan).genotypes[sample].calls
    return sorted(form.moved(calls).select(ALLELE).rows())


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read records of a genome in regions."""

    def go(sequence: str, records: list[Record], *regions: tuple[int, int]) -> list[Record]:
        path = write_records(tmp_path, records, ["S0"], "plain", len(sequence))
        with opened_reference(write_fasta(tmp_path, sequence)) as reference:
            return found(path, form_of(places(*regions), reference), "S0")

    return go


def normalised(path: Path, fasta: Path, folder: Path) -> dict[str, Record]:
    """What bcftools norm makes of every record of a file, by its ID."""
    out = folder / "normalised.vcf"
    pysam.bcftools.norm("-f", str(fasta), "-o", str(out), str(path), catch_stdout=False)
    lines = (line.split("\t") for line in out.read_text().splitlines() if not line.startswith("#"))
    return {line[2]: (int(line[1]), line[3], line[4]) for line in lines}


def lies_in(regions: Intervals, record: Record) -> bool:
    """POS to the end of REF overlaps a region, looked for one by one."""
    starts, ends = regions.of_contig(8)
    first, last = record[0] - 1, record[0] - 1 + len(record[1])
    return any(start < last and first < end for start, end in zip(starts, ends, strict=True))


@st.composite
def genomes(draw: st.DrawFn) -> tuple[str, list[Record], list[tuple[int, int]]]:
    """A sequence full of repeats, alleles written somewhere along them, regions that cut them."""
    numbers = draw(st.lists(st.integers(0, 1 << 32), min_size=60, max_size=60))
    chosen = np.random.default_rng(numbers)
    pieces = []
    for seed in numbers[: 3 + numbers[0] % 6]:
        unit = random_bases(int(chosen.choice((1, 2, 3, 5, 40))), seed)
        pieces.append(unit * int(chosen.choice((1, 8, 30, 1200 // len(unit)))))
        pieces.append(random_bases(int(chosen.choice((0, 1, 30))), seed))
    sequence = random_bases(20) + "".join(pieces) + random_bases(40, 2)
    records = set()
    for seed in numbers[:30]:
        at = 1 + seed % (len(sequence) - 31)
        size = int(chosen.choice((1, 2, 3, 4, 5, 10, 40, 80, 200)))
        kind = chosen.choice(("deletion", "copy", "copy", "new", "substitution"))
        ref, alt = sequence[at], sequence[at]
        if kind == "deletion":
            ref = sequence[at : at + size + 1]
            alt = ref[0]
        elif kind == "copy":
            alt = ref + sequence[at + 1 - min(size, at) : at + 1]
        elif kind == "new":
            alt = ref + random_bases(size, at)
        else:
            alt = other_base(ref)
        after = at + len(ref)
        tail = sequence[after : after + int(chosen.choice((0, 0, 3)))]  # more than is needed
        if ref != alt:
            records.add((at + 1, ref + tail, alt + tail))
    edges = sorted(chosen.choice(len(sequence), 4, replace=False).tolist())
    return sequence, sorted(records), [(edges[0], edges[1]), (edges[2], edges[3])]


@pytest.mark.parametrize("samples", [1, 16])
@pytest.mark.parametrize("form", ["plain", "tbi", "bcf"])
@settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(genome=genomes())
def test_as_if_the_whole_file_had_been_normalised_first(
    tmp_path: Path, form: str, samples: int, genome: tuple[str, list[Record], list[tuple[int, int]]]
) -> None:
    """Read is each record that overlaps the regions where bcftools norm puts it, or where it was written."""
    sequence, records, wanted = genome
    fasta = write_fasta(tmp_path, sequence)
    path = write_records(tmp_path, records, SAMPLES[:samples], form, len(sequence))
    regions = places(*wanted)
    aligned = normalised(path, fasta, tmp_path)
    expected = sorted(
        aligned[f"r{number}"]
        for number, record in enumerate(records)
        if lies_in(regions, aligned[f"r{number}"]) or lies_in(regions, record)
    )
    with opened_reference(fasta) as reference:
        assert found(path, form_of(regions, reference), SAMPLES[samples - 1]) == expected


def test_nothing_is_read_for_its_place_alone(read: Read) -> None:
    """Beside a region stand a substitution, an insertion that cannot move, and one that moves into it."""
    sequence = random_bases(300)
    assert sequence[120] != sequence[119]
    records = [
        (121, sequence[120], other_base(sequence[120])),
        (122, sequence[121], sequence[121] + 3 * other_base(sequence[121])),
        (130, sequence[129], sequence[129] + sequence[90:130]),
    ]
    assert read(sequence, records[:2], (50, 100), (200, 210)) == []
    ((position, ref, alt),) = read(sequence, records, (50, 100), (200, 210))
    assert position <= 100
    assert len(alt) - len(ref) == 40


@pytest.mark.parametrize("unit", ["A", "CA", "GATTACA"])
def test_no_repeat_is_too_long(read: Read, unit: str) -> None:
    """A deletion at the far end of 6,000 bases of repeat is one at their beginning."""
    left, repeat = random_bases(200) + "G", unit * (6000 // len(unit))
    sequence = left + repeat + "T" + random_bases(300, 2)
    at = len(left) + len(repeat) - len(unit)  # POS of the base before the last unit
    record = (at, sequence[at - 1 : at + len(unit)], sequence[at - 1])
    (one,) = read(sequence, [record], (150, len(left) + 3))
    assert one == (201, "G" + unit, "G")


@pytest.mark.parametrize("size", [LONGEST, LONGEST - 1, 300])
def test_a_repeated_stretch_is_found_from_its_end(read: Read, size: int) -> None:
    """A duplication may be written at its right end, however unlike a repeat the sequence is."""
    sequence = random_bases(2 * LONGEST + 500)
    begin = 149  # the copied bases are those after it, and a region ends with it
    inserted = sequence[begin : begin + size]
    record = (begin + size, sequence[begin + size - 1], sequence[begin + size - 1] + inserted)
    ((position, _, _),) = read(sequence, [record], (100, begin))
    assert position <= begin


@pytest.mark.parametrize(
    ("after", "room"),
    [
        (random_bases(3000, 3), LONGEST + 20),
        ("A" * 3000 + random_bases(3000, 3), None),  # more than the repeat
        ("ACGT" * 20 + "N" * 5000, 80),
        (random_bases(70, 3), 70),  # and the contig ends
        ("", 0),
    ],
)
def test_where_records_are_looked_for(tmp_path: Path, after: str, room: int | None) -> None:
    """To the right of a region, until nothing of up to LONGEST bases can come from further away."""
    with opened_reference(write_fasta(tmp_path, random_bases(100) + after)) as reference:
        assert reference is not None
        wide = form_of(places((20, 100)), reference).read
        (start,), (end,) = wide.of_contig(8)
        assert start == 20
        assert end == 100 + room if room is not None else end >= 100 + 3000
        schema = {"contig": pl.String, "start": pl.Int32, "end": pl.Int32}
        lacking = from_frame(pl.DataFrame([("chr1", 5, 9)], schema=schema, orient="row"))
        assert form_of(lacking, reference).read.frame().row(0) == ("chr1", 5, 9)
    assert form_of(places((20, 100)), None).read.ends.tolist() == places((20, 100)).ends.tolist()


def test_a_missing_genotype_is_missing_where_the_allele_belongs(tmp_path: Path) -> None:
    """The record stands beside the region, its aligned deletion in it: that place is not assessed."""
    sequence = random_bases(100) + "G" + "CA" * 50 + "T" + random_bases(100, 2)
    path = write_records(tmp_path, [(199, "ACA", "A")], ["S0"], "plain", len(sequence))
    path.write_text(path.read_text().replace("1/1", "./."), newline="")
    with opened_reference(write_fasta(tmp_path, sequence)) as reference:
        form = form_of(places((60, 110)), reference)
        reading = read_samples(open_source(path), form.read, ["S0"], form.scan)
    unresolved = reading.genotypes["S0"].unresolved
    assert unresolved.select(pl.col("start", "end") % (1 << 29), "reason").rows() == [(100, 201, "no_call")]
    assert reading.tally.in_regions == 1
