"""Replay the decision for one newborn and keep what every rule said, also of what was not reported."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any

import polars as pl

from evaluator.errors import InputError
from evaluator.panel.criteria import Criteria
from evaluator.panel.model import Panel
from evaluator.screening.callability import assessed_fraction, has_callability_evidence, touched_and_undecided
from evaluator.screening.calls import weighed
from evaluator.screening.engine import Cohort, Decisions, Evaluation, evaluate
from evaluator.screening.evidence import bears_as_part, evidence_of_call
from evaluator.screening.flag import open_cohort, store_notes
from evaluator.screening.listed_alleles import ALLELE, allele_name
from evaluator.screening.parents import with_parents
from evaluator.screening.quality import read_fraction
from evaluator.screening.reasons import SENTENCES, Reason
from evaluator.screening.rule_trace import RuleOutcome, call_rules, evidence_rules
from evaluator.screening.rulebook import EVALUATED
from evaluator.screening.sample_trace import sample_rules
from evaluator.screening.special_loci import outcomes
from evaluator.screening.structural_trace import structural_notes, structural_outcomes
from evaluator.screening.zygosity import x_chromosomes
from evaluator.tables import CALLS
from evaluator.variants.store import Store
from evaluator.variants.transcripts import genes_by_position
from evaluator.vocabulary import SampleStatus

GOOD_ENOUGH = "good enough"  # what is said of an allele's call that no threshold refuses


@dataclass(frozen=True)
class SeenAllele:
    """One allele called in the gene, and what every rule said of it."""

    allele: str
    zygosity: str
    phase: str  # as called: "unphased", or the phase set and the place in it
    parents: str  # copies in each parent and what follows; "" where no parent's file was read
    decision: str  # the evidence by which it qualifies, the obstacle, or "no evidence"
    quality: str  # GOOD_ENOUGH, or the reason to repeat
    rules: tuple[RuleOutcome, ...]


@dataclass(frozen=True)
class SeenPair:
    """Two alleles of a recessive row: how they lie and what the pair counts for."""

    allele_1: str
    allele_2: str
    phase: str
    phase_source: str  # genotype | phase set | parents | pipe; what disagreed, or "" where it is not known
    outcome: str
    by_diplotype_rule: bool


@dataclass(frozen=True)
class SeenCaller:
    """What a special locus's caller said, as it said it, and what that amounts to in the row."""

    locus: str
    caller: str
    version: str | None
    copy_number: int | None
    call: str | None
    genotype: str | None
    filter: str | None
    details: str | None  # shown, never used
    outcome: str


@dataclass(frozen=True)
class RowExplanation:
    """One gene row: its verdict, every reason in order, and everything that was looked at."""

    condition: str
    gene: str
    inheritance: str
    settings: dict[str, str]
    verdict: str
    reasons: tuple[tuple[str, str], ...]  # code and sentence
    callability: str
    alleles: tuple[SeenAllele, ...]
    pairs: tuple[SeenPair, ...]
    callers: tuple[SeenCaller, ...]  # of a special locus; none without output


