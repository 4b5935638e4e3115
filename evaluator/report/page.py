"""The committee's page as data; `html` and `text` draw it."""

from __future__ import annotations

from evaluator.report.accuracy_section import condition_section, group_section, overall_section
from evaluator.report.analyses_section import analyses_section
from evaluator.report.annex_section import annex_section
from evaluator.report.comparison_section import comparison_section
from evaluator.report.definitions import definitions_section
from evaluator.report.disclosure import SAFEGUARD
from evaluator.report.expected_section import expected_section
from evaluator.report.first_page import blocks
from evaluator.report.flow import flow
from evaluator.report.model import Page, Section
from evaluator.report.origins import origins_section
from evaluator.report.outlook_section import design_section, outlook_section
from evaluator.report.publication import published, published_flow
from evaluator.report.quality import quality_section
from evaluator.report.question import question_section
from evaluator.report.referral_section import referral_section
from evaluator.report.results import Results
from evaluator.report.stard import stard_section
from evaluator.report.strata_section import equity_section, pooling_section, sites_section

BESIDE = ("missed", "reason_fp", "additional_findings")
WARNING = (
    "Small numbers are shown as they are. This page is for the programme and its committee; it is not for"
    " publication."
)


def committee_page(read: Results) -> Page:
    """Compose the page: the first page in plain English, then the sections in the order a committee asks.

    Under Disclosure.COMMITTEE every number on it is protected.
    """
    results = published(read)
    record = results.records["findings.parquet"]
    panel = f"{record.get('panel') or 'unknown panel'}, version {record.get('panel_version') or 'unknown'}"
    if results.panel is not None:
        panel += f" ({results.panel.status})"
    steps = flow(results)
    if results.show.rule:
        steps = published_flow(steps)
    first = blocks(results)
    body = [
        question_section(results),
        definitions_section(results),
        Section("flow", "From all newborns to the answer", flow=steps),
        condition_section(results),
        annex_section(results, "missed-cases", "Who was missed, and what else was found", BESIDE),
        overall_section(results),
        group_section(results),
        pooling_section(results),
        comparison_section(results),
        expected_section(results),
        sites_section(results),
        equity_section(results),
        outlook_section(results),
        design_section(results),
        referral_section(results),
        analyses_section(results),
        quality_section(results),
    ]
    sections = [section for section in body if section is not None]
    titles = {block.id: block.title for block in first} | {part.id: part.title for part in sections}
    sections += [stard_section(titles), origins_section(results)]
    warning = SAFEGUARD if results.show.rule else WARNING
    return Page("Newborn genomic screening", f"Panel {panel}", warning, first, tuple(sections))
