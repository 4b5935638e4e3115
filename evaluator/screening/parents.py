"""What the parents' genotypes say: from whom an allele came, and whether these can be the parents at all."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.panel.genome import pseudo_autosomal
from evaluator.screening.listed_alleles import ALLELE
from evaluator.screening.quality import repeat_reason
from evaluator.screening.zygosity import HEMIZYGOUS, HETEROZYGOUS, HOMOZYGOUS, zygosity
from evaluator.tables import CALLS

MATERNAL, PATERNAL = "maternal", "paternal"
_SET = ("newborn", "contig", "phase_set")
_CALL = ("newborn", *ALLELE)
_COPIES = ("mother_copies", "mother_ploidy", "father_copies", "father_ploidy")
# Places of one newborn and its parents, and those of them that no inheritance explains.
CHECKS = pl.Schema(
    {
        "newborn": pl.String(),
        "mother_places": pl.UInt32(),
        "mother_errors": pl.UInt32(),
        "father_places": pl.UInt32(),
        "father_errors": pl.UInt32(),
        "both_places": pl.UInt32(),
        "both_errors": pl.UInt32(),
        "mother_x_places": pl.UInt32(),
        "mother_x_haploid": pl.UInt32(),  # a woman's X is called with two alleles
        "father_x_places": pl.UInt32(),
        "father_x_heterozygous": pl.UInt32(),  # a man has one X
    }
)


@dataclass(frozen=True)
class ParentalEvidence:
    """Copies in the parents by allele, the mother's haplotype by phase set, and the check of parentage."""

    alleles: pl.DataFrame  # newborn, ALLELE, _COPIES
    sets: pl.DataFrame  # newborn, contig, phase_set, mothers_place: the place in a phased genotype
    checks: pl.DataFrame  # CHECKS, and `mismatch`: null = too few places to say


def parental_evidence(
    calls: pl.LazyFrame, parents: pl.DataFrame, newborns: pl.DataFrame, criteria: Criteria, build: str
) -> ParentalEvidence:
    """Sum up what the parents' files say of the newborns that have any (tables.PARENTS)."""
    if parents.is_empty():  # as in most programmes: do not read every call for nothing
        calls = CALLS.to_frame().lazy()
    called = (
        calls.join(parents.lazy(), on=_CALL)
        .join(newborns.lazy().select("newborn", "x_count"), on="newborn")
        .collect()
        .with_columns(zygosity(build).alias("zygosity"))
        .filter(repeat_reason(criteria).is_null() & pl.col("part_of").is_null())
    )
    checks = _checked(called, criteria, build)
    refused = checks.filter(pl.col("mismatch") & (criteria.sample.parent_mismatch == "stop"))
    used = parents.join(refused, on="newborn", how="anti")
    placed = (
        called.join(refused, on="newborn", how="anti")
        .with_columns(own_origin().alias("origin"))
        .filter(pl.col("origin").is_not_null() & pl.col("haplotype").is_not_null())
        .drop_nulls("phase_set")
    )
    first = (pl.col("origin") == MATERNAL) == (pl.col("haplotype") == 0)
    sets = placed.group_by(_SET).agg(
        pl.when(first.all()).then(0).when((~first).all()).then(1).cast(pl.Int8).alias("mothers_place")
    )
    return ParentalEvidence(used.select(*_CALL, *_COPIES), sets, checks)


def with_parents(candidates: pl.DataFrame, evidence: ParentalEvidence) -> pl.DataFrame:
    """Add the copies in the parents, `origin` by them alone, `inherited` also by the phase set, `de_novo`.

    Needs the columns of CALLS and `zygosity`.
    """
    by_set = (
        pl.when(pl.col("haplotype").is_null() | pl.col("mothers_place").is_null())
        .then(pl.lit(None, pl.String))
        .when(pl.col("haplotype") == pl.col("mothers_place"))
        .then(pl.lit(MATERNAL))
        .otherwise(pl.lit(PATERNAL))
    )
    return (
        candidates.join(evidence.alleles, on=_CALL, how="left", maintain_order="left")
        .join(evidence.sets, on=_SET, how="left", maintain_order="left")
        .with_columns(own_origin().alias("origin"))
        .with_columns(
            pl.coalesce("origin", pl.when(plain_heterozygote()).then(by_set)).alias("inherited"),
            ((pl.col("mother_copies") == 0) & (pl.col("father_copies") == 0))
            .fill_null(value=False)
            .alias("de_novo"),
        )
        .drop("mothers_place")
    )


