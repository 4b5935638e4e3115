"""A hand-written YAML file is read with its lines, and its form is checked whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.panel.yaml_reader import read_yaml, read_yaml_text


def test_values_know_their_lines() -> None:
    """A value is found at its line, an absent one at the mapping around it."""
    document, problems = read_yaml_text("x.yaml", "a: 1\nb:\n  c:\n    - 2\n    - 3\n  d: {e: 4}\n")
    assert problems == []
    assert document.data == {"a": 1, "b": {"c": [2, 3], "d": {"e": 4}}}
    assert document.line(("b", "c", 1)) == 5
    assert document.line(("b", "d", "e")) == 6
    assert document.line(("b", "d", "missing")) == 6
    assert document.line(("nothing",)) == 1


def test_dates_become_text() -> None:
    """A date is text, whether or not a curator quoted it."""
    document, _ = read_yaml_text("x.yaml", 'a: 2026-11-22\nb: "2026-11-22"\n')
    assert document.data == {"a": "2026-11-22", "b": "2026-11-22"}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("a: 1\na: 2\nb: {c: 1, c: 2}\n", ["x.yaml:2: key 'a'", "x.yaml:3: key 'c'"]),
        ("a: &x 1\nb: *x\n", ["x.yaml:1: 'x' is an anchor", "x.yaml:2: 'x' is an anchor or alias"]),
        ("a: &x [*x]\n", ["x.yaml:1: 'x' is an anchor or alias; write", "x.yaml:1: 'x' is an anchor"]),
        ("a: [1\n", ["x.yaml:2: is not valid YAML"]),
        ("a: 1\n\tb: 2\n", ["x.yaml:2: is not valid YAML"]),
        ("- 1\n", ["x.yaml:1: must be a mapping"]),
        ("just text\n", ["x.yaml:1: must be a mapping"]),
        ("# only a comment\n", ["x.yaml: is empty"]),
        ("a: 1\n---\nb: 2\n", ["x.yaml:2: is not valid YAML"]),
        ("a: !!python/name:os.system x\n", ["x.yaml:1: is not valid YAML"]),
    ],
)
def test_mistakes_of_form(text: str, told: list[str]) -> None:
    """Every mistake of form is told with its line."""
    _, problems = read_yaml_text("x.yaml", text)
    assert len(problems) == len(told)
    for problem, start in zip(problems, told, strict=True):
        assert str(problem).startswith(start)


def test_a_duplicate_key_hides_nothing() -> None:
    """The rest of the file is still read."""
    document, _ = read_yaml_text("x.yaml", "a: 1\na: 2\nb: 3\n")
    assert document.data["b"] == 3


def test_text_that_is_not_utf8(tmp_path: Path) -> None:
    """A file in another encoding is told, not guessed."""
    path = tmp_path / "x.yaml"
    path.write_bytes(b"a: \xff\n")
    assert "is not UTF-8" in str(read_yaml(path)[1][0])
