"""pathways.yaml: what happens after a reportable result, one block per pathway.

Nothing is filled in: an absent key and null both mean that no source was found.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluator.errors import Problem
from evaluator.panel.identity import IsoDate, Text
from evaluator.panel.yaml_reader import Document, read_yaml, tuples
from evaluator.sheet_reader import SLUG_CHARACTERS

Days = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Weekday = Literal["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
Step = Literal["local", "regional", "national", "cross_border", "national_virtual", "ern_virtual"]


class _Block(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class ConditionIds(_Block):
    """Numbers of the pathway's conditions in the ontologies."""

    orpha: tuple[Text, ...] = Field((), alias="ORPHA")
    omim: tuple[Text, ...] = Field((), alias="OMIM")
    mondo: tuple[Text, ...] = Field((), alias="MONDO")
    local: tuple[Text, ...] = ()


class Urgency(_Block):
    """How soon a family must be reached: E 24 h, U 48 h, P 120 h, R 336 h; signed by a role and a date."""

    class_: Literal["E", "U", "P", "R"] | None = Field(None, alias="class")
    anchor: Text | None = None
    source: Text | None = None
    risk_window_days: tuple[Days, Days] | None = None  # days of life, first and last
    working_days_only: bool = False
    do_not_tell_days: tuple[Weekday, ...] = ()
    signed_by: Text | None = None

    @model_validator(mode="after")
    def _window_opens(self) -> Self:
        if self.risk_window_days and self.risk_window_days[0] > self.risk_window_days[1]:
            raise ValueError("risk_window_days must be [first, last] day of life")
        return self


class AlreadyKnownCheck(_Block):
    """Whether the routine blood spot looks for the condition too, and whom to ask."""

    routine_screen: bool = False
    lab: Text | None = None


class ConfirmatoryTest(_Block):
    """One test that confirms or refutes the result."""

    name: Text
    kind: Literal["biochem", "imaging", "enzyme", "genomic"] | None = None
    directory_code: Text | None = None
    max_hours: Days | None = None
    source: Text | None = None


class Intervention(_Block):
    """One treatment: how it is commissioned, where, and who pays."""

    name: Text
    is_atmp: bool | None = None  # advanced therapy medicinal product
    commissioning: Text | None = None
    available_in: tuple[Text, ...] = ()
    payment_channel_by_jurisdiction: dict[str, str] = Field(default_factory=dict)
    source: Text | None = None


class Psychosocial(_Block):
    """Who speaks to the family first, when, and which service supports them."""

    first_contact_role: Text | None = None
    when: Text | None = None
    service: Text | None = None


class Pathway(_Block):
    """One pathway; the keys are closed."""

    version: Text
    review_due: IsoDate | None = None
    condition_ids: ConditionIds = ConditionIds()
    genes: tuple[Text, ...] = ()
    specialty: Text | None = None
    paediatric_specialist_role: Text | None = None
    organ_systems: tuple[Text, ...] = ()
    urgency: Urgency = Urgency()
    already_known_check: AlreadyKnownCheck = AlreadyKnownCheck()
    confirmatory_tests: tuple[ConfirmatoryTest, ...] = ()
    intervention: tuple[Intervention, ...] = ()
    treatability_class: Literal["good", "partial", "poor", "none"] | None = None
    cost_band: Text | None = None
    class_source: Text | None = None
    class_reviewer: Text | None = None
    psychosocial: Psychosocial = Psychosocial()
    support_orgs: tuple[Text, ...] = ()
    clinician_info_url: Text | None = None
    route_order: tuple[Step, ...] = ()


def read_pathways(path: Path) -> tuple[dict[str, dict[str, Any]], Document, list[Problem]]:
    """Read the pathways by slug, every key present (null or empty if not given), and every problem.

    A pathway that is wrong is kept as an empty mapping, so that references to it are not reported as well.
    """
    document, problems = read_yaml(path)
    if not document.data:
        return {}, document, problems
    problems += [
        document.problem((key,), f"unknown key {key!r}; the file holds one mapping, `pathways:`")
        for key in document.data
        if key != "pathways"
    ]
    blocks = document.data.get("pathways", {})
    if not isinstance(blocks, dict):
        problems.append(document.problem(("pathways",), "pathways must be a mapping from slug to pathway"))
        return {}, document, problems
    pathways: dict[str, dict[str, Any]] = {}
    for slug, block in blocks.items():
        pathways[slug], more = _pathway(document, slug, block)
        problems += more
    return pathways, document, problems


def _pathway(document: Document, slug: str, block: object) -> tuple[dict[str, Any], list[Problem]]:
    keys = ("pathways", slug)
    problems = []
    if not set(slug) <= SLUG_CHARACTERS:
        message = f"pathway {slug!r} may hold only lowercase letters, digits, '-', '_' and '.'"
        problems.append(document.problem(keys, message))
    try:
        pathway = Pathway.model_validate(tuples(block))
    except ValidationError as error:
        return {}, problems + document.validation_problems(error, keys)
    return pathway.model_dump(mode="json", by_alias=True), problems
