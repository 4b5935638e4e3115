"""Called `*` alleles: here a deletion took a copy away, and another record has to say which deletion."""

from __future__ import annotations

import numpy as np
import polars as pl

from evaluator.variants.intervals import (
    SPACING,
    SPACING_BITS,
    Coordinates,
    Intervals,
    contig_ranks,
    places,
)

# A copy is called deleted, and no called deletion of the newborn covers the place.
WITHOUT_RECORD = "deletion_without_record"
# Where a record calls `*`, and in how many copies. It says that a deletion covers the record's first base:
# how far REF reaches is a matter of the record's other alleles, in a joint file those of other people.
STARS = pl.Schema({"start": pl.Int64, "copies": pl.Int64})  # start on the axis
ALLELE = ("contig", "position", "ref", "alt", "copies")  # of calls; as written, for so is the `*`
# The axis has fewer than 2^5 contigs: samples lie behind one another on a longer one.
_SAMPLE_BITS = SPACING_BITS + 5
_DIPLOID = 2
_SEX_CHROMOSOMES = ("chrX", "chrY")


def called_stars(rows: pl.DataFrame, record: str) -> pl.DataFrame:
    """Return sample and STARS of `*` alleles that genotypes name.

    `rows` have sample, contig, position and copies, and `record` is their column that tells records apart.
    """
    if rows.is_empty():
        return pl.DataFrame(schema={"sample": rows.schema["sample"], **STARS})
    start = pl.Series("start", places(rows) - 1, dtype=pl.Int64)
    stars = rows.select("sample", record, start, pl.col("copies").cast(pl.Int64))
    stars = stars.group_by("sample", record, "start", maintain_order=True).agg(pl.col("copies").sum())
    return stars.drop(record)


def unexplained(
    stars: pl.DataFrame, regions: Intervals, calls: pl.DataFrame, *structural: pl.DataFrame
) -> pl.DataFrame:
    """Return the stars at which neither the calls nor one of the structural tables takes so many copies away.

    Outside the regions not every deletion was read, so stars there are left out. What the tables take is not
    added up, for two may tell one event. All of them have `sample`, or none.
    """
    if stars.is_empty():  # as in nearly every file
        return stars
    starts = stars["start"].to_numpy()
    stars = stars.filter(pl.Series(regions.overlapped_by(starts, starts + 1)))
    for lost, rows in ((_lost_in_letters, calls), *((_lost_in_structural, each) for each in structural)):
        if not stars.is_empty():
            gone = _copies_lost(_placed(stars, "start"), lost(rows))
            stars = stars.filter(pl.Series(gone) < pl.col("copies"))
    return stars


def _lost_in_letters(calls: pl.DataFrame) -> pl.DataFrame:
    """Return the bases that called alleles in minimal form take away: first, last, alt and copies.

    Places lie on the axis, last is exclusive. The first base of REF is never among them: nearly always it is
    the one that VCF asks for before a deletion, and where it is lost, a `*` of the same place may be the
    other allele of that record.
    """
    shorter = calls["ref"].str.len_bytes() > calls["alt"].str.len_bytes()
    called = calls.select(name for name in ("sample", *ALLELE) if name in calls.columns)
    called = called.filter(shorter & (called["copies"] > 0))
    ref, alt, first = pl.col("ref"), pl.col("alt"), places(called)
    last_stays = ref.str.ends_with(alt) & ~ref.str.starts_with(alt)
    return called.select(
        *(name for name in ("sample", "alt", "copies") if name in called.columns),
        pl.Series("first", first),
        pl.Series("last", first - 1) + ref.str.len_bytes().cast(pl.Int64) - last_stays.cast(pl.Int64),
    )


def _lost_in_structural(calls: pl.DataFrame) -> pl.DataFrame:
    """Return the same of structural calls (structural.CALLED).

    A copy number counts where no genotype does, and on X and Y only if nothing is left: how many copies are
    expected there hangs on the sex.
    """
    by_genotype = pl.when((pl.col("type") == "DEL") & (pl.col("copies") > 0)).then("copies")
    told = (pl.col("copy_number") == 0) | ~pl.col("contig").is_in(_SEX_CHROMOSOMES)
    by_number = pl.when((pl.col("type") != "DUP") & told).then(_DIPLOID - pl.col("copy_number"))
    lost = calls.select(
        *(name for name in ("sample",) if name in calls.columns),
        pl.Series("first", places(calls)),
        pl.Series("last", contig_ranks(calls["contig"]) * SPACING + calls["end"].to_numpy()),
        pl.coalesce(by_genotype.cast(pl.Int64), by_number.cast(pl.Int64)).alias("copies"),
    )
    return lost.filter(pl.col("copies") > 0)


def as_doubts(stars: pl.DataFrame) -> pl.DataFrame:
    """Turn stars into spans that were not assessed: start, end, reason."""
    return stars.select(
        "start",
        (pl.col("start") + 1).alias("end"),
        pl.lit(WITHOUT_RECORD).alias("reason"),
    )


def _placed(rows: pl.DataFrame, column: str) -> Coordinates:
    """Place rows on the axis, sample behind sample."""
    place: Coordinates = rows[column].to_numpy()
    if "sample" not in rows.columns:
        return place
    return place + (rows["sample"].cast(pl.Int64).to_numpy() << _SAMPLE_BITS)


def _copies_lost(points: Coordinates, lost: pl.DataFrame) -> Coordinates:
    """Count at each point the copies that deletions over it take away, each deletion once."""
    points, back = np.unique(points, return_inverse=True)
    first, last = (np.searchsorted(points, _placed(lost, border)) for border in ("first", "last"))
    over = first < last
    lost = lost.filter(pl.Series(over)).with_columns(begins=first[over], ends=last[over])
    if lost["first"].is_duplicated().any():  # several records may tell one deletion
        lost = lost.group_by(pl.exclude("copies"), maintain_order=True).agg(pl.col("copies").max())
    gone = np.zeros(len(points) + 1, np.int64)
    copies = lost["copies"].to_numpy()
    np.add.at(gone, lost["begins"].to_numpy(), copies)
    np.subtract.at(gone, lost["ends"].to_numpy(), copies)
    total: Coordinates = np.cumsum(gone)[back]
    return total
