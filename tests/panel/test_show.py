"""What `panel show` says, within 100 columns."""

from __future__ import annotations

from dataclasses import replace

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.criteria import preset
from evaluator.panel.model import Panel
from evaluator.panel.show import WIDTH, show


def words(lines: list[str]) -> list[list[str]]:
    """The words of every line."""
    return [line.split() for line in lines]


def test_the_overview_counts(small: Panel) -> None:
    """Conditions, genes and rows are counted apart, and every value that differs from the preset is named."""
    text = words(show(small))
    assert ["conditions", "8"] in text
    assert ["genes", "7"] in text
    assert ["gene", "rows", "9,", "8", "of", "them", "enabled"] in text
    assert ["alleles", "6:", "4", "allow,", "1", "deny,", "1", "deny_alone"] in text
    assert ["metabolic", "3", "2"] in text
    assert "known_pathogenic.min_stars = 1; quality.min_depth = 12" in " ".join(
        " ".join(line) for line in text
    )


def test_an_untouched_preset_is_said_to_be_so(small: Panel) -> None:
    """A panel on a bare preset says that nothing was changed."""
    lines = show(replace(small, criteria=preset("nbseq")))
    assert any("preset nbseq, unchanged" in line for line in lines)


def test_a_group_without_enabled_genes_counts_none(small: Panel) -> None:
    """Disabling the only gene row of a group leaves the group with no enabled gene."""
    genes = small.genes.with_columns(
        enabled=pl.when(pl.col("gene") == "RB1").then(pl.lit("no")).otherwise("enabled")
    )
    assert ["oncology", "1", "0"] in words(show(replace(small, genes=genes)))


def test_a_condition_shows_its_rows_alleles_and_rules(small: Panel) -> None:
    """A condition is shown with its gene rows, listed alleles and diplotype rules."""
    text = words(show(small, condition="partial-biotinidase"))
    assert ["partial-biotinidase", "BTD", "AR", "unknown", "listed", "yes"] in text
    assert ["chr3-15645186-G-C", "BTD", "allow", "partial-biotinidase", "AR"] in text
    assert any("reportable as partial-biotinidase" in " ".join(line) for line in text)


def test_a_gene_shows_its_model(small: Panel) -> None:
    """A gene is shown with its transcript, exons, and every condition it stands for."""
    text = words(show(small, gene="ABCC8"))
    assert ["refseq", "NM_000352.6"] in text
    assert [line for line in text if line[:2] == ["hyperinsulinism", "ABCC8"]] == [
        ["hyperinsulinism", "ABCC8", "AD", "dominant_negative", "listed", "yes"],
        ["hyperinsulinism", "ABCC8", "AR", "lof", "all", "yes"],
    ]


@pytest.mark.parametrize("what", [{}, {"condition": "cystic-fibrosis"}, {"gene": "CFTR"}])
def test_nothing_is_wider_than_the_terminal(small: Panel, what: dict[str, str]) -> None:
    """No line is longer than 100 columns, even with a long allele."""
    long = small.alleles.with_columns(reason=pl.lit("x" * 300), alt=pl.col("alt") + "A" * 200)
    assert max(map(len, show(replace(small, alleles=long), **what))) <= WIDTH


def test_unknown_names_are_told_with_near_ones(small: Panel) -> None:
    """Both a wrong condition and a wrong gene are told at once."""
    with pytest.raises(InputError, match="did you mean CFTR") as caught:
        show(small, condition="cystic", gene="CFTX")
    assert len(caught.value.problems) == 2
