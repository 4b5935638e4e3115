"""Where each item of STARD 2015 (BMJ 2015;351:h5527) stands on the page."""

from __future__ import annotations

from evaluator.report.model import Column, Section, Table

MISSING = "not in the data"
# Item, what it asks in a word or two, section of the page; no section where no file holds it.
ITEMS = (
    ("1", "Title", ""),
    ("2", "Abstract", "screened"),
    ("3", "Background", "question"),
    ("4", "Objectives", "question"),
    ("5", "Study design", ""),
    ("6", "Eligibility", ""),
    ("7", "How participants were identified", ""),
    ("8", "Where and when", ""),
    ("9", "Consecutive or random series", ""),
    ("10a", "Index test", "definitions"),
    ("10b", "Reference standard", "definitions"),
    ("11", "Why this reference standard", ""),
    ("12a", "Positivity of the index test", "definitions"),
    ("12b", "Positivity of the reference standard", "definitions"),
    ("13a", "Blinding of the index test", ""),
    ("13b", "Blinding of the reference standard", ""),
    ("14", "Methods of estimation", "accuracy"),
    ("15", "Indeterminate results", "sensitivity-analyses"),
    ("16", "Missing data", "sensitivity-analyses"),
    ("17", "Variability", "sites"),
    ("18", "Sample size", "design"),
    ("19", "Flow of participants", "flow"),
    ("20", "Baseline characteristics", "equity"),
    ("21a", "Severity in the affected", ""),
    ("21b", "Alternative diagnoses in the unaffected", ""),
    ("22", "Interval between the tests", ""),
    ("23", "Cross tabulation", "by-condition"),
    ("24", "Estimates with precision", "accuracy"),
    ("25", "Adverse events", ""),
    ("26", "Limitations", "unknown"),
    ("27", "Implications for practice", ""),
    ("28", "Registration", ""),
    ("29", "Protocol", ""),
    ("30", "Funding", ""),
)


def stard_section(titles: dict[str, str]) -> Section:
    """List the items with the title of their section; `titles` maps the ids that are on the page."""
    rows = tuple(
        (item, asked, titles.get(place, MISSING), place if place in titles else "")
        for item, asked, place in ITEMS
    )
    columns = (Column("Item"), Column("Asks for"), Column("Where on this page"))
    table = Table(
        "stard-items",
        "Items of STARD 2015",
        columns,
        tuple(row[:3] for row in rows),
        links=tuple(row[3] for row in rows),
    )
    paragraph = "For whoever writes the study up: what this page holds, and what a person has to add."
    return Section("stard", "Where the items of STARD 2015 stand", (paragraph,), tables=(table,))
