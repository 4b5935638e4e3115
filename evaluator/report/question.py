"""The section that says what was asked, of whom, and what part the test plays (STARD 2015, items 3 to 9)."""

from __future__ import annotations

from evaluator.report.model import Section
from evaluator.report.numbers import count
from evaluator.report.results import Results

NOT_STATED = "not in the data"


def question_section(results: Results) -> Section:
    """State the question as the data allow, and what they do not say."""
    panel = results.panel
    conditions = results.findings.gene_rows["condition"].n_unique()
    population = panel.jurisdiction if panel is not None and panel.jurisdiction else NOT_STATED
    definition = str(results.parameters.get("definition") or "none: no outcomes were evaluated")
    index = "reviewer's decision" if results.parameters.get("index") == "reviewed" else "pipeline's verdict"
    listed = "table of findings" if results.samples is None else "samples table"
    terms = (
        (
            "Question",
            (
                f"In newborns, how many of those affected by one of {count(conditions)}"
                " conditions"
                " does reading the genome find, and how many of those called back are affected?"
            ),
        ),
        (
            "Population",
            (f"Every newborn that the {listed} lists. Place: {population}."),
        ),
        ("Index test", f"The {index} on the newborn's genome, under the panel and criteria named above."),
        ("Reference standard", f"Definition: {definition}. See the words below."),
        (
            "Role of the test",
            (
                "A screening test: a positive result leads to recall and confirmation, never by itself to"
                " treatment. A negative result does not exclude a condition."
            ),
        ),
    )
    return Section("question", "What was asked", terms=terms)
