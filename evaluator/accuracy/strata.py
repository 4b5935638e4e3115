"""From the ledger to the counts of each stratum.

Overall, site and ancestry count newborns: positive for any condition, affected by any. Condition counts its
newborns; group, and `overall: newborn x condition`, count newborn x condition. Only positives carry a gene.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum

import polars as pl

from evaluator.accuracy.cells import Cell, Counts
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


def newborn_cells(ledger: pl.DataFrame) -> pl.DataFrame:
    """Fold each newborn's cells into one: newborn, site, ancestry, cell.

    A positive and affected newborn whose positives are all for other conditions is `wrong_condition`, not a
    true positive. A newborn is a true negative only when every negative result was verified; conditions
    without a result do not undo the results of the others.
    """
    has = {cell: (pl.col("cell") == cell).any() for cell in Cell}
    affected = (pl.col("reference") == Reference.AFFECTED).any()
    positive = has[Cell.FP] | has[Cell.UNRESOLVED_POSITIVE]
    return (
        ledger.lazy()
        .group_by("newborn", maintain_order=True)
        .agg(
            pl.col("site", "ancestry").first(),
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
            .otherwise(pl.lit("not_tested"))
            .alias("cell"),
        )
        .collect()
    )


def counts_by(
    ledger: pl.DataFrame, findings: pl.DataFrame, strata: Iterable[Stratum], affected_not_on_panel: int
) -> list[Counts]:
    """Count the cells of every stratum asked for, in the order asked, names sorted within each."""
    newborns = newborn_cells(ledger)
    counts: list[Counts] = []
    for stratum in dict.fromkeys(strata):
        if stratum is Stratum.OVERALL:
            counts.append(_count("overall", newborns, affected_not_on_panel=affected_not_on_panel))
            counts.append(_count(PAIRS, ledger))
        elif stratum is Stratum.GENE:
            counts += _gene_counts(ledger, findings)
        else:
            by_newborn = stratum in (Stratum.SITE, Stratum.ANCESTRY)
            counts += _split(stratum, newborns if by_newborn else ledger)
    return counts


def several_positives(ledger: pl.DataFrame) -> int:
    """Count newborns positive for more than one condition: their records are not independent."""
    positives = ledger.filter(pl.col("index") == "positive").group_by("newborn").len()
    return positives.filter(pl.col("len") > 1).height


def _split(stratum: Stratum, table: pl.DataFrame) -> list[Counts]:
    named = table.with_columns(pl.col(stratum.value).fill_null("not given"))
    return [
        _count(f"{stratum}: {name}", part)
        for (name,), part in sorted(named.partition_by(stratum.value, as_dict=True).items())
    ]


def _count(stratum: str, table: pl.DataFrame, affected_not_on_panel: int | None = None) -> Counts:
    found: dict[str, int] = dict(table.group_by("cell").len().iter_rows())
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
        # a table of newborn x condition has no wrong condition: it has a miss and a false positive
        wrong_condition=None if "condition" in table.columns else found.get("wrong_condition", 0),
        affected_not_on_panel=affected_not_on_panel,
    )


def _gene_counts(ledger: pl.DataFrame, findings: pl.DataFrame) -> list[Counts]:
    """Count the positives that each gene explains, among the newborns in whom the gene was assessed."""
    carried = findings.filter(pl.col("verdict").is_in([Verdict.REPORTABLE, Verdict.PENDING_PHASE]))
    has = {cell: (pl.col("cell") == cell).any() for cell in Cell}
    positives = (
        ledger.filter(pl.col("index") == "positive")
        .join(carried.select("newborn", "condition", "gene").unique(), on=["newborn", "condition"])
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
    cells = {(gene, cell): count for gene, cell, count in positives.iter_rows()}
    assessed = dict(
        findings.group_by("gene")
        .agg(pl.col("newborn").filter(pl.col("verdict") != Verdict.NOT_ASSESSED).n_unique())
        .iter_rows()
    )
    return [
        Counts(
            f"gene: {gene}",
            tp=cells.get((gene, Cell.TP), 0),
            fp=cells.get((gene, Cell.FP), 0),
            unresolved_positive=cells.get((gene, Cell.UNRESOLVED_POSITIVE), 0),
            total_screened=assessed[gene],
            unknown_because="only positives carry a gene",
        )
        for gene in sorted(assessed)
    ]
