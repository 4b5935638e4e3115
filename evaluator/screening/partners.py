"""Alleles that only rules about pairs name: could one that was not read, or not read well, change a negative?

The place of such an allele need not be read in every newborn: an unread 5T tract says nothing about a newborn
without R117H. It must be read where another allele of the row was called and the two together could count.
"""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Phase
from evaluator.screening.diplotypes import outcomes
from evaluator.screening.inheritance import KEY, counts, qualifies, sound
from evaluator.screening.phase import pairs
from evaluator.screening.rulebook import Rulebook
from evaluator.screening.zygosity import HETEROZYGOUS, HOMOZYGOUS

_UNREAD = "unread"


def open_partners(candidates: pl.DataFrame, unread: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Return newborn, row, `partner_repeats`, `partner_uncovered` where such an allele could count.

    `candidates` are calls in recessive rows with `repeat` and `zygosity`; `unread` names newborn and allele
    (tables.CALLS) whose place was not assessed. An unread allele is tried on one copy and on both, a doubtful
    call as it was called; each kind alone and the two together.
    """
    called = candidates.filter(sound() & (qualifies() | pl.col("ruled")))
    doubtful = candidates.filter(~sound() & ~qualifies() & pl.col("ruled"))
    hidden = _supposed(unread, pl.concat([called, doubtful]), rulebook)
    touched = pl.concat([frame.select(KEY) for frame in (doubtful, hidden)]).unique()
    called = called.join(touched, on=KEY, how="semi")
    worlds = {
        "by_doubtful": [[doubtful]],
        "by_unread": [[copies] for copies in _copies(hidden)],
        "by_both": [[doubtful, copies] for copies in _copies(hidden)],
    }
    rule = rulebook.panel.criteria.phase
    found = touched
    for name, tried in worlds.items():
        changed = pl.concat([_counting([called, *more], rule, rulebook) for more in tried])
        found = found.join(changed.unique().with_columns(pl.lit(value=True).alias(name)), on=KEY, how="left")
    codes = doubtful.group_by(KEY).agg(pl.col("repeat").unique().alias("partner_repeats"))
    found = found.with_columns(pl.col(*worlds).fill_null(value=False)).join(codes, on=KEY, how="left")
    only_both = pl.col("by_both") & ~pl.col("by_doubtful") & ~pl.col("by_unread")
    return found.filter(pl.any_horizontal(*worlds)).select(
        *KEY,
        pl.when(pl.col("by_doubtful") | only_both).then("partner_repeats").alias("partner_repeats"),
        (pl.col("by_unread") | only_both).alias("partner_uncovered"),
    )


def _supposed(unread: pl.DataFrame, seen: pl.DataFrame, rulebook: Rulebook) -> pl.DataFrame:
    """Suppose every unread allele that rules name, in the rows where another was called."""
    alleles = rulebook.bearing.filter(pl.col("ruled"))
    return (
        unread.join(alleles, on=["contig", "position", "ref", "alt", "gene"])
        .join(seen.select(KEY).unique(), on=KEY, how="semi")
        .join(seen.select(*KEY, "allele"), on=[*KEY, "allele"], how="anti")
        .with_columns(repeat=pl.lit(_UNREAD), ploidy=pl.lit(2, pl.Int8))
    )


def _copies(hidden: pl.DataFrame) -> list[pl.DataFrame]:
    return [
        hidden.with_columns(zygosity=pl.lit(word), copies=pl.lit(number, pl.Int8))
        for word, number in ((HETEROZYGOUS, 1), (HOMOZYGOUS, 2))
    ]


def _counting(parts: list[pl.DataFrame], rule: Phase, rulebook: Rulebook) -> pl.DataFrame:
    """Return the rows (newborn, row) with a pair that counts, at least one allele of which was called."""
    supposed = pl.concat(parts, how="diagonal_relaxed")
    unread = supposed.filter(repeat=_UNREAD).select(*KEY, "allele").with_columns(supposed=pl.lit(value=True))
    counting = outcomes(pairs(supposed, rule), rulebook.diplotypes, rulebook.rows).filter(counts())
    for side in ("1", "2"):
        named = unread.rename({"allele": f"allele_{side}", "supposed": f"supposed_{side}"})
        counting = counting.join(named, on=[*KEY, f"allele_{side}"], how="left")
    nobody_called = pl.col("supposed_1").is_not_null() & pl.col("supposed_2").is_not_null()
    return counting.filter(~nobody_called).select(KEY)
