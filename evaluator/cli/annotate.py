"""`nbseval annotate`: what is known of every distinct allele of a store."""

from __future__ import annotations

from pathlib import Path

import click

from evaluator.cli.main import now
from evaluator.provenance import write_sidecar
from evaluator.variants import annotate as annotation
from evaluator.variants.consequences import Genome
from evaluator.variants.frequencies import POPULATION_MAXIMUM, STATISTICS
from evaluator.variants.store import open_store

FILE = click.Path(path_type=Path, exists=True, dir_okay=False)


@click.command()
@click.argument("store", type=click.Path(path_type=Path))
@click.option("--clinvar", type=FILE, help="ClinVar's VCF of the store's genome build.")
@click.option("--frequencies", type=FILE, help="VCF of population frequencies, for example gnomAD's sites.")
@click.option(
    "--statistic",
    type=click.Choice(list(STATISTICS)),
    default=POPULATION_MAXIMUM,
    show_default=True,
    help="Which frequency is read: the one that the panel's frequency.statistic compares.",
)
@click.option("--fasta", type=FILE, help="The reference genome that was called on; needs --gff.")
@click.option("--gff", type=FILE, help="Ensembl's GFF3 of that genome; needs --fasta.")
def annotate(
    store: Path,
    clinvar: Path | None,
    frequencies: Path | None,
    statistic: str,
    fasta: Path | None,
    gff: Path | None,
) -> None:
    """Annotate every distinct allele of a store once, for all newborns and panels.

    Consequences come from the newborns' own VCFs (INFO CSQ of VEP, ANN of SnpEff, BCSQ of bcftools csq).
    With --fasta and --gff, `bcftools csq` computes them for the alleles that carry none, each by itself.
    Writes STORE/variants.parquet and replaces an earlier annotation.

    \b
    Example:
      nbseval annotate results/store --clinvar resources/clinvar.vcf.gz
      nbseval annotate results/store --fasta GRCh38.fa --gff Homo_sapiens.GRCh38.gff3.gz
    """  # noqa: D301 - \b is click's mark for text that must not be wrapped
    if (fasta is None) != (gff is None):
        raise click.UsageError("--fasta and --gff go together: one says the bases, the other the genes.")
    opened = open_store(store)
    genome = Genome(fasta, gff) if fasta and gff else None
    result = annotation.annotate(opened, clinvar, frequencies, genome, statistic)
    write_sidecar(annotation.write_variants(opened, result), result.provenance, now())
    for note in result.notes:
        click.echo(note, err=True)
    click.echo(f"{result.variants.height} allele and gene pairs annotated from {', '.join(result.sources)}")
