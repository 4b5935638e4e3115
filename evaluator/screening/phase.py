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
    "mother_copies",
    "mother_ploidy",
    "father_copies",
    "father_ploidy",
    "origin",
    "inherited",
    "called_position",
    "end",
)
GENOTYPE, PHASE_SET, PARENTS, PIPE = "genotype", "phase set", "parents", "pipe"


def pairs(candidates: pl.DataFrame, rule: Phase) -> pl.DataFrame:
    """Pair the alleles of each newborn and row that can lie on two copies.

    Needs newborn, row, gene, contig and the columns of one side. Returns newborn, row, gene, allele_1,
    allele_2, evidence_1, evidence_2, `phase` and `phase_source`, `contradicted` (the phase set and the
    parents disagree), `one_event` and `shared` (one of them is homozygous); a homozygote pairs with itself,
    in trans.
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
        .with_columns(phase_of_pair(rule).struct.unnest())
        .select(
            "newborn",
            "row",
            "gene",
            "phase",
            "phase_source",
            (in_one_phase_set() & contradicted()).alias("contradicted"),
            one_event(rule).alias("one_event"),
            either_homozygous().alias("shared"),
            allele_1="allele",
            allele_2="allele_2",
            evidence_1="evidence_code",
            evidence_2="evidence_code_2",
        )
    )


def phase_of_pair(rule: Phase) -> pl.Expr:
    """Read cis or trans from the genotypes, the phase set, the parents, then the panel's policy on pipes.

    Returns a struct of `phase` and `phase_source`, which is null where the phase is not known.
    """
    by_place = _same_or_not("haplotype")
    apart = either_homozygous() | (diploid() & (same_record() | same_base() | across_deletion()))
    steps = (
        (GENOTYPE, pl.when(same_called_allele()).then(pl.lit(CIS))),
        (GENOTYPE, pl.when(apart).then(pl.lit(TRANS))),
        (
            PHASE_SET,
            pl.when(in_one_phase_set()).then(
                pl.when(contradicted()).then(pl.lit(UNKNOWN)).otherwise(by_place)
            ),
        ),
        (PARENTS, by_parents()),
        (PIPE, pl.when(pl.lit(rule.pipe_without_phase_set == "phased") & bare_pipes()).then(by_place)),
    )
    phase = pl.coalesce(*(told for _, told in steps), pl.lit(UNKNOWN))
    source = pl.coalesce(*(pl.when(told.is_not_null()).then(pl.lit(name)) for name, told in steps))
    return pl.struct(phase.alias("phase"), pl.when(phase != UNKNOWN).then(source).alias("phase_source"))


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
    # Two records of symbolic deletions may begin alike; a record with one ALT ends once.
    several = pl.col("source_alts").str.contains(",", literal=True)
    ends_alike = pl.col("end").is_null() | pl.col("end_2").is_null() | (pl.col("end") == pl.col("end_2"))
    together &= several | ends_alike
    return (together & (pl.col("copies") == 1) & (pl.col("copies_2") == 1)).fill_null(value=False)


def same_base() -> pl.Expr:
    """Two different substitutions of one base cannot lie on one copy, whatever way the file was split."""
    single = [pl.col(name).str.len_chars() == 1 for name in ("ref", "alt", "ref_2", "alt_2")]
    return pl.all_horizontal(single) & (pl.col("position") == pl.col("position_2"))


def across_deletion() -> pl.Expr:
    """A small allele inside a deletion lies on the copy that is not deleted."""
    return (_inside("", "_2") | _inside("_2", "")).fill_null(value=False)


def _inside(small: str, deletion: str) -> pl.Expr:
    """The side with this suffix is a small allele, and the other a deletion that holds its place."""
    begins, ref = pl.col(f"position{small}") - 1, pl.col(f"ref{small}")
    ends = begins + ref.str.len_bytes().cast(pl.Int32)
    within = (begins >= pl.col(f"called_position{deletion}")) & (ends <= pl.col(f"end{deletion}"))
    return (pl.col(f"ref{deletion}") == "DEL") & pl.col(f"end{small}").is_null() & within


def in_one_phase_set() -> pl.Expr:
    """Both places are known within one phase set."""
    return _placed() & (pl.col("phase_set") == pl.col("phase_set_2")).fill_null(value=False)


def bare_pipes() -> pl.Expr:
    """Both genotypes are written with a pipe and belong to no phase set."""
    no_set = pl.col("phase_set").is_null() & pl.col("phase_set_2").is_null()
    return _placed() & no_set & pl.col("phased") & pl.col("phased_2")


def by_parents() -> pl.Expr:
    """Cis or trans by the parents who transmitted the alleles; null where they do not show it.

    One parent carrying one allele and the other parent the other is enough, unless a parent carries both, or
    may carry both by a record that nobody can believe: a file that is silent does not contradict it.
    """
    carries = {
        (parent, side): (pl.col(f"{parent}_copies{side}") > 0).fill_null(value=False)
        for parent in ("mother", "father")
        for side in ("", "_2")
    }
    may_carry = {
        (parent, side): carried
        | (pl.col(f"{parent}_copies{side}").is_null() & pl.col(f"{parent}_ploidy{side}").is_not_null())
        for (parent, side), carried in carries.items()
    }
    one_way, other_way = (
        carries[one, ""] & carries[two, "_2"] & ~may_carry[two, ""] & ~may_carry[one, "_2"]
        for one, two in (("mother", "father"), ("father", "mother"))
    )
    apart = pl.when((one_way | other_way) & _heterozygotes()).then(pl.lit(TRANS))
    return pl.coalesce(_same_or_not("inherited"), apart)


def contradicted() -> pl.Expr:
    """What the parents show of these two alleles is not what their phase set says."""
    return (_same_or_not("origin") != _same_or_not("haplotype")).fill_null(value=False)


def _same_or_not(column: str) -> pl.Expr:
    """Cis where both alleles have the same value, trans where they differ, null where one is not known."""
    same = pl.col(column) == pl.col(f"{column}_2")
    return pl.when(same).then(pl.lit(CIS)).when(~same).then(pl.lit(TRANS))


def _placed() -> pl.Expr:
    return pl.col("haplotype").is_not_null() & pl.col("haplotype_2").is_not_null() & diploid()


def _heterozygotes() -> pl.Expr:
    both = (pl.col("zygosity") == HETEROZYGOUS) & (pl.col("zygosity_2") == HETEROZYGOUS)
    return both & diploid()


def one_event(rule: Phase) -> pl.Expr:
    """Alleles a few bases apart on one haplotype are one multi-nucleotide event, not two alleles in cis.

    What the caller wrote as one substitution is one event however long it is.
    """
    if rule.event_distance is None:
        return same_called_allele()
    near = (pl.col("position_2") - pl.col("position")).abs() <= rule.event_distance
    return same_called_allele() | ((pl.col("phase") == CIS) & near)
