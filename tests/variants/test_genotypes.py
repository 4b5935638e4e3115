"""From genotype text to rows: copies, ploidy, phase, reads, and what is set aside."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.variants.genotypes import Genotypes
from evaluator.variants.intervals import from_frame
from evaluator.variants.reading import read_samples
from evaluator.variants.sources import open_source

REGIONS = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [0], "end": [100_000]}))
Read = Callable[..., Genotypes]


@pytest.fixture
def read(write_vcf: Callable[..., Path]) -> Read:
    """Read one record, given from ALT to the sample's value; REF is A unless given."""

    def one(alt: str, keys: str, value: str, ref: str = "A", position: int = 100) -> Genotypes:
        source = open_source(write_vcf("one", [f"chr1 {position} . {ref} {alt} . . . {keys} {value}"]))
        return read_samples(source, REGIONS, ["S"]).genotypes["S"]

    return one


@pytest.mark.parametrize(
    ("genotype", "rows"),
    [
        # allele, copies, ploidy, missing, phased, haplotype
        ("0/1", [(1, 1, 2, 0, False, None)]),
        ("1/1", [(1, 2, 2, 0, False, None)]),
        ("1|1", [(1, 2, 2, 0, True, None)]),
        ("0|1", [(1, 1, 2, 0, True, 1)]),
        ("1|0", [(1, 1, 2, 0, True, 0)]),
        ("1|2", [(1, 1, 2, 0, True, 0), (2, 1, 2, 0, True, 1)]),
        ("2/1", [(1, 1, 2, 0, False, None), (2, 1, 2, 0, False, None)]),
        ("1", [(1, 1, 1, 0, False, None)]),
        ("1|.", [(1, 1, 2, 1, True, 0)]),
        ("./1", [(1, 1, 2, 1, False, None)]),
        ("0/1/.", [(1, 1, 3, 1, False, None)]),
        ("0/0/1/1", [(1, 2, 4, 0, False, None)]),
        ("0/1|2", [(1, 1, 3, 0, False, None), (2, 1, 3, 0, False, None)]),
        ("0|0", []),
        ("0", []),
    ],
)
def test_genotypes(read: Read, genotype: str, rows: list[tuple[object, ...]]) -> None:
    """Every called allele of a genotype is a row that keeps its copies and its haplotype."""
    calls = read("C,G", "GT", genotype).calls
    columns = ("allele", "copies", "ploidy", "missing", "phased", "haplotype")
    assert calls.select(columns).rows() == rows


@pytest.mark.parametrize("genotype", ["./.", ".", ".|.", "0/.", "./0"])
def test_a_missing_allele_is_never_reference(read: Read, genotype: str) -> None:
    """A genotype without a call, or with half of one, leaves its stretch not assessed."""
    found = read("C", "GT", genotype, ref="ACGT")
    assert len(found.calls) == 0
    assert found.unresolved["reason"].to_list() == ["no_call"]
    assert (found.unresolved["end"] - found.unresolved["start"]).to_list() == [4]


@pytest.mark.parametrize(
    ("alt", "genotype", "kind", "reason"),
    [
        ("C,*", "0/2", "spanning_deletion", []),
        ("C,<NON_REF>", "0/2", "symbolic_allele", ["symbolic_allele"]),
        ("C,<*>", "2/2", "symbolic_allele", ["symbolic_allele"]),
        ("C,<INV>", "0/2", "inversion", ["symbolic_allele"]),
        ("C,<INS>", "0/2", "insertion", ["symbolic_allele"]),
        ("C,A[chr2:500[", "0/2", "breakend", ["symbolic_allele"]),
    ],
)
def test_what_is_no_sequence_is_counted(
    read: Read, alt: str, genotype: str, kind: str, reason: list[str]
) -> None:
    """Alleles without a sequence are set aside and counted; all leave their stretch not assessed.

    But for `*`: whether a deletion explains it is known only when all records were read.
    """
    found = read(alt, "GT", genotype)
    assert len(found.calls) == 0
    assert found.set_aside == {kind: 1}
    assert found.unresolved["reason"].to_list() == reason


def test_a_call_beside_a_spanning_deletion_stays(read: Read) -> None:
    """In `1/2` with ALT C,* the base change is a call of one copy, and the other copy is called deleted."""
    found = read("C,*", "GT", "1/2")
    assert found.calls.select("alt", "copies", "ploidy").rows() == [("C", 1, 2)]
    assert found.stars.rows() == [(99, 1)]


