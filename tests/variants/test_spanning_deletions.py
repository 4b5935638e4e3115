"""A called `*` is believed only where a called deletion of the newborn covers the place."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from evaluator.panel.model import Panel
from evaluator.variants import joint
from evaluator.variants.extract import Request, extract
from evaluator.variants.spanning_deletions import WITHOUT_RECORD

WriteVcf = Callable[..., Path]
Doubted = Callable[..., list[int]]
EXON = 34_646_705  # first coding base of GALT on chr9, 1-based; 20 bases before it are read too
START = EXON - 20  # 1-based, the first base that is read
FAR = 7_000
LETTERS = "ACGT" * (FAR // 4)


def record(place: int, ref: str, alt: str, genotype: str, info: str = ".", status: str = "PASS") -> str:
    """A record of chr9 at the place-th base of the exon, from 0."""
    keys, _, value = genotype.rpartition(" ")
    return f"chr9 {EXON + place} . {ref} {alt} . {status} {info} {keys or 'GT'} {value}"


STAR = record(10, "A", "C,*", "0/2")


@pytest.fixture
def doubted(tmp_path: Path, panel: Panel, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch) -> Doubted:
    """Extract one newborn; the bases of the exon, from 0, where a copy was deleted by nothing called."""

    def go(
        *records: str, form: str = "plain", wide: int = 16, beside: dict[str, list[str]] | None = None
    ) -> list[int]:
        monkeypatch.setattr(joint, "WIDE", wide)
        files = {"vcf": write_vcf("n", sorted(records, key=_position), form)}
        files |= {column: write_vcf(column, each) for column, each in (beside or {}).items()}
        columns = ("newborn", "sex", *files)
        cells = ("N", "female", *(path.name for path in files.values()))
        (tmp_path / "samples.tsv").write_text("\t".join(columns) + "\n" + "\t".join(cells) + "\n")
        number = len(list(tmp_path.glob("store*")))
        request = Request(tmp_path / "samples.tsv", panel, tmp_path / f"store{number}")
        gaps = pl.read_parquet(extract(request, "2026-01-01").folder / "uncallable.parquet")
        spans = gaps.filter(reason=WITHOUT_RECORD).select("start", "end").iter_rows()
        return [base - EXON + 1 for start, end in spans for base in range(start, end)]

    return go


def _position(line: str) -> int:
    return int(line.split(" ")[1])


@pytest.mark.parametrize(
    ("records", "bases"),
    [
        ([STAR], [10]),
        ([record(10, "A", "C,*", "1/2")], [10]),
        ([record(10, "A", "*", "1")], [10]),
        ([record(10, "ACGT", "A,*", "0/2")], [10]),  # how far REF reaches is a matter of its other alleles
        ([record(10, "A", "<*>,*", "0/1"), record(40, "A", "C,*", "0/1")], []),  # nobody called it
        # which bases a deletion takes away
        ([STAR, record(7, "ACGT", "A", "0/1")], []),
        ([STAR, record(6, "ACGT", "A", "0/1")], [10]),  # ends before
        ([STAR, record(10, "ACGT", "A", "0/1")], [10]),  # its first base stays
        ([STAR, record(9, "ACGT", "GT", "0/1")], []),  # two of the four
        ([STAR, record(8, "ACGT", "GT", "0/1")], [10]),
        ([STAR, record(7, "ACGTTT", "A,ACTTT", "0/2")], [10]),  # the called allele lacks but one base
        ([STAR, record(7, "ACGT", "TGCA", "0/1")], [10]),  # takes nothing away
        ([STAR, record(7, "ACGT", "TGC", "0/1")], []),
        ([STAR, record(9, "A", "ACGT", "0/1")], [10]),
        # whose deletion it is, and what is held against it
        ([STAR, record(7, "ACGT", "A", "0/0")], [10]),
        ([STAR, record(7, "ACGT", "A", "./.")], [10]),
        ([STAR, record(7, "ACGT", "A", "./1")], []),
        ([STAR, record(7, "ACGT", "A", "0/1", status="LowQual")], []),
        # another allele of the same record, also where a tool split it, explains nothing
        ([record(10, "ACGT", "A,*", "1/2")], [10]),
        ([record(10, "ACGT", "A", "0/1"), record(10, "ACGT", "*", "0/1")], [10]),
        # each copy needs its own
        ([record(10, "A", "*", "1/1"), record(7, "ACGT", "A", "0/1")], [10]),
        ([record(10, "A", "*", "1/1"), record(7, "ACGT", "A", "1/1")], []),
        ([record(10, "A", "*", "1/1"), record(7, "ACGT", "A", "0/1"), record(9, "ACC", "A", "0/1")], []),
        ([record(10, "A", "*", "1/1"), *[record(7, "ACGT", "A", f"GT:DP 0/1:{n}") for n in (8, 9)]], [10]),
        ([record(10, "A", "*,*", "1/2"), record(7, "ACGT", "A", "0/1")], [10]),
        # it begins before the regions
        ([STAR, record(-FAR + 10, f"A{LETTERS}", "A", "0/1")], []),
        ([STAR, record(9, "A", "<DEL>", "0/1", f"END={EXON + 20}")], []),
        ([STAR, record(-FAR, "A", "<DEL>", "0/1", f"END={EXON + 10}")], []),
        ([STAR, record(-FAR, "A", "<DEL>", "0/1", f"END={EXON + 9}")], [10]),
        ([STAR, record(-FAR, "A", "<DUP>", "0/1", f"END={EXON + 20}")], [10]),
        ([STAR, record(-FAR, "A", "<CNV>", "GT:CN ./.:1", f"END={EXON + 20}")], []),
        ([STAR, record(-FAR, "A", "<CNV>", "GT:CN 0/1:3", f"END={EXON + 20}")], [10]),
        ([STAR, record(-FAR, "A", "<DEL>", "./.", f"END={EXON + 20}")], [10]),
    ],
)
@pytest.mark.parametrize("wide", [1, 16], ids=["for its carriers", "column by column"])
def test_what_explains_a_star(doubted: Doubted, records: list[str], bases: list[int], wide: int) -> None:
    """Each `*` needs as many called deleted copies over its record's first base."""
    assert doubted(*records, wide=wide) == bases


