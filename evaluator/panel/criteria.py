"""The criteria of a panel: every threshold and policy, as values; a preset names the base."""

from __future__ import annotations

from importlib.resources import files
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluator.errors import Problem
from evaluator.panel.yaml_reader import Document, read_yaml, read_yaml_text, tuples

Preset = Literal["generation-study", "babyscreen-plus", "nbseq", "beginngs", "listed-alleles-only"]
PRESETS: tuple[str, ...] = ("generation-study", "babyscreen-plus", "nbseq", "beginngs", "listed-alleles-only")

Fraction = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
# Terms of the Sequence Ontology as VEP, bcftools csq and SnpEff print them. `start_lost` is missing on
# purpose: it is weak evidence and has its own setting.
Consequence = Literal[
    "transcript_ablation",
    "exon_loss_variant",
    "feature_truncation",
    "frameshift_variant",
    "stop_gained",
    "stop_lost",
    "splice_donor_variant",
    "splice_acceptor_variant",
    "splice_donor_5th_base_variant",
    "splice_donor_region_variant",
    "splice_polypyrimidine_tract_variant",
    "splice_region_variant",
    "missense_variant",
    "inframe_insertion",
    "inframe_deletion",
    "protein_altering_variant",
]


class Rules(BaseModel):
    """Base of every group of criteria: closed keys, exact types, never changed after reading."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Quality(Rules):
    """When a call is good enough to decide; null switches a threshold off."""

    min_depth: Count | None
    min_genotype_quality: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None
    het_allele_fraction: tuple[Fraction, Fraction] | None  # window of alternative reads in a heterozygote
    filters: tuple[str, ...] | None  # FILTER words that pass
    hom_allele_fraction: Fraction | None = None  # least alternative reads in a homozygote or hemizygote

    @model_validator(mode="after")
    def _window_opens(self) -> Self:
        if self.het_allele_fraction and self.het_allele_fraction[0] >= self.het_allele_fraction[1]:
            raise ValueError("het_allele_fraction must be [low, high] with low below high")
        if self.filters == ():
            raise ValueError("filters is empty, so no call would ever pass; name some or write null")
        return self


class FrequencyCeilings(Rules):
    """Population frequency (0 to 1) above which an allele is too common; null switches one off."""

    monoallelic: Fraction | None
    biallelic: Fraction | None
    x_linked: Fraction | None


class KnownPathogenic(Rules):
    """ClinVar classifications that make an allele qualify."""

    enabled: bool
    min_pathogenic: Annotated[int, Field(ge=1)]
    max_benign: Count | None
    min_stars: Annotated[int, Field(ge=0, le=4)] | None
    max_frequency: FrequencyCeilings


class PredictedLof(Rules):
    """Predicted loss of function, in gene rows of that mechanism."""

    enabled: bool
    max_frequency: FrequencyCeilings
    consequences: tuple[Consequence, ...]
    start_lost: bool
    last_exon: bool  # true: also past the rule of nonsense-mediated decay
    loftee: Literal["high_confidence"] | None = None  # null: LOFTEE is shown, not asked


class Frequency(Rules):
    """Which population frequency is compared, and what an allele absent from the source gets."""

    statistic: Literal["population_max", "filtering_frequency", "global", "internal"]
    missing: Fraction
    min_newborns: Annotated[int, Field(ge=1)] | None = None  # asked for by `internal`: fewer say nothing

    @model_validator(mode="after")
    def _internal_has_a_minimum(self) -> Self:
        if self.statistic == "internal" and self.min_newborns is None:
            raise ValueError("statistic internal needs min_newborns: how many newborns make a frequency")
        return self


class Sample(Rules):
    """What becomes of a doubtful sample; contamination is a fraction."""

    max_contamination: Fraction | None
    contaminated: Literal["flag", "stop"]  # above the maximum; a maximum of null asks nothing
    transfused: Literal["flag", "stop", "ignore"]
    sex_mismatch: Literal["flag", "stop", "ignore"]
    # Nobody published how many Mendelian errors a panel's genes may show: these are ours, tried on one public
    # trio (panel/README.md). Below the least number of places nothing is said of parentage.
    parent_mismatch: Literal["stop", "flag", "off"] = "stop"  # stop: the parents' genotypes are not used
    max_parent_errors: Fraction = 0.03
    min_parent_places: Annotated[int, Field(ge=1)] = 100
    min_parent_x_places: Annotated[int, Field(ge=1)] = 5
    duplicates: Literal["flag", "stop", "ignore"]


class SpecialLoci(Rules):
    """Rules for the output of special-locus callers that differ between conditions."""

    # Condition -> working alpha globin genes at or below which it is reportable; unnamed = not assessed.
    hba_reportable_copies: dict[str, Annotated[int, Field(ge=0, le=3)]]


class Structural(Rules):
    """Deletions: the fraction of at least one coding exon that must be gone.

    `without_calls` says what becomes of a negative where nobody looked for deletions.
    """

    enabled: bool
    min_exon_overlap: Annotated[float, Field(gt=0, le=1, allow_inf_nan=False)]
    without_calls: Literal["flag", "not assessed"]


class Callability(Rules):
    """How much of a gene must have been read before its silence counts as a negative."""

    min_depth: Count | None
    min_fraction: Fraction | None
    min_genotype_quality: Annotated[float, Field(ge=0, allow_inf_nan=False)] | None = None  # of a gVCF block
    unknown: Literal["not assessed", "assessed"]


class Phase(Rules):
    """How phase is read; alleles within `event_distance` bases on one haplotype are one event."""

    pipe_without_phase_set: Literal["unphased", "phased"]
    event_distance: Count | None


class Mitochondrial(Rules):
    """Fraction of mitochondrial reads that must carry the allele."""

    min_heteroplasmy: Fraction | None


class Mosaic(Rules):
    """Lowest fraction of alternative reads that is still called a possible mosaic."""

    min_allele_fraction: Fraction | None


class XLinked(Rules):
    """Whether one copy of an X-linked recessive allele in a girl is reported."""

    report_heterozygous_females: bool


class Ledger(Rules):
    """How verdicts that are neither positive nor negative enter the accuracy ledger."""

    pending_phase: Literal["positive", "negative", "inconclusive", "failed"]
    not_assessed: Literal["positive", "negative", "inconclusive", "failed"]


class Criteria(Rules):
    """Every criterion of a panel, the preset's values already filled in."""

    preset: Preset | None = None
    quality: Quality
    known_pathogenic: KnownPathogenic
    predicted_lof: PredictedLof
    frequency: Frequency
    sample: Sample
    special_loci: SpecialLoci
    structural: Structural
    callability: Callability
    phase: Phase
    mitochondrial: Mitochondrial
    mosaic: Mosaic
    x_linked: XLinked
    ledger: Ledger


