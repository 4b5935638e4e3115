"""Compressed text as a stream of chunks: BGZF block by block, plain gzip, plain text."""

from __future__ import annotations

import gzip
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from isal import igzip, igzip_lib, isal_zlib

from evaluator.errors import InputError

# The empty block that ends every BGZF file (SAM specification, section 4.1.2).
END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
READ_SIZE = 1 << 19  # compressed bytes per read; more text at once no longer fits a core's cache
FIRST_READ_SIZE = 1 << 16  # often only the header is wanted
_TEXT_PER_BYTE = 4  # characters that are asked for per compressed byte
GZIP_MAGIC = b"\x1f\x8b"
BLOCK_HEADER = 18
DAMAGED: type[Exception] = igzip_lib.error  # type: ignore[assignment] # the stub says instance for class
LARGEST_BLOCK = 1 << 16
OTHER_INDEX = "and its index do not fit together; make the index again (tabix -f)"
Raw = bytes | memoryview
_GZIP_WRAPPER = 31  # zlib's word for "gzip header and checksum": every block's CRC is verified


def require_file(path: Path) -> None:
    """Raise InputError for what cannot be read twice: no file, a folder, a pipe; or not at all."""
    if not path.is_file():
        raise InputError.of(path, "does not exist or is no regular file; correct the path")
    try:
        path.open("rb").close()
    except OSError as error:
        raise InputError.of(path, f"cannot be opened ({error.strerror}); ask for access") from error


def compression(path: Path) -> str:
    """Return bgzf, gzip or plain by the file's first bytes."""
    with path.open("rb") as stream:
        start = stream.read(BLOCK_HEADER)
    if _is_block(start, 0):
        return "bgzf"
    return "gzip" if start[:2] == GZIP_MAGIC else "plain"


def require_end_block(path: Path) -> None:
    """Raise InputError unless the file ends with the BGZF end block: without it, it was cut short."""
    size = path.stat().st_size
    with path.open("rb") as stream:
        stream.seek(max(0, size - len(END_OF_FILE)))
        if stream.read() != END_OF_FILE:
            raise InputError.of(
                path, "has no BGZF end block, so it was cut short; copy or compress it again (bgzip)"
            )


def require_same_end(index: Path, data: Path, last: int, again: str) -> None:
    """Raise InputError where text follows the virtual offset at which an index ends; 0: it leads nowhere.

    An index of another or an older file seldom ends where the data do; the command `again` makes it anew.
    """
    at, within = last >> 16, last & 0xFFFF
    size = data.stat().st_size
    with data.open("rb") as stream:
        while last and at < size:  # empty blocks may stand at the end, one or several
            stream.seek(at)
            text, length = inflate_block(data, stream.read(LARGEST_BLOCK), 0, at)
            if len(text) != within:
                break
            at, within = at + length, 0
    if last and at != size:
        raise InputError.of(
            index, f"does not belong to {data.name}: they end differently; make it again ({again})"
        )


def chunks(path: Path) -> Iterator[bytes]:
    """Stream the text of a file, whatever its compression; raises InputError when it is damaged."""
    kind = compression(path)
    if kind == "bgzf":
        require_end_block(path)
        try:
            yield from _members(path)
        except InputError:
            _require_sound_blocks(path)
            raise
    elif kind == "gzip":
        yield from _members(path)
    else:
        with path.open("rb") as stream:
            while chunk := stream.read(READ_SIZE * _TEXT_PER_BYTE):
                yield chunk


def read_span(path: Path, stream: BinaryIO, begin: int, end: int) -> bytes:
    """Return the text between two virtual offsets (compressed offset x 65536 + offset in the block)."""
    first, last = begin >> 16, end >> 16
    stream.seek(first)
    raw = stream.read(last - first + (BLOCK_HEADER if end & 0xFFFF else 0))
    texts = []
    offset = 0
    while offset < last - first:
        text, offset = inflate_block(path, raw, offset, first)
        texts.append(text)
    if offset != last - first:
        raise InputError.of(path, OTHER_INDEX)
    if end & 0xFFFF:
        rest = raw[offset:] + stream.read(block_size(path, raw, offset, first) - BLOCK_HEADER)
        texts.append(inflate_block(path, rest, 0, last)[0][: end & 0xFFFF])
    return b"".join(texts)[begin & 0xFFFF :]


def whole(path: Path) -> bytes:
    """Return the text of a small file, block by block where it has blocks; raises InputError if damaged."""
    if compression(path) != "bgzf":
        return b"".join(chunks(path))
    require_end_block(path)
    raw = path.read_bytes()
    texts: list[bytes] = []
    offset = 0
    while offset < len(raw):
        text, offset = inflate_block(path, raw, offset, 0)
        texts.append(text)
    return b"".join(texts)


def block_size(path: Path, raw: Raw, offset: int, base: int) -> int:
    """Return the compressed size of the block at an offset of `raw`; `base` is where `raw` begins."""
    if not _is_block(raw, offset):
        raise InputError.of(
            path, f"has no BGZF block at byte {base + offset}; copy or compress it again (bgzip)"
        )
    return int.from_bytes(raw[offset + 16 : offset + 18], "little") + 1


def inflate_block(path: Path, raw: Raw, offset: int, base: int) -> tuple[bytes, int]:
    """Inflate the block at an offset of `raw`; `base` is where `raw` begins. Returns text and next offset."""
    after = offset + block_size(path, raw, offset, base)
    if after > len(raw):
        raise InputError.of(path, f"is cut short in the block at byte {base + offset}; copy it again")
    try:
        return isal_zlib.decompress(raw[offset:after], _GZIP_WRAPPER, LARGEST_BLOCK), after
    except DAMAGED as error:
        raise InputError.of(
            path, f"is damaged in the block at byte {base + offset}; copy it again"
        ) from error


def _is_block(raw: Raw, offset: int) -> bool:
    # with six bytes of extra field, the size and nothing else, as all tools write it
    start, extra = raw[offset : offset + 4], raw[offset + 10 : offset + 16]
    return start == b"\x1f\x8b\x08\x04" and extra == b"\x06\x00BC\x02\x00"


def _members(path: Path) -> Iterator[bytes]:
    """Inflate gzip members one after the other; a BGZF file is nothing else."""
    size = min(READ_SIZE, FIRST_READ_SIZE)
    try:
        with igzip.IGzipFile(path, "rb") as stream:  # type: ignore[no-untyped-call]
            while chunk := stream.read(size * _TEXT_PER_BYTE):
                yield chunk
                size = READ_SIZE
    except (EOFError, gzip.BadGzipFile, DAMAGED) as error:
        raise InputError.of(path, "is damaged or cut short; copy or compress it again (bgzip)") from error


def _require_sound_blocks(path: Path) -> None:
    """Raise InputError that names the byte of the first damaged block."""
    raw, base = b"", 0
    with path.open("rb") as stream:
        while more := stream.read(READ_SIZE):
            raw += more
            offset = 0
            while offset + LARGEST_BLOCK <= len(raw):
                _, offset = inflate_block(path, raw, offset, base)
            raw, base = raw[offset:], base + offset
    offset = 0
    while offset < len(raw):
        _, offset = inflate_block(path, raw, offset, base)
