"""Our rows against two independent readers: bcftools chooses the records, cyvcf2 reads the genotypes."""

from __future__ import annotations

import os
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import cyvcf2
import polars as pl
import pysam.bcftools
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.variants.bgzf import END_OF_FILE
from evaluator.variants.intervals import Intervals, from_frame
from evaluator.variants.joint import read_joint
from evaluator.variants.reading import read_samples, require_explained
from evaluator.variants.sources import open_source
from tests.variants.conftest import compressed

WriteVcf = Callable[..., Path]
Tiny = Callable[[list[str], str], tuple[Path, Path]]
Call = tuple[
    str, int, str, str, int, int, int, int
]  # contig, POS, REF, ALTs, allele, copies, ploidy, missing

# Contigs in no karyotype order, one of them unknown to any panel.
CONTIGS = ("chr2", "chr10", "chrUn_KI270302v1", "chr1", "chrM")
SPAN = 60_000  # several index bins


def regions_from(rows: list[tuple[str, int, int]]) -> Intervals:
    """Merged intervals from contig, start, end."""
    return from_frame(pl.DataFrame(rows, schema=["contig", "start", "end"], orient="row"))


def calls_of(path: Path, regions: Intervals, whole_below: int) -> pl.DataFrame:
    """Our calls of the first sample."""
    source = open_source(path, whole_below)
    sample = source.header.samples[0]
    return read_samples(source, regions, [sample]).genotypes[sample].calls


def ours(path: Path, regions: Intervals, whole_below: int = 0) -> Counter[Call]:
    """Our rows as a multiset."""
    columns = (
        "contig",
        "source_position",
        "source_ref",
        "source_alts",
        "allele",
        "copies",
        "ploidy",
        "missing",
    )
    return Counter(calls_of(path, regions, whole_below).select(columns).iter_rows())


def theirs(path: Path, regions: Intervals) -> Counter[Call]:
    """What bcftools selects, with the genotypes that cyvcf2 reads."""
    found: Counter[Call] = Counter()
    with tempfile.TemporaryDirectory() as folder:
        bed, chosen = Path(folder) / "regions.bed", Path(folder) / "chosen.vcf"
        regions.frame().write_csv(bed, separator="\t", include_header=False)
        pysam.bcftools.view("-R", str(bed), "-o", str(chosen), str(path), catch_stdout=False)
        for record in cyvcf2.VCF(str(chosen)):
            genotype = record.genotypes[0][:-1]
            for allele in sorted(set(genotype) - {0, -1}):
                if set(record.ALT[allele - 1]) <= set("ACGT"):
                    place = (record.CHROM, record.POS, record.REF, ",".join(record.ALT))
                    found[*place, allele, genotype.count(allele), len(genotype), genotype.count(-1)] += 1
    return found


@st.composite
def records(draw: st.DrawFn) -> list[str]:
    """Sorted records as in real files: several alleles, long deletions, half calls, short fields."""
    lines = []
    for contig in CONTIGS:
        positions = sorted(draw(st.lists(st.integers(1, SPAN if contig != "chrM" else 16_000), max_size=12)))
        for position in positions:
            ref = draw(
                st.one_of(
                    st.text("ACGT", min_size=1, max_size=4), st.integers(50, 900).map(lambda n: "ACGT" * n)
                )
            )
            pool = st.one_of(
                st.text("ACGT", min_size=1, max_size=5), st.sampled_from(["*", "<NON_REF>", "<INV>"])
            )
            alts = draw(st.lists(pool, min_size=1, max_size=3, unique=True))
            allele = st.sampled_from([".", *map(str, range(len(alts) + 1))])
            ploidy = draw(st.sampled_from([1, 2, 2, 2, 3]))
            genotype = draw(st.sampled_from("|/")).join(
                draw(st.lists(allele, min_size=ploidy, max_size=ploidy))
            )
            info = draw(
                st.sampled_from(
                    [".", ".", f"END={position + 3_000}", "SVLEN=" + ",".join(["-700"] * len(alts))]
                )
            )
            keys, values = draw(
                st.sampled_from([("GT", ""), ("GT:DP", ":7"), ("GT:DP:GQ", ":7"), ("GT:GQ", ":.")])
            )
            lines.append(f"{contig} {position} . {ref} {','.join(alts)} . . {info} {keys} {genotype}{values}")
    return lines


@st.composite
def intervals(draw: st.DrawFn) -> Intervals:
    """One to six regions on the known contigs."""
    contig = st.sampled_from([name for name in CONTIGS if name != "chrUn_KI270302v1"])
    rows = draw(
        st.lists(st.tuples(contig, st.integers(0, SPAN), st.integers(1, 5_000)), min_size=1, max_size=6)
    )
    return regions_from([(name, start, start + size) for name, start, size in rows])


