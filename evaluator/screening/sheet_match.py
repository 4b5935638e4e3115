"""The store and the sample sheet speak of the same newborns: nobody removed stays, nobody added is missed."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from evaluator.errors import Problem
from evaluator.sheet_reader import read_sheet
from evaluator.sheets import SAMPLES
from evaluator.variants.batch import BATCHES
from evaluator.variants.store import Store


def sheet_problems(store: Store, samples: Path) -> list[Problem]:
    """Find newborns of the store that are not in the sheet, and rows of the sheet that are not in the store.

    A family that withdrew and was taken out of the sheet must not come back through an old batch.
    """
    sheet, problems = read_sheet(samples, SAMPLES)
    if problems:
        return problems
    listed = sheet.select("newborn", "line")
    problems = []
    for batch in store.batches:
        folder = store.path / BATCHES / batch
        kept = pl.read_parquet(folder / "newborns.parquet", columns=["newborn"])
        strangers = kept.join(listed, on="newborn", how="anti").height
        if strangers:
            message = (
                f"holds {strangers} newborns that are not in {samples}; remove this folder, then extract"
            )
            problems.append(Problem(str(folder), 0, message))
    unread = listed.join(store.newborns().select("newborn").collect(), on="newborn", how="anti")
    problems += [
        Problem(str(samples), line, f"this newborn is not in the store {store.path}; extract it first")
        for line in unread["line"].sort()
    ]
    return problems
