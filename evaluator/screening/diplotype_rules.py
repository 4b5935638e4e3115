"""The panel's rules for pairs of alleles, spelt out: sets, and who stands for a cis haplotype."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import polars as pl

from evaluator.panel.allele_sets import AlleleSets, Haplotype, allele_sets, haplotypes
from evaluator.panel.alleles import ANY
from evaluator.screening.listed_alleles import ALLELE

RULES = pl.Schema(
    {
        "gene": pl.String(),
        "main_1": pl.String(),  # allele name, or "any"
        "with_1": pl.List(pl.String()),  # the other alleles of a cis haplotype
        "main_2": pl.String(),
        "with_2": pl.List(pl.String()),
        "specificity": pl.Int32(),  # alleles named: the rule that names more goes first
        "verdict": pl.String(),
    }
)


def diplotype_rules(diplotypes: pl.DataFrame, alleles: pl.DataFrame) -> pl.DataFrame:
    """Spell out the panel's diplotype table; "A+B" is a cis haplotype, other words are sets of alleles."""
    sets = allele_sets(alleles)
    records = [record for row in diplotypes.iter_rows(named=True) for record in _spelt_out(row, sets)]
    return pl.DataFrame(records, schema=RULES).unique().sort("gene", "main_1", "main_2", "specificity")


def _spelt_out(row: dict[str, Any], sets: AlleleSets) -> Iterator[dict[str, object]]:
    sides = [haplotypes(row[side], row["gene"], sets) for side in ("allele_1", "allele_2")]
    if None in sides:
        raise ValueError(f"{row['allele_1']!r} with {row['allele_2']!r} is no rule that the lint lets pass")
    for first, second in product(*(side or [] for side in sides)):
        for (main_1, with_1), (main_2, with_2) in product(_leading(first), _leading(second)):
            yield {
                "gene": row["gene"],
                "main_1": main_1,
                "with_1": with_1,
                "main_2": main_2,
                "with_2": with_2,
                "specificity": len(first) + len(second),
                "verdict": row["verdict"],
            }


def _leading(haplotype: Haplotype) -> Iterator[tuple[str, list[str]]]:
    """Let each allele of a cis haplotype stand for it in a pair, with the others beside it."""
    names = sorted(map(str, haplotype))
    if not names:
        yield ANY, []
    for name in names:
        yield name, [other for other in names if other != name]


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
