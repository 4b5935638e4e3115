"""Blocks that are inflated many at once give the same text as one by one, or say which one is damaged."""

from __future__ import annotations

from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.variants import bgzf, bgzf_runs
from tests.variants.test_probing import write_blocks

TEXT = bytes(number * number % 251 for number in range(20_000))
SIZES = [700, 1, 90, 3_000]
ROOM = 5


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """A text in blocks of different sizes."""
    return write_blocks(tmp_path / "blocks.gz", TEXT, SIZES)


def begins(path: Path) -> list[int]:
    """Where the blocks begin, that of the empty last one included."""
    raw, found = path.read_bytes(), [0]
    while found[-1] < len(raw):
        found.append(found[-1] + bgzf.block_size(path, raw, found[-1], 0))
    return found[:-1]


def texts(path: Path, *spans: tuple[int, int]) -> list[bytes]:
    """What is yielded, copied before it is written over."""
    return [bytes(memory[begin:end]) for memory, begin, end in bgzf_runs.inflated(path, spans, ROOM)]


@pytest.mark.parametrize("blocks", [1, 2, 3, 100])
def test_any_two_places_give_the_text_between_them(
    blocked: Path, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stretch may begin and end at or within any block, and runs may be of any length."""
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", blocks)
    with blocked.open("rb") as stream:
        places = [(at << 16, bgzf.read_span(blocked, stream, 0, at << 16)) for at in begins(blocked)]
    places += [(place + 1, before + TEXT[len(before) : len(before) + 1]) for place, before in places[:-1]]
    for begin, before in places[::3]:
        for end, text in places[::2]:
            if begin <= end:
                assert b"".join(texts(blocked, (begin, end))) == text[len(before) :]
    first, second = begins(blocked)[3] << 16, begins(blocked)[5] << 16
    assert b"".join(texts(blocked, (0, first), (first, second))) == b"".join(texts(blocked, (0, second)))
    assert len(texts(blocked, (0, begins(blocked)[-1] << 16))) == -(-(len(begins(blocked)) - 1) // blocks)


def test_what_stands_before_a_text_is_the_caller_s(blocked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """There is room for the end of the text before, and writing there changes no text."""
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", 1)
    found = b""
    for memory, begin, end in bgzf_runs.inflated(blocked, [(0, begins(blocked)[-1] << 16)], ROOM):
        assert begin == ROOM
        memory[:begin] = b"x" * begin
        found += memory[begin:end]
    assert found == TEXT


@pytest.mark.parametrize("blocks", [1, 100])
@pytest.mark.parametrize("which", [0, 4, 9])
def test_the_damaged_block_is_named(
    blocked: Path, which: int, blocks: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One flipped bit of a checksum is seen in whichever run and place, and nothing after it is given."""
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", blocks)
    raw, places = bytearray(blocked.read_bytes()), begins(blocked)
    raw[places[which + 1] - 8] ^= 4
    blocked.write_bytes(bytes(raw))
    with pytest.raises(InputError, match=f"damaged in the block at byte {places[which]};"):
        texts(blocked, (0, places[-1] << 16))


def test_a_file_that_ends_within_a_block_is_refused(blocked: Path) -> None:
    """What was asked for is there to its end, or it is told."""
    last = begins(blocked)[-1]
    blocked.write_bytes(blocked.read_bytes()[: last - 10])
    with pytest.raises(InputError, match=r"cut short in the block|has no BGZF block"):
        texts(blocked, (0, last << 16))


@pytest.mark.parametrize(("later", "within"), [(1, 0), (-1, 0), (-1, 3), (0, 701)])
def test_an_end_where_no_block_begins_is_refused(blocked: Path, later: int, within: int) -> None:
    """An index of another file leads between blocks, or further into one than it is long."""
    end = begins(blocked)[4] + later
    with pytest.raises(InputError, match="do not fit together"):
        texts(blocked, (0, (end << 16) + within))


def test_a_block_that_is_longer_than_blocks_can_be_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """More text than there is memory for is never left out."""
    monkeypatch.setattr(bgzf_runs, "_BLOCKS", 1)
    path = write_blocks(tmp_path / "long.gz", b"A" * 70_000, [70_000])
    with pytest.raises(InputError, match="is damaged in a block from byte 0 on"):
        texts(path, (0, begins(path)[-1] << 16))
