"""The HTML: complete, escaped, self-contained and in order."""

from __future__ import annotations

from html.parser import HTMLParser
from itertools import pairwise

import pytest

from evaluator.report.html import as_html
from evaluator.report.page import committee_page
from evaluator.report.results import Results

VOID = {"meta", "br", "img", "link", "input", "hr"}
LOADS = {"src", "srcset", "data", "poster", "action", "background"}


class Reader(HTMLParser):
    """Collects what a browser would see."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember the tag; SVG's empty elements close themselves."""
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Remember a tag that closes itself."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Every closing tag closes the last open one."""
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        """Collect the text."""
        self.text.append(data)


@pytest.fixture
def html(results: Results) -> str:
    """The page of the example."""
    return as_html(committee_page(results))


@pytest.fixture
def seen(html: str) -> Reader:
    """The page as parsed."""
    reader = Reader()
    reader.feed(html)
    reader.close()
    return reader


def test_markup_in_names_is_text(html: str, seen: Reader) -> None:
    """No script, image or bold of a hostile name becomes an element, in tables or in the drawing."""
    names = {tag for tag, _ in seen.tags}
    assert not names & {"script", "img", "b", "i", "u", "iframe", "object", "embed", "link"}
    assert "<script" not in html
    assert 'Galactosaemia <script>alert(1)</script> & "co"' in "".join(seen.text)
    assert "<u>Unit one</u>" in "".join(seen.text)
    assert not [value for _, attrs in seen.tags for name, value in attrs.items() if name.startswith("on")]


def test_nothing_is_loaded(html: str, seen: Reader) -> None:
    """Links go to places on the page only; nothing has a source elsewhere."""
    for tag, attrs in seen.tags:
        assert not LOADS & set(attrs), tag
        for name in ("href", "xlink:href"):
            assert (attrs.get(name) or "#").startswith("#"), tag
    assert "url(" not in html
    assert "@import" not in html
    assert "default-src 'none'" in html


def test_everything_is_closed(seen: Reader) -> None:
    """The tree is whole, and no id stands twice."""
    assert seen.open == []
    ids = [attrs["id"] for _, attrs in seen.tags if "id" in attrs]
    assert len(ids) == len(set(ids))


def test_a_screen_reader_finds_its_way(seen: Reader) -> None:
    """Language, skip link, headings in order, captions, scopes, and every link has its place."""
    assert seen.tags[0] == ("html", {"lang": "en-GB"})
    levels = [int(tag[1]) for tag, _ in seen.tags if tag in {"h1", "h2", "h3", "h4"}]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    tags = [tag for tag, _ in seen.tags]
    assert tags.count("table") == tags.count("caption") > 0
    assert all(attrs.get("scope") in {"col", "row"} for tag, attrs in seen.tags if tag == "th")
    ids = {attrs.get("id") for _, attrs in seen.tags}
    targets = [attrs["href"] for tag, attrs in seen.tags if tag == "a"]
    assert targets[0] == "#content"
    assert {str(target)[1:] for target in targets} <= ids
    drawings = [attrs for _, attrs in seen.tags if attrs.get("class") == "scroll drawing"]
    assert drawings
    assert all(drawing["role"] == "img" and drawing["aria-label"] for drawing in drawings)


def test_same_results_same_bytes(results: Results, html: str) -> None:
    """Drawn twice, the page has the same bytes."""
    assert as_html(committee_page(results)) == html
