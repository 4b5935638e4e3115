"""Tables of special-locus callers: whose rows they are, and every mistake told by a line of the sheet."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.variants.cohort import read_cohort
from evaluator.variants.special_loci import SpecialLociRead, alpha_genes, read_special_loci

SMN = "Sample\tisSMA\tisCarrier\tSMN1_CN\tSMN2_CN\n"
OWN = "newborn\tlocus\tcopy_number\tcall\tgenotype\tcaller\tversion\tfilter\tdetails\n"
Read = Callable[..., SpecialLociRead]


@pytest.fixture
def read(tmp_path: Path) -> Read:
    """Read the tables of newborns A and B; each file is given as its name and text."""

    def go(first: str, second: str = "", *, sample: str = "", **files: str) -> SpecialLociRead:
        for name, text in files.items():
            (tmp_path / f"{name}.tsv").write_text(text, encoding="utf-8")
        (tmp_path / "n.vcf").write_text("", encoding="utf-8")
        sheet = tmp_path / "samples.tsv"
        rows = f"A\tmale\tn.vcf\t{sample}\t{first}\nB\tfemale\tn.vcf\t\t{second}\n"
        sheet.write_text("newborn\tsex\tvcf\tsample_in_vcf\tspecial_loci\n" + rows, encoding="utf-8")
        return read_special_loci(read_cohort(sheet))

    return go


def told(error: pytest.ExceptionInfo[InputError]) -> list[tuple[int, str]]:
    """Line of the sheet and message of every problem."""
    return [(problem.line, problem.message) for problem in error.value.problems]


def test_a_shared_table_of_the_smn_caller(read: Read) -> None:
    """Each newborn gets its own row, by its name or by its sample's; other people's rows are left."""
    text = SMN + "B\tFalse\tTrue\t1\t2\nlab7\tTrue\tFalse\t0\t3\nZ\tFalse\tFalse\t2\t2\n"
    found = read("smn.tsv", "smn.tsv", sample="lab7", smn=text)
    rows = found.table.select("newborn", "locus", "copy_number", "call", "details").rows()
    assert rows == [("A", "SMN1", 0, None, "SMN2 copies 3"), ("B", "SMN1", 1, None, "SMN2 copies 2")]
    assert found.notes == ()


def test_no_call_of_the_smn_caller(read: Read) -> None:
    """`None` is no number: the caller gave no call."""
    found = read("smn.tsv", smn=SMN + "A\tNone\tNone\tNone\tNone\n").table
    assert found.select("copy_number", "call").rows() == [(None, "no_call")]


def test_a_newborn_that_the_table_lacks(read: Read) -> None:
    """It is told by the line of the sheet, and has no row."""
    found = read("smn.tsv", "smn.tsv", smn=SMN + "B\tFalse\tFalse\t2\t2\n")
    assert found.table["newborn"].to_list() == ["B"]
    assert found.notes == ("line 2: a special_loci table has no row for this newborn",)


def test_two_tables_of_one_newborn(read: Read) -> None:
    """A semicolon parts the files; one without the column `newborn` is about its newborn alone."""
    own = "locus\tcall\tcaller\nGBA1\tcarrier\texample\n"
    found = read("smn.tsv; own.tsv", smn=SMN + "A\tFalse\tFalse\t2\t2\n", own=own).table
    assert found.select("newborn", "locus").rows() == [("A", "GBA1"), ("A", "SMN1")]


def test_a_locus_told_twice(read: Read) -> None:
    """Two tables that speak of one locus stop the run: which of them holds?"""
    smn = SMN + "A\tFalse\tFalse\t2\t2\n"
    with pytest.raises(InputError) as error:
        read("one.tsv;two.tsv", one=smn, two=smn)
    assert told(error) == [(2, "special_loci: SMN1 is told 2 times; keep one")]


def test_every_contradiction_is_told_at_once(read: Read) -> None:
    """Unknown words by name, and what the columns say against each other, by the lines of the table."""
    rows = (
        "A\tSMN9\t\tpositive\t\tx\t\t\t",
        "A\tSMN1\t\tnegative\t\tx\t\t\t",
        "A\tGBA1\t\tmaybe\t\tx\t\t\t",
        "A\tCYP21A2\t0\tnegative\t\tx\t\t\t",
        "A\tF8_inversion\t1\tnegative\t\tx\t\t\t",
        "A\tHBA\t\t\taTa/aa\tx\t\t\t",
        "B\tHBA\t3\t\t--/aa\tx\t\t\t",
        "B\tSMN1\t2\tno_call\t\tx\t\t\t",
        "\tIDS_inversion\t0\t\t\tx\t\t\t",
        "C\tSMN1\t2\tpositive\t\tx\t\t\t",
    )
    with pytest.raises(InputError) as error:
        read("own.tsv", own=OWN + "\n".join(rows) + "\n")
    found = [message for _, message in told(error)]
    assert [message.split(":")[0] for message in found] == sorted(
        f"special_loci line {line}" for line in (2, 3, 4, 4, 5, 6, 7, 8, 9, 10, 11)
    )
    assert any("locus 'SMN9' is not one of" in message for message in found)
    assert any("call 'maybe' is not one of" in message for message in found)
    assert {line for line, _ in told(error)} == {2}


def test_a_table_of_one_newborn_named_by_two(read: Read) -> None:
    """Without the column `newborn` nobody knows whose rows they are."""
    with pytest.raises(InputError) as error:
        read("own.tsv", "own.tsv", own="locus\tcall\tcaller\nGBA1\tcarrier\texample\n")
    ((line, message),) = told(error)
    assert (line, "has no column newborn but 2 rows" in message) == (2, True)


def test_verdict_words_that_contradict_the_copies(read: Read) -> None:
    """`isSMA` with two copies was not written by the caller."""
    with pytest.raises(InputError) as error:
        read("smn.tsv", smn=SMN + "A\tTrue\tFalse\t2\t2\n")
    assert "contradict SMN1_CN" in told(error)[0][1]


def test_no_message_names_a_newborn(read: Read) -> None:
    """A newborn's name stands in the table, never in a message."""
    with pytest.raises(InputError) as error:
        read("smn.tsv", smn=SMN + "baby77\tTrue\tFalse\t2\t2\nbaby77\tNo\tFalse\t99\t2\n")
    assert "baby77" not in str(error.value)


@pytest.mark.parametrize(
    ("genotype", "genes"),
    [
        ("aa/aa", 4),
        ("-a3.7/aa", 3),
        ("--/aa", 2),
        ("--/-a4.2", 1),
        ("--/--", 0),
        ("aaa3.7/aa", 5),
    ],
)
def test_alpha_genes(genotype: str, genes: int) -> None:
    """The genes of both chromosomes are counted."""
    assert alpha_genes(genotype) == genes


@pytest.mark.parametrize("genotype", ["aa", "aTa/aa", "aa/aa/aa", ""])
def test_alpha_genes_not_understood(genotype: str) -> None:
    """Anything else is not guessed at."""
    assert alpha_genes(genotype) is None


def test_a_name_that_two_newborns_bear(read: Read) -> None:
    """The row of `B` may be newborn B or the sample of newborn A: nobody chooses."""
    with pytest.raises(InputError) as error:
        read("smn.tsv", "smn.tsv", sample="B", smn=SMN + "B\tFalse\tFalse\t2\t2\n")
    assert "may mean several newborns" in told(error)[0][1]
