"""The alleles that a generated cohort carries inside a panel's exons, and what annotation says of them.

The numbers per newborn are ours, chosen to resemble an exome of the panel's genes; they decide how much work
a replay is, not what is found.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import polars as pl
from sites import BASES, BETA, BUILD, CARRIED, TILE, reference_codes

from evaluator.panel.genes import gene_models
from evaluator.panel.genome import KARYOTYPE_ORDER
from evaluator.panel.load import load_panel
from evaluator.tables import VARIANTS

COMMON_PER_NEWBORN = 1_300
RARE_PER_NEWBORN = 15
RARE_ALLELES = 200_000
# Listed alleles are rare: their frequencies are drawn between these two, evenly on a logarithmic scale.
LISTED_FREQUENCY = (1e-6, 1e-3)
# Of the rare alleles, how many truncate the protein, and how many ClinVar calls pathogenic.
TRUNCATING_SHARE = 0.015
PATHOGENIC_SHARE = 0.005
# A population of a hundred thousand has most likely never shown an allele below this frequency.
NEVER_SEEN = 5e-6
PADDING = 20
KEY = ("contig", "position", "ref", "alt")


def exons(genes: pl.DataFrame) -> pl.DataFrame:
    """Return contig, gene, start, end of the genes' padded coding exons."""
    return (
        gene_models(BUILD)
        .join(genes, on="gene", how="semi")
        .filter(pl.col("exons").list.len() > 0)
        .explode("exons")
        .unnest("exons")
        .select("contig", "gene", start=pl.col("start") - PADDING, end=pl.col("end") + PADDING)
        .sort("contig", "start", "gene")
    )


def substitutions(rng: np.random.Generator, intervals: pl.DataFrame, count: int) -> pl.DataFrame:
    """Draw distinct single-base alleles inside the intervals: contig, position, ref, alt, gene."""
    widths = (intervals["end"] - intervals["start"]).to_numpy().astype(np.int64)
    ends = np.cumsum(widths)
    drawn = rng.choice(ends[-1] * 3, count, replace=False)
    row = np.searchsorted(ends, drawn // 3, side="right")
    position = intervals["start"].to_numpy()[row] + drawn // 3 - (ends[row] - widths[row]) + 1
    codes = reference_codes()[position % TILE]
    return pl.DataFrame(
        {
            "contig": intervals["contig"].gather(row),
            "position": position.astype(np.int32),
            "ref": BASES[codes].tolist(),
            "alt": BASES[(codes + 1 + drawn % 3) % 4].tolist(),
            "gene": intervals["gene"].gather(row),
        }
    )


def rare_frequencies(rng: np.random.Generator, count: int) -> np.ndarray:
    """Return frequencies that fall off as a power of the rank and add up to RARE_PER_NEWBORN alleles."""
    weight = np.arange(1, count + 1, dtype=float) ** (-2 / 3)
    return rng.permutation(weight / weight.sum() * RARE_PER_NEWBORN / 2)


def listed(rng: np.random.Generator, alleles: pl.DataFrame, genes: pl.DataFrame) -> pl.DataFrame:
    """Return the panel's listed alleles with a frequency each."""
    wanted = alleles.join(genes, on="gene", how="semi").select(*KEY, "gene").unique(list(KEY))
    wanted = wanted.sort(KEY)
    low, high = np.log(LISTED_FREQUENCY)
    frequency = np.exp(rng.uniform(low, high, wanted.height))
    return wanted.with_columns(pl.Series("frequency", frequency), kind=pl.lit("listed"))


def allele_pool(panel: Path) -> pl.DataFrame:
    """Return contig, position, ref, alt, gene, frequency, kind (common, rare, listed) in karyotype order."""
    rng = np.random.default_rng(41)
    loaded = load_panel(panel)
    genes = loaded.gene_rows.select("gene").unique()
    intervals = exons(genes)
    common_count = round(COMMON_PER_NEWBORN / CARRIED)
    drawn = substitutions(rng, intervals, common_count + RARE_ALLELES)
    frequency = np.concatenate([rng.beta(*BETA, common_count), rare_frequencies(rng, RARE_ALLELES)])
    kinds = pl.select(
        pl.when(pl.int_range(drawn.height) < common_count).then(pl.lit("common")).otherwise(pl.lit("rare"))
    )
    pool = pl.concat(
        [
            listed(rng, loaded.alleles, genes),
            drawn.with_columns(pl.Series("frequency", frequency), kinds.to_series().alias("kind")),
        ]
    )
    rank = pl.col("contig").replace_strict(KARYOTYPE_ORDER, return_dtype=pl.Int8)
    # Genes overlap and listed alleles may be drawn again: each allele stands once.
    return pool.unique(list(KEY), keep="first", maintain_order=True).sort(rank, "position", "ref", "alt")


def annotation(pool: pl.DataFrame) -> pl.DataFrame:
    """Return tables.VARIANTS of the pool: what `nbseval annotate` would have learnt of it."""
    rng = np.random.default_rng(42)
    draw = pl.Series(rng.random(pool.height))
    rare, is_listed = pl.col("kind") == "rare", pl.col("kind") == "listed"
    truncating = rare & (draw < TRUNCATING_SHARE)
    pathogenic = is_listed | (rare & (draw > 1 - PATHOGENIC_SHARE))
    common = pl.col("kind") == "common"
    columns = {
        "transcript": pl.col("refseq"),
        "consequence": pl.when(truncating).then(pl.lit("stop_gained")).otherwise(pl.lit("missense_variant")),
        "exon": pl.lit("2/10"),
        "loftee": pl.when(truncating).then(pl.lit("HC")),
        "clinvar_id": pl.lit(None),
        "clinvar_significance": pl.when(pathogenic)
        .then(pl.lit("Pathogenic"))
        .when(common)
        .then(pl.lit("Benign")),
        "clinvar_pathogenic": pathogenic.cast(pl.Int16) * 3,
        "clinvar_benign": common.cast(pl.Int16) * 3,
        "clinvar_uncertain": pl.lit(0),
        "clinvar_stars": pl.when(pathogenic | common).then(2),
        "population_frequency": pl.when(pl.col("frequency") > NEVER_SEEN).then("frequency"),
        "frequency_source": pl.lit("invented"),
    }
    transcripts = gene_models(BUILD).select("gene", "refseq")
    described = pool.join(transcripts, on="gene", how="left", maintain_order="left")
    table = described.with_columns(column.alias(name) for name, column in columns.items())
    return table.select(pl.col(name).cast(dtype) for name, dtype in VARIANTS.items())
