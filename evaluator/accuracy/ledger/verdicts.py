"""The verdict of every newborn x condition, as numbers: for all that counts verdicts, before any outcome."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluator.accuracy.ledger.findings import Codes, Findings
from evaluator.vocabulary import VERDICT_ORDER

NEWBORNS_PER_BLOCK = 4_096
COUNTED = pl.Schema({**dict.fromkeys(("condition", "verdict", "decisive"), pl.String()), "len": pl.UInt32()})


@dataclass(frozen=True, eq=False)
class Verdicts:
    """What the pipeline said of every newborn x condition."""

    newborns: pl.Series  # one each
    conditions: list[str]  # sorted
    codes: Codes  # newborns x conditions: the row of `answers`
    answers: pl.DataFrame  # verdict, decisive (the first reason)

    def count(self) -> pl.DataFrame:
        """Count newborns by condition, verdict and decisive reason: condition, verdict, decisive, len."""
        parts = []
        for place, condition in enumerate(self.conditions):
            found = np.bincount(self.codes[:, place], minlength=self.answers.height)
            here = self.answers.with_columns(
                condition=pl.lit(condition), len=pl.Series(found, dtype=pl.UInt32)
            )
            parts.append(here.filter(pl.col("len") > 0))
        return (
            pl.concat([pl.DataFrame(schema=COUNTED), *(part.select(list(COUNTED)) for part in parts)])
            .group_by("condition", "verdict", "decisive")
            .agg(pl.col("len").sum())
            .sort("condition", "verdict", "decisive")
        )

    def any(self, chosen: pl.Expr) -> npt.NDArray[np.bool_]:
        """Say of each newborn whether any condition's answer is as chosen by `verdict` and `decisive`."""
        wanted = self.answers.select(chosen.fill_null(value=False)).to_series().to_numpy()
        blocks = range(0, len(self.codes), NEWBORNS_PER_BLOCK)
        found = [wanted[self.codes[first : first + NEWBORNS_PER_BLOCK]].any(axis=1) for first in blocks]
        return np.concatenate(found) if found else np.zeros(0, dtype=bool)


def condition_verdicts(findings: Findings) -> Verdicts:
    """Fold gene rows into conditions: the first verdict of VERDICT_ORDER, and its decisive reason."""
    conditions = findings.gene_rows["condition"].unique().sort().to_list()
    return Verdicts(
        findings.newborns,
        conditions,
        folded(findings),
        findings.answers.select("verdict", decisive().alias("decisive")),
    )


def folded(findings: Findings) -> Codes:
    """Choose for every condition, in the order of their names, the strongest verdict's first gene row.

    Returns newborns x conditions, each the row of the findings' answers.
    """
    order = {str(verdict): place for place, verdict in enumerate(VERDICT_ORDER)}
    rank = findings.answers["verdict"].replace_strict(order, return_dtype=pl.UInt8).to_numpy()
    columns = findings.gene_rows.with_row_index("column").group_by("condition", maintain_order=True)
    places = [(rows["column"][0], rows["column"][-1] + 1) for _, rows in columns]
    results = np.zeros((findings.newborns.len(), len(places)), dtype=np.uint16)
    for begin in range(0, len(results), NEWBORNS_PER_BLOCK):
        # one row per gene row: what is compared lies side by side, which halves the time of a nation's cohort
        codes = findings.codes[begin : begin + NEWBORNS_PER_BLOCK].T.copy()
        for place, (first, last) in enumerate(places):
            strongest, *others = codes[first:last]
            for other in others:
                strongest = np.where(rank[other] < rank[strongest], other, strongest)
            results[begin : begin + NEWBORNS_PER_BLOCK, place] = strongest
    return results


def decisive() -> pl.Expr:
    """Take the first of an answer's reasons."""
    return pl.col("reasons").fill_null("").str.extract("^([^;]*)")
