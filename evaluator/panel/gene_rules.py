"""What a panel says of genes, held against the gene models of its build."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from evaluator.errors import Problem
from evaluator.panel.draft import Draft
from evaluator.panel.genes import gene_models, gene_spans
from evaluator.panel.genome import is_pseudo_autosomal
from evaluator.panel.reference_rules import near
from evaluator.vocabulary import Inheritance

X_LINKED = {Inheritance.XLD, Inheritance.XLR}


@dataclass(frozen=True)
class Gene:
    """One gene model without its exons; start and end (0-based half-open) are null without coding bases."""

    symbol: str
    hgnc: str | None
    refseq: str | None
    ensembl: str | None
    contig: str
    start: int | None
    end: int | None


@dataclass(frozen=True)
class GeneAtlas:
    """The genes of one build by symbol."""

    build: str
    genes: Mapping[str, Gene]


def gene_atlas(build: str) -> GeneAtlas:
    """Gather the gene models of a build for look-up; raises InputError when there are none."""
    models = gene_models(build).select("gene", "hgnc", "refseq", "ensembl").join(gene_spans(build), on="gene")
    columns = ("gene", "hgnc", "refseq", "ensembl", "contig", "start", "end")
    genes = (Gene(*row) for row in models.select(columns).iter_rows())
    return GeneAtlas(build, {gene.symbol: gene for gene in genes})


def gene_problems(draft: Draft, atlas: GeneAtlas) -> list[Problem]:
    """Find gene rows that the gene models contradict."""
    problems = []
    for row in draft.tables["genes"].iter_rows(named=True):
        if row["gene"] is None:
            continue
        gene = atlas.genes.get(row["gene"])
        complaints = [_unknown(row["gene"], atlas)] if gene is None else _contradictions(row, gene, atlas)
        problems += [draft.problem("genes", row["line"], complaint) for complaint in complaints]
    return problems


def pathway_problems(draft: Draft, atlas: GeneAtlas) -> list[Problem]:
    """Find genes of the pathways that the gene models do not know."""
    return [
        draft.pathway_file.problem(("pathways", slug, "genes", place), _unknown(symbol, atlas))
        for slug, pathway in draft.pathways.items()
        for place, symbol in enumerate(pathway.get("genes", ()))
        if symbol not in atlas.genes
    ]


def _unknown(symbol: str, atlas: GeneAtlas) -> str:
    hint = near(symbol.upper(), atlas.genes) or "; write the approved HGNC symbol"
    return f"gene {symbol!r} is not in the gene models of {atlas.build}{hint}"


def _contradictions(row: dict[str, Any], gene: Gene, atlas: GeneAtlas) -> list[str]:
    complaints = []
    if row["hgnc"] is not None and gene.hgnc is not None and row["hgnc"] != gene.hgnc:
        complaints.append(f"hgnc {row['hgnc']!r} is not the id of {gene.symbol}, which is {gene.hgnc}")
    transcripts = [name for name in (gene.refseq, gene.ensembl) if name]
    if row["transcript"] is not None and transcripts and row["transcript"] not in transcripts:
        complaints.append(
            f"transcript {row['transcript']!r} is not the one whose exons are read in {gene.symbol}, "
            f"which is {' or '.join(transcripts)}"
        )
    if row["enabled"] != "no" and gene.start is None:
        complaints.append(f"{gene.symbol} has no coding bases in the gene models; disable the row")
    if row["inheritance"] is not None:
        complaints += _impossible_inheritance(Inheritance(row["inheritance"]), gene, atlas.build)
    return complaints


def _impossible_inheritance(inheritance: Inheritance, gene: Gene, build: str) -> list[str]:
    """Hold the inheritance against the chromosome; pseudo-autosomal genes are inherited as autosomal ones."""
    if gene.start is None or gene.end is None:
        return []
    pseudo_autosomal = is_pseudo_autosomal(build, gene.contig, gene.start, gene.end)
    if gene.contig == "chrM":
        possible, place = {Inheritance.MT}, "on chrM"
    elif gene.contig == "chrX" and not pseudo_autosomal:
        possible, place = X_LINKED, "on chrX outside the pseudo-autosomal regions"
    else:
        possible = {Inheritance.AD, Inheritance.AR}
        place = f"in a pseudo-autosomal region of {gene.contig}" if pseudo_autosomal else f"on {gene.contig}"
    if inheritance in possible:
        return []
    return [
        f"inheritance {inheritance} cannot be: {gene.symbol} lies {place}, so {' or '.join(sorted(possible))}"
    ]
