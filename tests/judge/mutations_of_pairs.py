"""Rules about pairs of alleles and odd genotypes, broken on purpose."""

from __future__ import annotations

from mutation import CASE, Mutation

PAIRS = (
    # Pairs
    Mutation(
        "two alternatives of one genotype are in trans",
        "phase.py",
        "diploid() & (same_record() | same_base() | across_deletion())",
        "diploid() & (same_base() | across_deletion())",
    ),
    Mutation(
        "two substitutions of one base are in trans",
        "phase.py",
        "diploid() & (same_record() | same_base() | across_deletion())",
        "diploid() & (same_record() | across_deletion())",
    ),
    Mutation(
        "phase holds within a set",
        "phase.py",
        '(pl.col("phase_set") == pl.col("phase_set_2")).fill_null(value=False)',
        "pl.lit(value=True)",
    ),
    Mutation(
        "a bare pipe follows the policy",
        "phase.py",
        'pl.lit(rule.pipe_without_phase_set == "phased")',
        'pl.lit(rule.pipe_without_phase_set == "unphased")',
    ),
    Mutation(
        "unknown phase is pending",
        "verdict.py",
        '        .when(pl.col("pending_pair") | pl.col("origin_open")',
        '        .when(pl.col("origin_open")',
    ),
    Mutation(
        "alleles within the distance are one event",
        "phase.py",
        ".abs() <= rule.event_distance",
        ".abs() < rule.event_distance",
        CASE + "acadm_cis_15_bases_apart",
    ),
    # Diplotype rules
    Mutation(
        "a rule may exclude a pair", "diplotypes.py", ".then(pl.lit(EXCLUDED))", ".then(pl.lit(REPORTED))"
    ),
    Mutation(
        "a rule may assign a pair to another condition",
        "diplotypes.py",
        ".otherwise(pl.lit(ELSEWHERE))",
        ".otherwise(pl.lit(REPORTED))",
    ),
    Mutation(
        "a cis haplotype needs its partner on its copy",
        "diplotypes.py",
        "pl.when(left_over.list.len() == 0)",
        "pl.when(left_over.list.len() < 9)",
        CASE + "cftr_5t_in_trans",
    ),
    Mutation(
        "`any` is an allele that qualifies",
        "diplotypes.py",
        '(main == ANY) & pl.col(f"evidence_{side}").is_not_null()',
        "main == ANY",
        CASE + "cftr_5t_on_both_copies",
    ),
    Mutation(
        "a better rule that hangs on phase is pending",
        "diplotypes.py",
        "pl.when(hangs).then(pl.lit(OPEN)).otherwise(settled)",
        "settled",
        CASE + "cftr_5t_phase_unknown",
    ),
    Mutation(
        "the rule that names more alleles goes first",
        "diplotypes.py",
        "descending=[False] * 4 + [True, True, False]",
        "descending=[False] * 4 + [False, True, False]",
        CASE + "cftr_r117h_homozygous_one_5t",
    ),
    Mutation(
        "of two copies with one allele, one has the partner",
        "haplotypes.py",
        'same, apart = (TRUE, FALSE) if side == "1" else (FALSE, TRUE)',
        "same, apart = TRUE, TRUE",
        CASE + "cftr_r117h_homozygous_one_5t",
    ),
    # Partners that rules ask for
    Mutation(
        "an unread partner blocks a negative that it could change",
        "verdict.py",
        'pl.col("listed_allele_uncovered") | pl.col("partner_uncovered")',
        'pl.col("listed_allele_uncovered")',
        CASE + "cftr_r117h_5t_unread",
    ),
    Mutation(
        "an unread partner of nobody blocks nothing",
        "partners.py",
        "counting.filter(~nobody_called)",
        "counting",
        "tests/screening/test_partners.py",
    ),
    Mutation(
        "a doubtful partner blocks a negative that it could change",
        "verdict.py",
        'pl.col("repeats").list.set_union("partner_repeats")',
        'pl.col("repeats")',
        CASE + "btd_partial_with_doubtful_d444h",
    ),
    # Odd genotypes
    Mutation(
        "two of three alleles are no heterozygote",
        "zygosity.py",
        ".then(pl.lit(EXTRA))",
        ".then(pl.lit(HETEROZYGOUS))",
        CASE + "acadm_two_copies_beside_a_third",
    ),
    Mutation(
        "a half call on a boy's X is not hemizygous",
        "zygosity.py",
        ".then(pl.lit(HALF_OF_ONE_X))",
        ".then(pl.lit(HEMIZYGOUS))",
        CASE + "otc_boy_half_call",
    ),
    Mutation(
        "a homozygote is carried by enough reads",
        "quality.py",
        "        _named(nuclear & ~carried_by_all_reads(criteria), Reason.REPEAT_ALLELE_BALANCE),\n",
        "",
        CASE + "acadm_homozygous_half_the_reads",
    ),
    # Parents
    Mutation(
        "one allele in each parent is trans",
        "phase.py",
        "        (PARENTS, by_parents()),\n",
        "",
        CASE + "agxt_parents_one_each",
    ),
    Mutation(
        "silence of a parent is not absence",
        "parents.py",
        "from_mother = ((mother > 0) & (father == 0))",
        "from_mother = ((mother > 0) & (father.fill_null(0) == 0))",
        CASE + "agxt_parents_father_silent",
    ),
    Mutation(
        "parents who contradict the phase set leave it open",
        "phase.py",
        "pl.when(contradicted()).then(pl.lit(UNKNOWN)).otherwise(by_place)",
        "by_place",
        CASE + "agxt_parents_contradict_phase_set",
    ),
    Mutation(
        "the wrong parent's allele is not reportable",
        "verdict.py",
        '~origin_matters | pl.col("dominant_homozygous") | pl.col("origin_matches")',
        '~origin_matters | pl.col("dominant_homozygous") | ~pl.col("origin_unknown")',
        CASE + "abcc8_from_mother",
    ),
    Mutation(
        "a neighbour in the phase set tells the origin",
        "parents.py",
        'pl.coalesce("origin", pl.when(plain_heterozygote()).then(by_set))',
        'pl.col("origin")',
        CASE + "abcc8_origin_by_phase_set",
    ),
    Mutation(
        "parents who do not fit are not used",
        "parents.py",
        'criteria.sample.parent_mismatch == "stop"',
        'criteria.sample.parent_mismatch == "never"',
        CASE + "agxt_mother_is_not_the_mother",
    ),
)
