"""Read a network folder and find every problem in it before any newborn is routed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from evaluator.errors import Problem, raise_if_any
from evaluator.panel.yaml_reader import Document, read_yaml
from evaluator.referral.distance import Point
from evaluator.referral.network import SHEETS, Network, Region, Unit, network_sha256
from evaluator.sheet_reader import read_sheet

Row = dict[str, object]
HEAD_KEYS = ("id", "title", "kind", "jurisdiction", "region_type", "as_of", "networks", "sources", "notes")
HEAD_REQUIRED = ("id", "title", "jurisdiction", "region_type")
GROUP_KEYS = ("id", "title", "kind", "members_expected", "condition_group", "source", "note")


@dataclass(frozen=True)
class _Folder:
    """A network as read, before anything in it is believed."""

    path: Path
    head: Row
    groups: dict[str, int | None]  # id -> members expected
    sheets: dict[str, pl.DataFrame]

    def rows(self, name: str) -> Iterator[tuple[str, int, Row]]:
        """File, line and cells of every row of one sheet."""
        for row in self.sheets[name].iter_rows(named=True):
            yield str(self.path / f"{name}.tsv"), int(row["line"]), row

    def codes(self, name: str, column: str) -> set[object]:
        """The distinct filled cells of one column."""
        return set(self.sheets[name][column].drop_nulls())


def load_network(folder: Path) -> Network:
    """Load a network; raise InputError with every problem of every file."""
    read, problems = _read(folder)
    problems += _cross_problems(read)
    raise_if_any(problems, "Nobody was routed.")
    return _network(read)


def lint_network(folder: Path) -> list[Problem]:
    """Find every problem of every file of a network; empty when it is sound."""
    read, problems = _read(folder)
    return problems + _cross_problems(read)


def _read(folder: Path) -> tuple[_Folder, list[Problem]]:
    if not folder.is_dir():
        problem = Problem(str(folder), 0, "is not a folder; a network is a folder with network.yaml in it")
        return _Folder(folder, {}, {}, {sheet.name: _empty(sheet.schema) for _, sheet, _ in SHEETS}), [
            problem
        ]
    document, problems = _read_head(folder / "network.yaml")
    sheets = {}
    for name, sheet, required in SHEETS:
        if not required and not (folder / name).exists():
            sheets[sheet.name] = _empty(sheet.schema)
            continue
        sheets[sheet.name], found = read_sheet(folder / name, sheet)
        problems += found
    groups, found = _groups(document)
    return _Folder(folder, document.data, groups, sheets), problems + found


def _empty(schema: pl.Schema) -> pl.DataFrame:
    return pl.DataFrame(schema=schema)


def _read_head(path: Path) -> tuple[Document, list[Problem]]:
    if not path.is_file():
        return Document(str(path)), [
            Problem(str(path), 0, f"does not exist; it must say {', '.join(HEAD_REQUIRED)}")
        ]
    document, problems = read_yaml(path)
    problems += [
        document.problem((key,), f"unknown key {key!r}; the keys are {', '.join(HEAD_KEYS)}")
        for key in document.data
        if key not in HEAD_KEYS
    ]
    if document.data:
        problems += [
            document.problem((), f"{key} is missing; add it")
            for key in HEAD_REQUIRED
            if not document.data.get(key)
        ]
    return document, problems


def _groups(document: Document) -> tuple[dict[str, int | None], list[Problem]]:
    listed = document.data.get("networks") or []
    if not isinstance(listed, list) or not all(isinstance(entry, dict) for entry in listed):
        return {}, [document.problem(("networks",), "networks must be a list of mappings, each with an id")]
    groups: dict[str, int | None] = {}
    problems = []
    for place, entry in enumerate(listed):
        here = ("networks", place)
        problems += [
            document.problem((*here, key), f"unknown key {key!r}; the keys are {', '.join(GROUP_KEYS)}")
            for key in entry
            if key not in GROUP_KEYS
        ]
        name, expected = entry.get("id"), entry.get("members_expected")
        if not isinstance(name, str) or name in groups:
            problems.append(document.problem(here, f"id {name!r} is missing or stands twice"))
            continue
        if expected is not None and (type(expected) is not int or expected < 0):
            problems.append(
                document.problem(here, f"members_expected of {name} is not a whole number or null")
            )
            expected = None
        groups[name] = expected
    return groups, problems


def _cross_problems(read: _Folder) -> list[Problem]:
    return [
        *_region_problems(read),
        *_unit_problems(read),
        *_reference_problems(read),
        *_membership_problems(read),
    ]


def _region_problems(read: _Folder) -> Iterator[Problem]:
    parents = {row["region"]: row["parent"] for _, _, row in read.rows("regions")}
    listed = read.head.get("region_type")
    kinds = listed if isinstance(listed, list) else [listed]
    for file, line, row in read.rows("regions"):
        yield from _half_place(file, line, row)
        if read.head and row["region_type"] is not None and row["region_type"] not in kinds:
            accepted = ", ".join(map(str, kinds))
            yield Problem(
                file, line, f"region_type {row['region_type']!r} is not one of network.yaml's: {accepted}"
            )
        parent = row["parent"]
        if parent is not None and parent not in parents:
            yield Problem(file, line, f"parent {parent!r} is no region of this table; add it or correct it")
        elif _comes_back(row["region"], parents):
            yield Problem(file, line, f"region {row['region']!r} lies in itself through its parents")


def _comes_back(region: object, parents: dict[object, object]) -> bool:
    seen: set[object] = set()
    code = parents.get(region)
    while code is not None and code not in seen:
        if code == region:
            return True
        seen.add(code)
        code = parents.get(code)
    return False


def _unit_problems(read: _Folder) -> Iterator[Problem]:
    for file, line, row in read.rows("units"):
        yield from _half_place(file, line, row)
        yield from _date_problems(file, line, row, ("valid_from", "valid_to", "verified_on"))


def _reference_problems(read: _Folder) -> Iterator[Problem]:
    units = read.codes("units", "unit")
    kinds = {row["region"]: row["region_type"] for _, _, row in read.rows("regions")}
    for file, line, row in read.rows("catchments"):
        if row["unit"] is not None and row["unit"] not in units:
            yield Problem(file, line, f"unit {row['unit']!r} is not in units.tsv")
        region, kind = row["region"], row["region_type"]
        if region is not None and region not in kinds:
            yield Problem(file, line, f"region {region!r} is not in regions.tsv")
        elif region is not None and kind is not None and kinds[region] not in (None, kind):
            yield Problem(file, line, f"region {region!r} is of type {kinds[region]}, not {kind}")
    for file, line, row in read.rows("births"):
        if row["region"] is not None and row["region"] not in kinds:
            yield Problem(file, line, f"region {row['region']!r} is not in regions.tsv")


def _membership_problems(read: _Folder) -> Iterator[Problem]:
    units = read.codes("units", "unit")
    for file, line, row in read.rows("memberships"):
        if row["unit"] is not None and row["unit"] not in units:
            yield Problem(file, line, f"unit {row['unit']!r} is not in units.tsv")
        if read.head and row["network"] is not None and row["network"] not in read.groups:
            yield Problem(file, line, f"network {row['network']!r} is not among the networks of network.yaml")
        yield from _date_problems(file, line, row, ("valid_from", "valid_to"))


def _half_place(file: str, line: int, row: Row) -> Iterator[Problem]:
    if (row["lat"] is None) != (row["lon"] is None):
        yield Problem(file, line, "gives only one of lat and lon; give both or neither")


def _date_problems(file: str, line: int, row: Row, columns: tuple[str, ...]) -> Iterator[Problem]:
    for column in columns:
        text = row[column]
        if text is not None and _day(text) is None:
            yield Problem(file, line, f"{column} {text!r} is not a date; write it as 2026-03-01")
    begin, end = _day(row["valid_from"]), _day(row["valid_to"])
    if begin and end and begin > end:
        yield Problem(file, line, f"valid_from {begin} is after valid_to {end}")


def _day(text: object) -> date | None:
    try:
        return date.fromisoformat(str(text))
    except ValueError:
        return None


def _network(read: _Folder) -> Network:
    catchments: dict[str, set[str]] = {}
    for unit, region in read.sheets["catchments"].select("unit", "region").iter_rows():
        catchments.setdefault(unit, set()).add(region)
    units = [
        _unit(row, frozenset(catchments.get(row["unit"], ())))
        for row in read.sheets["units"].sort("unit").iter_rows(named=True)
    ]
    regions = [
        Region(row["region"], row["region_type"], row["name"], row["parent"], _place(row))
        for row in read.sheets["regions"].sort("region").iter_rows(named=True)
    ]
    return Network(
        path=read.path,
        id=str(read.head["id"]),
        title=str(read.head["title"]),
        jurisdiction=str(read.head["jurisdiction"]),
        units=tuple(units),
        regions={region.code: region for region in regions},
        memberships=read.sheets["memberships"].drop("line"),
        births=read.sheets["births"].drop("line"),
        members_expected={name: count for name, count in read.groups.items() if count is not None},
        sha256=network_sha256(read.path),
    )


def _unit(row: dict[str, str | None], catchment: frozenset[str]) -> Unit:
    slugs = (slug.strip() for slug in (row["specialties"] or "").split(";"))
    return Unit(
        id=str(row["unit"]),
        name=str(row["name"]),
        kind=str(row["kind"]),
        tier=str(row["tier"]),
        specialties=frozenset(slug for slug in slugs if slug),
        hours=row["hours"],
        place=_place(row),
        coordinator=row["coordinator"] == "yes",
        laboratory=row["laboratory"] == "yes",
        valid_from=_day(row["valid_from"]),
        valid_to=_day(row["valid_to"]),
        catchment=catchment,
    )


def _place(row: dict[str, str | None]) -> Point | None:
    lat, lon = row["lat"], row["lon"]
    return None if lat is None or lon is None else (float(lat), float(lon))
