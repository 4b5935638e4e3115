"""Rules of special loci and of sample quality broken on purpose; the table continues `mutations.py`."""

from __future__ import annotations

from mutation import CASE, Mutation

SPECIAL_LOCI = (
    Mutation(
        "special loci need their caller",
        "special_loci.py",
        "return locus.is_null() | locus.is_in([str(name) for name in SEQUENCE_IS_VALID])",
        "return pl.lit(value=True)",
        CASE + "smn1_copy_number_2",
    ),
    Mutation(
        "without its caller's output a special locus is not assessed",
        "verdict.py",
        "        lacks_output(),\n        undecided_by_caller(),",
        "        undecided_by_caller(),",
    ),
    Mutation(
        "an answer that decides nothing blocks a negative",
        "verdict.py",
        '        undecided_by_caller(),\n        "sex_undecided"',
        '        "sex_undecided"',
    ),
    Mutation(
        "a caller's no call is no negative",
        "special_loci.py",
        "    stated = (call != CallerCall.NO_CALL).fill_null(value=True)",
        "    stated = pl.lit(value=True)",
    ),
    Mutation(
        "a caller's own filter is heard",
        "special_loci.py",
        "return (unknown.list.len() == 0).fill_null(value=True)",
        "return pl.lit(value=True)",
    ),
    Mutation(
        "SMN1 is reportable without a copy only",
        "special_loci.py",
        "_counted(pl.lit(0), pl.lit(1))",
        "_counted(pl.lit(1), pl.lit(1))",
    ),
    Mutation(
        "one copy of SMN1 is a carrier",
        "special_loci.py",
        "        .then(copies > 1)",
        "        .then(copies > 0)",
        CASE + "smn1_copy_number_1",
    ),
    Mutation(
        "two alleles of unknown phase are pending, as their caller says",
        "verdict.py",
        '"special_open": came_out(Outcome.PHASE_UNKNOWN) | (',
        '"special_open": (',
    ),
    Mutation(
        "an inversion on a boy's X is reportable",
        "special_loci.py",
        "        .when((x_count == 1) | (found > 1))",
        "        .when(found > 1)",
    ),
    Mutation(
        "a girl with one inversion is a carrier",
        "special_loci.py",
        "        .when((x_count == 1) | (found > 1))",
        "        .when(found > 0)",
    ),
    Mutation(
        "an inversion and a listed allele in a girl are pending",
        "verdict.py",
        "(came_out(Outcome.CARRIER) & _seen_on_one_copy())",
        "pl.lit(value=False)",
        CASE + "f8_girl_inversion_and_listed_allele",
    ),
    Mutation(
        "an inversion in unknown sex is not assessed",
        "special_loci.py",
        "Outcome.POSITIVE if either else Outcome.SEX_UNKNOWN",
        "Outcome.POSITIVE if either else Outcome.CARRIER",
        CASE + "f8_sex_unknown_with_inversion",
    ),
    Mutation(
        "more inversions than X chromosomes decide nothing",
        "special_loci.py",
        "        .then(pl.lit(str(Outcome.AGAINST_SEX)))",
        "        .then(pl.lit(str(Outcome.POSITIVE)))",
    ),
    Mutation(
        "alpha globin without a rule of the panel is not assessed",
        "special_loci.py",
        "    return pl.when(set_by_panel.is_null()).then(unset).otherwise(by_genes)",
        "    return pl.when(set_by_panel.is_null()).then(pl.lit(str(Outcome.NEGATIVE))).otherwise(by_genes)",
        "other samples and callers",
    ),
)
SAMPLE_QUALITY = (
    Mutation(
        "contamination at the limit is accepted",
        "sample_quality.py",
        'pl.col("contamination") > most',
        'pl.col("contamination") >= most',
        CASE + "contamination_at_the_limit",
    ),
    Mutation(
        "a contaminated sample is stopped",
        "sample_quality.py",
        "        Reason.CONTAMINATED_SAMPLE: contaminated.fill_null(value=False),",
        "        Reason.CONTAMINATED_SAMPLE: pl.lit(value=False),",
    ),
    Mutation(
        "a transfusion may stop",
        "sample_quality.py",
        '(pl.col("transfused") == "yes").fill_null(value=False)',
        "pl.lit(value=False)",
        "other samples and callers",
    ),
    Mutation(
        "a flag is told",
        "verdict_reasons.py",
        '    return _joined([said, pl.col("flagged")])',
        "    return said",
        CASE + "transfused_flagged",
    ),
    Mutation(
        "a stopped sample has no positive",
        "verdict.py",
        '        pl.when(~pl.col("believed"))',
        '        pl.when(~pl.col("sequenced"))',
    ),
    Mutation(
        "two X chromosomes in a boy are noticed",
        "sample_quality.py",
        " | ((seen == TWO_X) & (x_count == 1))",
        "",
    ),
    Mutation(
        "one X in a girl is noticed",
        "sample_quality.py",
        "((seen == ONE_X) & (x_count > 1)) | ",
        "",
        CASE + "sex_girl_with_one_x",
    ),
    Mutation(
        "a shallow capture says nothing of the sex",
        "sample_quality.py",
        "LEAST_X_ALLELES = 20",
        "LEAST_X_ALLELES = 5",
        CASE + "sex_shallow_capture",
    ),
    Mutation(
        "one genome in two newborns is noticed",
        "sample_quality.py",
        '(pl.col("lookalikes") > 0).fill_null(value=False)',
        "pl.lit(value=False)",
    ),
    Mutation(
        "identical twins are expected",
        "sample_quality.py",
        '(pl.col("same") - pl.col("twins")).alias("lookalikes")',
        'pl.col("same").alias("lookalikes")',
    ),
    Mutation(
        "a few common alleles make no duplicate",
        "sample_quality.py",
        "LEAST_DISTINCTIVE = 20",
        "LEAST_DISTINCTIVE = 5",
        CASE + "duplicate_too_few_calls",
    ),
)
