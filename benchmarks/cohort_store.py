"""A store of many newborns without any VCF: what a replay of a changed panel reads."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import polars as pl
from allele_pool import KEY, allele_pool, annotation, exons
from newborn_vcf import is_haploid

from evaluator import __version__
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.panel.regions import panel_regions
from evaluator.provenance import Provenance, write_parquet
from evaluator.tables import (
    ALLELES_SEEN,
    CALLS,
    NEWBORNS,
    PARENTS,
    SPECIAL_LOCI,
    STRUCTURAL,
    UNCALLABLE,
    check,
)
from evaluator.variants.annotate import alleles_digest
from evaluator.variants.batch import BATCHES, FORMAT, manifest_digest
from evaluator.variants.store import SCHEMAS, VARIANTS_FILE, open_store

NEWBORNS_PER_BATCH = 1_000
# Stretches of an exon that were read too thinly, per newborn; some exons are hard in everybody.
GAPS_PER_NEWBORN = 6
# One newborn in so many was not read at all.
FAILED_SHARE = 0.005


# The columns of newborns that are not empty in a generated cohort.
_TOLD = (
    "callable_evidence",
    "has_depth",
    "has_genotype_quality",
    "has_allele_depth",
    "structural_evidence",
)
DELETIONS_PER_NEWBORN = 4  # that reach into the regions: most lie beside the exons, few take one


def newborns_table(rng: np.random.Generator, first: int, count: int) -> pl.DataFrame:
    """Return the newborns of one batch; `calls` is filled in later."""
    failed = rng.random(count) < FAILED_SHARE
    table = pl.DataFrame(
        {
            "newborn": [f"NB{number:07d}" for number in range(first, first + count)],
            "sex": np.where(rng.random(count) < 0.5, "female", "male").tolist(),  # noqa: PLR2004 - as many
            "status": np.where(failed, "failed", "sequenced").tolist(),
        }
    )
    assessed = pl.col("status") == "sequenced"
    return table.with_columns(
        callable_evidence=pl.when(assessed).then(pl.lit("bed")).otherwise(pl.lit("none")),
        has_depth=pl.when(assessed).then(pl.lit(value=True)),
        has_genotype_quality=pl.when(assessed).then(pl.lit(value=True)),
        has_allele_depth=pl.when(assessed).then(pl.lit(value=True)),
        structural_evidence=pl.when(assessed).then(pl.lit("structural_vcf")),
        **{
            name: pl.lit(None, dtype)
            for name, dtype in NEWBORNS.items()
            if name not in (*table.columns, *_TOLD, "calls")
        },
    )


def haploid_alleles(pool: pl.DataFrame) -> np.ndarray:
    """Tell which alleles of the pool a boy has at most once."""
    contig, position = pool["contig"].to_numpy(), pool["position"].to_numpy()
    haploid = np.zeros(len(position), dtype=bool)
    for name in ("chrX", "chrY"):
        haploid |= (contig == name) & is_haploid(name, position, "male")
    return haploid


def genotypes(
    rng: np.random.Generator, pool: pl.DataFrame, haploid: np.ndarray, male: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw who carries what: row of the newborn, row of the allele, copies; sorted by newborn and allele."""
    frequency = pool["frequency"].to_numpy()
    rare = (pool["kind"] == "rare").to_numpy()
    often, seldom = np.flatnonzero(~rare), np.flatnonzero(rare)
    draw = rng.random((len(male), len(often)), dtype=np.float32)
    once, twice = 1 - (1 - frequency[often]) ** 2, frequency[often] ** 2
    single = male[:, None] & haploid[often][None, :]
    carried = np.where(single, draw < frequency[often], draw < once)
    who, what = np.nonzero(carried)
    copies = np.where((draw < twice)[who, what] & ~single[who, what], 2, 1)
    count = rng.poisson(frequency[seldom].sum() * 2 * len(male))
    rare_what = rng.choice(seldom, count, p=frequency[seldom] / frequency[seldom].sum())
    rare_who = rng.integers(0, len(male), count)
    keys = np.concatenate([who * len(frequency) + often[what], rare_who * len(frequency) + rare_what])
    keys, first = np.unique(keys, return_index=True)
    all_copies = np.concatenate([copies, np.ones(count, dtype=copies.dtype)])[first]
    return keys // len(frequency), keys % len(frequency), all_copies


