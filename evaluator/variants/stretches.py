"""Stream stretches of a BGZF file, a few megabytes at a time, however long a stretch is."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import BinaryIO, TypeVar

from evaluator.errors import InputError
from evaluator.variants import bgzf
from evaluator.variants.sources import Slab

_LARGEST_BLOCK = 1 << 16
_SIZE_AT = 16  # where a block says how long it is (SAM specification, section 4.1)
Item = TypeVar("Item")


def slabs(path: Path, spans: list[tuple[int, int]]) -> Iterator[Slab]:
    """Stream the lines between pairs of virtual offsets; raises InputError where they are not whole."""
    bgzf.require_end_block(path)
    with path.open("rb") as stream:
        for begin, end in spans:
            rest: list[bytes] = []
            for texts in blocks(path, stream, begin, end):
                whole = next((n for n in reversed(range(len(texts))) if b"\n" in texts[n]), None)
                if whole is None:
                    rest += texts
                    continue
                cut = texts[whole].rindex(b"\n") + 1
                yield Slab(b"".join([*rest, *texts[:whole], texts[whole][:cut]]), 0)
                rest = [texts[whole][cut:], *texts[whole + 1 :]]
            if any(rest):
                raise InputError.of(
                    path, "and its index do not fit together; make the index again (tabix -f)"
                )


def blocks(path: Path, stream: BinaryIO, begin: int, end: int) -> Iterator[list[bytes]]:
    """Yield the inflated blocks between two virtual offsets, some megabytes at once."""
    at, last = begin >> 16, end >> 16
    within = end & 0xFFFF
    skip = begin & 0xFFFF
    while at < last or (at == last and within):
        stream.seek(at)
        raw = stream.read(min(bgzf.READ_SIZE, last - at + _LARGEST_BLOCK))
        texts: list[bytes] = []
        offset = 0
        while _is_whole(raw, offset) and (at + offset < last or (at + offset == last and within)):
            is_last = at + offset == last
            text, offset = bgzf.inflate_block(path, raw, offset, at)
            texts.append(text[:within] if is_last else text)
        if not texts:
            bgzf.inflate_block(path, raw, 0, at)  # says what is wrong with it
            raise InputError.of(path, "and its index do not fit together; make the index again (tabix -f)")
        texts[0] = texts[0][skip:]
        yield texts
        at, skip = at + offset, 0
        if is_last:
            return


def _is_whole(raw: bytes, offset: int) -> bool:
    size = int.from_bytes(raw[offset + _SIZE_AT : offset + _SIZE_AT + 2], "little") + 1
    return offset + size <= len(raw) and offset < len(raw)


def ahead(items: Iterator[Item]) -> Iterator[Item]:
    """Yield the items, and make the next one meanwhile: inflating leaves Python's lock to others."""
    with ThreadPoolExecutor(max_workers=1) as thread:
        coming = thread.submit(next, items, None)
        while (item := coming.result()) is not None:
            coming = thread.submit(next, items, None)
            yield item
