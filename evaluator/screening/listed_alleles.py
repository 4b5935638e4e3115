"""The panel's allow, deny and deny_alone lists, matched on minimal alleles and gene, within their scope."""

from __future__ import annotations

import polars as pl

from evaluator.vocabulary import AlleleList

ALLELE = ("contig", "position", "ref", "alt")


def allele_name() -> pl.Expr:
    """Write an allele as `contig-position-ref-alt`."""
    return pl.concat_str(*ALLELE, separator="-")


def listing(rows: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Return allele x gene row with the lists it stands on: `allow`, `deny`, `deny_alone`, `allow_elsewhere`.

    An entry applies to the rows of its gene that its condition and inheritance, where given, name;
    `allow_elsewhere` marks an allele allowed for another inheritance of the same gene.
    """
    on_list = {name: pl.col("list") == word for name, word in _LISTS.items()}
    applies = _scope("condition") & _scope("inheritance")
    return (
        rows.select("row", "gene", "condition", "inheritance")
        .join(listed, on="gene", suffix="_scope")
        .with_columns(applies.alias("applies"))
        .group_by("row", "gene", *ALLELE)
        .agg(
            *((member & pl.col("applies")).any().alias(name) for name, member in on_list.items()),
            (on_list["allow"] & ~_scope("inheritance")).any().alias("allow_elsewhere"),
        )
    )


_LISTS = {
    "allow": str(AlleleList.ALLOW),
    "deny": str(AlleleList.DENY),
    "deny_alone": str(AlleleList.DENY_ALONE),
}


def _scope(column: str) -> pl.Expr:
    return pl.col(f"{column}_scope").is_null() | (pl.col(f"{column}_scope") == pl.col(column))
