"""What deletions do to other calls of a newborn: one event told twice, calls over and inside deletions."""

from __future__ import annotations

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.gene_rows import TWO_COPIES
from evaluator.screening.reasons import Reason
from evaluator.screening.structural import DELETION
from evaluator.screening.structural_places import SAME_EVENT, reciprocal_overlap
from evaluator.screening.zygosity import HALF, HETEROZYGOUS, HOMOZYGOUS
from evaluator.variants.structural import SHORTEST
from evaluator.variants.substitutions import UNEQUAL_BLOCK

_DENIED = (str(Reason.DENIED_ALLELE), str(Reason.DENY_ALONE), str(Reason.TOO_COMMON))
_ROW = ["newborn", "row"]


def one_record_each(structural: pl.DataFrame, small: pl.DataFrame) -> pl.DataFrame:
    """Drop structural calls that tell an event of the same newborn and row again.

    A denied record goes first, then one of sound quality, one that qualifies, one of the structural VCF. A
    long deletion spelt out in letters that qualifies soundly, or that the panel keeps out, speaks for itself.
    Only a record that is kept drops another: in a chain of deletions the ends are two events.
    """
    order = structural.with_columns(
        (~pl.col("obstacle").is_in(_DENIED)).fill_null(value=True).alias("not denied"),
        pl.col("repeat").is_not_null().alias("unsound"),
        pl.col("evidence_code").is_null().alias("unqualified"),
        (pl.col("origin") == "vcf").alias("own"),
    ).sort(*_ROW, "not denied", "unsound", "unqualified", "own", "called_position", "end", *_TIES)
    ranked = order.drop("not denied", "unsound", "unqualified", "own").with_row_index("rank")
    own_extent = ("called_position", "end")
    extents = ranked.select(*_ROW, "rank", "type", *own_extent, *_SAID)
    later = (pl.col("rank") > pl.col("rank_2")) & ~_alleles_of_one_record()
    earlier = extents.join(extents, on=[*_ROW, "type"], suffix="_2").filter(later)
    spelt = (
        small.filter(pl.col("ref").str.len_bytes() > SHORTEST)
        .filter(
            (pl.col("evidence_code").is_not_null() & pl.col("repeat").is_null())
            | pl.col("obstacle").is_in(_DENIED)
        )
        .select(
            *_ROW,
            called_position_2="position",
            end_2=pl.col("position") + pl.col("ref").str.len_bytes().cast(pl.Int32) - 1,
        )
    )
    in_letters = extents.filter(pl.col("type") == DELETION).join(spelt, on=_ROW)
    one_event = (
        reciprocal_overlap(*(pl.col(name) for name in (*own_extent, "called_position_2", "end_2")))
        >= SAME_EVENT
    )
    told = earlier.filter(one_event)
    again = _told_again(told, in_letters.filter(one_event)["rank"])
    against = told.filter(_disagree())["rank_2"].unique()
    contradicting = pl.when(pl.col("rank").is_in(against.implode())).then(
        pl.lit(str(Reason.REPEAT_CONTRADICTING_RECORDS))
    )
    return (
        ranked.filter(~pl.col("rank").is_in(again))
        .with_columns(pl.coalesce(contradicting, "repeat").alias("repeat"))
        .drop("rank")
    )


def _told_again(told: pl.DataFrame, in_letters: pl.Series) -> list[int]:
    """Return the ranks of what is dropped, from pairs of a rank and the earlier one that tells the same."""
    dropped = set(in_letters)
    for rank, earlier in told.select("rank", "rank_2").sort("rank", "rank_2").iter_rows():
        if earlier not in dropped:
            dropped.add(rank)
    return sorted(dropped)


_RECORD = ("origin", "source_position", "source_ref", "source_alts")
_SAID = (*_RECORD, "zygosity", "phase_set", "haplotype", "repeat")
_TIES = (*_RECORD, "copies", "phase_set", "haplotype", "genotype_quality", "filters")


def _alleles_of_one_record() -> pl.Expr:
    """Two alternatives of one record, as in genotype 1/2, are two alleles however much they overlap."""
    same, ends = (
        [pl.col(name) == pl.col(f"{name}_2") for name in names]
        for names in (_RECORD, ("called_position", "end"))
    )
    several = pl.col("source_alts").str.contains(",", literal=True)
    return pl.all_horizontal(*same, several, ~pl.all_horizontal(ends))


def _disagree() -> pl.Expr:
    """Two sound records of one event differ in how many copies have it, or in which copy has it."""
    sound = pl.col("repeat").is_null() & pl.col("repeat_2").is_null()
    other_copy = (pl.col("phase_set") == pl.col("phase_set_2")) & (
        pl.col("haplotype") != pl.col("haplotype_2")
    )
    return sound & ((pl.col("zygosity") != pl.col("zygosity_2")) | other_copy.fill_null(value=False))


