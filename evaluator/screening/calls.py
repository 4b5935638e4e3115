"""The calls of one allele as the rules see them: copies over a genotype, zygosity, quality, agreement."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.quality import possible_mosaic, repeat_reason
from evaluator.screening.reasons import Reason
from evaluator.screening.zygosity import zygosity

_SAME_ALLELE = ("newborn", "row", *ALLELE)
_SAME_RECORD = (*_SAME_ALLELE, "source_position", "source_ref", "source_alts")


def weighed(calls: pl.DataFrame, criteria: Criteria, build: str) -> pl.DataFrame:
    """Add `zygosity`, `repeat` and `mosaic` to newborn x record x allele x gene row.

    Needs the columns of CALLS, `row` and `x_count`. Rows without a copy only stand against others, and go.
    """
    judged = (
        counted_over_genotypes(calls)
        .with_columns(zygosity(build).alias("zygosity"))
        .with_columns(repeat_reason(criteria).alias("repeat"), possible_mosaic(criteria).alias("mosaic"))
    )
    contradicting = pl.when(contradicts()).then(pl.lit(str(Reason.REPEAT_CONTRADICTING_RECORDS)))
    return judged.with_columns(pl.coalesce(contradicting, "repeat").alias("repeat")).filter(
        pl.col("copies") > 0
    )


def counted_over_genotypes(calls: pl.DataFrame) -> pl.DataFrame:
    """Add up the copies of a base change that several alleles of one genotype have in common.

    Of genotype 1/2 with `AA` to `GC` and `AA` to `GA` both copies carry A to G. Such rows differ in
    `part_of`; those of a record that stands twice do not, and are left to contradict each other.
    """
    rows, kinds = pl.len().over(_SAME_RECORD), pl.col("part_of").n_unique().over(_SAME_RECORD)
    together = (rows > 1) & (kinds == rows)
    if not calls.select(together.any()).item():
        return calls
    shared = pl.col("together")
    return (
        calls.with_columns(together.alias("together"), pl.int_range(pl.len()).over(_SAME_RECORD).alias("nth"))
        .with_columns(
            *(
                pl.when(shared).then(pl.col(name).sum().over(_SAME_RECORD)).otherwise(name).alias(name)
                for name in ("copies", "alt_depth")
            ),
            *(pl.when(~shared).then(name).alias(name) for name in ("haplotype", "part_of")),
        )
        .filter(~shared | (pl.col("nth") == 0))
        .drop("together", "nth")
    )


def contradicts() -> pl.Expr:
    """Several records of one allele do not say the same: in genotype, in phase, or in whether to believe it.

    A base change called for itself and as part of a longer substitution, by different records, may be one
    copy or two.
    """
    placed = pl.when(pl.col("haplotype").is_not_null())
    genotype = ("copies", "ploidy", "missing", "haplotype", "part_of")
    said = pl.struct(
        *genotype, placed.then("phase_set").alias("phase set"), pl.col("repeat").is_null().alias("sound")
    )
    return said.n_unique().over(_SAME_ALLELE) > 1
