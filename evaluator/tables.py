"""Every computed table, declared once with its units; checked at every door.

Positions are 1-based and intervals 0-based half-open, on the contig names of the panel's build
(`chr1` ... `chrX`, `chrY`, `chrM`). The tables that people write by hand are declared in `sheets`.
"""

from __future__ import annotations

import polars as pl

# One row per newborn of the batch, also for those that were not sequenced or were set aside.
NEWBORNS = pl.Schema(
    {
        "newborn": pl.String,
        "sex": pl.String,
        "sex_chromosomes": pl.String,  # XX XY X XXY XYY XXX, null = not given; overrides the sex on X
        "status": pl.String,  # SampleStatus, or "quarantined"
        "quarantine_reason": pl.String,  # null unless quarantined
        "callable_evidence": pl.String,  # bed | gvcf | none
        "calls": pl.Int32,  # called alternative alleles inside the regions
        "has_depth": pl.Boolean,  # does the file carry DP (or AD to sum)
        "has_genotype_quality": pl.Boolean,
        "has_allele_depth": pl.Boolean,
        # what the sample sheet says of the sample; null = not given
        "contamination": pl.Float64,  # fraction of foreign reads
        "transfused": pl.String,  # yes | no, before sampling
        "family": pl.String,
        "multiple_birth": pl.String,  # yes | no
        # what the calls say of it: called alternative alleles without a missing partner; null without calls
        "x_heterozygous": pl.Int32,  # on X outside the pseudo-autosomal regions, as are the next two
        "x_on_all_copies": pl.Int32,  # diploid or more
        "x_haploid": pl.Int32,
        "y_calls": pl.Int32,  # on Y outside the pseudo-autosomal regions
        "autosomal_heterozygous": pl.Int32,
        "genotypes_sha256": pl.String,  # of all alleles with their copies, whatever their quality
        # what was looked for beside small variants
        "structural_evidence": pl.String,  # structural_vcf | vcf (which declares them) | none: not looked for
        "structural_calls": pl.Int32,  # deletions and duplications that reach into the regions
        "structural_ignored": pl.Int32,  # breakends, inversions, insertions there: nobody judges them
    }
)

# One row per newborn x called allele of which a parent's file says something; no more of a parent is kept.
PARENTS = pl.Schema(
    {
        "newborn": pl.String,
        "contig": pl.String,
        "position": pl.Int32,  # 1-based
        "ref": pl.String,
        "alt": pl.String,
        "mother_copies": pl.Int8,  # how often the mother's genotype names this allele; null = not known
        "mother_ploidy": pl.Int8,  # alleles in the mother's genotype; null = her file is silent
        "father_copies": pl.Int8,
        "father_ploidy": pl.Int8,
    }
)

# One row per newborn x special locus of which a dedicated caller's table says something.
SPECIAL_LOCI = pl.Schema(
    {
        "newborn": pl.String,
        "locus": pl.String,  # SpecialLocus
        "copy_number": pl.Int32,  # working copies (SMN1, HBA), or X chromosomes with the inversion
        "call": pl.String,  # CallerCall, as the caller states it; null = not stated
        "genotype": pl.String,  # as the caller writes it, two alleles with "/" between
        "caller": pl.String,
        "version": pl.String,  # null = not stated
        "filter": pl.String,  # the caller's own words; null = none
        "details": pl.String,  # shown, never used: SMN2 copies and the like
    }
)

