"""Rules broken on purpose: which words of the engine are changed, which rule that breaks, who must notice."""

from __future__ import annotations

from mutation import CASE, Mutation
from mutations_of_deletions import OF_DELETIONS
from mutations_of_pairs import PAIRS
from mutations_of_records import RECORDS
from mutations_of_samples import SAMPLE_QUALITY, SPECIAL_LOCI

# These run on every call of the tests; the others under the marker `slow`.
HANDFUL = (
    Mutation(
        "a denied allele never qualifies",
        "evidence.py",
        'pl.col("deny") | pl.col("deny_alone")',
        'pl.col("deny_alone")',
    ),
    Mutation(
        "same haplotype is cis",
        "phase.py",
        'same = pl.col(column) == pl.col(f"{column}_2")',
        'same = pl.col(column) != pl.col(f"{column}_2")',
    ),
    Mutation(
        "incomplete callability blocks a negative",
        "verdict.py",
        '        "extra_alleles",\n        "low_callability",',
        '        "extra_alleles",',
    ),
)
MUTATIONS = (
    *SPECIAL_LOCI,
    *SAMPLE_QUALITY,
    *RECORDS,
    # Assessed?
    Mutation(
        "an unread listed allele blocks a negative",
        "verdict.py",
        '        "low_callability",\n        "listed_allele_uncovered",\n        "callability_unknown",',
        '        "low_callability",\n        "callability_unknown",',
    ),
    Mutation(
        "unknown callability blocks a negative",
        "verdict.py",
        '        "callability_unknown",\n        pl.col("no_structural_calls")',
        '        pl.col("no_structural_calls")',
    ),
    Mutation(
        "the least fraction itself is enough",
        "callability.py",
        'pl.col("fraction") < floor',
        'pl.col("fraction") <= floor',
        "tests/screening/test_callability.py",
    ),
    Mutation(
        "incomplete callability never blocks a positive",
        "verdict.py",
        '        .when(pl.col("is_positive"))',
        '        .when(pl.col("is_positive") & ~pl.col("low_callability"))',
    ),
    # Which alleles qualify
    Mutation(
        "a deny_alone allele does not qualify by itself",
        "evidence.py",
        'pl.col("deny") | pl.col("deny_alone")',
        'pl.col("deny")',
    ),
    Mutation(
        "the allow list overrides stars and frequency",
        "evidence.py",
        '        .when(pl.col("allow"))',
        '        .when(pl.col("allow") & pl.col("rare_enough_known"))',
    ),
    Mutation(
        "an entry's condition narrows it",
        "listed_alleles.py",
        'applies = _scope("condition") & _scope("inheritance")',
        'applies = _scope("inheritance")',
        CASE + "kcnj11_listed_for_one_denied_for_other",
    ),
    Mutation(
        "an entry's inheritance narrows it",
        "listed_alleles.py",
        'applies = _scope("condition") & _scope("inheritance")',
        'applies = _scope("condition")',
        CASE + "abcc8_listed_for_recessive_row_only",
    ),
    Mutation(
        "pathogenic classifications reach the minimum",
        "evidence.py",
        'pl.col("clinvar_pathogenic") >= known',
        'pl.col("clinvar_pathogenic") > known',
    ),
    Mutation(
        "as many benign classifications as allowed",
        "evidence.py",
        ".fill_null(0) <= most_benign",
        ".fill_null(0) < most_benign",
    ),
    Mutation(
        "stars at the minimum are enough",
        "evidence.py",
        '.fill_null(0) >= pl.col("stars_floor")',
        '.fill_null(0) > pl.col("stars_floor")',
        "rows with their own values",
    ),
    Mutation(
        "a frequency that reaches the ceiling is too common",
        "evidence.py",
        "(frequency < pl.col(ceiling))",
        "(frequency <= pl.col(ceiling))",
    ),
    Mutation(
        "recessive rows have the biallelic ceiling",
        "gene_rows.py",
        'Inheritance.AR: "biallelic"',
        'Inheritance.AR: "monoallelic"',
    ),
    Mutation(
        "a row's own ceiling overrides the criteria",
        "gene_rows.py",
        'pl.coalesce("max_frequency", declared)',
        "declared",
        "rows with their own values",
    ),
    Mutation(
        "a row's own stars override the criteria",
        "gene_rows.py",
        'pl.coalesce("min_stars", pl.lit(criteria',
        "pl.coalesce(pl.lit(None, pl.Int32), pl.lit(criteria",
        "rows with their own values",
    ),
    Mutation(
        "loss of function only where it is the mechanism",
        "evidence.py",
        '        "lof_consequence", "lof_mechanism", "rare_enough_lof",',
        '        "lof_consequence", "rare_enough_lof",',
        "rows with their own values",
    ),
    Mutation(
        "loss of function on the panel's transcript",
        "evidence.py",
        '"rare_enough_lof", "on_panel_transcript", "loftee',
        '"rare_enough_lof", "loftee',
    ),
    Mutation(
        "LOFTEE's low confidence is no high confidence",
        "lof.py",
        'pl.col("loftee") == "HC"',
        'pl.col("loftee") != ""',
        CASE + "acadm_stop_low_confidence",
    ),
    Mutation(
        "LOFTEE is asked only where the panel says so",
        "lof.py",
        "if rule.loftee is None:",
        "if rule is None:",
        CASE + "acadm_stop_low_confidence_not_asked",
    ),
    Mutation("fifty bases before the last junction", "lof.py", "DECAY_MARGIN = 50", "DECAY_MARGIN = 49"),
    Mutation(
        "genes with one coding exon are exempt",
        "lof.py",
        'pl.col("exons").list.len() > 1',
        'pl.col("exons").list.len() > 0',
        CASE + "rag1_stop_single_exon",
    ),
    Mutation(
        "the last exon of a gene on the minus strand",
        "lof.py",
        'pl.when(pl.col("strand") == "-").then(-pl.col("start"))',
        'pl.when(pl.col("strand") == "+").then(-pl.col("start"))',
    ),
    Mutation(
        "start lost only by its own setting",
        "lof.py",
        "if rule.start_lost else",
        "if not rule.start_lost else",
    ),
    Mutation(
        "a panel may accept stops in the last exon",
        "lof.py",
        "    if rule.last_exon:",
        "    if not rule.last_exon:",
        "lenient",
    ),
    Mutation(
        "a dominant row beside another inheritance: listed alleles only",
        "gene_rows.py",
        "== Evidence.LISTED) | (dominant & unsaid)",
        "== Evidence.LISTED)",
        "rows with their own values",
    ),
    Mutation(
        "a row of listed alleles accepts no other",
        "gene_rows.py",
        '(pl.col("evidence") == Evidence.LISTED) | (dominant & unsaid)',
        "(dominant & unsaid)",
    ),
    Mutation(
        "a missense row accepts missense only",
        "evidence.py",
        "& ((kind != Evidence.MISSENSE) | has_consequence(MISSENSE))",
        "",
        "every inheritance",
    ),
    Mutation(
        "a loss-of-function row accepts that only",
        "evidence.py",
        '& ((kind != Evidence.LOF) | pl.col("lof_consequence"))',
        "",
        "every inheritance",
    ),
    # Call quality
    Mutation(
        "a FILTER that is not accepted: repeat",
        "quality.py",
        "        _named(~filter_accepted(criteria), Reason.REPEAT_FILTER),\n",
        "",
    ),
    Mutation(
        "depth and quality at the threshold are enough",
        "quality.py",
        "(value >= threshold)",
        "(value > threshold)",
    ),
    Mutation(
        "a missing value never passes",
        "quality.py",
        "(value >= threshold).fill_null(value=False)",
        "(value >= threshold).fill_null(value=True)",
    ),
    Mutation(
        "genotype quality is asked for",
        "quality.py",
        "        _named(nuclear & ~confident_genotype(criteria), Reason.REPEAT_LOW_GENOTYPE_QUALITY),\n",
        "",
    ),
    Mutation(
        "the limits of the allele balance belong to it",
        "quality.py",
        "is_between(window[0], window[1])",
        'is_between(window[0], window[1], closed="none")',
    ),
    Mutation(
        "a failed allele never makes a row negative",
        "verdict.py",
        '        pl.col("repeats").list.len() > 0,\n',
        "",
    ),
    Mutation(
        "a possible mosaic says so",
        "quality.py",
        "(fraction >= floor)",
        "(fraction < floor)",
        CASE + "rb1_mosaic_15_percent",
    ),
    # Genotype against inheritance
    Mutation(
        "genes in the pseudo-autosomal regions are autosomal",
        "zygosity.py",
        '(pl.col("contig") == "chrX") & ~pseudo_autosomal(build)',
        '(pl.col("contig") == "chrX")',
        CASE + "csf2ra_boy_carrier",
    ),
    Mutation(
        "a male heterozygote on X is suspicious",
        "zygosity.py",
        ".otherwise(pl.lit(SUSPICIOUS))",
        ".otherwise(pl.lit(HEMIZYGOUS))",
    ),
    Mutation("X0 follows male rules", "zygosity.py", '_ONE_X = ("XY", "X", "XYY")', '_ONE_X = ("XY", "XYY")'),
    Mutation(
        "sex chromosomes override the sex",
        "zygosity.py",
        "pl.coalesce(by_karyotype, by_sex)",
        "pl.coalesce(by_sex, by_karyotype)",
    ),
    Mutation(
        "unknown sex is not assessed where it decides",
        "zygosity.py",
        ".otherwise(pl.lit(UNDECIDED))",
        ".otherwise(pl.lit(HETEROZYGOUS))",
    ),
    Mutation(
        "a homozygote on X needs no sex",
        "zygosity.py",
        '    unknown_x = (\n        pl.when(all_copies & (pl.col("ploidy") > 1))',
        '    unknown_x = (\n        pl.when(all_copies & (pl.col("ploidy") > 2))',
    ),
    Mutation(
        "half calls are not reference", "zygosity.py", ".then(pl.lit(HALF))", ".then(pl.lit(HETEROZYGOUS))"
    ),
    Mutation(
        "a girl with one allele of a recessive row is a carrier",
        "verdict.py",
        "pl.lit(criteria.x_linked.report_heterozygous_females)",
        "pl.lit(value=True)",
    ),
    Mutation(
        "a panel may report carrier girls",
        "verdict.py",
        "pl.lit(criteria.x_linked.report_heterozygous_females)",
        "pl.lit(value=False)",
        "lenient",
    ),
    Mutation(
        "origin unknown is pending",
        "verdict.py",
        '~origin_matters | pl.col("dominant_homozygous") | pl.col("origin_matches")',
        "pl.lit(value=True)",
        "every inheritance",
    ),
    Mutation(
        "heteroplasmy against its threshold",
        "inheritance.py",
        "(heteroplasmy() >= (least",
        "(heteroplasmy() < (least",
        "every inheritance",
    ),
    *PAIRS,
    *OF_DELETIONS,
)
