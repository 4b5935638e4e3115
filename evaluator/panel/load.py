"""Load a panel for use: only a panel without a problem is ever evaluated."""

from __future__ import annotations

from pathlib import Path

from evaluator.errors import Problem, raise_if_any
from evaluator.panel.draft import Draft
from evaluator.panel.lint import examine
from evaluator.panel.model import Panel


def load_panel(folder: Path) -> Panel:
    """Load one panel; raises InputError with every problem of every file."""
    (panel,) = load_panels(folder)
    return panel


def load_panels(*folders: Path) -> tuple[Panel, ...]:
    """Load several panels; raises InputError with the problems of all of them."""
    problems: list[Problem] = []
    drafts = []
    for folder in folders:
        draft, found = examine(folder)
        problems += found
        drafts.append(draft)
    raise_if_any(problems)
    return tuple(_panel(draft) for draft in drafts)


def _panel(draft: Draft) -> Panel:
    identity, criteria = draft.identity, draft.criteria
    if identity is None or criteria is None:
        raise AssertionError(f"{draft.folder}: a draft without a problem has an identity and criteria")
    return Panel(
        path=draft.folder,
        id=identity.id,
        title=identity.title,
        version=identity.version,
        status=identity.status,
        genome_build=identity.genome_build,
        jurisdiction=identity.jurisdiction,
        sources=tuple(source.model_dump(exclude_none=True) for source in identity.sources),
        **{name: table.drop("line") for name, table in draft.tables.items()},
        pathways=draft.pathways,
        criteria=criteria,
    )
