"""Every readable case gives the findings that its folder expects."""

from __future__ import annotations

from pathlib import Path

import polars as pl
import pytest

from evaluator.panel.load import load_panel
from evaluator.screening.explain import explain
from evaluator.screening.flag import flag
from evaluator.tables import FINDINGS
from evaluator.variants.annotate import annotate, write_variants
from evaluator.variants.extract import Request, extract
from evaluator.variants.store import Store, open_store

CASES = Path(__file__).resolve().parent.parent / "cases"
FOLDERS = sorted(path for path in CASES.iterdir() if path.is_dir())


@pytest.fixture(scope="module", params=FOLDERS, ids=lambda folder: folder.name)
def case(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Store]:
    """A case and its store, annotated where the case brings annotation."""
    folder: Path = request.param
    path = tmp_path_factory.mktemp(folder.name) / "store"
    extract(Request(folder / "samples.tsv", load_panel(folder / "panel"), path), "2026-01-01T00:00:00+00:00")
    store = open_store(path)
    clinvar = folder / "clinvar.vcf"
    if clinvar.exists() or "INFO=<ID=CSQ" in (folder / "newborn.vcf").read_text(encoding="utf-8"):
        statistic = load_panel(folder / "panel").criteria.frequency.statistic
        read = "population_max" if statistic == "internal" else statistic
        found = annotate(store, clinvar if clinvar.exists() else None, statistic=read)
        write_variants(store, found)
    return folder, store


def test_a_case_gives_what_it_expects(case: tuple[Path, Store]) -> None:
    """The findings equal expected.tsv, row by row."""
    folder, store = case
    expected = pl.read_csv(folder / "expected.tsv", separator="\t", infer_schema=False)
    found = flag(store, load_panel(folder / "panel")).findings.filter(newborn="BABY")
    assert found.select(expected.columns).to_dicts() == expected.to_dicts()
    assert expected.columns == [name for name in FINDINGS if name != "newborn"]


def test_an_explanation_says_the_same(case: tuple[Path, Store]) -> None:
    """Explain replays the same verdict and reasons, and shows every allele that the finding names."""
    folder, store = case
    expected = pl.read_csv(folder / "expected.tsv", separator="\t", infer_schema=False).to_dicts()
    explained = explain(store, load_panel(folder / "panel"), "BABY").rows
    assert [(row.condition, row.verdict, ";".join(code for code, _ in row.reasons)) for row in explained] == [
        (row["condition"], row["verdict"], row["reasons"]) for row in expected
    ]
    for row, told in zip(expected, explained, strict=True):
        named = set((row["alleles"] or "").split(";")) - {""}
        assert named <= {allele.allele for allele in told.alleles}


def test_there_are_cases() -> None:
    """Each case has words, a newborn, a panel and an expectation."""
    assert len(FOLDERS) >= 15
    needed = ("README.md", "newborn.vcf", "samples.tsv", "expected.tsv", "panel/genes.tsv")
    missing = [str(folder / name) for folder in FOLDERS for name in needed if not (folder / name).is_file()]
    assert missing == []
