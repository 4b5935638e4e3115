"""Flag a cohort: open the store's tables, refuse what cannot be evaluated, decide every gene row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from evaluator.errors import raise_if_any
from evaluator.files import whole_file
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, write_parquet
from evaluator.screening.engine import Cohort, evaluate
from evaluator.screening.evidence import Sources
from evaluator.screening.quality import missing_fields
from evaluator.screening.requirements import (
    annotation_problems,
    build_problems,
    depth_problems,
    frequency_problems,
    notes,
    region_problems,
)
from evaluator.variants.store import Store


@dataclass(frozen=True)
class Flagging:
    """Findings (tables.FINDINGS, sorted by newborn, condition, gene, inheritance) and what to tell once."""

    findings: pl.DataFrame
    notes: Sequence[str]
    provenance: Provenance


def flag(store: Store, panel: Panel) -> Flagging:
    """Decide every newborn x gene row of the panel.

    Raises InputError with every reason why this panel cannot be evaluated on this store.
    """
    cohort = open_cohort(store, panel)
    record = Provenance(
        command="flag",
        panel=panel.id,
        panel_version=panel.version,
        panel_sha256=panel.sha256,
        inputs={"store": store.sha256},
        parameters={"annotation": list(store.annotation_sources)},
    )
    return Flagging(evaluate(cohort, panel).findings, notes(panel, cohort.sources, cohort.variants), record)


def open_cohort(store: Store, panel: Panel, newborn: str | None = None) -> Cohort:
    """Read the store's tables, of all newborns or of one, after checking that the panel fits the store."""
    sources = Sources.of(store.annotation_sources)
    newborns = store.newborns().collect()
    where = str(store.path)
    # Another build makes every other complaint meaningless.
    raise_if_any(build_problems(panel, store.genome_build, where))
    raise_if_any(
        [
            *region_problems(panel, store.regions(), where),
            *depth_problems(panel.criteria, gvcf_depths(store, newborns), where),
            *annotation_problems(store),
            *missing_fields(newborns, panel.criteria, where),
            *frequency_problems(panel, sources, where),
        ]
    )
    wanted = pl.lit(value=True) if newborn is None else pl.col("newborn") == newborn
    variants = store.variants()
    return Cohort(
        newborns=newborns.filter(wanted),
        calls=store.calls().filter(wanted),
        uncallable=store.uncallable().filter(wanted).collect(),
        variants=None if variants is None else variants.collect(),
        sources=sources,
    )


def gvcf_depths(store: Store, newborns: pl.DataFrame) -> list[object]:
    """Return the depth rules under which gVCF blocks were read; none where no newborn had such blocks."""
    if not (newborns["callable_evidence"] == "gvcf").any():
        return []
    rules = [manifest["callability"] for manifest in store.manifests]
    return [rule["min_depth"] for rule in rules if isinstance(rule, dict)]


def write_findings(flagging: Flagging, out: Path) -> tuple[Path, Path]:
    """Write the findings as Parquet, with the provenance inside, and beside it as TSV; return both paths."""
    table = out.with_suffix(".tsv")
    write_parquet(flagging.findings, out, flagging.provenance)
    with whole_file(table) as temporary:
        flagging.findings.write_csv(temporary, separator="\t")
    return out, table
