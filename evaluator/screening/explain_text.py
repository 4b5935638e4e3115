"""Draw an explanation as text for a terminal."""

from __future__ import annotations

from collections.abc import Iterator

from evaluator.screening.explain import GOOD_ENOUGH, Explanation, RowExplanation, SeenCaller
from evaluator.screening.rule_trace import RuleOutcome
from evaluator.vocabulary import SampleStatus, Verdict

MARKS = {True: "yes", False: "NO", None: "-"}


def as_text(explanation: Explanation) -> str:
    """Render every gene row; a row in which nothing was seen and nothing hidden takes one line.

    So does every row of a newborn without sequence, unless a special locus's caller speaks.
    """
    lines = [
        f"Newborn {explanation.newborn}, {explanation.sex}, {explanation.status}; panel {explanation.panel}",
        *(f"Note: {note}" for note in explanation.notes),
        *([f"Parents: {explanation.parents}"] if explanation.parents else []),
        "Sample:",
        *(f"  {_outcome(outcome)}" for outcome in explanation.sample),
    ]
    unread = explanation.status != SampleStatus.SEQUENCED
    quiet = [row for row in explanation.rows if is_quiet(row) or (unread and not row.callers)]
    for row in explanation.rows:
        if row not in quiet:
            lines += ["", *_told(row)]
    if quiet:
        lines += [
            "",
            f"Gene rows {'of which nothing was read' if unread else 'with nothing to tell'}: {len(quiet)}",
        ]
        lines += [
            f"  {_title(row)}: {row.verdict} ({_codes(row)})" + ("" if unread else f"; {row.callability}")
            for row in quiet
        ]
    return "\n".join(lines) + "\n"


def is_quiet(row: RowExplanation) -> bool:
    """Nothing was called in the gene and the row is negative."""
    return row.verdict == Verdict.NOT_REPORTABLE and not row.alleles and not row.callers


def _told(row: RowExplanation) -> Iterator[str]:
    yield f"{_title(row)}: {row.verdict.upper()}"
    yield from (f"  because {code}: {sentence}" for code, sentence in row.reasons)
    yield "  row: " + ", ".join(f"{name} {value}" for name, value in row.settings.items())
    yield f"  callability: {row.callability}"
    yield from (f"  {_caller(said)}" for said in row.callers)
    if not row.alleles:
        yield "  no allele was called in this gene"
    for allele in row.alleles:
        yield f"  {allele.allele}  {allele.zygosity}, {allele.phase}"
        if allele.parents:
            yield f"    {allele.parents}"
        good = allele.quality == GOOD_ENOUGH
        quality = allele.quality if good else f"not good enough ({allele.quality})"
        yield f"    evidence: {allele.decision}; quality: {quality}"
        yield from (f"      {_outcome(outcome)}" for outcome in allele.rules)
    for pair in row.pairs:
        by = " by a diplotype rule" if pair.by_diplotype_rule else ""
        source = f" ({pair.phase_source})" if pair.phase_source else ""
        yield f"  pair {pair.allele_1} with {pair.allele_2}: {pair.phase}{source}, {pair.outcome}{by}"


def _caller(said: SeenCaller) -> str:
    values = {
        "copy number": said.copy_number,
        "call": said.call,
        "genotype": said.genotype,
        "filter": said.filter,
    }
    told = ", ".join(f"{name} {value}" for name, value in values.items() if value is not None)
    shown = f"; shown, not used: {said.details}" if said.details else ""
    by = f"{said.locus} by {said.caller}, version {said.version or 'not stated'}"
    return f"{by}: {told}, {said.outcome}{shown}"


def _title(row: RowExplanation) -> str:
    return f"{row.condition} {row.gene} {row.inheritance}"


def _codes(row: RowExplanation) -> str:
    return ", ".join(code for code, _ in row.reasons)


def _outcome(outcome: RuleOutcome) -> str:
    asked = f" [{outcome.threshold}]" if outcome.threshold else ""
    return f"{MARKS[outcome.met]:>3}  {outcome.rule}: {outcome.value or '-'}{asked}"
