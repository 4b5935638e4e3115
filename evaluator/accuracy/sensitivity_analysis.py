"""The headline under every declared choice, one changed at a time: a committee sees what each decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.cells import Counts
from evaluator.accuracy.ledger.choices import Choices
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.ledger.strata import overall_counts
from evaluator.accuracy.measures import Settings, measures, proportion
from evaluator.statistics.measure import Measure
from evaluator.tables import MEASURE
from evaluator.vocabulary import IndexResult, Reference

HEADLINE = ("sensitivity", "specificity", "ppv", "npv", "recall_rate", "detection_rate", "false_per_true")
EXCLUDED = IndexResult.NOT_TESTED
ROWS = pl.Schema({**dict.fromkeys(("choice", "alternative", "measure"), pl.String()), **MEASURE})


@dataclass(frozen=True)
class Ledgers:
    """The headline's ledger, and the ledgers that differ by more than a choice."""

    headline: Ledger
    others: Mapping[tuple[str, str], Ledger]  # (choice, alternative) -> ledger


def sensitivity_analysis(ledgers: Ledgers, settings: Settings) -> Annex:
    """Compute the headline measures of newborns under every alternative."""
    headline = ledgers.headline
    rows = _rows("headline", "as declared", overall_counts(headline, headline.choices), settings)
    for (choice, alternative), choices in alternatives(headline.choices).items():
        rows += _rows(choice, alternative, overall_counts(headline, choices), settings)
    for (choice, alternative), ledger in ledgers.others.items():
        rows += _rows(choice, alternative, overall_counts(ledger, ledger.choices), settings)
    notes = (
        "Counted by newborn; one choice differs from the headline at a time.",
        "Sensitivity, specificity and NPV stand only where every negative was verified, whatever is chosen.",
        "The two definitions of an affected newborn answer different questions: never pool or compare them.",
    )
    return Annex("sensitivity_analysis", "The headline under other choices", pl.DataFrame(rows, ROWS), notes)


def alternatives(declared: Choices) -> dict[tuple[str, str], Choices]:
    """Name every choice that the same ledger can be counted by."""
    positive, negative = IndexResult.POSITIVE, IndexResult.NEGATIVE
    pending = {"positive": positive, "negative": negative, "excluded": EXCLUDED}
    unassessed = {
        "failed": IndexResult.FAILED,
        "inconclusive": IndexResult.INCONCLUSIVE,
        "negative": negative,
    }
    inconclusive = {"all positive": positive, "all negative": negative, "excluded": EXCLUDED}
    unresolved = {"all affected": Reference.AFFECTED, "all unaffected": Reference.UNAFFECTED}
    later: dict[str, Reference | None] = {
        "affected": Reference.AFFECTED,
        "unaffected": Reference.UNAFFECTED,
        "outside the table": None,
    }
    return {
        **{("pending phase", name): replace(declared, pending_phase=way) for name, way in pending.items()},
        **{("not assessed", name): replace(declared, not_assessed=way) for name, way in unassessed.items()},
        **{("inconclusive", name): replace(declared, inconclusive=way) for name, way in inconclusive.items()},
        **{
            ("unresolved positives", name): replace(declared, unresolved_positives=way)
            for name, way in unresolved.items()
        },
        **{("later onset", name): replace(declared, later_onset=way) for name, way in later.items()},
    }


def _rows(choice: str, alternative: str, counts: Counts, settings: Settings) -> list[dict[str, object]]:
    found = measures(counts, settings)
    shown = {name: found[name] for name in HEADLINE} | {"inconclusive_rate": _inconclusive(counts, settings)}
    return [
        measure_row(measure, choice=choice, alternative=alternative, measure=name)
        for name, measure in shown.items()
    ]


def _inconclusive(counts: Counts, settings: Settings) -> Measure:
    """Share of the screened whose result is inconclusive (STARD 2015, item 15)."""
    return proportion(counts.inconclusive or 0, counts.screened or 0, settings, "nobody was screened")
