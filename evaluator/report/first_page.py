"""The first page in plain English: what was screened, what was found, what is not known."""

from __future__ import annotations

import polars as pl

from evaluator.accuracy.ledger.index import FAILED_SAMPLE_REASONS
from evaluator.report.flow import flow, statuses
from evaluator.report.model import Block, Points
from evaluator.report.numbers import count, counted, in_words, percent
from evaluator.report.publication import published_flow
from evaluator.report.results import Results
from evaluator.screening.reasons import SENTENCES
from evaluator.vocabulary import SampleStatus, Verdict

COMMONEST = 3
NAMED_CONDITIONS = 12  # more would be a table, and the table stands further down
OVERALL = "overall"
# A sample without a sequence is told with the samples, not as a locus that was not assessed.
MISSING = (pl.col("verdict") == Verdict.NOT_ASSESSED) & ~pl.col("decisive").is_in(FAILED_SAMPLE_REASONS)
PLAIN = {
    "sensitivity": "sensitivity (how many affected newborns are found)",
    "specificity": "specificity (how many unaffected newborns are left in peace)",
    "npv": "negative predictive value (how far a negative result can be trusted)",
}


def blocks(results: Results) -> tuple[Block, ...]:
    """Write the three blocks of the first page."""
    return (
        Block("screened", "What was screened", tuple(_screened(results))),
        Block("found", "What was found", tuple(_found(results))),
        Block("unknown", "What is not known", tuple(_unknown(results)), _why_not_assessed(results)),
    )


def _screened(results: Results) -> list[str]:
    by_status, show = statuses(results), results.show
    words = {
        SampleStatus.SEQUENCED: "sequenced",
        SampleStatus.FAILED: "with failed sequencing",
        "quarantined": "with a file set aside",
        SampleStatus.DECLINED: "declined",
        SampleStatus.NOT_SAMPLED: "not sampled",
        SampleStatus.WITHDRAWN: "withdrawn",
    }
    numbers = [by_status.get(status, 0) for status in words]
    if show.rule:  # the flow protects them, with all that follows from them
        sentences = [
            f"{_whole(results)} newborns in the programme; the flow below shows what became of them."
        ]
    else:
        named = zip(show.parts(numbers)[1:-1], list(words.values())[1:], numbers[1:], strict=True)
        others = [f"{shown} {word}" for shown, word, number in named if number]
        rest = f"; the others: {_joined(others)}" if others else ""
        sentences = [
            f"{counted(numbers[0], 'newborn')} sequenced, of {count(sum(by_status.values()))} in all{rest}."
        ]
    if results.samples is None and results.ledger is None:
        sentences.append("No samples table was given: newborns who were never sampled are not counted.")
    return [*sentences, *_panel(results)]


def _whole(results: Results) -> str:
    return published_flow(flow(results))[0].shown


def _panel(results: Results) -> list[str]:
    record = results.records["findings.parquet"]
    rows = results.findings.gene_rows
    size = (
        f"{counted(rows['condition'].n_unique(), 'condition')} by {counted(rows['gene'].n_unique(), 'gene')}"
    )
    name, version = record.get("panel") or "unknown", record.get("panel_version") or "unknown"
    digest = str(record.get("panel_sha256") or "")[:12] or "unknown"
    sentences = [f"Panel {name}, version {version} (sha256 {digest}): {size}."]
    panel = results.panel
    if panel is None:
        return [*sentences, "The panel's files were not given: its title, status and criteria are not shown."]
    where = f", for {panel.jurisdiction}" if panel.jurisdiction else ""
    sentences.append(f"Its title: {panel.title}{where}. Its status: {panel.status}.")
    preset = panel.criteria.preset
    if preset:
        sentences.append(
            f"Criteria: the preset {preset}, an approximation of published rules, with the panel's changes."
        )
    if record.get("panel_sha256") and record["panel_sha256"] != panel.sha256:
        sentences.append(
            "The panel's files were changed after the findings were made, without a new version number."
        )
    return sentences


