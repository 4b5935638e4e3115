"""The section on referrals: by unit and urgency, never one newborn."""

from __future__ import annotations

import polars as pl

from evaluator.referral.urgency import HOURS, Urgency
from evaluator.report.model import Column, Section, Table
from evaluator.report.results import Results

UNSIGNED = "no class signed"
NO_UNIT = "No unit known: the coordinator"


def referral_section(results: Results) -> Section:
    """Count referrals by the unit that leads and by urgency."""
    title = "Where positives would be sent"
    referrals = results.referrals
    if referrals is None:
        return Section("referrals", title, ("No referral network was given, so nobody was routed.",))
    network = f" Network: {results.network}." if results.network else ""
    introduction = (
        "Each reportable or pending result has one proposed route; a person accepts, redirects or declines"
        f" it.{network} Routes of single newborns stand in routes.csv, not here."
    )
    paragraphs = (introduction,)
    if referrals.is_empty():
        return Section("referrals", title, (*paragraphs, "There was no result to refer."))
    classes = [*Urgency, UNSIGNED]
    table = referrals.with_columns(
        pl.col("urgency").fill_null(UNSIGNED),
        pl.coalesce("lead_unit_name", "lead_unit", pl.lit(NO_UNIT)).alias("unit"),
    )
    counted = {
        (unit, status, urgency): number
        for unit, status, urgency, number in table.group_by("unit", "status", "urgency").len().iter_rows()
    }
    pairs = sorted(
        {(unit, status) for unit, status, _ in counted}, key=lambda pair: (pair[0] == NO_UNIT, pair)
    )
    numbers = [[counted.get((*pair, urgency), 0) for urgency in classes] for pair in pairs]
    shown = results.show.table(numbers)
    rows = [(*pair, *cells) for pair, cells in zip(pairs, shown, strict=False)]
    columns = (
        Column("Lead unit"),
        Column("Route"),
        *(Column(f"{urgency}: within {HOURS[urgency]} h", numeric=True) for urgency in Urgency),
        Column("No class signed", numeric=True),
        Column("All", numeric=True),
    )
    note = "Urgency counts from the review. A class stands only where a clinician signed it in the pathways."
    return Section(
        "referrals",
        title,
        paragraphs,
        tables=(Table("units", "Referrals by unit and urgency", columns, tuple(rows), note=note),),
    )
