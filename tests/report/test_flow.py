"""The flow sums, and each step starts from a part of the one before."""

from __future__ import annotations

from evaluator.report.flow import flow
from evaluator.report.model import Step
from evaluator.report.results import Results


def shares(step: Step) -> dict[str, int]:
    """The parts of a step that have newborns."""
    return {part.label: part.newborns for part in step.parts if part.newborns}


def test_every_step_sums(results: Results, bare: Results) -> None:
    """The parts of a step make its newborns, with and without outcomes."""
    for steps in (flow(results), flow(bare)):
        for step in steps:
            assert sum(part.newborns for part in step.parts) == step.newborns, step.label
            assert all(part.newborns >= 0 for part in step.parts)


def test_steps_are_connected(results: Results) -> None:
    """Nine newborns, from the samples table to the reference standard."""
    programme, sampled, sequenced, positive, negative = flow(results)
    assert shares(programme) == {"sampled": 8, "declined": 1}
    assert shares(sampled) == {"sequenced": 6, "sequencing failed": 1, "file set aside": 1}
    assert sampled.newborns == programme.parts[0].newborns
    assert sequenced.newborns == sampled.parts[0].newborns
    assert positive.newborns == sequenced.parts[0].newborns == 3
    assert negative.newborns == sequenced.parts[1].newborns == 3
    assert list(shares(positive).values()) == [1, 1, 1]
    assert list(shares(negative).values()) == [1, 1, 1]


def test_without_outcomes_the_flow_ends_at_the_verdict(bare: Results) -> None:
    """Findings alone know nothing of the declined newborn, and of no outcome."""
    programme, sampled, sequenced = flow(bare)
    assert programme.newborns == 8
    assert shares(sampled) == {"sequenced": 6, "sequencing failed": 1, "file set aside": 1}
    assert shares(sequenced) == {
        "reportable for at least one condition": 2,
        "pending phase only": 1,
        "not reportable for any condition assessed": 3,
    }
