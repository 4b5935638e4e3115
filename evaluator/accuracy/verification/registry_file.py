"""registry.yaml: how complete the registry is, and by which age a condition is diagnosed."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from evaluator.errors import Problem
from evaluator.panel.yaml_reader import Document, read_yaml, tuples
from evaluator.statistics.capture_recapture import TwoSources
from evaluator.statistics.onset import OnsetCurve, kaplan_meier
from evaluator.statistics.ratios import Z
from evaluator.statistics.uncertain_share import UncertainShare

Text = Annotated[str, Field(min_length=1)]
Months = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Share = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Cases = Annotated[int, Field(ge=0)]
Conditions = Annotated[tuple[Text, ...], Field(min_length=1)]
PARTS = ("completeness", "onset")


class Entry(BaseModel):
    """Base of every part of the file: closed keys, exact types."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Completeness(Entry):
    """Two sources of cases; conditions named together were counted together."""

    conditions: Conditions
    sources: tuple[Text, Text]
    # Must be said: cases that screening found stand in both sources and would make them look complete.
    counted: Literal["found_clinically"]
    first: Cases
    second: Cases
    both: Cases

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.both > min(self.first, self.second):
            raise ValueError("both cannot be more than the cases of the first or of the second source")
        return self

    @property
    def counts(self) -> TwoSources:
        """The three numbers."""
        return TwoSources(self.first, self.second, self.both)


class Age(Entry):
    """The share of affected, unscreened children diagnosed by an age, with its 95% interval if it has one."""

    months: Months
    diagnosed: Share
    lower: Share | None = None
    upper: Share | None = None

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if (self.lower is None) != (self.upper is None):
            raise ValueError("lower and upper go together; give both or none")
        if not self._low <= self.diagnosed <= self._high:
            raise ValueError("diagnosed must lie between lower and upper")
        UncertainShare(self.diagnosed, self.error)  # raises ValueError where the interval is too wide
        return self

    @property
    def _low(self) -> float:
        return self.diagnosed if self.lower is None else self.lower

    @property
    def _high(self) -> float:
        return self.diagnosed if self.upper is None else self.upper

    @property
    def error(self) -> float:
        """The standard error, from the width of the interval; zero without one."""
        return (self._high - self._low) / (2 * Z)


class Child(Entry):
    """One affected, unscreened child: its age at diagnosis, or when it was last seen undiagnosed."""

    months: Months
    diagnosed: bool


class Onset(Entry):
    """By which age a condition is diagnosed without screening: a published curve, or children."""

    conditions: Conditions
    source: Text
    ages: tuple[Age, ...] = ()
    cases: tuple[Child, ...] = ()

    @model_validator(mode="after")
    def _one_curve(self) -> Self:
        if bool(self.ages) == bool(self.cases):
            raise ValueError("give either ages (a curve) or cases (children), not both and not neither")
        if self.cases and not any(child.diagnosed for child in self.cases):
            raise ValueError("no child of cases was diagnosed, so there is no curve")
        for earlier, later in pairwise(self.ages):
            if later.months <= earlier.months or later.diagnosed < earlier.diagnosed:
                raise ValueError("ages must rise by months, and diagnosed must never fall")
        return self

    @property
    def curve(self) -> OnsetCurve:
        """The curve as given, or by Kaplan-Meier from the children."""
        if self.cases:
            ages, diagnosed = [one.months for one in self.cases], [one.diagnosed for one in self.cases]
            return kaplan_meier(ages, diagnosed, self.source)
        months, shares, errors = zip(
            *((one.months, one.diagnosed, one.error) for one in self.ages), strict=True
        )
        return OnsetCurve(months, shares, errors, self.source)


class _File(Entry):
    linked_months: Annotated[float, Field(gt=0, allow_inf_nan=False)] | None = None
    completeness: tuple[Completeness, ...] = ()
    onset: tuple[Onset, ...] = ()


@dataclass(frozen=True)
class Registry:
    """What registry.yaml says of each condition.

    `linked_months`: every screened newborn was linked to both sources and had reached this age by then.
    """

    completeness: Mapping[str, Completeness]
    onset: Mapping[str, Onset]
    linked_months: float | None = None

    @property
    def conditions(self) -> list[str]:
        """Every condition named, in order."""
        return sorted(self.completeness.keys() | self.onset.keys())


def read_registry(path: Path, conditions: Collection[str]) -> tuple[Registry | None, list[Problem]]:
    """Read registry.yaml against the panel's conditions; None with every problem when it is not sound."""
    if not path.is_file():
        return None, [Problem(str(path), 0, "does not exist; README.md shows what it holds")]
    document, problems = read_yaml(path)
    if not document.data:
        return None, problems
    problems = [*problems, *_condition_problems(document, conditions)]
    try:
        file = _File.model_validate(tuples(document.data))
    except ValidationError as error:
        return None, [*problems, *document.validation_problems(error)]
    if not problems and not (file.completeness or file.onset):
        problems = [document.problem((), "names no condition; give completeness, onset, or both")]
    if problems:
        return None, problems
    complete = {name: entry for entry in file.completeness for name in entry.conditions}
    onset = {name: entry for entry in file.onset for name in entry.conditions}
    return Registry(complete, onset, file.linked_months), []


def _condition_problems(document: Document, known: Collection[str]) -> list[Problem]:
    """Find conditions that the panel has not, or that stand twice, whatever else is wrong with the file."""
    problems = []
    for part in PARTS:
        seen: set[str] = set()
        entries = document.data.get(part)
        for place, entry in enumerate(entries if isinstance(entries, list) else ()):
            names = entry.get("conditions") if isinstance(entry, dict) else None
            for number, name in enumerate(names if isinstance(names, list) else ()):
                keys = (part, place, "conditions", number)
                if not isinstance(name, str):
                    continue
                if name not in known:
                    problems.append(document.problem(keys, f"{name!r} is not a condition of the panel"))
                elif name in seen:
                    problems.append(document.problem(keys, f"{name!r} stands twice under {part}; keep one"))
                seen.add(name)
    return problems
