"""The regions of a panel: exact, merged, in karyotype order, and wide enough."""

from __future__ import annotations

import gzip
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import polars as pl
from hypothesis import given
from hypothesis import strategies as st

from evaluator.panel.genes import gene_models
from evaluator.panel.genome import CONTIG_LENGTHS, KARYOTYPE_ORDER
from evaluator.panel.model import Panel
from evaluator.panel.regions import REGIONS, merge, panel_regions

INTERVALS = st.lists(
    st.tuples(st.sampled_from(["chr1", "chr2", "chr10", "chrX"]), st.integers(0, 60), st.integers(1, 12)),
    max_size=25,
)


@given(INTERVALS)
def test_merging_keeps_exactly_the_bases(intervals: list[tuple[str, int, int]]) -> None:
    """The merged intervals hold the same bases, apart from each other, in karyotype order."""
    rows = [(contig, start, start + length) for contig, start, length in intervals]
    merged = merge(pl.DataFrame(rows, schema=REGIONS, orient="row")).rows()
    bases = {(contig, base) for contig, start, end in rows for base in range(start, end)}
    assert {(contig, base) for contig, start, end in merged for base in range(start, end)} == bases
    assert merged == sorted(merged, key=lambda row: (KARYOTYPE_ORDER[row[0]], row[1]))
    for (contig, _, end), (following, start, _) in pairwise(merged):
        assert contig != following or end < start


def covered(regions: pl.DataFrame, contig: str, start: int, end: int) -> bool:
    """Whether one region holds the whole interval."""
    here = (pl.col("contig") == contig) & (pl.col("start") <= start) & (pl.col("end") >= end)
    return regions.filter(here).height == 1


def test_single_exon_is_exact(small: Panel) -> None:
    """OTC's first coding exon, 38352697-38352773 (1-based), with 20 bases around it, as BED counts."""
    rows = panel_regions(small).filter(pl.col("contig") == "chrX").rows()
    assert rows[0] == ("chrX", 38352696 - 20, 38352773 + 20)


def test_padding_is_the_callers(small: Panel) -> None:
    """Without padding exactly the coding bases of a gene are read."""
    rows = panel_regions(small, padding=0).filter(pl.col("contig") == "chrX").rows()
    exons = gene_models("GRCh38").filter(pl.col("gene") == "OTC")["exons"].item()
    assert rows == [("chrX", exon["start"], exon["end"]) for exon in exons]


def test_every_exon_and_allele_is_read(small: Panel) -> None:
    """All coding exons with 20 bases, all listed alleles with 50, also those of diplotype rules only."""
    regions = panel_regions(small)
    enabled = set(small.gene_rows["gene"])
    for gene, contig, exons in gene_models("GRCh38").select("gene", "contig", "exons").iter_rows():
        if gene in enabled:
            assert all(covered(regions, contig, e["start"] - 20, e["end"] + 20) for e in exons)
    alleles = [row[:3] for row in small.alleles.filter(pl.col("gene").is_in(enabled)).iter_rows()]
    for contig, position, ref in [*alleles, ("chr7", 117548628, "GTT")]:
        assert covered(regions, contig, position - 1 - 50, position - 1 + len(ref) + 50)


def test_a_disabled_gene_is_not_read(small: Panel) -> None:
    """Neither the exons nor the listed alleles of a disabled gene row are read."""
    assert (
        panel_regions(small).filter((pl.col("contig") == "chrX") & (pl.col("start") < 3_000_000)).is_empty()
    )


def test_regions_end_where_the_contig_ends(small: Panel) -> None:
    """No region starts below 0 or reaches past its contig."""
    mitochondrial = small.genes.filter(pl.col("gene") == "MT-RNR1")
    panel = replace(small, genes=mitochondrial)
    assert panel_regions(panel, padding=20_000).rows() == [("chrM", 0, CONTIG_LENGTHS["GRCh38"]["chrM"])]


def test_an_empty_panel_reads_nothing(small: Panel) -> None:
    """A panel without an enabled gene row has no regions, in the same columns."""
    regions = panel_regions(replace(small, genes=small.genes.clear()))
    assert regions.is_empty()
    assert dict(regions.schema) == dict(REGIONS)


def test_the_exons_agree_with_the_source(small: Panel, shared_data: Path) -> None:
    """Every coding exon of the published MANE transcript is read, gene by gene."""
    regions = panel_regions(small)
    genes = {"CFTR", "BTD", "ABCC8", "RB1", "OTC"}
    found = set()
    with gzip.open(shared_data / "genes" / "mane_cds.GRCh38.bed.gz", "rt", encoding="utf-8") as bed:
        for contig, start, end, name, *_ in (line.rstrip().split("\t") for line in bed):
            gene = name.split("|")[0]
            if gene in genes:
                found.add(gene)
                assert covered(regions, contig, int(start) - 20, int(end) + 20), name
    assert found == genes


def test_the_middle_of_a_listed_deletion_is_read(small: Panel) -> None:
    """A call that shares more than half of a listed deletion covers its middle, wherever its own ends lie."""
    row = {"contig": "chr7", "position": 117490000, "ref": "N", "alt": "<DEL>", "end": 117496000}
    listed = pl.DataFrame([{**row, "gene": "CFTR", "list": "allow"}], schema=small.alleles.schema)
    regions = panel_regions(replace(small, alleles=listed))
    assert covered(regions, "chr7", 117493000 - 50, 117493000 + 51)
    assert not covered(regions, "chr7", 117490100, 117490101)
