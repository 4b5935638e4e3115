"""Rules for pairs of alleles: reported, not reported, or reported as another condition."""

from __future__ import annotations

import polars as pl

from evaluator.panel.alleles import ANY, REPORTABLE_AS
from evaluator.screening.haplotypes import companions

REPORTED = "reported"
EXCLUDED = "excluded"
ELSEWHERE = "elsewhere"
OPEN = "open"  # a more specific rule may apply, but the phase of its cis haplotype is not known

PAIR = ("newborn", "row", "allele_1", "allele_2")


def outcomes(pairs: pl.DataFrame, rules: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `outcome` (reported, excluded, elsewhere, open) and `by_rule`; drop pairs that count for nothing.

    Of the rules that match, the one that names more alleles decides; the lint lets no two that name equally
    many contradict each other. Without a rule a pair of two qualifying alleles is reported. A pair in cis
    keeps its phase: only its place beside others matters.
    """
    qualifying = pl.col("evidence_1").is_not_null() & pl.col("evidence_2").is_not_null()
    return (
        pairs.join(_matches(pairs, rules, rows), on=PAIR, how="left")
        .with_columns(pl.col("outcome").is_not_null().alias("by_rule"))
        .with_columns(
            pl.coalesce("outcome", pl.when(qualifying).then(pl.lit(REPORTED))).alias("outcome"),
        )
        .filter(pl.col("outcome").is_not_null())
    )


def _matches(pairs: pl.DataFrame, rules: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of the best rule of each pair that has one."""
    other_way = rules.rename({"main_1": "main_2", "with_1": "with_2", "main_2": "main_1", "with_2": "with_1"})
    both_ways = pl.concat([rules, other_way.select(rules.columns)]).unique()
    matched = (
        pairs.join(both_ways, on="gene")
        .filter(_named("1") & _named("2"))
        .join(companions(pairs, rules), on=PAIR, how="left")
        .with_columns(*(_side_matches(side).alias(f"match_{side}") for side in ("1", "2")))
        .filter(pl.col("match_1").is_not_null() & pl.col("match_2").is_not_null())
        .join(rows.select("row", "condition"), on="row")
    )
    certain = pl.col("match_1") & pl.col("match_2")
    best = (
        matched.with_columns(certain.alias("certain"), _meaning().alias("outcome"))
        .sort(*PAIR, "specificity", "certain", "verdict", descending=[False] * 4 + [True, True, False])
        .group_by(PAIR, maintain_order=True)
        .agg(pl.col("outcome", "certain"), pl.col("evidence_1", "evidence_2").first())
    )
    return best.select(*PAIR, _decided().alias("outcome"))


def _meaning() -> pl.Expr:
    verdict = pl.col("verdict")
    named = verdict.str.strip_prefix(REPORTABLE_AS)
    return (
        pl.when(verdict == "reportable")
        .then(pl.lit(REPORTED))
        .when(~verdict.str.starts_with(REPORTABLE_AS))
        .then(pl.lit(EXCLUDED))
        .when(named == pl.col("condition"))
        .then(pl.lit(REPORTED))
        .otherwise(pl.lit(ELSEWHERE))
    )


def _decided() -> pl.Expr:
    """The first certain rule decides, unless a better one that says otherwise hangs on an unknown phase."""
    certain = pl.col("certain").cast(pl.List(pl.Int8))
    any_certain = pl.col("certain").list.any()
    better = pl.when(any_certain).then(certain.list.arg_max()).otherwise(certain.list.len())
    qualifying = pl.col("evidence_1").is_not_null() & pl.col("evidence_2").is_not_null()
    settled = (
        pl.when(any_certain)
        .then(pl.col("outcome").list.get(better, null_on_oob=True))
        .when(qualifying)
        .then(pl.lit(REPORTED))
    )
    possible = pl.concat_list(pl.col("outcome").list.head(better), settled).list.unique()
    hangs = (possible.list.len() > 1) & possible.list.contains(REPORTED)
    return pl.when(hangs).then(pl.lit(OPEN)).otherwise(settled)


def _named(side: str) -> pl.Expr:
    """The side of the rule speaks of this allele: by name, or as any that qualifies."""
    main = pl.col(f"main_{side}")
    return (main == pl.col(f"allele_{side}")) | ((main == ANY) & pl.col(f"evidence_{side}").is_not_null())


def _side_matches(side: str) -> pl.Expr:
    """True, or false (maybe) when a cis partner's phase is unknown, or null when one is not on the copy."""
    partners = pl.col(f"with_{side}")
    left_over = partners.list.set_difference(pl.col(f"beside_{side}").fill_null([]))
    unexplained = left_over.list.set_difference(pl.col(f"maybe_{side}").fill_null([]))
    return (
        pl.when(left_over.list.len() == 0)
        .then(pl.lit(value=True))
        .when(unexplained.list.len() == 0)
        .then(pl.lit(value=False))
    )
