"""A panel as the software sees it: parsed, checked, with a digest of its meaning."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import polars as pl

from evaluator.panel.alleles import named
from evaluator.panel.criteria import Criteria
from evaluator.provenance import sha256_of_text
from evaluator.sheets import ALLELES, CONDITIONS, DIPLOTYPES, GENES, Sheet

# What an empty cell of the gene table means.
GENE_DEFAULTS = {"mechanism": "unknown", "evidence": "all", "enabled": "yes"}
TABLES: dict[str, Sheet] = {
    "conditions": CONDITIONS,
    "genes": GENES,
    "alleles": ALLELES,
    "diplotypes": DIPLOTYPES,
}


@dataclass(frozen=True, eq=False)
class Panel:
    """One version of a panel; tables carry the sheets' columns, rows in the order of the file."""

    path: Path
    id: str
    title: str
    version: str
    status: str  # draft | consultation | adopted
    genome_build: str
    jurisdiction: str | None
    sources: tuple[Mapping[str, str], ...]
    conditions: pl.DataFrame
    genes: pl.DataFrame
    alleles: pl.DataFrame
    diplotypes: pl.DataFrame
    pathways: dict[str, dict[str, object]]
    criteria: Criteria

    @cached_property
    def gene_rows(self) -> pl.DataFrame:
        """The enabled gene rows, defaults filled, sorted by condition, gene and inheritance."""
        return (
            with_gene_defaults(self.genes)
            .filter(pl.col("enabled") == "yes")
            .sort("condition", "gene", "inheritance")
        )

    @cached_property
    def named_alleles(self) -> pl.DataFrame:
        """The allele table with structural alleles named as in calls and findings (alleles.Allele)."""
        return named(self.alleles)

    @cached_property
    def sha256(self) -> str:
        """Digest of the panel's meaning: order of rows and columns, comments and line ends do not count."""
        return sha256_of_text(json.dumps(self.content(), sort_keys=True, ensure_ascii=False))

    def content(self) -> dict[str, object]:
        """Return all the panel says as plain data in a canonical order; the digest and `diff` read it."""
        return {
            "panel": self.identity(),
            **{name: self.records(name) for name in TABLES},
            "pathways": self.pathways,
            "criteria": self.criteria.model_dump(mode="json"),
        }

    def identity(self) -> dict[str, object]:
        """Return what panel.yaml says."""
        return {
            "id": self.id,
            "title": self.title,
            "version": self.version,
            "status": self.status,
            "genome_build": self.genome_build,
            "jurisdiction": self.jurisdiction,
            "sources": sorted((dict(source) for source in self.sources), key=_source_order),
        }

    def records(self, table: str) -> list[dict[str, object]]:
        """Return the rows of one table, defaults filled, empty cells left out, sorted by the table's key."""
        frame: pl.DataFrame = getattr(self, table)
        if table == "genes":
            frame = with_gene_defaults(frame)
        rows = frame.sort(TABLES[table].key, nulls_last=True).to_dicts()
        return [{name: value for name, value in row.items() if value is not None} for row in rows]


def with_gene_defaults(genes: pl.DataFrame) -> pl.DataFrame:
    """Fill what an empty cell of the gene table means: mechanism unknown, evidence all, enabled yes."""
    return genes.with_columns(pl.col(name).fill_null(value) for name, value in GENE_DEFAULTS.items())


def _source_order(source: Mapping[str, str]) -> str:
    return json.dumps(source, sort_keys=True)
