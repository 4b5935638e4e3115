"""The binary records of a BCF file, decoded as far as carriers need (VCF specification 4.5, section 6)."""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from math import isnan
from pathlib import Path
from typing import NamedTuple

import numpy as np

from evaluator.errors import InputError
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.build import CONTIG_ALIASES
from evaluator.variants.intervals import Coordinates

MAGIC = b"BCF\x02"
HEADER_AT = len(MAGIC) + 5  # after the minor version and the header's length
DAMAGED = "is damaged: a record is not as BCF must be; copy or make it again"
INT8, INT16, INT32, FLOAT, CHARACTERS = 1, 2, 3, 5, 7
SIZES = {0: 0, INT8: 1, INT16: 2, INT32: 4, FLOAT: 4, CHARACTERS: 1}
_ONE_BYTE = 1 << 4 | INT8  # one integer of one byte
_INTEGERS = {INT8: "<b", INT16: "<h", INT32: "<i"}
_MANY = 15  # this length says that the length follows
_LENGTHS = struct.Struct("<II")  # of a record's shared part and of its samples' part
_FIXED = struct.Struct("<iiifII")  # contig, POS - 1, length on the reference, QUAL, counts
# Header lines; with "\n" rather than "^" they are found twice as fast, and the first line is none of them.
_CONTIG = re.compile(r"\n##contig=<ID=([^,>\n]+)(?:.*,IDX=(\d+)[,>])?")
_LONGEST = max(map(len, CONTIG_ALIASES))
# The "+" after the name gives a longer one up at once, without trying its beginnings.
_SHORT_CONTIG = re.compile(rf"\n##contig=<ID=([^,>\n]{{1,{_LONGEST}}}+)(?=[,>])(?:.*,IDX=(\d+)[,>])?")
_WORD = re.compile(r"\n##(?:FILTER|INFO|FORMAT)=<ID=([^,>\n]+)(?:.*,IDX=(\d+)[,>])?")
_WHOLE = re.compile(r'\n##FORMAT=<ID=([^,>\n]+),[^"\n]*\bType=Integer\b')  # not what is said between quotes
_VERSION = re.compile(r"##fileformat=VCFv(\d+)\.(\d+)")
_STATES_FIRST_PHASE = (4, 4)
# What is kept of INFO: how far a record reaches, and the annotations.
_KEPT = frozenset({"END", "SVLEN", "CIPOS", "CIEND", "CSQ", "ANN", "BCSQ"})

Text = bytes | bytearray


@dataclass(frozen=True)
class Dictionary:
    """What the numbers in a BCF file stand for."""

    header: str
    words: dict[int, str]  # FILTER, INFO and FORMAT
    whole_numbers: frozenset[str]  # the FORMAT keys that are declared as Integer
    first_phase: bool  # from VCF 4.4 on, the first allele's phase is a statement of its own

    def ranks_of(self, contigs: Coordinates) -> Coordinates:
        """Return the places in the karyotype of contigs given by number, -1 for others.

        Raises IndexError for a number that no contig has.
        """
        numbers, places = np.unique(contigs, return_inverse=True)
        ranks: Coordinates = np.array([self.rank_of(number) for number in numbers.tolist()], dtype=np.int64)
        return ranks[places]

    def rank_of(self, number: int) -> int:
        """Return the place of one contig."""
        if number in self.karyotype:
            return KARYOTYPE_ORDER[CONTIG_ALIASES[self.karyotype[number]]]
        if not 0 <= number < self._numbers:
            raise IndexError(number)
        return -1

    @cached_property
    def karyotype(self) -> dict[int, str]:
        """Return the names of the karyotype's contigs by number; a reference may have thousands of others."""
        found = _SHORT_CONTIG.findall(self.header)
        if all(index for _, index in found):
            numbered = {int(index): name for name, index in found}
        else:
            every = enumerate(_CONTIG.findall(self.header))
            numbered = {int(index or number): name for number, (name, index) in every}
        return {number: name for number, name in numbered.items() if name in CONTIG_ALIASES}

    @cached_property
    def _numbers(self) -> int:
        """The first number beyond those of all contigs."""
        found = _CONTIG.findall(self.header)
        return 1 + max((int(index or number) for number, (_, index) in enumerate(found)), default=-1)

    @cached_property
    def kept(self) -> dict[int, bytes]:
        """Return the INFO keys whose values are wanted, by number."""
        return {number: word.encode() for number, word in self.words.items() if word in _KEPT}

    @cached_property
    def kept_as_stored(self) -> tuple[bytes, ...]:
        """Return the same keys in each form in which a record may hold them."""
        return tuple(form for number in self.kept for form in _typed(number))


class Place(NamedTuple):
    """Where a record stands in a text, and on the reference."""

    at: int
    end: int
    contig: int
    start: int  # POS - 1
    length: int  # on the reference; at least what the record's own bytes could spell


# A FORMAT field of one record: key, type, values per sample, and where they begin. Thousands of records have
# some each: a plain tuple is made in a fifth of the time of a named one.
Field = tuple[str, int, int, int]


class Record(NamedTuple):
    """A record: its columns before the samples as a line of VCF, and its FORMAT fields."""

    head: bytes
    fields: list[Field]


def read_dictionary(text: str) -> Dictionary:
    """Number the words of a header as BCF does: by IDX, else in the order in which they are declared."""
    words, numbers = {0: "PASS"}, {"PASS": 0}
    for name, index in _WORD.findall(text):
        if name not in numbers:
            numbers[name] = int(index) if index else len(words)
            words[numbers[name]] = name
    version = _VERSION.search(text)
    first_phase = version is not None and tuple(map(int, version.groups())) >= _STATES_FIRST_PHASE
    return Dictionary(text, words, frozenset(_WHOLE.findall(text)), first_phase)


