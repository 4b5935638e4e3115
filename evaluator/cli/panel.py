"""`nbseval panel`: check, read and compare the panels that a committee edits."""

from __future__ import annotations

import json
from pathlib import Path

import click

from evaluator.errors import raise_if_any
from evaluator.panel.diff import diff as compare
from evaluator.panel.diff_text import diff_lines
from evaluator.panel.lint import examine
from evaluator.panel.load import load_panel, load_panels
from evaluator.panel.regions import panel_regions
from evaluator.panel.show import show as describe
from evaluator.variants.fasta import listed_problems

FOLDER = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group()
def panel() -> None:
    """Check, read and compare the panels that a committee edits.

    \b
    Example:
      nbseval panel lint panel/generation-study
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped


@panel.command()
@click.argument("folder", metavar="PANEL", type=FOLDER)
@click.option(
    "--fasta",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Reference sequence: compare the listed alleles' REF, and that they are left-aligned.",
)
def lint(folder: Path, fasta: Path | None) -> None:
    """Tell every problem of a panel at once, with file and line.

    \b
    Example:
      nbseval panel lint panel/generation-study
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    draft, problems = examine(folder)
    if fasta is not None and not problems:
        problems = listed_problems(draft.tables["alleles"], str(folder / "alleles.tsv"), fasta)
    raise_if_any(problems, "The panel cannot be used until they are gone.")
    conditions, genes, alleles = (draft.tables[name].height for name in ("conditions", "genes", "alleles"))
    click.echo(f"{folder}: no problem ({conditions} conditions, {genes} gene rows, {alleles} alleles)")


@panel.command()
@click.argument("folder", metavar="PANEL", type=FOLDER)
@click.option("--condition", metavar="ID", help="Describe one condition.")
@click.option("--gene", metavar="SYMBOL", help="Describe one gene.")
def show(folder: Path, condition: str | None, gene: str | None) -> None:
    """Describe a panel, one of its conditions, or one of its genes.

    \b
    Example:
      nbseval panel show panel/generation-study --gene CFTR
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    click.echo("\n".join(describe(load_panel(folder), condition, gene)))


@panel.command()
@click.argument("old", type=FOLDER)
@click.argument("new", type=FOLDER)
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="Lines for a person, or a document for a program.",
)
def diff(old: Path, new: Path, form: str) -> None:
    """Tell how two panels differ in meaning.

    The order of rows and columns, comments and line ends do not count.

    \b
    Example:
      nbseval panel diff panel/generation-study ../edited/generation-study
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    difference = compare(*load_panels(old, new))
    if form == "json":
        click.echo(json.dumps(difference.as_dict(), ensure_ascii=False, indent=1))
    else:
        click.echo("\n".join(diff_lines(difference)))


@panel.command()
@click.argument("folder", metavar="PANEL", type=FOLDER)
@click.option(
    "--padding",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Bases read on either side of every coding exon.",
)
def regions(folder: Path, padding: int) -> None:
    """Print the regions to read for a panel, as BED.

    They are the coding exons of every enabled gene and the listed alleles with 50 bases around them.

    \b
    Example:
      nbseval panel regions panel/generation-study > regions.bed
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    table = panel_regions(load_panel(folder), padding)
    click.echo(table.write_csv(separator="\t", include_header=False), nl=False)
