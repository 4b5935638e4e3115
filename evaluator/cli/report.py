"""`nbseval report`: one page for the committee."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.files import write_text
from evaluator.provenance import Provenance, write_sidecar
from evaluator.report.html import as_html
from evaluator.report.page import committee_page
from evaluator.report.results import Results, read_results
from evaluator.report.text import as_text

FOLDER = click.Path(path_type=Path, file_okay=False)
FILE = click.Path(path_type=Path, dir_okay=False)


@click.command()
@click.argument("results", type=FOLDER)
@click.option("--out", type=FILE, required=True, help="The HTML file to write; it needs no other file.")
@click.option("--panel", type=FOLDER, help="Folder of the panel: its title, names and criteria.")
@click.option("--samples", type=FILE, help="The run's samples table: also newborns who were never sampled.")
@click.option("--network", type=FOLDER, help="Folder of the referral network: its name.")
def report(results: Path, out: Path, panel: Path | None, samples: Path | None, network: Path | None) -> None:
    """Write one page: what was screened, what was found, what is not known.

    RESULTS holds findings.parquet and, where those stages ran, accuracy.json, ledger.parquet and
    referrals/referrals.parquet. The key facts are also printed.

    \b
    Example:
      nbseval report results --panel panel/uk-blood-spot --samples config/samples.tsv \\
        --out results/report.html
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    read = read_results(results, panel, samples, network)
    page = committee_page(read)
    write_text(out, as_html(page))
    write_sidecar(out, _record(read), now())
    click.echo(as_text(page), nl=False)
    click.echo(f"\nWritten to {out}.")


def _record(read: Results) -> Provenance:
    findings = read.records["findings.parquet"]
    return Provenance(
        "report",
        str(findings.get("panel", "")),
        str(findings.get("panel_version", "")),
        str(findings.get("panel_sha256", "")),
        read.inputs,
    )
