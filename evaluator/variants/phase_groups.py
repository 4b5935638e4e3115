"""Phase that stands beside a genotype: GATK's PGT with PID, and the HP of its read-backed phasing."""

from __future__ import annotations

import re

import polars as pl

_PHASED_PAIR = re.compile(r"^(\d+)\|(\d+)$")
_HAPLOTYPE = re.compile(r"^(.+)-([12])$")
_PAIR = 2  # only diploid genotypes are told in this way


def with_phase_group(called: pl.DataFrame) -> pl.DataFrame:
    """Add `group` and `group haplotype` (0 or 1) of each called allele; both null where nothing is said.

    PGT with PID goes before HP.
    """
    called = _with_physical_phase(called)
    by_pgt = pl.col("group haplotype").is_not_null()
    if not called["HP"].count():
        return called.with_columns(pl.when(by_pgt).then("PID").alias("group"))
    rows = called.select("GT", "HP", "allele", "group haplotype").iter_rows()
    said = [_told_by_hp(*row[:3]) if row[3] is None else (None, row[3]) for row in rows]
    names = pl.Series("group", [name for name, _ in said], dtype=pl.String)
    places = pl.Series("group haplotype", [place for _, place in said], dtype=pl.Int8)
    return called.with_columns(pl.when(by_pgt).then("PID").otherwise(names).alias("group"), places)


def _with_physical_phase(called: pl.DataFrame) -> pl.DataFrame:
    """Add the allele's place in GATK's PGT, null where it says nothing; only few distinct genotypes occur."""
    key = ["GT", "PGT", "allele"]
    group = pl.repeat(None, len(called), dtype=pl.Int8, eager=True).alias("group haplotype")
    told = called.lazy().select(*key, "PID").with_row_index("row").drop_nulls().drop("PID").collect()
    if len(told):
        distinct = told.select(key).unique()
        places = [_place_in_group(*row) for row in distinct.iter_rows()]
        table = distinct.with_columns(pl.Series("place", places, dtype=pl.Int8))
        placed = told.join(table, on=key, how="left", maintain_order="left")
        group = group.scatter(placed["row"], placed["place"])
    return called.with_columns(group)


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


def _told_by_hp(genotype: str, haplotypes: str | None, allele: int) -> tuple[str | None, int | None]:
    """Return the group and the 0-based haplotype that HP gives an allele.

    HP has one `group-number` for each allele of the genotype, in its order: the group is shared by the
    genotypes that were phased together, the number (1 or 2) is the haplotype.

    >>> _told_by_hp("0/1", "100-2,100-1", 1), _told_by_hp("1/1", "100-1,100-2", 1)
    (('100', 0), (None, None))
    """
    numbers = re.findall(r"\d+", genotype)
    told = [_HAPLOTYPE.match(text) for text in (haplotypes or "").split(",")]
    parts = [match.groups() for match in told if match]
    groups, places = {name for name, _ in parts}, {place for _, place in parts}
    if len(numbers) != _PAIR or len(told) != _PAIR or len(groups) != 1 or len(places) != _PAIR:
        return None, None
    if numbers.count(str(allele)) != 1 or "." in genotype:
        return None, None
    name, place = parts[numbers.index(str(allele))]
    return name, int(place) - 1
