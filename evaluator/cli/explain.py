"""`nbseval explain`: every reason for one newborn, also for what was not reported."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Literal

import click

from evaluator.panel.load import load_panel
from evaluator.screening import explain as explaining
from evaluator.screening.explain_text import as_text
from evaluator.variants.store import open_store


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--panel", type=click.Path(path_type=Path), required=True, help="Folder of the panel.")
@click.argument("newborn")
@click.argument("condition", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="For people or for programs.",
)
def explain(
    store: Path, panel: Path, newborn: str, condition: str | None, form: Literal["text", "json"]
) -> None:
    """Explain one newborn's verdicts: every allele seen, what each rule said of it, and what was missing.

    The same rules run as in `nbseval flag`, on this newborn's records alone.

    \b
    Example:
      nbseval explain results/store --panel panel/generation-study NB000001 cystic-fibrosis
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    explanation = explaining.explain(open_store(store), load_panel(panel), newborn, condition)
    if form == "json":
        click.echo(json.dumps(explanation.as_dict(), ensure_ascii=False, indent=1))
    else:
        click.echo(as_text(explanation), nl=False)
