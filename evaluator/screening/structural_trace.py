"""What each rule said of a structural call: where it lies, which exons it covers, the thresholds, why."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import polars as pl

from evaluator.panel.criteria import Criteria
from evaluator.screening.rule_trace import OFF, RuleOutcome
from evaluator.screening.structural import DELETION, looked_for_deletions
from evaluator.screening.structural_places import SAME_EVENT
from evaluator.variants.spanning_deletions import WITHOUT_RECORD

Call = dict[str, Any]


def structural_outcomes(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    """Tell every rule in the order in which it is asked."""
    return (_place(call), _lists(call), *_exons(call, criteria), *_quality(call, criteria))


def _place(call: Call) -> RuleOutcome:
    called = f"{call['contig']}:{call['called_position'] + 1}-{call['end']}"
    intervals = [
        f"{name} {call[low]},{call[high]}" for name, low, high in _INTERVALS if call[low] or call[high]
    ]
    number = [] if call["copy_number"] is None else [f"copy number {call['copy_number']}"]
    words = [f"{called} ({call['end'] - call['called_position']} bases)", *intervals, *number, call["origin"]]
    return RuleOutcome("called", ", ".join(words), "", None)


_INTERVALS = (("CIPOS", "cipos_low", "cipos_high"), ("CIEND", "ciend_low", "ciend_high"))


def _lists(call: Call) -> RuleOutcome:
    on = [name for name in ("allow", "deny", "deny_alone") if call[name]]
    threshold = f"allow; each covers {SAME_EVENT:.0%} of the other"
    if call["overlap"] is None:
        return RuleOutcome("panel lists", "no listed allele lies so", threshold, met=False)
    elsewhere = " (allowed for another inheritance of this gene)" if call["allow_elsewhere"] else ""
    value = f"{', '.join(on) or 'on none'}{elsewhere}, overlap {call['overlap']:.1%}"
    return RuleOutcome("panel lists", value, threshold, on == ["allow"])


def _exons(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    shown = ", ".join(call["exons"]) or "none"
    if call["type"] != DELETION:
        whole = "the whole gene" if call["whole_gene"] else f"exons {shown}"
        return (RuleOutcome("duplication", whole, "counts only if listed", met=False),)
    rule = criteria.structural
    if not rule.enabled:
        return (RuleOutcome("coding exons covered", shown, OFF, None),)
    asked = f"at least {rule.min_exon_overlap:.0%} of one exon"
    least = RuleOutcome(
        "coding exons covered at the least",
        f"{call['covers_certain']:.1%}",
        asked,
        call["surely_removes_enough"],
    )
    unsure = call["removes_enough"] and not call["surely_removes_enough"]
    return (
        RuleOutcome("coding exons covered", shown, asked, call["removes_enough"]),
        *((least,) if unsure else ()),
        RuleOutcome("mechanism of the row", call["mechanism"], "lof", call["lof_mechanism"]),
    )


def _quality(call: Call, criteria: Criteria) -> tuple[RuleOutcome, ...]:
    accepted, least = criteria.quality.filters, criteria.quality.min_genotype_quality
    filters = OFF if accepted is None else " or ".join(accepted)
    quality = call["genotype_quality"]
    named = [("filter", call["filters"]), ("filter of the sample", call["sample_filters"])]
    return (
        *(
            RuleOutcome(
                name, words, filters, None if accepted is None else set(words.split(";")) <= set(accepted)
            )
            for name, words in named
            if words is not None
        ),
        RuleOutcome(
            "genotype quality",
            "missing" if quality is None else f"{quality:.4g}",
            OFF if least is None else f"at least {least:g}",
            None if least is None else quality is not None and quality >= least,
        ),
    )


def structural_notes(newborns: pl.DataFrame, uncallable: pl.DataFrame) -> Iterator[str]:
    """Say whether somebody looked for deletions, what of it is not judged, and which were not called."""
    if not newborns.select(looked_for_deletions()).item():
        yield "Nobody looked for deletions and duplications in this newborn (no structural_vcf)."
    if ignored := newborns["structural_ignored"][0]:
        yield f"{ignored} breakends, inversions or insertions in the panel's regions are not judged."
    stars = uncallable.filter(pl.col("reason") == WITHOUT_RECORD)
    spans = stars.select("contig", "start", "end").iter_rows()
    places = [
        f"{contig}:{start + 1}" + (f"-{end}" if end > start + 1 else "") for contig, start, end in spans
    ]
    if places:
        told = ", ".join(places)
        yield f"Called deleted (*) where no called deletion lies, so not assessed: {told}."
