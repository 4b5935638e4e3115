"""A small panel on which every scenario finds room, and cohorts simulated from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pysam
import pytest

from evaluator.panel.genes import gene_models
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.simulation.simulate import Simulation, simulate

RECESSIVE = ("PAH", "ACADM", "GCDH", "ACADVL", "CPS1", "AGL")
GENE_COLUMNS = (
    "condition",
    "gene",
    "inheritance",
    "mechanism",
    "evidence",
    "parent_of_origin",
    "special_locus",
    "min_stars",
)
GENES = [
    *((gene.lower(), gene, "AR", "lof", "all", "", "", "") for gene in RECESSIVE),
    ("starred", "PCBD1", "AR", "lof", "all", "", "", "2"),
    ("glut1", "SLC2A1", "AD", "lof", "all", "", "", ""),
    ("channel", "SCN2A", "AD", "gof", "all", "", "", ""),
    ("diabetes", "KCNJ11", "AD", "gof", "listed", "", "", ""),
    ("hyperinsulinism", "KCNJ11", "AR", "lof", "all", "", "", ""),
    ("imprinted", "CDKN1C", "AD", "gof", "listed", "maternal", "", ""),
    ("ornithine", "OTC", "XLR", "lof", "all", "", "", ""),
    ("rickets", "PHEX", "XLD", "lof", "all", "", "", ""),
    ("haemophilia-a", "F8", "XLR", "lof", "all", "", "F8_inversion", ""),
    ("gaucher", "GBA1", "AR", "lof", "all", "", "GBA1", ""),
    ("sma", "SMN1", "AR", "lof", "all", "", "SMN1", ""),
    ("surfactant", "CSF2RA", "AR", "lof", "all", "", "", ""),
]


def _alleles() -> Iterator[tuple[str, ...]]:
    """Invented alleles on real exons: a reference base is whatever the first allele there says."""
    models = {row["gene"]: row for row in gene_models("GRCh38").iter_rows(named=True)}
    for gene in dict.fromkeys(row[1] for row in GENES):
        contig = models[gene]["contig"]
        exons = [exon for exon in models[gene]["exons"] if exon["end"] - exon["start"] >= 70]
        for number, exon in enumerate(exons[:10]):
            place = exon["start"] + 12
            narrow = ("", "AR") if gene == "KCNJ11" else ("", "")
            yield (contig, str(place), "C", "T", gene, "allow", *narrow)
            yield (contig, str(place + 8), "G", "A", gene, "allow", "", "")
            if number == 1:
                yield (contig, str(place), "C", "G", gene, "allow", "", "")
            if number in (2, 3):
                yield (contig, str(place + 30), "CAGT", "C", gene, "allow", "", "")
            if number in (4, 5) and gene in RECESSIVE:
                yield (contig, str(place + 40), "T", "G", gene, ("deny", "deny_alone")[number - 4], "", "")


def write_panel(folder: Path) -> Path:
    """Write the small panel."""
    folder.mkdir()
    conditions = dict.fromkeys(row[0] for row in GENES)
    tables = {
        "conditions.tsv": [
            ("condition", "name", "group"),
            *((name, f"Condition {name}", "simulated") for name in conditions),
        ],
        "genes.tsv": [
            GENE_COLUMNS,
            *GENES,
        ],
        "alleles.tsv": [
            ("contig", "position", "ref", "alt", "gene", "list", "condition", "inheritance"),
            *_alleles(),
        ],
    }
    for name, rows in tables.items():
        (folder / name).write_text("".join("\t".join(row) + "\n" for row in rows), encoding="utf-8")
    (folder / "panel.yaml").write_text(
        'id: small\ntitle: A small panel\nversion: "1"\nstatus: draft\ngenome_build: GRCh38\n'
        "jurisdiction: nowhere\nsources: []\n",
        encoding="utf-8",
    )
    (folder / "pathways.yaml").write_text("{}\n", encoding="utf-8")
    (folder / "criteria.yaml").write_text("preset: generation-study\n", encoding="utf-8")
    return folder


@dataclass(frozen=True)
class Cohort:
    """A simulated cohort on disk."""

    folder: Path
    panel: Panel
    simulation: Simulation

    def table(self, name: str) -> pl.DataFrame:
        """One of its tables, every cell as text."""
        return pl.read_csv(self.folder / name, separator="\t", infer_schema=False)

    def records(self, newborn: str) -> list[list[str]]:
        """The records of one newborn's VCF, split into cells."""
        with pysam.BGZFile(str(self.folder / "vcf" / f"{newborn}.vcf.gz"), "r", None) as stream:
            lines = stream.read().decode().splitlines()
        return [line.split("\t") for line in lines if not line.startswith("#")]


@pytest.fixture(scope="session")
def small_panel(tmp_path_factory: pytest.TempPathFactory) -> Panel:
    """The small panel, loaded."""
    return load_panel(write_panel(tmp_path_factory.mktemp("panels") / "small"))


@pytest.fixture(scope="session")
def cohort(small_panel: Panel, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Two hundred newborns of the small panel."""
    folder = tmp_path_factory.mktemp("cohorts") / "small"
    return Cohort(folder, small_panel, simulate(small_panel, 200, 1, folder))


@pytest.fixture(scope="session")
def english_cohort(repository: Path, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    """Two hundred newborns of the panel of the Generation Study."""
    panel = load_panel(repository / "panel" / "generation-study")
    folder = tmp_path_factory.mktemp("cohorts") / "english"
    return Cohort(folder, panel, simulate(panel, 200, 1, folder))