@pytest.mark.parametrize("form", ["plain", "bgzf", "tbi", "csi", "bcf"])
@settings(max_examples=40, deadline=None)
@given(lines=records(), regions=intervals())
def test_rows_equal_bcftools_and_cyvcf2(
    form: str, lines: list[str], regions: Intervals, tiny: object
) -> None:
    """However a file is stored, its calls in the regions are those of two readers that are not ours."""
    path, reference = tiny(lines, form)
    assert ours(path, regions) == theirs(reference, regions)


def test_a_record_reaches_into_a_region_from_the_left(write_vcf: WriteVcf) -> None:
    """A deletion counts when its last deleted base is the region's first, and not one base earlier."""
    path = write_vcf("left", ["chr1 100 . ACGT A . . . GT 0/1"], "tbi")
    assert len(calls_of(path, regions_from([("chr1", 102, 110)]), 0)) == 1
    assert len(calls_of(path, regions_from([("chr1", 103, 110)]), 0)) == 0


def test_a_symbolic_deletion_reaches_as_far_as_bcftools_says(write_vcf: WriteVcf) -> None:
    """SVLEN of an allele beside a called base carries the record as far as htslib's index counts it."""
    path = write_vcf("far", ["chr1 100 . A C,<DEL> . . SVLEN=.,-700 GT 0/1"], "tbi")
    for start, found in ((798, 1), (799, 0)):
        regions = regions_from([("chr1", start, start + 1)])
        assert ours(path, regions).total() == theirs(path, regions).total() == found


def test_names_of_the_other_style_are_the_same_contigs(write_vcf: WriteVcf) -> None:
    """Contigs 1 and MT of a file are chr1 and chrM of a panel."""
    path = write_vcf("plainnames", ["1 100 . A C . . . GT 0/1", "MT 73 . A G . . . GT 1"], build=None)
    regions = regions_from([("chr1", 90, 110), ("chrM", 70, 80)])
    assert calls_of(path, regions, 0)["contig"].to_list() == ["chr1", "chrM"]


