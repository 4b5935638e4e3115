"""From the ledger to the counts of each stratum.

Overall, site, ancestry, sex and sample type count newborns: positive for any condition, affected by any.
Condition counts its newborns; group, and `overall: newborn x condition`, count newborn x condition. Only
positives carry a gene.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import numpy as np
import polars as pl

from evaluator.accuracy.cells import Cell, Counts
from evaluator.accuracy.ledger.choices import Choices
from evaluator.accuracy.ledger.findings import Findings
from evaluator.accuracy.ledger.ledger import Ledger
from evaluator.vocabulary import Reference, Verdict

PAIRS = "overall: newborn x condition"


class Stratum(StrEnum):
    """What the counts are split by."""

    OVERALL = "overall"
    CONDITION = "condition"
    GENE = "gene"
    GROUP = "group"
    SITE = "site"
    ANCESTRY = "ancestry"
    SEX = "sex"
    SAMPLE_TYPE = "sample_type"


ANSWERED = (Reference.AFFECTED.value, Reference.UNAFFECTED.value)
# What decides where a record is counted; the rest of a table may be summed over.
SUMMED = ("cell", "affected", "open", "reference")
# Of the samples table: a stratum of newborns, not of newborn x condition.
OF_NEWBORNS = (Stratum.SITE, Stratum.ANCESTRY, Stratum.SEX, Stratum.SAMPLE_TYPE)


def newborn_cells(ledger: pl.DataFrame) -> pl.DataFrame:
    """Fold each newborn's cells of a complete ledger into one: newborn, site, ancestry, cell."""
    first = pl.col("site", "ancestry").first()
    folded = ledger.lazy().group_by("newborn", maintain_order=True).agg(first, _newborn_cell())
    return folded.collect()


def folded_newborns(ledger: Ledger) -> pl.DataFrame:
    """Fold each newborn's cells into one: the columns of Screened.newborns, cell, affected, open."""
    members, _ = ledger.profiles
    folded = members.join(_folded_profiles(ledger, ledger.choices), on="profile").drop("profile")
    return ledger.screened.newborns.join(folded, on="newborn_number").sort("newborn_number")


def overall_counts(ledger: Ledger, choices: Choices) -> Counts:
    """Count newborns by other choices than the ledger's own."""
    members, _ = ledger.profiles
    sizes = members.group_by("profile").len()
    return newborn_counts("overall", _folded_profiles(ledger, choices).join(sizes, on="profile"))


def _folded_profiles(ledger: Ledger, choices: Choices) -> pl.DataFrame:
    _, records = ledger.profiles
    affected, answered = pl.col("reference") == Reference.AFFECTED, pl.col("reference").is_in(ANSWERED)
    outside = pl.col("cell") == Cell.OUTSIDE_TARGET
    return (
        choices.cells(records)
        .group_by("profile")
        .agg(
            _newborn_cell(),
            (affected & ~outside).any().alias("affected"),
            (~answered).any().alias("open"),
        )
    )


def _newborn_cell() -> pl.Expr:
    """Choose the one cell of a newborn.

    A positive and affected newborn whose positives are all for other conditions is `wrong_condition`, not a
    true positive. A newborn is a true negative only when every negative result was verified; conditions
    without a result do not undo the results of the others.
    """
    has = {cell: (pl.col("cell") == cell).any() for cell in Cell}
    outside = pl.col("cell") == Cell.OUTSIDE_TARGET
    affected = ((pl.col("reference") == Reference.AFFECTED) & ~outside).any()
    positive = has[Cell.FP] | has[Cell.UNRESOLVED_POSITIVE]
    return (
        pl.when(has[Cell.TP])
        .then(pl.lit("tp"))
        .when(positive & affected)
        .then(pl.lit("wrong_condition"))
        .when(has[Cell.UNRESOLVED_POSITIVE])
        .then(pl.lit("unresolved_positive"))
        .when(has[Cell.FP])
        .then(pl.lit("fp"))
        .when(has[Cell.FN])
        .then(pl.lit("fn"))
        .when(has[Cell.INCONCLUSIVE])
        .then(pl.lit("inconclusive"))
        .when(affected & has[Cell.FAILED])  # the one condition that mattered gave no result
        .then(pl.lit("failed"))
        .when(has[Cell.UNVERIFIED_NEGATIVE])
        .then(pl.lit("unverified_negative"))
        .when(has[Cell.TN])
        .then(pl.lit("tn"))
        .when(has[Cell.FAILED])
        .then(pl.lit("failed"))
        .when(has[Cell.NOT_TESTED])
        .then(pl.lit("not_tested"))
        .otherwise(pl.lit("outside_target"))
        .alias("cell")
    )


def counts_by(
    ledger: Ledger, findings: Findings, strata: Iterable[Stratum], affected_not_on_panel: int
) -> list[Counts]:
    """Count the cells of every stratum asked for, in the order asked, names sorted within each."""
    newborns = folded_newborns(ledger)
    pairs = ledger.choices.cells(ledger.by_condition)
    counts: list[Counts] = []
    for stratum in dict.fromkeys(strata):
        if stratum is Stratum.OVERALL:
            counts.append(newborn_counts("overall", newborns, affected_not_on_panel))
            counts.append(pair_counts(PAIRS, pairs))
        elif stratum is Stratum.GENE:
            counts += _gene_counts(ledger, findings)
        elif stratum in OF_NEWBORNS:
            counts += [newborn_counts(name, part) for name, part in _split(stratum, newborns)]
        else:
            counts += [pair_counts(name, part) for name, part in _split(stratum, pairs)]
    return counts


