"""Two alleles of one newborn in one gene row: on different copies, on the same copy, or unknown."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Phase
from evaluator.screening.zygosity import EXTRA, HALF, HETEROZYGOUS, HOMOZYGOUS

TRANS = "trans"
CIS = "cis"
UNKNOWN = "unknown"
NOT_NEEDED = "not_needed"

_RECORD = ("source_position", "source_ref", "source_alts")
_SIDE = (
    "allele",
    "position",
    "ref",
    "alt",
    "zygosity",
    "phased",
    "phase_set",
    "haplotype",
    "copies",
    "ploidy",
    "source_position",
    "source_ref",
    "source_alts",
    "part_of",
    "evidence_code",
)


def pairs(candidates: pl.DataFrame, rule: Phase) -> pl.DataFrame:
    """Pair the alleles of each newborn and row that can lie on two copies.

    Needs newborn, row, gene, contig and the columns of one side. Returns newborn, row, gene, allele_1,
    allele_2, evidence_1, evidence_2, `phase`, `one_event` and `shared` (one of them is homozygous); a
    homozygote pairs with itself, in trans.
    """
    on_two_copies = pl.col("zygosity").is_in([HOMOZYGOUS, HETEROZYGOUS, HALF, EXTRA])
    sides = (
        candidates.filter(on_two_copies)
        .select("newborn", "row", "gene", "contig", *_SIDE)
        .sort("newborn", "row", "position", "ref", "alt")
        .with_columns(pl.int_range(pl.len()).over("newborn", "row").alias("place"))
    )
    different = (pl.col("place") < pl.col("place_2")) & (pl.col("allele") != pl.col("allele_2"))
    itself = (pl.col("place") == pl.col("place_2")) & (pl.col("zygosity") == HOMOZYGOUS)
    return (
        sides.join(sides, on=["newborn", "row", "gene", "contig"], suffix="_2")
        .filter(different | itself)
        .with_columns(phase_of_pair(rule).alias("phase"))
        .select(
            "newborn",
            "row",
            "gene",
            "phase",
            one_event(rule).alias("one_event"),
            either_homozygous().alias("shared"),
            allele_1="allele",
            allele_2="allele_2",
            evidence_1="evidence_code",
            evidence_2="evidence_code_2",
        )
    )


def phase_of_pair(rule: Phase) -> pl.Expr:
    """Read cis or trans from the genotypes, then the record, then the phase sets, then the panel's policy."""
    return (
        pl.when(same_called_allele())
        .then(pl.lit(CIS))
        .when(either_homozygous() | (diploid() & (same_record() | same_base())))
        .then(pl.lit(TRANS))
        .when(~same_phase_set(rule))
        .then(pl.lit(UNKNOWN))
        .when(pl.col("haplotype") == pl.col("haplotype_2"))
        .then(pl.lit(CIS))
        .otherwise(pl.lit(TRANS))
    )


def same_called_allele() -> pl.Expr:
    """Both are base changes of one longer substitution, or one of them is that substitution."""
    place = [pl.col(name) == pl.col(f"{name}_2") for name in _RECORD]
    whole = pl.coalesce("part_of", "allele") == pl.coalesce("part_of_2", "allele_2")
    different = pl.col("allele") != pl.col("allele_2")
    return pl.all_horizontal(*place, whole, different).fill_null(value=False)


def either_homozygous() -> pl.Expr:
    """One allele lies on both copies: it is opposite the other, and beside it too."""
    return (pl.col("zygosity") == HOMOZYGOUS) | (pl.col("zygosity_2") == HOMOZYGOUS)


def diploid() -> pl.Expr:
    """Neither genotype names more than two alleles: with a third, nobody knows which lie where."""
    return (pl.col("ploidy") <= 2) & (pl.col("ploidy_2") <= 2)  # noqa: PLR2004 - diploid


def same_record() -> pl.Expr:
    """Both alleles are named by one genotype such as 1/2: each takes a copy, phased or not."""
    together = pl.all_horizontal([pl.col(name) == pl.col(f"{name}_2") for name in _RECORD])
    return (together & (pl.col("copies") == 1) & (pl.col("copies_2") == 1)).fill_null(value=False)


def same_base() -> pl.Expr:
    """Two different substitutions of one base cannot lie on one copy, whatever way the file was split."""
    single = [pl.col(name).str.len_chars() == 1 for name in ("ref", "alt", "ref_2", "alt_2")]
    return pl.all_horizontal(single) & (pl.col("position") == pl.col("position_2"))


def same_phase_set(rule: Phase) -> pl.Expr:
    """Both places are known within one phase set; a pipe without a set is read by the panel's policy."""
    placed = pl.col("haplotype").is_not_null() & pl.col("haplotype_2").is_not_null() & diploid()
    same_set = (pl.col("phase_set") == pl.col("phase_set_2")).fill_null(value=False)
    if rule.pipe_without_phase_set == "unphased":
        return placed & same_set
    no_set = pl.col("phase_set").is_null() & pl.col("phase_set_2").is_null()
    return placed & (same_set | (no_set & pl.col("phased") & pl.col("phased_2")))


def one_event(rule: Phase) -> pl.Expr:
    """Alleles a few bases apart on one haplotype are one multi-nucleotide event, not two alleles in cis.

    What the caller wrote as one substitution is one event however long it is.
    """
    if rule.event_distance is None:
        return same_called_allele()
    near = (pl.col("position_2") - pl.col("position")).abs() <= rule.event_distance
    return same_called_allele() | ((pl.col("phase") == CIS) & near)
