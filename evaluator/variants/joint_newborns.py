"""The newborns of a joint file: the rows of all of them at once, as if each had been read alone."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl

from evaluator.tables import CALLS, NEWBORNS, STRUCTURAL, UNCALLABLE, check
from evaluator.variants.alignment import AsWritten
from evaluator.variants.callability import REASONS, Evidence, uncallable
from evaluator.variants.calls import CALLED
from evaluator.variants.cohort import Newborn
from evaluator.variants.contradictions import only_in_gvcf, without_repeats_of
from evaluator.variants.genotypes import UNRESOLVED
from evaluator.variants.header import Header
from evaluator.variants.intervals import SPACING_BITS, Coordinates, Intervals, as_frame, merged
from evaluator.variants.joint import JointReading
from evaluator.variants.newborn import NewbornData, agreement_notes, alleles_seen
from evaluator.variants.spanning_deletions import ALLELE, as_doubts, unexplained
from evaluator.variants.structural_file import OWN, declares_structural, is_symbolic, own_facts
from evaluator.variants.substitutions import as_called, unequal_blocks, with_parts

# The axis has fewer than 2^5 contigs of 2^29 bases: newborns lie behind one another on a longer one.
_NEWBORN_BITS = SPACING_BITS + 5
_AXIS = (1 << _NEWBORN_BITS) - 1
_STRUCTURAL = ("structural_evidence", "structural_calls", "structural_ignored")
_OWN = ("newborn", "sex", "sex_chromosomes", "status", "callable_evidence", *_STRUCTURAL)
_ROWS = pl.Schema([("sample", pl.Int64()), *((name, NEWBORNS[name]) for name in _OWN)])
_CARRIED = {"has_depth": "depth", "has_genotype_quality": "genotype_quality", "has_allele_depth": "alt_depth"}


class JointNewborns:
    """Gathers the newborns of one joint file, then assembles them in one go."""

    def __init__(self, reading: JointReading, header: Header, regions: Intervals, form: AsWritten) -> None:
        alleles, calls = form.moved(reading.found.alleles), form.moved(reading.found.calls)
        self._alleles = [alleles]
        self._calls = without_repeats_of(calls, alleles)
        self._repeats = _removed(calls, self._calls)
        self._unresolved = pl.concat([reading.found.unresolved, unequal_blocks(self._calls)])
        self._more: list[pl.DataFrame] = []
        self._structural = reading.found.structural
        self._written = reading.found.calls.select("sample", *ALLELE)
        left = unexplained(reading.found.stars, regions, self._written, self._structural)
        self._stars = left.partition_by("sample", as_dict=True, include_key=False)
        self._no_star = left.clear().drop("sample")
        self._nothing = CALLED.to_frame()
        self._header = header
        self._regions = regions
        self._numbers = {sample: number for number, sample in enumerate(reading.samples)}
        self._set_aside: dict[int, dict[str, int]] = {}
        for number, kind, count in reading.found.set_aside.iter_rows():
            self._set_aside.setdefault(number, {})[kind] = count
        self._facts, self._no_facts = self._structural_facts()
        self._rows: list[tuple[object, ...]] = []
        self._entries: list[dict[str, object]] = []
        self._evidence: Evidence | None = None
        self._gaps: list[pl.DataFrame] = []
        self._shared: list[tuple[pl.DataFrame, list[int]]] = []  # gaps, and the samples that have just these
        self._judged: list[int] = []

    def add(
        self,
        newborn: Newborn,
        sample: str,
        evidence: Evidence,
        entry: dict[str, object],
        separate: pl.DataFrame,
    ) -> None:
        """Add a newborn and its line of the manifest; of a callable file only the gaps are kept.

        `separate` is what its structural VCF calls.
        """
        number = self._numbers[sample]
        own = (newborn.id, newborn.sex, newborn.sex_chromosomes, newborn.status, evidence.kind)
        self._rows.append((number, *own, *self._facts.get(number, self._no_facts)))
        entry["set_aside"] = self._set_aside.get(number, {})
        calls, more = self._calls_and_more(number, evidence)
        stars = self._unexplained(number, evidence, more, separate)
        if evidence.kind == "gvcf" or number in self._repeats or len(stars):
            repeats = self._repeats.get(number, 0)
            told = [entry["note"], *agreement_notes(repeats, calls, more, evidence, stars)]
            entry["note"] = "; ".join(filter(None, map(str, told)))
        self._entries.append(entry)
        if evidence.kind != "none" or len(stars):
            self._judged.append(number)
            doubts = [as_doubts(stars)] if len(stars) else []
            doubts += [unequal_blocks(more)] if len(more) else []
            self._judge(number, evidence, doubts)

    def _judge(self, number: int, evidence: Evidence, doubts: list[pl.DataFrame]) -> None:
        """Apply what a callable file says; to those without doubts of their own it says the same."""
        if (number,) in self._doubts:
            doubts = [self._doubts[number,], *doubts]
        if doubts:
            gaps = uncallable(self._regions, evidence, pl.concat(doubts))
            self._gaps.append(gaps.select(pl.lit(number, pl.Int64).alias("sample"), pl.all()))
            return
        if evidence is not self._evidence:  # thousands may name one BED
            self._evidence = evidence
            self._shared.append((uncallable(self._regions, evidence, UNRESOLVED.to_frame()), []))
        self._shared[-1][1].append(number)

    def _structural_facts(self) -> tuple[dict[int, tuple[object, ...]], tuple[object, ...]]:
        """Return the structural columns of those samples that have something, and those of all others."""
        counted = self._structural.group_by("sample").agg(pl.len(), is_symbolic().any().alias("symbolic"))
        calls = {sample: told for sample, *told in counted.iter_rows()}
        declared = declares_structural(self._header)

        def facts(number: int) -> tuple[object, ...]:
            count, symbolic = calls.get(number, (0, False))
            told = own_facts(count, self._set_aside.get(number, {}), looked_for=declared or symbolic)
            return tuple(told[name] for name in _STRUCTURAL)

        return {number: facts(number) for number in calls.keys() | self._set_aside.keys()}, facts(-1)

    def _unexplained(
        self, number: int, evidence: Evidence, more: pl.DataFrame, separate: pl.DataFrame
    ) -> pl.DataFrame:
        """Return the newborn's stars that its gVCF and its structural VCF do not explain either."""
        stars = self._stars.get((number,), self._no_star)
        if stars.is_empty() and evidence.stars.is_empty():
            return stars
        written = self._written.filter(sample=number)
        return unexplained(
            pl.concat([stars, evidence.stars]),
            self._regions,
            pl.concat([written.select(ALLELE), more.select(ALLELE)]),
            self._structural.filter(sample=number).drop("sample"),
            separate,
        )

    def _calls_and_more(self, number: int, evidence: Evidence) -> tuple[pl.DataFrame, pl.DataFrame]:
        """Return the newborn's calls, where it has a gVCF, and what that calls beyond the joint file."""
        own = more = self._nothing
        if evidence.kind == "gvcf":
            own = self._calls_of.get((number,), own.drop("info")).with_columns(pl.lit("").alias("info"))
            more = only_in_gvcf(own.select(list(CALLED)), evidence.calls, self._regions)
            self._more.append(more.drop("info").insert_column(0, pl.lit(number, pl.Int64).alias("sample")))
            self._alleles.append(more)
        return own, more

    def assembled(self) -> NewbornData:
        """Return the rows of all newborns that were added."""
        columns = zip(*self._rows, strict=True) if self._rows else [()] * len(_ROWS)
        rows = pl.DataFrame(dict(zip(_ROWS, columns, strict=True)), schema=_ROWS)
        names = rows.select("sample", "newborn")
        judged = pl.Series(self._judged, dtype=pl.Int64)
        doubts = self._unresolved.filter(~pl.col("sample").is_in(judged.implode()))
        shared = [
            pl.DataFrame({"sample": numbers}, {"sample": pl.Int64}).join(gaps, how="cross")
            for gaps, numbers in self._shared
        ]
        gaps = pl.concat([uncallable_together(self._regions, doubts), *self._gaps, *shared])
        calls = with_parts(pl.concat([self._calls, *self._more])).join(names, on="sample")
        structural = self._structural.with_columns(pl.lit(OWN).alias("origin"))
        return NewbornData(
            _counted(rows, calls.filter(as_called())),
            check(calls.select(list(CALLS)), CALLS, "calls"),
            check(gaps.join(names, on="sample").select(list(UNCALLABLE)), UNCALLABLE, "uncallable"),
            alleles_seen(with_parts(pl.concat(self._alleles)), self._header),
            check(structural.join(names, on="sample").select(list(STRUCTURAL)), STRUCTURAL, "structural"),
            tuple(self._entries),
        )

    @cached_property
    def _calls_of(self) -> dict[tuple[object, ...], pl.DataFrame]:
        """Return each sample's own calls."""
        return self._calls.partition_by("sample", as_dict=True, include_key=False)

    @cached_property
    def _doubts(self) -> dict[tuple[object, ...], pl.DataFrame]:
        """Return each sample's own spans that could not be resolved."""
        return self._unresolved.partition_by("sample", as_dict=True, include_key=False)


