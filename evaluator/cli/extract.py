"""`nbseval extract`: VCFs into the store."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Literal

import click

from evaluator.cli.main import now
from evaluator.panel.load import load_panel
from evaluator.variants.extract import Request
from evaluator.variants.extract import extract as extract_batch

_WAYS = {"index": "by index", "probed": "searched without an index", "whole": "from beginning to end"}
_MOST_FILES = 2  # at a time unless more are asked for; what more gain was not measured


def _usable_cores() -> int:
    """Count the cores that this process may use, as far as the system tells."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@click.command()
@click.argument("samples", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--panel", required=True, type=click.Path(path_type=Path), help="Folder of the panel.")
@click.option("--out", required=True, type=click.Path(path_type=Path), help="The store; made if it is new.")
@click.option(
    "--regions",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="BED of more to read than the panel.",
)
@click.option(
    "--padding",
    type=click.IntRange(min=0),
    default=20,
    show_default=True,
    help="Bases read beside each exon.",
)
@click.option(
    "--on-error",
    type=click.Choice(["stop", "quarantine"]),
    default="stop",
    show_default=True,
    help="Stop at newborns whose files cannot be read, or set those newborns aside.",
)
@click.option(
    "--newborns-per-batch", type=click.IntRange(min=1), help="Read only one batch of this many rows."
)
@click.option(
    "--fasta",
    type=click.Path(path_type=Path, exists=True, dir_okay=False),
    help="Reference sequence: left-align insertions and deletions.",
)
@click.option(
    "--threads",
    type=click.IntRange(min=1),
    default=lambda: min(_MOST_FILES, _usable_cores()),
    show_default=f"{_MOST_FILES}, or 1 on one core",
    help="Files read at a time; the store is the same for any number.",
)
@click.option("--batch", type=click.IntRange(min=1), help="Which batch, from 1; needs --newborns-per-batch.")
def extract(
    samples: Path,
    panel: Path,
    out: Path,
    regions: Path | None,
    padding: int,
    on_error: Literal["stop", "quarantine"],
    newborns_per_batch: int | None,
    batch: int | None,
    *,
    fasta: Path | None,
    threads: int,
) -> None:
    """Read newborns' VCFs into a store of calls and callability.

    SAMPLES is the sample sheet. Every record that overlaps the panel's regions is kept before any clinical
    threshold, so a changed panel is evaluated on the store without reading a VCF again. A row whose vcf is
    "-" reads standard input.

    New newborns become a batch beside those of the store. With a panel that needs more sequence, and all
    newborns of a batch in SAMPLES, only the regions that the batch lacks are read, from the same files.

    \b
    Example:
      nbseval extract config/samples.tsv --panel panel/generation-study --out results/store
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    if (newborns_per_batch is None) != (batch is None):
        raise click.UsageError("--newborns-per-batch and --batch need each other")
    request = Request(
        samples,
        load_panel(panel),
        out,
        regions,
        padding,
        on_error,
        newborns_per_batch,
        batch,
        fasta,
        threads,
        None if sys.stdin is None else sys.stdin.buffer,  # none where the caller closed it
    )
    summary = extract_batch(request, now(), _progress if sys.stderr.isatty() else None)
    if fasta is None:
        told = "insertions and deletions were trimmed but not left-aligned; --fasta left-aligns them"
        click.echo(f"Note: {told}", err=True)
    for note in summary.notes:
        click.echo(f"Note: {note}", err=True)
    if summary.quarantined:
        told = f"{summary.quarantined} of {summary.sequenced} sequenced newborns were quarantined"
        click.echo(f"{told}; once their files are right, extract the batch again.", err=True)
    ways = ", ".join(f"{summary.ways[way]} {words}" for way, words in _WAYS.items() if summary.ways[way])
    told = f"{summary.sequenced - summary.quarantined} read" + (f" ({ways})" if ways else "")
    click.echo(f"newborns: {summary.newborns}, {told}; calls: {summary.calls}; in {summary.folder}", err=True)


def _progress(done: int, total: int) -> None:
    click.echo(f"\r{done} of {total} newborns read", nl=done == total, err=True)
