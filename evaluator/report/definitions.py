"""The section that says what the words mean, with the thresholds that were in force."""

from __future__ import annotations

from evaluator.panel.criteria import Criteria
from evaluator.report.model import Section
from evaluator.report.numbers import percent
from evaluator.report.results import Results
from evaluator.statistics.intervals import IntervalMethod

INTERVALS = {method.value: method.full_name for method in IntervalMethod}

VERDICTS = (
    ("Reportable", "The genotype meets the panel's rule for the condition."),
    (
        "Pending phase",
        "Two qualifying alleles in a recessive gene; on one chromosome or on two is not known.",
    ),
    ("Not assessed", "The data do not allow an answer. It is never a negative result."),
    ("Not reportable", "Assessed, and the rule is not met; `nbseval explain` gives every reason."),
)
DEFINITIONS = {
    "clinical": (
        "Affected by the clinical definition: disease shown by a biochemical test or in the clinic."
        " Where the two differ, affected counts."
    ),
    "molecular": (
        "Affected by the molecular definition: a molecular diagnosis, even without signs. It reads the same"
        " genotype as the screening test, which flatters the test."
    ),
}
CELLS = (
    ("Unresolved positive", "Positive, and the reference standard is pending, uncertain, lost or absent."),
    ("Unverified negative", "Negative, and nobody followed it up. It is not a true negative."),
    ("Missed", "Negative, and affected by the reference standard (false negative)."),
)


def definitions_section(results: Results) -> Section:
    """Define verdicts, reference standard, ledger and intervals as they were used."""
    terms = list(VERDICTS)
    if results.panel is not None:
        terms += criteria_in_words(results.panel.criteria)
    terms += _accuracy_terms(results)
    return Section("definitions", "What the words mean", terms=tuple(terms))


def criteria_in_words(criteria: Criteria) -> list[tuple[str, str]]:
    """Write the thresholds that decide most results as sentences."""
    known, broken, callable_ = criteria.known_pathogenic, criteria.predicted_lof, criteria.callability
    terms = []
    if known.enabled:
        parts = [f"at least {known.min_pathogenic} (likely) pathogenic classification in ClinVar"]
        if known.max_benign is not None:
            parts.append(f"at most {known.max_benign} (likely) benign")
        if known.min_stars:
            parts.append(f"{known.min_stars} review stars or more")
        text = f"An allele counts with {', '.join(parts)}{_ceilings(known.max_frequency.model_dump())}."
    else:
        text = "Switched off: ClinVar's classifications do not make an allele count."
    terms.append(("Known pathogenic allele", text))
    if broken.enabled:
        text = (
            "An allele counts when it breaks a gene whose mechanism is loss of function"
            f"{_ceilings(broken.max_frequency.model_dump())}."
            + (" LOFTEE's low confidence speaks against it." if broken.loftee else "")
        )
    else:
        text = "Switched off: predicted consequences do not make an allele count."
    terms.append(("Predicted loss of function", text))
    if callable_.min_fraction is not None and callable_.min_depth is not None:
        terms.append(
            (
                "Assessed",
                (
                    f"At least {percent(callable_.min_fraction)} of the coding sequence read at depth"
                    f" {callable_.min_depth} or more. Where nothing says what was read: {callable_.unknown}."
                ),
            )
        )
    return terms


def _ceilings(ceilings: dict[str, float | None]) -> str:
    named = [
        f"{percent(value)} {name.replace('_', '-')}" for name, value in ceilings.items() if value is not None
    ]
    return f"; not when more common in a population than {', '.join(named)}" if named else ""


def _accuracy_terms(results: Results) -> list[tuple[str, str]]:
    parameters = results.parameters
    if not parameters:
        return []
    index = "the reviewer's decision" if parameters.get("index") == "reviewed" else "the pipeline's verdict"
    ledger = parameters.get("ledger")
    choices = ledger if isinstance(ledger, dict) else {}
    terms = [
        ("Index test", f"What is scored is {index}."),
        ("Reference standard", DEFINITIONS.get(str(parameters.get("definition")), "Not stated.")),
        (
            "In between",
            (
                f"Pending phase counts as {choices.get('pending_phase', 'not stated')}, not assessed as"
                f" {choices.get('not_assessed', 'not stated')}; the panel declares both."
            ),
        ),
        *CELLS,
    ]
    confidence = parameters.get("confidence")
    if isinstance(confidence, float):
        terms.append(
            (
                "Interval",
                (
                    f"{confidence * 100:g}%, {INTERVALS.get(str(parameters.get('interval')), 'not stated')}"
                    " for proportions,"
                    f" {parameters.get('ratio_interval')} for ratios (see `nbseval accuracy --help`)."
                ),
            )
        )
    return terms
