"""What the text of a genotype means: which alleles it names, how often, where; said in one place only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

import polars as pl

from evaluator.errors import InputError

GENOTYPE = "GT"
CALL, WITHOUT_GENOTYPE, NO_CALL = "call", "without_genotype", "no_call"
SPANNING_DELETION, SYMBOLIC_ALLELE = "spanning_deletion", "symbolic_allele"
# What structural callers write: the first is judged (structural.py), the others are only counted.
STRUCTURAL, BREAKEND, INVERSION, INSERTION = "structural", "breakend", "inversion", "insertion"
JUDGED = r"<(?:DEL|DUP|CNV|CN\d+)(?::[^>,]*)?>"
# An allele may be told by how many copies it has on its chromosome, as in the 1000 Genomes: one is reference.
ONE_COPY = "<CN1>"
MISSING_ALT = "missing_alt"  # a genotype that names the ALT "." has an allele of which nothing is known
# Of so many alleles, and from so many in ALT, as the columns of calls can count; no genome has as many.
_GENOTYPE = re.compile(r"^[|/]?(?:\d{1,4}|\.)(?:[|/](?:\d{1,4}|\.)){0,126}$")
_SEQUENCE = re.compile(r"^[ACGTNacgtn]+$")
_SINGLE = {".": MISSING_ALT, "*": SPANNING_DELETION}
_SYMBOLS = (
    (re.compile(f"^{JUDGED}$"), STRUCTURAL),
    (re.compile(r"[\[\]]|^<BND"), BREAKEND),
    (re.compile("^<INV"), INVERSION),
    (re.compile("^<INS"), INSERTION),
)
# Why a kind leaves its stretch not assessed, never taken for reference.
REASONS = {
    **dict.fromkeys((WITHOUT_GENOTYPE, NO_CALL, MISSING_ALT), NO_CALL),
    **dict.fromkeys((SYMBOLIC_ALLELE, BREAKEND, INVERSION, INSERTION), SYMBOLIC_ALLELE),
}
_SPELLED = pl.Schema(
    {
        GENOTYPE: pl.String,
        "allele": pl.Int16,  # the called allele's number; null in rows of genotypes that call none
        "copies": pl.Int8,
        "ploidy": pl.Int8,
        "missing": pl.Int8,
        "phased": pl.Boolean,
        "haplotype": pl.Int8,
    }
)


def genotype_is_first(records: pl.DataFrame) -> bool:
    """Tell whether GT leads the FORMAT of every record, as it nearly always does."""
    return all(text.split(":", 1)[0] == GENOTYPE for text in records["format"].unique())


def spelled_out(path: Path, rows: pl.DataFrame) -> pl.DataFrame:
    """Spell out the distinct genotypes of the column GT: a row per alternative allele, or one with none.

    Raises InputError, with the column `line`, for a text that is no genotype.
    """
    texts = rows[GENOTYPE].drop_nulls().unique(maintain_order=True).to_list()
    wrong = wrong_genotypes(texts)
    if wrong:
        raise no_genotype(path, rows.filter(pl.col(GENOTYPE).is_in(wrong))["line"])
    return spelled(texts)


def wrong_genotypes(texts: Iterable[str]) -> list[str]:
    """Return those of the texts that are no genotype."""
    return [text for text in texts if not _GENOTYPE.match(text)]


def no_genotype(path: Path, lines: pl.Series) -> InputError:
    """Return the error that names the first of the lines."""
    return InputError.of(path, "has a genotype (GT) that is none", int(str(lines.min())))


def spelled(texts: Iterable[str]) -> pl.DataFrame:
    """Spell out genotypes, as in `spelled_out`, in their order."""
    table = [row for text in texts for row in _spelled(text)]
    return pl.DataFrame(table, schema=_SPELLED, orient="row")


def _spelled(text: str) -> list[tuple[object, ...]]:
    """Spell out one genotype.

    >>> _spelled("1|2")
    [('1|2', 1, 1, 2, 0, True, 0), ('1|2', 2, 1, 2, 0, True, 1)]
    """
    numbers = [-1 if part == "." else int(part) for part in re.split(r"[|/]", text.lstrip("|/"))]
    phased = "|" in text and "/" not in text
    both = (len(numbers), numbers.count(-1), phased)
    placed = phased and len(numbers) > 1
    return [
        (text, allele, count, *both, numbers.index(allele) if placed and count == 1 else None)
        for allele in sorted({number for number in numbers if number > 0})
        for count in (numbers.count(allele),)
    ] or [(text, None, 0, *both, None)]


def named(path: Path, rows: pl.DataFrame, table: pl.DataFrame) -> pl.DataFrame:
    """Return, in order, a row per allele that the genotype of one of `rows` names; `row` says of which.

    `rows` have GT, alt (all of the record's) and line. The columns are those of `spelled_out`, `called` (the
    allele's sequence) and `kind`: a call, or why it is none, null for reference. Raises InputError where a
    genotype names an allele that the record does not have.
    """
    place = pl.col("allele").cast(pl.Int64) - 1
    found = (
        rows.lazy()
        .select(GENOTYPE, "alt")
        .with_row_index("row")
        .join(table.lazy(), on=GENOTYPE, how="left", maintain_order="left")
        .with_columns(pl.col("alt").str.split(",").list.get(place, null_on_oob=True).alias("called"))
        .collect()
    )
    beyond = found["allele"].is_not_null() & found["called"].is_null()
    if beyond.any():
        raise allele_beyond(path, rows["line"].gather(found["row"].filter(beyond)))
    kinds = {text: kind_of(text) for text in found["called"].drop_nulls().unique()}
    found = found.with_columns(_kind(kinds).alias("kind")).drop(GENOTYPE, "alt")
    repeating = repeated_alts(rows["alt"])
    if repeating:
        require_distinct(path, rows, found, repeating)
    return found


def allele_beyond(path: Path, lines: pl.Series) -> InputError:
    """Return the error of a genotype that names more than ALT lists; it names the first of the lines."""
    message = (
        "has a genotype (GT) that names an allele its ALT does not list; correct the record or its caller"
    )
    return InputError.of(path, message, int(str(lines.min())))


def repeated_alts(alts: pl.Series) -> list[str]:
    """Return the distinct ALTs in which a sequence stands twice; symbols may, and differ by INFO."""
    return [text for text in alts.unique() if "," in text and _repeats(text)]


def _repeats(alts: str) -> bool:
    spelt = [allele for allele in alts.upper().split(",") if allele.isalpha()]
    return len(set(spelt)) < len(spelt)


def require_distinct(path: Path, rows: pl.DataFrame, found: pl.DataFrame, repeating: list[str]) -> None:
    """Raise InputError where a genotype names two numbers of one sequence: two copies would count as one.

    `found` has the called alleles and the `row` that each is of, which has `alt` and `line`.
    """
    named = found.select("row", pl.col("called").str.to_uppercase()).filter(pl.col("called").is_not_null())
    doubtful = rows.select("alt", "line").with_row_index("row").filter(pl.col("alt").is_in(repeating))
    twice = named.filter(named.is_duplicated()).join(doubtful, on="row")
    if len(twice):
        message = "has a genotype (GT) with two alleles that ALT spells alike; write such a genotype as 1/1"
        raise InputError.of(path, message, int(str(twice["line"].min())))


def kind_of(allele: str) -> str | None:
    """Return what naming an allele of ALT makes of a genotype: a call, or why it is none.

    >>> kind_of("ACG"), kind_of("*"), kind_of("<DEL:ME>"), kind_of("<CN1>")
    ('call', 'spanning_deletion', 'structural', None)
    """
    if _SEQUENCE.match(allele):
        return CALL
    if allele == ONE_COPY:
        return None
    if allele in _SINGLE:
        return _SINGLE[allele]
    return next((kind for word, kind in _SYMBOLS if word.search(allele)), SYMBOLIC_ALLELE)


def _kind(kinds: dict[str, str | None]) -> pl.Expr:
    odd = {text: kind for text, kind in kinds.items() if kind != CALL}
    called = pl.when(pl.col("called").is_in(list(odd))).then(
        pl.col("called").replace_strict(odd, default=None, return_dtype=pl.String)
    )
    return (
        pl.when(pl.col(GENOTYPE).is_null())
        .then(pl.lit(WITHOUT_GENOTYPE))
        .when(pl.col("allele").is_null())
        .then(pl.when(pl.col("missing") > 0).then(pl.lit(NO_CALL)))
        .otherwise(called.otherwise(pl.lit(CALL)) if odd else pl.lit(CALL))
    )


def doubt() -> pl.Expr:
    """Why a kind leaves its stretch not assessed, never taken for reference; null where it does not.

    A half call of `*` is told as one: nothing else of the genotype becomes a call that could.
    """
    told = pl.col("kind").replace_strict(REASONS, default=None, return_dtype=pl.String)
    half = (pl.col("kind") == SPANNING_DELETION) & (pl.col("missing") > 0)
    return pl.when(half).then(pl.lit(NO_CALL)).otherwise(told)