def plain_heterozygote() -> pl.Expr:
    """One of exactly two called alleles: it came from one parent, and the other allele from the other."""
    return (pl.col("zygosity") == HETEROZYGOUS) & (pl.col("ploidy") == 2)  # noqa: PLR2004 - diploid


def own_origin() -> pl.Expr:
    """Name the parent that transmitted a heterozygote's allele; null where the parents do not show it.

    One parent carries it and the other is shown not to; or one parent has nothing else to transmit, and the
    other has.
    """
    mother, father = pl.col("mother_copies"), pl.col("father_copies")
    all_of_mother = (mother == pl.col("mother_ploidy")).fill_null(value=False)
    all_of_father = (father == pl.col("father_ploidy")).fill_null(value=False)
    from_mother = ((mother > 0) & (father == 0)).fill_null(value=False) | (all_of_mother & ~all_of_father)
    from_father = ((father > 0) & (mother == 0)).fill_null(value=False) | (all_of_father & ~all_of_mother)
    return (
        pl.when(plain_heterozygote() & from_mother)
        .then(pl.lit(MATERNAL))
        .when(plain_heterozygote() & from_father)
        .then(pl.lit(PATERNAL))
    )


def _checked(called: pl.DataFrame, criteria: Criteria, build: str) -> pl.DataFrame:
    """Count places and Mendelian errors; a single newborn's calls in a small panel may be too few."""
    rule = criteria.sample
    counts = called.group_by("newborn", maintain_order=True).agg(
        (condition.fill_null(value=False).sum()).cast(pl.UInt32).alias(name)
        for name, condition in _conditions(build).items()
    )
    enough, most = rule.min_parent_places, rule.max_parent_errors
    told = [
        pl.when(pl.col(f"{who}_places") >= enough).then(
            pl.col(f"{who}_errors") > most * pl.col(f"{who}_places").cast(pl.Float64)
        )
        for who in ("mother", "father", "both")
    ]
    swapped = [
        pl.when(pl.col(places) >= rule.min_parent_x_places).then(
            pl.col(wrong) * 2 > pl.col(places)  # most of them
        )
        for places, wrong in (
            ("mother_x_places", "mother_x_haploid"),
            ("father_x_places", "father_x_heterozygous"),
        )
    ]
    any_true = pl.any_horizontal(*(each.fill_null(value=False) for each in (*told, *swapped)))
    unsaid = pl.all_horizontal(*(each.is_null() for each in (*told, *swapped)))
    mismatch = pl.when(pl.lit(rule.parent_mismatch != "off") & ~unsaid).then(any_true)
    return counts.select(list(CHECKS)).with_columns(mismatch.alias("mismatch"))


def _conditions(build: str) -> dict[str, pl.Expr]:
    """Name the places that can show an error, and the errors.

    A newborn's homozygous allele came from both parents, a boy's on X from the mother; a heterozygote's came
    from one of them, and not from both if neither has another.
    """
    mother, father = pl.col("mother_copies"), pl.col("father_copies")
    outside = ~pseudo_autosomal(build)
    autosome = ~pl.col("contig").is_in(["chrX", "chrY", "chrM"])
    on_x = (pl.col("contig") == "chrX") & outside
    homozygous = (pl.col("zygosity") == HOMOZYGOUS) & (autosome | on_x)
    hemizygous = (pl.col("zygosity") == HEMIZYGOUS) & on_x
    both_known = plain_heterozygote() & autosome & mother.is_not_null() & father.is_not_null()
    no_other = (mother == pl.col("mother_ploidy")) & (father == pl.col("father_ploidy"))
    one_each = pl.col("ploidy") - pl.col("copies") == 1
    return {
        "mother_places": (homozygous | hemizygous) & mother.is_not_null(),
        "mother_errors": (homozygous | hemizygous) & (mother == 0),
        "father_places": homozygous & father.is_not_null(),
        "father_errors": homozygous & (father == 0),
        "both_places": both_known & one_each,
        "both_errors": both_known & one_each & (((mother == 0) & (father == 0)) | no_other),
        "mother_x_places": on_x & (mother > 0),
        "mother_x_haploid": on_x & (mother > 0) & (pl.col("mother_ploidy") == 1),
        "father_x_places": on_x & (father > 0),
        "father_x_heterozygous": on_x & (father > 0) & (father < pl.col("father_ploidy")),
    }
