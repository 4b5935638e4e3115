"""From FORMAT text to the typed columns of a call: reads, quality, fraction, phase."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.tables import CALLS
from evaluator.variants.local_alleles import with_reads_of_all_alleles
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.phase_groups import with_phase_group

# FORMAT keys beside GT that become columns, in the order in which later ones stand in for earlier ones.
_FRACTION_KEYS = ("AF", "HF", "VAF")
FORMAT_KEYS = ("AD", "LAA", "LAD", "DP", "GQ", "PS", "PGT", "PID", "HP", "CN", "CNQ", "FT", *_FRACTION_KEYS)
_KEY_OF = {"depth": "DP", "alt_depth": "AD", "genotype_quality": "GQ", "allele_fraction": "AF"}
# What one genotype becomes: the columns of tables.CALLS, and what the annotations need.
CALLED = pl.Schema(
    [
        *((name, dtype) for name, dtype in CALLS.items() if name not in ("newborn", "part_of")),
        ("info", pl.String()),
        ("allele", pl.Int16()),
    ]
)


def with_format_values(records: pl.DataFrame, column: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Add the value of each FORMAT key in a sample's column as text, wherever FORMAT places the key.

    `fields` counts the values that are there, of whatever key.
    Null where the record has no such key, where trailing fields were dropped, and where the value is ".";
    a genotype is kept as it is written.
    """
    formats = {text: text.split(":") for text in records["format"].unique()}
    present = [key for key in keys if any(key in parts for parts in formats.values())]
    return (
        records.lazy()
        .with_columns(pl.col(column).str.split(":").alias("parts"))
        .with_columns(_value(key, formats).alias(key) for key in keys)
        .with_columns(*(_given(key) for key in present), pl.col("parts").list.len().alias("fields"))
        .drop("parts")
        .collect()
    )


def _value(key: str, formats: dict[str, list[str]]) -> pl.Expr:
    """The text at the key's place in each row's FORMAT; nearly always it has one place, or none."""
    by_place: dict[int, list[str]] = {}
    for text, parts in formats.items():
        if key in parts:
            by_place.setdefault(parts.index(key), []).append(text)
    values = [
        pl.when(pl.col("format").is_in(texts)).then(value) if len(texts) < len(formats) else value
        for place, texts in by_place.items()
        for value in (pl.col("parts").list.get(place, null_on_oob=True),)
    ]
    return pl.coalesce(values) if values else pl.lit(None, pl.String)


def _given(key: str) -> pl.Expr:
    nothing = [""] if key == "GT" else ["", "."]
    return pl.when(~pl.col(key).is_in(nothing)).then(key)


def called_alleles(path: Path, called: pl.DataFrame) -> pl.DataFrame:
    """Turn one row per called allele, its FORMAT values still text, into the columns of CALLED and `sample`.

    Depth is DP, or the sum of AD. Raises InputError for a value that is not a number.
    """
    return with_values(path, minimal_alleles(called)).select("sample", *CALLED)


def minimal_alleles(called: pl.DataFrame) -> pl.DataFrame:
    """Bring each called allele to its minimal form; the record as it stands moves to the source_ columns."""
    return trim_alleles(
        called.with_columns(
            pl.when(pl.col("filter") == "").then(pl.lit(".")).otherwise("filter").alias("filters"),
            pl.col("position").alias("source_position"),
            pl.col("ref").alias("source_ref"),
            pl.col("alt").alias("source_alts"),
            pl.col("ref").str.to_uppercase(),
            pl.col("called").str.to_uppercase().alias("alt"),
        )
    )


def with_values(path: Path, called: pl.DataFrame) -> pl.DataFrame:
    """Add what FORMAT says of rows of `minimal_alleles`: reads, quality, fraction, phase.

    DP and GQ may be text or numbers, AD text or a list of numbers. Raises InputError for a text that is not
    a number.
    """
    called = with_reads_of_all_alleles(path, with_phase_group(called))
    listed = called.schema["AD"] != pl.String
    depths = pl.col("AD") if listed else pl.col("AD").str.split(",")
    place = pl.col("allele").cast(pl.Int64)
    alt_depth = depths.list.get(place, null_on_oob=True)
    stated = {
        "depth": pl.col("DP"),
        "alt_depth": alt_depth if listed else pl.when(alt_depth != ".").then(alt_depth),
        "genotype_quality": pl.col("GQ"),
        "allele_fraction": _fraction(called, place - 1),
    }
    # Not lazily: a plan for so few columns takes longer than carrying it out.
    rows = called.with_columns(value.alias(f"{name} stated") for name, value in stated.items())
    rows = rows.with_columns(
        pl.col(f"{name} stated").cast(CALLS[name], strict=False).alias(name) for name in stated
    )
    _require_numbers(path, rows, tuple(stated))
    # "nan" is a number that is above every threshold: it is none
    values = {name: pl.col(name).fill_nan(None) for name in ("genotype_quality", "allele_fraction")}
    if called["DP"].null_count():
        counted = depths.list.eval(pl.element().cast(pl.Int32, strict=False).drop_nulls())
        values["depth"] = pl.coalesce("depth", pl.when(counted.list.len() > 0).then(counted.list.sum()))
    return rows.with_columns(**values, **_phase(called))


def _phase(called: pl.DataFrame) -> dict[str, pl.Expr]:
    """Whether and how an allele is phased: by the genotype and PS, else by its group."""
    group = pl.col("group")
    if called["group"].null_count() == len(called):
        return {"phase_set": pl.col("PS")}
    grouped = pl.col("PS").is_null() & group.is_not_null()
    return {
        "phased": pl.col("phased") | group.is_not_null(),
        "phase_set": pl.coalesce("PS", group),
        "haplotype": pl.when(grouped).then("group haplotype").otherwise("haplotype"),
    }


def _fraction(called: pl.DataFrame, place: pl.Expr) -> pl.Expr:
    """The allele's fraction, where the file has one for each alternative allele of the record."""
    alts = pl.col("source_alts").str.split(",").list.len()
    fractions = [
        pl.when(values.list.len() == alts).then(values.list.get(place, null_on_oob=True))
        for key in _FRACTION_KEYS
        if called[key].count()
        for values in (pl.col(key).str.split(","),)
    ]
    text = pl.coalesce(fractions) if fractions else pl.lit(None, pl.String)
    return pl.when(text != ".").then(text)


def _require_numbers(path: Path, calls: pl.DataFrame, names: tuple[str, ...]) -> None:
    unread = [name for name in names if calls[name].null_count() > calls[f"{name} stated"].null_count()]
    if unread:
        wrong = [
            (pl.col(name).is_null() & pl.col(f"{name} stated").is_not_null()).alias(name) for name in unread
        ]
        first = calls.select("line", *wrong).filter(pl.any_horizontal(unread)).row(0, named=True)
        key = next(_KEY_OF[name] for name in unread if first[name])
        raise InputError.of(path, f"has a {key} that is not a number", first["line"])
