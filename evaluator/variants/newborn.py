"""What newborns contribute to a batch: calls, gaps, alleles seen, and lines of the manifest."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from evaluator.tables import ALLELES_SEEN, CALLS, NEWBORNS, STRUCTURAL, UNCALLABLE, check
from evaluator.variants.alignment import AsWritten
from evaluator.variants.callability import Evidence, uncallable
from evaluator.variants.cohort import Newborn
from evaluator.variants.contradictions import count_inside, denied_calls, only_in_gvcf, without_repeats
from evaluator.variants.genotypes import Genotypes
from evaluator.variants.header import ANNOTATION_KEYS, Header
from evaluator.variants.intervals import Intervals
from evaluator.variants.references import Thresholds, doubted
from evaluator.variants.spanning_deletions import ALLELE, as_doubts, unexplained
from evaluator.variants.structural_file import (
    OWN,
    declares_structural,
    is_symbolic,
    own_facts,
    with_origin,
)
from evaluator.variants.substitutions import as_called, unequal_blocks, with_parts

QUARANTINED = "quarantined"
_CALL_COLUMNS = [name for name in CALLS if name != "newborn"]


@dataclass(frozen=True)
class NewbornData:
    """The rows of one newborn, or of those of a joint file, in the five tables and in the manifest."""

    newborns: pl.DataFrame
    calls: pl.DataFrame
    uncallable: pl.DataFrame
    alleles: pl.DataFrame
    structural: pl.DataFrame
    entries: tuple[dict[str, object], ...] = ()  # none without a VCF


def sequenced(
    newborn: Newborn,
    genotypes: Genotypes,
    header: Header,
    regions: Intervals,
    evidence: Evidence,
    thresholds: Thresholds,
    entry: dict[str, object],
    form: AsWritten,
    *,
    separate: pl.DataFrame,
) -> NewbornData:
    """Assemble the rows of a newborn whose VCF was read; alleles are brought to one form, then compared.

    `separate` is what its structural VCF calls.
    """
    calls = without_repeats(form.moved(genotypes.calls))
    more = only_in_gvcf(calls, evidence.calls, regions)
    stored = with_parts(pl.concat([calls, denied_calls(calls, genotypes.references, form), more]))
    counted = stored.filter(as_called())
    structural = genotypes.structural
    # Only now is every deletion known: one may begin far before the `*` that it explains, or stand elsewhere.
    stars = pl.concat([genotypes.stars, evidence.stars])
    written = [genotypes.calls.select(ALLELE), more.select(ALLELE)]
    stars = unexplained(stars, regions, pl.concat(written), structural, separate)
    repeats = len(genotypes.calls) - len(calls)
    told = (entry["note"], *agreement_notes(repeats, calls, more, evidence, stars))
    entry = {**entry, "note": "; ".join(filter(None, map(str, told)))}
    symbolic = bool(structural.select(is_symbolic().any()).item())
    row = {
        "status": newborn.status,
        "callable_evidence": evidence.kind,
        "calls": len(counted),
        "has_depth": _carried(counted, "depth"),
        "has_genotype_quality": _carried(counted, "genotype_quality"),
        "has_allele_depth": _carried(counted, "alt_depth"),
        **own_facts(len(structural), genotypes.set_aside, looked_for=symbolic or declares_structural(header)),
    }
    doubts = [genotypes.unresolved, unequal_blocks(stored), doubted(genotypes.references, thresholds)]
    gaps = uncallable(regions, evidence, pl.concat([*doubts, as_doubts(stars)]))
    return NewbornData(
        pl.DataFrame([_newborn_row(newborn, row)], schema=NEWBORNS),
        check(_of(newborn, stored.select(_CALL_COLUMNS)), CALLS, "calls"),
        check(_of(newborn, gaps), UNCALLABLE, "uncallable"),
        alleles_seen(stored, header),
        check(_of(newborn, with_origin(structural, OWN)), STRUCTURAL, "structural"),
        (entry,),
    )


def agreement_notes(
    repeats: int, calls: pl.DataFrame, more: pl.DataFrame, evidence: Evidence, stars: pl.DataFrame
) -> list[str]:
    """Say what records repeat or lack, and where the VCF and a gVCF of its own do not agree."""
    # Thousands of newborns have neither.
    absent = len(more.filter(copies=0)) if len(more) else 0
    lone_stars = stars["start"].n_unique() if len(stars) else 0
    counted = {
        "rows of records that stand twice and were read once: {}": repeats,
        "alleles that the gVCF calls and the VCF does not, repeat where they matter: {}": absent,
        "calls where the gVCF says reference: {}": count_inside(calls, evidence.blocks),
        "places called deleted (*) where no called deletion lies, not assessed: {}": lone_stars,
    }
    return [text.format(count) for text, count in counted.items() if count]


def without_calls(newborns: Iterable[Newborn], reasons: Mapping[int, str]) -> NewbornData:
    """Assemble the rows of newborns without calls: never sequenced, or set aside for a reason told by row."""
    rows, entries = [], []
    for newborn in newborns:
        reason = reasons.get(newborn.line)
        status = newborn.status if reason is None else QUARANTINED
        told = {"status": status, "quarantine_reason": reason, "callable_evidence": "none"}
        rows.append(_newborn_row(newborn, told))
        if reason is not None:
            entries.append({"row": newborn.line, "read": QUARANTINED, "note": reason})
    return NewbornData(
        pl.DataFrame(rows, schema=NEWBORNS),
        CALLS.to_frame(),
        UNCALLABLE.to_frame(),
        ALLELES_SEEN.to_frame(),
        STRUCTURAL.to_frame(),
        tuple(entries),
    )


def _newborn_row(newborn: Newborn, values: Mapping[str, object]) -> dict[str, object]:
    own = {"newborn": newborn.id, "sex": newborn.sex, "sex_chromosomes": newborn.sex_chromosomes}
    return {**dict.fromkeys(NEWBORNS), **own, **values}


def _carried(calls: pl.DataFrame, column: str) -> bool | None:
    """Tell whether any call has the value; None when there is no call that could."""
    return bool(calls[column].count()) if len(calls) else None


def _of(newborn: Newborn, table: pl.DataFrame) -> pl.DataFrame:
    return table.insert_column(
        0, pl.repeat(newborn.id, len(table), dtype=pl.String, eager=True).alias("newborn")
    )


def alleles_seen(calls: pl.DataFrame, header: Header) -> pl.DataFrame:
    """Return the alleles of CALLED rows with the annotation that their records carry.

    What a record says of a substitution of several bases is not true of each of them.
    """
    declared = header.annotation_fields()
    info = pl.concat_str(pl.lit(";"), "info")
    annotations = [
        (
            info.str.extract(f";{key}=([^;]*)") if declared[name] is not None else pl.lit(None, pl.String)
        ).alias(name)
        for name, key in ANNOTATION_KEYS.items()
    ]
    whole = [pl.when(pl.col("part_of").is_null()).then(each) for each in annotations]
    seen = calls.with_columns(pl.col("allele").alias("allele_index"), *whole)
    return check(seen.select(list(ALLELES_SEEN)), ALLELES_SEEN, "alleles")
