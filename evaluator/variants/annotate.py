"""Annotate every distinct allele of a store once: consequence, ClinVar, population frequency."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.genes import gene_models
from evaluator.provenance import Provenance, read_provenance, sha256_of_file, write_parquet
from evaluator.tables import VARIANTS, check
from evaluator.variants.annotations import (
    ALLELE,
    ENTRIES,
    ann_entries,
    bcsq_entries,
    csq_entries,
    csq_statistic,
)
from evaluator.variants.batches import read_manifest
from evaluator.variants.clinvar_records import RECORDS, read_clinvar
from evaluator.variants.consequences import TOOL, Genome, computed_entries
from evaluator.variants.frequencies import (
    FREQUENCIES,
    POPULATION_MAXIMUM,
    read_frequencies,
    require_proportions,
    statistic_of,
)
from evaluator.variants.store import VARIANTS_FILE, Store
from evaluator.variants.transcripts import genes_by_position, one_per_gene

# Where a file carries several, one speaks for an allele: VEP's, then SnpEff's, then bcftools'.
KINDS: dict[str, Callable[[pl.DataFrame, Sequence[str]], pl.DataFrame]] = {
    "csq": csq_entries,
    "ann": ann_entries,
    "bcsq": bcsq_entries,
}
NOTHING_ANNOTATED = "Nothing was annotated."


@dataclass(frozen=True)
class Annotation:
    """The variants table (tables.VARIANTS), its provenance, and what to tell once."""

    variants: pl.DataFrame
    provenance: Provenance
    notes: Sequence[str]

    @property
    def sources(self) -> tuple[str, ...]:
        """Kinds of annotation behind the table: csq, ann, bcsq, loftee, clinvar, frequencies."""
        named = self.provenance.parameters["sources"]
        return tuple(named) if isinstance(named, list) else ()


def annotate(
    store: Store,
    clinvar: Path | None = None,
    frequencies: Path | None = None,
    genome: Genome | None = None,
    statistic: str = POPULATION_MAXIMUM,
) -> Annotation:
    """Annotate the alleles of all batches from their own INFO fields, ClinVar and a file of frequencies.

    With a genome, consequences are computed for the alleles that carry none. `statistic` (of STATISTICS) is
    the frequency that is read; a CSQ that carries another is not used for it. Raises InputError when there is
    nothing to annotate with, when batches carry different kinds of annotation, and for what is wrong with the
    files.
    """
    build = store.genome_build
    fields = _fields(store)
    kinds = _declared_kinds(fields, computing=genome is not None)
    entries = _entries(fields, kinds)
    alleles = store.alleles().select(ALLELE).unique().sort(ALLELE).collect()
    carried = [declared.every["csq"] for declared in fields.values()] if "csq" in kinds else []
    sources = [*kinds]
    if carried and all("LoF" in names for names in carried):
        sources.append("loftee")
    if genome is not None:
        silent = alleles.join(entries, on=ALLELE, how="anti")
        entries = pl.concat([entries, computed_entries(silent, genome, build)])
        sources = list(dict.fromkeys([*sources, "bcsq"]))
    if clinvar is not None:
        sources.append("clinvar")
    if not _carries_statistic(carried, statistic):
        entries = entries.with_columns(pl.lit(None, pl.Float64).alias("frequency"))
    elif frequencies is None:
        sources.append("frequencies")
    require_proportions(store.path, entries.drop_nulls("frequency"), "frequency", "CSQ frequency")
    if frequencies is not None:
        sources.append("frequencies")
    if not sources:
        raise InputError.of(
            store.path,
            "the newborns' VCFs carry no CSQ, ANN or BCSQ, so there is nothing to annotate with; give "
            "--clinvar, --frequencies, or --fasta with --gff, or annotate the VCFs before extracting",
        )
    records = RECORDS.to_frame() if clinvar is None else read_clinvar(clinvar, alleles, build)
    rates = FREQUENCIES.to_frame()
    if frequencies is not None:
        rates = read_frequencies(frequencies, alleles, build, statistic)
    variants = _joined(alleles, entries, records, rates, build)
    files = {"clinvar": clinvar, "frequencies": frequencies}
    files |= {} if genome is None else {"fasta": genome.fasta, "gff": genome.gff}
    inputs = {role: sha256_of_file(path) for role, path in files.items() if path}
    provenance = Provenance(
        command="annotate",
        inputs={"alleles": alleles_digest(store), **inputs},
        parameters={
            "sources": sources,
            **({"statistic": statistic} if "frequencies" in sources else {}),
            **({} if genome is None else {"computed_by": TOOL}),
        },
    )
    return Annotation(variants, provenance, _notes(alleles, variants, sources))


def write_variants(store: Store, annotation: Annotation) -> Path:
    """Write STORE/variants.parquet with its provenance inside and return its path."""
    path = store.path / VARIANTS_FILE
    write_parquet(annotation.variants, path, annotation.provenance)
    return path


def alleles_digest(store: Store) -> str:
    """Digest of the alleles of all batches: an annotation holds for exactly these."""
    digest = hashlib.sha256()
    for path in _allele_files(store):
        digest.update(f"{path.parent.name}\t{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()


def annotated_alleles(store: Store) -> str | None:
    """Return the digest of the alleles that were annotated; None in a store never annotated."""
    path = store.path / VARIANTS_FILE
    inputs = read_provenance(path).get("inputs") if path.is_file() else None
    return inputs.get("alleles") if isinstance(inputs, dict) else None


def _allele_files(store: Store) -> list[Path]:
    return [folder / "alleles.parquet" for folder in store.folders]


class _Fields(NamedTuple):
    """The headers' field lists of a batch: of the kinds that some of its files carry, and that all do.

    Without a kind that others carry, a file's alleles would go unjudged.
    """

    some: dict[str, list[str]]
    every: dict[str, list[str]]


def _fields(store: Store) -> dict[Path, _Fields]:
    """Return the field lists of each batch that holds an allele; where none does, of all batches.

    Newborns without any allele are as well annotated as others whose files declare the same.
    """
    batches, holding = {}, {}
    for path in _allele_files(store):
        manifest = read_manifest(path.parent)
        declared, inputs = manifest["annotation_fields"], manifest["inputs"]
        if isinstance(declared, dict):
            some = {kind: list(names) for kind, names in declared.items() if names}
            entries = inputs if isinstance(inputs, list) else []
            carried = set(some).intersection(
                *(entry["annotations"] for entry in entries if "annotations" in entry)
            )
            batches[path] = _Fields(some, {kind: some[kind] for kind in some if kind in carried})
            if pl.scan_parquet(path).select(pl.len()).collect().item():
                holding[path] = batches[path]
    return holding or batches


def _declared_kinds(fields: Mapping[Path, _Fields], *, computing: bool) -> tuple[str, ...]:
    """Return the kinds that batches carry; where consequences can be computed, those that all carry."""
    kinds = sorted({kind for declared in fields.values() for kind in declared.some}, key=list(KINDS).index)
    if computing:
        return tuple(kind for kind in kinds if all(kind in declared.every for declared in fields.values()))
    raise_if_any(
        [
            Problem(
                str(path.parent),
                0,
                f"not all of its VCFs carry {kind.upper()} although others do: the same allele would be "
                "judged differently; annotate all VCFs alike, or none, or give --fasta and --gff",
            )
            for path, declared in fields.items()
            for kind in kinds
            if kind not in declared.every
        ],
        NOTHING_ANNOTATED,
    )
    return tuple(kinds)


def _carries_statistic(fields: list[list[str]], statistic: str) -> bool:
    """Every CSQ carries a frequency of this kind: one that only some have would judge alleles differently."""
    names = [csq_statistic(listed) for listed in fields]
    return bool(names) and all(name is not None and statistic_of(name) == statistic for name in names)


def _entries(fields: Mapping[Path, _Fields], kinds: Sequence[str]) -> pl.DataFrame:
    """Parse the entries of every batch; per allele only those of its first kind are kept."""
    parts = [ENTRIES.to_frame()]
    for path, declared in fields.items():
        alleles = pl.read_parquet(path)
        _require_all_fields(path.parent, alleles["csq"], declared.every.get("csq"))
        parts += [KINDS[kind](alleles, declared.every[kind]) for kind in kinds]
    rank = pl.col("kind").replace_strict(
        {kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int8
    )
    entries = pl.concat(parts).with_columns(rank.alias("rank"))
    return entries.filter(pl.col("rank") == pl.col("rank").min().over(ALLELE)).drop("rank")


def _require_all_fields(batch: Path, annotations: pl.Series, fields: list[str] | None) -> None:
    """Raise InputError where an entry of VEP has other fields than its header: all would be read askew."""
    if fields is None:
        return
    entries = annotations.drop_nulls().str.split(",").explode()
    counts = entries.filter(~entries.is_in(["", "."])).str.count_matches("|", literal=True) + 1
    if not (counts == len(fields)).all():
        other = counts.filter(counts != len(fields))[0]
        message = (
            f"CSQ has {other} fields where its VCFs' headers name {len(fields)}; annotate them again (vep)"
        )
        raise InputError.of(batch, message)


def _joined(
    alleles: pl.DataFrame, entries: pl.DataFrame, records: pl.DataFrame, rates: pl.DataFrame, build: str
) -> pl.DataFrame:
    chosen = one_per_gene(entries, build)
    unplaced = alleles.join(chosen, on=ALLELE, how="anti")
    placed = pl.concat([chosen, genes_by_position(unplaced, build)], how="diagonal_relaxed")
    carried = (
        entries.drop_nulls("frequency")
        .group_by(ALLELE)
        .agg(carried_frequency=pl.col("frequency").max(), carried_source=pl.col("frequency_source").first())
    )
    known = _clinvar_gene_fits(build)
    table = (
        placed.select(*ALLELE, "gene", "transcript", "consequence", "exon", "loftee")
        .join(records, on=ALLELE, how="left")
        .with_columns(pl.when(known).then(pl.col(name)).alias(name) for name in RECORDS if name not in ALLELE)
        .join(rates, on=ALLELE, how="left")
        .join(carried, on=ALLELE, how="left")
        .with_columns(
            pl.coalesce("population_frequency", "carried_frequency").alias("population_frequency"),
            pl.coalesce("frequency_source", "carried_source").alias("frequency_source"),
        )
    )
    return check(table.select(list(VARIANTS)).sort(*ALLELE, "gene"), VARIANTS, "variants")


def _clinvar_gene_fits(build: str) -> pl.Expr:
    """ClinVar's record speaks of this gene: it names it, or names no gene that the evaluator knows.

    Genes overlap: an allele pathogenic for one must not fire the panel's row of the other.
    """
    symbols = pl.lit(gene_models(build)["gene"].to_list(), dtype=pl.List(pl.String))
    named = pl.col("clinvar_genes").fill_null([])
    none_known = named.list.set_intersection(symbols).list.len() == 0
    return named.list.contains(pl.col("gene")) | none_known


def _notes(alleles: pl.DataFrame, variants: pl.DataFrame, sources: Sequence[str]) -> list[str]:
    """Count what each source knew, so that a file of the wrong build or an empty one is seen."""
    total = alleles.height
    columns = {"clinvar": "clinvar_id", "frequencies": "population_frequency"}
    labels = {"clinvar": "ClinVar", "frequencies": "population frequencies"}
    notes = []
    consequences = variants.drop_nulls("consequence").select(ALLELE).n_unique()
    if {"csq", "ann", "bcsq"} & set(sources):
        notes.append(f"{consequences} of {total} alleles have a consequence.")
    for source, column in columns.items():
        if source in sources:
            found = variants.drop_nulls(column).select(ALLELE).n_unique()
            notes.append(f"{found} of {total} alleles stand in {labels[source]}.")
    return notes
