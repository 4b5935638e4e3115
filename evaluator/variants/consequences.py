"""Compute the consequences of alleles by the `bcftools csq` inside pysam, from a FASTA and a GFF3.

Danecek and McCarthy, BCFtools/csq: haplotype-aware variant consequences, Bioinformatics 2017;33:2037. Every
allele is judged by itself: alleles of different newborns lie on no common haplotype.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pysam.bcftools
from pysam.utils import SamtoolsError
from pysam.version import __bcftools_version__

from evaluator.errors import InputError
from evaluator.variants import bgzf
from evaluator.variants.annotations import ALLELE, ENTRIES, bcsq_entries
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.fasta import contigs_of, is_spelt, opened_fasta, require_bases, write_alleles
from evaluator.variants.sites import info_value, open_sites, read_sites

_MOST_PROBLEMS = 20
_TRANSCRIPTS = 255  # so many consequences of one allele are written; genes with 15 transcripts are common
# What csq cannot do without, as Ensembl's GFF3 writes it (bcftools' manual, section csq).
_TRANSCRIPT = re.compile(rb"\bID=transcript:[^;]*;.*?\bParent=gene:.*?\bbiotype=")
_LAYOUT = (
    "has no transcript of Ensembl's layout (ID=transcript:...;Parent=gene:...;biotype=...) on the alleles' "
    "contigs, and bcftools csq reads no other; give the GFF3 that Ensembl publishes for the genome build"
)


TOOL = f"bcftools csq {__bcftools_version__}"


@dataclass(frozen=True)
class Genome:
    """The reference sequence, and Ensembl's features on it."""

    fasta: Path
    gff: Path


def computed_entries(alleles: pl.DataFrame, genome: Genome, build: str) -> pl.DataFrame:
    """Return ENTRIES (kind bcsq) of the alleles (contig, position, ref, alt), for each transcript they touch.

    Contigs may be named `1` or `chr1` in either file. Raises InputError where the FASTA lacks a contig or has
    other bases than REF, and where the GFF3 is not of Ensembl's layout.
    """
    wanted = alleles.select(ALLELE).filter(is_spelt())
    if wanted.is_empty():
        return ENTRIES.to_frame()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with opened_fasta(genome.fasta, folder) as reference:
            names = contigs_of(reference, wanted)
            require_bases(reference, wanted)
        _write_gff(genome.gff, folder / "genes.gff3", names)
        write_alleles(wanted, folder / "alleles.vcf", names)
        _run(folder, reference.indexed, genome.gff)
        source = open_sites(folder / "consequences.vcf")
        sites = read_sites(source, wanted, build)
        fields = source.header.annotation_fields()["bcsq"]
    if not fields:
        raise AssertionError("bcftools csq declares BCSQ with its fields")
    seen = sites.select(
        *ALLELE,
        source_position="position",
        source_ref="ref",
        source_alts="alt",
        allele_index=pl.lit(1, pl.Int16),
        bcsq=info_value("BCSQ"),
    )
    return bcsq_entries(seen, fields)


def _write_gff(gff: Path, path: Path, names: dict[str, str]) -> None:
    """Copy the wanted contigs' features under the FASTA's names; raises InputError for another layout."""
    wanted = {
        alias.encode(): names[contig].encode() for alias, contig in CONTIG_ALIASES.items() if contig in names
    }
    sound = False
    with path.open("wb") as out:
        for line in _lines(gff):
            contig, tab, rest = line.partition(b"\t")
            if contig in wanted and tab:
                out.write(wanted[contig] + tab + rest + b"\n")
                sound = sound or _TRANSCRIPT.search(rest) is not None
    if not sound:
        raise InputError.of(gff, _LAYOUT)


def _lines(path: Path) -> Iterator[bytes]:
    rest = b""
    for chunk in bgzf.chunks(path):
        *lines, rest = (rest + chunk).split(b"\n")
        yield from lines
    if rest:
        yield rest


def _run(folder: Path, fasta: Path, gff: Path) -> None:
    words = ("--local-csq", "--phase", "a", "--samples", "-", "--ncsq", str(_TRANSCRIPTS), "--no-version")
    files = ("--fasta-ref", str(fasta), "--gff-annot", str(folder / "genes.gff3"))
    out = ("--output", str(folder / "consequences.vcf"), str(folder / "alleles.vcf"))
    try:
        pysam.bcftools.csq(*words, *files, *out, catch_stdout=False)
    except SamtoolsError as error:
        told = [line for line in str(error).replace("\\n", "\n").splitlines() if line.strip()]
        raise InputError.of(gff, f"bcftools csq stopped: {told[-1] if told else 'no message'}") from error