def _found(results: Results) -> list[str]:
    if results.show.rule:
        return [*_published_positives(results), *_confirmed_published(results), *_routed(results)]
    verdict = pl.col("verdict")
    found = results.verdicts.any(verdict == Verdict.REPORTABLE)
    reportable = int(found.sum())
    pending = int((results.verdicts.any(verdict == Verdict.PENDING_PHASE) & ~found).sum())
    sequenced = statuses(results).get(SampleStatus.SEQUENCED, 0)
    share = f" ({percent(reportable / sequenced)} of those sequenced)" if sequenced else ""
    sentences = [
        f"{counted(reportable, 'newborn')} with a reportable result{share}.",
        f"{counted(pending, 'more newborn')} with two alleles whose phase is not known (pending).",
    ]
    sentences += _by_condition(results)
    sentences += _confirmed(results)
    sentences += _routed(results)
    return sentences


def _published_positives(results: Results) -> list[str]:
    """The positives as the protected flow has them."""
    steps = published_flow(flow(results))
    if results.ledger is None:
        return [f"{part.shown} newborns {part.label}." for part in steps[2].parts]
    parts = ", ".join(f"{part.shown} {part.label}" for part in steps[3].parts)
    return [f"{steps[3].shown} newborns positive for at least one condition: {parts}."]


def _confirmed_published(results: Results) -> list[str]:
    """Estimates from the counts as shown; what rests on a hidden count is withheld."""
    labels = {"ppv": "positive predictive value, resolved positives only", **PLAIN}
    rows = {words: results.accuracy.get((OVERALL, name)) for name, words in labels.items()}
    return [
        f"{words[0].upper()}{words[1:]}: {in_words(row)}."
        for words, row in rows.items()
        if row and row["not_estimable"] is None
    ]


def _by_condition(results: Results) -> list[str]:
    found = (
        results.verdicts.count()
        .filter(pl.col("verdict") == Verdict.REPORTABLE)
        .group_by("condition")
        .agg(pl.col("len").sum())
        .sort(["len", "condition"], descending=[True, False])
    )
    if found.is_empty():
        return []
    named = [
        f"{results.name(condition)} {count(newborns)}"
        for condition, newborns in found.head(NAMED_CONDITIONS).iter_rows()
    ]
    more = found.height - len(named)
    rest = f", and {counted(more, 'further condition')}" if more else ""
    return [f"Reportable by condition: {', '.join(named)}{rest}."]


def _confirmed(results: Results) -> list[str]:
    accuracy = results.accuracy
    if (OVERALL, "ppv") not in accuracy:
        return []
    ppv = accuracy[OVERALL, "ppv"]
    cells = {name: _cell(results, name) for name in ("tp", "fp", "wrong_condition", "unresolved_positive")}
    positive = sum(cells.values())
    reviewed = " after review" if results.parameters.get("index") == "reviewed" else ""
    resolved = (
        f"Of {counted(positive, 'newborn')} counted as positive{reviewed}, {count(cells['tp'])} confirmed"
        f" affected, {count(cells['fp'])} unaffected, {count(cells['unresolved_positive'])} not resolved."
    )
    sentences = [resolved]
    if cells["wrong_condition"]:
        sentences.append(
            f"{counted(cells['wrong_condition'], 'newborn')} positive for one condition, affected by another."
        )
    sentences.append(f"Positive predictive value, resolved positives only: {in_words(ppv)}.")
    for name, words in PLAIN.items():
        row = accuracy.get((OVERALL, name))
        if row and row["not_estimable"] is None:
            sentences.append(f"{words[0].upper()}{words[1:]}: {in_words(row)}.")
    if _cell(results, "fn"):
        sentences.append(
            f"{counted(_cell(results, 'fn'), 'newborn')} negative and later found to be affected."
        )
    return sentences


def _routed(results: Results) -> list[str]:
    if results.referrals is None:
        return []
    status = dict(results.referrals.group_by("status").len().iter_rows())
    words = ("proposed", "escalated", "refused")
    proposed, escalated, refused, every = results.show.parts([status.get(word, 0) for word in words])
    noun = "referral" if every == "1" else "referrals"
    sentence = (
        f"{every} {noun}: {proposed} proposed to a unit, {escalated}"
        f" escalated to a coordinator because no unit is known, {refused} refused."
    )
    return [sentence]


def _unknown(results: Results) -> list[str]:
    return [*_not_assessed(results), *_not_verified(results), *_not_run(results)]


