"""Draw the page as text for a terminal: the same sentences and tables, without the drawings."""

from __future__ import annotations

import textwrap

from evaluator.report.model import Block, Page, Section, Step, Table

WIDTH = 100
INDENT = "    "


def as_text(page: Page) -> str:
    """Render the page, at most WIDTH columns wide; a folded table is named by its words only."""
    lines = [_wrapped(page.title, ""), _wrapped(page.subtitle, ""), _wrapped(page.warning, "")]
    for block in page.blocks:
        lines += ["", block.title.upper(), *_block(block)]
    for section in page.sections:
        lines += ["", section.title.upper(), *_section(section)]
    return "\n".join(lines) + "\n"


def _block(block: Block) -> list[str]:
    lines = [_wrapped(sentence, "- ") for sentence in block.sentences]
    for group in block.points:
        lines.append(_wrapped(group.sentence, "- "))
        lines += [_wrapped(point, f"{INDENT}- ") for point in (*group.points, *group.rest)]
    return lines


def _section(section: Section) -> list[str]:
    lines = [_wrapped(paragraph, "") for paragraph in section.paragraphs]
    lines += [_wrapped(note, "- ") for note in section.notes]
    lines += [_step(step) for step in section.flow]
    for table in section.tables:
        lines += _table(table)
    lines += [_wrapped(f"{term}: {meaning}", "- ") for term, meaning in section.terms]
    return lines


def _step(step: Step) -> str:
    shares = "; ".join(f"{part.label} {part.shown}" for part in step.parts)
    return _wrapped(f"{step.label} {step.shown}: {shares}", "- ")


def _table(table: Table) -> list[str]:
    if table.folded:
        return [_wrapped(f"{table.caption}: {len(table.rows)} rows, on the page only.", "")]
    lines = [_wrapped(f"{table.caption}:", "")]
    titles = [column.title if column.numeric else f"{column.title}:" for column in table.columns]
    for name, *cells in table.rows:
        named = (
            f"{title} {' '.join(cell.split())}" for title, cell in zip(titles[1:], cells, strict=True) if cell
        )
        lines.append(_wrapped(f"{name}: {'; '.join(named)}", "- "))
    if table.note:
        lines.append(_wrapped(table.note, INDENT))
    return lines


def _wrapped(text: str, mark: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
