"""Was enough assessed to believe a negative? Missing is not reference."""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluator.panel.genes import gene_models
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.variants.substitutions import UNEQUAL_BLOCK
from evaluator.vocabulary import AlleleList

# Room for one contig on a single number line, so that one sorted search serves the whole genome.
_CONTIG_ROOM = 1 << 32


def callability_gaps(
    touched: pl.DataFrame, rows: pl.DataFrame, listed: pl.DataFrame, floor: float | None, build: str
) -> pl.DataFrame:
    """Return newborn, row, `low_callability`, `listed_allele_uncovered` where a negative cannot be believed.

    `touched` are the targets that stretches not assessed overlap; `floor` is the least fraction of a gene's
    coding bases, null = not asked.
    """
    low = low_fraction(assessed_fraction(touched, build), rows, floor)
    hidden = uncovered_listed(touched, rows, listed)
    return low.join(hidden, on=["newborn", "row"], how="full", coalesce=True).with_columns(
        pl.col("low_callability", "listed_allele_uncovered").fill_null(value=False)
    )


def has_callability_evidence() -> pl.Expr:
    """A BED or gVCF reference blocks say which sequence was assessed."""
    return pl.col("callable_evidence").is_in(["bed", "gvcf"]).fill_null(value=False)


def genes_with_exons(build: str) -> pl.DataFrame:
    """Return `gene` and its coding `size` in bases, for genes whose callability can be measured."""
    return (
        gene_models(build)
        .filter(pl.col("exons").list.len() > 0)
        .explode("exons")
        .unnest("exons")
        .group_by("gene")
        .agg((pl.col("end") - pl.col("start")).sum().alias("size"))
    )


def low_fraction(fractions: pl.DataFrame, rows: pl.DataFrame, floor: float | None) -> pl.DataFrame:
    """Find the rows whose coding exons were assessed to less than the panel's fraction."""
    too_little = pl.col("fraction") < floor if floor is not None else pl.lit(value=False)
    return (
        fractions.filter(too_little)
        .join(rows.select("row", "gene"), on="gene")
        .select("newborn", "row", low_callability=pl.lit(value=True))
    )


