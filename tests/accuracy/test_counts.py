"""Published counts: an empty cell is unknown, a wrong cell is told with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.counts import read_counts
from evaluator.errors import InputError


def written(folder: Path, text: str) -> Path:
    """The text as a counts table."""
    path = folder / "counts.tsv"
    path.write_text(text, encoding="utf-8")
    return path


def test_empty_is_unknown(tmp_path: Path) -> None:
    """A cell that is empty, or whose column is absent, is None and not zero."""
    (counts,) = read_counts(written(tmp_path, "stratum\ttp\tfp\tfn\nstudy\t2\t0\t\n"))
    assert counts == Counts("study", tp=2, fp=0)


def test_every_problem_at_once(tmp_path: Path) -> None:
    """A negative count, a word and a repeated stratum are told together, each with its line."""
    path = written(tmp_path, "stratum\ttp\tfp\nstudy\t-1\t0\nother\tmany\t0\nstudy\t1\t1\n")
    with pytest.raises(InputError) as caught:
        read_counts(path)
    assert [problem.line for problem in caught.value.problems] == [2, 3, 4]


def test_no_row(tmp_path: Path) -> None:
    """A table without a row is a mistake."""
    with pytest.raises(InputError, match="holds no row"):
        read_counts(written(tmp_path, "stratum\ttp\tfp\n"))


def test_who_was_screened() -> None:
    """The total needs every cell; where no negative was verified, unverified_negative holds them all."""
    assert Counts("s", 1, 2, 3, 4, 5, 6).screened == 21
    assert Counts("s", tp=12, fp=184, unresolved_positive=0, unverified_negative=60212).screened == 60408
    assert Counts("s", tp=12, fp=184, fn=0, unresolved_positive=0, unverified_negative=60212).screened is None
    assert Counts("s", tp=12, fp=184, unverified_negative=60212).screened is None
