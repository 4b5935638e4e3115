"""The ledger: one row per newborn x condition, index result beside reference result.

Every table of accuracy is derived from it; a 2 x 2 table is never stored. It is complete, but a newborn x
condition of which nothing is known but the pipeline's answer is held as that answer's number; rows are
written out only for those with an outcome or a review, and for whoever asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluator.accuracy.ledger.choices import Choices
from evaluator.accuracy.ledger.index import ANSWERS, STATES, reviewed_answers
from evaluator.accuracy.ledger.screened import Screened
from evaluator.tables import LEDGER, check
from evaluator.vocabulary import Definition, IndexResult, Reference

PAIR = ["newborn_number", "condition_number"]
DETAILS = ("method", "followup_months", "found_by", "causal_gene", "reason_fp")
# What decides the cell of a record, and how many records say so.
DECIDING = ("state", "reference", "onset_class", "len")
REVIEWED_SCHEMA = {"newborn": pl.String(), "condition": pl.String(), **ANSWERS}
NEWBORNS_PER_BLOCK = 2_000


@dataclass(frozen=True, eq=False)
class Ledger:
    """Index results with what is known beside them, under one definition and one set of choices."""

    screened: Screened
    noted: pl.DataFrame  # PAIR, state, index_reason, screened_state, reference, onset_class, DETAILS
    choices: Choices
    definition: Definition

    def counted_as(self, choices: Choices) -> Ledger:
        """The same records, counted by other choices."""
        return replace(self, choices=choices)

    @cached_property
    def by_condition(self) -> pl.DataFrame:
        """Count the records of each condition by what decides their cell: see DECIDING."""
        counts = self.screened.states_by_condition.copy()
        numbers = self.noted["condition_number"].to_numpy()
        np.subtract.at(counts, (numbers, self._noted_states), 1)
        noted = self.noted.group_by("condition_number", "state", "reference", "onset_class").len()
        return pl.concat(
            [_long("condition_number", counts), noted.select("condition_number", *DECIDING)]
        ).join(self.screened.conditions, on="condition_number")

    @cached_property
    def by_newborn(self) -> pl.DataFrame:
        """Count the records of each newborn by what decides their cell: see DECIDING."""
        counts = self.screened.states_by_newborn.copy()
        numbers = self.noted["newborn_number"].to_numpy()
        np.subtract.at(counts, (numbers, self._noted_states), 1)
        noted = self.noted.group_by("newborn_number", "state", "reference", "onset_class").len()
        return pl.concat([_long("newborn_number", counts), noted.select("newborn_number", *DECIDING)])

    @cached_property
    def profiles(self) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Sort newborns by what their records say: most of a cohort is one of a few hundred profiles.

        Returns newborn_number with its profile, and the records of each profile: DECIDING without counts.
        """
        records = self.by_newborn.select("newborn_number", "state", "reference", "onset_class")
        kinds = records.select("state", "reference", "onset_class").unique().sort(pl.all())
        kinds = kinds.with_row_index("kind")
        told = records.join(kinds, on=["state", "reference", "onset_class"], nulls_equal=True)
        sets = told.group_by("newborn_number").agg(pl.col("kind").unique().sort())
        distinct = sets.select("kind").unique().with_row_index("profile")
        members = sets.join(distinct, on="kind").select("newborn_number", "profile")
        return members, distinct.explode("kind").join(kinds, on="kind").drop("kind")

    def of_group(self, group: str) -> Ledger:
        """The records of the conditions of one group."""
        chosen = self.screened.conditions["group"].eq(group).fill_null(value=False)
        kept = self.screened.conditions.filter(chosen).select("condition_number").with_row_index("number")
        noted = self.noted.join(kept, on="condition_number").drop("condition_number")
        return replace(
            self,
            screened=self.screened.only_conditions(chosen),
            noted=noted.rename({"number": "condition_number"}).sort(PAIR),
        )

    @property
    def _noted_states(self) -> npt.NDArray[np.uint8]:
        return self.noted["screened_state"].to_physical().to_numpy()

    def affected(self) -> pl.DataFrame:
        """Write out the records whose outcome says affected, whatever the choices make of it, as LEDGER."""
        return self._described(self.noted.filter(pl.col("reference") == Reference.AFFECTED))

    def of(self, pairs: pl.DataFrame) -> pl.DataFrame:
        """Write out the records of these pairs (PAIR, each once), as LEDGER."""
        rows, columns = (pairs[name].to_numpy().astype(np.int64) for name in PAIR)
        silent = self._silent(rows, columns).join(self.noted, on=PAIR, how="anti")
        noted = self.noted.join(pairs, on=PAIR, how="semi")
        return self._described(pl.concat([silent, noted], how="diagonal_relaxed"))

    @cached_property
    def positives(self) -> pl.DataFrame:
        """Write out every positive record, with an outcome or without, as LEDGER."""
        index = self.choices.index_of_states()
        states = [state for state, result in index.items() if result == IndexResult.POSITIVE]
        positive = self.screened.answers["state"].is_in(states).to_numpy()
        rows, columns = np.nonzero(positive[self.screened.results])
        silent = self._silent(rows, columns).join(self.noted, on=PAIR, how="anti")
        noted = self.noted.filter(pl.col("state").is_in(states))
        return self._described(pl.concat([silent, noted], how="diagonal_relaxed"))

    def blocks(self) -> Iterator[pl.DataFrame]:
        """Write out the complete ledger, a block of newborns at a time, sorted by newborn and condition."""
        width = self.screened.conditions.height
        noted = self.noted.sort(PAIR)
        for first in range(0, self.screened.newborns.height, NEWBORNS_PER_BLOCK):
            number = pl.col("newborn_number")
            here = noted.filter(number.is_between(first, first + NEWBORNS_PER_BLOCK - 1))
            rows = np.arange(first, min(first + NEWBORNS_PER_BLOCK, self.screened.newborns.height))
            silent = self._silent(np.repeat(rows, width), np.tile(np.arange(width), len(rows)))
            every = silent.join(here.select(PAIR), on=PAIR, how="anti")
            yield self._described(pl.concat([every, here], how="diagonal_relaxed"))

    @property
    def rows(self) -> pl.DataFrame:
        """The complete ledger at once: for small runs."""
        return pl.concat([pl.DataFrame(schema=LEDGER), *self.blocks()])

    def _silent(self, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> pl.DataFrame:
        """Records of which only the pipeline's answer is known."""
        pairs = pl.DataFrame(
            {"newborn_number": rows, "condition_number": columns},
            schema={"newborn_number": pl.UInt32, "condition_number": pl.UInt32},
        )
        return pairs.hstack(self.screened.answers[self.screened.results[rows, columns]]).with_columns(
            reference=pl.lit(Reference.NOT_VERIFIED.value), onset_class=pl.lit(None, dtype=pl.String)
        )

    def _described(self, records: pl.DataFrame) -> pl.DataFrame:
        """Name newborn and condition, add index and cell, and give every column of LEDGER."""
        lacking = [
            pl.lit(None, dtype=LEDGER[name]).alias(name) for name in DETAILS if name not in records.columns
        ]
        table = (
            self.choices.cells(records.with_columns(lacking))
            .join(self.screened.newborns, on="newborn_number")
            .join(self.screened.conditions, on="condition_number")
            .sort(PAIR)
            .select(list(LEDGER))
        )
        return check(table, LEDGER, "ledger")


def _long(name: str, counts: npt.NDArray[np.int64]) -> pl.DataFrame:
    """One row per non-zero count of records without outcome or review."""
    numbers, states = np.nonzero(counts)
    return pl.DataFrame(
        {
            name: pl.Series(numbers, dtype=pl.UInt32),
            "state": pl.Series(STATES.categories)[states].cast(STATES),
            "len": pl.Series(counts[numbers, states], dtype=pl.UInt32),
        }
    ).select(
        name,
        "state",
        pl.lit(Reference.NOT_VERIFIED.value).alias("reference"),
        pl.lit(None, dtype=pl.String).alias("onset_class"),
        "len",
    )


def build_ledger(
    screened: Screened,
    references: pl.DataFrame,
    definition: Definition,
    choices: Choices,
    reviews: pl.DataFrame | None = None,
) -> Ledger:
    """Put reference results beside index results; `reviews` makes the reviewer the index test."""
    known = screened.numbered(references)
    reviewed = pl.DataFrame(schema=REVIEWED_SCHEMA) if reviews is None else reviewed_answers(reviews)
    noted = known.join(screened.numbered(reviewed), on=PAIR, how="full", coalesce=True).sort(PAIR)
    codes = screened.results[noted["newborn_number"].to_numpy(), noted["condition_number"].to_numpy()]
    answers = screened.answers[codes]
    noted = noted.with_columns(
        answers["state"].alias("screened_state"),
        pl.coalesce("state", answers["state"]),
        pl.coalesce("index_reason", answers["index_reason"]),
        pl.col("reference").fill_null(Reference.NOT_VERIFIED.value),
    )
    return Ledger(screened, noted, choices, definition)
