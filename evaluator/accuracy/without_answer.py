"""Who got no answer: results pending, not assessed or inconclusive, ancestry by ancestry and site by site.

What the panel's variant list covers in an ancestry would stand beside these shares; no source gives it.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.ledger.index import STATES
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.measures import Settings, proportion
from evaluator.statistics.clustered import clustered_proportion
from evaluator.tables import MEASURE
from evaluator.vocabulary import IndexResult, SampleStatus, Verdict

KINDS = ("ancestry", "site")
STATE_OF = {
    "pending": str(Verdict.PENDING_PHASE),
    "not_assessed": str(Verdict.NOT_ASSESSED),
    "inconclusive": str(IndexResult.INCONCLUSIVE),
}
ROWS = pl.Schema([*((name, pl.String()) for name in ("kind", "stratum", "measure")), *MEASURE.items()])
NOTE = (
    "Of sequenced newborns, as the pipeline answered. Shares that differ are no proof of unequal accuracy,"
    " and shares that agree are none of equal accuracy: few newborns are insufficient evidence of either."
)


def without_answer(ledger: Ledger, settings: Settings) -> Annex:
    """Measure by ancestry and by site the share of newborns, and of results, without an answer."""
    screened = ledger.screened
    sequenced = (screened.newborns["status"] == SampleStatus.SEQUENCED).to_numpy()
    states = screened.states_by_newborn[sequenced]
    newborns = screened.newborns.filter(pl.Series(sequenced))
    rows: list[dict[str, object]] = []
    for kind in KINDS:
        names = newborns[kind].fill_null("not given")
        for stratum in names.unique().sort():
            part = states[(names == stratum).to_numpy()]
            rows += [{"kind": kind, "stratum": stratum, **row} for row in _rows(part, settings)]
    title = "Results without an answer, by ancestry and by site"
    return Annex("without_answer", title, pl.DataFrame(rows, schema=ROWS), (NOTE,))


def _rows(states: npt.NDArray[np.int64], settings: Settings) -> Iterator[dict[str, object]]:
    """Yield the shares of newborns, then the share of all their results that were not assessed."""
    columns = STATES.categories.to_list()
    totals = states.sum(axis=1)
    for name, state in STATE_OF.items():
        with_one = int(np.count_nonzero(states[:, columns.index(state)]))
        share = proportion(with_one, len(states), settings, "no sequenced newborn")
        yield measure_row(share, measure=f"newborns_with_{name}")
    unassessed = states[:, columns.index(STATE_OF["not_assessed"])]
    results = clustered_proportion(unassessed, totals, "newborns")
    yield measure_row(results.measure, measure="results_not_assessed")
