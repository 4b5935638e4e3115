"""What is read of parents: copies of the newborn's own alleles, and absence only where a record shows it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.variants.extract import Request, Summary, extract
from evaluator.variants.store import open_store

WriteVcf = Callable[..., Path]
Read = Callable[..., list[tuple[object, ...]]]
EXON = 34_646_705  # first coding base of GALT, 1-based
HET = "GT:DP:GQ 0/1:30:99"
REFERENCE = "GT:DP:GQ 0/0:30:99"
NEWBORN = [f"chr9 {EXON} . A C . . . {HET}", f"chr9 {EXON + 3} . CTT CT,C . . . GT:DP:GQ 0/1:30:99"]


@pytest.fixture
def read(tmp_path: Path, panel: Panel, write_vcf: WriteVcf) -> Read:
    """Extract a newborn with these records of the mother; return position, copies and ploidy in her."""

    def go(mother: list[str], newborn: list[str] = NEWBORN, form: str = "plain") -> list[tuple[object, ...]]:
        write_vcf("newborn", newborn)
        path = write_vcf("mother", [*mother, f"chr9 99000000 . G T . . . {HET}"], form)
        samples(tmp_path, "N\tmale\tnewborn.vcf\t" + path.name)
        run(tmp_path, panel)
        table = open_store(tmp_path / "store").parents().collect()
        assert table["father_copies"].null_count() == len(table)
        return table.select("position", "mother_copies", "mother_ploidy").rows()

    return go


def samples(folder: Path, *rows: str, columns: str = "newborn\tsex\tvcf\tmother_vcf") -> None:
    """Write the sheet."""
    (folder / "samples.tsv").write_text("\n".join((columns, *rows)) + "\n", newline="")


def run(folder: Path, panel: Panel, on_error: str = "stop") -> Summary:
    """Extract the sheet."""
    request = Request(folder / "samples.tsv", panel, folder / "store", on_error=on_error)  # type: ignore[arg-type]
    return extract(request, "2026-01-01")


@pytest.mark.parametrize(
    ("genotype", "known"),
    [
        (HET, [(EXON, 1, 2)]),
        ("GT:DP:GQ 1/1:30:99", [(EXON, 2, 2)]),
        ("GT:DP:GQ 1:30:99", [(EXON, 1, 1)]),
        (REFERENCE, [(EXON, 0, 2)]),
        ("GT:DP:GQ ./.:30:99", [(EXON, None, 2)]),
        ("GT:DP:GQ 0/.:30:99", [(EXON, None, 2)]),
        ("GT:DP:GQ 0/1:3:99", [(EXON, None, 2)]),  # too few reads to believe it, and no silence
        ("GT:DP:GQ 0/0:3:99", []),
        ("GT:DP:GQ 0/0:30:0", []),
        ("DP:GT:GQ 30:0/0:99", [(EXON, 0, 2)]),  # wherever GT stands
        ("DP:GT:GQ 30:0/1:99", [(EXON, 1, 2)]),
        ("DP:GT:GQ 30:./.:99", [(EXON, None, 2)]),
        ("DP:GT:GQ 3:0/0:99", []),
        ("DP:GQ 30:99", [(EXON, None, 1)]),
        ("GT:DP:GQ |0|0:30:99", [(EXON, 0, 2)]),  # the first allele's phase
    ],
)
@pytest.mark.parametrize("form", ["plain", "tbi"])
def test_a_record_of_the_same_change(
    read: Read, genotype: str, known: list[tuple[int, int | None, int]], form: str
) -> None:
    """The same change called, reference, or without copies where the record cannot be believed."""
    assert read([f"chr9 {EXON} . A C . . . {genotype}"], form=form) == known


@pytest.mark.parametrize(
    ("record", "shown"),
    [
        (f"chr9 {EXON} . A G . . . {HET}", False),  # another change called there
        (f"chr9 {EXON} . A G . . . {REFERENCE}", True),
        (f"chr9 {EXON} . A G,C . . . {HET}", True),  # the change is named and not called
        (f"chr9 {EXON - 9} . A <NON_REF> . . END={EXON} {REFERENCE}", True),
        (f"chr9 {EXON - 9} . A <NON_REF> . . END={EXON - 1} {REFERENCE}", False),
        (f"chr9 {EXON - 1} . AA A . . . {REFERENCE}", False),  # of another position
        (f"chr9 {EXON} . A . . LowQual . {REFERENCE}", False),
    ],
)
def test_absence_needs_a_record(read: Read, record: str, *, shown: bool) -> None:
    """Reference at the place, or the change named and not called; nothing else shows absence."""
    assert read([record]) == ([(EXON, 0, 2)] if shown else [])


def test_no_record_shows_nothing(read: Read) -> None:
    """A plain VCF without a record at the place does not say that the mother lacks the allele."""
    assert read([]) == []


def test_another_spelling_of_the_same_deletion(read: Read) -> None:
    """Alleles are compared in their shortest spelling; what the newborn lacks is not kept."""
    assert read([f"chr9 {EXON + 3} . CT C . . . {HET}", f"chr9 {EXON + 9} . A T . . . {HET}"]) == [
        (EXON + 3, 1, 2)
    ]


def test_records_that_disagree_say_nothing(read: Read) -> None:
    """Two records of one change with different genotypes."""
    both = [f"chr9 {EXON} . A C . . . {HET}", f"chr9 {EXON} . A C . . . GT:DP:GQ 1/1:30:99"]
    assert read(both) == [(EXON, None, 2)]


def test_one_joint_file_of_the_family(tmp_path: Path, panel: Panel, write_vcf: WriteVcf) -> None:
    """Parents in the newborn's own file are named; the newborn's own column is refused."""
    write_vcf("trio", [f"chr9 {EXON} . A C . . . GT:DP 0/1:30 0/0:30 0/1:30"], samples="C M F")
    columns = "newborn\tsex\tvcf\tsample_in_vcf\tmother_vcf\tmother_in_vcf\tfather_vcf\tfather_in_vcf"
    samples(tmp_path, "N\tmale\ttrio.vcf\tC\ttrio.vcf\tM\ttrio.vcf\tF", columns=columns)
    run(tmp_path, panel)
    (row,) = open_store(tmp_path / "store").parents().collect().rows()
    assert row == ("N", "chr9", EXON, "A", "C", 0, 2, 1, 2)
    (tmp_path / "store").rename(tmp_path / "before")
    samples(tmp_path, "N\tmale\ttrio.vcf\tC\ttrio.vcf\tC\ttrio.vcf\t", columns=columns)
    with pytest.raises(InputError) as told:
        run(tmp_path, panel)
    mine, unnamed = sorted(problem.message for problem in told.value.problems)
    assert mine.startswith("father_vcf line")
    assert "fill father_in_vcf" in mine
    assert "own sample; name the parent's in mother_in_vcf" in unnamed


def test_a_broken_file_of_a_parent(tmp_path: Path, panel: Panel, write_vcf: WriteVcf) -> None:
    """It stops the run with the row of the sheet; with quarantine the parent is not used and that is said."""
    write_vcf("newborn", NEWBORN)
    (tmp_path / "mother.vcf").write_text("no VCF", newline="")
    samples(tmp_path, "N\tmale\tnewborn.vcf\tmother.vcf")
    with pytest.raises(InputError, match="mother_vcf"):
        run(tmp_path, panel)
    summary = run(tmp_path, panel, "quarantine")
    assert any("this parent is not used" in note for note in summary.notes)
    assert open_store(tmp_path / "store").newborns().collect()["status"].to_list() == ["sequenced"]
    assert open_store(tmp_path / "store").parents().collect().is_empty()
