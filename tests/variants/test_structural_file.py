"""Structural VCFs as callers write them: ends, copies, quality, filters, and what is only counted."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.variants.cohort import Newborn
from evaluator.variants.intervals import from_frame
from evaluator.variants.structural_file import StructuralReading, read_structural_files

REGIONS = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [900], "end": [5_000]}))
HEAD = "##fileformat=VCFv4.2\n##reference=GRCh38\n##contig=<ID=chr1,length=248956422>\n"
COLUMNS = ("#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", "S")
Read = Callable[..., StructuralReading]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read one newborn's structural VCF, given as records from POS to the sample's value."""

    def one(*records: str) -> StructuralReading:
        path = tmp_path / "sv.vcf"
        lines = [COLUMNS, *(("chr1", *record.split()) for record in records)]
        path.write_text(HEAD + "".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
        newborn = Newborn("N", "male", None, "sequenced", 2, path, None, None, structural_vcf=path)
        readings, failures = read_structural_files([newborn], REGIONS, "GRCh38")
        for error in failures.values():
            raise error
        return readings["N"]

    return one


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        # Manta: END, the sample's own filter, GQ
        (
            "1000 . T <DEL> 641 PASS END=2000;SVTYPE=DEL;CIPOS=0,2;CIEND=-1,2 GT:FT:GQ 0/1:MinGQ:449",
            {"end": 2000, "copies": 1, "genotype_quality": 449.0, "sample_filters": "MinGQ", "cipos_high": 2},
        ),
        # DELLY and Lumpy: SVLEN with either sign, GQ with svtyper
        (
            "1000 . N <DEL> . . SVTYPE=DEL;SVLEN=-1000 GT:GQ 1/1:99",
            {"end": 2000, "copies": 2, "filters": "."},
        ),
        ("1000 . N <DUP:TANDEM> . PASS SVLEN=1000 GT:GQ 0/1:99", {"type": "DUP", "end": 2000}),
        # DRAGEN's copy numbers: QUAL alone, half a genotype
        ("1000 . N <DUP> 150 PASS END=2000 GT:CN ./1:3", {"copy_number": 3, "genotype_quality": 150.0}),
        # GATK-SV and others: no genotype, a copy number and its quality
        (
            "1000 . N <CNV> 9 PASS END=2000 GT:CN:CNQ ./.:1:40",
            {"type": "CNV", "copies": 0, "copy_number": 1, "genotype_quality": 40.0},
        ),
        ("1000 . N <CNV> 9 PASS END=2000 CN:CNQ 0:40", {"type": "CNV", "copy_number": 0}),
        ("1000 . N <CNV> 9 PASS END=2000 GT:CN 0/0:1", {"type": "CNV", "copy_number": 1}),
        # a deletion that was found and not genotyped is neither there nor not there
        ("1000 . N <DEL> 9 PASS END=2000 GT:GQ ./.:.", {"type": "DEL", "copies": 0, "missing": 2}),
        # 1000 Genomes: how many copies the allele has
        ("1000 . C <CN0> 100 PASS END=2000;CS=DEL GT 1|1", {"type": "DEL", "end": 2000, "copies": 2}),
        ("1000 . C <CN2>,<CN0> 100 PASS SVLEN=1000 GT 0|2", {"type": "DEL", "end": 2000, "copies": 1}),
        ("1000 . C <CN2> 100 PASS END=2000 GT 0|1", {"type": "DUP", "end": 2000, "copies": 1}),
        ("1000 . C <CN1>,<CN0> 100 PASS END=2000 GT 1|2", {"type": "DEL", "copies": 1, "ploidy": 2}),
        ("1000 . C <CN2>,<CN0> 100 PASS END=2000 GT ./.", {"type": "DEL", "copies": 0}),
        # a long stretch replaced by a part of its length: nobody knows what of it is left
        (f"1000 . A{'C' * 299} A{'G' * 39} 50 PASS . GT:GQ 1/1:50", {"end": 1299, "copies": 0}),
        # the same letters on both sides are not replaced
        (f"901 . {'T' * 99}A{'C' * 80}G {'T' * 99}AG 50 PASS . GT:GQ 1/1:50", {"end": 1080, "copies": 2}),
        # Sniffles and Manta: all letters, a few inserted instead
        (f"1000 . A{'C' * 80} AT 50 PASS SVTYPE=DEL GT:GQ 0/1:50", {"type": "DEL", "end": 1080}),
    ],
)
def test_a_caller_is_understood(read: Read, record: str, expected: dict[str, object]) -> None:
    """One record of each kind becomes one structural call with its end, copies and quality."""
    (call,) = read(record).calls.iter_rows(named=True)
    assert {name: call[name] for name in expected} == expected
    assert call["position"] == 1000


