"""The engine and an independent, naive judge decide the same newborns alike."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from agreement import compare, of_judge, settings
from oddities import newborns
from universe import universe
from whole_path import readable, run, write

from evaluator.panel.load import load_panel

SETTINGS = (
    "as it is",
    "never annotated",
    "rows with their own values",
    "lenient",
    "no quality thresholds",
    "strict evidence",
    "other samples and callers",
    "every inheritance",
)


def agrees(repository: Path, panel: str, setting: str, number: int, seed: int) -> dict[str, Any]:
    """Compare under one setting and insist that nothing differs and that much was decided."""
    changed, annotated = settings(load_panel(repository / "panel" / panel))[setting]
    result = compare(changed, number, seed, annotated=annotated)
    assert result["examples"] == []
    assert result["differing"] == result["differing_conditions"] == 0
    assert len(result["verdicts"]) == 4
    return result


@pytest.mark.parametrize("setting", SETTINGS)
def test_no_verdict_differs(repository: Path, setting: str) -> None:
    """Sixty newborns on the Generation Study panel under each setting of the criteria."""
    result = agrees(repository, "generation-study", setting, 60, 11)
    assert result["rows_with_calls"] > 600


@pytest.mark.parametrize("panel", ["uk-blood-spot", "lysosomal"])
def test_no_verdict_differs_on_other_panels(repository: Path, panel: str) -> None:
    """The small panels have denser rules about pairs of alleles."""
    result = agrees(repository, panel, "as it is", 300, 12)
    assert result["rows_with_calls"] > 2_000


@pytest.mark.slow
def test_no_verdict_differs_in_two_thousand_newborns(repository: Path) -> None:
    """Two thousand newborns: tens of thousands of gene rows with calls, a million in all."""
    result = agrees(repository, "generation-study", "as it is", 2_000, 7)
    assert result["rows"] > 900_000
    assert result["rows_with_calls"] > 30_000


def test_no_verdict_differs_on_the_whole_path(
    repository: Path, tmp_path: Path, nbseval: Callable[..., Any]
) -> None:
    """The same from files: what extract and annotate make of VCFs is what the judge was told directly."""
    panel = load_panel(repository / "panel" / "generation-study")
    chance = random.Random(13)  # noqa: S311 - reproducible oddities, no secret
    world = universe(panel, chance)
    people = [readable(person) for person in newborns(panel, world, 25, chance)]
    write(panel, people, world, tmp_path)
    found = run(tmp_path, nbseval)
    judged, silent = of_judge(panel, people, world)
    different = {
        key: (verdict, found.get(key))
        for key, verdict in judged.items()
        if key not in silent and found.get(key) != verdict
    }
    assert different == {}
    assert found.keys() == judged.keys()
    assert sum(verdict == "reportable" for verdict in judged.values()) > 50
