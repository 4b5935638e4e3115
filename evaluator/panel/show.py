"""A panel, one of its conditions, or one of its genes, as text for a terminal of 100 columns."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Sequence
from itertools import chain

import polars as pl

from evaluator.errors import Problem, raise_if_any
from evaluator.panel.alleles import Allele
from evaluator.panel.criteria import preset
from evaluator.panel.genes import gene_models
from evaluator.panel.model import Panel, with_gene_defaults
from evaluator.panel.reference_rules import near
from evaluator.panel.value_changes import value_changes

WIDTH = 100
LABEL = 26  # columns of the widest label, `birth_prevalence_per_100k`, and a space
GENE_COLUMNS = ("condition", "gene", "inheritance", "mechanism", "evidence", "special_locus", "enabled")
Fields = Iterable[tuple[str, object]]


def show(panel: Panel, condition: str | None = None, gene: str | None = None) -> list[str]:
    """Describe a panel; with a condition or a gene, describe that instead.

    Raises InputError when the panel does not have them.
    """
    known = {"conditions": set(panel.conditions["condition"]), "genes": set(panel.genes["gene"])}
    asked = (("conditions", condition), ("genes", gene))
    raise_if_any(
        [
            Problem(
                str(panel.path),
                0,
                f"{word!r} is not among the {table} of the panel{near(word, known[table])}",
            )
            for table, word in asked
            if word is not None and word not in known[table]
        ],
        "Nothing was shown.",
    )
    parts = [_condition(panel, condition)] if condition else []
    parts += [_gene(panel, gene)] if gene else []
    return list(chain.from_iterable(parts)) or _overview(panel)


def _overview(panel: Panel) -> list[str]:
    rows, enabled = panel.genes.height, panel.gene_rows.height
    lists = panel.alleles["list"].value_counts().sort("list").rows()
    per_list = ", ".join(f"{count} {name}" for name, count in lists)
    fields = [
        ("version", f"{panel.version} ({panel.status})"),
        ("genome build", panel.genome_build),
        ("jurisdiction", panel.jurisdiction),
        ("conditions", panel.conditions.height),
        ("genes", panel.genes["gene"].n_unique()),
        ("gene rows", f"{rows}, {enabled} of them enabled"),
        ("alleles", f"{panel.alleles.height}{f': {per_list}' if per_list else ''}"),
        ("diplotype rules", panel.diplotypes.height),
        ("pathways", len(panel.pathways)),
        ("criteria", _criteria(panel)),
        ("sha256", panel.sha256),
    ]
    groups = (
        panel.conditions.join(panel.gene_rows.select("condition", "gene"), on="condition", how="left")
        .group_by("group")
        .agg(pl.col("condition").n_unique(), pl.col("gene").n_unique() - pl.col("gene").has_nulls().cast(int))
        .sort("group")
    )
    return [
        panel.id,
        *_wrapped(panel.title),
        "",
        *_fields(fields),
        "",
        *_aligned(("group", "conditions", "enabled genes"), groups.rows()),
    ]


def _criteria(panel: Panel) -> str:
    """Name the preset and every value that differs from it."""
    criteria = panel.criteria
    if criteria.preset is None:
        return "written out, without a preset"
    base = preset(criteria.preset).model_dump(mode="json")
    changes = value_changes(base, criteria.model_dump(mode="json"))
    own = "; ".join(f"{change['path']} = {change['to']}" for change in changes)
    return f"preset {criteria.preset}, {f'with {own}' if own else 'unchanged'}"


def _condition(panel: Panel, slug: str) -> list[str]:
    condition = panel.conditions.row(by_predicate=pl.col("condition") == slug, named=True)
    genes = panel.genes.filter(pl.col("condition") == slug)
    return [
        *_fields(condition.items()),
        "",
        *_gene_rows(genes),
        *_listed(panel, genes.select("gene").unique()),
    ]


def _gene(panel: Panel, symbol: str) -> list[str]:
    model = gene_models(panel.genome_build).row(by_predicate=pl.col("gene") == symbol, named=True)
    exons = model["exons"]
    fields = [
        *((name, model[name]) for name in ("gene", "hgnc", "refseq", "ensembl", "contig", "strand", "note")),
        ("coding exons", len(exons)),
        ("coding bases", sum(exon["end"] - exon["start"] for exon in exons)),
    ]
    genes = panel.genes.filter(pl.col("gene") == symbol)
    return [*_fields(fields), "", *_gene_rows(genes), *_listed(panel, genes.select("gene").unique())]


def _gene_rows(genes: pl.DataFrame) -> list[str]:
    rows = with_gene_defaults(genes).sort("condition", "gene", "inheritance")
    return _aligned(GENE_COLUMNS, rows.select(GENE_COLUMNS).rows())


def _listed(panel: Panel, genes: pl.DataFrame) -> list[str]:
    alleles = panel.named_alleles.join(genes, on="gene", how="semi").sort("contig", "position", "ref", "alt")
    listed = [
        (str(Allele(*row[:4])), *row[4:])
        for row in alleles.select(
            "contig", "position", "ref", "alt", "gene", "list", "condition", "inheritance"
        ).iter_rows()
    ]
    rules = panel.diplotypes.join(genes, on="gene", how="semi").sort("gene", "allele_1", "allele_2")
    lines = []
    if listed:
        lines += ["", *_aligned(("allele", "gene", "list", "condition", "inheritance"), listed)]
    if rules.height:
        lines += ["", "diplotype rules"]
    for gene, one, other, verdict in rules.select("gene", "allele_1", "allele_2", "verdict").iter_rows():
        lines += _wrapped(f"{gene}: {one} with {other}: {verdict}", indent="  ")
    return lines


def _fields(fields: Fields) -> list[str]:
    return [
        line
        for name, value in fields
        if value is not None
        for line in _wrapped(f"{name:<{LABEL}}{value}", hanging=" " * LABEL)
    ]


def _wrapped(text: str, indent: str = "", hanging: str | None = None) -> list[str]:
    return textwrap.wrap(
        text,
        WIDTH,
        initial_indent=indent,
        subsequent_indent=f"{indent}  " if hanging is None else hanging,
        break_on_hyphens=False,
    )


def _aligned(header: Sequence[str], rows: Iterable[Sequence[object]]) -> list[str]:
    """Align cells in columns; columns without a value are left out, long lines cut at the width."""
    texts = [["" if cell is None else str(cell) for cell in row] for row in rows]
    kept = [place for place in range(len(header)) if any(row[place] for row in texts)]
    table = [[header[place] for place in kept], *([row[place] for place in kept] for row in texts)]
    widths = [max(len(row[column]) for row in table) for column in range(len(kept))]
    lines = [
        "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
        for row in table
    ]
    return [line if len(line) <= WIDTH else f"{line[: WIDTH - 1]}…" for line in lines]
