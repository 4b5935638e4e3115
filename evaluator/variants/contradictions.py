"""Records of one newborn that repeat or contradict each other, within its VCF and between VCF and gVCF."""

from __future__ import annotations

import polars as pl

from evaluator.variants.alignment import AsWritten
from evaluator.variants.calls import CALLED
from evaluator.variants.intervals import Intervals, places
from evaluator.variants.normalise import trim_alleles
from evaluator.variants.substitutions import with_parts

ALLELE = ("contig", "position", "ref", "alt")


def without_repeats(calls: pl.DataFrame) -> pl.DataFrame:
    """Keep one of several rows that are equal in everything; what differs stays for the rules to judge."""
    again = calls["position"].is_duplicated()
    if not again.any():
        return calls
    several = calls.filter(again)
    distinct = several.unique([name for name in calls.columns if name != "info"], keep="first")
    return calls if len(distinct) == len(several) else pl.concat([calls.filter(~again), distinct])


def without_repeats_of(calls: pl.DataFrame, alleles: pl.DataFrame) -> pl.DataFrame:
    """Do the same for many samples at once; `alleles` has a row per record and allele that anyone carries."""
    again = alleles.select(ALLELE).filter(pl.struct(ALLELE).is_duplicated()).unique()
    if again.is_empty():
        return calls
    several = calls.join(again, on=ALLELE, how="semi").unique()
    return pl.concat([calls.join(again, on=ALLELE, how="anti"), several])


def denied_calls(calls: pl.DataFrame, references: pl.DataFrame, form: AsWritten) -> pl.DataFrame:
    """Return rows of CALLED with no copy for each called allele that another record says is not there.

    The calls are in the stored form, in which records meet that spell one insertion or deletion differently.
    """
    if references.is_empty() or calls.is_empty():
        return calls.clear()
    rows = (
        references.filter(~pl.col("alt").str.contains(r"^(?:\.|<[^,]*>)$"))
        .with_columns(
            source_position="position",
            source_ref="ref",
            source_alts="alt",
            filters="filter",
            copies=pl.lit(0),
        )
        .with_columns(pl.col("ref").str.to_uppercase(), pl.col("alt").str.to_uppercase().str.split(","))
        .explode("alt")
    )
    rows = form.moved(trim_alleles(rows))
    # Positions are compared first: nearly no call meets a reference record, and texts are long.
    near = calls.filter(pl.col("position").is_in(rows["position"].implode())).select(ALLELE)
    rows = rows.join(near, on=ALLELE, how="semi")
    told = {name: pl.col(name) if name in rows.columns else pl.lit(None) for name in CALLED}
    told |= {"missing": pl.lit(0), "phased": pl.lit(value=False), "info": pl.lit(""), "allele": pl.lit(1)}
    return rows.select(expr.cast(CALLED[name]).alias(name) for name, expr in told.items())


def only_in_gvcf(calls: pl.DataFrame, called: pl.DataFrame, regions: Intervals) -> pl.DataFrame:
    """Return what the gVCF calls and the VCF does not, each with a row against it: the VCF's silence.

    A record may reach into the regions with an allele that lies beside them; there the VCF was not read, and
    its silence means nothing.
    """
    starts = places(called) - 1
    called = called.filter(
        pl.Series(regions.overlapped_by(starts, starts + called["ref"].str.len_bytes().to_numpy()))
    )
    if called.is_empty():
        return called.with_columns(pl.lit("").alias("info"))
    known = with_parts(calls).select(ALLELE).unique()
    more = called.join(known, on=ALLELE, how="anti").with_columns(pl.lit("").alias("info"))
    silence = more.with_columns(
        pl.lit(0, CALLED["copies"]).alias("copies"),
        *(pl.lit(None, CALLED[name]).alias(name) for name in ("phase_set", "haplotype", *_READS)),
    )
    return pl.concat([more, silence.unique(ALLELE, keep="first")])


_SPAN = ("position", "ref")
_READS = ("depth", "alt_depth", "allele_fraction", "genotype_quality")


def count_inside(calls: pl.DataFrame, blocks: Intervals) -> int:
    """Count the calls that overlap a reference block; of one that was moved, where its record stands."""
    if not len(blocks):
        return 0
    was_moved = pl.col("position") < pl.col("source_position")
    stated = [pl.when(was_moved).then(f"source_{name}").otherwise(name).alias(name) for name in _SPAN]
    calls = calls.select("contig", *stated)
    starts = places(calls) - 1
    ends = starts + calls["ref"].str.len_bytes().to_numpy()
    return int(blocks.overlapped_by(starts, ends).sum())
