"""The reference standard under two definitions that are never pooled."""

from __future__ import annotations

from collections.abc import Callable

import polars as pl
import pytest

from evaluator.accuracy.ledger.reference import reference_results
from evaluator.vocabulary import Definition

Build = Callable[..., pl.DataFrame]


def answer(outcomes: pl.DataFrame, definition: Definition) -> list[str]:
    """The reference of every newborn x condition that has one."""
    return reference_results(outcomes, definition)[0]["reference"].to_list()


def test_each_basis_answers_its_definition(outcomes: Build) -> None:
    """A molecular diagnosis in a child without signs is affected and unaffected, by definition."""
    table = outcomes(("a", "scid", "molecular", "affected"), ("a", "scid", "clinical", "unaffected"))
    assert answer(table, Definition.MOLECULAR) == ["affected"]
    assert answer(table, Definition.CLINICAL) == ["unaffected"]


@pytest.mark.parametrize("basis", ["molecular", "clinical"])
def test_the_other_definition_is_not_borrowed(outcomes: Build, basis: str) -> None:
    """Rows of one basis never answer the other definition, and are counted as unused."""
    table = outcomes(("a", "scid", basis, "affected"))
    other = Definition.CLINICAL if basis == "molecular" else Definition.MOLECULAR
    references, notes = reference_results(table, other)
    assert references.is_empty()
    assert "Outcome rows that answer the other definition: 1;" in notes[0]


def test_disease_shown_by_either_basis_counts_and_the_conflict_is_named(outcomes: Build) -> None:
    """Affected by biochemistry, unaffected in clinic: affected, with a note."""
    table = outcomes(("a", "scid", "biochemical", "affected"), ("a", "scid", "clinical", "unaffected"))
    references, notes = reference_results(table, Definition.CLINICAL)
    assert references["reference"].to_list() == ["affected"]
    assert "Outcomes affected on one basis and unaffected on another: 1;" in " ".join(notes)


def test_an_answer_outranks_an_open_question(outcomes: Build) -> None:
    """Unaffected by biochemistry while the clinic is pending: unaffected."""
    table = outcomes(("a", "scid", "biochemical", "unaffected"), ("a", "scid", "clinical", "pending"))
    assert answer(table, Definition.CLINICAL) == ["unaffected"]


def test_no_basis_answers_when_nothing_else_does(outcomes: Build) -> None:
    """A row without basis counts for either definition, but yields to a row that names its basis."""
    alone = outcomes(("a", "scid", None, "affected"))
    assert answer(alone, Definition.MOLECULAR) == answer(alone, Definition.CLINICAL) == ["affected"]
    beside = outcomes(("a", "scid", None, "affected"), ("a", "scid", "clinical", "unaffected"))
    references, notes = reference_results(beside, Definition.CLINICAL)
    assert references["reference"].to_list() == ["unaffected"]
    assert not any("that name no basis" in note for note in notes)


def test_molecular_definition_warns_of_incorporation_bias(outcomes: Build) -> None:
    """Index and reference share the genotype, and the reader is told."""
    assert "Incorporation bias" in reference_results(outcomes(), Definition.MOLECULAR)[1][-1]
    assert reference_results(outcomes(), Definition.CLINICAL)[1] == []
