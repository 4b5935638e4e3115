"""Write BGZF quickly: zlib, which pysam's wheel carries, needs five times as long for the same text."""

from __future__ import annotations

import struct
from collections.abc import Iterable
from pathlib import Path

import pysam
from isal import igzip_lib, isal_zlib

# Uncompressed bytes per block, as htslib cuts them. Like htsjdk we cut inside records: the harder case.
BLOCK = 65_280
LEVEL = 3
END_OF_FILE = bytes.fromhex("1f8b08040000000000ff0600424302001b0003000000000000000000")
HEADER = bytes.fromhex("1f8b08040000000000ff060042430200")


def block(text: bytes) -> bytes:
    """Compress at most 64 KiB into one BGZF block (SAM specification, section 4.1)."""
    deflated = igzip_lib.compress(text, level=LEVEL, flag=igzip_lib.COMP_DEFLATE)
    size = len(HEADER) + 2 + len(deflated) + 8
    return b"".join(
        (
            HEADER,
            struct.pack("<H", size - 1),
            deflated,
            struct.pack("<II", isal_zlib.crc32(text), len(text)),
        )
    )


def write_bgzf(path: Path, pieces: Iterable[bytes]) -> None:
    """Write the pieces one after the other as one BGZF file."""
    rest = b""
    with path.open("wb") as stream:
        for piece in pieces:
            text = memoryview(rest + piece)
            whole = len(text) // BLOCK * BLOCK
            for start in range(0, whole, BLOCK):
                stream.write(block(bytes(text[start : start + BLOCK])))
            rest = bytes(text[whole:])
        stream.write(block(rest) if rest else b"")
        stream.write(END_OF_FILE)


def write_indexed_vcf(path: Path, pieces: Iterable[bytes]) -> None:
    """Write a VCF as BGZF with its .tbi beside it."""
    write_bgzf(path, pieces)
    pysam.tabix_index(str(path), preset="vcf", force=True)
