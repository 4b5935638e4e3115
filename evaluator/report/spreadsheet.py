"""The page as a spreadsheet: one sheet per table, the same words and numbers, the same bytes each time."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from evaluator.files import whole_file
from evaluator.report.model import Column, Page, Table
from evaluator.spreadsheet_cells import FORMULA_START

CREATED = datetime(2000, 1, 1, tzinfo=UTC)  # fixed, so that equal pages give equal bytes
WIDEST, NARROWEST = 60, 8
LONGEST_NAME = 31  # the format's limit for the name of a sheet
COUNT = re.compile(r"\d{1,3}(,\d{3})*")
# A sheet may be saved as CSV one day; a sign before a digit is a number.
SIGNED_NUMBER = re.compile(r"[+-]\d")


def write_spreadsheet(page: Page, path: Path) -> None:
    """Write the page's texts, flow and tables, whole or not at all."""
    with whole_file(path) as temporary:
        options = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        book = xlsxwriter.Workbook(str(temporary), options)
        book.set_properties({"created": CREATED, "title": page.title, "subject": page.subtitle})
        bold = book.add_format({"bold": True, "text_wrap": True, "valign": "top"})
        plain = book.add_format({"text_wrap": True, "valign": "top"})
        taken: set[str] = set()
        for table in (_overview(page), _remarks(page), _flow(page), _words(page)):
            if table.rows:
                _write(book.add_worksheet(_name(table.id, taken)), table, bold, plain)
        for section in page.sections:
            for table in section.tables:
                _write(book.add_worksheet(_name(table.id, taken)), table, bold, plain)
        book.close()


def _overview(page: Page) -> Table:
    rows = [("Panel", page.subtitle), ("Note", page.warning)]
    for block in page.blocks:
        rows += [(block.title, sentence) for sentence in block.sentences]
        for group in block.points:
            rows += [(group.sentence, point) for point in (*group.points, *group.rest)]
    return _sheet("overview", page.title, ("Part", "Text"), rows)


def _remarks(page: Page) -> Table:
    rows = [
        (section.title, text) for section in page.sections for text in (*section.paragraphs, *section.notes)
    ]
    return _sheet("remarks", "What the page says beside its tables", ("Section", "Text"), rows)


def _flow(page: Page) -> Table:
    rows = []
    for section in page.sections:
        for step in section.flow:
            rows.append((step.label, "all", step.shown))
            rows += [(step.label, part.label, part.shown) for part in step.parts]
    return _sheet("flow", "From all newborns to the answer", ("Step", "Part", "Newborns"), rows)


def _words(page: Page) -> Table:
    rows = [term for section in page.sections for term in section.terms]
    return _sheet("words", "What the words mean", ("Word", "Meaning"), rows)


def _sheet(name: str, caption: str, titles: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> Table:
    return Table(name, caption, tuple(Column(title) for title in titles), tuple(rows))


def _name(table: str, taken: set[str]) -> str:
    name = table[:LONGEST_NAME]
    place = 2
    while name.lower() in taken:
        name = f"{table[: LONGEST_NAME - 4]}-{place}"
        place += 1
    taken.add(name.lower())
    return name


def _write(sheet: Worksheet, table: Table, bold: Format, plain: Format) -> None:
    """Write caption, column titles, rows and note; the titles and the first column stay in sight."""
    sheet.write_string(0, 0, neutral(table.caption))
    for place, column in enumerate(table.columns):
        sheet.write_string(1, place, neutral(column.title), bold)
        cells = [column.title, *(row[place] for row in table.rows)]
        longest = max(len(line) for cell in cells for line in cell.split("\n"))
        sheet.set_column(place, place, min(WIDEST, max(NARROWEST, longest + 2)))
    for line, row in enumerate(table.rows, start=2):
        for place, cell in enumerate(row):
            if place and COUNT.fullmatch(cell):
                sheet.write_number(line, place, int(cell.replace(",", "")), plain)
            else:
                sheet.write_string(line, place, neutral(cell), plain)
    if table.note:
        sheet.write_string(len(table.rows) + 3, 0, neutral(table.note))
    sheet.freeze_panes(2, 1)


def neutral(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet program could take for a formula.

    >>> neutral("=1+1"), neutral("-0.5"), neutral("-x")
    ("'=1+1", '-0.5', "'-x")
    """
    runs = re.match(FORMULA_START, cell) and not SIGNED_NUMBER.match(cell)
    return f"'{cell}" if runs else cell
