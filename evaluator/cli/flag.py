"""`nbseval flag`: what is reportable, for every newborn and gene row."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.errors import InputError
from evaluator.panel.load import load_panel
from evaluator.provenance import write_sidecar
from evaluator.screening import flag as flagging
from evaluator.variants.store import open_store
from evaluator.vocabulary import VERDICT_ORDER


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--panel", type=click.Path(path_type=Path), required=True, help="Folder of the panel.")
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    required=True,
    help="FINDINGS.parquet; the same table is written beside it as .tsv.",
)
def flag(store: Path, panel: Path, out: Path) -> None:
    """Decide what is reportable for every newborn and gene row of a panel.

    One row per newborn and enabled gene row, whatever was seen: reportable, pending phase, not assessed or
    not reportable, with the reasons in order. The VCFs are not read again.

    \b
    Example:
      nbseval flag results/store --panel panel/generation-study --out results/findings.parquet
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    if out.suffix != ".parquet":
        raise InputError.of(out, "must end in .parquet; the table is written beside it as .tsv")
    result = flagging.flag(open_store(store), load_panel(panel))
    for path in flagging.write_findings(result, out):
        write_sidecar(path, result.provenance, now())
    for note in result.notes:
        click.echo(f"Note: {note}", err=True)
    counts = dict(result.findings.group_by("verdict").len().iter_rows())
    told = ", ".join(f"{counts.get(str(verdict), 0)} {verdict}" for verdict in VERDICT_ORDER)
    click.echo(f"{result.findings.height} findings: {told}")
