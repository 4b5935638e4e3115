"""Stretches of a file are streamed piece by piece: a dense region must not fill the memory."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.variants import stretches
from evaluator.variants.bgzf import END_OF_FILE
from tests.variants.test_probing import record, write_blocks

LINES = [record("chr1", position) for position in range(1, 2_001)]
SIZES = [700, 65_536, 1, 90]


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """Lines in blocks that mostly end inside them."""
    return write_blocks(tmp_path / "lines.gz", "".join(LINES), SIZES)


def test_one_long_stretch_comes_in_many_pieces_of_whole_lines(
    blocked: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However long a stretch is, not much more of it is held than was asked for."""
    monkeypatch.setattr(stretches, "_TEXT_SIZE", 1_000)
    monkeypatch.setattr(stretches.bgzf, "READ_SIZE", 4_000)
    monkeypatch.setattr(stretches, "_LARGEST_BLOCK", 1_000)
    write_blocks(blocked, "".join(LINES), [500])
    pieces = list(stretches.texts(blocked, [(0, end_of(blocked))]))
    assert b"".join(pieces) == "".join(LINES).encode()
    assert len(pieces) > 3
    assert all(piece.endswith(b"\n") for piece in pieces)


def test_neighbouring_stretches_share_a_piece(blocked: Path) -> None:
    """Small stretches are put together: looking at each alone would cost more than reading it."""
    size = len(LINES[0])
    ends = [0, size * 3, size * 9]
    spans = list(pairwise(ends))
    assert list(stretches.texts(blocked, spans)) == ["".join(LINES[:9]).encode()]


def test_a_stretch_that_ends_inside_a_line_is_refused(blocked: Path) -> None:
    """Half a record must not pass for a whole one; only the file's end may lack a line end."""
    with pytest.raises(InputError, match="do not fit together"):
        list(stretches.texts(blocked, [(0, len(LINES[0]) + 3)]))
    write_blocks(blocked, "".join(LINES).rstrip("\n"), SIZES)
    pieces = list(stretches.texts(blocked, [(0, end_of(blocked))]))
    assert b"".join(pieces) == "".join(LINES).rstrip("\n").encode()


def end_of(path: Path) -> int:
    """The virtual offset of the end of a file's text."""
    return path.stat().st_size - len(END_OF_FILE) << 16
