"""Readers of a joint file's carriers: ours, and what one would write with cyvcf2, from plainest to fastest.

Each returns what it found in the last file; beside each stands how that becomes rows, so that they can be
compared. A row is a called allele of a newborn. The libraries are imported before the clock starts.
"""

# ruff: noqa: PLC0415 - a reader imports only its own library: the others' memory is not its own.
from __future__ import annotations

from collections.abc import Callable

import polars as pl
from job import Job, Read
from regions import read_bed

SITE = ("contig", "source_position", "source_ref", "source_alts", "allele")
VALUES = ("depth", "alt_depth", "genotype_quality")


def joint_carriers() -> Read:
    """Return our reader of joint files alone: carriers' calls as a table in memory, no sheet and no store."""
    from evaluator.variants.intervals import from_frame
    from evaluator.variants.joint import read_joint
    from evaluator.variants.sources import open_source

    def read(job: Job) -> object:
        regions = pl.DataFrame(read_bed(job.bed), schema=["contig", "start", "end"], orient="row")
        found: object = None
        for file in job.files:
            source = open_source(file)
            found = read_joint(source, from_frame(regions), list(source.header.samples))
        return found

    return read


def our_rows(found: object) -> pl.DataFrame:
    """Return our calls; `phased` is the genotype's own or that of PGT."""
    calls = found.found.calls  # type: ignore[attr-defined]
    newborn = pl.Series("newborn", found.samples).gather(calls["sample"])  # type: ignore[attr-defined]
    wanted = ("newborn", *SITE[:-1], "position", "ref", "alt", "copies", "phased", *VALUES)
    return calls.with_columns(newborn).select(wanted)


def cyvcf2_table() -> Read:
    """Return a loop with cyvcf2 and numpy that ends where ours does: typed rows in memory, one per allele."""
    import numpy as np
    from cyvcf2 import VCF

    def read(job: Job) -> object:
        calls = pl.DataFrame()
        for file in job.files:
            reader = VCF(str(file))
            rows: list[tuple[np.ndarray, ...]] = []
            fixed: list[tuple[str, int, str, str, int, str]] = []
            for contig, start, end in read_bed(job.bed):
                for record in reader(f"{contig}:{start + 1}-{end}"):
                    genotypes = record.genotype.array()
                    carriers = np.flatnonzero(genotypes[:, :-1].max(axis=1) > 0)
                    if not len(carriers):
                        continue
                    depth, reads, quality = (record.format(key) for key in ("DP", "AD", "GQ"))
                    alleles, phased = genotypes[carriers, :-1], genotypes[carriers, -1]
                    site = record.CHROM, record.POS, record.REF, ",".join(record.ALT)
                    for allele in range(1, len(record.ALT) + 1):
                        copies = (alleles == allele).sum(axis=1)
                        here = np.flatnonzero(copies)
                        who = carriers[here]
                        values = depth[who, 0], reads[who, allele], quality[who, 0]
                        rows.append((np.full(len(who), len(fixed)), who, copies[here], phased[here], *values))
                        fixed.append((*site, allele, record.FILTER or "."))
            names = ("record", "sample", "copies", "phased", *VALUES)
            columns = map(np.concatenate, zip(*rows, strict=True))
            calls = pl.DataFrame(dict(zip(names, columns, strict=True)))
            sites = pl.DataFrame(fixed, schema=[*SITE, "filters"], orient="row")
            newborns = pl.Series("newborn", reader.samples).gather(calls["sample"])
            calls = calls.with_columns(newborns).hstack(sites[calls["record"]]).drop("record", "sample")
        return calls

    return read


def cyvcf2_parquet() -> Read:
    """Return the same, sorted and written as Parquet."""
    table = cyvcf2_table()

    def read(job: Job) -> object:
        calls = table(job)
        if isinstance(calls, pl.DataFrame):
            calls.sort("newborn", "contig", "source_position").write_parquet(job.scratch / "out.parquet")
        return calls

    return read


