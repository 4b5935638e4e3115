"""Tables that people write by hand: which columns, which words, what makes a row unique."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import polars as pl

from evaluator.vocabulary import (
    AlleleList,
    CallerCall,
    Evidence,
    IndexResult,
    Inheritance,
    Mechanism,
    Reference,
    SampleStatus,
    Sex,
    SpecialLocus,
)

Kind = Literal["text", "slug", "pseudonym", "integer", "number", "bases", "word"]
YES_NO = ("yes", "no")
SMN_COPIES = ("None", *(str(copies) for copies in range(11)))
DTYPES: dict[str, pl.DataType] = {"integer": pl.Int32(), "number": pl.Float64()}


@dataclass(frozen=True)
class Column:
    """One column of a hand-written table: what a cell may hold."""

    name: str
    kind: Kind = "text"
    required: bool = False
    words: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    above: bool = False  # the minimum itself is not allowed

    @property
    def dtype(self) -> pl.DataType:
        """Polars type of the column."""
        return DTYPES.get(self.kind, pl.String())


@dataclass(frozen=True)
class Sheet:
    """One kind of hand-written table: its columns and the columns that together are unique."""

    name: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    private: bool = False  # cells may identify a newborn: never repeat them in a message

    @property
    def schema(self) -> pl.Schema:
        """Polars schema of the table as read, with the line number of each row last."""
        return pl.Schema({**{column.name: column.dtype for column in self.columns}, "line": pl.Int32()})


def _text(*names: str, required: bool = False) -> tuple[Column, ...]:
    return tuple(Column(name, required=required) for name in names)


def _word(name: str, words: type[StrEnum] | Sequence[str], *, required: bool = False) -> Column:
    return Column(name, "word", required=required, words=tuple(str(word) for word in words))


def _number(name: str, minimum: float | None = 0, maximum: float | None = None) -> Column:
    return Column(name, "number", minimum=minimum, maximum=maximum)


CONDITIONS = Sheet(
    "conditions",
    (
        Column("condition", "slug", required=True),
        *_text("name", "group", required=True),
        *_text("orpha", "omim", "mondo"),
        _number("birth_prevalence_per_100k", 0, 100_000),
        *_text("prevalence_source"),
        _word("onset", ("neonatal", "infancy", "childhood", "later")),
        _word("treatability", ("good", "partial", "poor", "none")),
        *_text("treatability_source", "pathway", "since", "note"),
    ),
    key=("condition",),
)
GENES = Sheet(
    "genes",
    (
        Column("condition", "slug", required=True),
        *_text("gene", required=True),
        *_text("hgnc", "transcript"),
        _word("inheritance", Inheritance, required=True),
        _word("mechanism", Mechanism),
        _word("evidence", Evidence),
        _word("parent_of_origin", ("maternal", "paternal")),
        _word("special_locus", SpecialLocus),
        Column("min_stars", "integer", minimum=0, maximum=4),
        _number("max_frequency", 0, 1),
        _word("enabled", YES_NO),
        *_text("inheritance_source", "note"),
    ),
    key=("condition", "gene", "inheritance"),
)
ALLELES = Sheet(
    "alleles",
    (
        *_text("contig", required=True),
        Column("position", "integer", required=True, minimum=1),
        Column("ref", "bases", required=True, words=("N",)),
        Column("alt", "bases", required=True, words=("<DEL>", "<DUP>")),
        Column("end", "integer", minimum=1),
        *_text("gene", required=True),
        _word("list", AlleleList, required=True),
        Column("condition", "slug"),
        _word("inheritance", Inheritance),
        Column("set", "slug"),
        *_text("reason", "source"),
    ),
    key=("contig", "position", "ref", "alt", "end", "gene", "condition", "inheritance"),
)
DIPLOTYPES = Sheet(
    "diplotypes",
    (*_text("gene", "allele_1", "allele_2", "verdict", required=True), *_text("reason", "source")),
    key=("gene", "allele_1", "allele_2"),
)
SAMPLES = Sheet(
    "samples",
    (
        Column("newborn", "pseudonym", required=True),
        _word("sex", Sex, required=True),
        *_text("vcf"),
        _word("status", SampleStatus),
        *_text("callable", "structural_vcf", "special_loci", "mother_vcf", "father_vcf", "sample_in_vcf"),
        *_text("mother_in_vcf", "father_in_vcf"),
        _word("sex_chromosomes", ("XX", "XY", "X", "XXY", "XYY", "XXX")),
        *_text("site", "region", "ancestry", "ethnicity"),
        Column("deprivation_fifth", "integer", minimum=1, maximum=5),
        *_text("rurality"),
        _number("gestation_weeks", 15, 50),
        _word("multiple_birth", YES_NO),
        *_text("family"),
        _word("sample_type", ("cord", "heel", "other")),
        _number("sampled_age_hours"),
        _number("result_age_days"),
        _word("transfused", YES_NO),
        _number("contamination", 0, 1),
        _word("used_for_tuning", YES_NO),
        _word("consent_care", YES_NO),
        _word("consent_registry", YES_NO),
        _word("consent_research", YES_NO),
    ),
    key=("newborn",),
    private=True,
)
OUTCOMES = Sheet(
    "outcomes",
    (
        Column("newborn", "pseudonym", required=True),
        Column("condition", "slug", required=True),
        _word("basis", ("molecular", "biochemical", "clinical")),
        _word("reference", Reference, required=True),
        _word("method", ("confirmatory_test", "clinical_followup", "registry_linkage", "none")),
        _number("followup_months"),
        _word("found_by", ("screening", "symptoms", "family", "conventional", "registry")),
        *_text("causal_gene"),
        _word("onset_class", ("target", "late_onset", "incidental")),
        *_text("severity"),
        _word("reason_fp", ("technical", "cis", "classification", "carrier", "nonpenetrant", "other")),
        Column("verification_probability", "number", minimum=0, maximum=1, above=True),
        *_text("reason"),
    ),
    key=("newborn", "condition", "basis"),
    private=True,
)
REVIEWS = Sheet(
    "reviews",
    (
        Column("newborn", "pseudonym", required=True),
        Column("condition", "slug", required=True),
        _word("decision", ("report", "do_not_report", "repeat"), required=True),
        *_text("role", "date", "reason"),
    ),
    key=("newborn", "condition"),
    private=True,
)
EVENTS = Sheet(
    "events",
    (
        Column("newborn", "pseudonym", required=True),
        Column("condition", "slug"),
        _word(
            "step",
            (
                "sampled",
                "called",
                "reviewed",
                "sent",
                "accepted",
                "family_told",
                "family_wellbeing_asked",
                "first_seen",
                "confirmed",
                "treated",
                "notified",
            ),
            required=True,
        ),
        Column("hours_after_birth", "number", required=True, minimum=0),
    ),
    key=("newborn", "condition", "step"),
    private=True,
)
CONVENTIONAL = Sheet(
    "conventional",
    (
        Column("newborn", "pseudonym", required=True),
        Column("condition", "slug", required=True),
        _word("index", IndexResult, required=True),
    ),
    key=("newborn", "condition"),
    private=True,
)
# What special-locus callers say, in a layout of our own; without the column `newborn`: of one newborn.
SPECIAL_LOCI = Sheet(
    "special loci",
    (
        *_text("newborn"),
        _word("locus", SpecialLocus, required=True),
        Column("copy_number", "integer", minimum=0, maximum=20),
        _word("call", CallerCall),
        *_text("genotype"),
        *_text("caller", required=True),
        *_text("version", "filter", "details"),
    ),
    key=("newborn", "locus"),
    private=True,
)
# The table of SMNCopyNumberCaller (https://github.com/Illumina/SMNCopyNumberCaller); None = no call.
SMN_CALLER = Sheet(
    "SMN caller",
    (
        *_text("Sample", required=True),
        _word("isSMA", ("True", "False", "None")),
        _word("isCarrier", ("True", "False", "None")),
        _word("SMN1_CN", SMN_COPIES, required=True),
        _word("SMN2_CN", SMN_COPIES),
        *_text("SMN2delta7-8_CN", "Total_CN_raw", "Full_length_CN_raw", "g.27134T>G_CN", "SMN1_CN_raw"),
    ),
    key=("Sample",),
    private=True,
)
COUNTS = Sheet(
    "counts",
    (
        *_text("stratum", required=True),
        *(
            Column(name, "integer", minimum=0)
            for name in ("tp", "fp", "fn", "tn", "unresolved_positive", "unverified_negative")
        ),
    ),
    key=("stratum",),
)
