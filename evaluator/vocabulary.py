"""The closed vocabularies of the programme; an unknown word is an error, never a default."""

from __future__ import annotations

from enum import StrEnum


class Inheritance(StrEnum):
    """How a condition is inherited through one gene."""

    AD = "AD"
    AR = "AR"
    XLD = "XLD"
    XLR = "XLR"
    MT = "MT"


class Verdict(StrEnum):
    """What the pipeline says of one newborn and one gene row, strongest first."""

    REPORTABLE = "reportable"
    PENDING_PHASE = "pending phase"
    NOT_ASSESSED = "not assessed"  # no call is never a negative result
    NOT_REPORTABLE = "not reportable"


# A condition takes the first of these among its gene rows (interfaces.md, "The command line").
VERDICT_ORDER = (
    Verdict.REPORTABLE,
    Verdict.PENDING_PHASE,
    Verdict.NOT_ASSESSED,
    Verdict.NOT_REPORTABLE,
)


class Sex(StrEnum):
    """Sex as registered in the sample sheet."""

    MALE = "male"
    FEMALE = "female"
    UNKNOWN = "unknown"


class SampleStatus(StrEnum):
    """What became of the newborn's sample."""

    SEQUENCED = "sequenced"
    FAILED = "failed"
    DECLINED = "declined"
    NOT_SAMPLED = "not_sampled"
    WITHDRAWN = "withdrawn"


class Mechanism(StrEnum):
    """How variants in the gene cause the condition."""

    LOSS_OF_FUNCTION = "lof"
    GAIN_OF_FUNCTION = "gof"
    DOMINANT_NEGATIVE = "dominant_negative"
    ANY = "any"
    UNKNOWN = "unknown"


class Evidence(StrEnum):
    """Which kind of evidence a gene row accepts."""

    ALL = "all"
    LISTED = "listed"
    LOF = "lof"
    MISSENSE = "missense"


class AlleleList(StrEnum):
    """Which of the panel's lists an allele stands on."""

    ALLOW = "allow"
    DENY = "deny"
    DENY_ALONE = "deny_alone"


class SpecialLocus(StrEnum):
    """Loci that raw short-read calls cannot decide; they need a dedicated caller."""

    SMN1 = "SMN1"
    CYP21A2 = "CYP21A2"
    CYP11B1 = "CYP11B1"
    GBA1 = "GBA1"
    HBA = "HBA"
    F8_INVERSION = "F8_inversion"
    IDS_INVERSION = "IDS_inversion"


class CallerCall(StrEnum):
    """What a special-locus caller concludes of the two copies."""

    POSITIVE = "positive"  # no copy works
    PHASE_UNKNOWN = "phase_unknown"  # two pathogenic alleles, on one copy or on both
    CARRIER = "carrier"  # one copy works
    NEGATIVE = "negative"
    NO_CALL = "no_call"


class GenomeBuild(StrEnum):
    """Human reference assembly."""

    GRCH38 = "GRCh38"
    GRCH37 = "GRCh37"


class Reference(StrEnum):
    """What the reference standard says of one newborn and condition."""

    AFFECTED = "affected"
    UNAFFECTED = "unaffected"
    UNCERTAIN = "uncertain"
    PENDING = "pending"
    LOST = "lost"
    DIED_UNRESOLVED = "died_unresolved"
    NOT_VERIFIED = "not_verified"


class IndexResult(StrEnum):
    """What the index test says of one newborn and condition."""

    POSITIVE = "positive"
    NEGATIVE = "negative"
    INCONCLUSIVE = "inconclusive"
    FAILED = "failed"
    NOT_TESTED = "not_tested"


class Definition(StrEnum):
    """Which reference standard defines an affected newborn; the two are never pooled."""

    MOLECULAR = "molecular"
    CLINICAL = "clinical"