def cyvcf2_arrays() -> Read:
    """Return the leanest loop with cyvcf2: per record the carriers' arrays, as they come, and no table."""
    import numpy as np
    from cyvcf2 import VCF

    def read(job: Job) -> object:
        found: list[tuple[object, ...]] = []
        newborns: list[str] = []
        for file in job.files:
            reader = VCF(str(file))
            newborns, found = reader.samples, []
            for contig, start, end in read_bed(job.bed):
                for record in reader(f"{contig}:{start + 1}-{end}"):
                    genotypes = record.genotype.array()
                    who = np.flatnonzero(genotypes[:, :-1].max(axis=1) > 0)
                    if len(who):
                        values = [record.format(key)[who] for key in ("DP", "AD", "GQ")]
                        site = record.CHROM, record.POS, record.REF, record.ALT
                        found.append((*site, who, genotypes[who], *values))
        return newborns, found

    return read


def cyvcf2_genotypes() -> Read:
    """Return the loop that cyvcf2's documentation shows: each carrier's entry of `record.genotypes`."""
    from cyvcf2 import VCF

    def read(job: Job) -> object:
        found: list[tuple[object, ...]] = []
        for file in job.files:
            reader = VCF(str(file))
            newborns = reader.samples
            found = [
                (newborns[place], record.CHROM, record.POS, record.REF, record.ALT, genotype)
                for contig, start, end in read_bed(job.bed)
                for record in reader(f"{contig}:{start + 1}-{end}")
                for place, genotype in enumerate(record.genotypes)
                if any(allele > 0 for allele in genotype[:-1])
            ]
        return found

    return read


def table_rows(found: object) -> pl.DataFrame:
    """Return the rows of a table, alleles in their minimal form; negative values are missing ones."""
    from equality import trimmed

    if not isinstance(found, pl.DataFrame):
        raise TypeError("a table was expected")
    values = [pl.when(pl.col(name) >= 0).then(name).alias(name) for name in VALUES if name in found.columns]
    pairs = found.select(SITE).unique()
    alleles = [row[-2].split(",")[row[-1] - 1] for row in pairs.iter_rows()]
    short = [
        trimmed(position, ref, alt)
        for (_, position, ref, *_), alt in zip(pairs.iter_rows(), alleles, strict=True)
    ]
    minimal = pl.DataFrame(short, schema=["position", "ref", "alt"], orient="row")
    named = pairs.hstack(minimal).filter(~pl.Series(alleles).str.contains(r"[*<]"))
    rows = found.with_columns(*values, pl.col("phased").cast(pl.Boolean)).join(named, on=SITE)
    return rows.drop("allele", "filters", strict=False)


def array_rows(found: object) -> pl.DataFrame:
    """Return the rows of kept arrays."""
    newborns, records = found  # type: ignore[misc]
    names = ("newborn", *SITE, "copies", "phased", *VALUES)
    rows = [
        (
            *(newborns[place], contig, position, ref, ",".join(alts), allele),
            *(*_counted(genotype, allele), depth[0], reads[allele], quality[0]),
        )
        for contig, position, ref, alts, *arrays in records
        for place, genotype, depth, reads, quality in zip(*(array.tolist() for array in arrays), strict=True)
        for allele in sorted(set(genotype[:-1]) - {0, -1, -2})
    ]
    return table_rows(pl.DataFrame(rows, schema=list(names), orient="row"))


def _counted(genotype: list[int], allele: int) -> tuple[int, bool]:
    """Return how often a genotype names an allele, and whether it is phased, which its last entry tells."""
    return genotype[:-1].count(allele), bool(genotype[-1])


def genotype_rows(found: object) -> pl.DataFrame:
    """Return the rows of kept entries of `record.genotypes`: no depth and no quality among them."""
    rows = [
        (newborn, contig, position, ref, ",".join(alts), allele, *_counted(genotype, allele))
        for newborn, contig, position, ref, alts, genotype in found  # type: ignore[attr-defined]
        for allele in sorted(set(genotype[:-1]) - {0, -1, -2})
    ]
    return table_rows(pl.DataFrame(rows, schema=["newborn", *SITE, "copies", "phased"], orient="row"))


JOINT_READERS: dict[str, tuple[Callable[[], Read], Callable[[object], pl.DataFrame]]] = {
    "nbseval, carriers in memory": (joint_carriers, our_rows),
    "cyvcf2, carriers in memory": (cyvcf2_table, table_rows),
    "cyvcf2, carriers in Parquet": (cyvcf2_parquet, table_rows),
    "cyvcf2, carriers' arrays": (cyvcf2_arrays, array_rows),
    "cyvcf2, record.genotypes": (cyvcf2_genotypes, genotype_rows),
}