# One row per newborn x record x called alternative allele, split and trimmed to its minimal form; and one
# per base change inside a substitution of several bases (part_of), so that a listed base change is met.
CALLS = pl.Schema(
    {
        "newborn": pl.String,
        "contig": pl.String,
        "position": pl.Int32,  # 1-based
        "ref": pl.String,
        "alt": pl.String,
        "copies": pl.Int8,  # how often the genotype names this allele; 0 = against a call: reference here
        "ploidy": pl.Int8,  # alleles in the genotype, missing ones included
        "missing": pl.Int8,  # "." alleles in the genotype: half calls are not reference
        "phased": pl.Boolean,  # pipe, not slash
        "phase_set": pl.String,  # PS (or PGT/PID group) as text; null without one
        "haplotype": pl.Int8,  # 0-based place in a phased genotype; null if unphased or on several
        "depth": pl.Int32,  # reads; DP, or the sum of AD
        "alt_depth": pl.Int32,  # reads that carry this allele
        "allele_fraction": pl.Float32,  # FORMAT AF where the file has it (heteroplasmy), else null
        "genotype_quality": pl.Float32,  # phred
        "filters": pl.String,  # FILTER as written; "." when empty
        "source_position": pl.Int32,  # the record as it stands in the file, 1-based
        "source_ref": pl.String,
        "source_alts": pl.String,  # comma-separated, all of them
        "part_of": pl.String,  # contig-position-ref-alt of the allele as called; null = this is it
    }
)

# One row per newborn x deletion, duplication or copy number that reaches into the regions. A finding names it
# `contig-position-DEL-end` (or DUP), as if the type stood for ref and the last base for alt.
STRUCTURAL = pl.Schema(
    {
        "newborn": pl.String,
        "origin": pl.String,  # vcf | structural_vcf: phase sets of different files have nothing in common
        "contig": pl.String,
        "position": pl.Int32,  # 1-based, the base before the first that is lost or doubled
        "end": pl.Int32,  # 1-based, the last base that is
        "type": pl.String,  # DEL | DUP | CNV: the copy number tells which, once the sex is known
        "copies": pl.Int8,  # how often the genotype names it; 0 = the copy number speaks, or nothing
        "ploidy": pl.Int8,
        "missing": pl.Int8,
        "phased": pl.Boolean,
        "phase_set": pl.String,
        "haplotype": pl.Int8,
        "copy_number": pl.Int16,  # FORMAT/CN; null where the file has none
        "cipos_low": pl.Int32,  # bases by which position and end may be off, 0 = exact or unsaid
        "cipos_high": pl.Int32,
        "ciend_low": pl.Int32,
        "ciend_high": pl.Int32,
        "genotype_quality": pl.Float32,  # phred: GQ, else CNQ, else QUAL
        "filters": pl.String,  # FILTER as written; "." when empty
        "sample_filters": pl.String,  # FORMAT/FT; null where the file has none
        "source_position": pl.Int32,
        "source_ref": pl.String,
        "source_alts": pl.String,
    }
)

# One row per stretch inside the regions that was NOT assessed in a newborn; everything else was, when
# NEWBORNS.callable_evidence is bed or gvcf. The fraction of any gene or allele follows at any later time.
UNCALLABLE = pl.Schema(
    {
        "newborn": pl.String,
        "contig": pl.String,
        "start": pl.Int32,  # 0-based
        "end": pl.Int32,  # exclusive
        # not_in_bed | no_block | low_quality | low_depth | symbolic_allele | no_call |
        # deletion_without_record (`*` called, and no called deletion covers it) | chromosome_without_records
        # (a large file has none on the whole chromosome); or unequal_block: read, but which listed allele
        # lies under a block of another length cannot be told
        "reason": pl.String,
    }
)

# One row per distinct allele of a batch with the annotation its source record carried.
ALLELES_SEEN = pl.Schema(
    {
        "contig": pl.String,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "source_position": pl.Int32,
        "source_ref": pl.String,
        "source_alts": pl.String,
        "allele_index": pl.Int16,  # 1-based place of the allele in source_alts
        "csq": pl.String,  # raw INFO values; null where the record has none
        "ann": pl.String,
        "bcsq": pl.String,
    }
)

# One row per distinct allele x gene, after annotation.
VARIANTS = pl.Schema(
    {
        "contig": pl.String,
        "position": pl.Int32,
        "ref": pl.String,
        "alt": pl.String,
        "gene": pl.String,
        "transcript": pl.String,
        "consequence": pl.String,  # Sequence Ontology terms joined by "&"
        "exon": pl.String,  # "3/12" where the source says so
        "loftee": pl.String,  # HC | LC | null
        "clinvar_id": pl.String,
        "clinvar_significance": pl.String,
        "clinvar_pathogenic": pl.Int16,  # classifications pathogenic or likely pathogenic
        "clinvar_benign": pl.Int16,
        "clinvar_uncertain": pl.Int16,
        "clinvar_stars": pl.Int8,
        "population_frequency": pl.Float64,  # population maximum, 0 to 1; null = not in the source
        "frequency_source": pl.String,
    }
)

