"""The files beside the VCFs: callable stretches and the page that says nobody is real."""

from __future__ import annotations

from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.simulation.folder import CallableRegions
from evaluator.simulation.scenario import Gap
from evaluator.simulation.scenarios import SCENARIOS

from .conftest import Cohort


def covered(text: str, contig: str, position: int) -> bool:
    """Whether a 0-based position is callable."""
    rows = (line.split("\t") for line in text.splitlines())
    return any(name == contig and int(start) <= position < int(end) for name, start, end in rows)


def test_stretches_hold_every_region(small_panel: Panel) -> None:
    """Without gaps, everything the panel reads is callable."""
    text = CallableRegions(small_panel).text(())
    for contig, start, end in panel_regions(small_panel).iter_rows():
        assert covered(text, contig, start)
        assert covered(text, contig, end - 1)


def test_a_gap_takes_away_what_it_names(small_panel: Panel) -> None:
    """Inside a gap nothing is callable, one base beside it everything is."""
    contig, start, end = panel_regions(small_panel).row(5)
    gaps = (Gap(contig, start + 5, start + 15), Gap(contig, end - 10, end - 5))
    text = CallableRegions(small_panel).text(gaps)
    assert not any(covered(text, contig, place) for gap in gaps for place in range(gap.start, gap.end))
    for place in (start + 4, start + 15, end - 11, end - 5):
        assert covered(text, contig, place)


def test_the_page_says_what_the_cohort_is(cohort: Cohort) -> None:
    """It names the seed and the panel, counts every scenario, and says that nobody is real."""
    text = (cohort.folder / "README.txt").read_text(encoding="utf-8")
    assert "There is no real newborn in it." in text
    assert "with seed 1" in text
    assert cohort.panel.sha256 in text
    for scenario in SCENARIOS:
        assert f"{scenario.name}: {scenario.meaning}" in text
    assert "\n     0  " not in text
