"""Inflate runs of neighbouring BGZF blocks in threads, into memory that is used again."""

from __future__ import annotations

import gzip
import os
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import cached_property
from io import FileIO
from itertools import cycle
from pathlib import Path

import numpy as np
from isal import isal_zlib

from evaluator.errors import InputError
from evaluator.variants import bgzf

_BLOCKS = 32  # of a run at most; of 8, the threads wait for one another, and more leave a core's cache
_THREADS = 2  # with one, half of the inflating stays in the way of who works on the text
_SIZE_AT_END = 4  # bytes that say how long a block's text is (RFC 1952, ISIZE)

Text = tuple[bytearray, int, int]  # memory, and begin and end of a text in it


@dataclass(frozen=True)
class _Run:
    """Whole blocks: where in the file they stand, and what of their text is wanted."""

    at: int
    size: int
    skip: int  # characters before what is wanted
    within: int  # wanted characters of the last block; 0 for all


class _Memory:
    """Where a run is read to, and where its text is inflated to; made by the thread that first writes it."""

    def __init__(self, room: int) -> None:
        self._room = room

    @cached_property
    def compressed(self) -> memoryview:
        return np.empty(_BLOCKS * bgzf.LARGEST_BLOCK, np.uint8).data

    @cached_property
    def text(self) -> bytearray:
        return bytearray(self._room + _BLOCKS * bgzf.LARGEST_BLOCK)


def inflated(path: Path, spans: Iterable[tuple[int, int]], room: int) -> Iterator[Text]:
    """Yield memory, begin and end of the text between pairs of virtual offsets, run by run.

    The memory is written over when the next text is asked for; the `room` bytes before a text are the
    caller's. A run is inflated in one call, outside of Python's lock, by the thread that reads it: what
    another core has just written comes slowly. New pages would cost a third as much as inflating. Raises
    InputError where a block is damaged, or where a span ends and no block begins.
    """
    memories = cycle([_Memory(room) for _ in range(_THREADS + 1)])
    waiting: deque[Future[Text]] = deque()
    with FileIO(path) as stream, ThreadPoolExecutor(_THREADS) as threads:
        for begin, end in spans:
            for run in _runs(path, stream.fileno(), begin, end):
                waiting.append(threads.submit(_inflate, path, stream.fileno(), run, next(memories), room))
                if len(waiting) > _THREADS:
                    yield waiting.popleft().result()
        while waiting:
            yield waiting.popleft().result()


def _runs(path: Path, file: int, begin: int, end: int) -> Iterator[_Run]:
    """Cut what stands between two virtual offsets into runs; of each block only the header is read."""
    at, last = begin >> 16, end >> 16
    skip, within = begin & 0xFFFF, end & 0xFFFF
    stop = last + (within > 0)  # no wanted block begins from there on
    final = at
    while at < stop:
        after = at
        for _ in range(_BLOCKS):
            if after >= stop:
                break
            header = os.pread(file, bgzf.BLOCK_HEADER, after)
            final, after = after, after + bgzf.block_size(path, header, 0, after)
        yield _Run(at, after - at, skip, within if final == last else 0)
        at, skip = after, 0
    if last != (final if within else at):
        raise InputError.of(path, bgzf.OTHER_INDEX)


def _inflate(path: Path, file: int, run: _Run, memory: _Memory, room: int) -> Text:
    raw = memory.compressed[: os.preadv(file, [memory.compressed[: run.size]], run.at)]
    # The public classes of this library give each text a new place, and its stub knows of files only.
    reader = isal_zlib._GzipReader(raw)  # type: ignore[arg-type] # noqa: SLF001
    text = memoryview(memory.text)[room:]
    size = 0
    try:
        while count := reader.readinto(text[size:]):
            size += count
        longer = reader.read(1)
    except (EOFError, gzip.BadGzipFile, bgzf.DAMAGED) as error:
        raise _damage(path, raw, run) from error
    of_last = int.from_bytes(raw[-_SIZE_AT_END:], "little")
    if longer:
        raise _damage(path, raw, run)
    if run.within > of_last:
        raise InputError.of(path, bgzf.OTHER_INDEX)
    return memory.text, room + min(run.skip, size), room + size - (of_last - run.within if run.within else 0)


def _damage(path: Path, raw: memoryview, run: _Run) -> InputError:
    """Say which block of a run is damaged."""
    offset = 0
    try:
        while offset < len(raw):
            _, offset = bgzf.inflate_block(path, raw, offset, run.at)
    except InputError as error:
        return error
    return InputError.of(path, f"is damaged in a block from byte {run.at} on; copy it again")
