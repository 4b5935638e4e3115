"""The closed vocabulary of reasons: why a gene row got its verdict, one sentence each."""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    """Reason codes in the order in which they are told; the first of a finding is decisive."""

    # not assessed, whatever was called
    SEQUENCING_FAILED = "sequencing_failed"
    QUARANTINED = "quarantined"
    CONTAMINATED_SAMPLE = "contaminated_sample"
    TRANSFUSED_BEFORE_SAMPLING = "transfused_before_sampling"
    SEX_MISMATCH = "sex_mismatch"
    DUPLICATE_SAMPLE = "duplicate_sample"
    SPECIAL_LOCUS_NEEDS_CALLER = "special_locus_needs_caller"
    SPECIAL_LOCUS_NO_CALL = "special_locus_no_call"
    SPECIAL_LOCUS_FILTERED = "special_locus_filtered"
    SPECIAL_LOCUS_RULE_NOT_SET = "special_locus_rule_not_set"
    SPECIAL_LOCUS_AGAINST_SEX = "special_locus_against_sex"
    # pending
    PHASE_CONTRADICTED = "phase_contradicted"
    PHASE_UNKNOWN = "phase_unknown"
    PARENT_OF_ORIGIN_UNKNOWN = "parent_of_origin_unknown"
    # not assessed because of a call
    SEX_UNKNOWN = "sex_unknown"
    SUSPICIOUS_MALE_HETEROZYGOTE = "suspicious_male_heterozygote"
    REPEAT_CONTRADICTING_RECORDS = "repeat_contradicting_records"
    REPEAT_FILTER = "repeat_filter"
    REPEAT_LOW_DEPTH = "repeat_low_depth"
    REPEAT_LOW_GENOTYPE_QUALITY = "repeat_low_genotype_quality"
    REPEAT_ALLELE_BALANCE = "repeat_allele_balance"
    REPEAT_BREAKPOINTS = "repeat_breakpoints"
    REPEAT_CONTRADICTS_DELETION = "repeat_contradicts_deletion"
    POSSIBLE_MOSAIC = "possible_mosaic"
    HALF_CALL = "half_call"
    UNEXPECTED_PLOIDY = "unexpected_ploidy"
    # not assessed because of what was not seen
    LOW_CALLABILITY = "low_callability"
    LISTED_ALLELE_UNCOVERED = "listed_allele_uncovered"
    CALLABILITY_UNKNOWN = "callability_unknown"
    # evidence
    LISTED_ALLELE = "listed_allele"
    KNOWN_PATHOGENIC = "known_pathogenic"
    PREDICTED_LOF = "predicted_lof"
    STRUCTURAL_DELETION = "structural_deletion"
    DIPLOTYPE_REPORTABLE = "diplotype_reportable"
    SPECIAL_LOCUS_POSITIVE = "special_locus_positive"
    SPECIAL_LOCUS_CARRIER = "special_locus_carrier"
    # genotype
    HOMOZYGOUS = "homozygous"
    HEMIZYGOUS = "hemizygous"
    HEMIZYGOUS_OVER_DELETION = "hemizygous_over_deletion"
    TWO_ALLELES_IN_TRANS = "two_alleles_in_trans"
    ONE_COPY_DOMINANT = "one_copy_dominant"
    ONE_COPY_OF_X = "one_copy_of_x"
    PARENT_OF_ORIGIN_MATCHES = "parent_of_origin_matches"
    HETEROPLASMY = "heteroplasmy"
    # not reportable
    DIPLOTYPE_NOT_REPORTABLE = "diplotype_not_reportable"
    DIPLOTYPE_OTHER_CONDITION = "diplotype_other_condition"
    IN_CIS = "in_cis"
    OTHER_PARENT_OF_ORIGIN = "other_parent_of_origin"
    CARRIER_FEMALE = "carrier_female"
    ONE_ALLELE_ONLY = "one_allele_only"
    BELOW_HETEROPLASMY = "below_heteroplasmy"
    DENIED_ALLELE = "denied_allele"
    DENY_ALONE = "deny_alone"
    BENIGN_CLASSIFICATION = "benign_classification"
    TOO_COMMON = "too_common"
    BELOW_MIN_STARS = "below_min_stars"
    OTHER_INHERITANCE = "other_inheritance"
    NOT_LOF_MECHANISM = "not_lof_mechanism"
    ESCAPES_DECAY = "escapes_decay"
    OTHER_TRANSCRIPT = "other_transcript"
    LOW_CONFIDENCE_LOF = "low_confidence_lof"
    DELETION_SPARES_EXONS = "deletion_spares_exons"
    WHOLE_GENE_DUPLICATION = "whole_gene_duplication"
    UNLISTED_DUPLICATION = "unlisted_duplication"
    EVIDENCE_NOT_ACCEPTED = "evidence_not_accepted"
    NO_QUALIFYING_ALLELE = "no_qualifying_allele"
    # what the parents add
    DE_NOVO = "de_novo"
    PARENT_MISMATCH = "parent_mismatch"
    SPECIAL_LOCUS_NEGATIVE = "special_locus_negative"
    COPIES_COUNTED_ONLY = "copies_counted_only"
    # what the store could not say
    NO_ANNOTATION = "no_annotation"
    NO_CLINVAR = "no_clinvar"
    NO_CONSEQUENCE = "no_consequence"
    NO_STRUCTURAL_CALLS = "no_structural_calls"


