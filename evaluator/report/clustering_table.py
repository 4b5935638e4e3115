"""The intervals that allow for clusters, beside those of the main table."""

from __future__ import annotations

from evaluator.accuracy.clustering import NOTE
from evaluator.accuracy.ledger.strata import PAIRS
from evaluator.report.accuracy_text import LABELS
from evaluator.report.annex_section import annex_rows, folded
from evaluator.report.measured import on_two_lines
from evaluator.report.model import Column, Table
from evaluator.report.numbers import Row, count, decimal
from evaluator.report.results import Results

CAPTION = "If the newborns of a site, or the conditions of a newborn, are alike"
COLUMNS = (
    Column("Measure"),
    Column("Taken as independent (95% CI)", numeric=True),
    Column("Allowing for what is alike (95% CI)", numeric=True),
    Column("Taken together"),
    Column("How much wider (design effect)", numeric=True),
)
WORDS = {"overall": "newborns", PAIRS: "newborn x condition"}


def clustering_table(results: Results) -> tuple[Table, ...]:
    """Draw what is estimable with clusters; nothing where it is not in the data or is protected."""
    rows = tuple(
        _cells(results, row) for row in annex_rows(results, "clustered") if row["not_estimable"] is None
    )
    if not rows:
        return ()
    return (Table("clustered", CAPTION, COLUMNS, rows, note=NOTE, folded=folded(CAPTION, len(rows))),)


def _cells(results: Results, row: Row) -> tuple[str, ...]:
    stratum, measure = str(row["stratum"]), str(row["measure"])
    plain = results.accuracy.get((stratum, measure))
    clusters, effect = row["clusters"], row["design_effect"]
    together = f"{count(clusters)} {row['cluster']}s" if isinstance(clusters, int) else str(row["cluster"])
    return (
        f"{LABELS.get(measure, measure)}, {WORDS.get(stratum, stratum)}",
        on_two_lines(plain) if plain else "not evaluated",
        on_two_lines(row),
        together,
        decimal(effect) if isinstance(effect, float) else "",
    )
