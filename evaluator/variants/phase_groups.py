"""Phase that stands beside a genotype: GATK's PGT with PID, and the HP of its read-backed phasing."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

import polars as pl

_PHASED_PAIR = re.compile(r"^(\d+)\|(\d+)$")
_HAPLOTYPE = re.compile(r"^(.+)-([12])$")
_PAIR = 2  # only diploid genotypes are told in this way

Said = tuple[str, int]  # group, and the allele's 0-based place in it


def with_phase_group(called: pl.DataFrame) -> pl.DataFrame:
    """Add `group` and `group haplotype` (0 or 1) of each called allele; both null where nothing is said.

    PGT with PID goes before HP.
    """
    said = _said(called, ("GT", "allele", "HP"), _by_hp) | _said(
        called, ("GT", "allele", "PGT", "PID"), _by_pgt
    )
    group = pl.Series("group", [None], dtype=pl.String).new_from_index(0, len(called))
    haplotype = pl.Series("group haplotype", [None], dtype=pl.Int8).new_from_index(0, len(called))
    if said:
        group = group.scatter(list(said), [name for name, _ in said.values()])
        haplotype = haplotype.scatter(list(said), [place for _, place in said.values()])
    return called.hstack([group, haplotype])


def _said(called: pl.DataFrame, keys: tuple[str, ...], rule: Callable[..., Said | None]) -> dict[int, Said]:
    """Return by row what a rule makes of these columns, where all of them are filled."""
    if any(called[key].null_count() == len(called) for key in keys):
        return {}
    filled = called.select(pl.arg_where(pl.all_horizontal(pl.col(keys).is_not_null()))).to_series()
    values = (called[key][filled].to_list() for key in keys)
    rows = zip(filled.to_list(), *values, strict=True)
    return {row: said for row, *texts in rows if (said := rule(*texts)) is not None}


def _by_pgt(genotype: str, allele: int, group_genotype: str, group: str) -> Said | None:
    place = _place_in_group(genotype, group_genotype, allele)
    return None if place is None else (group, place)


@lru_cache(maxsize=1 << 10)  # only few distinct genotypes occur
def _place_in_group(genotype: str, group_genotype: str, allele: int) -> int | None:
    """Return an allele's 0-based place in PGT; only where PGT is the same diploid genotype, phased.

    GATK writes PGT 0|1 also beside 1/1 and 1/2: there it says nothing of this allele's haplotype.

    >>> _place_in_group("0/1", "1|0", 1), _place_in_group("1/1", "0|1", 1)
    (0, None)
    """
    phased = _PHASED_PAIR.match(group_genotype)
    alleles = re.findall(r"\d+", genotype)
    if phased is None or "." in genotype or sorted(alleles, key=int) != sorted(phased.groups(), key=int):
        return None
    places = [place for place, number in enumerate(phased.groups()) if int(number) == allele]
    return places[0] if len(places) == 1 else None


def _by_hp(genotype: str, allele: int, haplotypes: str) -> Said | None:
    """Return the group and the 0-based haplotype that HP gives an allele.

    HP has one `group-number` for each allele of the genotype, in its order: the group is shared by the
    genotypes that were phased together, the number (1 or 2) is the haplotype.

    >>> _by_hp("0/1", 1, "100-2,100-1"), _by_hp("1/1", 1, "100-1,100-2")
    (('100', 0), None)
    """
    numbers = re.findall(r"\d+", genotype)
    told = [_HAPLOTYPE.match(text) for text in haplotypes.split(",")]
    parts = [match.groups() for match in told if match]
    groups, places = {name for name, _ in parts}, {place for _, place in parts}
    if len(numbers) != _PAIR or len(told) != _PAIR or len(groups) != 1 or len(places) != _PAIR:
        return None
    if numbers.count(str(allele)) != 1 or "." in genotype:
        return None
    name, place = parts[numbers.index(str(allele))]
    return name, int(place) - 1
