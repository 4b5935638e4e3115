"""The index side of the ledger: what was said of every newborn of the samples table and every condition."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluator.accuracy.ledger.findings import Codes, Findings
from evaluator.accuracy.ledger.index import STATES, condition_results, unsequenced_answers
from evaluator.errors import Problem, raise_if_any
from evaluator.panel.model import Panel
from evaluator.vocabulary import SampleStatus

ROWS_PER_BLOCK = 8_192
NEWBORN_COLUMNS = ("newborn", "status", "site", "ancestry", "sex", "sample_type", "used_for_tuning", "line")


@dataclass(frozen=True, eq=False)
class Screened:
    """Every newborn x condition with its answer, whatever became of the sample."""

    newborns: pl.DataFrame  # newborn_number, NEWBORN_COLUMNS; sorted by newborn
    conditions: pl.DataFrame  # condition_number, condition, group; sorted by condition
    results: Codes  # newborns x conditions: the row of `answers`
    answers: pl.DataFrame  # index.ANSWERS

    def only(self, chosen: pl.Series) -> Screened:
        """Keep the newborns for whom the series says so."""
        newborns = self.newborns.filter(chosen).drop("newborn_number").with_row_index("newborn_number")
        return replace(self, newborns=newborns, results=self.results[chosen.to_numpy()])

    def only_conditions(self, chosen: pl.Series) -> Screened:
        """Keep the conditions for which the series says so."""
        conditions = self.conditions.filter(chosen).drop("condition_number")
        return replace(
            self,
            conditions=conditions.with_row_index("condition_number"),
            results=self.results[:, chosen.to_numpy()],
        )

    def numbered(self, table: pl.DataFrame) -> pl.DataFrame:
        """Replace newborn and condition by their numbers; rows of other newborns or conditions fall away."""
        return (
            table.join(self.newborns.select("newborn", "newborn_number"), on="newborn")
            .join(self.conditions.select("condition", "condition_number"), on="condition")
            .drop("newborn", "condition")
        )

    @cached_property
    def states_by_newborn(self) -> npt.NDArray[np.int64]:
        """Count each newborn's conditions by state: newborns x STATES."""
        return self._counted[0]

    @cached_property
    def states_by_condition(self) -> npt.NDArray[np.int64]:
        """Count each condition's newborns by state: conditions x STATES."""
        return self._counted[1]

    @cached_property
    def _counted(self) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        height, width, states = *self.results.shape, len(STATES.categories)
        state = self.answers["state"].to_physical().to_numpy().astype(np.int64)
        by_newborn = np.zeros((height, states), dtype=np.int64)
        by_condition = np.zeros(width * states, dtype=np.int64)
        for first in range(0, height, ROWS_PER_BLOCK):
            block = state[self.results[first : first + ROWS_PER_BLOCK]]
            rows = len(block)
            row = (block + np.arange(rows)[:, None] * states).ravel()
            by_newborn[first : first + rows] = np.bincount(row, minlength=rows * states).reshape(rows, states)
            column = (block + np.arange(width) * states).ravel()
            by_condition += np.bincount(column, minlength=width * states)
        return by_newborn, by_condition.reshape(width, states)


def screen_results(findings: Findings, samples: pl.DataFrame, panel: Panel) -> Screened:
    """Give every newborn of the samples table its answers.

    Raises InputError unless findings and samples belong together.
    """
    newborns = with_status(samples).select(NEWBORN_COLUMNS).sort("newborn").with_row_index("newborn_number")
    check_belonging(findings, newborns)
    conditions = (
        findings.gene_rows.select("condition")
        .unique()
        .join(panel.conditions.select("condition", "group"), on="condition")
        .sort("condition")
        .with_row_index("condition_number")
    )
    folded, answers = condition_results(findings)
    unsequenced = unsequenced_answers()
    codes = {
        status: answers.height + place for place, status in enumerate(unsequenced["index_reason"].to_list())
    }
    results = np.zeros((newborns.height, conditions.height), dtype=np.uint16)
    found = pl.DataFrame({"newborn": findings.newborns}).join(newborns, on="newborn", maintain_order="left")
    results[found["newborn_number"].to_numpy()] = folded
    absent = newborns.filter(pl.col("status") != SampleStatus.SEQUENCED)
    code = absent["status"].replace_strict(codes, return_dtype=pl.UInt16).to_numpy()
    results[absent["newborn_number"].to_numpy()] = code[:, None]
    return Screened(newborns, conditions, results, pl.concat([answers, unsequenced]))


def with_status(samples: pl.DataFrame) -> pl.DataFrame:
    """Write the status that a row of the samples table has when it names none."""
    return samples.with_columns(pl.col("status").fill_null(SampleStatus.SEQUENCED.value))


def check_belonging(findings: Findings, newborns: pl.DataFrame) -> None:
    """Raise InputError unless the findings are of the newborns of the samples table."""
    problems = []
    found = pl.DataFrame({"newborn": findings.newborns})
    if strangers := found.join(newborns, on="newborn", how="anti").height:
        problems.append(
            f"{strangers} newborns have no row in the samples table; give the table they came from"
        )
    sequenced = newborns.filter(pl.col("status") == SampleStatus.SEQUENCED)
    absent = sequenced.join(found, on="newborn", how="anti").sort("line")
    if absent.height:
        problems.append(
            f"{absent.height} newborns with status sequenced have no findings, the first at line"
            f" {absent['line'][0]} of the samples table; run `nbseval flag` again"
        )
    raise_if_any([Problem("findings", 0, problem) for problem in problems])