SENTENCES: dict[Reason, str] = {
    Reason.SEQUENCING_FAILED: "The sample was not sequenced successfully.",
    Reason.QUARANTINED: "The sample's file was set aside when the batch was read.",
    Reason.CONTAMINATED_SAMPLE: "The sample holds more foreign reads than the panel allows.",
    Reason.TRANSFUSED_BEFORE_SAMPLING: "The newborn was transfused before the sample was taken.",
    Reason.SEX_MISMATCH: "The calls on X or Y contradict the sex in the sheet.",
    Reason.DUPLICATE_SAMPLE: "Another newborn, no declared twin, has the same genotypes.",
    Reason.SPECIAL_LOCUS_NEEDS_CALLER: "The locus needs a dedicated caller, and its output was not given.",
    Reason.PHASE_CONTRADICTED: "The phase set and the parents' genotypes contradict each other.",
    Reason.SPECIAL_LOCUS_NO_CALL: "The dedicated caller of the locus gave no call.",
    Reason.SPECIAL_LOCUS_FILTERED: "The dedicated caller's own filter is not accepted: repeat.",
    Reason.SPECIAL_LOCUS_RULE_NOT_SET: "The panel sets no rule for what the locus's caller found.",
    Reason.SPECIAL_LOCUS_AGAINST_SEX: "The caller counted more X chromosomes than the newborn has.",
    Reason.PHASE_UNKNOWN: "Two qualifying alleles; cis or trans is not known.",
    Reason.PARENT_OF_ORIGIN_UNKNOWN: "The condition depends on the parent of origin, which is not known.",
    Reason.SEX_UNKNOWN: "The newborn's sex decides what the genotype on X means, and it is not known.",
    Reason.SUSPICIOUS_MALE_HETEROZYGOTE: "Heterozygous on a male's X: mosaic, artefact, wrong sex, mixture.",
    Reason.REPEAT_CONTRADICTING_RECORDS: "Records of a qualifying allele contradict each other: repeat.",
    Reason.REPEAT_FILTER: "A qualifying allele's FILTER is not accepted: repeat.",
    Reason.REPEAT_LOW_DEPTH: "A qualifying allele's depth is too low or missing: repeat.",
    Reason.REPEAT_LOW_GENOTYPE_QUALITY: "A qualifying allele's genotype quality is low or missing: repeat.",
    Reason.REPEAT_ALLELE_BALANCE: "A qualifying allele's read fraction does not fit its genotype: repeat.",
    Reason.REPEAT_BREAKPOINTS: "A deletion may or may not remove enough of an exon: repeat.",
    Reason.REPEAT_CONTRADICTS_DELETION: "A heterozygous call inside a deletion: one of both is wrong.",
    Reason.POSSIBLE_MOSAIC: "The read fraction is below a heterozygote's but above the mosaic floor.",
    Reason.HALF_CALL: "One allele of the genotype was not called, so nobody knows how many copies there are.",
    Reason.UNEXPECTED_PLOIDY: "Two of three or more called alleles: neither homozygous nor heterozygous.",
    Reason.LOW_CALLABILITY: "Too little of the coding sequence was assessed for a negative result.",
    Reason.LISTED_ALLELE_UNCOVERED: "The place of a listed allele was not assessed.",
    Reason.CALLABILITY_UNKNOWN: "Nothing says which sequence was assessed.",
    Reason.LISTED_ALLELE: "The allele stands on the panel's allow list.",
    Reason.KNOWN_PATHOGENIC: "ClinVar's classifications meet the panel's thresholds.",
    Reason.PREDICTED_LOF: "The allele is predicted to abolish the gene product.",
    Reason.STRUCTURAL_DELETION: "A deletion removes enough of a coding exon.",
    Reason.DIPLOTYPE_REPORTABLE: "A diplotype rule of the panel reports this pair.",
    Reason.SPECIAL_LOCUS_POSITIVE: "The dedicated caller found too few working copies of the locus.",
    Reason.SPECIAL_LOCUS_CARRIER: "The dedicated caller found an affected copy, and a working one.",
    Reason.HOMOZYGOUS: "Both copies carry the allele.",
    Reason.HEMIZYGOUS: "The only copy carries the allele.",
    Reason.HEMIZYGOUS_OVER_DELETION: "Called homozygous over a deletion: the other copy lacks the place.",
    Reason.TWO_ALLELES_IN_TRANS: "Two qualifying alleles lie on different copies.",
    Reason.ONE_COPY_DOMINANT: "One copy is enough for this condition.",
    Reason.ONE_COPY_OF_X: "One copy on X is reported here in a boy and in a girl; the sex is not known.",
    Reason.PARENT_OF_ORIGIN_MATCHES: "The parent whose allele causes the condition transmitted it.",
    Reason.HETEROPLASMY: "The heteroplasmy fraction reaches the panel's threshold.",
    Reason.DIPLOTYPE_NOT_REPORTABLE: "A diplotype rule of the panel excludes this pair.",
    Reason.DIPLOTYPE_OTHER_CONDITION: "A diplotype rule of the panel assigns this pair to another condition.",
    Reason.IN_CIS: "The qualifying alleles lie on one copy; the other copy carries none.",
    Reason.OTHER_PARENT_OF_ORIGIN: "The other parent transmitted the allele, which causes no disease then.",
    Reason.CARRIER_FEMALE: "One of a girl's two X chromosomes carries the allele.",
    Reason.ONE_ALLELE_ONLY: "A recessive condition needs two alleles; one was found.",
    Reason.BELOW_HETEROPLASMY: "The heteroplasmy fraction is below the panel's threshold.",
    Reason.DENIED_ALLELE: "The allele stands on the panel's deny list.",
    Reason.DENY_ALONE: "The allele counts only where a diplotype rule names it.",
    Reason.BENIGN_CLASSIFICATION: "More benign classifications in ClinVar than the panel allows.",
    Reason.TOO_COMMON: "The population frequency reaches the panel's ceiling.",
    Reason.BELOW_MIN_STARS: "Fewer ClinVar review stars than the panel asks for.",
    Reason.OTHER_INHERITANCE: "The allele is not accepted for this mode of inheritance of the gene.",
    Reason.NOT_LOF_MECHANISM: "Loss of function is not this condition's declared mechanism.",
    Reason.ESCAPES_DECAY: "The transcript is expected to escape nonsense-mediated decay.",
    Reason.OTHER_TRANSCRIPT: "The consequence was predicted on another transcript than the panel's.",
    Reason.LOW_CONFIDENCE_LOF: "LOFTEE gives the predicted loss of function no high confidence.",
    Reason.DELETION_SPARES_EXONS: "A deletion removes too little of every coding exon.",
    Reason.WHOLE_GENE_DUPLICATION: "A duplication of the whole gene is no loss of function.",
    Reason.UNLISTED_DUPLICATION: "A duplication inside a gene counts only if the panel lists it.",
    Reason.EVIDENCE_NOT_ACCEPTED: "The gene row does not accept this kind of evidence.",
    Reason.NO_QUALIFYING_ALLELE: "No allele met the panel's evidence rules.",
    Reason.DE_NOVO: "Neither parent carries the allele.",
    Reason.PARENT_MISMATCH: "The parents' genotypes do not fit the newborn's.",
    Reason.SPECIAL_LOCUS_NEGATIVE: "The dedicated caller found no affected copy of the locus.",
    Reason.COPIES_COUNTED_ONLY: "Only copies were counted: small changes and silent carriers are not seen.",
    Reason.NO_ANNOTATION: "The store was never annotated: only listed alleles were evaluated.",
    Reason.NO_CLINVAR: "The store has no ClinVar annotation: known pathogenic alleles were not evaluated.",
    Reason.NO_STRUCTURAL_CALLS: "Nobody looked for deletions in this newborn.",
    Reason.NO_CONSEQUENCE: "The store has no consequences: predicted loss of function was not evaluated.",
}

# An allele that fails for one of these would otherwise have qualified: repeat, never negative.
REPEAT = (
    Reason.REPEAT_CONTRADICTING_RECORDS,
    Reason.REPEAT_FILTER,
    Reason.REPEAT_LOW_DEPTH,
    Reason.REPEAT_LOW_GENOTYPE_QUALITY,
    Reason.REPEAT_ALLELE_BALANCE,
    Reason.REPEAT_BREAKPOINTS,
    Reason.REPEAT_CONTRADICTS_DELETION,
)
ORDER = {str(reason): place for place, reason in enumerate(Reason)}