def test_slabs_do_not_matter(write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lines cut at any byte by the stream give the same calls."""
    lines = [f"chr1 {position} . A C . . . GT:DP 0/1:{position % 7}" for position in range(100, 900, 3)]
    regions = regions_from([("chr1", 200, 400), ("chr1", 600, 601)])
    path, packed = write_vcf("one", lines), write_vcf("two", lines, "bgzf")
    expected = ours(path, regions)
    assert expected.total() > 60
    for size in (1, 7, 100):
        monkeypatch.setattr("evaluator.variants.bgzf.READ_SIZE", size)
        monkeypatch.setattr("evaluator.variants.stretches._TEXT_SIZE", size)
        assert ours(path, regions) == expected
        assert ours(packed, regions) == expected


def test_an_index_of_another_file_is_noticed(write_vcf: WriteVcf) -> None:
    """An index that belongs to a longer file stops the run instead of giving fewer records."""
    long = write_vcf("long", [f"chr1 {place} . A C . . . GT 0/1" for place in range(100, 90_000, 5)], "tbi")
    short = write_vcf("short", ["chr1 100 . A C . . . GT 0/1", "chr1 50000 . A C . . . GT 0/1"], "bgzf")
    index = short.with_name(short.name + ".tbi")
    index.write_bytes(long.with_name(long.name + ".tbi").read_bytes())
    with pytest.raises(InputError, match="does not belong"):
        calls_of(short, regions_from([("chr1", 90, 60_000)]), 0)


def test_an_index_that_leads_nowhere_is_noticed(write_vcf: WriteVcf) -> None:
    """An index that knows no record of the regions is checked against the whole file."""
    here = write_vcf("here", ["chr1 100 . A C . . . GT 0/1"], "tbi")
    other = write_vcf("other", ["chr2 100 . A C . . . GT 0/1"], "tbi")
    here.with_name(here.name + ".tbi").write_bytes(other.with_name(other.name + ".tbi").read_bytes())
    with pytest.raises(InputError, match=r"index does not lead to|does not belong"):
        calls_of(here, regions_from([("chr1", 90, 110)]), 0)


def test_an_older_index_is_not_used(write_vcf: WriteVcf) -> None:
    """A file changed after it was indexed is read whole, and the reading says so."""
    path = write_vcf("older", ["chr1 100 . A C . . . GT 0/1"], "tbi")
    index = path.with_name(path.name + ".tbi")
    os.utime(index, (1, 1))
    source = open_source(path, 0)
    assert source.how == "whole"
    assert "older than the file" in source.note


@pytest.mark.parametrize("samples", [1, 16])
@pytest.mark.parametrize("form", ["bgzf", "bcf"])
def test_letters_of_another_encoding_harm_nobody(write_vcf: WriteVcf, form: str, samples: int) -> None:
    """Names of diseases in Latin-1 stand in real annotations: BCF is read as text with them is."""
    names = [f"S{number}" for number in range(samples)]
    line = "chr1 100 . A C . . CSQ=C|Sj\xf6gren|x GT" + " 0/1" * samples
    path = write_vcf("letters", [line], samples=" ".join(names))
    path.write_bytes(path.read_text(encoding="utf-8").encode("latin-1"))
    source = open_source(compressed(path, form), 0)
    reading = (read_samples if samples == 1 else read_joint)(source, regions_from([("chr1", 90, 110)]), names)
    assert reading.tally.in_regions == 1


@pytest.mark.parametrize("form", ["tbi", "csi", "bcf"])
@pytest.mark.parametrize("samples", [1, 16])
def test_empty_blocks_may_end_an_indexed_file(write_vcf: WriteVcf, form: str, samples: int) -> None:
    """Files that were put together of parts have several; the index is the file's own all the same."""
    names = [f"S{number}" for number in range(samples)]
    line = "chr1 100 . A C . . . GT" + " 0/1" * samples
    path = write_vcf("ended", [line], form, samples=" ".join(names))
    path.write_bytes(path.read_bytes() + 3 * END_OF_FILE)
    index = next(path.parent.glob(path.name + ".?*"))
    os.utime(index)
    source = open_source(path, 0)
    reading = (read_samples if samples == 1 else read_joint)(source, regions_from([("chr1", 90, 110)]), names)
    assert (reading.how, reading.tally.in_regions) == ("index", 1)


@pytest.mark.parametrize(
    "names", [["a,b"], ["a", "a,b"], ["^b", "c"], ["c", "b"], ["a", "b", "a,b", "^b", "c"]]
)
def test_names_that_htslib_takes_for_several(write_vcf: WriteVcf, names: list[str]) -> None:
    """Of a BCF's samples each newborn gets its own, though names with commas are lists to htslib."""
    fields = dict(zip(["a", "b", "a,b", "^b", "c"], ["0/1", "1/1", "0|1", "1", "1/."], strict=True))
    line = f"chr1 100 . A C . . . GT {' '.join(fields.values())}"
    path = write_vcf("names", [line], "bcf", samples=" ".join(fields))
    reading = read_samples(open_source(path, 0), regions_from([("chr1", 90, 110)]), names)
    found = {name: read.calls.select("copies", "ploidy").row(0) for name, read in reading.genotypes.items()}
    expected = {"a": (1, 2), "b": (2, 2), "a,b": (1, 2), "^b": (1, 1), "c": (1, 2)}
    assert found == {name: expected[name] for name in names}


def test_nothing_in_the_regions_must_be_explained(write_vcf: WriteVcf) -> None:
    """Records elsewhere explain an empty result; a file without any is a caller that died."""
    regions = regions_from([("chr1", 90, 110)])
    elsewhere = open_source(write_vcf("elsewhere", ["chr2 5 . A C . . . GT 0/1"], "tbi"), 0)
    reading = read_samples(elsewhere, regions, ["S"])
    assert "none in the regions" in require_explained(elsewhere, reading)
    empty = open_source(write_vcf("empty", []))
    nothing = read_samples(empty, regions, ["S"])
    with pytest.raises(InputError, match="no record on any chromosome"):
        require_explained(empty, nothing)


def test_a_file_without_genotypes_is_refused(write_vcf: WriteVcf) -> None:
    """Records without GT are no negative result."""
    source = open_source(write_vcf("nogt", ["chr1 100 . A C . . . DP 12"]))
    reading = read_samples(source, regions_from([("chr1", 90, 110)]), ["S"])
    with pytest.raises(InputError, match="no genotype"):
        require_explained(source, reading)


def test_samples_of_a_joint_file_are_read_together(write_vcf: WriteVcf) -> None:
    """Each sample of a multi-sample file gets its own calls, whatever the sample is called."""
    path = write_vcf("joint", ["chr1 100 . A C . . . GT:DP 0/1:9 1/1:8 ./."], samples="ref row gt")
    source = open_source(path)
    reading = read_samples(source, regions_from([("chr1", 90, 110)]), ["gt", "row", "ref"])
    assert {name: read.calls["copies"].to_list() for name, read in reading.genotypes.items()} == {
        "ref": [1],
        "row": [2],
        "gt": [],
    }
    assert reading.genotypes["gt"].unresolved["reason"].to_list() == ["no_call"]