@pytest.mark.parametrize("form", ["plain", "bgzf", "tbi", "bcf"])
@pytest.mark.parametrize("wide", [1, 16], ids=["for its carriers", "column by column"])
def test_a_deletion_from_far_away_is_found_in_every_form(doubted: Doubted, form: str, wide: int) -> None:
    """Its record stands thousands of bases before the first region, whatever the form of the file."""
    far = record(-FAR + 10, f"A{LETTERS}", "A", "0/1")
    assert doubted(STAR, form=form, wide=wide) == [10]
    assert doubted(STAR, far, form=form, wide=wide) == []


@pytest.mark.parametrize("wide", [1, 16], ids=["for its carriers", "column by column"])
def test_other_files_explain(doubted: Doubted, wide: int) -> None:
    """The deletion may stand in the structural VCF, or in the gVCF alone; a gVCF's `*` may lack it too."""
    deletion = record(-FAR, "A", "<DEL>", "0/1", f"END={EXON + 20}")
    assert doubted(STAR, wide=wide, beside={"structural_vcf": [deletion]}) == []
    both = [record(10, "A", "*", "1/1"), record(7, "ACGT", "A", "0/1")]
    assert doubted(*both, wide=wide, beside={"structural_vcf": [deletion]}) == [10]  # one event, told twice
    block = f"chr9 {START - 20} . A <NON_REF> . . END=34660000 GT:DP:GQ 0/0:30:90"
    lost = record(7, "ACGT", "A,<NON_REF>", "GT:DP:GQ 0/1:30:90")
    star = record(10, "A", "*,C,<NON_REF>", "GT:DP:GQ 1/2:30:90")
    assert doubted(STAR, wide=wide, beside={"callable": [block]}) == [10]
    assert doubted(STAR, wide=wide, beside={"callable": [block, lost]}) == []
    assert doubted(record(12, "A", "C", "0/1"), wide=wide, beside={"callable": [block, star]}) == [10]
    assert doubted(record(7, "ACGT", "A", "0/1"), wide=wide, beside={"callable": [block, star]}) == []


@pytest.mark.parametrize("wide", [1, 16], ids=["for its carriers", "column by column"])
def test_extract_tells_how_many(
    tmp_path: Path, panel: Panel, write_vcf: WriteVcf, monkeypatch: pytest.MonkeyPatch, wide: int
) -> None:
    """The summary and the manifest name the row of the sheet and how many places it concerns."""
    monkeypatch.setattr(joint, "WIDE", wide)
    write_vcf("n", [STAR, record(30, "A", "*", "1/1")])
    (tmp_path / "samples.tsv").write_text("newborn\tsex\tvcf\nN\tfemale\tn.vcf\n")
    summary = extract(Request(tmp_path / "samples.tsv", panel, tmp_path / "store"), "2026-01-01")
    assert summary.notes == (
        "line 2: places called deleted (*) where no called deletion lies, not assessed: 2",
    )


def test_outside_the_regions_nothing_is_doubted(doubted: Doubted) -> None:
    """What deletes a base that is not read is not read either; a REF that reaches in changes nothing."""
    outside = START - EXON - 1
    assert doubted(STAR, record(outside, "ACGT", "A,*", "0/2")) == [10]
    assert doubted(STAR, record(outside + 1, "ACGT", "A,*", "0/2")) == [outside + 1, 10]


@st.composite
def newborns(draw: st.DrawFn) -> list[tuple[int, int, int, int, bool]]:
    """Records of one newborn: place, bases of REF and of ALT, copies of ALT, and whether the rest is `*`."""
    places = draw(st.lists(st.integers(0, 12), min_size=1, max_size=7, unique=True))
    return [
        (
            place,
            draw(st.integers(1, 6)),
            draw(st.integers(1, 3)),
            draw(st.integers(0, 2)),
            draw(st.booleans()),
        )
        for place in places
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=newborns())
def test_as_counted_base_by_base(doubted: Doubted, drawn: list[tuple[int, int, int, int, bool]]) -> None:
    """Both ways of reading give what counting the copies of each base gives."""
    records, gone, stars = [], dict.fromkeys(range(30), 0), {}
    for place, ref, alt, copies, starred in drawn:
        starred_copies = 2 - copies if starred else 0
        genotype = "/".join(["0"] * (2 - copies - starred_copies) + ["1"] * copies + ["2"] * starred_copies)
        # REF and ALT share no base, so that none is trimmed away.
        records.append(record(place, "A" * ref, "C" * alt + ",*", genotype))
        for base in range(place + 1, place + ref) if alt < ref else ():
            gone[base] += copies
        stars[place] = starred_copies
    expected = [place for place, copies in sorted(stars.items()) if copies > gone[place]]
    assert doubted(*records) == doubted(*records, wide=1) == expected
