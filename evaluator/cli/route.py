"""`nbseval route`: propose a pathway and a unit for every positive."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click
import polars as pl

from evaluator.cli.main import now
from evaluator.provenance import write_sidecar
from evaluator.referral.proposal import Proposal, propose_routes, write_proposal

FILE = click.Path(path_type=Path)


@click.command()
@click.argument("findings", type=FILE)
@click.option("--samples", type=FILE, required=True, help="Sample sheet of the run: consent and region.")
@click.option("--panel", type=FILE, required=True, help="Panel folder; its pathways decide.")
@click.option("--network", type=FILE, required=True, help="Network folder: units, regions, catchments.")
@click.option("--out", type=FILE, required=True, help="Folder to write; must be absent or empty.")
@click.option("--reviews", type=FILE, help="What a person decided about each result.")
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Day on which units and pathways must be valid; today if not given.",
)
def route(
    findings: Path,
    samples: Path,
    panel: Path,
    network: Path,
    out: Path,
    reviews: Path | None,
    as_of: datetime | None,
) -> None:
    """Propose a unit, and say why, for every reportable or pending result.

    A person accepts, redirects or declines each proposal. Where no unit is known the route is
    escalated to the coordinator of the newborn's region. Writes routes.csv, routes.json,
    referrals.parquet and audit.jsonl.

    \b
    Example:
      nbseval route results/findings.parquet --samples config/samples.tsv \\
        --panel panel/generation-study --network config/networks/england --out results/referrals
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    moment = now()
    day = as_of.date() if as_of else date.fromisoformat(moment[:10])
    proposal = propose_routes(findings, samples, panel, network, reviews=reviews, as_of=day)
    write_proposal(proposal, out)
    record = proposal.provenance
    parameters = {**record.parameters, "as_of": str(day)}
    write_sidecar(out, replace(record, parameters=parameters), moment)
    for line in summary(proposal):
        click.echo(line)
    click.echo(f"Written to {out}; dates were compared with {day}.")


def summary(proposal: Proposal) -> list[str]:
    """Count the routes by unit and urgency, escalations first; no newborn is named."""
    referrals = proposal.referrals
    newborns = referrals["newborn"].n_unique()
    counts = dict(referrals.group_by("status").len().iter_rows())
    lines = [
        f"{referrals.height} routes for {newborns} newborns: "
        + ", ".join(f"{counts.get(status, 0)} {status}" for status in ("proposed", "escalated", "refused"))
    ]
    lines += _escalated(referrals.filter(pl.col("status") == "escalated"))
    lines += _refused(referrals.filter(pl.col("status") == "refused"))
    proposed = referrals.filter(pl.col("status") == "proposed")
    for unit, rows in sorted(proposed.partition_by("lead_unit", as_dict=True).items()):
        classes = (
            rows.select(pl.col("urgency").fill_null("not signed")).group_by("urgency").len().sort("urgency")
        )
        shown = ", ".join(f"{urgency} {count}" for urgency, count in classes.iter_rows())
        lines.append(f"{unit[0]}: {rows.height} (urgency {shown})")
    return [*lines, *(f"Note: {note}" for note in proposal.notes)]


def _escalated(referrals: pl.DataFrame) -> list[str]:
    by = ["pathway", "coordinator"]
    groups = referrals.group_by(by).len().sort(by, nulls_last=True).iter_rows()
    return [
        f"ESCALATED: {count} of pathway {pathway} to {coordinator or 'nobody, no coordinator is known'}"
        for pathway, coordinator, count in groups
    ]


def _refused(referrals: pl.DataFrame) -> list[str]:
    traces = (json.loads(trace) for trace in referrals["trace"])
    stops = Counter(next(step["filter"] for step in trace if step.get("stops")) for trace in traces)
    return [
        f"REFUSED: {count} by {name}, see the reasons in routes.csv" for name, count in sorted(stops.items())
    ]
