"""Structural calls of one file: what is deleted or duplicated, where it ends, and in how many copies.

Manta, DELLY, Lumpy, GATK-SV, DRAGEN and Sniffles write deletions as `<DEL>` with INFO/END or INFO/SVLEN, or
with all their letters; copy-number callers write `<CNV>`, `<DEL>` or `<DUP>` with FORMAT/CN; the 1000 Genomes
`<CN0>`, `<CN2>` and so on, an allele with so many copies on its chromosome.
"""

from __future__ import annotations

import re
from enum import IntEnum
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.tables import STRUCTURAL
from evaluator.variants.genotype_text import CALL, GENOTYPE, JUDGED, NO_CALL, WITHOUT_GENOTYPE
from evaluator.variants.genotype_text import STRUCTURAL as STRUCTURAL_KIND
from evaluator.variants.normalise import trim_alleles

# From so many lost bases on a deletion is structural: the usual border (dbVar; 1000 Genomes Project, Sudmant
# et al., Nature 2015;526:75).
SHORTEST = 50
# Ours: a long REF replaced by so small a part of it is a deletion; what is longer is a rearranged stretch.
MOST_INSERTED = 0.1
LOST = "<(?:DEL|CNV|CN0)(?::[^>,]*)?>"
# One row per structural call of a file; `sample` tells newborns apart.
CALLED = pl.Schema([(name, dtype) for name, dtype in STRUCTURAL.items() if name not in ("newborn", "origin")])


class Speaks(IntEnum):
    """Who of a record's samples may have a structural call."""

    CARRIERS = 0
    UNCALLED = 1  # those without a genotype as well
    EVERYONE = 2


def who_speaks(alt: str, keys: str) -> Speaks:
    """Tell it by a record's ALT and FORMAT, without its samples.

    Beside a copy number neither 0/0 nor ./. is what it is elsewhere; a deletion may have no genotypes.
    """
    if "<" not in alt:
        return Speaks.CARRIERS
    names, lost = keys.split(":"), re.search(LOST, alt)
    if ("CN" in names and re.search(JUDGED, alt)) or (lost and GENOTYPE not in names):
        return Speaks.EVERYONE
    return Speaks.UNCALLED if lost else Speaks.CARRIERS


def copy_number_speaks() -> pl.Expr:
    """No allele was called but a copy number given: where the genotype is missing, and for every `<CNV>`.

    Needs the columns of a genotype, `alt` and CN.
    """
    unsaid = pl.col("kind").is_in([NO_CALL, WITHOUT_GENOTYPE]) | is_copy_number_record()
    known = pl.col("CN").is_not_null() & pl.col("alt").str.contains(JUDGED)
    return known & pl.col("allele").is_null() & unsaid


def is_copy_number_record() -> pl.Expr:
    """The genotype of such a record means nothing: the copy number does."""
    return pl.col("alt").str.contains("<CNV", literal=True)


def is_uncalled_deletion() -> pl.Expr:
    """A deletion, or a changed copy number, that was found but not genotyped: neither there nor not there."""
    unsaid = pl.col("kind").is_in([NO_CALL, WITHOUT_GENOTYPE])
    return unsaid & pl.col("alt").str.contains(LOST)


def is_structural() -> pl.Expr:
    """A row of a genotype becomes a structural call."""
    spelt_out = (pl.col("kind") == CALL) & (_letters("ref") - _letters("called") >= SHORTEST)
    return (pl.col("kind") == STRUCTURAL_KIND) | spelt_out | is_uncalled_deletion()


def is_long_deletion() -> pl.Expr:
    """A called allele with letters that loses at least SHORTEST bases and puts hardly any in their place.

    Needs the allele in its minimal form.
    """
    ref, alt = _letters("ref"), _letters("called")
    return (ref - alt >= SHORTEST) & (alt <= MOST_INSERTED * ref)


def _letters(column: str) -> pl.Expr:
    return pl.col(column).str.len_bytes().cast(pl.Int64)


def structural_calls(path: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Turn rows of `<DEL>`, `<DUP>`, `<CNV>` and long deletions into CALLED and `sample`.

    Rows have the record's columns, the genotype's, `called` and the FORMAT values. A deletion whose genotype
    is missing has no copies, nor has a long stretch replaced by more than a small part of it: what is left of
    it is not known. Raises InputError for a copy number or quality that is none, and for an allele
    that does not say where it ends.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={"sample": rows.schema["sample"], **CALLED})
    rows = _minimal(rows.with_columns(pl.col("GQ", "CN", "CNQ", "FT", "PS").cast(pl.String)))
    quality = pl.coalesce("GQ", "CNQ", pl.when(~pl.col("qual").is_in([".", ""])).then("qual"))
    of_record = [pl.col("alt").str.extract(f"({kind})") for kind in (LOST, JUDGED)]
    symbolic = pl.coalesce("called", *of_record)
    kind = pl.when(pl.col("called").is_null() & pl.col("CN").is_not_null()).then(pl.lit("CNV"))
    calls = rows.with_columns(quality.alias("quality text"), symbolic.alias("symbolic")).with_columns(
        pl.col("quality text").cast(pl.Float32, strict=False).alias("genotype_quality"),
        # GATK-SV and DRAGEN write whole numbers, some callers 2.0.
        pl.col("CN").cast(pl.Float64, strict=False).round().cast(pl.Int16, strict=False).alias("copy_number"),
        pl.coalesce(kind, _type(), pl.lit("DEL")).alias("type"),
        *_ends(),
    )
    _require_numbers(path, calls)
    return calls.with_columns(
        pl.col("PS").alias("phase_set"),
        pl.col("genotype_quality").fill_nan(None),  # "nan" would be above every threshold
        *(pl.when(~_is_replaced()).then(name).fill_null(0).alias(name) for name in _COUNTED),
        pl.col("phased").fill_null(value=False),
        pl.when(pl.col("filter") == "").then(pl.lit(".")).otherwise("filter").alias("filters"),
        pl.col("FT").alias("sample_filters"),
    ).select("sample", *(pl.col(name).cast(dtype) for name, dtype in CALLED.items()))


