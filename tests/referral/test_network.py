"""Loading and linting a referral network."""

from __future__ import annotations

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from evaluator.errors import InputError
from evaluator.referral.network import Network, network_sha256
from evaluator.referral.network_load import lint_network, load_network

DAY = date(2026, 3, 1)


@pytest.fixture
def copy(network_folder: Path, tmp_path: Path) -> Path:
    """A copy of the small network that a test may spoil."""
    return Path(shutil.copytree(network_folder, tmp_path / "network"))


def append(file: Path, *cells: str) -> None:
    """Add one row to a table."""
    file.write_text(file.read_text(encoding="utf-8") + "\t".join(cells) + "\n", encoding="utf-8")


def test_the_small_network_is_sound(network_folder: Path) -> None:
    """The network of the tests has no problem."""
    assert lint_network(network_folder) == []


def test_england_is_sound(repository: Path) -> None:
    """The network that is shipped has no problem."""
    assert lint_network(repository / "config" / "networks" / "england") == []


def test_regions_lead_upward(network: Network) -> None:
    """A region leads to the regions around it, an unknown one nowhere."""
    assert network.upward("N1") == ("N1", "N", "XX")
    assert network.upward("ZZ") == ()


def test_ownership_counts_levels(network: Network) -> None:
    """Ownership is 0 in the unit's own region, higher through its parents, None elsewhere."""
    units = {unit.id: unit for unit in network.units}
    assert network.ownership(units["heart-alpha"], "N1") == 0
    assert network.ownership(units["acute-night"], "N1") == 1
    assert network.ownership(units["heart-gamma"], "N1") == 2
    assert network.ownership(units["heart-alpha"], "N2") is None


def test_a_unit_holds_on_its_first_and_last_day(network: Network) -> None:
    """Both ends of a record belong to it; the days outside do not."""
    old = next(unit for unit in network.units if unit.id == "heart-old")
    unit = replace(old, valid_from=date(2020, 12, 1))
    days = [date(2020, 11, 30), date(2020, 12, 1), date(2020, 12, 31), date(2021, 1, 1)]
    assert [unit.valid_on(day) for day in days] == [False, True, True, False]


def test_the_closest_coordinator(network: Network) -> None:
    """A region goes to its own coordinator, then to the one of the country, then to nobody."""
    found = {region: network.coordinator(region, DAY) for region in ("N1", "S1", "ISLE")}
    assert {region: unit.id if unit else None for region, unit in found.items()} == {
        "N1": "coordinator-north",
        "S1": "coordinator-country",
        "ISLE": None,
    }


def test_incomplete_groups_are_named(network: Network) -> None:
    """A group with fewer known members than its source states is told."""
    assert network.incomplete_groups() == ["hearts: 2 of 5 members known"]


def test_every_mistake_at_once(copy: Path) -> None:
    """Dangling units and regions, a bad word, half a place, bad dates and duplicates come in one go."""
    append(copy / "units.tsv", "heart-alpha", "Again", "site", "regional")
    append(copy / "units.tsv", "heart-odd", "Odd", "clinic", "regional")
    append(copy / "units.tsv", "heart-half", "Half", "site", "regional", "", "", "95", "")
    append(copy / "units.tsv", "heart-lat", "Lat", "site", "regional", "", "", "9", "")
    dates = ("2026-05-01", "2026-04-01")
    append(copy / "units.tsv", "heart-late", "Late", "site", "regional", *[""] * 6, *dates)
    append(copy / "units.tsv", "heart-day", "Day", "site", "regional", *[""] * 6, "1 May", "")
    append(copy / "catchments.tsv", "nobody", "ICB", "N1")
    append(copy / "catchments.tsv", "eye-east", "ICB", "Q9")
    append(copy / "catchments.tsv", "eye-east", "ICB", "S")
    append(copy / "memberships.tsv", "eye-east", "eyes")
    append(copy / "births.tsv", "Q9", "5", "2026")
    append(copy / "regions.tsv", "A", "village", "A", "Q8")
    said = "\n".join(map(str, lint_network(copy)))
    for part in (
        "units.tsv:16: same unit as line 2",
        "units.tsv:17: kind 'clinic' is not one of site, virtual_network",
        "units.tsv:18: lat '95' is outside -90 to 90",
        "units.tsv:19: gives only one of lat and lon",
        "units.tsv:20: valid_from 2026-05-01 is after valid_to 2026-04-01",
        "units.tsv:21: valid_from '1 May' is not a date",
        "catchments.tsv:16: unit 'nobody' is not in units.tsv",
        "catchments.tsv:17: region 'Q9' is not in regions.tsv",
        "catchments.tsv:18: region 'S' is of type NHS, not ICB",
        "memberships.tsv:4: network 'eyes' is not among the networks",
        "births.tsv:3: region 'Q9' is not in regions.tsv",
        "regions.tsv:9: region_type 'village' is not one of network.yaml's: country, NHS, ICB",
        "regions.tsv:9: parent 'Q8' is no region of this table",
    ):
        assert part in said
    assert len(said.splitlines()) == 13
    with pytest.raises(InputError, match=r"13 problems\. Nobody was routed\."):
        load_network(copy)


def test_a_region_in_itself(copy: Path) -> None:
    """A circle of parents is found at each of its regions, and only there."""
    append(copy / "regions.tsv", "A", "ICB", "A", "B")
    append(copy / "regions.tsv", "B", "ICB", "B", "A")
    append(copy / "regions.tsv", "C", "ICB", "C", "A")
    assert [(problem.line, "lies in itself" in problem.message) for problem in lint_network(copy)] == [
        (9, True),
        (10, True),
    ]


def test_the_head_is_closed(copy: Path) -> None:
    """Unknown keys, missing keys and repeated groups of network.yaml are told with their lines."""
    head = "id: x\njurisdiction: y\nregion_type: [country, NHS, ICB]\ncolour: red\nnetworks:\n"
    groups = "- {id: hearts, members_expected: many}\n- {id: hearts}\n- {id: eyes, size: 2}\n"
    (copy / "network.yaml").write_text(head + groups, encoding="utf-8")
    said = [str(problem).partition("network.yaml")[2] for problem in lint_network(copy)]
    assert [text.partition(";")[0] for text in said] == [
        ":4: unknown key 'colour'",
        ":1: title is missing",
        ":6: members_expected of hearts is not a whole number or null",
        ":7: id 'hearts' is missing or stands twice",
        ":8: unknown key 'size'",
    ]


def test_optional_tables_may_be_absent(copy: Path) -> None:
    """A network without memberships and births is a network; one without units is not."""
    (copy / "memberships.tsv").unlink()
    (copy / "births.tsv").unlink()
    assert load_network(copy).births.is_empty()
    (copy / "units.tsv").unlink()
    assert "units.tsv" in str(lint_network(copy)[0])


def test_no_folder(tmp_path: Path) -> None:
    """A network that is not there is one problem, not a page of them."""
    assert len(lint_network(tmp_path / "absent")) == 1


def test_the_digest_follows_the_content(copy: Path, network_folder: Path) -> None:
    """Equal content gives an equal digest wherever it lies; an edit changes it."""
    assert network_sha256(copy) == network_sha256(network_folder)
    append(copy / "births.tsv", "S", "5", "2026")
    assert network_sha256(copy) != network_sha256(network_folder)
