"""Where the text of a VCF comes from: its header, then slabs of whole lines, as few as the file allows."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain
from pathlib import Path

import numpy as np

from evaluator.errors import InputError
from evaluator.variants import bcf, bgzf, byte_search, index, probing
from evaluator.variants.header import FIXED, Header, parse_header
from evaluator.variants.intervals import Coordinates, Intervals
from evaluator.variants.stretches import ahead, texts

# Below this size inflating everything costs less than decoding an index and seeking.
WHOLE_BELOW = 1 << 20
_NEWLINE = 10
_END_OF_HEADER = re.compile(rb"\n#CHROM[^\n]*\n|^[^#\r\n]", re.MULTILINE)


@dataclass(frozen=True)
class Slab:
    """Whole lines of a VCF; `first_line` is the file's line number of the first, 0 where it is not known."""

    text: bytes
    first_line: int

    @cached_property
    def line_ends(self) -> Coordinates:
        """The places of the line ends in the text."""
        return byte_search.places(np.frombuffer(self.text, np.uint8), _NEWLINE)


@dataclass(frozen=True)
class Source:
    """One opened file: its header and how its records will be read."""

    header: Header
    path: Path
    format: str  # bgzf | gzip | plain | bcf
    index: Path | None  # the index that will be used, if any
    note: str = ""  # why an index that is there is not used
    header_size: int = 0  # bytes of the inflated file before the first record
    searchable: bool = False  # may be searched without an index
    probed: probing.Probed | None = None  # the places of its blocks' first lines, where they were looked for

    @property
    def how(self) -> str:
        """Say in one word for the manifest how the file is read."""
        if self.probed:
            return "probed"
        return "index" if self.index else "whole"

    def index_sha256(self) -> str:
        """Digest of the index that was used; empty without one."""
        return hashlib.sha256(self.index.read_bytes()).hexdigest() if self.index else ""

    def layout(self, samples: list[str]) -> tuple[int, list[int]]:
        """Return how many columns each line has and which of them, from 0, are the samples'."""
        names = self.header.samples
        if self.format == "bcf":
            names = bcf.written_samples(names, frozenset(samples))
        places = {name: place for place, name in enumerate(names, len(FIXED) + 1)}
        return len(FIXED) + 1 + len(names), [places[sample] for sample in samples]

    def slabs(self, regions: Intervals, samples: list[str]) -> Iterator[Slab]:
        """Stream the records; with an index, at least those that overlap the regions."""
        if self.format == "bcf":
            yield from (Slab(text, 0) for text in bcf.slabs(self.path, self.index, regions, samples))
        elif self.index:
            spans = index.spans(self.index, self.path, regions)
            yield from (Slab(text, 0) for text in texts(self.path, spans))
        elif self.probed:
            yield from (Slab(text, 0) for text in texts(self.path, self.probed.spans(regions)))
        else:
            yield from _whole_slabs(self.path)

    def without_index(self) -> Source:
        """Return the same file, to be read from its beginning to its end."""
        return Source(self.header, self.path, self.format, None, header_size=self.header_size)

    def with_probes(self) -> Source:
        """Return the same file, to be searched by what its blocks begin with.

        Raises CannotSearchError when it is not sorted.
        """
        return replace(self, index=None, probed=probing.probe(self.path, self.header_size))


def open_source(path: Path, whole_below: int = WHOLE_BELOW, *, sites: bool = False) -> Source:
    """Read a file's header and decide how to read its records; raises InputError when it is no VCF.

    `sites` accepts a file without sample columns.
    """
    bgzf.require_file(path)
    kind = bgzf.compression(path)
    chunks = bgzf.chunks(path)
    first = next(chunks, b"")
    if not first:
        raise InputError.of(path, "is empty; give a VCF (version 4) or BCF file")
    chunks = chain([first], chunks)
    if kind == "bgzf" and first[:3] == b"BCF":
        text, size = bcf.header_text(path, chunks)
        kind = "bcf"
    elif first[:3] == b"BCF":
        raise InputError.of(path, "is BCF without compression; give it compressed (bcftools view -Ob)")
    else:
        text, _ = _split_header(chunks)
        size = len(text)
    source = Source(parse_header(path, text, sites=sites), path, kind, None, header_size=size)
    return _with_index(source, whole_below) if kind in ("bgzf", "bcf") else source


def _with_index(source: Source, whole_below: int) -> Source:
    if source.path.stat().st_size < whole_below:
        return source
    found = index.find_index(source.path)
    if found is not None and _reach_without_end(source.header):
        note = f"its index ({found.suffix}) was not used: it may not know how far SVLEN and LEN reach"
        return replace(source, note=note)
    if found is not None and found.stat().st_mtime >= source.path.stat().st_mtime:
        return replace(source, index=found)
    searchable = source.format == "bgzf" and probing.searchable(source.header)
    if found is None:
        return replace(source, searchable=searchable)
    note = f"its index ({found.suffix}) is older than the file and was not used; make it again (tabix -f)"
    return replace(source, searchable=searchable, note=note)


def _reach_without_end(header: Header) -> bool:
    """Tell whether records may extend beyond REF by what older indexers left out: SVLEN and LEN."""
    end = header.declares("INFO", "END")
    return header.declares("FORMAT", "LEN") or (header.declares("INFO", "SVLEN") and not end)


def _split_header(chunks: Iterator[bytes]) -> tuple[bytes, bytes]:
    """Return the header lines and the text after them in the chunks read so far."""
    text = b""
    for chunk in chunks:
        text += chunk
        end = _header_end(text)
        if end is not None:
            return text[:end], text[end:]
    return text, b""


def _header_end(text: bytes) -> int | None:
    """Return where the records begin: after the #CHROM line, or at the first line that is no header line."""
    found = _END_OF_HEADER.search(text)
    if found is None:
        return None
    return found.end() if found[0].startswith(b"\n") else found.start()


def _whole_slabs(path: Path) -> Iterator[Slab]:
    chunks = bgzf.chunks(path)
    header, rest = _split_header(chunks)
    line = header.count(b"\n") + 1
    pending: list[bytes] = [rest]
    for chunk in ahead(chunks):
        cut = chunk.rfind(b"\n") + 1
        if not cut:
            pending.append(chunk)
            continue
        slab = Slab(b"".join([*pending, memoryview(chunk)[:cut]]), line)
        yield slab
        line += len(slab.line_ends)
        pending = [chunk[cut:]]
    text = b"".join(pending)
    if text:
        yield Slab(text, line)
