"""What the tables of a panel say of each other: nothing may point at what is not there."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

import polars as pl

from evaluator.errors import Problem
from evaluator.panel.draft import Draft


def reference_problems(draft: Draft) -> list[Problem]:
    """Find dangling references between the tables, and figures without a source."""
    return [
        *_dangling_conditions(draft),
        *_conditions_without_genes(draft),
        *_unknown_pathways(draft),
        *_unsourced_prevalence(draft),
    ]


def near(word: str, known: Iterable[str]) -> str:
    """Suggest the known words that a misspelt one may stand for, as the end of a sentence."""
    matches = difflib.get_close_matches(word, sorted(known), n=3)
    return f"; did you mean {' or '.join(matches)}?" if matches else ""


def known_words(table: pl.DataFrame, column: str) -> set[str]:
    """Return the words of a column; none when it could not be read, and then nothing is blamed on it."""
    return set(table[column].drop_nulls())


def _dangling_conditions(draft: Draft) -> list[Problem]:
    conditions = known_words(draft.tables["conditions"], "condition")
    if not conditions:
        return []
    return [
        draft.problem(
            name, line, f"condition {slug!r} is not in the table of conditions{near(slug, conditions)}"
        )
        for name in ("genes", "alleles")
        for slug, line in draft.tables[name].select("condition", "line").drop_nulls().iter_rows()
        if slug not in conditions
    ]


def _conditions_without_genes(draft: Draft) -> list[Problem]:
    with_genes = known_words(draft.tables["genes"], "condition")
    if not with_genes:
        return []
    return [
        draft.problem(
            "conditions", line, f"condition {slug!r} has no gene row; add one or remove the condition"
        )
        for slug, line in draft.tables["conditions"].select("condition", "line").drop_nulls().iter_rows()
        if slug not in with_genes
    ]


def _unknown_pathways(draft: Draft) -> list[Problem]:
    if not draft.pathway_file.data:
        return []
    return [
        draft.problem(
            "conditions", line, f"pathway {slug!r} is not in pathways.yaml{near(slug, draft.pathways)}"
        )
        for slug, line in draft.tables["conditions"].select("pathway", "line").drop_nulls().iter_rows()
        if slug not in draft.pathways
    ]


def _unsourced_prevalence(draft: Draft) -> list[Problem]:
    bare = draft.tables["conditions"].filter(
        pl.col("birth_prevalence_per_100k").is_not_null() & pl.col("prevalence_source").is_null()
    )
    return [
        draft.problem("conditions", line, "birth_prevalence_per_100k has no prevalence_source; name it")
        for line in bare["line"]
    ]
