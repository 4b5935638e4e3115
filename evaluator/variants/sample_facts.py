"""What the sheet and the calls say of a sample as a whole; judged later, by the criteria of a panel."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence

import polars as pl

from evaluator.panel.genome import pseudo_autosomal
from evaluator.tables import NEWBORNS, check
from evaluator.variants.cohort import Newborn
from evaluator.variants.intervals import contig_ranks
from evaluator.variants.substitutions import as_called

SHEET_FACTS = ("contamination", "transfused", "family", "multiple_birth")
CALL_FACTS = ("x_heterozygous", "x_on_all_copies", "x_haploid", "y_calls", "autosomal_heterozygous")
DIGEST = "genotypes_sha256"
_GIVEN = {"newborn": "id", **{name: name for name in SHEET_FACTS}}  # column -> attribute of a newborn
_GENOTYPE = ("contig", "position", "ref", "alt", "copies", "ploidy")


def with_sample_facts(
    newborns: pl.DataFrame, sheet: Sequence[Newborn], calls: pl.DataFrame, build: str
) -> pl.DataFrame:
    """Fill SHEET_FACTS, CALL_FACTS and DIGEST of a batch's newborns (tables.NEWBORNS)."""
    given = pl.DataFrame(
        {name: [getattr(newborn, of) for newborn in sheet] for name, of in _GIVEN.items()},
        schema={name: NEWBORNS[name] for name in _GIVEN},
    )
    filled = (
        newborns.drop(*SHEET_FACTS, *CALL_FACTS, DIGEST)
        .join(given, on="newborn", how="left", maintain_order="left")
        .join(call_facts(calls, build), on="newborn", how="left", maintain_order="left")
    )
    return check(filled.select(list(NEWBORNS)), NEWBORNS, "newborns")


def call_facts(calls: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return newborn, CALL_FACTS and DIGEST of every newborn with a call.

    `calls` (tables.CALLS) are sorted as in the store, for their order decides the digest. Half calls are not
    counted: their partner may be anything.
    """
    whole, all_copies = pl.col("missing") == 0, pl.col("copies") == pl.col("ploidy")
    outside, diploid = ~pseudo_autosomal(build), pl.col("ploidy") > 1
    on_x = (pl.col("contig") == "chrX") & outside & whole
    autosome = ~pl.col("contig").is_in(["chrX", "chrY", "chrM"])
    counts = {
        "x_heterozygous": on_x & diploid & ~all_copies,
        "x_on_all_copies": on_x & diploid & all_copies,
        "x_haploid": on_x & ~diploid,
        "y_calls": (pl.col("contig") == "chrY") & outside & whole,
        "autosomal_heterozygous": autosome & diploid & whole & ~all_copies,
    }
    called = calls.select("newborn", *_GENOTYPE, "missing", "part_of").filter(as_called())
    facts = called.group_by("newborn", maintain_order=True).agg(
        *(mask.sum().cast(pl.Int32).alias(name) for name, mask in counts.items()),
        pl.concat_str("ref", "alt", separator=">").str.join(",").alias("letters"),
    )
    digests = _digests(called, facts["letters"])
    return facts.drop("letters").with_columns(pl.Series(DIGEST, digests, dtype=pl.String))


def _digests(called: pl.DataFrame, letters: pl.Series) -> list[str]:
    """Digest each newborn's genotypes: its letters as one text, and the bytes of its numbers."""
    numbers = (called[name].to_numpy() for name in ("position", "copies", "ploidy"))
    arrays = [contig_ranks(called["contig"]), *numbers]
    columns = [(array.astype(array.dtype.newbyteorder("<")).tobytes(), array.itemsize) for array in arrays]
    lengths = called["newborn"].rle().struct.field("len")
    ends = lengths.cum_sum()
    digests = []
    for text, begin, end in zip(letters.to_list(), (ends - lengths).to_list(), ends.to_list(), strict=True):
        parts = (column[begin * size : end * size] for column, size in columns)
        digests.append(hashlib.sha256(b"".join((text.encode(), *parts))).hexdigest())
    return digests
