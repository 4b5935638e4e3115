"""Rules about deletions and duplications, broken on purpose (see mutations.py)."""

from __future__ import annotations

from mutation import CASE, Mutation

OF_DELETIONS = (
    Mutation(
        "measured per exon, not over the gene",
        "structural_places.py",
        "            pl.col(*COVERS).max(),",
        "            pl.col(*COVERS).mean(),",
    ),
    Mutation(
        "the least share of an exon itself is enough",
        "structural.py",
        'pl.col("covers_possible") >= rule.min_exon_overlap',
        'pl.col("covers_possible") > rule.min_exon_overlap',
    ),
    Mutation(
        "deletions only where loss of function is the mechanism",
        "structural.py",
        '"is_structural_deletion": enough & lof,',
        '"is_structural_deletion": enough,',
    ),
    Mutation(
        "unsure ends are doubt",
        "structural.py",
        'pl.when(by_rule & ~pl.col("surely_removes_enough"))',
        "pl.when(by_rule & pl.lit(value=False))",
    ),
    Mutation(
        "the sample's own filter counts",
        "structural.py",
        "criteria) & of_sample",
        "criteria)",
    ),
    Mutation(
        "a missing quality of a deletion never passes",
        "structural.py",
        '(pl.col("genotype_quality") >= least).fill_null(value=False)',
        '(pl.col("genotype_quality") >= least).fill_null(value=True)',
    ),
    Mutation(
        "copy number 1 of two is a deletion",
        "structural.py",
        "pl.when(lost > 0)",
        "pl.when(lost > 1)",
    ),
    Mutation(
        "a heterozygote inside a deletion cannot be",
        "deletions.py",
        ".then(pl.lit(str(Reason.REPEAT_CONTRADICTS_DELETION)))",
        ".then(pl.lit(None, pl.String))",
    ),
    Mutation(
        "nor inside one whose other copy was not called",
        "deletions.py",
        "is_in([HETEROZYGOUS, HALF, HOMOZYGOUS])",
        "is_in([HETEROZYGOUS, HOMOZYGOUS])",
        CASE + "acadm_heterozygous_inside_half_called_deletion",
    ),
    Mutation(
        "an allele inside a deletion lies on the other copy",
        "phase.py",
        "(same_record() | same_base() | across_deletion())",
        "(same_record() | same_base())",
        CASE + "acadm_homozygous_over_deletion",
    ),
    Mutation(
        "three equal alleles over a deletion are those of one copy",
        "deletions.py",
        'pl.when(is_over).then(pl.lit(2, pl.Int8)).otherwise("ploidy")',
        'pl.col("ploidy")',
        CASE + "acadm_three_alleles_over_deletion",
    ),
    Mutation(
        "a homozygote over a deletion is two alleles",
        "deletions.py",
        "pl.when(is_over).then(pl.lit(HETEROZYGOUS))",
        "pl.when(is_over).then(pl.lit(HOMOZYGOUS))",
        CASE + "acadm_homozygous_over_deletion",
    ),
    Mutation(
        "two records of one deletion are one event",
        "structural_places.py",
        "SAME_EVENT = 0.8",
        "SAME_EVENT = 1.0",
        CASE + "cftr_deletion_in_both_files",
    ),
    Mutation(
        "only a record that is kept drops another",
        "deletions.py",
        "if earlier not in dropped:",
        "if earlier >= 0:",
        CASE + "cftr_three_deletions_in_a_chain",
    ),
    Mutation(
        "a whole copy more takes nothing away",
        "structural.py",
        '(judged & pl.col("whole_gene"), Reason',
        '(judged & ~pl.col("whole_gene"), Reason',
        CASE + "cftr_whole_gene_duplication",
    ),
    Mutation(
        "a negative says that nobody looked for deletions",
        "rulebook.py",
        'return ~pl.col("looked") & of_row',
        'return pl.col("looked") & of_row',
        CASE + "cftr_without_structural_calls",
    ),
    Mutation(
        "a panel may insist that somebody looked",
        "verdict.py",
        'criteria.structural.without_calls == "not assessed"',
        'criteria.structural.without_calls == "flag"',
        CASE + "cftr_without_structural_calls_required",
    ),
    Mutation(
        "a deletion that nobody judges was not assessed",
        "deletions.py",
        "if criteria.structural.enabled:",
        "if not criteria.structural.enabled:",
        CASE + "cftr_deletion_where_rule_is_off",
    ),
)