def test_several_alternatives_have_their_own_ends(read: Read) -> None:
    """Where one record names a deletion and a duplication, SVLEN tells the end of each."""
    calls = read("1000 . N <DEL>,<DUP> 50 PASS END=3000;SVLEN=-500,2000 GT:GQ 1/2:50").calls
    assert calls.select("type", "end").sort("end").rows() == [("DEL", 1500), ("DUP", 3000)]


def test_what_is_not_judged_is_counted(read: Read) -> None:
    """Breakends, inversions and insertions are counted by kind; reference is not."""
    reading = read(
        "1000 . N N[chr2:500[ 50 PASS SVTYPE=BND GT:GQ 0/1:50",
        "1100 . N <INV> 50 PASS END=1200 GT:GQ 1/1:50",
        "1200 . N <INS> 50 PASS SVLEN=300 GT:GQ 0/1:50",
        f"1300 . A A{'C' * 60} 50 PASS . GT:GQ 0/1:50",
        "1400 . A C 50 PASS . GT:GQ 0/1:50",
        "1500 . N <DEL> 50 PASS END=1700 GT:GQ 0/0:50",
        "1800 . N <CN1> 50 PASS END=1900 GT:GQ 1/1:50",
    )
    assert reading.ignored == {"breakend": 1, "inversion": 1, "insertion": 2, "short": 1}
    assert reading.unjudged == 4
    assert reading.calls.is_empty()


def test_a_deletion_from_far_away_is_found(read: Read) -> None:
    """A deletion that begins before the regions and ends behind them reaches into them."""
    assert read("10 . N <DEL> 50 PASS END=90000 GT:GQ 0/1:50").calls["end"].to_list() == [90_000]


@pytest.mark.parametrize(
    ("record", "words"),
    [
        ("1000 . N <DEL> 50 PASS SVTYPE=DEL GT:GQ 0/1:50", "END or SVLEN"),
        ("1000 . N <CNV> 50 PASS END=2000 GT:CN:GQ ./.:two:50", "CN that is not a number"),
    ],
)
def test_what_cannot_be_read_is_told(read: Read, record: str, words: str) -> None:
    """A deletion without an end, and a copy number that is none, stop with their line."""
    with pytest.raises(InputError, match=words):
        read(record)


def test_a_wide_joint_file_says_the_same_as_a_narrow_one(tmp_path: Path) -> None:
    """Copy numbers beside any genotype, and no-calls, are read however many samples there are."""
    records = (
        "1000 . N <CNV> 9 PASS END=2000 GT:CN:GQ 0/0:0:40",
        "2100 . N <DEL> 9 PASS END=2900 GT:CN:GQ ./.:0:40",
        "3000 . N <DEL> 9 PASS END=3900 GT:GQ ./.:40",
        "4000 . N <CNV> 9 PASS END=4500 CN:GQ 1:40",
    )
    found = []
    for others in (1, 30):
        path = tmp_path / f"{others}.vcf"
        names = ["N", *(f"S{number}" for number in range(others))]
        lines = [(*COLUMNS[:-1], *names)]
        lines += [("chr1", *record.split(), *[record.split()[-1]] * others) for record in records]
        path.write_text(HEAD + "".join("\t".join(line) + "\n" for line in lines), encoding="utf-8")
        newborn = Newborn("N", "male", None, "sequenced", 2, path, None, None, structural_vcf=path)
        readings, failures = read_structural_files([newborn], REGIONS, "GRCh38")
        assert failures == {}
        found.append(readings["N"].calls)
    assert found[0]["copy_number"].to_list() == [0, 0, None, 1]
    assert found[0].equals(found[1])
