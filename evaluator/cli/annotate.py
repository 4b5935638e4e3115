"""`nbseval annotate`: what is known of every distinct allele of a store."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.provenance import write_sidecar
from evaluator.variants import annotate as annotation
from evaluator.variants.store import open_store

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--clinvar", type=FILE, help="ClinVar's VCF of the store's genome build.")
@click.option("--frequencies", type=FILE, help="VCF of population frequencies, for example gnomAD's sites.")
def annotate(store: Path, clinvar: Path | None, frequencies: Path | None) -> None:
    """Annotate every distinct allele of a store once, for all newborns and panels.

    Consequences come from the newborns' own VCFs (INFO CSQ of VEP, ANN of SnpEff, BCSQ of bcftools csq).
    Writes STORE/variants.parquet and replaces an earlier annotation.

    \b
    Example:
      nbseval annotate results/store --clinvar resources/clinvar.vcf.gz
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    opened = open_store(store)
    result = annotation.annotate(opened, clinvar, frequencies)
    write_sidecar(annotation.write_variants(opened, result), result.provenance, now())
    for note in result.notes:
        click.echo(note, err=True)
    click.echo(f"{result.variants.height} allele and gene pairs annotated from {', '.join(result.sources)}")
