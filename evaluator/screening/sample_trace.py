"""What each check of a sample saw, the threshold it asked for, and what was missing."""

from __future__ import annotations

from typing import Any

from evaluator.panel.criteria import Criteria
from evaluator.screening.reasons import Reason
from evaluator.screening.rule_trace import OFF, RuleOutcome
from evaluator.screening.sample_quality import (
    LEAST_DISTINCTIVE,
    LEAST_HETEROZYGOUS_TWO_X,
    LEAST_X_ALLELES,
    LEAST_Y_CALLS,
    MOST_HETEROZYGOUS_ONE_X,
    policies,
)

NOT_GIVEN = "not given"
_SEX_ASKED = (
    f"at least {LEAST_X_ALLELES} alleles on X: up to {MOST_HETEROZYGOUS_ONE_X:.0%} heterozygous are one X, "
    f"from {LEAST_HETEROZYGOUS_TWO_X:.0%} two; without a Y fewer than {LEAST_Y_CALLS} calls on it"
)
Sample = dict[str, Any]  # a row of the newborns as `sample_quality.judged` leaves them


def sample_rules(sample: Sample, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    """Tell contamination, transfusion, sex and duplicates; `met` is null where nothing could be said."""
    raised = {*(sample["stopped"] or "").split(";"), *(sample["flagged"] or "").split(";")}
    policy = policies(criteria)

    def met(reason: Reason, *, known: bool) -> bool | None:
        return reason not in raised if known and policy[reason] != "ignore" else None

    most, contamination = criteria.sample.max_contamination, sample["contamination"]
    transfused, alleles = sample["transfused"], _x_alleles(sample)
    return (
        RuleOutcome(
            "contamination",
            NOT_GIVEN if contamination is None else f"{contamination:.2%}",
            OFF if most is None else f"at most {most:.2%}, else {policy[Reason.CONTAMINATED_SAMPLE]}",
            met(Reason.CONTAMINATED_SAMPLE, known=contamination is not None and most is not None),
        ),
        RuleOutcome(
            "transfused before sampling",
            transfused or NOT_GIVEN,
            f"no, else {policy[Reason.TRANSFUSED_BEFORE_SAMPLING]}",
            met(Reason.TRANSFUSED_BEFORE_SAMPLING, known=transfused is not None),
        ),
        RuleOutcome(
            "sex against the calls",
            _sex_seen(sample),
            f"{_SEX_ASKED}, else {policy[Reason.SEX_MISMATCH]}",
            met(Reason.SEX_MISMATCH, known=sample["x_count"] is not None and alleles >= LEAST_X_ALLELES),
        ),
        RuleOutcome(
            "duplicates",
            _others(sample),
            f"no newborn with the same genotypes but declared twins, else {policy[Reason.DUPLICATE_SAMPLE]}",
            met(Reason.DUPLICATE_SAMPLE, known=sample["lookalikes"] is not None),
        ),
    )


def _x_alleles(sample: Sample) -> int:
    return sum(sample[name] or 0 for name in ("x_heterozygous", "x_on_all_copies", "x_haploid"))


def _sex_seen(sample: Sample) -> str:
    registered = sample["sex_chromosomes"] or sample["sex"]
    return (
        f"{registered}; {sample['x_heterozygous'] or 0} of {_x_alleles(sample)} alleles on X heterozygous, "
        f"{sample['x_haploid'] or 0} haploid; {sample['y_calls'] or 0} calls on Y"
    )


def _others(sample: Sample) -> str:
    if sample["lookalikes"] is None:
        called = sample["autosomal_heterozygous"] or 0
        return f"{called} heterozygous genotypes, too few to tell (at least {LEAST_DISTINCTIVE})"
    return f"{sample['lookalikes']} others, {sample['twins']} declared twins"
