"""From genotype text to calls: one row per called allele, phase and counts of reads kept."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from evaluator.errors import InputError
from evaluator.tables import CALLS
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.records import sample_column

_GENOTYPE = re.compile(r"^[|/]?(?:\d+|\.)(?:[|/](?:\d+|\.))*$")
_SEQUENCE = r"^[ACGTNacgtn]+$"
SPANNING_DELETION = "*"
_CALL = "call"
_DIPLOID = 2
# FORMAT keys beside GT that become columns, in the order in which later ones stand in for earlier ones.
_FRACTION_KEYS = ("AF", "HF", "VAF")
_KEYS = ("AD", "DP", "GQ", "PS", "PGT", "PID", *_FRACTION_KEYS)
_KEY_OF = {"depth": "DP", "alt_depth": "AD", "genotype_quality": "GQ", "allele_fraction": "AF"}
_GENOTYPE_TABLE = pl.Schema(
    {
        "GT": pl.String,
        "allele": pl.Int16,  # the called allele's number; null in rows of genotypes that call none
        "copies": pl.Int8,
        "ploidy": pl.Int8,
        "missing": pl.Int8,
        "phased": pl.Boolean,
        "haplotype": pl.Int8,
    }
)


@dataclass
class Genotypes:
    """The called alleles of one sample in some records, and what could not become a call."""

    calls: pl.DataFrame
    unresolved: pl.DataFrame  # start, end (on the axis), reason: spans whose genotype is not known
    set_aside: Counter[str] = field(default_factory=Counter)

    @classmethod
    def none(cls) -> Genotypes:
        """Return the result of reading no record."""
        calls = {name: dtype for name, dtype in CALLS.items() if name != "newborn"}
        return cls(
            pl.DataFrame(schema={**calls, "info": pl.String, "allele": pl.Int16}),
            pl.DataFrame(schema={"start": pl.Int64, "end": pl.Int64, "reason": pl.String}),
        )


def read_genotypes(path: Path, records: pl.DataFrame, sample: str) -> Genotypes:
    """Turn the genotypes of one sample into one row per record and called allele of known sequence.

    The rows have the columns of tables.CALLS without `newborn`, and `info` and `allele` for the annotations.
    Raises InputError where a genotype is malformed or names an allele that the record does not have.
    """
    records = with_format_values(records, sample, ("GT",))
    table = _genotype_table(path, records)
    called = pl.col("alt").str.split(",").list.get(pl.col("allele") - 1, null_on_oob=True)
    named = (
        records.lazy()
        .join(table.lazy(), on="GT", how="left", maintain_order="left")
        .with_columns(called.alias("called"))
        .with_columns(_kind().alias("kind"))
        .collect()
    )
    _require_alleles(path, named)
    counts = Counter(named["kind"].drop_nulls())
    set_aside = Counter({kind: count for kind, count in counts.items() if kind not in (_CALL, "no_call")})
    unresolved = _unresolved(named) if counts.total() > counts[_CALL] else Genotypes.none().unresolved
    calls = with_format_values(named.filter(pl.col("kind") == _CALL), sample, _KEYS)
    return Genotypes(_calls(path, calls), unresolved, set_aside)


def _kind() -> pl.Expr:
    """What a row is: a call, or why it is none; null for a reference genotype."""
    return (
        pl.when(pl.col("GT").is_null())
        .then(pl.lit("without_genotype"))
        .when(pl.col("allele").is_null())
        .then(pl.when(pl.col("missing") > 0).then(pl.lit("no_call")))
        .when(pl.col("called") == SPANNING_DELETION)
        .then(pl.lit("spanning_deletion"))
        .when(pl.col("called").str.contains(_SEQUENCE))
        .then(pl.lit(_CALL))
        .otherwise(pl.lit("symbolic_allele"))
    )


def _unresolved(named: pl.DataFrame) -> pl.DataFrame:
    """Spans whose genotype says neither reference nor a sequence: never taken for reference."""
    reasons = {"without_genotype": "no_call", "no_call": "no_call", "symbolic_allele": "symbolic_allele"}
    reason = pl.col("kind").replace_strict(reasons, default=None, return_dtype=pl.String)
    return (
        named.select("start", "end", reason.alias("reason")).drop_nulls("reason").unique(maintain_order=True)
    )


def with_format_values(records: pl.DataFrame, sample: str, keys: tuple[str, ...]) -> pl.DataFrame:
    """Add the sample's value of each FORMAT key as a text column, wherever FORMAT places the key.

    Null where the record has no such key, where trailing fields were dropped, and where the value is ".";
    a genotype is kept as it is written.
    """
    records = records.with_columns(pl.col(sample_column(sample)).str.split(":").alias("parts"))
    formats = {text: text.split(":") for text in records["format"].unique()}
    present = {key for parts in formats.values() for key in parts}
    columns = [pl.lit(None, pl.String).alias(key) for key in keys if key not in present]
    for key in filter(present.__contains__, keys):
        places = {text: parts.index(key) if key in parts else None for text, parts in formats.items()}
        place = pl.col("format").replace_strict(places, return_dtype=pl.Int64)
        value = pl.col("parts").list.get(place, null_on_oob=True)
        absent = ["", "."] if key != "GT" else [""]
        columns.append(pl.when(~value.is_in(absent)).then(value).alias(key))
    return records.with_columns(columns).drop("parts")


def _genotype_table(path: Path, records: pl.DataFrame) -> pl.DataFrame:
    rows: list[tuple[object, ...]] = []
    for text in records["GT"].drop_nulls().unique(maintain_order=True):
        if not _GENOTYPE.match(text):
            line = records.filter(pl.col("GT") == text)["line"][0]
            raise InputError.of(path, "has a genotype (GT) that is none", line)
        rows.extend(_genotype_rows(text))
    return pl.DataFrame(rows, schema=_GENOTYPE_TABLE, orient="row")


def _genotype_rows(text: str) -> list[tuple[object, ...]]:
    """Spell out one genotype: a row per alternative allele in it, or one row with none.

    >>> _genotype_rows("1|2")
    [('1|2', 1, 1, 2, 0, True, 0), ('1|2', 2, 1, 2, 0, True, 1)]
    """
    alleles = re.split(r"[|/]", text.lstrip("|/"))
    phased = "|" in text and "/" not in text
    missing = alleles.count(".")
    called = sorted({int(allele) for allele in alleles if allele != "."} - {0})
    numbers = [None if allele == "." else int(allele) for allele in alleles]
    if not called:
        return [(text, None, 0, len(alleles), missing, phased, None)]
    return [
        (
            text,
            allele,
            numbers.count(allele),
            len(alleles),
            missing,
            phased,
            numbers.index(allele) if phased and len(alleles) > 1 and numbers.count(allele) == 1 else None,
        )
        for allele in called
    ]


def _require_alleles(path: Path, named: pl.DataFrame) -> None:
    beyond = named.filter(
        pl.col("allele").is_not_null() & (pl.col("called").is_null() | (pl.col("called") == "."))
    )
    if len(beyond):
        raise InputError.of(
            path, "has a genotype (GT) that names an allele its ALT does not list", beyond["line"][0]
        )


def _calls(path: Path, called: pl.DataFrame) -> pl.DataFrame:
    depths = pl.col("AD").str.split(",")
    place = pl.col("allele").cast(pl.Int64)
    alt_depth = depths.list.get(place, null_on_oob=True)
    counted = depths.list.eval(pl.element().cast(pl.Int32, strict=False).drop_nulls())
    all_reads = pl.when(counted.list.len() > 0).then(counted.list.sum())
    group, group_haplotype = _physical_phase(called)
    grouped = pl.col("PS").is_null() & group.is_not_null()
    texts = {
        "depth": pl.col("DP"),
        "alt_depth": pl.when(alt_depth != ".").then(alt_depth),
        "genotype_quality": pl.col("GQ"),
        "allele_fraction": _fraction(called, place - 1),
    }
    numbered = (
        called.lazy()
        .with_columns(text.alias(f"{name} text") for name, text in texts.items())
        .with_columns(pl.col(f"{name} text").cast(CALLS[name], strict=False).alias(name) for name in texts)
        .collect()
    )
    _require_numbers(path, numbered, tuple(texts))
    columns = [name for name in CALLS if name != "newborn"]
    calls = (
        numbered.lazy()
        .with_columns(
            (pl.col("phased") | group_haplotype.is_not_null()).alias("phased"),
            pl.coalesce("PS", group).alias("phase_set"),
            pl.when(grouped).then(group_haplotype).otherwise("haplotype").alias("haplotype"),
            pl.coalesce("depth", all_reads).alias("depth"),
            pl.when(pl.col("filter") == "").then(pl.lit(".")).otherwise("filter").alias("filters"),
            pl.col("position").alias("source_position"),
            pl.col("ref").alias("source_ref"),
            pl.col("alt").alias("source_alts"),
            pl.col("ref").str.to_uppercase(),
            pl.col("called").str.to_uppercase().alias("alt"),
        )
        .select(*columns, "info", "allele")
        .collect()
    )
    return trim_alleles(calls)


def _fraction(called: pl.DataFrame, place: pl.Expr) -> pl.Expr:
    """The allele's fraction, where the file has one for each alternative allele of the record."""
    alts = pl.col("alt").str.split(",").list.len()
    fractions = [
        pl.when(values.list.len() == alts).then(values.list.get(place, null_on_oob=True))
        for key in _FRACTION_KEYS
        if called[key].count()
        for values in (pl.col(key).str.split(","),)
    ]
    text = pl.coalesce(fractions) if fractions else pl.lit(None, pl.String)
    return pl.when(text != ".").then(text)


