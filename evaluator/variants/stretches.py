"""Stream stretches of a BGZF file, a few megabytes at a time, however long a stretch is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

from evaluator.errors import InputError
from evaluator.variants import bgzf

_LARGEST_BLOCK = bgzf.LARGEST_BLOCK
_TEXT_SIZE = 1 << 20  # of a megabyte the memory is used again; several at a time cost a sixth more
_SIZE_AT = 16  # where a block says how long it is (SAM specification, section 4.1)
Item = TypeVar("Item")


def texts(path: Path, spans: list[tuple[int, int]]) -> Iterator[bytes]:
    """Stream the lines between pairs of virtual offsets; raises InputError where they are not whole.

    Only the last line of a file may do without a line end.
    """
    bgzf.require_end_block(path)
    end_block = path.stat().st_size - len(bgzf.END_OF_FILE)
    pending: list[bytes] = []
    with path.open("rb", buffering=0) as stream:
        for begin, end in spans:
            for inflated in blocks(path, stream, begin, end):
                pending += filter(None, inflated)
                if sum(map(len, pending)) >= _TEXT_SIZE:
                    text, pending = _whole_lines(pending)
                    if text:
                        yield text
            if pending and not pending[-1].endswith(b"\n") and end >> 16 < end_block:
                raise InputError.of(path, bgzf.OTHER_INDEX)
    if pending:
        yield b"".join(pending)


def _whole_lines(pieces: list[bytes]) -> tuple[bytes, list[bytes]]:
    """Return a text in pieces up to its last line end, in one, and the pieces after it."""
    for place in reversed(range(len(pieces))):
        cut = pieces[place].rfind(b"\n") + 1
        if cut:
            rest = [pieces[place][cut:], *pieces[place + 1 :]]
            return b"".join([*pieces[:place], pieces[place][:cut]]), [piece for piece in rest if piece]
    return b"", pieces


def blocks(path: Path, stream: BinaryIO, begin: int, end: int) -> Iterator[list[bytes]]:
    """Yield the inflated blocks between two virtual offsets, some megabytes at once."""
    at, last = begin >> 16, end >> 16
    within = end & 0xFFFF
    skip = begin & 0xFFFF
    while at < last or (at == last and within):
        raw = _read(stream, at, last, to_last_block=within > 0)
        texts: list[bytes] = []
        offset = 0
        while _is_whole(raw, offset) and (at + offset < last or (at + offset == last and within)):
            is_last = at + offset == last
            text, offset = bgzf.inflate_block(path, raw, offset, at)
            texts.append(text[:within] if is_last else text)
        if not texts:
            bgzf.inflate_block(path, raw, 0, at)  # says what is wrong with it
            raise InputError.of(path, bgzf.OTHER_INDEX)
        texts[0] = texts[0][skip:]
        yield texts
        at, skip = at + offset, 0
        if is_last:
            return


def _read(stream: BinaryIO, at: int, last: int, *, to_last_block: bool) -> bytes:
    """Read from one block's beginning to another's, or to its end; of a long stretch only the first part."""
    stream.seek(at)
    most = max(bgzf.READ_SIZE, _LARGEST_BLOCK)
    if last - at > most:
        return stream.read(most)
    raw = stream.read(last - at + (bgzf.BLOCK_HEADER if to_last_block else 0))
    told = int.from_bytes(raw[last - at + _SIZE_AT :], "little") + 1
    return raw + stream.read(told - bgzf.BLOCK_HEADER) if told > bgzf.BLOCK_HEADER else raw


def _is_whole(raw: bytes, offset: int) -> bool:
    told = raw[offset + _SIZE_AT : offset + _SIZE_AT + 2]
    return len(told) == 2 and offset + int.from_bytes(told, "little") + 1 <= len(raw)  # noqa: PLR2004 - bytes of it


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, and make the next one meanwhile: inflating leaves Python's lock to others."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