_COUNTED = ("copies", "ploidy", "missing")


def _is_spelt_out() -> pl.Expr:
    return pl.col("called").is_not_null() & ~pl.col("called").str.contains("<", literal=True)


def _is_replaced() -> pl.Expr:
    return (_is_spelt_out() & ~is_long_deletion()).fill_null(value=False)


def _minimal(rows: pl.DataFrame) -> pl.DataFrame:
    """Bring alleles with letters to their minimal form; source_ columns keep the record as it stands."""
    named = {f"source_{new}": old for new, old in (("position", "position"), ("ref", "ref"), ("alts", "alt"))}
    letters = pl.when(_is_spelt_out()).then(pl.col("called").str.to_uppercase()).otherwise(pl.lit(""))
    kept = rows.with_columns(pl.col(old).alias(new) for new, old in named.items())
    trimmed = trim_alleles(kept.with_columns(pl.col("ref").str.to_uppercase(), letters.alias("alt")))
    called = pl.when(_is_spelt_out()).then("alt").otherwise("called")
    return trimmed.with_columns(called.alias("called"), pl.col("source_alts").alias("alt"))


def _type() -> pl.Expr:
    """The type that the symbolic allele names; by how many copies it has where it names those."""
    symbolic = pl.col("symbolic")
    copies = symbolic.str.extract(r"^<CN(\d+)").cast(pl.Int32, strict=False)
    by_copies = pl.when(copies == 0).then(pl.lit("DEL")).when(copies > 1).then(pl.lit("DUP"))
    return pl.coalesce(by_copies, symbolic.str.extract("^<(DEL|DUP|CNV)"))


def _ends() -> list[pl.Expr]:
    """The base before the event, its last base, and how far either may be off."""
    info = pl.concat_str(pl.lit(";"), "info")
    position = pl.col("position")
    lengths = info.str.extract(r";SVLEN=([-0-9.,]+)").str.split(",")
    own = pl.coalesce(
        lengths.list.get(pl.col("allele").cast(pl.Int64) - 1, null_on_oob=True),
        lengths.list.get(0, null_on_oob=True),
    )
    by_length = position + own.cast(pl.Int32, strict=False).abs()
    several = pl.col("alt").str.contains(",", literal=True) & (lengths.list.len() > 1)
    end = info.str.extract(r";END=(\d+)").cast(pl.Int32, strict=False)
    symbolic = pl.col("symbolic").str.starts_with("<")
    # What REF and ALT share at the beginning is not lost: nearly always the one base that VCF asks for.
    anchored = pl.col("ref").str.slice(0, 1) == pl.col("called").str.slice(0, 1)
    return [
        pl.when(symbolic | anchored).then(position).otherwise(position - 1).alias("position"),
        pl.when(~symbolic)
        .then(position + pl.col("ref").str.len_bytes().cast(pl.Int32) - 1)
        .when(several)
        .then(pl.coalesce(by_length, end))
        .otherwise(pl.coalesce(end, by_length))
        .alias("end"),
        *(
            pl.when(symbolic)
            .then(info.str.extract(f";{key}=(-?\\d+),(-?\\d+)", place + 1).cast(pl.Int32, strict=False))
            .fill_null(0)
            .alias(f"{key.lower()}_{side}")
            for key in ("CIPOS", "CIEND")
            for place, side in enumerate(("low", "high"))
        ),
    ]


def _require_numbers(path: Path, calls: pl.DataFrame) -> None:
    for column, text, key in (("genotype_quality", "quality text", "GQ"), ("copy_number", "CN", "CN")):
        wrong = calls.filter(pl.col(column).is_null() & pl.col(text).is_not_null())
        if len(wrong):
            raise InputError.of(path, f"has a {key} that is not a number", wrong["line"][0])
    endless = calls.filter(pl.col("end").is_null() | (pl.col("end") <= pl.col("position")))
    if len(endless):
        message = (
            "has a deletion, duplication or copy number without the END or SVLEN that says where it ends"
        )
        raise InputError.of(path, message, endless["line"][0])
