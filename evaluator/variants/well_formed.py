"""Refuse records whose columns are not what VCF allows, as far as a call is made of them (VCF 4.5, 1.6)."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.variants.calls import FORMAT_KEYS

_MOST_PROBLEMS = 20
TOO_MANY_FIELDS = "has a sample with more fields than FORMAT names"
# IUPAC codes occur in the REF of real references; nothing else may.
_REF = re.compile(r"^[ACGTNacgtnRYSWKMBDHVryswkmbdhv]+$")
_BASES, _SYMBOL = "[ACGTNacgtn]+", r"<[^<>,\s]+>"
_CONTIG = rf"(?:[^\[\]<>,\s]+|{_SYMBOL})"  # HLA contigs have colons in their names
_BREAKEND = rf"(?:\.|{_BASES})?[\[\]]{_CONTIG}:\d+[\[\]](?:\.|{_BASES})?"
_ALLELE = rf"(?:{_BASES}|\*|{_SYMBOL}|{_BASES}{_SYMBOL}|\.{_BASES}|{_BASES}\.|{_BREAKEND})"
_ALT = re.compile(rf"^(?:\.|{_ALLELE}(?:,{_ALLELE})*)$")
_LONE_BREAKEND = re.compile(rf"^[\[\]]{_CONTIG}:\d+[\[\]]$")  # it says where to, and not from which base
_FILTER = re.compile(r"^(?:|\.|[^\s;]+(?:;[^\s;]+)*)$")
_NO_CODE = {".", "0"}  # beside other codes; PASS beside others does not pass and harms nobody


def require_bases(path: Path, records: pl.DataFrame) -> None:
    """Raise InputError where REF is not a sequence: how far a record reaches depends on it."""
    wrong = [text for text in records["ref"].unique() if not _REF.match(text)]
    if wrong:
        line = records.filter(pl.col("ref").is_in(wrong))["line"][0]
        raise InputError.of(path, "has a REF that is not a sequence of bases", line)


def require_reach(path: Path, records: pl.DataFrame) -> None:
    """Raise InputError where INFO/END is no whole number; one before POS is, and means nothing."""
    end = pl.concat_str(pl.lit(";"), "info").str.extract(r";END=([^;]*)")
    wrong = records.filter((end != ".") & ~end.str.contains(r"^\d+$"))
    if len(wrong):
        raise InputError.of(path, "has an END that is not a position", wrong["line"][0])


def require_well_formed(path: Path, records: pl.DataFrame) -> None:
    """Raise InputError with the lines whose ALT, FILTER or FORMAT is none."""
    problems = list(_problems(path, records))
    raise_if_any(sorted(problems)[:_MOST_PROBLEMS])


def require_fields(path: Path, rows: pl.DataFrame) -> None:
    """Raise InputError where a sample has more `fields` than FORMAT: a name may have been lost."""
    if rows.is_empty():
        return
    names = {text: text.count(":") + 1 for text in rows["format"].unique()}
    named = pl.col("format").replace_strict(names, return_dtype=pl.UInt32)
    wrong = rows.select("fields", "format", "line").filter(pl.col("fields") > named)
    if len(wrong):
        raise InputError.of(path, TOO_MANY_FIELDS, wrong["line"][0])


def _problems(path: Path, records: pl.DataFrame) -> Iterator[Problem]:
    """Look at each distinct text once: a file has few, also of ALT."""
    told = {
        "alt": (_is_alt, "has an ALT that is neither bases nor a symbolic allele"),
        "filter": (_is_filter, "has a FILTER that is neither PASS, '.' nor codes between semicolons"),
        "format": (_is_format, "has a FORMAT that names a field twice"),
    }
    for column, (is_sound, message) in told.items():
        wrong = [text for text in records[column].unique() if not is_sound(text)]
        for line in records.filter(pl.col(column).is_in(wrong))["line"] if wrong else []:
            yield Problem(str(path), line, message)


def _is_alt(text: str) -> bool:
    return bool(_ALT.match(text)) and not any(map(_LONE_BREAKEND.match, text.split(",")))


def _is_filter(text: str) -> bool:
    codes = text.split(";")
    several = len(codes) > 1
    unique = len(set(codes)) == len(codes)
    return bool(_FILTER.match(text)) and unique and text != "0" and not (several and _NO_CODE & set(codes))


def _is_format(text: str) -> bool:
    keys = [key for key in text.split(":") if key in ("GT", *FORMAT_KEYS)]
    return len(set(keys)) == len(keys)
