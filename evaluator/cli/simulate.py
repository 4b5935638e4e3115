"""`nbseval simulate`: a cohort with known answers."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.panel.load import load_panel
from evaluator.provenance import write_sidecar
from evaluator.simulation import simulate as simulation


@click.command()
@click.argument("panel", type=click.Path(path_type=Path))
@click.option("--newborns", type=int, required=True, help="How many newborns to simulate.")
@click.option("--seed", type=int, required=True, help="The same seed gives the same files.")
@click.option(
    "--out", type=click.Path(path_type=Path), required=True, help="A folder that does not exist yet."
)
def simulate(panel: Path, newborns: int, seed: int, out: Path) -> None:
    """Write a simulated cohort with known answers, made from the alleles of PANEL.

    VCFs, callable regions, samples.tsv, outcomes.tsv, conventional.tsv, truth.tsv and a synthetic ClinVar.
    From 100 newborns on, every scenario that the panel leaves room for occurs at least once.

    \b
    Example:
      nbseval simulate panel/generation-study --newborns 200 --seed 1 --out cohort
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    written = simulation.simulate(load_panel(panel), newborns, seed, out)
    write_sidecar(out, written.provenance, now())
    click.echo(
        f"{out}: {written.newborns} newborns, {written.sequenced} sequenced, {written.scenarios} scenarios"
    )
    for verdict, count in written.verdicts.items():
        click.echo(f"  {verdict}: {count} newborn x condition rows")
