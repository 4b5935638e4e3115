"""Rules for pairs of alleles: reported, not reported, or reported as another condition."""

from __future__ import annotations

import polars as pl

from evaluator.panel.alleles import ANY, parse_haplotype
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.phase import CIS, UNKNOWN

OTHER = "reportable as "

REPORTED = "reported"
EXCLUDED = "excluded"
ELSEWHERE = "elsewhere"
OPEN = "open"  # a more specific rule may apply, but the phase of its cis haplotype is not known

RULES = pl.Schema(
    {
        "rule": pl.Int32(),
        "gene": pl.String(),
        "main_1": pl.String(),  # allele name, or "any"
        "with_1": pl.List(pl.String()),  # the other alleles of a cis haplotype
        "main_2": pl.String(),
        "with_2": pl.List(pl.String()),
        "specificity": pl.Int32(),  # alleles named
        "verdict": pl.String(),
    }
)


def diplotype_rules(diplotypes: pl.DataFrame) -> pl.DataFrame:
    """Parse the panel's diplotype table; "A+B" is a cis haplotype."""
    records = []
    for place, row in enumerate(diplotypes.iter_rows(named=True)):
        first, second = haplotype(row["allele_1"]), haplotype(row["allele_2"])
        records.append(
            {
                "rule": place,
                "gene": row["gene"],
                "main_1": first[0],
                "with_1": first[1:],
                "main_2": second[0],
                "with_2": second[1:],
                "specificity": sum(name != ANY for name in first + second),
                "verdict": row["verdict"],
            }
        )
    return pl.DataFrame(records, schema=RULES)


def haplotype(text: str) -> list[str]:
    """Split one side of a rule into allele names; raises ValueError for a name that the lint would refuse.

    >>> haplotype("any")
    ['any']
    """
    alleles = parse_haplotype(text)
    if alleles is None:
        raise ValueError(f"{text!r} is no allele of a diplotype rule")
    return [str(allele) for allele in alleles] or [ANY]


def ruled_alleles(rules: pl.DataFrame) -> pl.DataFrame:
    """Return every allele that a rule names: contig, position, ref, alt, gene."""
    names = pl.concat_list("main_1", "with_1", "main_2", "with_2").alias("name")
    parts = pl.col("name").str.split_exact("-", 3).struct.rename_fields(list(ALLELE))
    return (
        rules.select("gene", names)
        .explode("name")
        .filter(pl.col("name") != ANY)
        .unique()
        .select("gene", parts.alias("parts"))
        .unnest("parts")
        .with_columns(pl.col("position").cast(pl.Int32))
        .select(*ALLELE, "gene")
    )


def outcomes(pairs: pl.DataFrame, rules: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Add `outcome` (reported, excluded, elsewhere, open) and `by_rule`; drop pairs that count for nothing.

    The most specific rule that matches decides, then the order of the file; without a rule a pair of two
    qualifying alleles is reported. A pair in cis keeps its phase: only its place beside others matters.
    """
    qualifying = pl.col("evidence_1").is_not_null() & pl.col("evidence_2").is_not_null()
    decided = _matches(pairs, rules, rows)
    key = ["newborn", "row", "allele_1", "allele_2"]
    return (
        pairs.join(decided, on=key, how="left")
        .with_columns(pl.col("outcome").is_not_null().alias("by_rule"))
        .with_columns(
            pl.coalesce("outcome", pl.when(qualifying).then(pl.lit(REPORTED))).alias("outcome"),
        )
        .filter(pl.col("outcome").is_not_null())
    )


def _matches(pairs: pl.DataFrame, rules: pl.DataFrame, rows: pl.DataFrame) -> pl.DataFrame:
    """Return the outcome of the best rule of each pair that has one."""
    key = ["newborn", "row", "allele_1", "allele_2"]
    companions = _companions(pairs)
    other_way = rules.rename({"main_1": "main_2", "with_1": "with_2", "main_2": "main_1", "with_2": "with_1"})
    both_ways = pl.concat([rules, other_way.select(rules.columns)])
    matched = pairs.join(both_ways, on="gene").join(rows.select("row", "condition"), on="row")
    for side in ("1", "2"):
        matched = (
            matched.join(
                companions.rename(
                    {"allele": f"allele_{side}", "cis": f"cis_{side}", "maybe": f"maybe_{side}"}
                ),
                on=["newborn", "row", f"allele_{side}"],
                how="left",
            )
            .with_columns(_side_matches(side).alias(f"match_{side}"))
            .filter(pl.col(f"match_{side}").is_not_null())
        )
    certain = pl.col("match_1") & pl.col("match_2")
    best = (
        matched.with_columns(certain.alias("certain"), _meaning().alias("outcome"))
        .sort(*key, "specificity", "rule", "certain", descending=[False] * 4 + [True, False, True])
        .group_by(key, maintain_order=True)
        .agg(
            pl.col("outcome", "certain", "specificity"),
            pl.col("evidence_1").first(),
            pl.col("evidence_2").first(),
        )
    )
    return best.select(*key, _decided().alias("outcome"))


def _meaning() -> pl.Expr:
    verdict = pl.col("verdict")
    named = verdict.str.strip_prefix(OTHER)
    return (
        pl.when(verdict == "reportable")
        .then(pl.lit(REPORTED))
        .when(~verdict.str.starts_with(OTHER))
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


def _side_matches(side: str) -> pl.Expr:
    """Match one side of a rule: true, maybe (false) when a cis partner's phase is unknown, or null for no."""
    main, partners = pl.col(f"main_{side}"), pl.col(f"with_{side}")
    left_over = partners.list.set_difference(pl.col(f"cis_{side}").fill_null([]))
    unexplained = left_over.list.set_difference(pl.col(f"maybe_{side}").fill_null([]))
    qualifies = pl.col(f"evidence_{side}").is_not_null()
    named = main == pl.col(f"allele_{side}")
    return (
        pl.when((main == ANY) & qualifies)
        .then(pl.lit(value=True))
        .when(named & (left_over.list.len() == 0))
        .then(pl.lit(value=True))
        .when(named & (unexplained.list.len() == 0))
        .then(pl.lit(value=False))
    )


def _companions(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return for each allele the alleles known to lie on its copy, and those that may."""
    columns = ["newborn", "row", "allele", "other", "phase", "shared"]
    forward = pairs.rename({"allele_1": "allele", "allele_2": "other"})
    backward = pairs.rename({"allele_2": "allele", "allele_1": "other"})
    both = pl.concat([forward.select(columns), backward.select(columns)])
    cis = (pl.col("phase") == CIS) | pl.col("shared")
    return both.group_by("newborn", "row", "allele").agg(
        pl.col("other").filter(cis).unique().alias("cis"),
        pl.col("other").filter(pl.col("phase") == UNKNOWN).unique().alias("maybe"),
    )
