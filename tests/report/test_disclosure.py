"""Under `committee` no small number of the cohort stands anywhere: page, terminal, spreadsheet."""

from __future__ import annotations

import dataclasses
import re
from html.parser import HTMLParser
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.accuracy.disclosure import Rule
from evaluator.errors import InputError
from evaluator.report.disclosure import RULE, Disclosure, Shown
from evaluator.report.html import as_html
from evaluator.report.model import Part, Step
from evaluator.report.page import committee_page
from evaluator.report.publication import published, published_flow
from evaluator.report.results import Results
from evaluator.report.spreadsheet import write_spreadsheet
from evaluator.report.text import as_text

SMALL = re.compile(r"(?<![\w.,/-])[1-7](?![\w.,%:-])(?!/\d)|\d+/\d+ =")
# Sections that hold no number of the cohort, and the words of the rule itself.
STILL = ("definitions", "stard", "provenance", "quality")
RULE_WORDS = ("from 1 to 7", "nearest 5", "QUADAS-2", "version 7")
PANEL_WORDS = ("4 conditions by 5 genes", "one of 4 conditions", "one of 4")
ASSUMED = ["1", "2", "5"]  # the missed cases that the table of tipping points assumes


class Words(HTMLParser):
    """Collects the words outside the sections that hold no number of the cohort, drawings included."""

    def __init__(self) -> None:
        super().__init__()
        self.within = ""
        self.quiet = False
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note which section this is, and read the text alternatives."""
        named = dict(attrs)
        if tag == "section":
            self.within = named.get("id") or ""
        if tag == "style":
            self.quiet = True
        self.words += [named.get("aria-label") or ""] if self.within not in STILL else []

    def handle_endtag(self, tag: str) -> None:
        """Style sheets hold no words."""
        if tag == "style":
            self.quiet = False

    def handle_data(self, data: str) -> None:
        """Collect what can be read."""
        if not self.quiet and self.within not in STILL:
            self.words.append(data)


def small_numbers(texts: list[str]) -> list[str]:
    """Every text in which a small number, or a fraction, stands alone."""
    found = []
    for text in texts:
        plain = text
        for words in (*RULE_WORDS, *PANEL_WORDS):
            plain = plain.replace(words, "")
        if SMALL.search(plain):
            found.append(text.strip())
    return found


@pytest.fixture
def protected(results: Results) -> Results:
    """The example of nine newborns, protected."""
    return dataclasses.replace(results, disclosure=Disclosure.COMMITTEE)


def test_the_search_finds_small_numbers(results: Results) -> None:
    """The same search on the unprotected page finds many, so that it can fail."""
    words = Words()
    words.feed(as_html(committee_page(results)))
    assert len(small_numbers(words.words)) > 20


def test_no_small_number_on_the_page(protected: Results) -> None:
    """Neither in a table, nor in a sentence, nor in a drawing or its text alternative."""
    words = Words()
    words.feed(as_html(committee_page(protected)))
    assert small_numbers(words.words) == ASSUMED


def test_no_small_number_in_the_terminal(protected: Results) -> None:
    """The text says the same, protected."""
    page = committee_page(protected)
    moving = dataclasses.replace(page, sections=tuple(s for s in page.sections if s.id not in STILL))
    assert small_numbers(as_text(moving).splitlines()) == []


def test_no_small_number_in_the_spreadsheet(protected: Results, tmp_path: Path) -> None:
    """No string and no number of any sheet."""
    page = committee_page(protected)
    moving = dataclasses.replace(page, sections=tuple(s for s in page.sections if s.id not in STILL))
    write_spreadsheet(moving, tmp_path / "page.xlsx")
    with ZipFile(tmp_path / "page.xlsx") as book:
        strings = re.findall(r"<t[^>]*>([^<]*)</t>", book.read("xl/sharedStrings.xml").decode())
        for name in book.namelist():
            if name.startswith("xl/worksheets/sheet"):
                numbers = re.findall(r'<c r="\w+"(?: s="\d+")?><v>(\d+)</v>', book.read(name).decode())
                assert not {int(number) for number in numbers} & set(range(1, 8)), name
    assert small_numbers(strings) == ASSUMED


def test_the_first_page_says_so(protected: Results, results: Results) -> None:
    """The reader learns that numbers are hidden; without the option, that they are not."""
    assert "from 1 to 7" in committee_page(protected).warning
    assert "shown as they are" in committee_page(results).warning


def test_estimates_come_from_the_counts_as_shown(protected: Results) -> None:
    """Whatever stands is computed from rounded counts; the parts of small groups are gone."""
    rows = published(protected).accuracy
    for row in rows.values():
        for name in ("numerator", "denominator"):
            number = row[name]
            assert not isinstance(number, int) or number % RULE.round_to == 0
    assert not [stratum for stratum, _ in rows if stratum.startswith("group: ")]


@given(st.lists(st.integers(0, 60), min_size=14, max_size=14))
def test_the_flow_tells_no_small_number(numbers: list[int]) -> None:
    """Neither shown, nor as the difference of a step and its parts."""
    tp, fp, wrong, waiting, fn, tn, unverified, inconclusive, rest, failed, aside, no, never, gone = numbers
    positive, negative = tp + fp + wrong + waiting, fn + tn + unverified
    sequenced = positive + negative + inconclusive + rest
    sampled = sequenced + failed + aside

    def step(*parts: int) -> Step:
        return Step("step", sum(parts), tuple(Part("part", part) for part in parts))

    steps = (
        step(sampled, no, never, gone),
        step(sequenced, failed, aside),
        step(positive, negative, inconclusive, rest),
        step(tp, fp, wrong, waiting),
        step(fn, tn, unverified),
    )
    for true, shown in zip(steps, published_flow(steps), strict=True):
        hidden = [part.newborns for part in shown.parts if part.shown == "*"]
        assert not Rule().is_small(true.newborns) or shown.shown == "*"
        for part in shown.parts:
            assert not Rule().is_small(part.newborns) or part.shown == "*"
        if shown.shown != "*" and hidden:
            assert len(hidden) > 1
            assert not Rule().is_small(sum(hidden))


@given(st.integers(0, 30), st.integers(0, 30))
def test_a_share_hides_what_its_counts_hide(part: int, more: int) -> None:
    """A proportion of which one side is small is not written."""
    shown = Shown(RULE).share(part, part + more)
    if any(RULE.is_small(number) for number in (part, more, part + more)):
        assert shown == "*"


def test_numbers_in_a_stage_sentence_are_taken_out() -> None:
    """A sentence of another stage may hold any number, so it keeps none."""
    assert Shown(RULE).text("33 of 169 unverified (1.5%)") == "* of * unverified (*)"
    assert Shown().text("33 of 169") == "33 of 169"


def test_a_protected_page_needs_the_ledger(protected: Results) -> None:
    """Without the ledger the flow and the counts could not be kept in agreement."""
    with pytest.raises(InputError, match="ledger"):
        committee_page(dataclasses.replace(protected, ledger=None))


def test_verdicts_alone_can_be_protected(bare: Results) -> None:
    """Findings without outcomes are protected too."""
    words = Words()
    words.feed(as_html(committee_page(dataclasses.replace(bare, disclosure=Disclosure.COMMITTEE))))
    assert small_numbers(words.words) == []