def _physical_phase(called: pl.DataFrame) -> tuple[pl.Expr, pl.Expr]:
    """GATK's PID and the allele's place in PGT; only where PGT is the same genotype, phased.

    GATK writes PGT 0|1 also beside 1/1 and 1/2: there it says nothing of this allele's haplotype.
    """
    if not called["PGT"].count():
        return pl.lit(None, pl.String), pl.lit(None, pl.Int8)
    first, second = (pl.col("PGT").str.extract(r"^(\d+)\|(\d+)$", part).cast(pl.Int16) for part in (1, 2))
    allele = pl.col("allele")
    single = (pl.col("copies") == 1) & (pl.col("ploidy") == _DIPLOID) & (pl.col("missing") == 0)
    others = pl.col("GT").str.extract_all(r"\d+").list.eval(pl.element().cast(pl.Int16)).list.sort()
    same = pl.concat_list(pl.min_horizontal(first, second), pl.max_horizontal(first, second)) == others
    usable = pl.col("PID").is_not_null() & first.is_not_null() & single & same
    haplotype = pl.when(first == allele).then(0).when(second == allele).then(1).cast(pl.Int8)
    return pl.when(usable).then("PID"), pl.when(usable).then(haplotype)


def _require_numbers(path: Path, calls: pl.DataFrame, names: tuple[str, ...]) -> None:
    unread = [(pl.col(name).is_null() & pl.col(f"{name} text").is_not_null()).alias(name) for name in names]
    wrong = calls.lazy().select("line", *unread).filter(pl.any_horizontal(*names)).collect()
    if len(wrong):
        key = next(_KEY_OF[name] for name in names if wrong[name][0])
        raise InputError.of(path, f"has a {key} that is not a number", wrong["line"][0])
