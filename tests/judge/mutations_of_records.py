"""Rules about several records or alleles of one place, broken on purpose."""

from __future__ import annotations

from mutation import CASE, Mutation

RECORDS = (
    Mutation(
        "records that contradict each other mean repeat",
        "calls.py",
        'pl.coalesce(contradicting, "repeat").alias("repeat")',
        'pl.col("repeat")',
        f"{CASE}acadm_contradicting_records",
    ),
    Mutation(
        "the bases of one called allele lie on one copy",
        "phase.py",
        "pl.when(same_called_allele())",
        "pl.when(pl.lit(value=False))",
        f"{CASE}acadm_longer_substitution_both_bases_listed",
    ),
    Mutation(
        "copies are counted over all alleles of a genotype",
        "calls.py",
        "together = (rows > 1) & (kinds == rows)",
        "together = (rows > 2) & (kinds == rows)",
        f"{CASE}acadm_longer_substitution_opposite_its_part",
    ),
    Mutation(
        "a listed allele under a block of unequal length is undecided",
        "callability.py",
        'return pl.concat([touched, under.join(called, on=called.columns, how="anti")])',
        "return touched",
        f"{CASE}acadm_unequal_substitution_over_listed_allele",
    ),
    Mutation(
        "an allele that was called is decided under its own block",
        "callability.py",
        'under.join(called, on=called.columns, how="anti")',
        "under",
        f"{CASE}acadm_unequal_substitution_listed_itself",
    ),
    Mutation(
        "a copy called deleted is not reference",
        "../variants/spanning_deletions.py",
        'pl.Series(gone) < pl.col("copies")',
        "pl.Series(gone) < 0",
        f"{CASE}acadm_star_beside_reference",
    ),
    Mutation(
        "a called deletion explains a copy called deleted",
        "../variants/spanning_deletions.py",
        'pl.Series(gone) < pl.col("copies")',
        "pl.Series(gone) < 9",
        f"{CASE}acadm_star_with_its_deletion",
    ),
    Mutation(
        "each copy called deleted needs a deletion of its own",
        "../variants/spanning_deletions.py",
        'pl.Series(gone) < pl.col("copies")',
        "pl.Series(gone) < 1",
        f"{CASE}acadm_two_stars_one_deletion",
    ),
)
