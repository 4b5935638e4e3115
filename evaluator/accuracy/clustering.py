"""Intervals that allow for clusters: the conditions of one newborn, and the newborns of one site."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import numpy as np
import polars as pl

from evaluator.accuracy.annex import Annex, measure_row
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.accuracy.ledger.strata import PAIRS, folded_newborns, newborn_counts, pair_counts
from evaluator.accuracy.measures import Settings, measures
from evaluator.statistics.clustered import Clustered, clustered_proportion
from evaluator.statistics.measure import Measure
from evaluator.tables import MEASURE

RECALLED = ("tp", "fp", "unresolved_positive", "wrong_condition")
# What is counted, of what.
SHARES = {
    "sensitivity": (("tp",), ("tp", "fn", "wrong_condition")),
    "specificity": (("tn",), ("tn", "fp")),
    "ppv": (("tp",), ("tp", "fp", "wrong_condition")),
    "npv": (("tn",), ("tn", "fn")),
}
RECALL = {"recall_rate": (RECALLED, (*RECALLED, "fn", "tn", "unverified_negative", "inconclusive"))}
Shares = Mapping[str, tuple[tuple[str, ...], tuple[str, ...]]]
ROWS = pl.Schema(
    [
        *((name, pl.String()) for name in ("cluster", "stratum", "measure")),
        *MEASURE.items(),
        ("clusters", pl.Int64()),
        ("design_effect", pl.Float64()),
    ]
)
NOTE = (
    "The main table takes newborn x condition, and newborns of different sites, for independent. Here the"
    " conditions of a newborn, or the newborns of a site, may be alike: read these where they are wider."
)


def clustered(ledger: Ledger) -> Annex:
    """Measure newborn x condition with newborns as clusters, and newborns with their sites as clusters."""
    rows = [*_by_newborn(ledger), *_by_site(ledger)]
    return Annex("clustered", "Intervals that allow for clusters", pl.DataFrame(rows, schema=ROWS), (NOTE,))


def _by_newborn(ledger: Ledger) -> Iterator[dict[str, object]]:
    """Yield the pooled measures of all conditions, then those of each group; the newborn is the cluster."""
    pairs = ledger.choices.cells(ledger.by_condition)
    found = measures(pair_counts(PAIRS, pairs), Settings())
    yield from _rows(("newborn", PAIRS), found, SHARES, _cells(ledger, ledger.positives, found))
    positives = ledger.positives.join(ledger.screened.conditions, on="condition")
    for (group,), part in sorted(pairs.drop_nulls("group").partition_by("group", as_dict=True).items()):
        stratum = f"group: {group}"
        found = measures(pair_counts(stratum, part), Settings())
        own = positives.filter(pl.col("group") == group)
        yield from _rows(("newborn", stratum), found, SHARES, _cells(ledger.of_group(group), own, found))


def _cells(ledger: Ledger, positives: pl.DataFrame, found: Mapping[str, Measure]) -> pl.DataFrame:
    """Count each newborn's records by cell; positives are enough where the negatives were not verified."""
    if found["sensitivity"].estimate is None and found["specificity"].estimate is None:
        return positives.group_by("newborn", "cell").len()
    counted = ledger.choices.cells(ledger.by_newborn)
    return counted.group_by("newborn_number", "cell").agg(pl.col("len").sum())


def _by_site(ledger: Ledger) -> Iterator[dict[str, object]]:
    """Yield the measures of newborns; the site is the cluster."""
    newborns = folded_newborns(ledger)
    found = measures(newborn_counts("overall", newborns), Settings())
    if nowhere := newborns["site"].null_count():
        found = dict.fromkeys(found, Measure(not_estimable=f"newborns without a site: {nowhere}"))
    cells = newborns.group_by("site", "cell").len()
    yield from _rows(("site", "overall"), found, {**SHARES, **RECALL}, cells)


def _rows(
    names: tuple[str, str], found: Mapping[str, Measure], shares: Shares, cells: pl.DataFrame
) -> Iterator[dict[str, object]]:
    """Yield one row per measure; what the main table cannot estimate is not estimable here either."""
    cluster, stratum = names
    for name, (counted, total) in shares.items():
        result = Clustered(Measure(not_estimable=found[name].not_estimable), 0)
        if found[name].not_estimable is None:
            sums = cells.group_by(cells.columns[0]).agg(
                pl.col("len").filter(pl.col("cell").is_in(counted)).sum().alias("count"),
                pl.col("len").filter(pl.col("cell").is_in(total)).sum().alias("total"),
            )
            counts, totals = (sums[column].to_numpy().astype(np.int64) for column in ("count", "total"))
            result = clustered_proportion(counts, totals, f"{cluster}s")
        row = measure_row(result.measure, cluster=cluster, stratum=stratum, measure=name)
        yield {**row, "clusters": result.clusters or None, "design_effect": result.design_effect}
