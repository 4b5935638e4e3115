"""registry.yaml: what it may say, and every mistake at once, each at its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.accuracy.verification.registry_file import read_registry
from evaluator.statistics.capture_recapture import TwoSources

PANEL = {"mcadd", "scid", "cystic-fibrosis"}
SOUND = """\
linked_months: 24
completeness:
  - conditions: [mcadd, scid]
    sources: [National registry, Clinical laboratories]
    counted: found_clinically
    first: 46
    second: 51
    both: 40
onset:
  - conditions: [mcadd]
    source: a published curve
    ages:
      - {months: 1, diagnosed: 0.5, lower: 0.402, upper: 0.598}
      - {months: 24, diagnosed: 0.9}
  - conditions: [scid]
    source: children of one hospital
    cases:
      - {months: 2, diagnosed: true}
      - {months: 4, diagnosed: true}
      - {months: 9, diagnosed: false}
      - {months: 12, diagnosed: true}
"""


def problems(tmp_path: Path, text: str) -> list[str]:
    """Every problem of this text, without the folder."""
    path = tmp_path / "registry.yaml"
    path.write_text(text, encoding="utf-8")
    registry, found = read_registry(path, PANEL)
    assert (registry is None) == bool(found)
    return [str(problem).removeprefix(f"{tmp_path}/") for problem in found]


def test_a_sound_file(tmp_path: Path) -> None:
    """Conditions counted together share their sources; a curve is given, or estimated from children."""
    path = tmp_path / "registry.yaml"
    path.write_text(SOUND, encoding="utf-8")
    registry, found = read_registry(path, PANEL)
    assert found == []
    assert registry is not None
    assert registry.conditions == ["mcadd", "scid"]
    assert registry.linked_months == 24
    assert registry.completeness["scid"].counts == TwoSources(46, 51, 40)
    curve = registry.onset["mcadd"].curve
    assert (curve.at(0.5).mean, curve.at(1).mean, curve.at(23).mean, curve.at(24).mean) == (0, 0.5, 0.5, 0.9)
    assert curve.at(1).error == pytest.approx(0.05, abs=1e-4)
    assert curve.at(24).error == 0
    # Kaplan-Meier: 1 of 4 diagnosed at 2 months, 2 of 4 by 4; one left at 9; the last at 12
    children = registry.onset["scid"].curve
    assert [children.at(age).mean for age in (1, 2, 4, 11, 12)] == pytest.approx([0, 0.25, 0.5, 0.5, 1])


def test_every_mistake_at_once(tmp_path: Path) -> None:
    """Unknown and repeated conditions are told beside wrong values and unknown keys."""
    text = (
        SOUND.replace("linked_months: 24", "linked_months: 0")
        .replace("[mcadd, scid]", "[mcadd, scld]")
        .replace("    counted: found_clinically\n", "")
        .replace("both: 40", "both: 47")
        .replace("conditions: [scid]", "conditions: [mcadd]")
    )
    assert problems(tmp_path, text) == [
        "registry.yaml:3: 'scld' is not a condition of the panel",
        "registry.yaml:14: 'mcadd' stands twice under onset; keep one",
        "registry.yaml:1: linked_months 0: input should be greater than 0",
        "registry.yaml:3: completeness.0.counted is not given; add it",
    ]


@pytest.mark.parametrize(
    ("old", "new", "line", "message"),
    [
        ("both: 40", "both: 47", 3, "both cannot be more than the cases of the first or of the second"),
        ("first: 46", "first: -1", 6, "greater than or equal to 0"),
        ("counted: found_clinically", "counted: everyone", 5, "is not one of 'found_clinically'"),
        ("[National registry, Clinical laboratories]", "[National registry]", 4, "sources.1 is not given"),
        ("months: 24, diagnosed: 0.9", "months: 1, diagnosed: 0.9", 10, "ages must rise"),
        ("months: 24, diagnosed: 0.9", "months: 24, diagnosed: 0.4", 10, "diagnosed must never fall"),
        ("diagnosed: 0.9}", "diagnosed: 1.9}", 14, "less than or equal to 1"),
        ("upper: 0.598", "upper: 0.45", 13, "diagnosed must lie between lower and upper"),
        (", upper: 0.598", "", 13, "lower and upper go together"),
        ("diagnosed: true", "diagnosed: maybe", 18, "must be true or false"),
        ("    source: a published curve\n", "", 10, "source is not given"),
        ("linked_months", "linked_month", 1, "unknown key 'linked_month'"),
    ],
)
def test_each_mistake_is_told_where_it_stands(
    tmp_path: Path, old: str, new: str, line: int, message: str
) -> None:
    """The line of the value, or of the entry that is wrong as a whole."""
    assert old in SOUND
    (told, *_) = problems(tmp_path, SOUND.replace(old, new, 1))
    assert told.startswith(f"registry.yaml:{line}: ")
    assert message in told


def test_curve_and_children_exclude_each_other(tmp_path: Path) -> None:
    """Either one or the other; and children of whom none was diagnosed give no curve."""
    start = "onset:\n  - conditions: [scid]\n    source: x\n"
    (neither,) = problems(tmp_path, start)
    assert "give either ages (a curve) or cases (children)" in neither
    (nobody,) = problems(tmp_path, f"{start}    cases: [{{months: 3, diagnosed: false}}]\n")
    assert "no child of cases was diagnosed" in nobody


def test_a_file_that_says_nothing(tmp_path: Path) -> None:
    """Absent, empty, or without a condition: told, and never taken for complete ascertainment."""
    registry, found = read_registry(tmp_path / "absent.yaml", PANEL)
    assert registry is None
    assert "does not exist" in str(found[0])
    assert "is empty" in problems(tmp_path, "")[0]
    assert "names no condition" in problems(tmp_path, "linked_months: 12\n")[0]