def beside_deletions(candidates: pl.DataFrame) -> pl.DataFrame:
    """Read small calls in the light of the sound, qualifying deletions of their row; adds `over_deletion`.

    In recessive rows a homozygous call over a heterozygous deletion lies on the other copy alone, and a
    heterozygous call inside a deletion cannot be: both calls are to be repeated.
    """
    structural = pl.col("end").is_not_null()
    sound = pl.col("repeat").is_null()
    good = sound & pl.col("evidence_code").is_not_null()
    numbered = candidates.with_row_index("place")
    deletions = numbered.filter(structural & good & (pl.col("type") == DELETION)).select(
        *_ROW, deletion="place", first="called_position", last="end", of_deletion="zygosity"
    )
    inside = (
        numbered.filter(~structural & sound & (pl.col("evidence_code").is_not_null() | pl.col("ruled")))
        .join(deletions, on=_ROW)
        .filter(lies_inside(pl.col("first"), pl.col("last")))
    )
    heterozygous_deletion = pl.col("of_deletion") == HETEROZYGOUS
    recessive = pl.col("inheritance").is_in([str(mode) for mode in TWO_COPIES])
    impossible = inside.filter(
        recessive
        & (pl.col("zygosity") == HETEROZYGOUS)
        # One copy seen as deleted is enough, whatever became of the other.
        & pl.col("of_deletion").is_in([HETEROZYGOUS, HALF, HOMOZYGOUS])
    )
    doubted = pl.concat([impossible["place"], impossible["deletion"]]).unique()
    # A deletion that is itself in doubt says nothing of the homozygotes over it.
    over = inside.filter(
        recessive
        & (pl.col("zygosity") == HOMOZYGOUS)
        & heterozygous_deletion
        & ~pl.col("deletion").is_in(doubted.implode())
    )
    is_over = pl.col("place").is_in(over["place"].unique().implode())
    in_doubt = pl.col("place").is_in(doubted.implode())
    return numbered.with_columns(
        is_over.alias("over_deletion"),
        # However many alleles the genotype names, all are those of the one copy that is left.
        pl.when(is_over).then(pl.lit(HETEROZYGOUS)).otherwise("zygosity").alias("zygosity"),
        pl.when(is_over).then(pl.lit(1, pl.Int8)).otherwise("copies").alias("copies"),
        pl.when(is_over).then(pl.lit(2, pl.Int8)).otherwise("ploidy").alias("ploidy"),
        pl.when(in_doubt)
        .then(pl.lit(str(Reason.REPEAT_CONTRADICTS_DELETION)))
        .otherwise("repeat")
        .alias("repeat"),
    ).drop("place")


def lies_inside(first: pl.Expr, last: pl.Expr) -> pl.Expr:
    """The small call's bases lie inside a deletion that loses the 0-based half-open bases first to last."""
    begins = pl.col("position") - 1
    return (begins >= first) & (begins + pl.col("ref").str.len_bytes().cast(pl.Int32) <= last)


def with_unjudged(
    uncallable: pl.DataFrame, calls: pl.DataFrame, listed: pl.DataFrame, criteria: Criteria
) -> pl.DataFrame:
    """Leave deletions unassessed that a panel does not judge although the newborn's own VCF calls them.

    `listed` are the judged calls that a list or rule of the panel names: those are judged all the same.
    """
    if criteria.structural.enabled:
        return uncallable
    symbolic = pl.col("source_alts").str.contains("<", literal=True)
    key = ["newborn", "contig", "source_position", "end"]
    unjudged = (
        calls.filter(
            (pl.col("origin") == "vcf") & symbolic & (pl.col("type") != "DUP") & (pl.col("copies") > 0)
        )
        .join(listed, on=key, how="anti")
        .select("newborn", "contig", start="position", end="end", reason=pl.lit("symbolic_allele"))
    )
    if unjudged.is_empty():
        return uncallable
    block = pl.col("reason") == UNEQUAL_BLOCK  # lies apart from the others, and may overlap them
    touched = uncallable.join(unjudged, on="newborn", how="semi").filter(~block)
    rest = uncallable.join(touched, on=uncallable.columns, how="anti")
    united = _united(pl.concat([touched, unjudged.cast(uncallable.schema)]))
    return pl.concat([rest, united.select(uncallable.columns)])


def _united(stretches: pl.DataFrame) -> pl.DataFrame:
    """Unite overlapping stretches of a newborn, so that no base is counted twice."""
    reach = pl.col("end").cum_max().shift(1).over("newborn", "contig")
    return (
        stretches.sort("newborn", "contig", "start", "end")
        .with_columns(block=(pl.col("start") > reach).fill_null(value=True).cum_sum())
        .group_by("newborn", "contig", "block", maintain_order=True)
        .agg(pl.col("start").min(), pl.col("end").max(), pl.col("reason").first())
        .drop("block")
    )
