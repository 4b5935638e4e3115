"""Consequences computed from a FASTA and a GFF3: a made-up gene on a made-up contig."""

from __future__ import annotations

import gzip
from collections.abc import Callable
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.variants.consequences import Genome, computed_entries

# One transcript on the plus strand: codons ATG AAA CGA TTT | GGA TAC TGA over two exons, 20 bases of intron.
LEFT, FIRST, INTRON, SECOND, RIGHT = "C" * 50, "ATGAAACGATTT", "GT" + "A" * 16 + "AG", "GGATACTGA", "C" * 50
GENOME = LEFT + FIRST + INTRON + SECOND + RIGHT
START = len(LEFT) + 1  # 1-based place of the A of ATG
SECOND_START = START + len(FIRST) + len(INTRON)
END = SECOND_START + len(SECOND) - 1
Files = Callable[..., Genome]


def features(contig: str) -> list[str]:
    """The gene as Ensembl writes it."""
    gene = f"{contig}\tours\tgene\t{START}\t{END}\t.\t+\t.\tID=gene:ENSG1;Name=OURS;biotype=protein_coding"
    transcript = (
        f"{contig}\tours\tmRNA\t{START}\t{END}\t.\t+\t.\t"
        "ID=transcript:ENST1;Parent=gene:ENSG1;biotype=protein_coding"
    )
    lines = [gene, transcript]
    phase = 0
    for start, end in ((START, START + len(FIRST) - 1), (SECOND_START, END)):
        lines.append(f"{contig}\tours\texon\t{start}\t{end}\t.\t+\t.\tParent=transcript:ENST1")
        lines.append(f"{contig}\tours\tCDS\t{start}\t{end}\t.\t+\t{phase}\tID=CDS:P1;Parent=transcript:ENST1")
    return lines


@pytest.fixture
def files(tmp_path: Path) -> Files:
    """Write the FASTA and the GFF3, under the given names of the contig."""

    def write(fasta_name: str = "chr1", gff_name: str = "1", lines: list[str] | None = None) -> Genome:
        fasta, gff = tmp_path / "genome.fa", tmp_path / "genes.gff3.gz"
        fasta.write_text(f">{fasta_name}\n{GENOME}\n", encoding="utf-8")
        text = "\n".join(["##gff-version 3", *(features(gff_name) if lines is None else lines)]) + "\n"
        gff.write_bytes(gzip.compress(text.encode()))
        return Genome(fasta, gff)

    return write


def alleles(*rows: tuple[int, str, str]) -> pl.DataFrame:
    """Alleles on chr1."""
    table = [("chr1", *row) for row in rows]
    schema = {"contig": pl.String, "position": pl.Int32, "ref": pl.String, "alt": pl.String}
    return pl.DataFrame(table, schema=schema, orient="row")


def said(entries: pl.DataFrame) -> list[tuple[object, ...]]:
    """Position, alternative, gene, transcript and consequence of each entry."""
    return (
        entries.sort("position", "alt")
        .select("position", "alt", "symbol", "transcript", "consequence")
        .rows()
    )


@pytest.mark.parametrize("names", [("chr1", "chr1"), ("1", "1"), ("chr1", "1"), ("1", "chr1")])
def test_consequences_under_any_names(files: Files, names: tuple[str, str]) -> None:
    """A stop, a synonymous change, a lost donor and a frameshift; either file may say 1 or chr1."""
    genome = files(*names)
    asked = alleles(
        (START + 6, "C", "T"),  # CGA -> TGA
        (START + 5, "A", "G"),  # AAA -> AAG
        (START + 12, "G", "C"),  # the first base of the intron
        (SECOND_START + 4, "AC", "A"),
        (10, "C", "A"),
    )
    assert said(computed_entries(asked, genome, "GRCh38")) == [
        (START + 5, "G", "OURS", "ENST1", "synonymous_variant"),
        (START + 6, "T", "OURS", "ENST1", "stop_gained"),
        (START + 12, "C", "OURS", "ENST1", "splice_donor_variant"),
        (SECOND_START + 4, "A", "OURS", "ENST1", "frameshift_variant"),
    ]


def test_alleles_are_never_combined(files: Files) -> None:
    """Two changes of one codon are two changes: nobody says that one newborn has both."""
    genome = files()
    asked = alleles((START + 3, "A", "T"), (START + 4, "A", "C"), (START + 4, "A", "G"))
    found = computed_entries(asked, genome, "GRCh38")
    assert [row[-1] for row in said(found)] == ["stop_gained", "missense_variant", "missense_variant"]


def test_the_users_folder_stays_as_it_was(files: Files) -> None:
    """The index of the FASTA is made elsewhere."""
    genome = files()
    before = sorted(genome.fasta.parent.iterdir())
    computed_entries(alleles((START + 6, "C", "T")), genome, "GRCh38")
    assert sorted(genome.fasta.parent.iterdir()) == before


def test_other_reference_bases_stop_the_run(files: Files) -> None:
    """A FASTA of another build has other bases: the places are named."""
    genome = files()
    with pytest.raises(
        InputError, match=rf"has A at chr1:{START}, where the newborns' VCFs have G"
    ) as raised:
        computed_entries(alleles((START, "G", "T"), (START + 6, "C", "T")), genome, "GRCh38")
    assert len(raised.value.problems) == 1


def test_a_missing_contig_stops_the_run(files: Files) -> None:
    """A FASTA without the contig cannot be checked."""
    genome = files(fasta_name="chr2")
    with pytest.raises(InputError, match="has no contig chr1"):
        computed_entries(alleles((START + 6, "C", "T")), genome, "GRCh38")


def test_another_layout_stops_the_run(files: Files) -> None:
    """A GFF3 without Ensembl's biotypes would give no consequence at all, in silence."""
    genome = files(lines=[line.replace("biotype=", "gbkey=") for line in features("1")])
    with pytest.raises(InputError, match="Ensembl publishes"):
        computed_entries(alleles((START + 6, "C", "T")), genome, "GRCh38")
