"""Every problem of a panel at once: the form of each file, then what the files say of each other."""

from __future__ import annotations

from pathlib import Path

from evaluator.errors import InputError, Problem
from evaluator.panel.allele_rules import allele_problems
from evaluator.panel.diplotype_rules import diplotype_problems
from evaluator.panel.draft import Draft, read_draft
from evaluator.panel.gene_rules import GeneAtlas, gene_atlas, gene_problems, pathway_problems
from evaluator.panel.reference_rules import reference_problems
from evaluator.vocabulary import GenomeBuild


def lint(folder: Path) -> list[Problem]:
    """Find every problem of a panel folder, sorted by file and line."""
    return examine(folder)[1]


def examine(folder: Path) -> tuple[Draft, list[Problem]]:
    """Read a panel folder and find every problem in it, sorted by file and line."""
    draft, problems = read_draft(folder)
    if not folder.is_dir():
        return draft, problems[:1]  # that it is no folder; its files need not be missed one by one
    problems += reference_problems(draft)
    atlas, more = _atlas(draft)
    problems += more
    if atlas is not None:
        problems += gene_problems(draft, atlas)
        problems += pathway_problems(draft, atlas)
        problems += allele_problems(draft, atlas)
        problems += diplotype_problems(draft, atlas)
    return draft, sorted(set(problems))


def _atlas(draft: Draft) -> tuple[GeneAtlas | None, list[Problem]]:
    """Find the gene models of the panel's build, even when panel.yaml is wrong elsewhere."""
    build = draft.identity_file.data.get("genome_build")
    if build not in list(GenomeBuild):
        return None, []  # panel.yaml has been told so
    try:
        return gene_atlas(str(build)), []
    except InputError as error:
        message = f"{error.problems[0].message}; genes, alleles and regions cannot be checked"
        return None, [draft.identity_file.problem(("genome_build",), message)]