def calls_table(rng: np.random.Generator, newborns: pl.DataFrame, pool: pl.DataFrame) -> pl.DataFrame:
    """Return the calls of a batch, in the order in which `extract` stores them."""
    sequenced = newborns.filter(pl.col("status") == "sequenced")
    male = (sequenced["sex"] == "male").to_numpy()
    haploid = haploid_alleles(pool)
    who, what, copies = genotypes(rng, pool, haploid, male)
    ploidy = np.where(haploid[what] & male[who], 1, 2)
    depth = np.clip(rng.poisson(35, len(who)), 6, 99)
    shares = np.where(copies == ploidy, 1.0, rng.normal(0.48, 0.08, len(who)).clip(0.1, 0.9))
    alleles = pool[what].select(KEY)
    table = alleles.with_columns(
        pl.Series("newborn", sequenced["newborn"].gather(who)),
        pl.Series("copies", copies),
        pl.Series("ploidy", ploidy),
        pl.Series("depth", depth),
        pl.Series("alt_depth", np.round(depth * shares).astype(int)),
        pl.Series("genotype_quality", np.minimum(99, 3 * depth)),
        missing=pl.lit(0),
        phased=pl.lit(value=False),
        phase_set=pl.lit(None),
        haplotype=pl.lit(None),
        allele_fraction=pl.lit(None),
        filters=pl.lit("PASS"),
        source_position=pl.col("position"),
        source_ref=pl.col("ref"),
        source_alts=pl.col("alt"),
        part_of=pl.lit(None, pl.String),
    )
    return table.select(pl.col(name).cast(dtype) for name, dtype in CALLS.items())


def gaps_table(rng: np.random.Generator, newborns: pl.DataFrame, intervals: pl.DataFrame) -> pl.DataFrame:
    """Return the stretches that were not assessed, drawn more often from the first exons of the list."""
    sequenced = newborns.filter(pl.col("status") == "sequenced")["newborn"]
    count = rng.poisson(GAPS_PER_NEWBORN * len(sequenced))
    exon = (intervals.height * rng.random(count) ** 3).astype(int)
    table = intervals[exon].select(
        pl.Series("newborn", sequenced.gather(rng.integers(0, len(sequenced), count))),
        "contig",
        "start",
        "end",
        reason=pl.lit("low_depth"),
    )
    # Two drawn stretches of one newborn never overlap: exons of different genes may.
    table = table.unique().sort("newborn", "contig", "start", "end")
    reach = pl.col("end").cum_max().shift(1).over("newborn", "contig").fill_null(0)
    return table.filter(pl.col("start") >= reach).select(list(UNCALLABLE))


def structural_table(
    rng: np.random.Generator, newborns: pl.DataFrame, intervals: pl.DataFrame
) -> pl.DataFrame:
    """Return heterozygous deletions that begin near an exon; about one in four takes it whole."""
    sequenced = newborns.filter(pl.col("status") == "sequenced")["newborn"]
    count = rng.poisson(DELETIONS_PER_NEWBORN * len(sequenced))
    drawn = intervals[rng.integers(0, intervals.height, count)]
    before = rng.integers(-200, 200, count)
    table = drawn.select(
        pl.Series("newborn", sequenced.gather(rng.integers(0, len(sequenced), count))),
        "contig",
        position=pl.col("start") - pl.Series(before),
        end=pl.col("start") - pl.Series(before) + pl.Series(rng.integers(50, 1_000, count)),
        type=pl.lit("DEL"),
        origin=pl.lit("structural_vcf"),
        copies=pl.lit(1),
        ploidy=pl.lit(2),
        missing=pl.lit(0),
        phased=pl.lit(value=False),
        genotype_quality=pl.Series(rng.integers(5, 99, count)),
        filters=pl.lit("PASS"),
        source_ref=pl.lit("N"),
        source_alts=pl.lit("<DEL>"),
        **{f"ci{of}_{side}": pl.lit(0) for of in ("pos", "end") for side in ("low", "high")},
    ).with_columns(source_position="position")
    nothing = [pl.lit(None, dtype).alias(n) for n, dtype in STRUCTURAL.items() if n not in table.columns]
    filled = table.with_columns(nothing)
    return filled.select(pl.col(n).cast(dtype) for n, dtype in STRUCTURAL.items()).sort(list(STRUCTURAL)[:5])


