"""A panel's digest follows its meaning and nothing else."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evaluator.errors import InputError
from evaluator.panel.load import load_panel, load_panels
from evaluator.panel.model import TABLES, Panel

SMALL = Path(__file__).parent / "panels" / "small"
PANEL = load_panel(SMALL)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        ("panel.yaml", "draft", "adopted"),
        ("panel.yaml", "Testland", "Elsewhere"),
        ("panel.yaml", "licence: none needed", "licence: open"),
        ("conditions.tsv", "Cystic fibrosis", "Mucoviscidosis"),
        ("genes.tsv", "0.01", "0.02"),
        ("genes.tsv", "\tno\t", "\tyes\t"),
        ("alleles.tsv", "1555", "1494"),
        ("alleles.tsv", "m.1555A>G", "another reason"),
        ("diplotypes.tsv", "\treportable\tin cis", "\tnot reportable\tin cis"),
        ("criteria.yaml", "min_depth: 12", "min_depth: 13"),
        ("criteria.yaml", "min_depth: 12", "min_depth: null"),
        ("pathways.yaml", "class: P", "class: U"),
        ("pathways.yaml", "[regional, national]", "[national, regional]"),
    ],
)
def test_any_value_changes_the_digest(folder: Path, file: str, old: str, new: str) -> None:
    """No value of any file can change unseen."""
    text = (folder / file).read_text(encoding="utf-8")
    assert text.count(old) >= 1
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8", newline="")
    assert load_panel(folder).sha256 != PANEL.sha256


def test_form_does_not_change_the_digest(folder: Path) -> None:
    """BOM, CRLF, the order of rows, columns and keys, comments and blank lines mean nothing."""
    for name in TABLES:
        path = folder / f"{name}.tsv"
        header, *rows = [line.split("\t") for line in path.read_text(encoding="utf-8").splitlines()]
        lines = ["\t".join(reversed(cells)) for cells in (header, *reversed(rows))]
        path.write_text("\ufeff" + "\r\n".join([lines[0], "", *lines[1:], ""]), encoding="utf-8", newline="")
    criteria = folder / "criteria.yaml"
    criteria.write_text(
        "# another comment\r\nknown_pathogenic: {min_stars: 1}\r\npreset: generation-study\r\n"
        "quality:\r\n  min_depth: 12\r\n",
        encoding="utf-8",
        newline="",
    )
    assert load_panel(folder).sha256 == PANEL.sha256


def test_a_value_equal_to_the_preset_changes_nothing(folder: Path) -> None:
    """Criteria enter the digest resolved: writing out what the preset says anyway is no change."""
    with (folder / "criteria.yaml").open("a", encoding="utf-8") as stream:
        stream.write("mosaic: {min_allele_fraction: 0.10}\n")
    assert load_panel(folder).sha256 == PANEL.sha256


def test_a_written_default_changes_nothing(folder: Path) -> None:
    """An empty cell of `enabled` means yes, so writing yes is no change."""
    text = (folder / "genes.tsv").read_text(encoding="utf-8")
    (folder / "genes.tsv").write_text(text.replace("0.01\t\t", "0.01\tyes\t"), encoding="utf-8")
    assert load_panel(folder).sha256 == PANEL.sha256


@given(st.randoms(use_true_random=False))
def test_row_order_means_nothing(chance: random.Random) -> None:
    """Any order of any table gives the same digest."""
    assert shuffled(PANEL, chance).sha256 == PANEL.sha256


def shuffled(panel: Panel, chance: random.Random) -> Panel:
    """The panel with the rows of every table in another order."""
    tables = {}
    for name in TABLES:
        frame: pl.DataFrame = getattr(panel, name)
        tables[name] = frame.sample(fraction=1, shuffle=True, seed=chance.randrange(2**31))
    return replace(panel, **tables)


def test_gene_rows_hold_what_is_evaluated(small: Panel) -> None:
    """Disabled rows are left out, empty cells filled with what they mean, rows sorted."""
    rows = small.gene_rows
    assert "CSF2RA" not in rows["gene"].to_list()
    assert rows.height == small.genes.height - 1
    assert rows["enabled"].to_list() == ["yes"] * rows.height
    partial = rows.row(by_predicate=pl.col("condition") == "partial-biotinidase", named=True)
    assert (partial["mechanism"], partial["evidence"]) == ("unknown", "listed")
    assert rows.equals(rows.sort("condition", "gene", "inheritance"))


def test_a_panel_holds_what_its_files_say(small: Panel) -> None:
    """Identity, tables without line numbers, pathways with every key, criteria over their preset."""
    assert (small.id, small.version, small.status, small.genome_build) == ("small", "1", "draft", "GRCh38")
    assert small.sources[0]["retrieved"] == "2026-11-22"
    for name, sheet in TABLES.items():
        assert getattr(small, name).columns == [column.name for column in sheet.columns]
    assert small.pathways["metabolic"]["route_order"] == []
    assert small.criteria.quality.min_depth == 12
    assert small.criteria.quality.min_genotype_quality == 20


def test_two_bad_panels_are_told_together(folder: Path, tmp_path: Path) -> None:
    """Loading two panels tells the problems of both."""
    (folder / "criteria.yaml").unlink()
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InputError) as caught:
        load_panels(folder, empty)
    assert {Path(problem.file).parent.name for problem in caught.value.problems} == {"small", "empty"}
