"""A small invented panel and network, and the cases that are routed with them."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.referral.filters import Rules
from evaluator.referral.network import Network
from evaluator.referral.network_load import load_network
from evaluator.referral.pathway import read_pathways

HERE = Path(__file__).resolve().parent


@pytest.fixture(scope="session")
def panel_folder() -> Path:
    """The folder of the small panel."""
    return HERE / "small_panel"


@pytest.fixture(scope="session")
def network_folder() -> Path:
    """The folder of the small network."""
    return HERE / "small_network"


@pytest.fixture(scope="session")
def panel(panel_folder: Path) -> Panel:
    """The small panel, loaded."""
    return load_panel(panel_folder)


@pytest.fixture(scope="session")
def network(network_folder: Path) -> Network:
    """The small network, loaded."""
    return load_network(network_folder)


@pytest.fixture(scope="session")
def rules(panel: Panel, network: Network) -> Rules:
    """The rules of the small panel and network on 1 March 2026."""
    return Rules(
        panel_version=panel.version,
        pathway_of=dict(panel.conditions.select("condition", "pathway").iter_rows()),
        pathways=read_pathways(panel),
        network=network,
        as_of=date(2026, 3, 1),
    )