@pytest.mark.parametrize(("genotype", "copies"), [("0/2", 1), ("2/2", 2), ("2", 1), ("2|3", 2), ("./2", 1)])
def test_called_deleted(read: Read, genotype: str, copies: int) -> None:
    """A `*` is kept with the place of its record's first base and with how many copies have it."""
    found = read("C,*,*", "GT", genotype, ref="ACG")
    assert found.stars.rows() == [(99, copies)]
    assert found.unresolved["reason"].to_list() == (["no_call"] if "." in genotype else [])


def test_any_order_of_fields(read: Read) -> None:
    """FORMAT fields are read by name, wherever they stand."""
    (row,) = read("C,G", "GQ:AD:DP:GT", "31:5,6,7:19:1/2").calls.filter(pl.col("alt") == "G").to_dicts()
    assert (row["depth"], row["alt_depth"], row["genotype_quality"]) == (19, 7, 31.0)


@pytest.mark.parametrize(
    ("keys", "value", "depth", "alt_depth", "quality"),
    [
        ("GT:AD:DP:GQ", "0/1", None, None, None),
        ("GT:AD:DP:GQ", "0/1:3,4", 7, 4, None),
        ("GT:AD:DP:GQ", "0/1:.:9:.", 9, None, None),
        ("GT:AD:DP:GQ", "0/1:.,.:.:20", None, None, 20.0),
        ("GT:AD", "0/1:3", 3, None, None),
        ("GT:GQ", "0/1:12.5", None, None, 12.5),
        ("GT:GQ", "0/1:nan", None, None, None),
    ],
)
def test_missing_numbers_stay_missing(
    read: Read, keys: str, value: str, depth: int | None, alt_depth: int | None, quality: float | None
) -> None:
    """Dropped trailing fields, dots and nan are null; only DP, or else the sum of AD, is a depth."""
    (row,) = read("C", keys, value).calls.to_dicts()
    assert (row["depth"], row["alt_depth"], row["genotype_quality"]) == (depth, alt_depth, quality)


@pytest.mark.parametrize(
    ("alt", "keys", "value", "expected"),
    [
        # depth, reads of the allele
        ("C,G,T,<*>", "GT:LAA:LAD", "0/2:2,4:20,30,10", [(60, 30)]),
        ("C,G,T", "GT:LAA:LAD", "1/3:3,1:5,6,7", [(18, 7), (18, 6)]),
        ("C,G,T", "GT:LAA:LAD:DP", "0/3:3:15,25:44", [(44, 25)]),
        ("C,G", "GT:AD:LAA:LAD", "0/1:9,8,0:1:9,8", [(17, 8)]),
        ("C,G", "GT:AD:LAA:LAD", "0/1:.,.,.:1:9,8", [(17, 8)]),
        ("C,G", "GT:LAA:LAD", "0/1:2:9,8", [(17, None)]),
        ("C,G", "GT:LAA:LAD", "0/1:.:9", [(9, None)]),
        ("C,G", "GT:LAA:LAD", "0/1:1", [(None, None)]),
    ],
)
def test_reads_of_local_alleles(
    read: Read, alt: str, keys: str, value: str, expected: list[tuple[int | None, int | None]]
) -> None:
    """LAD counts reads of the reference and of the alternatives that LAA names, in its order."""
    assert read(alt, keys, value).calls.select("depth", "alt_depth").rows() == expected


@pytest.mark.parametrize("value", ["0/1:1:9", "0/1:1,2:9,8", "0/1:3:9,8", "0/1:1,1:9,8,7", "0/1:.:9,8"])
def test_local_alleles_that_do_not_fit_are_refused(read: Read, value: str) -> None:
    """Counts that belong to no allele, or to one that the record lacks, are not guessed at."""
    with pytest.raises(InputError, match="local alleles"):
        read("C,G", "GT:LAA:LAD", value)


@pytest.mark.parametrize(
    ("alt", "keys", "value", "fractions"),
    [
        ("C", "GT:AF", "0/1:0.024", [0.024]),
        ("C,G", "GT:AF", "1/2:0.3,0.6", [0.3, 0.6]),
        ("C", "GT:HF", "1:0.98", [0.98]),
        ("C", "GT:VAF", "0/1:0.25", [0.25]),
        ("C,G", "GT:AF", "1/2:0.3", [None, None]),
        ("C", "GT:DP", "0/1:7", [None]),
    ],
)
def test_allele_fractions(read: Read, alt: str, keys: str, value: str, fractions: list[float | None]) -> None:
    """A fraction is taken only where the file has one per alternative allele."""
    assert read(alt, keys, value).calls["allele_fraction"].to_list() == pytest.approx(fractions)


