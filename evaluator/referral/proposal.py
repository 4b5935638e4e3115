"""From findings to a folder of proposed routes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from evaluator.files import whole_folder, write_text
from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, sha256_of_file, write_parquet
from evaluator.referral.audit import as_text, audit_lines
from evaluator.referral.cases import names_its_panel, read_cases
from evaluator.referral.exports import write_csv, write_json
from evaluator.referral.filters import Rules
from evaluator.referral.network import Network
from evaluator.referral.network_load import load_network
from evaluator.referral.pathway import read_pathways
from evaluator.referral.routing import referrals_table, route_cases


@dataclass(frozen=True)
class Proposal:
    """The routes of one run, what they were made from, and what a reader must know."""

    referrals: pl.DataFrame  # tables.REFERRALS
    provenance: Provenance
    notes: tuple[str, ...]


def propose_routes(
    findings: Path,
    samples: Path,
    panel_folder: Path,
    network_folder: Path,
    *,
    reviews: Path | None,
    as_of: date,
) -> Proposal:
    """Route every reportable and pending result; raise InputError when an input is wrong.

    `as_of` is the day on which validity and review dates are compared. It stands in no output unless it
    changes a route, so that equal inputs give equal bytes.
    """
    panel, network = load_panel(panel_folder), load_network(network_folder)
    cases = read_cases(findings, samples, panel, reviews)
    rules = Rules(
        panel_version=panel.version,
        pathway_of=dict(panel.conditions.select("condition", "pathway").iter_rows()),
        pathways=read_pathways(panel),
        network=network,
        as_of=as_of,
    )
    inputs = {"findings": findings, "samples": samples} | ({} if reviews is None else {"reviews": reviews})
    digests = {role: sha256_of_file(path) for role, path in inputs.items()}
    provenance = Provenance(
        command="route",
        panel=panel.id,
        panel_version=panel.version,
        panel_sha256=panel.sha256,
        inputs={**digests, "network": network.sha256},
        parameters={"network": network.id},
    )
    referrals = referrals_table(route_cases(cases, rules))
    return Proposal(referrals, provenance, tuple(_notes(findings, panel, network)))


def write_proposal(proposal: Proposal, out: Path) -> None:
    """Write routes.csv, routes.json, referrals.parquet and audit.jsonl, all or none of them.

    Raises InputError when the folder already holds something: an audit log is never overwritten.
    """
    referrals, provenance = proposal.referrals, proposal.provenance
    with whole_folder(out) as folder:
        write_csv(referrals, folder / "routes.csv")
        write_json(referrals, folder / "routes.json", provenance)
        write_parquet(referrals, folder / "referrals.parquet", provenance)
        write_text(folder / "audit.jsonl", as_text(audit_lines(referrals, provenance)))


def _notes(findings: Path, panel: Panel, network: Network) -> list[str]:
    notes = [f"network {network.id}, {line}" for line in network.incomplete_groups()]
    if not names_its_panel(findings):
        notes.append(
            f"{findings} does not say which panel made it: not compared with {panel.id} {panel.version}"
        )
    if panel.jurisdiction is not None and panel.jurisdiction != network.jurisdiction:
        notes.append(f"the panel is for {panel.jurisdiction}, the network for {network.jurisdiction}")
    return notes
