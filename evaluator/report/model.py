"""The view model: what the page says, as data, before it is drawn as text or as HTML."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Column:
    """One column of a table; numbers stand on the right."""

    title: str
    numeric: bool = False


@dataclass(frozen=True)
class Table:
    """A table of finished cells; the first cell of each row names the row."""

    id: str
    caption: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[str, ...], ...]
    note: str = ""
    links: tuple[str, ...] = ()  # one per row: the id of the section that its last cell names
    folded: str = ""  # the words to unfold it by; empty for a table that is always open


@dataclass(frozen=True)
class Figure:
    """A drawing; everything it shows also stands in a table."""

    svg: str
    caption: str
    description: str


@dataclass(frozen=True)
class Part:
    """One share of a step of the flow."""

    label: str
    newborns: int
    published: str = ""  # what is shown instead where small numbers are protected

    @property
    def shown(self) -> str:
        """The number as it may be seen."""
        return self.published or f"{self.newborns:,}"


@dataclass(frozen=True)
class Step:
    """One step of the flow of newborns; its parts sum to its newborns."""

    label: str
    newborns: int
    parts: tuple[Part, ...]
    published: str = ""

    @property
    def shown(self) -> str:
        """The number as it may be seen."""
        return self.published or f"{self.newborns:,}"


@dataclass(frozen=True)
class Points:
    """A short sentence with its commonest points; the rest unfolds by the words of `fold`."""

    sentence: str
    points: tuple[str, ...]
    fold: str = ""
    rest: tuple[str, ...] = ()


@dataclass(frozen=True)
class Block:
    """A heading of the first page and its sentences."""

    id: str
    title: str
    sentences: tuple[str, ...]
    points: tuple[Points, ...] = ()


@dataclass(frozen=True)
class Section:
    """One section of the page after the first."""

    id: str
    title: str
    paragraphs: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # what the reader of the figures must know
    flow: tuple[Step, ...] = ()
    figures: tuple[Figure, ...] = ()
    tables: tuple[Table, ...] = ()
    terms: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Page:
    """The whole page."""

    title: str
    subtitle: str
    warning: str
    blocks: tuple[Block, ...]
    sections: tuple[Section, ...]