def _removed(before: pl.DataFrame, after: pl.DataFrame) -> dict[int, int]:
    """Count per sample the rows that stand in `before` only."""
    if len(before) == len(after):
        return {}
    counts = [frame.group_by("sample").len() for frame in (before, after)]
    both = counts[0].join(counts[1], on="sample", suffix=" after")
    return dict(both.select("sample", pl.col("len") - pl.col("len after")).iter_rows())


def _counted(rows: pl.DataFrame, calls: pl.DataFrame) -> pl.DataFrame:
    counts = calls.group_by("newborn").agg(
        pl.len().cast(pl.Int32).alias("calls"),
        *((pl.col(column).count() > 0).alias(name) for name, column in _CARRIED.items()),
    )
    counted = rows.join(counts, on="newborn", how="left", maintain_order="left").with_columns(
        pl.col("calls").fill_null(0)
    )
    # What the sheet and all calls together say of the sample is filled in when the batch is written.
    later = [
        pl.lit(None, dtype).alias(name) for name, dtype in NEWBORNS.items() if name not in counted.columns
    ]
    return check(counted.with_columns(later).select(list(NEWBORNS)), NEWBORNS, "newborns")


def uncallable_together(regions: Intervals, unresolved: pl.DataFrame) -> pl.DataFrame:
    """Do what `callability.uncallable` does without evidence, for all samples at once.

    Returns sample, contig, start, end, reason, sorted.
    """
    samples, starts, ends, strength = _within(regions, unresolved)
    starts, ends = starts + (samples << _NEWBORN_BITS), ends + (samples << _NEWBORN_BITS)
    by_reason = {n: merged(starts[strength == n], ends[strength == n]) for n in np.unique(strength).tolist()}
    points = np.unique(
        np.concatenate([starts[:0], *(p for s in by_reason.values() for p in (s.starts, s.ends))])
    )
    left, right = points[:-1], points[1:]
    label = np.full(len(left), -1)
    for number in sorted(by_reason):
        label[by_reason[number].overlapped_by(left, right)] = number
    kept = label >= 0
    left, right, label = left[kept], right[kept], label[kept]
    begins = np.ones(len(left), dtype=np.bool_)
    begins[1:] = (left[1:] != right[:-1]) | (label[1:] != label[:-1])
    closes = np.append(begins[1:], True)[: len(left)]
    reasons = pl.Series("reason", REASONS, dtype=pl.String).gather(pl.Series(label[begins], dtype=pl.Int64))
    stretches = as_frame(left[begins] & _AXIS, ((right[closes] - 1) & _AXIS) + 1)
    sample = pl.Series("sample", left[begins] >> _NEWBORN_BITS, dtype=pl.Int64)
    return stretches.select(sample, pl.all(), reasons)


def _within(
    regions: Intervals, unresolved: pl.DataFrame
) -> tuple[Coordinates, Coordinates, Coordinates, Coordinates]:
    """Cut the spans to the regions: sample, start, end and the strength of the reason."""
    starts, ends = unresolved["start"].to_numpy(), unresolved["end"].to_numpy()
    first = np.searchsorted(regions.ends, starts, side="right")
    count = np.maximum(np.searchsorted(regions.starts, ends, side="left") - first, 0)
    row = np.repeat(np.arange(len(starts)), count)
    region = np.arange(len(row)) - np.repeat(np.cumsum(count) - count - first, count)
    strengths = {reason: number for number, reason in enumerate(REASONS)}
    strength = unresolved["reason"].replace_strict(strengths, return_dtype=pl.Int64).to_numpy()
    samples = unresolved["sample"].cast(pl.Int64).to_numpy()
    return (
        samples[row],
        np.maximum(starts[row], regions.starts[region]),
        np.minimum(ends[row], regions.ends[region]),
        strength[row],
    )
