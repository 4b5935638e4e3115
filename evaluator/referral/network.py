"""A referral network: units, the regions they own, and who coordinates where no unit is known."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from evaluator.provenance import sha256_of_file
from evaluator.referral.distance import Point
from evaluator.sheets import YES_NO, Column, Sheet

TIERS = ("local", "regional", "national", "cross_border")
UNIT_KINDS = ("site", "virtual_network")
HOURS = ("24x7", "weekdays")

_LAT = Column("lat", "number", minimum=-90, maximum=90)
_LON = Column("lon", "number", minimum=-180, maximum=180)
_DATES = (Column("valid_from"), Column("valid_to"))
_SOURCE = Column("source")
_NOTE = Column("note")

UNITS = Sheet(
    "units",
    (
        Column("unit", "slug", required=True),
        Column("name", required=True),
        Column("kind", "word", required=True, words=UNIT_KINDS),
        Column("hospital"),
        Column("tier", "word", required=True, words=TIERS),
        _LAT,
        _LON,
        Column("specialties"),  # ";"-separated pathway slugs
        Column("hours", "word", words=HOURS),
        Column("capacity_per_period", "integer", minimum=0),
        Column("min_volume", "integer", minimum=0),
        Column("annual_new", "number", minimum=0),
        Column("coordinator", "word", words=YES_NO),
        Column("laboratory", "word", words=YES_NO),
        *_DATES,
        _SOURCE,
        Column("verified_on"),
        _NOTE,
    ),
    key=("unit",),
)
CATCHMENTS = Sheet(
    "catchments",
    (
        Column("unit", "slug", required=True),
        Column("region_type", required=True),
        Column("region", required=True),
        _SOURCE,
        _NOTE,
    ),
    key=("unit", "region"),
)
REGIONS = Sheet(
    "regions",
    (
        Column("region", required=True),
        Column("region_type", required=True),
        Column("name", required=True),
        Column("parent"),
        _LAT,  # the centre of the region, where a source gives one
        _LON,
        _SOURCE,
        _NOTE,
    ),
    key=("region",),
)
MEMBERSHIPS = Sheet(
    "memberships",
    (
        Column("unit", "slug", required=True),
        Column("network", "slug", required=True),
        Column("role"),
        *_DATES,
        _SOURCE,
        _NOTE,
    ),
    key=("unit", "network"),
)
BIRTHS = Sheet(
    "births",
    (
        Column("region", required=True),
        Column("live_births", "integer", required=True, minimum=0),
        Column("year", "integer", minimum=1900, maximum=2200),
        _SOURCE,
        _NOTE,
    ),
    key=("region", "year"),
)
# The file of each sheet, and whether a network can do without it.
SHEETS: tuple[tuple[str, Sheet, bool], ...] = (
    ("units.tsv", UNITS, True),
    ("regions.tsv", REGIONS, True),
    ("catchments.tsv", CATCHMENTS, True),
    ("memberships.tsv", MEMBERSHIPS, False),
    ("births.tsv", BIRTHS, False),
)


@dataclass(frozen=True)
class Unit:
    """One unit that may receive a newborn, coordinate a region, or confirm a result."""

    id: str
    name: str
    kind: str
    tier: str
    specialties: frozenset[str]
    hours: str | None  # None: nobody has said
    place: Point | None
    coordinator: bool
    laboratory: bool
    valid_from: date | None
    valid_to: date | None
    catchment: frozenset[str]

    def valid_on(self, day: date) -> bool:
        """Whether the unit's record holds on this day; an empty end is open."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_to is None or day <= self.valid_to)


@dataclass(frozen=True)
class Region:
    """One region, the region it lies in, and its centre where a source gives one."""

    code: str
    kind: str
    name: str
    parent: str | None
    centre: Point | None


@dataclass(frozen=True)
class Network:
    """A linted network: every code that is named exists, and no region lies in itself."""

    path: Path
    id: str
    title: str
    jurisdiction: str
    units: tuple[Unit, ...]  # by id
    regions: Mapping[str, Region]
    memberships: pl.DataFrame
    births: pl.DataFrame
    members_expected: Mapping[str, int]  # group -> how many members its source states
    sha256: str

    def upward(self, region: str) -> tuple[str, ...]:
        """The region and all it lies in, innermost first; empty when the code is unknown."""
        chain: list[str] = []
        code: str | None = region
        while code is not None and code in self.regions:
            chain.append(code)
            code = self.regions[code].parent
        return tuple(chain)

    def ownership(self, unit: Unit, region: str) -> int | None:
        """How far up from the region the unit's catchment begins: 0 its own, None not at all."""
        for level, code in enumerate(self.upward(region)):
            if code in unit.catchment:
                return level
        return None

    def centre(self, region: str) -> tuple[Region, Point] | None:
        """The innermost region with a known centre, from this one upward."""
        for code in self.upward(region):
            found = self.regions[code]
            if found.centre is not None:
                return found, found.centre
        return None

    def coordinator(self, region: str, day: date) -> Unit | None:
        """The coordinator whose catchment holds the region most closely."""
        return self._closest([unit for unit in self.units if unit.coordinator], region, day)

    def laboratory(self, region: str, day: date) -> Unit | None:
        """The confirmatory laboratory whose catchment holds the region most closely."""
        return self._closest([unit for unit in self.units if unit.laboratory], region, day)

    def national_coordinator(self, day: date) -> Unit | None:
        """The coordinator of a region that lies in no other, or None."""
        roots = {region.code for region in self.regions.values() if region.parent is None}
        able = [unit for unit in self.units if unit.coordinator and unit.valid_on(day)]
        return next((unit for unit in able if unit.catchment & roots), None)

    def incomplete_groups(self) -> list[str]:
        """Groups with fewer known members than their source states, as "GROUP: k of n members known"."""
        known = dict(self.memberships.group_by("network").len().iter_rows())
        return [
            f"{group}: {known.get(group, 0)} of {expected} members known"
            for group, expected in sorted(self.members_expected.items())
            if known.get(group, 0) < expected
        ]

    def _closest(self, units: list[Unit], region: str, day: date) -> Unit | None:
        owners = [
            (level, unit.id, unit)
            for unit in units
            if unit.valid_on(day) and (level := self.ownership(unit, region)) is not None
        ]
        return min(owners)[2] if owners else None


def network_sha256(folder: Path) -> str:
    """Digest of the network's files by name and content."""
    names = ["network.yaml", *(name for name, _, _ in SHEETS)]
    present = [folder / name for name in names if (folder / name).is_file()]
    digest = hashlib.sha256()
    for path in sorted(present):
        digest.update(f"{path.name}\t{sha256_of_file(path)}\n".encode())
    return digest.hexdigest()