def _not_assessed(results: Results) -> list[str]:
    missing = int(results.verdicts.count().filter(MISSING)["len"].sum())
    if not missing:
        return ["Every sequenced newborn was assessed for every condition."]
    what = results.show.counted(missing, "result")
    newborns = results.show.counted(int(results.verdicts.any(MISSING).sum()), "newborn")
    return [f"{what} in {newborns} could not be assessed: not a negative result."]


def _why_not_assessed(results: Results) -> tuple[Points, ...]:
    """The commonest reasons; a report read in a meeting has no time for the rare ones."""
    missing = results.verdicts.count().filter(MISSING)
    if missing.is_empty():
        return ()
    reasons = missing.group_by("decisive").agg(pl.col("len").sum())
    reasons = reasons.sort(["len", "decisive"], descending=[True, False])
    sentences = {code.value: sentence for code, sentence in SENTENCES.items()}
    shown = results.show.parts(reasons["len"].to_list())
    points = tuple(
        f"{sentences.get(code, code).rstrip('.')}: {number}"
        for code, number in zip(reasons["decisive"], shown, strict=False)
    )
    few, rest = points[:COMMONEST], points[COMMONEST:]
    fold = f"{len(rest)} rarer {'reason' if len(rest) == 1 else 'reasons'}"
    return (Points("Why not assessed, most often:", few, fold, rest),)


def _not_verified(results: Results) -> list[str]:
    if not results.accuracy:
        return []
    sentences = []
    if unverified := _cell(results, "unverified_negative"):
        sentences.append(
            f"{counted(unverified, 'screen-negative newborn')} not followed up for every condition: nobody"
            " knows how many of them are affected, and none counts as correctly negative."
        )
    sentences += [*_unresolved(results), *_without_result(results)]
    stopped: dict[str, list[str]] = {}
    for name, words in PLAIN.items():
        row = results.accuracy.get((OVERALL, name))
        if row and row["not_estimable"]:
            stopped.setdefault(str(row["not_estimable"]), []).append(words)
    sentences += [f"Not estimable: {_joined(names)}. Reason: {why}." for why, names in stopped.items()]
    if missed := _cell(results, "affected_not_on_panel"):
        sentences.append(
            f"{counted(missed, 'newborn')} affected by a condition that is not on the panel: screening with"
            " this panel cannot find it, and no figure here counts it."
        )
    return sentences


def _unresolved(results: Results) -> list[str]:
    if results.ledger is None or results.show.rule:
        return []
    waiting = results.ledger.filter(pl.col("cell") == "unresolved_positive")
    waiting = waiting.group_by("reference").agg(pl.col("len").sum())
    if waiting.is_empty():
        return []
    words = {
        "not_verified": "without an outcome",
        "died_unresolved": "died unresolved",
        "lost": "lost to follow-up",
    }
    parts = [
        f"{count(number)} {words.get(name, name)}" for name, number in waiting.sort("reference").iter_rows()
    ]
    return [f"{counted(int(waiting['len'].sum()), 'positive result')} not resolved: {_joined(parts)}."]


def _without_result(results: Results) -> list[str]:
    """Affected newborns in whom the condition that mattered has no result."""
    if results.ledger is None:
        return []
    unseen = results.ledger.filter(
        (pl.col("reference") == "affected") & pl.col("index").is_in(["failed", "not_tested", "inconclusive"])
    )["newborn"].n_unique()
    if not unseen:
        return []
    sentence = (
        f"{results.show.counted(unseen, 'affected newborn')} without a result for the condition they have"
        " (not assessed, failed, inconclusive or not tested): no figure of sensitivity counts them."
    )
    return [sentence]


def _not_run(results: Results) -> list[str]:
    sentences = []
    if (OVERALL, "ppv") not in results.accuracy:
        why = results.without_overall.removesuffix(".")
        sentences.append(f"{why}: how many positives are affected is not known.")
    if results.referrals is None:
        sentences.append("No referral network was given: where positives would be sent is not shown.")
    return sentences


def _cell(results: Results, name: str) -> int:
    row = results.accuracy.get((OVERALL, name))
    number = row["numerator"] if row else 0
    return number if isinstance(number, int) else 0


def _joined(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