# One row per newborn x condition x gene x inheritance row of the panel.
FINDINGS = pl.Schema(
    {
        "newborn": pl.String,
        "condition": pl.String,
        "gene": pl.String,
        "inheritance": pl.String,
        "verdict": pl.String,  # Verdict
        "reasons": pl.String,  # ";"-separated codes; the first is decisive
        "alleles": pl.String,  # ";"-separated contig-position-ref-alt
        "zygosity": pl.String,  # homozygous hemizygous heterozygous compound_heterozygous heteroplasmic
        "phase": pl.String,  # trans | cis | unknown | not_needed
    }
)

# One row per newborn x condition: index result beside reference result.
LEDGER = pl.Schema(
    {
        "newborn": pl.String,
        "condition": pl.String,
        "group": pl.String,
        "site": pl.String,
        "ancestry": pl.String,
        "sex": pl.String,
        "index": pl.String,  # IndexResult
        "index_reason": pl.String,
        "reference": pl.String,  # Reference, under the chosen definition
        "method": pl.String,
        "followup_months": pl.Float64,
        "found_by": pl.String,
        "causal_gene": pl.String,
        "onset_class": pl.String,
        "reason_fp": pl.String,
        "cell": pl.String,  # tp, fp, ... as named in interfaces.md, or not_tested
    }
)

# What is told of one measure, in the accuracy table and in those beside it.
MEASURE = pl.Schema(
    {
        "numerator": pl.Int64,
        "denominator": pl.Int64,
        "estimate": pl.Float64,
        "lower": pl.Float64,
        "upper": pl.Float64,
        "method": pl.String,
        "not_estimable": pl.String,  # the reason; null where the estimate stands
    }
)

# One row per stratum x measure.
ACCURACY = pl.Schema(
    {
        "stratum": pl.String(),
        "measure": pl.String(),
        **MEASURE,
        "one_sided_bound": pl.Float64(),  # exact 95%: upper where the numerator is 0, lower where it is all
        "midp_lower": pl.Float64(),  # mid-P interval of a proportion, beside the one that was asked for
        "midp_upper": pl.Float64(),
    }
)

# One row per newborn x condition that needs a route.
REFERRALS = pl.Schema(
    {
        "newborn": pl.String,
        "condition": pl.String,
        "verdict": pl.String,
        "pathway": pl.String,
        "pathway_version": pl.String,
        "urgency": pl.String,  # E | U | P | R; null = nobody signed one
        "due": pl.String,  # "24 h after review", or the hour after birth once reviewed
        "lead_unit": pl.String,  # null = no unit: escalate to the coordinator
        "lead_unit_name": pl.String,
        "distance_km": pl.Float64,  # great circle, null without coordinates
        "coordinator": pl.String,
        "laboratory": pl.String,
        "alternatives": pl.String,  # ";"-separated unit ids, best first
        "status": pl.String,  # proposed | escalated | refused
        "reason": pl.String,  # one sentence
        "trace": pl.String,  # JSON: each filter, what it removed, why
    }
)


def check(table: pl.DataFrame, schema: pl.Schema, name: str) -> pl.DataFrame:
    """Return the table with exactly the declared columns, in order; raise TypeError when it differs."""
    if dict(table.schema) != dict(schema):
        missing = [column for column in schema if column not in table.columns]
        surplus = [column for column in table.columns if column not in schema]
        wrong = [
            f"{column} is {table.schema[column]}, not {dtype}"
            for column, dtype in schema.items()
            if column in table.columns and table.schema[column] != dtype
        ]
        raise TypeError(f"table {name}: missing {missing}, surplus {surplus}, types {wrong}")
    return table.select(list(schema))
