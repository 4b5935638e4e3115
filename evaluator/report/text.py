"""Draw the page's key facts as text for a terminal."""

from __future__ import annotations

import textwrap

from evaluator.report.model import Page, Step
from evaluator.report.numbers import count

WIDTH = 100


def as_text(page: Page) -> str:
    """Render the first page and the flow, at most WIDTH columns wide."""
    parts = [_wrapped(page.title, ""), _wrapped(page.subtitle, "")]
    for block in page.blocks:
        parts += ["", block.title.upper()]
        parts += [_wrapped(sentence, "- ") for sentence in block.sentences]
    for section in page.sections:
        if section.flow:
            parts += ["", section.title.upper()]
            parts += [_step(step) for step in section.flow]
    parts += ["", _wrapped(page.warning, "")]
    return "\n".join(parts) + "\n"


def _step(step: Step) -> str:
    shares = "; ".join(f"{part.label} {count(part.newborns)}" for part in step.parts)
    return _wrapped(f"{step.label} {count(step.newborns)}: {shares}", "- ")


def _wrapped(text: str, mark: str) -> str:
    return textwrap.fill(text, WIDTH, initial_indent=mark, subsequent_indent=" " * len(mark))