def alleles_table(calls: pl.DataFrame) -> pl.DataFrame:
    """Return the distinct alleles of a batch; their annotation stands in the store's variants table."""
    seen = calls.select(list(ALLELES_SEEN)[:7]).unique(list(KEY), maintain_order=True)
    nothing = [pl.lit(None, pl.String).alias(name) for name in ("csq", "ann", "bcsq")]
    return seen.with_columns(pl.lit(1, pl.Int16).alias("allele_index"), *nothing)


def write_batch(folder: Path, tables: dict[str, pl.DataFrame], panel: Panel, provenance: Provenance) -> None:
    """Write the tables and the manifest of one batch."""
    folder.mkdir(parents=True)
    manifest = {
        "format": FORMAT,
        "reader": __version__,
        "genome_build": panel.genome_build,
        "batch": folder.name,
        "panel": {"id": panel.id, "version": panel.version, "sha256": panel.sha256},
        "regions": [list(row) for row in panel_regions(panel).iter_rows()],
        "callability": {
            "min_depth": panel.criteria.callability.min_depth,
            "min_genotype_quality": panel.criteria.callability.min_genotype_quality,
        },
        "reference_genotypes": {
            "min_depth": panel.criteria.callability.min_depth,
            "min_genotype_quality": panel.criteria.quality.min_genotype_quality,
        },
        "newborns": tables["newborns"].height,
        "extends": None,
        "normalisation": {"trimmed": True, "left_aligned": False, "fasta": None},
        "inputs": [],
        "annotation_fields": {"csq": None, "ann": None, "bcsq": None},
    }
    text = json.dumps(manifest, sort_keys=True) + "\n"
    (folder / "manifest.json").write_text(text, encoding="utf-8")
    parameters = {**provenance.parameters, "manifest": manifest_digest(text)}
    for name, schema in SCHEMAS.items():
        table = check(tables[name], schema, name)
        write_parquet(table, folder / f"{name}.parquet", replace(provenance, parameters=parameters))


def write_cohort(out: Path, panel_folder: Path, newborns: int, seed: int) -> None:
    """Write a store of that many newborns, annotated; the same arguments give the same bytes."""
    panel = load_panel(panel_folder)
    pool = allele_pool(panel_folder)
    intervals = exons(panel.gene_rows.select("gene").unique())
    provenance = Provenance(
        "generate cohort", panel.id, panel.version, panel.sha256, parameters={"seed": seed}
    )
    for number, first in enumerate(range(1, newborns + 1, NEWBORNS_PER_BATCH), start=1):
        rng = np.random.default_rng([seed, number])
        people = newborns_table(rng, first, min(NEWBORNS_PER_BATCH, newborns + 1 - first))
        calls = calls_table(rng, people, pool)
        counted = people.join(
            calls.group_by("newborn").len("calls"), on="newborn", how="left", maintain_order="left"
        )
        counted = counted.with_columns(pl.col("calls").fill_null(0).cast(pl.Int32)).select(list(NEWBORNS))
        tables = {
            "newborns": counted,
            "calls": calls,
            "uncallable": gaps_table(rng, people, intervals),
            "alleles": alleles_table(calls),
            "special_loci": SPECIAL_LOCI.to_frame(),
            "parents": PARENTS.to_frame(),
            "structural": structural_table(rng, people, intervals),
        }
        write_batch(out / BATCHES / f"batch-{number:04d}", tables, panel, provenance)
    write_annotation(out, pool)


def write_annotation(out: Path, pool: pl.DataFrame) -> None:
    """Write the store's table of annotated alleles."""
    provenance = Provenance(
        "generate cohort",
        inputs={"alleles": alleles_digest(open_store(out))},
        parameters={"sources": ["csq", "clinvar", "frequencies"], "statistic": "population_max"},
    )
    write_parquet(annotation(pool), out / VARIANTS_FILE, provenance)