def read_criteria(path: Path) -> tuple[Criteria | None, list[Problem]]:
    """Read criteria.yaml over its preset; None with the problems when it cannot be resolved."""
    document, problems = read_yaml(path)
    if document.data:
        criteria, more = resolve(document)
        return criteria, problems + more
    return None, problems


def resolve(document: Document) -> tuple[Criteria | None, list[Problem]]:
    """Lay the document's values over the preset it names, at every depth, and check them."""
    name = document.data.get("preset")
    # Over a preset that does not exist any base will do: the model refuses the name, and the rest is checked.
    base = {} if name is None else preset_values(name if name in PRESETS else PRESETS[0])
    try:
        return Criteria.model_validate(tuples(_overlay(base, document.data))), []
    except ValidationError as error:
        return None, document.validation_problems(error)


def preset(name: str) -> Criteria:
    """Return the criteria of a preset as they are; raises ValueError for an unknown name."""
    if name not in PRESETS:
        raise ValueError(f"preset {name!r} is not one of {', '.join(PRESETS)}")
    return Criteria.model_validate(tuples({**preset_values(name), "preset": name}))


def preset_values(name: str) -> dict[str, Any]:
    """Read the values of a preset that comes with the software."""
    file = files("evaluator.panel").joinpath("presets", f"{name}.yaml")
    document, problems = read_yaml_text(str(file), file.read_text(encoding="utf-8"))
    if problems:
        raise ValueError("\n".join(map(str, problems)))
    return document.data


def _overlay(base: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """Replace values of the base; mappings are laid over each other, lists are replaced whole."""
    result = dict(base)
    for key, value in changes.items():
        below = result.get(key)
        result[key] = _overlay(below, value) if isinstance(below, dict) and isinstance(value, dict) else value
    return result
