"""The stretches of the genome that a benchmark reads: a panel's exons, or its genes from end to end.

python benchmarks/regions.py exons|genes FILE.bed [PANEL]
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

import polars as pl

from evaluator.panel.genes import gene_spans
from evaluator.panel.load import load_panel
from evaluator.panel.regions import merge, panel_regions

PANEL = Path(__file__).parent.parent / "panel" / "generation-study"
EXONS = "exons"
GENES = "genes"


def regions(panel: Path, kind: str) -> pl.DataFrame:
    """Return merged contig, start (0-based), end: coding exons and listed alleles, or whole genes too."""
    loaded = load_panel(panel)
    exons = panel_regions(loaded)
    if kind == EXONS:
        return exons
    genes = loaded.gene_rows.select("gene").unique()
    spans = gene_spans(loaded.genome_build).join(genes, on="gene", how="semi").drop_nulls()
    return merge(pl.concat([exons, spans.select(exons.columns)]))


def without_listed_alleles(panel: Path, folder: Path) -> Path:
    """Copy a panel, its lists of alleles empty: generated newborns have an invented genome.

    Their REF seldom agrees with a listed allele's, and such a file is refused as one of another build.
    """
    shutil.copytree(panel, folder)
    for name in ("alleles.tsv", "diplotypes.tsv"):
        table = folder / name
        if table.exists():
            head, _, _ = table.read_text(encoding="utf-8").partition("\n")
            table.write_text(head + "\n", encoding="utf-8")
    return folder


def write_bed(table: pl.DataFrame, path: Path) -> None:
    """Write the regions as BED."""
    table.write_csv(path, separator="\t", include_header=False)


def read_bed(path: Path) -> list[tuple[str, int, int]]:
    """Read the regions back."""
    rows = (line.split("\t") for line in path.read_text(encoding="utf-8").splitlines())
    return [(contig, int(start), int(end)) for contig, start, end in rows]


def main() -> None:
    """Write the regions of a panel as BED."""
    kind, bed, *panel = sys.argv[1:]
    write_bed(regions(Path(panel[0]) if panel else PANEL, kind), Path(bed))


if __name__ == "__main__":
    main()
