"""The committee's page as data; `html` and `text` draw it."""

from __future__ import annotations

from evaluator.report.accuracy_section import condition_section, group_section, overall_section
from evaluator.report.definitions import definitions_section
from evaluator.report.first_page import blocks
from evaluator.report.flow import flow
from evaluator.report.model import Page, Section
from evaluator.report.origins import origins_section
from evaluator.report.referral_section import referral_section
from evaluator.report.results import Results

WARNING = (
    "Small numbers are shown as they are. This page is for the programme and its committee; it is not for"
    " publication."
)


def committee_page(results: Results) -> Page:
    """Compose the page: the first page in plain English, then flow, accuracy, referrals, words, origins."""
    record = results.records["findings.parquet"]
    panel = f"{record.get('panel') or 'unknown panel'}, version {record.get('panel_version') or 'unknown'}"
    if results.panel is not None:
        panel += f" ({results.panel.status})"
    sections = (
        Section("flow", "From all newborns to the answer", flow=flow(results)),
        overall_section(results),
        condition_section(results),
        group_section(results),
        referral_section(results),
        definitions_section(results),
        origins_section(results),
    )
    return Page(
        "Newborn genomic screening",
        f"Panel {panel}",
        WARNING,
        blocks(results),
        tuple(section for section in sections if section is not None),
    )
