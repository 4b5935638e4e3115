"""The section on provenance: which software, panel and inputs stand behind each figure."""

from __future__ import annotations

from evaluator.report.model import Column, Section, Table
from evaluator.report.results import Results

SHORT = 16  # hexadecimal digits shown; the whole digests stand in the files' own records


def origins_section(results: Results) -> Section:
    """List each output with the software, panel version and inputs that made it."""
    columns = (Column("Output"), Column("Command"), Column("Software"), Column("Panel"), Column("Inputs"))
    rows = []
    for output, record in results.records.items():
        inputs = record.get("inputs")
        named = inputs if isinstance(inputs, dict) else {}
        rows.append(
            (
                output,
                f"nbseval {record['command']}" if record.get("command") else "no record",
                str(record.get("evaluator") or "no record"),
                (
                    f"{record.get('panel', '')} {record.get('panel_version', '')}"
                    f" ({str(record.get('panel_sha256', ''))[:SHORT]})"
                ),
                "; ".join(f"{role} {str(digest)[:SHORT]}" for role, digest in sorted(named.items())),
            )
        )
    read = "; ".join(f"{role} {digest[:SHORT]}" for role, digest in sorted(results.inputs.items()))
    paragraphs = (
        "The same inputs give the same page. Digests are the first digits of sha256.",
        f"This page was drawn from: {read}.",
    )
    table = Table("provenance-table", "What made each output", columns, tuple(rows))
    return Section("provenance", "Where the figures come from", paragraphs, tables=(table,))
