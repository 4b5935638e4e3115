"""`nbseval report`: one page for the committee."""

from __future__ import annotations

from dataclasses import asdict, replace
from pathlib import Path

import click

from evaluator.accuracy.supplement import BIRTHS, Options
from evaluator.accuracy.verification.registry import SEED
from evaluator.cli.main import now
from evaluator.cli.parameters import FILE, FOLDER, PROPORTION, one_of
from evaluator.files import write_text
from evaluator.provenance import Provenance, write_sidecar
from evaluator.report.disclosure import Disclosure
from evaluator.report.html import as_html
from evaluator.report.page import committee_page
from evaluator.report.results import Results, read_results
from evaluator.report.spreadsheet import write_spreadsheet
from evaluator.report.text import as_text


@click.command()
@click.argument("results", type=FOLDER)
@click.option("--out", type=FILE, required=True, help="The HTML file to write; it needs no other file.")
@click.option("--panel", type=FOLDER, help="Folder of the panel: its title, names and criteria.")
@click.option("--samples", type=FILE, help="The run's samples table: also newborns who were never sampled.")
@click.option("--network", type=FOLDER, help="Folder of the referral network: its name.")
@click.option("--xlsx", type=FILE, help="Also write every table to this spreadsheet, one sheet each.")
@click.option(
    "--disclosure",
    type=one_of(Disclosure),
    default=Disclosure.NONE.value,
    show_default=True,
    help="committee: hide small numbers and round the others, everywhere.",
)
@click.option(
    "--prevalence",
    type=PROPORTION,
    help="Birth prevalence of all conditions together, a proportion. Default: the sum of the panel's.",
)
@click.option(
    "--births",
    type=click.IntRange(1_000, 10_000_000),
    default=BIRTHS,
    show_default=True,
    help="Births to project to.",
)
@click.option("--seed", type=int, default=SEED, show_default=True, help="Seed of the simulations.")
def report(
    *,
    results: Path,
    out: Path,
    panel: Path | None,
    samples: Path | None,
    network: Path | None,
    xlsx: Path | None,
    disclosure: str,
    prevalence: float | None,
    births: int,
    seed: int,
) -> None:
    """Write one page: what was screened, what was found, what is not known.

    RESULTS holds findings.parquet and, where those stages ran, accuracy.json, ledger.parquet and
    referrals/referrals.parquet. The page is also printed, without its drawings.

    \b
    Example:
      nbseval report results --panel panel/uk-blood-spot --samples config/samples.tsv \\
        --out results/report.html --xlsx results/report.xlsx
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    read = replace(
        read_results(results, panel, samples, network),
        disclosure=Disclosure(disclosure),
        options=Options(prevalence, births, seed),
    )
    page = committee_page(read)
    record = _record(read)
    write_text(out, as_html(page))
    write_sidecar(out, record, now())
    if xlsx is not None:
        write_spreadsheet(page, xlsx)
        write_sidecar(xlsx, record, now())
    click.echo(as_text(page), nl=False)
    click.echo(f"\nWritten to {out}{f' and {xlsx}' if xlsx else ''}.")


def _record(read: Results) -> Provenance:
    findings = read.records["findings.parquet"]
    return Provenance(
        "report",
        str(findings.get("panel", "")),
        str(findings.get("panel_version", "")),
        str(findings.get("panel_sha256", "")),
        read.inputs,
        {"disclosure": read.disclosure.value, **asdict(read.options)},
    )