@dataclass(frozen=True)
class Explanation:
    """Everything about one newborn on one panel, ready to be printed."""

    newborn: str
    sex: str
    status: str
    panel: str
    notes: tuple[str, ...]
    parents: str  # how the parents' files fit; "" where none was read
    sample: tuple[RuleOutcome, ...]  # contamination, transfusion, sex, duplicates
    rows: tuple[RowExplanation, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain data for a JSON document."""
        return asdict(self)


def explain(store: Store, panel: Panel, newborn: str, condition: str | None = None) -> Explanation:
    """Explain one newborn's verdicts by running the same rules on its records alone.

    Raises InputError when the newborn is not in the store or has no verdict, or the panel has no such
    condition. The messages do not repeat the newborn's name.
    """
    if condition is not None and condition not in panel.gene_rows["condition"]:
        raise InputError.of(panel.path, f"has no enabled gene row of a condition {condition!r}")
    cohort = open_cohort(store, panel, newborn)
    if cohort.newborns.is_empty():
        raise InputError.of(store.path, "does not hold a newborn of this name")
    if cohort.newborns["status"][0] not in EVALUATED:
        raise InputError.of(store.path, f"this newborn was {cohort.newborns['status'][0]}: it has no verdict")
    evaluation = evaluate(cohort, panel)
    rows = evaluation.rulebook.rows
    kept = rows if condition is None else rows.filter(condition=condition)
    return Explanation(
        newborn=newborn,
        sex=cohort.newborns["sex"][0],
        status=cohort.newborns["status"][0],
        panel=f"{panel.id} {panel.version}",
        notes=(*store_notes(store, panel), *_newborn_notes(cohort)),
        parents=_parentage(evaluation.decisions.family.checks),
        sample=sample_rules(evaluation.newborns.row(0, named=True), panel.criteria),
        rows=_rows(cohort, panel, evaluation, kept),
    )


def _newborn_notes(cohort: Cohort) -> Iterator[str]:
    """Say why there is no sequence of the newborn, or what was not looked for in it."""
    status, reason = cohort.newborns.select("status", "quarantine_reason").row(0)
    if status == SampleStatus.SEQUENCED:
        yield from structural_notes(cohort.newborns, cohort.uncallable)
    elif reason is not None:
        yield f"The newborn's file was set aside when the batch was read; nothing of it is known: {reason}."


def _rows(
    cohort: Cohort, panel: Panel, evaluation: Evaluation, kept: pl.DataFrame
) -> tuple[RowExplanation, ...]:
    seen = seen_alleles(cohort, panel, evaluation)
    rows, pairs = evaluation.rulebook.rows, evaluation.decisions.pairs
    heard = callers_heard(cohort.special_loci, evaluation.newborns, rows, panel.criteria)
    assessed = _Assessed(cohort, panel, evaluation)
    by_row = evaluation.findings.with_columns(rows["row"])
    result = []
    for row in kept.iter_rows(named=True):
        (finding,) = by_row.filter(row=row["row"]).iter_rows(named=True)
        result.append(
            RowExplanation(
                condition=row["condition"],
                gene=row["gene"],
                inheritance=row["inheritance"],
                settings=_settings(row),
                verdict=finding["verdict"],
                reasons=tuple((code, SENTENCES[Reason(code)]) for code in finding["reasons"].split(";")),
                callability=assessed.of(row),
                alleles=(
                    *_alleles(seen.filter(row=row["row"]), panel, cohort),
                    *_structural(evaluation.decisions, row["row"], panel),
                ),
                pairs=_pairs(pairs.filter(row=row["row"])),
                callers=_callers(heard.filter(row=row["row"])),
            )
        )
    return tuple(result)


def seen_alleles(cohort: Cohort, panel: Panel, evaluation: Evaluation) -> pl.DataFrame:
    """Join every call of the newborn to the gene rows it lies in, with the rules' outcomes where judged."""
    build = panel.genome_build
    x_count = cohort.newborns.select("newborn", x_chromosomes().alias("x_count"))
    calls = cohort.calls.collect().join(x_count, on="newborn")
    judged = evaluation.rulebook.judged
    unjudged = calls.join(judged, on=list(ALLELE), how="anti")
    # A deletion may contradict a call that is good by itself.
    candidates = evaluation.decisions.candidates.filter(pl.col("end").is_null())
    decided = candidates.select("row", "allele", pl.col("repeat").alias("decided repeat"))
    decided = decided.filter(pl.col("decided repeat") == Reason.REPEAT_CONTRADICTS_DELETION).unique()
    # A store without annotation knows the gene of a call by its place only.
    placed = genes_by_position(unjudged, build).join(evaluation.rulebook.rows, on="gene")
    shown = pl.col("part_of").is_null() | bears_as_part().fill_null(value=False)
    everything = pl.concat([judged, placed.with_columns(allele_name().alias("allele"))], how="diagonal")
    return (
        with_parents(
            weighed(calls.join(everything, on=list(ALLELE)).filter(shown), panel.criteria, build),
            evaluation.decisions.family,
        )
        .with_columns(evidence_of_call(), read_fraction().alias("fraction"))
        .join(decided, on=["row", "allele"], how="left")
        .with_columns(pl.coalesce("decided repeat", "repeat").alias("repeat"))
        .sort("row", *list(CALLS)[1:])
    )


def _alleles(seen: pl.DataFrame, panel: Panel, cohort: Cohort) -> tuple[SeenAllele, ...]:
    return tuple(
        SeenAllele(
            allele=call["allele"],
            zygosity=call["zygosity"],
            phase=_phase(call),
            parents="" if cohort.parents.is_empty() else _parents(call),
            decision=call["evidence_code"] or call["obstacle"] or "no evidence",
            quality=call["repeat"] or GOOD_ENOUGH,
            rules=(*evidence_rules(call, panel.criteria, cohort.sources), *call_rules(call, panel.criteria)),
        )
        for call in seen.iter_rows(named=True)
    )


def _structural(decisions: Decisions, row: int, panel: Panel) -> Iterator[SeenAllele]:
    """Show every structural call that touches the row's gene; of several records of one event one decides."""
    deciding = decisions.candidates.filter(pl.col("end").is_not_null() & (pl.col("row") == row))
    quality = {
        (call["called_position"], call["end"], call["type"]): call["repeat"]
        for call in deciding.iter_rows(named=True)
    }
    for call in decisions.structural.filter(row=row).iter_rows(named=True):
        key = (call["called_position"], call["end"], call["type"])
        decision = call["evidence_code"] or call["obstacle"] or "no evidence"
        again = decision != "no evidence" and key not in quality
        yield SeenAllele(
            allele=call["allele"],
            zygosity=call["zygosity"],
            phase=_phase(call),
            parents="",
            decision=f"{decision}, but another record tells this event" if again else decision,
            quality=quality.get(key, call["repeat"]) or GOOD_ENOUGH,
            rules=structural_outcomes(call, panel.criteria),
        )


def _pairs(pairs: pl.DataFrame) -> tuple[SeenPair, ...]:
    return tuple(
        SeenPair(
            pair["allele_1"],
            pair["allele_2"],
            pair["phase"],
            "phase set against parents" if pair["contradicted"] else pair["phase_source"] or "",
            pair["outcome"],
            pair["by_rule"],
        )
        for pair in pairs.iter_rows(named=True)
    )


def callers_heard(
    special_loci: pl.DataFrame, newborns: pl.DataFrame, rows: pl.DataFrame, criteria: Criteria
) -> pl.DataFrame:
    """Join what the special loci's callers said to the rows of their loci, with `special`, the outcome."""
    judged = outcomes(special_loci, newborns, rows, criteria).join(
        rows.select("row", locus="special_locus"), on="row"
    )
    return special_loci.join(judged, on=["newborn", "locus"]).sort("row")


def _callers(heard: pl.DataFrame) -> tuple[SeenCaller, ...]:
    names = [field.name for field in fields(SeenCaller) if field.name != "outcome"]
    return tuple(
        SeenCaller(**{name: said[name] for name in names}, outcome=said["special"])
        for said in heard.iter_rows(named=True)
    )


def _phase(call: dict[str, Any]) -> str:
    if call["haplotype"] is None:
        return "unphased"
    group = "no phase set" if call["phase_set"] is None else f"phase set {call['phase_set']}"
    return f"haplotype {call['haplotype']}, {group}"


def _parents(call: dict[str, Any]) -> str:
    """Tell the copies in each parent, and from whom the allele came."""
    told = [f"{parent}: {_copies_in(call, parent)}" for parent in ("mother", "father")]
    if call["inherited"] is not None:
        by = "by the parents' genotypes" if call["origin"] is not None else "by the phase set and the parents"
        told.append(f"{call['inherited']}, {by}")
    return "; ".join([*told, *(["neither parent carries it"] if call["de_novo"] else [])])


def _copies_in(call: dict[str, Any], parent: str) -> str:
    copies, ploidy = call[f"{parent}_copies"], call[f"{parent}_ploidy"]
    return "not known" if copies is None else f"{copies} of {ploidy}"


def _parentage(checks: pl.DataFrame) -> str:
    """Say how many places show that the parents fit, and what follows; "" where no parent's file was read."""
    if checks.is_empty():
        return ""
    (check,) = checks.iter_rows(named=True)
    counts = [
        f"{who} {check[f'{who}_errors']} of {check[f'{who}_places']}" for who in ("mother", "father", "both")
    ]
    verdicts = {None: "too few places to say", True: "they do not fit", False: "they fit"}
    return f"places that no inheritance explains: {', '.join(counts)}; {verdicts[check['mismatch']]}"


def _settings(row: dict[str, Any]) -> dict[str, str]:
    names: Sequence[str] = ("mechanism", "evidence", "parent_of_origin", "special_locus", "transcript")
    told = {name: str(row[name]) for name in names if row[name] is not None}
    return {**told, "accepts": "listed alleles only"} if row["listed_only"] else told


class _Assessed:
    """Describe what was assessed of each gene in this newborn."""

    def __init__(self, cohort: Cohort, panel: Panel, evaluation: Evaluation) -> None:
        rulebook = evaluation.rulebook
        self.evidence = cohort.newborns["callable_evidence"][0] or "none"
        self.measured = bool(cohort.newborns.select(has_callability_evidence()).item())
        touched = touched_and_undecided(
            cohort.uncallable,
            evaluation.decisions.candidates,
            rulebook.rows,
            rulebook.listed,
            rulebook.ruled_small,
            panel.genome_build,
        )
        fractions = assessed_fraction(touched, panel.genome_build)
        self.fractions = dict(fractions.select("gene", "fraction").iter_rows())
        named = touched.select("kind", "gene", allele_name().alias("allele")).sort("allele")
        self.uncovered, self.partners = (
            dict(named.filter(kind=kind).group_by("gene", maintain_order=True).agg("allele").iter_rows())
            for kind in ("listed", "ruled")
        )
        self.floor = panel.criteria.callability.min_fraction

    def of(self, row: dict[str, Any]) -> str:
        """Say which fraction of the row's gene was assessed, and which listed alleles were not."""
        if not self.measured:
            return "unknown: no BED and no gVCF blocks say what was assessed"
        if row["model_contig"] is None:
            return "unknown: the gene's exons are not known"
        fraction = self.fractions.get(row["gene"], 1.0)
        floor = "no least fraction" if self.floor is None else f"at least {self.floor:.0%} asked for"
        text = f"{fraction:.1%} of the coding bases assessed ({self.evidence}; {floor})"
        for hidden, words in (
            (self.uncovered, "listed alleles"),
            (self.partners, "alleles of rules for pairs"),
        ):
            if row["gene"] in hidden:
                text += f"; {words} not assessed: {', '.join(hidden[row['gene']])}"
        return text
