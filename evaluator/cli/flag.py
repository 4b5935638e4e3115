"""`nbseval flag`: what is reportable, for every newborn and gene row."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.errors import InputError, raise_if_any
from evaluator.panel.load import load_panel
from evaluator.provenance import write_sidecar
from evaluator.screening import flag as flagging
from evaluator.screening.findings_file import newborns_file
from evaluator.screening.sheet_match import sheet_problems
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
@click.option(
    "--samples",
    type=click.Path(path_type=Path),
    help="The run's sample sheet: stop unless the store holds exactly its newborns.",
)
@click.option("--complete", is_flag=True, help="Write every row of a large cohort, too.")
def flag(store: Path, panel: Path, out: Path, samples: Path | None, *, complete: bool) -> None:
    """Decide what is reportable for every newborn and gene row of a panel.

    One row per newborn and enabled gene row, whatever was seen: reportable, pending phase, not assessed or
    not reportable, with the reasons in order. The VCFs are not read again.

    Of more than 2,000 newborns only the rows are written that differ from a default, which the file declares
    for each gene row; the newborns stand beside it in FINDINGS.newborns.parquet, and there is no .tsv. The
    other commands read such a file as if it held every row. With --complete it does, and so does the .tsv.

    \b
    Example:
      nbseval flag results/store --panel panel/generation-study --out results/findings.parquet
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    if out.suffix != ".parquet":
        raise InputError.of(out, "must end in .parquet; the table is written beside it as .tsv")
    opened = open_store(store)
    if samples is not None:
        raise_if_any(sheet_problems(opened, samples))
    result = flagging.flag(opened, load_panel(panel))
    written = flagging.write_findings(result, out, complete=complete)
    for path, record in written.items():
        write_sidecar(path, record, now())
    for note in result.notes:
        click.echo(f"Note: {note}", err=True)
    if newborns_file(out) in written:
        told = f"{result.cohort.differing.height} rows that differ from the declared defaults are written"
        click.echo(f"Note: {told}; --complete writes all of them, and the .tsv.", err=True)
    counts = result.cohort.verdict_counts()
    told = ", ".join(f"{counts[str(verdict)]} {verdict}" for verdict in VERDICT_ORDER)
    click.echo(f"{result.cohort.height} findings: {told}")
