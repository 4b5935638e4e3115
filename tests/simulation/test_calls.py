"""Simulated calls pass the panel's criteria unless they are spoiled, and then fail the one they should."""

from __future__ import annotations

import pytest

from evaluator.panel.criteria import Criteria, preset
from evaluator.simulation.calls import Sequencer
from evaluator.simulation.catalogue import Allele
from evaluator.simulation.simulate import _stream

ALLELE = Allele("chr1", 1000, "C", "T")


@pytest.fixture(params=range(5))
def sequencer(request: pytest.FixtureRequest) -> Sequencer:
    """A sequencer under the Generation Study's criteria."""
    return Sequencer(preset("generation-study"), _stream(request.param, "calls"))


def test_clean_calls_pass(sequencer: Sequencer) -> None:
    """Depth, quality and allele balance are inside the thresholds, by a margin."""
    for _ in range(200):
        call = sequencer.call(ALLELE, "0/1")
        assert sum(call.reads) >= 18
        assert call.quality is not None
        assert 35 <= call.quality <= 99
        assert 0.3 < call.reads[1] / sum(call.reads) < 0.7
        homozygous = sequencer.call(ALLELE, "1/1")
        assert homozygous.reads[0] <= 1


def test_narrow_windows_are_respected() -> None:
    """A panel with a narrow window still gets heterozygotes that pass."""
    rules = preset("generation-study").model_dump()
    rules["quality"]["het_allele_fraction"] = (0.4, 0.6)
    sequencer = Sequencer(Criteria.model_validate(rules), _stream(1, "calls"))
    for _ in range(200):
        call = sequencer.call(ALLELE, "0/1")
        assert 0.4 <= call.reads[1] / sum(call.reads) <= 0.6


def test_spoiled_calls_fail_one_criterion(sequencer: Sequencer) -> None:
    """Too few reads, too low a quality, too many alternative reads."""
    call = sequencer.call(ALLELE, "1/1")
    assert sum(sequencer.shallow(call).reads) < 10
    assert (sequencer.unsure(call).quality or 0) < 20
    unbalanced = sequencer.unbalanced(sequencer.call(ALLELE, "0/1"), 0.875)
    assert unbalanced.reads[1] / sum(unbalanced.reads) > 0.8


def test_a_line_has_the_cells_of_its_format(sequencer: Sequencer) -> None:
    """Missing values are dots; reads stand per allele."""
    call = sequencer.joint("chr1", 5, "C", ("T", "*"), "1/2")
    cells = call.line("X=1").split("\t")
    assert cells[:5] == ["chr1", "5", ".", "C", "T,*"]
    assert cells[8] == "GT:AD:DP:GQ:PS"
    genotype, reads, depth, _quality, phase_set = cells[9].split(":")
    assert (genotype, phase_set) == ("1/2", ".")
    assert reads.startswith("0,")
    assert int(depth) == sum(map(int, reads.split(",")))
