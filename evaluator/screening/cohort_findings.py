"""The findings of a cohort, complete by construction: what most newborns share, and what differs from it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from evaluator.tables import FINDINGS, check
from evaluator.vocabulary import Verdict

GENE_ROW = ("condition", "gene", "inheritance")
ANSWER = ("verdict", "reasons", "alleles", "zygosity", "phase")
DEFAULT = ("verdict", "reasons")  # a newborn without a call has no alleles to tell
POSITIVE = (str(Verdict.REPORTABLE), str(Verdict.PENDING_PHASE))
NEWBORNS_AT_ONCE = 2_000  # of complete findings in memory

Codes = npt.NDArray[np.unsignedinteger]


@dataclass(frozen=True, eq=False)
class CohortFindings:
    """Every newborn x gene row: the default of the newborn's class, unless a differing row says otherwise."""

    newborns: pl.DataFrame  # newborn, class (UInt32: its place in `classes`); sorted by newborn
    classes: pl.DataFrame  # what the newborns of a class share (rulebook.CLASS)
    gene_rows: pl.DataFrame  # GENE_ROW, sorted
    defaults: pl.DataFrame  # DEFAULT: the gene rows of the first class, then those of the next
    differing: pl.DataFrame  # place (of the newborn), row (both UInt32), ANSWER; sorted by place and row

    @property
    def height(self) -> int:
        """Number of findings."""
        return self.newborns.height * self.gene_rows.height

    def table(self, first: int = 0, newborns: int | None = None) -> pl.DataFrame:
        """Return tables.FINDINGS of so many newborns from the first, or of all.

        Findings are gathered by number from the few distinct answers; millions of rows are never joined.
        """
        shown, width = self.newborns["newborn"].slice(first, newborns), self.gene_rows.height
        answers, codes = self.coded(ANSWER, first, newborns)
        who = pl.Series(np.repeat(np.arange(shown.len(), dtype=np.uint32), width))
        row = pl.Series(np.tile(np.arange(width, dtype=np.uint32), shown.len()))
        columns = [shown.gather(who), *self.gene_rows.select(pl.col(*GENE_ROW).gather(row))]
        told = answers.select(pl.col(*ANSWER).gather(pl.Series(codes.ravel())))
        return check(pl.DataFrame(columns).hstack(told), FINDINGS, "findings")

    def tables(self, newborns: int = NEWBORNS_AT_ONCE) -> Iterator[pl.DataFrame]:
        """Return the complete findings in parts of so many newborns, so that they never stand in memory."""
        for first in range(0, self.newborns.height, newborns):
            yield self.table(first, newborns)

    def coded(
        self, columns: tuple[str, ...], first: int = 0, newborns: int | None = None
    ) -> tuple[pl.DataFrame, Codes]:
        """Return the distinct answers in these columns, and their numbers: newborns x gene rows."""
        count = self.newborns.height - first if newborns is None else newborns
        inside = (pl.col("place") >= first) & (pl.col("place") < first + count)
        different = self.differing if newborns is None and not first else self.differing.filter(inside)
        empty = [pl.lit(None, pl.String).alias(name) for name in ANSWER if name not in DEFAULT]
        told = pl.concat([self.defaults.with_columns(empty).select(columns), different.select(columns)])
        answers = told.unique().sort(columns, nulls_last=True)
        number = answers.with_row_index("number")
        numbered = told.join(number, on=columns, nulls_equal=True, how="left", maintain_order="left")
        width = self.gene_rows.height
        # The narrowest numbers: a nation's findings are a quarter of a billion of them.
        numbers = numbered["number"].to_numpy().astype(np.min_scalar_type(answers.height))
        by_class = numbers[: self.defaults.height].reshape(self.classes.height, width)
        codes = by_class[self.newborns["class"].slice(first, count).to_numpy()]
        places = different["place"].to_numpy().astype(np.int64) - first
        codes[places, different["row"].to_numpy()] = numbers[self.defaults.height :]
        return answers, codes

    def differing_table(self) -> pl.DataFrame:
        """Return the differing rows alone (tables.FINDINGS)."""
        names = self.newborns["newborn"].gather(self.differing["place"])
        rows = self.gene_rows.select(pl.col(*GENE_ROW).gather(self.differing["row"]))
        columns = [names, *rows, *self.differing.select(ANSWER)]
        return check(pl.DataFrame(columns), FINDINGS, "findings")

    def positives(self) -> pl.DataFrame:
        """Return the reportable and pending rows (tables.FINDINGS); no default is one."""
        return self.differing_table().filter(pl.col("verdict").is_in(POSITIVE))

    def verdict_counts(self) -> dict[str, int]:
        """Count the findings by verdict without writing them out; every verdict is named."""
        sizes = np.bincount(self.newborns["class"].to_numpy(), minlength=self.classes.height)
        width = self.gene_rows.height
        by_class = self.newborns["class"].gather(self.differing["place"]).cast(pl.Int64)
        replaced = (by_class * width + self.differing["row"].cast(pl.Int64)).to_numpy()
        left = np.repeat(sizes, width) - np.bincount(replaced, minlength=self.defaults.height)
        shared = self.defaults.select("verdict", count=pl.Series(left, dtype=pl.Int64))
        different = self.differing.select("verdict", count=pl.lit(1, pl.Int64))
        counts = dict(pl.concat([shared, different]).group_by("verdict").agg(pl.sum("count")).iter_rows())
        return {str(verdict): counts.get(str(verdict), 0) for verdict in Verdict}


def cohort_findings(
    newborns: pl.DataFrame,
    classes: pl.DataFrame,
    gene_rows: pl.DataFrame,
    defaults: pl.DataFrame,
    decided: pl.DataFrame,
) -> CohortFindings:
    """Put findings together from newborn and class, and from the decided rows (newborn, row, ANSWER).

    Decided rows that say what the class says anyway are left out, and so are classes without a newborn.
    """
    width = gene_rows.height
    used = newborns["class"].unique().sort()
    shared = defaults.with_row_index("place").filter((pl.col("place") // width).is_in(used.implode()))
    renumbered = pl.DataFrame({"class": used}).with_row_index("used")
    order = (
        newborns.join(renumbered, on="class").sort("newborn").select("newborn", pl.col("used").alias("class"))
    )
    placed = (
        decided.select("newborn", pl.col("row").cast(pl.UInt32), *ANSWER)
        .join(order.with_row_index("place"), on="newborn")
        .sort("place", "row")
    )
    default = placed["class"].cast(pl.Int64) * width + placed["row"].cast(pl.Int64)
    same = pl.all_horizontal(
        *(placed[name].eq_missing(shared[name].gather(default)) for name in DEFAULT),
        *(placed[name].is_null() for name in ANSWER if name not in DEFAULT),
    )
    differing = placed.filter(~same).select("place", "row", *ANSWER)
    return CohortFindings(order, classes[used], gene_rows.select(GENE_ROW), shared.select(DEFAULT), differing)
