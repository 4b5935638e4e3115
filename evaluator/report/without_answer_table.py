"""Who got no answer, ancestry by ancestry and site by site."""

from __future__ import annotations

from evaluator.accuracy.without_answer import NOTE
from evaluator.report.annex_section import annex_rows, folded
from evaluator.report.measured import on_two_lines
from evaluator.report.model import Column, Table
from evaluator.report.results import Results

CAPTION = "Who got no answer"
MEASURES = {
    "newborns_with_pending": "Newborns with a result that waits for phase",
    "newborns_with_not_assessed": "Newborns with a result not assessed",
    "newborns_with_inconclusive": "Newborns with an inconclusive result",
    "results_not_assessed": "Of all results, not assessed",
}
COLUMNS = (
    Column("Ancestry or site"),
    *(Column(f"{title} (95% CI)", numeric=True) for title in MEASURES.values()),
)


def without_answer_table(results: Results) -> tuple[Table, ...]:
    """Draw one row per ancestry and site; nothing where it is not in the data or is protected."""
    found = {
        (f"{row['kind']}: {row['stratum']}", str(row["measure"])): on_two_lines(row)
        for row in annex_rows(results, "without_answer")
    }
    rows = tuple(
        (name, *(found.get((name, measure), "") for measure in MEASURES))
        for name in dict.fromkeys(name for name, _ in found)
    )
    if not rows:
        return ()
    return (Table("without-answer", CAPTION, COLUMNS, rows, note=NOTE, folded=folded(CAPTION, len(rows))),)