def assessed_fraction(touched: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return newborn, gene, fraction for every gene with an unassessed coding base; all others have 1.0."""
    return (
        touched.filter(pl.col("kind") == "exon")
        .group_by("newborn", "gene")
        .agg(pl.col("bases").sum())
        .join(genes_with_exons(build), on="gene")
        .select("newborn", "gene", fraction=(pl.col("size") - pl.col("bases")) / pl.col("size"))
    )


def uncovered_listed(touched: pl.DataFrame, rows: pl.DataFrame, listed: pl.DataFrame) -> pl.DataFrame:
    """Find the rows that have an allowed allele with an unassessed base."""
    hit = touched.filter(pl.col("kind") == "listed").select(
        "newborn", "gene", "contig", "position", "ref", "alt"
    )
    scoped = (
        listed.filter(pl.col("list") == AlleleList.ALLOW)
        .join(rows.select("row", "gene", "condition", "inheritance"), on="gene", suffix="_row")
        .filter(
            (pl.col("condition").is_null() | (pl.col("condition") == pl.col("condition_row")))
            & (pl.col("inheritance").is_null() | (pl.col("inheritance") == pl.col("inheritance_row")))
        )
    )
    return (
        hit.join(scoped, on=["gene", "contig", "position", "ref", "alt"])
        .select("newborn", "row", listed_allele_uncovered=pl.lit(value=True))
        .unique()
    )


def touched_targets(
    uncallable: pl.DataFrame, rows: pl.DataFrame, listed: pl.DataFrame, ruled: pl.DataFrame, build: str
) -> pl.DataFrame:
    """Overlap unassessed stretches with coding exons, allowed alleles and `ruled` ones of the rows' genes.

    Returns newborn, kind (exon | listed | ruled), gene, contig, position, ref, alt (the last three null for
    exons) and `bases`, the overlap. Stretches of one newborn do not overlap each other.
    """
    targets = _targets(rows, listed, ruled, build)
    known = pl.col("contig").is_in(list(KARYOTYPE_ORDER))
    stretches = uncallable.filter(known)
    pieces, first, last = _pieces(targets)
    low, high = _on_line(stretches, "start"), _on_line(stretches, "end")
    # Pieces are sorted and disjoint, so those that a stretch touches are neighbours.
    begin = np.searchsorted(last, low, side="right")
    count = np.maximum(np.searchsorted(first, high, side="left") - begin, 0)
    stretch = np.repeat(np.arange(len(count)), count)
    piece = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    bases = np.minimum(high[stretch], last[piece]) - np.maximum(low[stretch], first[piece])
    overlaps = pl.DataFrame(
        {"newborn": stretches["newborn"].gather(stretch), "piece": piece, "bases": bases},
        schema_overrides={"piece": pl.Int64, "bases": pl.Int64},
    )
    return (
        overlaps.join(pieces, on="piece")
        .join(targets, on="target")
        .group_by("newborn", "kind", "gene", "contig", "position", "ref", "alt")
        .agg(pl.col("bases").sum())
    )


def touched_and_undecided(
    uncallable: pl.DataFrame,
    candidates: pl.DataFrame,
    rows: pl.DataFrame,
    listed: pl.DataFrame,
    ruled: pl.DataFrame,
    build: str,
) -> pl.DataFrame:
    """Return the targets of `touched_targets`, blocks of unequal length told apart from other stretches.

    Under such a block every base was read, but an allele is undecided unless it is the one that was called
    (`candidates`).
    """
    block = pl.col("reason") == UNEQUAL_BLOCK
    touched = touched_targets(uncallable.filter(~block), rows, listed, ruled, build)
    under = touched_targets(uncallable.filter(block), rows, listed, ruled, build).filter(
        pl.col("kind") != "exon"
    )
    called = candidates.select("newborn", "gene", "contig", "position", "ref", "alt").unique()
    return pl.concat([touched, under.join(called, on=called.columns, how="anti")])


def _targets(rows: pl.DataFrame, listed: pl.DataFrame, ruled: pl.DataFrame, build: str) -> pl.DataFrame:
    genes = rows.select("gene").unique()
    exons = (
        gene_models(build)
        .join(genes, on="gene", how="semi")
        .filter(pl.col("exons").list.len() > 0)
        .explode("exons")
        .unnest("exons")
        .select("gene", "contig", "start", "end", kind=pl.lit("exon"))
    )
    allowed = listed.filter(pl.col("list") == AlleleList.ALLOW)
    alleles = [
        named.filter(pl.col("contig").is_in(list(KARYOTYPE_ORDER)))
        .join(genes, on="gene", how="semi")
        .select(
            "gene",
            "contig",
            start=pl.col("position") - 1,
            end=pl.col("position") - 1 + pl.col("ref").str.len_chars().cast(pl.Int32),
            kind=pl.lit(kind),
            position="position",
            ref="ref",
            alt="alt",
        )
        .unique()
        for kind, named in (("listed", allowed), ("ruled", ruled))
    ]
    return pl.concat([exons, *alleles], how="diagonal").sort(pl.all()).with_row_index("target")


def _pieces(targets: pl.DataFrame) -> tuple[pl.DataFrame, np.ndarray, np.ndarray]:
    """Cut overlapping targets into sorted, disjoint pieces; each piece knows the targets it lies in."""
    low, high = _on_line(targets, "start"), _on_line(targets, "end")
    cuts = np.unique(np.concatenate([low, high]))
    first, last = cuts[:-1], cuts[1:]
    begin, end = np.searchsorted(cuts, low), np.searchsorted(cuts, high)
    count = end - begin
    target = np.repeat(np.arange(len(count)), count)
    piece = np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count) + np.repeat(begin, count)
    used, place = np.unique(piece, return_inverse=True)
    table = pl.DataFrame({"piece": place, "target": target}, schema={"piece": pl.Int64, "target": pl.UInt32})
    return table, first[used], last[used]


def _on_line(frame: pl.DataFrame, column: str) -> np.ndarray:
    rank = frame["contig"].replace_strict(dict(KARYOTYPE_ORDER), return_dtype=pl.Int64)
    return (rank * _CONTIG_ROOM + frame[column].cast(pl.Int64)).to_numpy()
