"""panel.yaml: who the panel is, in which version and state, and what it rests on."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field


def _iso_date(text: str) -> str:
    date.fromisoformat(text)  # raises ValueError, which pydantic tells
    return text


Text = Annotated[str, Field(min_length=1)]
IsoDate = Annotated[str, AfterValidator(_iso_date)]


class Source(BaseModel):
    """One source of the panel's content."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    name: Text
    version: Text | None = None
    licence: Text | None = None
    retrieved: IsoDate | None = None
    url: Text | None = None


class Identity(BaseModel):
    """The keys of panel.yaml; `version` is quoted there: without quotes 2026.10 is the number 2026.1."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)

    id: Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]*$")]
    title: Text
    version: Text
    status: Literal["draft", "consultation", "adopted"]
    genome_build: Literal["GRCh38", "GRCh37"]
    jurisdiction: Text | None = None
    sources: tuple[Source, ...] = ()
