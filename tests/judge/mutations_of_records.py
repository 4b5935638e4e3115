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
)
