"""Which other alleles of a newborn lie on the copies that the two alleles of a pair lie on."""

from __future__ import annotations

import polars as pl

from evaluator.screening.phase import CIS, TRANS

_ROW = ("newborn", "row")
_PAIR = (*_ROW, "allele_1", "allele_2")


def companions(pairs: pl.DataFrame, rules: pl.DataFrame) -> pl.DataFrame:
    """Return for each pair what lies `beside_1` and `beside_2` for certain, and `maybe_1`, `maybe_2`.

    Only pairs of genes whose rules name a cis haplotype are looked at. Both copies carry a homozygote; a
    heterozygote lies where its phase to the alleles of the pair puts it. Opposite the same homozygous allele,
    where no phase tells one copy from the other, the first heterozygote's copy is called the first.
    """
    in_cis = (pl.col("with_1").list.len() > 0) | (pl.col("with_2").list.len() > 0)
    asked = pairs.join(rules.filter(in_cis).select("gene").unique(), on="gene", how="semi")
    homozygous = asked.filter(pl.col("allele_1") == pl.col("allele_2")).select(*_ROW, other="allele_1")
    relations = _relations(asked)
    members = pl.concat([asked.select(*_ROW, other=f"allele_{side}") for side in ("1", "2")]).unique()
    both = homozygous.with_columns(on_both=pl.lit(value=True))
    placed = (
        asked.select(_PAIR)
        .join(members, on=_ROW)
        .join(both, on=[*_ROW, "other"], how="left")
        .with_columns(_first_heterozygote())
    )
    for side, name in (("1", "allele_1"), ("2", "allele_2"), ("anchor", "anchor")):
        known = relations.rename({"allele": name, "phase": f"phase_{side}"})
        placed = placed.join(known, on=[*_ROW, name, "other"], how="left")
        is_both = both.rename({"other": name, "on_both": f"both_{side}"})
        placed = placed.join(is_both, on=[*_ROW, name], how="left")
    placed = placed.with_columns(pl.col("on_both", "both_1", "both_2").fill_null(value=False))
    told = placed.with_columns(
        *(_beside(side, across).alias(f"on_{side}") for side, across in (("1", "2"), ("2", "1")))
    )
    return told.group_by(_PAIR).agg(
        *(pl.col("other").filter(pl.col(f"on_{side}")).alias(f"beside_{side}") for side in ("1", "2")),
        *(
            pl.col("other").filter(pl.col(f"on_{side}").is_null()).alias(f"maybe_{side}")
            for side in ("1", "2")
        ),
    )


def _relations(pairs: pl.DataFrame) -> pl.DataFrame:
    """Return newborn, row, allele, other, phase of every two different alleles, both ways."""
    different = pairs.filter(pl.col("allele_1") != pl.col("allele_2"))
    ways = (("allele_1", "allele_2"), ("allele_2", "allele_1"))
    return pl.concat([different.select(*_ROW, "phase", allele=one, other=two) for one, two in ways])


def _first_heterozygote() -> pl.Expr:
    """Of the alleles that lie on one copy only, the first by name: where neither of the pair is one."""
    heterozygous = pl.col("other").filter(pl.col("on_both").is_null())
    return heterozygous.min().over(_PAIR).alias("anchor")


def _beside(side: str, across: str) -> pl.Expr:
    """Does the other allele lie on this side's copy: true, false, or null where its phase is not known."""
    with_it, against = pl.col(f"phase_{side}"), pl.col(f"phase_{across}")
    one_copy, one_across = ~pl.col(f"both_{side}"), ~pl.col(f"both_{across}")
    itself = pl.col("other") == pl.col(f"allele_{side}")
    opposite = pl.col("other") == pl.col(f"allele_{across}")
    same, apart = (TRUE, FALSE) if side == "1" else (FALSE, TRUE)
    return (
        pl.when(pl.col("on_both") | itself)
        .then(TRUE)
        .when(opposite)
        .then(FALSE)
        .when(pl.col("allele_1") == pl.col("allele_2"))
        .then(
            pl.when((pl.col("other") == pl.col("anchor")) | (pl.col("phase_anchor") == CIS))
            .then(same)
            .when(pl.col("phase_anchor") == TRANS)
            .then(apart)
        )
        .when(~one_copy & ~one_across)
        .then(TRUE)  # beside both of them, on one copy
        .when((one_copy & (with_it == CIS)) | (one_across & (against == TRANS)))
        .then(TRUE)
        .when((one_copy & (with_it == TRANS)) | (one_across & (against == CIS)))
        .then(FALSE)
    )


TRUE, FALSE = pl.lit(value=True), pl.lit(value=False)
