"""ClinVar's words: classifications, review status, and what a record counts for and against an allele."""

from __future__ import annotations

import re
from typing import NamedTuple

# https://www.ncbi.nlm.nih.gov/clinvar/docs/review_status/ ; the words before and after the change of 2024.
STARS = {
    "practice_guideline": 4,
    "reviewed_by_expert_panel": 3,
    "criteria_provided,_multiple_submitters,_no_conflicts": 2,
    "criteria_provided,_multiple_submitters": 2,
    "criteria_provided,_conflicting_interpretations": 1,
    "criteria_provided,_conflicting_classifications": 1,
    "criteria_provided,_single_submitter": 1,
    "no_assertion_criteria_provided": 0,
    "no_assertion_provided": 0,
    "no_classification_provided": 0,
    "no_assertion_for_the_individual_variant": 0,
    "no_assertion_for_the_single_variant": 0,
    "no_classification_for_the_individual_variant": 0,
    "no_classification_for_the_single_variant": 0,
    "no_interpretation_for_the_single_variant": 0,
    "no_classifications_from_unflagged_records": 0,
    "flagged_submission": 0,
}
# https://www.ncbi.nlm.nih.gov/clinvar/docs/clinsig/ . Low penetrance counts for nothing: a programme that
# starts from healthy newborns cannot treat it as pathogenic (our decision).
PATHOGENIC = {"Pathogenic", "Likely_pathogenic"}
BENIGN = {"Benign", "Likely_benign"}
UNCERTAIN = {"Uncertain_significance"}
COUNTED = PATHOGENIC | BENIGN | UNCERTAIN
NOT_COUNTED = {
    "Conflicting_classifications_of_pathogenicity",
    "Conflicting_interpretations_of_pathogenicity",
    "conflicting_data_from_submitters",
    "Pathogenic_low_penetrance",
    "Likely_pathogenic_low_penetrance",
    "Established_risk_allele",
    "Likely_risk_allele",
    "Uncertain_risk_allele",
    "low_penetrance",
    "risk_factor",
    "association",
    "association_not_found",
    "Affects",
    "confers_sensitivity",
    "drug_response",
    "protective",
    "other",
    "not_provided",
    "no_classification_for_the_single_variant",
    "no_interpretation_for_the_single_variant",
    "no_classifications_from_unflagged_records",
}
_COUNT = re.compile(r"(.+)\((\d+)\)")


class Counts(NamedTuple):
    """How many classifications speak for, against and neither."""

    pathogenic: int
    benign: int
    uncertain: int


def terms(significance: str) -> list[str]:
    """Split CLNSIG into its terms; the comma of "Pathogenic,_low_penetrance" belongs to the term.

    Separators are "/", "|" and, in files before 2020, ",_". Raises ValueError with the unknown term.

    >>> terms("Pathogenic/Likely_pathogenic/Pathogenic,_low_penetrance|other")
    ['Pathogenic', 'Likely_pathogenic', 'Pathogenic_low_penetrance', 'other']
    """
    joined = significance.replace(",_low_penetrance", "_low_penetrance")
    found = [term.strip().removeprefix("_") for term in re.split(r"[/|,]", joined)]
    for term in found:
        if term not in COUNTED | NOT_COUNTED:
            raise ValueError(term)
    return found


def counts(significance: str, conflicting: str | None) -> Counts:
    """Count classifications: by CLNSIGCONF where submitters disagree, else one for each class in CLNSIG.

    "Conflicting" is not pathogenic: without CLNSIGCONF it counts for nothing. Raises ValueError with an
    unknown term.

    >>> counts("Conflicting_classifications_of_pathogenicity", "Pathogenic(2)|Benign(1)")
    Counts(pathogenic=2, benign=1, uncertain=0)
    """
    numbers = _numbers(conflicting) if conflicting else dict.fromkeys(terms(significance), 1)
    terms(significance)

    def total(words: set[str]) -> int:
        present = [number for term, number in numbers.items() if term in words]
        return sum(present) if conflicting else min(1, sum(present))

    return Counts(total(PATHOGENIC), total(BENIGN), total(UNCERTAIN))


def stars(review_status: str) -> int:
    """Return the review stars, 0 to 4; raises ValueError with an unknown status.

    >>> stars("criteria_provided,_multiple_submitters,_no_conflicts")
    2
    """
    if review_status not in STARS:
        raise ValueError(review_status)
    return STARS[review_status]


def _numbers(conflicting: str) -> dict[str, int]:
    """Read `Pathogenic(2)|Uncertain_significance(1)`; files before 2022 separate by "," or ";"."""
    joined = conflicting.replace(",_low_penetrance", "_low_penetrance")
    numbers: dict[str, int] = {}
    for part in re.split(r"[|,;]", joined):
        found = _COUNT.fullmatch(part.strip().removeprefix("_"))
        if found is None:
            raise ValueError(part)
        (term,) = terms(found[1])
        numbers[term] = numbers.get(term, 0) + int(found[2])
    return numbers
