"""What a panel offers: which genes and bases may be used, and where a stop escapes decay."""

from __future__ import annotations

import pytest

from evaluator.panel.model import Panel
from evaluator.simulation.catalogue import Catalogue, build_catalogue


@pytest.fixture(scope="module")
def catalogue(small_panel: Panel) -> Catalogue:
    """The small panel's catalogue."""
    return build_catalogue(small_panel)


def test_genes_are_sorted_by_inheritance(catalogue: Catalogue) -> None:
    """A gene with two inheritances, a special locus or a parent of origin is not among the plain ones."""
    assert catalogue.inherited("AR") == {"PAH", "ACADM", "GCDH", "ACADVL", "CPS1", "AGL", "PCBD1"}
    assert catalogue.inherited("AD") == {"SLC2A1", "SCN2A"}
    assert catalogue.inherited("AD", "AR") == {"KCNJ11"}
    assert catalogue.x_linked("XLR") == {"OTC"}
    assert catalogue.x_linked("XLR", inversions=True) == {"OTC", "F8"}
    assert catalogue.x_linked("XLD") == {"PHEX"}
    assert catalogue.pseudo_autosomal == {"CSF2RA"}


def test_harmless_alleles_are_on_no_list(catalogue: Catalogue) -> None:
    """A harmless change has a known reference base, lies in an exon, and no list names it."""
    listed = set(catalogue.listed)
    starts = {(allele.contig, allele.position): allele.ref[0] for allele in listed}
    for allele, gene in catalogue.harmless:
        assert allele not in listed
        assert allele.ref != allele.alt
        assert catalogue.coding_exon(gene, allele.position) is not None
        if (allele.contig, allele.position) in starts:
            assert starts[allele.contig, allele.position] == allele.ref


def test_exons_are_counted_along_the_strand(catalogue: Catalogue) -> None:
    """The first exon of a gene on the minus strand is its last on the map."""
    for gene, first in (("ACADM", 0), ("PAH", -1)):
        exons = catalogue.models[gene].exons
        start, end = exons[first]
        assert catalogue.coding_exon(gene, start + 1) == 1
        assert catalogue.coding_exon(gene, end) == 1
        assert catalogue.coding_exon(gene, exons[-1 - first if first else -1][0] + 1) == len(exons)
        assert catalogue.coding_exon(gene, start) is None


def test_a_stop_at_the_end_escapes_decay(catalogue: Catalogue) -> None:
    """The last exon and the end of the one before it escape; the start of the gene does not."""
    exons = catalogue.models["ACADM"].exons
    assert not catalogue.escapes_decay("ACADM", exons[0][0] + 1)
    assert not catalogue.escapes_decay("ACADM", exons[-2][1] - 60)
    assert catalogue.escapes_decay("ACADM", exons[-2][1] - 40)
    assert catalogue.escapes_decay("ACADM", exons[-1][0] + 1)
    minus = catalogue.models["PAH"].exons
    assert catalogue.escapes_decay("PAH", minus[1][0] + 40)
    assert not catalogue.escapes_decay("PAH", minus[1][0] + 60)


def test_scope_decides_which_rows_an_allele_reaches(catalogue: Catalogue) -> None:
    """An allele listed for the recessive row reaches that row only."""
    reached = [{row.inheritance for row in rows} for _, rows in catalogue.scoped("KCNJ11")]
    assert {"AR"} in reached
    assert {"AD", "AR"} in reached
    assert len(catalogue.alleles("KCNJ11")) == sum(modes == {"AD", "AR"} for modes in reached)
