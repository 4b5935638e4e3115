"""The structural callers' files: in whom deletions were looked for, and where the harmless ones lie."""

from __future__ import annotations

from random import Random

import pytest

from evaluator.panel.model import Panel
from evaluator.simulation.catalogue import Catalogue, build_catalogue
from evaluator.simulation.scenario import Deletion, Planted
from evaluator.simulation.structural import deletions, harmless_places

from .conftest import Cohort


@pytest.fixture(scope="module")
def catalogue(small_panel: Panel) -> Catalogue:
    """What the small panel offers."""
    return build_catalogue(small_panel)


def test_harmless_places_hold_no_coding_base_and_no_listed_allele(catalogue: Catalogue) -> None:
    """Whoever loses one of them loses nothing that the panel reads."""
    places = harmless_places(catalogue)
    assert len(places) > 20
    for place in places:
        for model in catalogue.models.values():
            near = [exon for exon in model.exons if exon[0] < place.end and exon[1] > place.start]
            assert model.contig != place.contig or near == []
        for allele in catalogue.listed:
            assert allele.contig != place.contig or not place.start < allele.position <= place.end


def test_nobody_looked_in_every_tenth_newborn(catalogue: Catalogue) -> None:
    """Most newborns have a list of deletions, in order; an empty one says that none was found."""
    places, rng = harmless_places(catalogue), Random(1)  # noqa: S311 - repeatable on purpose
    drawn = [deletions(catalogue, places, None, rng) for _ in range(2_000)]
    assert 0.08 < drawn.count(None) / len(drawn) < 0.12
    assert {len(calls) for calls in drawn if calls is not None} == {0, 1, 2}


def test_what_is_planted_is_always_looked_for(catalogue: Catalogue) -> None:
    """A planted deletion is found in every newborn, and its gene holds no other."""
    places = harmless_places(catalogue)
    contig, start, end = catalogue.footprint("PAH")
    own = Deletion(contig, start + 100, end - 100, "1/1")
    for seed in range(100):
        rng = Random(seed)  # noqa: S311 - repeatable on purpose
        found = deletions(catalogue, places, Planted("PAH", deletions=(own,)), rng)
        assert found is not None
        assert [call for call in found if call.contig == contig and start < call.start < end] == [own]


def test_the_sheet_names_every_file(cohort: Cohort) -> None:
    """The files of the folder are those of the sheet, and some newborns have none."""
    samples = cohort.table("samples.tsv")
    named = set(samples["structural_vcf"].drop_nulls())
    assert named == {f"structural/{path.name}" for path in (cohort.folder / "structural").glob("*.gz")}
    assert 0 < samples.filter(status="sequenced").height - len(named) < 40