@pytest.mark.parametrize(
    ("keys", "value", "expected"),
    [
        # phased, phase_set, haplotype
        ("GT:PS", "0|1:1234", (True, "1234", 1)),
        ("GT:PS", "1|1:HOMVAR", (True, "HOMVAR", None)),
        ("GT:PS", "0|1:.", (True, None, 1)),
        ("GT:PGT:PID", "0/1:1|0:90_A_C", (True, "90_A_C", 0)),
        ("GT:PGT:PID", "0/1:.:.", (False, None, None)),
        ("GT:PGT:PID", "1/1:0|1:90_A_C", (False, None, None)),
        ("GT:PGT:PID:PS", "0|1:1|0:90_A_C:90", (True, "90", 1)),
        ("GT:HP", "0/1:90-1,90-2", (True, "90", 1)),
        ("GT:HP", "0/1:90-2,90-1", (True, "90", 0)),
        ("GT:HP", "1/0:90-2,90-1", (True, "90", 1)),
        ("GT:PS:HP", "1|0:7:90-1,90-2", (True, "7", 0)),
        ("GT:HP", "1/1:90-1,90-2", (False, None, None)),
        ("GT:HP", "0/1:90-1,91-2", (False, None, None)),
        ("GT:HP", "0/1:90-1", (False, None, None)),
        ("GT:HP", "0/1:.", (False, None, None)),
        ("GT:HP", "./1:90-1,90-2", (False, None, None)),
        ("GT:PGT:PID:HP", "0/1:1|0:90_A_C:95-1,95-2", (True, "90_A_C", 0)),
    ],
)
def test_phase(read: Read, keys: str, value: str, expected: tuple[object, ...]) -> None:
    """PS names the phase set; PGT and PID, or else HP, stand in for it where they describe this genotype."""
    assert read("C", keys, value).calls.select("phased", "phase_set", "haplotype").rows() == [expected]


@pytest.mark.parametrize(
    "alt",
    [
        "<DUP:TANDEM>",
        "<INS:ME:L1>",
        "<CNV:TR>",
        "<STR12>",
        "<CN0>",
        "A]HLA-A*01:01:01:01:123]",
        "]chr2:321681]A",
        "A[<assembled>:7[",
        ".[chr13:123457[",
        "A.",
        ".A",
        "A<assembled>",
        "n",
        "acgt",
    ],
)
def test_alternatives_that_real_callers_write_are_read(alt: str, write_vcf: Callable[..., Path]) -> None:
    """Symbols, breakends and single breakends are no damage; each is a call, or its place not assessed."""
    path = write_vcf("one", [f"chr1 100 . A {alt} . . END=900 GT 0/1"])
    genotypes = read_samples(open_source(path), REGIONS, ["S"]).genotypes["S"]
    assert len(genotypes.calls) + len(genotypes.unresolved) + len(genotypes.structural) >= 1


def test_an_allele_of_a_record_without_alternatives_is_not_assessed(read: Read) -> None:
    """ALT may be missing: a genotype that names its allele is neither a call nor reference."""
    genotypes = read(".", "GT", "0/1")
    assert len(genotypes.calls) == 0
    assert genotypes.unresolved["reason"].to_list() == ["no_call"]
    assert genotypes.set_aside == {"missing_alt": 1}


def test_splitting_keeps_trans(read: Read) -> None:
    """The two alleles of `1|2` stay on different haplotypes after the record is split."""
    calls = read("C,G", "GT:PS", "1|2:5").calls
    assert calls.select("alt", "haplotype", "phase_set").rows() == [("C", 0, "5"), ("G", 1, "5")]


def test_alleles_are_minimal_and_the_record_is_kept(read: Read) -> None:
    """Each allele is trimmed by itself; the record as it stands in the file is kept beside it."""
    calls = read("CTT,CT,CATT", "GT", "1/3", ref="CT").calls
    assert calls.select("position", "ref", "alt").rows() == [(100, "C", "CT"), (100, "C", "CAT")]
    source = calls.select("source_position", "source_ref", "source_alts").unique()
    assert source.rows() == [(100, "CT", "CTT,CT,CATT")]


def test_lower_case_is_the_same_allele(read: Read) -> None:
    """Soft-masked bases are the same bases; the source record keeps its letters."""
    (row,) = read("g", "GT", "0/1", ref="a").calls.to_dicts()
    assert (row["ref"], row["alt"], row["source_ref"]) == ("A", "G", "a")
