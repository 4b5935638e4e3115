"""Gene models: one row per gene, coding bases only, 0-based half-open."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.genes import GENE_MODELS, gene_models, gene_spans, read_gene_models
from evaluator.panel.genome import CONTIG_LENGTHS

HEADER = "gene\thgnc\trefseq\tensembl\tcontig\tstrand\tcoding_exons\tnote\n"


def table(folder: Path, *rows: str) -> Path:
    """A table of gene models in a file."""
    path = folder / "GRCh38.tsv"
    path.write_text(HEADER + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    return path


def test_exons_become_half_open_and_sorted(tmp_path: Path) -> None:
    """1-based inclusive intervals in any order become sorted 0-based half-open ones; empty cells are null."""
    path = table(
        tmp_path, "B\tHGNC:2\t\t\tchr2\t+\t\tno transcript", "A\tHGNC:1\tNM_1.1\t\tchr1\t-\t50-60,10-20\t"
    )
    models = read_gene_models(path, "GRCh38")
    assert dict(models.schema) == dict(GENE_MODELS)
    assert models["gene"].to_list() == ["A", "B"]
    assert models["exons"].to_list() == [[{"start": 9, "end": 20}, {"start": 49, "end": 60}], []]
    assert models["refseq"].to_list() == ["NM_1.1", None]
    assert models["note"].to_list() == [None, "no transcript"]


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ("A\tHGNC:1\t\t\tchr1\t+\t20-10\t", "impossible exon 20-10"),
        ("A\tHGNC:1\t\t\tchrM\t+\t1-16570\t", "impossible exon 1-16570"),
        ("A\tHGNC:1\t\t\tchr1\t+\t1-5,7\t", "impossible exon 7"),
        ("A\tHGNC:1\t\t\tchr1\t+\t1-5-9\t", "impossible exon 1-5-9"),
        ("A\tHGNC:1\t\t\tchr99\t+\t1-5\t", "impossible exon 1-5"),
        ("A\tHGNC:1\t\t\tchr1\t+\t1-5", "a row has not 8 cells"),
        ("A\tHGNC:1\t\t\tchr1\t+\t1-5\t\nA\tHGNC:1\t\t\tchr1\t+\t1-5\t", "stands twice"),
    ],
)
def test_a_damaged_table_is_our_fault(tmp_path: Path, row: str, words: str) -> None:
    """A table that cannot be true raises; it is part of the software."""
    with pytest.raises(ValueError, match=words):
        read_gene_models(table(tmp_path, row), "GRCh38")


def test_other_columns_are_refused(tmp_path: Path) -> None:
    """Only the declared columns are read."""
    path = tmp_path / "GRCh38.tsv"
    path.write_text("gene\tstart\nA\t1\n", encoding="utf-8")
    with pytest.raises(ValueError, match="expected"):
        read_gene_models(path, "GRCh38")


def test_a_build_without_models_is_an_input_error() -> None:
    """Asking for a build that has no models is told in plain words."""
    with pytest.raises(InputError, match="no gene models for GRCh37; there are some for GRCh38"):
        gene_models("GRCh37")


def test_supplied_models_are_sound() -> None:
    """Exons of the supplied models are sorted, apart from each other, and on known contigs."""
    models = gene_models("GRCh38")
    assert set(models["contig"]) <= set(CONTIG_LENGTHS["GRCh38"])
    for exons in models["exons"]:
        ends = [exon["end"] for exon in exons][:-1]
        starts = [exon["start"] for exon in exons][1:]
        assert all(end < start for end, start in zip(ends, starts, strict=True))


def test_spans_reach_from_the_first_to_the_last_coding_base() -> None:
    """OTC's coding bases reach from 38352697 to 38421082, 1-based."""
    span = gene_spans("GRCh38").row(by_predicate=pl.col("gene") == "OTC")
    assert span == ("OTC", "chrX", 38352696, 38421082)
