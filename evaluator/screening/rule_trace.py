"""What each rule said of one call: the value it saw, the threshold, and whether it was met."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from evaluator.panel.criteria import Criteria
from evaluator.screening.evidence import Sources
from evaluator.screening.zygosity import HEMIZYGOUS, HETEROZYGOUS, HOMOZYGOUS

Call = dict[str, Any]
NOT_IN_SOURCE = "not in the source"
OFF = "off"


@dataclass(frozen=True)
class RuleOutcome:
    """One rule: `met` is null where the rule was not asked."""

    rule: str
    value: str
    threshold: str
    met: bool | None


def evidence_rules(call: Call, criteria: Criteria, sources: Sources) -> tuple[RuleOutcome, ...]:
    """Tell the lists, ClinVar, frequency and loss-of-function rules in the order in which they are asked."""
    silent = [
        RuleOutcome(rule, "the store has no such annotation", "", None)
        for rule, present in (("ClinVar", sources.clinvar), ("consequence", sources.consequence))
        if not present
    ]
    if call["allow"] is None:  # on no list, and never annotated
        return (RuleOutcome("panel lists", "on none", "allow", met=False), *silent)
    return (
        _lists(call),
        *(_clinvar(call, criteria) if sources.clinvar else ()),
        *(_frequencies(call, criteria) if sources.frequency else ()),
        *(_lof(call, criteria) if sources.consequence else ()),
        *silent,
    )


def call_rules(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    """Tell the quality rules; mitochondrial calls are not asked for diploid genotype quality and balance."""
    quality, nuclear = criteria.quality, call["contig"] != "chrM"
    filters = None if quality.filters is None else " or ".join(quality.filters)
    window = quality.het_allele_fraction
    heterozygous = nuclear and call["zygosity"] == HETEROZYGOUS
    on_every_copy = nuclear and call["zygosity"] in (HOMOZYGOUS, HEMIZYGOUS)
    accepted = quality.filters is None or set(str(call["filters"] or ".").split(";")) <= set(quality.filters)
    return (
        RuleOutcome("filter", str(call["filters"] or "."), filters or OFF, accepted if filters else None),
        _at_least("depth", call["depth"], quality.min_depth),
        _at_least(
            "genotype quality", call["genotype_quality"], quality.min_genotype_quality if nuclear else None
        ),
        _at_least("fraction of reads", call["fraction"], quality.hom_allele_fraction)
        if on_every_copy
        else RuleOutcome(
            "fraction of reads",
            _number(call["fraction"]),
            f"{window[0]} to {window[1]} in a heterozygote" if window and heterozygous else "not asked",
            call["fraction"] is not None and window[0] <= call["fraction"] <= window[1]
            if window and heterozygous
            else None,
        ),
    )


def _lists(call: Call) -> RuleOutcome:
    on = [name for name in ("allow", "deny", "deny_alone") if call[name]]
    elsewhere = " (allowed for another inheritance of this gene)" if call["allow_elsewhere"] else ""
    return RuleOutcome("panel lists", (", ".join(on) or "on none") + elsewhere, "allow", on == ["allow"])


def _clinvar(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    rule = criteria.known_pathogenic
    if not rule.enabled:
        return (RuleOutcome("known pathogenic", "", OFF, None),)
    if call["clinvar_id"] is None:
        return (
            RuleOutcome("ClinVar", NOT_IN_SOURCE, f"at least {rule.min_pathogenic} pathogenic", met=False),
        )
    record = f"{call['clinvar_significance']} (record {call['clinvar_id']})"
    most = OFF if rule.max_benign is None else f"at most {rule.max_benign}"
    return (
        RuleOutcome("ClinVar class", record, "", None),
        RuleOutcome(
            "ClinVar pathogenic",
            str(call["clinvar_pathogenic"]),
            f"at least {rule.min_pathogenic}",
            call["pathogenic_enough"],
        ),
        RuleOutcome("ClinVar benign", str(call["clinvar_benign"]), most, call["benign_enough"]),
        _at_least("ClinVar stars", call["clinvar_stars"], call["stars_floor"]),
    )


def _frequencies(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    frequency = call["population_frequency"]
    value = (
        f"{NOT_IN_SOURCE}, taken as {criteria.frequency.missing:g}"
        if frequency is None
        else f"{frequency:g} ({call['frequency_source']})"
    )
    asked = (
        ("known pathogenic", criteria.known_pathogenic.enabled, "known_ceiling", "rare_enough_known"),
        ("predicted loss of function", criteria.predicted_lof.enabled, "lof_ceiling", "rare_enough_lof"),
    )
    return tuple(
        RuleOutcome(
            f"frequency, {rule}",
            value,
            OFF if call[ceiling] is None else f"below {call[ceiling]:g}",
            None if call[ceiling] is None else call[met],
        )
        for rule, enabled, ceiling, met in asked
        if enabled
    )


def _lof(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    if not criteria.predicted_lof.enabled:
        return (RuleOutcome("predicted loss of function", "", OFF, None),)
    consequence = call["consequence"] or NOT_IN_SOURCE
    outcomes = [RuleOutcome("consequence", consequence, "loss of function", call["lof_consequence"])]
    if call["lof_consequence"]:
        outcomes += [
            RuleOutcome("mechanism of the row", call["mechanism"], "lof", call["lof_mechanism"]),
            RuleOutcome(
                "transcript",
                call["transcript_used"] or NOT_IN_SOURCE,
                "the panel's",
                call["on_panel_transcript"],
            ),
            RuleOutcome(
                "nonsense-mediated decay",
                "escapes" if call["escapes_decay"] else "does not escape",
                "does not escape",
                not call["escapes_decay"],
            ),
        ]
    if call["loftee"] is not None:
        asked = criteria.predicted_lof.loftee is not None
        met = call["loftee_accepts"] if asked else None
        outcomes.append(RuleOutcome("LOFTEE", call["loftee"], "HC" if asked else "shown, not used", met))
    return tuple(outcomes)


def _at_least(rule: str, value: float | None, threshold: float | None) -> RuleOutcome:
    if threshold is None:
        return RuleOutcome(rule, _number(value), OFF, None)
    return RuleOutcome(
        rule, _number(value), f"at least {threshold:g}", value is not None and value >= threshold
    )


def _number(value: float | None) -> str:
    return "missing" if value is None else f"{value:.4g}"
