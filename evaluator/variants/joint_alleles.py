"""Which alleles the genotypes of a joint file name: each distinct genotype and each ALT is looked at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

import numpy as np
import polars as pl
from numpy.typing import NDArray

from evaluator.variants.calls import minimal_alleles
from evaluator.variants.genotype_text import (
    CALL,
    GENOTYPE,
    NO_CALL,
    WITHOUT_GENOTYPE,
    allele_beyond,
    kind_of,
    no_genotype,
    repeated_alts,
    require_distinct,
    spelled,
    wrong_genotypes,
)
from evaluator.variants.intervals import Coordinates
from evaluator.variants.pairs import Flags, distinct

_OF_RECORD = ["contig", "position", "ref", "alt", "filter", "info", "line"]
SPELLED_OUT = ["allele", "copies", "ploidy", "missing", "phased", "haplotype"]


@dataclass(frozen=True)
class Listed:
    """The alleles that ALT of some records lists, a row each."""

    alleles: pl.DataFrame  # minimal form, source_ columns, filters, line, called
    number: Coordinates  # of the allele in its record, from 1
    first: Coordinates  # per record: its first row
    count: Coordinates  # per record: how many


@dataclass(frozen=True)
class Named:
    """What genotypes name: a row per value and alternative allele, or one where it names none."""

    value: Coordinates  # the genotype's row among the values
    record: Coordinates
    genotype: Coordinates  # row of `genotypes`
    allele: Coordinates  # row of `listed.alleles`, -1 where no allele is named
    kind: NDArray[np.int8]  # place in `kinds`
    kinds: list[str | None]
    genotypes: pl.DataFrame  # the distinct ones spelled out; nulls where there is none
    listed: Listed

    def is_kind(self, *kinds: str | None) -> Flags:
        """Tell which rows are of one of the kinds."""
        wanted = np.array([kind in kinds for kind in self.kinds], dtype=np.bool_)
        return wanted[self.kind]


def name_alleles(path: Path, records: pl.DataFrame, genotypes: pl.Series, record: Coordinates) -> Named:
    """Find what genotypes name; `record` is the row of each one's record.

    Raises InputError where a genotype is malformed or names an allele that the record does not have.
    """
    texts, which = _numbered(genotypes)
    wrong = [number for number, text in enumerate(texts) if text is not None and wrong_genotypes([text])]
    if wrong:
        raise no_genotype(path, records["line"].gather(record[np.isin(which, wrong)]))
    table = spelled([text for text in texts if text is not None])
    count = Counter(table[GENOTYPE].to_list())
    if None in texts:  # they are last
        table = pl.concat([table, table.clear(1)])
    value, genotype = _expanded(which, np.array([count[text] or 1 for text in texts]))
    of_value, record = record, record[value]
    listed = list_alleles(records)
    number = np.array([allele or 0 for allele in table["allele"]], dtype=np.int64)[genotype]
    beyond = number > listed.count[record]
    if beyond.any():
        raise allele_beyond(path, records["line"].gather(record[beyond]))
    allele = np.where(number > 0, listed.first[record] + number - 1, -1)
    kinds, kind = _kinds(table, genotype, listed.alleles["called"], allele)
    named = Named(value, record, genotype, allele, kind, kinds, table, listed)
    _require_distinct(path, records, of_value, named)
    return named


def list_alleles(records: pl.DataFrame) -> Listed:
    """List the alleles of ALT, each brought to its minimal form."""
    alts = [text.split(",") for text in records["alt"].to_list()]
    count = np.array([len(each) for each in alts], dtype=np.int64)
    first = np.cumsum(count) - count
    rows = records[_OF_RECORD]
    called = pl.Series("called", list(chain.from_iterable(alts)), dtype=pl.String)
    if len(called) > len(rows):
        rows = rows[np.repeat(np.arange(len(rows)), count)]
    number = np.arange(len(called)) - np.repeat(first, count) + 1
    return Listed(minimal_alleles(rows.with_columns(called)), number, first, count)


def _numbered(genotypes: pl.Series) -> tuple[list[str | None], Coordinates]:
    """Return the distinct genotypes, and per value its number among them; none at all is the last."""
    numbered = genotypes.dtype
    if not isinstance(numbered, pl.Enum):
        numbered = pl.Enum(genotypes.drop_nulls().unique())
    texts = [*numbered.categories.to_list(), None]
    codes = genotypes.cast(numbered).to_physical().cast(pl.Int64)
    if codes.null_count():
        codes = codes.fill_null(len(texts) - 1)
    found, which = distinct(codes.to_numpy(), len(texts))
    return [texts[code] for code in found.tolist()], which


def _expanded(which: Coordinates, count: Coordinates) -> tuple[Coordinates, Coordinates]:
    """Return pairs of a value and a row of its genotype, of which there are as many as `count` tells."""
    if (count == 1).all():
        return np.arange(len(which)), which
    rows = count[which]
    value = np.repeat(np.arange(len(which)), rows)
    within = np.arange(len(value)) - np.repeat(np.cumsum(rows) - rows, rows)
    return value, (np.cumsum(count) - count)[which[value]] + within


def _kinds(
    genotypes: pl.DataFrame, genotype: Coordinates, called: pl.Series, allele: Coordinates
) -> tuple[list[str | None], NDArray[np.int8]]:
    """Return what naming an allele, or none, makes of each row."""
    texts = called.to_list()
    kind_by_text = {text: kind_of(text) for text in set(texts)}
    alone = [
        WITHOUT_GENOTYPE if text is None else NO_CALL if missing else None
        for text, missing in genotypes.select(GENOTYPE, "missing").iter_rows()
    ]
    kinds = sorted({*kind_by_text.values(), *alone, CALL}, key=str)
    place = {kind: number for number, kind in enumerate(kinds)}
    of_allele = np.array([place[kind_by_text[text]] for text in texts], dtype=np.int8)
    of_genotype = np.array([place[kind] for kind in alone], dtype=np.int8)
    if (allele >= 0).all():
        return kinds, of_allele[allele]
    return kinds, np.where(allele >= 0, of_allele[allele], of_genotype[genotype])


def _require_distinct(path: Path, records: pl.DataFrame, record: Coordinates, named: Named) -> None:
    repeating = repeated_alts(records["alt"])
    if repeating:
        some = named.allele >= 0
        called = named.listed.alleles["called"].gather(named.allele[some])
        found = pl.DataFrame([pl.Series("row", named.value[some], dtype=pl.UInt32), called])
        require_distinct(path, records.select("alt", "line")[record], found, repeating)
