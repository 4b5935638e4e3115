"""A tiny panel and runs on it, so that every test says in a few rows what it is about."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl
import pytest

from evaluator.accuracy.ledger.choices import Choices
from evaluator.accuracy.ledger.findings import Findings, coded_findings
from evaluator.accuracy.ledger.ledger import Ledger, build_ledger
from evaluator.accuracy.ledger.notes import affected_not_on_panel, ledger_notes
from evaluator.accuracy.ledger.reference import reference_results
from evaluator.accuracy.ledger.screened import screen_results
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.sheets import OUTCOMES, REVIEWS, SAMPLES, Sheet
from evaluator.tables import FINDINGS
from evaluator.vocabulary import Definition

GENES = (
    ("cystic-fibrosis", "CFTR", "AR"),
    ("mcadd", "ACADM", "AR"),
    ("scid", "ADA", "AR"),
    ("scid", "RAG1", "AR"),
)
FILES = {
    "panel.yaml": (
        'id: tiny\ntitle: Three conditions\nversion: "1"\nstatus: draft\ngenome_build: GRCh38\nsources: []\n'
    ),
    "conditions.tsv": (
        "condition\tname\tgroup\n"
        "cystic-fibrosis\tCystic fibrosis\trespiratory\n"
        "mcadd\tMCADD\tmetabolic\n"
        "scid\tSevere combined immunodeficiency\timmune\n"
    ),
    "genes.tsv": "condition\tgene\tinheritance\n" + "".join("\t".join(row) + "\n" for row in GENES),
    "alleles.tsv": "contig\tposition\tref\talt\tgene\tlist\n",
    "pathways.yaml": "{}\n",
    "criteria.yaml": "preset: generation-study\n",
}


@pytest.fixture
def panel_folder(tmp_path: Path) -> Path:
    """A panel of three conditions and four gene rows, as files."""
    folder = tmp_path / "panel"
    folder.mkdir()
    for name, text in FILES.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


@pytest.fixture
def panel(panel_folder: Path) -> Panel:
    """The same panel, loaded."""
    return load_panel(panel_folder)


def table(sheet: Sheet, rows: Sequence[dict[str, object]]) -> pl.DataFrame:
    """A hand-written table of these cells, the others empty."""
    blank = dict.fromkeys(sheet.schema)
    return pl.DataFrame(
        [{**blank, **row, "line": line} for line, row in enumerate(rows, start=2)], schema=sheet.schema
    )


@pytest.fixture
def samples() -> Callable[..., pl.DataFrame]:
    """Build a samples table from newborns, or from (newborn, status)."""

    def build(*newborns: str | tuple[str, str]) -> pl.DataFrame:
        pairs = [newborn if isinstance(newborn, tuple) else (newborn, "sequenced") for newborn in newborns]
        return table(
            SAMPLES, [{"newborn": name, "sex": "female", "status": status} for name, status in pairs]
        )

    return build


@pytest.fixture
def outcomes() -> Callable[..., pl.DataFrame]:
    """Build an outcomes table from (newborn, condition, basis, reference)."""

    def build(*rows: tuple[str, str, str | None, str]) -> pl.DataFrame:
        names = ("newborn", "condition", "basis", "reference")
        return table(OUTCOMES, [dict(zip(names, row, strict=True)) for row in rows])

    return build


@pytest.fixture
def reviews() -> Callable[..., pl.DataFrame]:
    """Build a reviews table from (newborn, condition, decision)."""

    def build(*rows: tuple[str, str, str]) -> pl.DataFrame:
        return table(
            REVIEWS, [dict(zip(("newborn", "condition", "decision"), row, strict=True)) for row in rows]
        )

    return build


@pytest.fixture
def findings() -> Callable[..., pl.DataFrame]:
    """Build complete findings: not reportable, except for the given {(newborn, gene): (verdict, reasons)}."""

    def build(
        newborns: Sequence[str], different: dict[tuple[str, str], tuple[str, str]] | None = None
    ) -> pl.DataFrame:
        rows = []
        for newborn in newborns:
            for condition, gene, inheritance in GENES:
                verdict, reasons = (different or {}).get(
                    (newborn, gene), ("not reportable", "no_qualifying_allele")
                )
                rows.append((newborn, condition, gene, inheritance, verdict, reasons, None, None, None))
        return pl.DataFrame(rows, schema=FINDINGS, orient="row")

    return build


@dataclass(frozen=True)
class Built:
    """A ledger with what stands beside it."""

    ledger: Ledger
    findings: Findings
    notes: list[str]
    affected_not_on_panel: int

    @property
    def rows(self) -> pl.DataFrame:
        """The complete ledger."""
        return self.ledger.rows


@pytest.fixture(name="build_ledger")
def _build_ledger() -> Callable[..., Built]:
    """Build the ledger of findings, samples and outcomes, as the command line would."""

    def build(
        findings: pl.DataFrame,
        samples: pl.DataFrame,
        outcomes: pl.DataFrame,
        panel: Panel,
        definition: Definition,
        reviews: pl.DataFrame | None = None,
    ) -> Built:
        coded = coded_findings(findings, panel)
        choices = Choices.declared(panel.criteria, definition)
        references, _ = reference_results(outcomes, definition)
        screened = screen_results(coded, samples, panel)
        ledger = build_ledger(screened, references, definition, choices, reviews)
        notes = ledger_notes(ledger, references, reviews)
        return Built(ledger, coded, notes, affected_not_on_panel(ledger, references))

    return build
