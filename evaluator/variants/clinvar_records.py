"""ClinVar's record of each allele: counts for and against it, review stars, the genes it names."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.variants.clinvar import counts, stars
from evaluator.variants.sites import ALLELE, info_value, open_sites, read_sites

RECORDS = pl.Schema(
    {
        "contig": pl.String(),
        "position": pl.Int32(),
        "ref": pl.String(),
        "alt": pl.String(),
        "clinvar_id": pl.String(),
        "clinvar_significance": pl.String(),
        "clinvar_pathogenic": pl.Int16(),
        "clinvar_benign": pl.Int16(),
        "clinvar_uncertain": pl.Int16(),
        "clinvar_stars": pl.Int8(),
        "clinvar_genes": pl.List(pl.String()),
    }
)

# ClinVar may hold one allele in several records. The one with the most stars speaks; of those the one with
# more pathogenic classifications, then with more benign and more uncertain ones, so that neither finding nor
# what speaks against it is lost; then the one with the lowest number. The file's order never decides. Ours.
_PREFERRED = ("clinvar_stars", "clinvar_pathogenic", "clinvar_benign", "clinvar_uncertain")


def read_clinvar(path: Path, alleles: pl.DataFrame, build: str) -> pl.DataFrame:
    """Return RECORDS for the alleles that ClinVar classifies; records without a germline class are left out.

    Of several records of one allele the preferred one speaks (_PREFERRED).

    Raises InputError naming every term that this version does not know: a new word is never guessed at.
    """
    source = open_sites(path)
    for key in ("CLNSIG", "CLNREVSTAT"):
        if not source.header.declares("INFO", key):
            raise InputError.of(path, f"does not declare INFO/{key}; give ClinVar's VCF of the panel's build")
    conflict = info_value("CLNSIGCONF").str.replace_all("%3B", ";", literal=True)
    sites = (
        read_sites(source, alleles, build)
        .with_columns(
            info_value("CLNSIG").alias("significance"),
            conflict.alias("conflicting"),
            info_value("CLNREVSTAT").fill_null("no_assertion_provided").alias("review"),
            info_value("GENEINFO").fill_null("").str.extract_all(r"[^|:]+:\d+").alias("genes"),
        )
        .drop_nulls("significance")
    )
    problems: list[Problem] = []
    judged = _each(sites, ["significance", "conflicting"], "CLNSIG", counts, path, problems)
    reviewed = _each(sites, ["review"], "CLNREVSTAT", stars, path, problems)
    raise_if_any(problems, "Nothing was annotated.")
    return (
        sites.join(judged, on=["significance", "conflicting"], nulls_equal=True)
        .join(reviewed, on="review")
        .select(
            *ALLELE,
            clinvar_id="id",
            clinvar_significance="significance",
            clinvar_pathogenic=pl.col("CLNSIG").list.get(0),
            clinvar_benign=pl.col("CLNSIG").list.get(1),
            clinvar_uncertain=pl.col("CLNSIG").list.get(2),
            clinvar_stars=pl.col("CLNREVSTAT"),
            clinvar_genes=pl.col("genes").list.eval(pl.element().str.extract(r"^(.*):\d+$")),
        )
        .cast(RECORDS)
        .sort(
            *ALLELE, *_PREFERRED, _number(), "clinvar_id", descending=[False] * 4 + [True] * 4 + [False] * 2
        )
        .unique(ALLELE, keep="first", maintain_order=True)
    )


def _number() -> pl.Expr:
    return pl.col("clinvar_id").cast(pl.Int64, strict=False)


def _each(
    sites: pl.DataFrame,
    columns: list[str],
    name: str,
    judge: Callable[..., object],
    path: Path,
    problems: list[Problem],
) -> pl.DataFrame:
    """Judge each distinct combination of words once; note the words that nobody knows."""
    distinct = sites.select(*columns, "id").unique(columns, keep="first", maintain_order=True)
    results = []
    for row in distinct.iter_rows():
        *words, record = row
        try:
            results.append(judge(*words))
        except ValueError as error:
            message = f"record {record}: {name} has the unknown word {str(error)!r}; update the evaluator"
            problems.append(Problem(str(path), 0, message))
            results.append(None)
    dtype = pl.Int64() if name == "CLNREVSTAT" else pl.List(pl.Int64())
    values = [list(value) if isinstance(value, tuple) else value for value in results]
    return distinct.select(columns).with_columns(pl.Series(name, values, dtype=dtype))