def header_length(text: bytes) -> int | None:
    """Return where the records begin; None when the text is too short to tell."""
    if len(text) < HEADER_AT:
        return None
    end = HEADER_AT + int.from_bytes(text[HEADER_AT - 4 : HEADER_AT], "little")
    return end if len(text) >= end else None


def walk(path: Path, text: Text, at: int, stop: int) -> Iterator[Place]:
    """Yield the places of the whole records from `at` to `stop`; raises InputError for what is none."""
    while at + _LENGTHS.size <= stop:
        shared, samples = _LENGTHS.unpack_from(text, at)
        end = at + _LENGTHS.size + shared + samples
        if shared < _FIXED.size:
            raise InputError.of(path, DAMAGED)
        if end > stop:
            return
        contig, start, length = struct.unpack_from("<iii", text, at + _LENGTHS.size)
        yield Place(at, end, contig, start, max(length, shared))
        at = end


def decode(path: Path, text: Text, place: Place, dictionary: Dictionary, samples: int) -> Record:
    """Decode a record on the karyotype; raises InputError when it contradicts itself or the header."""
    try:
        record, end = _decoded(text, place.at, dictionary, samples)
    except (struct.error, IndexError, KeyError, ValueError) as error:
        raise InputError.of(path, DAMAGED) from error
    if end != place.end:
        raise InputError.of(path, DAMAGED)
    return record


def _decoded(text: Text, at: int, dictionary: Dictionary, samples: int) -> tuple[Record, int]:
    shared, _ = _LENGTHS.unpack_from(text, at)
    begin = at + _LENGTHS.size
    contig, start, _, quality, alleles_info, formats_samples = _FIXED.unpack_from(text, begin)
    if formats_samples & 0xFFFFFF != samples:
        raise IndexError("samples")
    at = _after(text, begin + _FIXED.size)  # ID
    alleles = []
    for _ in range(alleles_info >> 16):
        kind, count, at = _described(text, at)
        alleles.append(text[at : at + count])
        at += count * SIZES[kind]
    filters, at = _numbers(text, at)
    info = _info(text, at, begin + shared, alleles_info & 0xFFFF, dictionary)
    fields, at = _fields(text, begin + shared, formats_samples >> 24, dictionary.words, samples)
    columns = (
        dictionary.karyotype[contig].encode(),
        b"%d" % (start + 1),
        b".",
        alleles[0] if alleles else b"",
        b",".join(alleles[1:]) or b".",
        b"." if isnan(quality) else b"%g" % quality,
        ";".join([dictionary.words[number] for number in filters]).encode() or b".",
        info or b".",
        ":".join([field[0] for field in fields]).encode() or b".",
    )
    return Record(b"\t".join(columns), fields), at


def _info(text: Text, at: int, end: int, count: int, dictionary: Dictionary) -> bytes:
    """Return the wanted INFO entries; values are walked through only where one of the keys may be."""
    if all(text.find(key, at, end) < 0 for key in dictionary.kept_as_stored):
        return b""
    kept, found = dictionary.kept, []
    for _ in range(count):
        (key,), at = _numbers(text, at)
        if key in kept:
            found.append(kept[key] + b"=" + _value(text, at))
        at = _after(text, at)
    if at != end:
        raise IndexError("shared part")
    return b";".join(found)


def _fields(text: Text, at: int, count: int, words: dict[int, str], samples: int) -> tuple[list[Field], int]:
    """Return the FORMAT fields and where the last one ends."""
    fields = []
    for _ in range(count):
        if text[at] == _ONE_BYTE:
            key, at = text[at + 1], at + 2
        else:
            (key,), at = _numbers(text, at)
        kind, length = text[at] & 15, text[at] >> 4
        at += 1
        if length == _MANY:
            (length,), at = _numbers(text, at)
        if length:  # else nobody has a value, and the field says nothing
            fields.append((words[key], kind, length, at))
        at += length * SIZES[kind] * samples
    return fields, at


def _typed(number: int) -> list[bytes]:
    """Write a key as BCF may: as an integer of any type that holds it, the type before it."""
    return [
        bytes([1 << 4 | kind]) + number.to_bytes(SIZES[kind], "little")
        for kind in _INTEGERS
        if number < 1 << 8 * SIZES[kind] - 1
    ]


def _described(text: Text, at: int) -> tuple[int, int, int]:
    """Read a type byte: type, how many values, and where they begin."""
    kind, count = text[at] & 15, text[at] >> 4
    at += 1
    if count == _MANY:
        (count,), at = _numbers(text, at)
    return kind, count, at


def _numbers(text: Text, at: int) -> tuple[tuple[int, ...], int]:
    """Read typed integers."""
    kind, count, at = _described(text, at)
    if not count:
        return (), at
    layout = _INTEGERS[kind]
    return struct.unpack_from(f"<{count}{layout[1]}", text, at), at + count * SIZES[kind]


def _after(text: Text, at: int) -> int:
    kind, count, at = _described(text, at)
    return at + count * SIZES[kind]


def _value(text: Text, at: int) -> bytes:
    """Return an INFO value of characters or integers as text."""
    kind, count, begin = _described(text, at)
    if kind == CHARACTERS:
        return bytes(text[begin : begin + count].rstrip(b"\0"))
    numbers, _ = _numbers(text, at)
    unknown = -1 << (8 * SIZES[kind] - 1)
    return b",".join(
        b"." if number == unknown else b"%d" % number for number in numbers if number != unknown + 1
    )
