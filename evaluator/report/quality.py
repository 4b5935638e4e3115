"""Risk of bias by the domains of QUADAS-2 (Ann Intern Med 2011;155:529), filled from the data.

These are signals for the people who judge, not a judgement: what no file says stands as a question.
"""

from __future__ import annotations

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.supplement import OVERALL, counts_of
from evaluator.report.flow import statuses
from evaluator.report.model import Column, Section, Table
from evaluator.report.numbers import percent
from evaluator.report.results import Results
from evaluator.vocabulary import SampleStatus

ASK = "for people to answer"


def quality_section(results: Results) -> Section:
    """List the signals of each domain with what the data say."""
    counts = counts_of(results.accuracy.values()).get(OVERALL)
    rows = (
        *_selection(results),
        *_index(results),
        *_reference(results),
        *_timing(results, counts),
    )
    columns = (Column("Domain"), Column("Signal"), Column("What the data say"), Column("Flag"))
    note = "A flag is raised by the data. No flag is no sign of low risk where the answer is for people."
    table = Table("quadas", "Signals by domain of QUADAS-2", columns, rows, note=note)
    paragraph = "Filled from the data where they tell. The judgement of risk is the committee's."
    return Section("quality", "Risk of bias", (paragraph,), tables=(table,))


def _flag(raised: bool) -> str:  # noqa: FBT001 - the one thing it turns into words
    return "raised" if raised else "not raised"


def _selection(results: Results) -> tuple[tuple[str, ...], ...]:
    by_status = statuses(results)
    absent = sum(
        by_status.get(status, 0)
        for status in (SampleStatus.DECLINED, SampleStatus.NOT_SAMPLED, SampleStatus.WITHDRAWN)
    )
    everyone = sum(by_status.values())
    if results.samples is None and results.ledger is None:
        told, flag = "newborns who were never sampled are not in the data", "raised"
    else:
        told = f"not sampled: {results.show.share(absent, everyone) if everyone else 'nobody was listed'}"
        flag = _flag(absent > 0)
    return (
        ("Patient selection", "Consecutive or random newborns, no case-control design", ASK, ASK),
        ("Patient selection", "Exclusions: newborns without a sample", told, flag),
        ("Patient selection", "Applicability: are these the programme's newborns?", ASK, ASK),
    )


def _index(results: Results) -> tuple[tuple[str, ...], ...]:
    status = results.panel.status if results.panel is not None else "unknown"
    return (
        ("Index test", "Read without knowing the outcome", ASK, ASK),
        (
            "Index test",
            "Rules fixed before the outcomes were seen",
            f"the panel's status is {status}",
            _flag(status != "released"),
        ),
        ("Index test", "Applicability: are panel and pipeline those to be used?", ASK, ASK),
    )


def _reference(results: Results) -> tuple[tuple[str, ...], ...]:
    definition = str(results.parameters.get("definition") or "none")
    molecular = definition == "molecular"
    told = "molecular: it reads the same genotype as the test (incorporation)" if molecular else definition
    methods = _methods(results)
    return (
        (
            "Reference standard",
            "Independent of the index test",
            told,
            _flag(molecular or not results.accuracy),
        ),
        (
            "Reference standard",
            "The same for positives and negatives (differential verification)",
            methods or ASK,
            _flag(";" in methods) if methods else ASK,
        ),
        ("Reference standard", "Read without knowing the test's result", ASK, ASK),
        ("Reference standard", "Applicability: is it the target condition?", ASK, ASK),
    )


def _methods(results: Results) -> str:
    """Name how positives and negatives were verified; two lists where they differ."""
    if results.outcomes is None:
        return ""
    known = results.outcomes.filter(results.outcomes["method"].is_not_null())
    lists = {}
    for index in ("positive", "negative"):
        used = sorted(known.filter(known["index"] == index)["method"].unique().to_list())
        if used:
            lists[index] = ", ".join(used).replace("_", " ")
    if len(set(lists.values())) == 1:
        return f"positives and negatives: {next(iter(lists.values()))}"
    return "; ".join(f"{index}s: {used}" for index, used in lists.items())


def _timing(results: Results, counts: Counts | None) -> tuple[tuple[str, ...], ...]:
    return (
        _verified("Negatives", counts, ("fn", "tn"), "unverified_negative", results),
        _verified("Positives", counts, ("tp", "fp", "wrong_condition"), "unresolved_positive", results),
        ("Flow and timing", "Follow-up long enough for late disease", *_followup(results)),
        ("Flow and timing", "Every newborn is in the flow", "the flow sums, see there", "not raised"),
    )


def _verified(
    who: str, counts: Counts | None, settled: tuple[str, ...], open_name: str, results: Results
) -> tuple[str, ...]:
    domain, signal = "Flow and timing", f"{who} verified (partial verification)"
    if counts is None:
        return domain, signal, results.without_overall.removesuffix("."), "raised"
    waiting = getattr(counts, open_name)
    if waiting is None:
        return domain, signal, "withheld, small numbers", ASK
    everyone = waiting + sum(getattr(counts, name) or 0 for name in settled)
    if not everyone:
        return domain, signal, "there are none", "not raised"
    share = percent(waiting / everyone) if not results.show.rule else results.show.share(waiting, everyone)
    return domain, signal, f"not verified: {share}", _flag(waiting > 0)


def _followup(results: Results) -> tuple[str, str]:
    if results.outcomes is None:
        return ASK, ASK
    months = results.outcomes["followup_months"].drop_nulls()
    if months.is_empty():
        return "no length of follow-up is recorded", "raised"
    return f"half were followed for {round(float(str(months.median())))} months or more", ASK
