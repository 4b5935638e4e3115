"""Simulated consequences: the words VEP uses, in the order the header names."""

from __future__ import annotations

from evaluator.panel.model import Panel
from evaluator.simulation.catalogue import Allele, build_catalogue
from evaluator.simulation.consequences import (
    CSQ_FIELDS,
    IMPACT,
    Consequence,
    csq,
    listed_consequence,
    vep_alleles,
)
from evaluator.simulation.markers import build_markers
from evaluator.simulation.simulate import _stream
from evaluator.simulation.wishes import Purpose


def test_length_and_place_name_the_consequence(small_panel: Panel) -> None:
    """A listed allele's consequence fits its length in an exon and its distance outside one."""
    catalogue = build_catalogue(small_panel)
    start, end = catalogue.models["ACADM"].exons[1]
    inside = start + 20
    cases = {
        (inside, "C", "T"): "missense_variant",
        (inside, "CA", "C"): "frameshift_variant",
        (inside, "CAAA", "C"): "inframe_deletion",
        (inside, "C", "CAAA"): "inframe_insertion",
        (inside, "CA", "TG"): "protein_altering_variant",
        (end + 1, "G", "A"): "splice_donor_variant",
        (start, "G", "A"): "splice_acceptor_variant",
        (start - 30, "G", "A"): "intron_variant",
    }
    for (position, ref, alt), expected in cases.items():
        assert listed_consequence(catalogue, "ACADM", Allele("chr1", position, ref, alt)) == expected
        assert expected in IMPACT
    minus = catalogue.models["PAH"].exons[1]
    assert (
        listed_consequence(catalogue, "PAH", Allele("chr12", minus[1] + 1, "G", "A"))
        == "splice_acceptor_variant"
    )
    assert listed_consequence(catalogue, "PAH", Allele("chr12", minus[0], "G", "A")) == "splice_donor_variant"


def test_an_entry_has_every_field_of_the_header(small_panel: Panel) -> None:
    """The annotation names gene, transcript, exon and frequency in the header's order."""
    catalogue = build_catalogue(small_panel)
    position = catalogue.models["ACADM"].exons[2][0] + 5
    other = Consequence("ACADM", "stop_gained", 0.0, "HC", on_panel_transcript=False)
    text = csq(
        catalogue,
        Allele("chr1", position, "C", "T"),
        "T",
        [Consequence("ACADM", "synonymous_variant", 0.02), other],
    )
    own, elsewhere = (dict(zip(CSQ_FIELDS, entry.split("|"), strict=True)) for entry in text.split(","))
    assert own["MANE_SELECT"] == "NM_000016.6"
    assert own["EXON"] == "3/12"
    assert own["MAX_AF"] == "0.02"
    assert (elsewhere["MANE_SELECT"], elsewhere["CANONICAL"], elsewhere["LoF"]) == ("", "", "HC")
    assert own["Feature"] != elsewhere["Feature"]


def test_alleles_are_written_as_vep_writes_them() -> None:
    """A base shared by every alternative is left out, a star stays, single bases stay."""
    assert vep_alleles("CAGT", ["C", "*"]) == ["-", "*"]
    assert vep_alleles("C", ["CA", "CAG"]) == ["A", "AG"]
    assert vep_alleles("CTT", ["TTT", "C"]) == ["TTT", "C"]
    assert vep_alleles("C", ["A", "*"]) == ["A", "*"]


def test_an_allele_means_one_thing(small_panel: Panel) -> None:
    """Reserved alleles share no place with the background, and each has the consequence of its purpose."""
    markers = build_markers(build_catalogue(small_panel), _stream(1, "alleles"))
    reserved = [marker for purpose in Purpose for marker in markers.of(purpose)]
    places = [(marker.allele.contig, marker.allele.position) for marker in reserved]
    assert len(set(places)) == len(places)
    assert not set(places) & {(allele.contig, allele.position) for allele, _ in markers.harmless}
    for marker in reserved:
        assert markers.annotations[marker.allele] == marker.consequences
        assert (marker.allele in markers.classifications) == marker.purpose.startswith("clinvar")
    for allele, _gene in markers.harmless:
        assert {meaning.term for meaning in markers.annotations[allele]} <= {
            "synonymous_variant",
            "missense_variant",
        }
        if allele in markers.classifications:
            assert "athogenic" not in markers.classifications[allele][1].significance
