"""CHROM and POS of many lines at once are what a look at each line tells."""

from __future__ import annotations

import re
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import SPACING, from_frame
from evaluator.variants.lines import Candidates, find_candidates, without_substitutions
from evaluator.variants.sources import Slab

PATH = Path("some.vcf")
EVERYWHERE = from_frame(
    pl.DataFrame({"contig": list(KARYOTYPE_ORDER), "start": 0, "end": SPACING - 1}).cast({"start": pl.Int64})
)
NAMES = st.sampled_from([*CONTIG_ALIASES, "chrUn_KI270302v1", "GL000207.1", "HLA-A*01:01", "chrEBV"])
POSITIONS = st.one_of(st.integers(0, 99), st.integers(0, SPACING - 1), st.sampled_from([99_999_999, 10**8]))


def candidates(text: str, *, columns: int = 4) -> Candidates:
    """The lines of a text that may overlap anything."""
    return find_candidates(PATH, Slab(text.encode(), 1), EVERYWHERE, columns)


@given(st.lists(st.tuples(NAMES, POSITIONS), min_size=1, max_size=30))
def test_places_are_those_of_the_text(records: list[tuple[str, int]]) -> None:
    """Names of one to eight bytes and more, positions of one to nine digits, in any order."""
    found = candidates("".join(f"{name}\t{position}\t.\tA\n" for name, position in records))
    known = [(at, *record) for at, record in enumerate(records, 1) if record[0] in CONTIG_ALIASES]
    ranks = [KARYOTYPE_ORDER[CONTIG_ALIASES[name]] for _, name, _ in known]
    told = [rank * SPACING + position - 1 for rank, (_, _, position) in zip(ranks, known, strict=True)]
    assert found.on_karyotype == len(known)
    # before the first base of chr1 is nothing that a region could hold
    whole = [(start, at) for start, (at, _, _) in zip(told, known, strict=True) if start >= 0]
    kept = [
        (start, at)
        for start, at in zip(found.starts.tolist(), found.lines.tolist(), strict=True)
        if start >= 0
    ]
    assert kept == whole


@given(NAMES, st.text("0123456789x-. ", min_size=0, max_size=12))
def test_what_is_no_position_is_refused(name: str, position: str) -> None:
    """A whole number of one to nine digits that fits a contig, and nothing else."""
    text = f"chr1\t100\t.\tA\n{name}\t{position}\t.\tA\n"
    fits = re.fullmatch("[0-9]{1,9}", position) is not None and int(position) < SPACING
    if fits or (name not in CONTIG_ALIASES and re.fullmatch("[0-9]+", position)):
        assert len(candidates(text).lines) in (1, 2)
    else:
        with pytest.raises(InputError, match="no VCF record") as caught:
            candidates(text)
        assert [problem.line for problem in caught.value.problems] == [2]


def test_a_last_line_of_a_few_bytes_is_looked_at() -> None:
    """Fewer bytes than are read of a line at once may follow it."""
    assert candidates("chr22\t123456789\t\n", columns=3).starts.tolist() == [21 * SPACING + 123_456_788]
    assert candidates("1\t7\t\n", columns=3).starts.tolist() == [6]
    with pytest.raises(InputError, match="no VCF record"):
        candidates("1\t7\n", columns=2)


# How a record says that it reaches to 5000 and no further, or that nobody can tell before it is split.
TO_5000 = ["END=5000", "AC=1;END=5000", "END=5000;AC=1", "END=5000;XEND=7"]
NOBODY_KNOWS = [
    *("SVLEN=4990", "SVLEN=9;AC=1", "END=5000x", "END=", "END=.", "END=5000,1", "CIEND=-5,5"),
    *("CIEND=-5,5;END=5000", f"END={SPACING}", "END=5000000000"),
]


def found_in(start: int, info: str, before: str = ".") -> Candidates:
    """The candidates for a region of ten bases: a record with that INFO, and one that reaches nowhere."""
    region = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [start], "end": [start + 10]}))
    text = f"chr1\t10\t{before}\tA\t{info}\tGT\nchr1\t20\t.\tA\tAN=2;AC=1\tGT\n"
    return find_candidates(PATH, Slab(text.encode(), 1), region, 6)


@pytest.mark.parametrize("info", [*TO_5000, *NOBODY_KNOWS])
@pytest.mark.parametrize("before", [".", "rs"])
def test_what_may_reach_is_a_candidate(info: str, before: str) -> None:
    """At even and at odd places of the text; a line without either reaches no further than it is long."""
    found = found_in(4_999, info, before)
    assert (found.lines.tolist(), found.reaching) == ([1], True)


@pytest.mark.parametrize("before", [".", "rs"])
def test_a_plain_end_is_believed(before: str) -> None:
    """A gVCF has END in every line: splitting them all would cost more than reading them."""
    for info in TO_5000:
        assert found_in(5_000, info, before).lines.tolist() == []
    for info in NOBODY_KNOWS:
        assert found_in(5_000, info, before).lines.tolist() == [1]


def test_an_end_before_its_record_means_nothing() -> None:
    """The record reaches as far as its line is long at most, and not less."""
    assert found_in(9, "END=3").lines.tolist() == [1]
    assert found_in(9, "END=0").lines.tolist() == [1]


@given(st.integers(200, SPACING - 3), st.sampled_from([";AC=1\t", "\t"]), st.integers(0, 3))
def test_ends_are_those_of_the_text(end: int, after: str, odd: int) -> None:
    """Three to nine digits, at every place in a word."""
    text = f"chr2\t10\t{'r' * odd}.\tA\tEND={end}{after}GT\n"
    for start, reached in ((end - 1, 1), (end, 0)):
        region = from_frame(pl.DataFrame({"contig": ["chr2"], "start": [start], "end": [start + 1]}))
        assert len(find_candidates(PATH, Slab(text.encode(), 1), region, 6).lines) == reached


@given(
    st.lists(st.tuples(*(st.sampled_from(["A", "C", "AC", "A,C", "<DEL>", "*", "ACGT"]),) * 2), min_size=1)
)
def test_substitutions_beside_the_regions_are_left_out(alleles: list[tuple[str, str]]) -> None:
    """Lines that overlap a region stay, and elsewhere all that are longer than one base; none is changed."""
    lines = [f"chr1\t{at}000\t.\t{ref}\t{alt}\t.\t.\t." for at, (ref, alt) in enumerate(alleles, 1)]
    regions = from_frame(pl.DataFrame({"contig": ["chr1"], "start": [50], "end": [1000]}))
    found = without_substitutions(candidates("\n".join(lines) + "\n", columns=8), regions)
    both = zip(lines, alleles, strict=True)
    wanted = [at for at, (_, (ref, alt)) in enumerate(both) if not at or len(ref + alt) > 2]
    if found.reaching:
        wanted = list(range(len(lines)))
    assert found.text.decode().splitlines() == [lines[at] for at in wanted]
    assert (found.lines - 1).tolist() == wanted
    assert (found.starts // 1000).tolist() == wanted