def newborn_counts(stratum: str, newborns: pl.DataFrame, affected_not_on_panel: int | None = None) -> Counts:
    """Count folded newborns; positive for the wrong condition is a cell of its own."""
    sized = newborns if "len" in newborns.columns else newborns.with_columns(len=pl.lit(1))
    return _counts(stratum, sized, wrong_condition=True, affected_not_on_panel=affected_not_on_panel)


def pair_counts(stratum: str, pairs: pl.DataFrame) -> Counts:
    """Count newborn x condition; no wrong condition here: it is a miss and a false positive."""
    affected, answered = pl.col("reference") == Reference.AFFECTED, pl.col("reference").is_in(ANSWERED)
    return _counts(stratum, pairs.with_columns(affected=affected, open=~answered))


def _split(stratum: Stratum, table: pl.DataFrame) -> list[tuple[str, pl.DataFrame]]:
    size = pl.col("len").sum() if "len" in table.columns else pl.len()
    named = table.group_by(
        pl.col(stratum.value).fill_null("not given"), *(name for name in SUMMED if name in table.columns)
    ).agg(size.alias("len"))
    return [
        (f"{stratum}: {name}", part)
        for (name,), part in sorted(named.partition_by(stratum.value, as_dict=True).items())
    ]


def _counts(
    stratum: str,
    table: pl.DataFrame,
    *,
    wrong_condition: bool = False,
    affected_not_on_panel: int | None = None,
) -> Counts:
    """Sum a table of cell, affected, open and len."""
    found: dict[str, int] = dict(table.group_by("cell").agg(pl.col("len").sum()).iter_rows())
    untested = table.filter(pl.col("cell").is_in([Cell.INCONCLUSIVE, Cell.FAILED, Cell.NOT_TESTED]))
    return Counts(
        stratum,
        tp=found.get(Cell.TP, 0),
        fp=found.get(Cell.FP, 0),
        fn=found.get(Cell.FN, 0),
        tn=found.get(Cell.TN, 0),
        unresolved_positive=found.get(Cell.UNRESOLVED_POSITIVE, 0),
        unverified_negative=found.get(Cell.UNVERIFIED_NEGATIVE, 0),
        inconclusive=found.get(Cell.INCONCLUSIVE, 0),
        failed=found.get(Cell.FAILED, 0),
        not_tested=found.get(Cell.NOT_TESTED, 0),
        wrong_condition=found.get("wrong_condition", 0) if wrong_condition else None,
        affected_not_on_panel=affected_not_on_panel,
        outside_target=found.get(Cell.OUTSIDE_TARGET) or None,
        affected_untested=int(untested.filter("affected")["len"].sum()),
        unverified_untested=int(untested.filter(~pl.col("affected") & pl.col("open"))["len"].sum()),
    )


def _gene_counts(ledger: Ledger, findings: Findings) -> list[Counts]:
    """Count the positives that each gene explains, among the newborns in whom the gene was assessed."""
    positives = ledger.positives.filter(pl.col("cell") != Cell.OUTSIDE_TARGET)
    carried = findings.table(positives["newborn"], positives["condition"]).filter(
        pl.col("verdict").is_in([Verdict.REPORTABLE, Verdict.PENDING_PHASE])
    )
    has = {cell: (pl.col("cell") == cell).any() for cell in Cell}
    counted = (
        positives.join(carried.select("newborn", "condition", "gene").unique(), on=["newborn", "condition"])
        .group_by("gene", "newborn")  # one gene of two conditions is one finding in one newborn
        .agg(
            pl.when(has[Cell.TP])
            .then(pl.lit("tp"))
            .when(has[Cell.UNRESOLVED_POSITIVE])
            .then(pl.lit("unresolved_positive"))
            .otherwise(pl.lit("fp"))
            .alias("cell")
        )
        .group_by("gene", "cell")
        .len()
    )
    cells = {(gene, cell): count for gene, cell, count in counted.iter_rows()}
    return [
        Counts(
            f"gene: {gene}",
            tp=cells.get((gene, Cell.TP), 0),
            fp=cells.get((gene, Cell.FP), 0),
            unresolved_positive=cells.get((gene, Cell.UNRESOLVED_POSITIVE), 0),
            total_screened=newborns,
            unknown_because="only positives carry a gene",
        )
        for gene, newborns in _assessed(ledger, findings)
    ]


def _assessed(ledger: Ledger, findings: Findings) -> list[tuple[str, int]]:
    """Count for every gene the newborns in whom at least one of its rows was assessed."""
    assessed = (findings.answers["verdict"] != Verdict.NOT_ASSESSED).to_numpy()
    here = findings.newborns.is_in(ledger.screened.newborns["newborn"].implode()).to_numpy()
    by_gene = findings.gene_rows.with_row_index("column").group_by("gene").agg("column").sort("gene")
    return [
        (gene, int(np.count_nonzero(assessed[findings.codes[:, columns]].any(axis=1) & here)))
        for gene, columns in by_gene.iter_rows()
    ]
