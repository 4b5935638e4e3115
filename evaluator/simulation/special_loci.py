"""Special loci: what the table of their callers says of a newborn, and scenarios that it decides."""

from __future__ import annotations

from collections.abc import Collection
from random import Random

from evaluator.simulation.catalogue import INVERSIONS, Catalogue
from evaluator.simulation.scenario import Bench, CallerRow, Planted, scenario
from evaluator.vocabulary import CallerCall, Inheritance, Sex, SpecialLocus, Verdict

WITHOUT_CALLERS = 0.03  # ours: share of newborns for whom the callers did not run
SMN1_COPIES = {1: 2, 2: 86, 3: 12}  # ours: percent of newborns; about one in fifty is a carrier
# Their callers conclude of both copies; SMN1 and the inversions are counted.
CONCLUDED = frozenset({SpecialLocus.CYP21A2, SpecialLocus.CYP11B1, SpecialLocus.GBA1})
# Alpha globin is told of nobody: no shipped panel sets the number of genes from which it is reportable.
TOLD = frozenset({SpecialLocus.SMN1, *CONCLUDED, *INVERSIONS})
TWO_COPIES = (Inheritance.AR, Inheritance.XLR)  # what one copy means in a dominant row is not told


def caller_rows(catalogue: Catalogue, planted: Planted | None, rng: Random) -> tuple[CallerRow, ...]:
    """Return what the callers say of one newborn: what is planted, else mostly nothing; empty if not run."""
    if planted and not planted.callers_run:
        return ()
    found = {row.locus: row for row in planted.special} if planted else {}
    if rng.random() < WITHOUT_CALLERS and not found:
        return ()
    loci = {row.special_locus for rows in catalogue.rows.values() for row in rows}
    return tuple(found.get(locus) or _unremarkable(locus, rng) for locus in sorted(TOLD & loci))


def _unremarkable(locus: str, rng: Random) -> CallerRow:
    if locus == SpecialLocus.SMN1:
        return CallerRow(locus, str(rng.choices(list(SMN1_COPIES), list(SMN1_COPIES.values()))[0]))
    return CallerRow(locus, "0" if locus in INVERSIONS else "", CallerCall.NEGATIVE)


def is_told(special_locus: str, inheritance: str, rows: Collection[CallerRow]) -> bool:
    """Tell whether the callers' rows answer a gene row of a special locus."""
    return inheritance in TWO_COPIES and any(row.locus == special_locus for row in rows)


def _at_locus(
    bench: Bench, loci: Collection[str], copy_number: str = "", call: str = "", inheritance: str = "AR"
) -> Planted | None:
    """Plant what the caller says in a gene all of whose rows stand at one of the loci."""
    options = [
        (gene, locus)
        for gene, rows in bench.catalogue.rows.items()
        for locus in [rows[0].special_locus]
        if locus in loci and {(row.special_locus, row.inheritance) for row in rows} == {(locus, inheritance)}
    ]
    if not (drawn := bench.pick(options)):
        return None
    gene, locus = drawn
    return Planted(gene, special=(CallerRow(str(locus), copy_number, call),))


@scenario(Verdict.REPORTABLE, affected=True)
def smn1_no_copy(bench: Bench) -> Planted | None:
    """Plant the loss of both copies of SMN1."""
    return _at_locus(bench, {SpecialLocus.SMN1}, "0")


@scenario(Verdict.NOT_REPORTABLE)
def smn1_one_copy(bench: Bench) -> Planted | None:
    """Plant the loss of one copy of SMN1: a carrier."""
    return _at_locus(bench, {SpecialLocus.SMN1}, "1")


@scenario(Verdict.REPORTABLE, affected=True)
def special_locus_positive(bench: Bench) -> Planted | None:
    """Plant a special locus of which its caller says that no copy works."""
    return _at_locus(bench, CONCLUDED, call=CallerCall.POSITIVE)


@scenario(Verdict.PENDING_PHASE, affected=True)
def special_locus_phase_unknown(bench: Bench) -> Planted | None:
    """Plant two pathogenic alleles of which the caller cannot say whether they share a copy."""
    return _at_locus(bench, CONCLUDED, call=CallerCall.PHASE_UNKNOWN)


@scenario(Verdict.NOT_REPORTABLE)
def special_locus_carrier(bench: Bench) -> Planted | None:
    """Plant a special locus of which its caller says that one copy works."""
    return _at_locus(bench, CONCLUDED, call=CallerCall.CARRIER)


@scenario(Verdict.NOT_ASSESSED)
def special_locus_no_call(bench: Bench) -> Planted | None:
    """Plant a special locus of which its caller could not say anything."""
    return _at_locus(bench, TOLD - INVERSIONS, call=CallerCall.NO_CALL)


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.MALE)
def boy_inversion(bench: Bench) -> Planted | None:
    """Plant an inversion on a boy's only X."""
    return _at_locus(bench, INVERSIONS, "1", CallerCall.POSITIVE, "XLR")


@scenario(Verdict.NOT_REPORTABLE, sex=Sex.FEMALE)
def girl_inversion_carrier(bench: Bench) -> Planted | None:
    """Plant an inversion on one X of a girl, where the panel does not report carriers."""
    if bench.criteria.x_linked.report_heterozygous_females:
        return None
    return _at_locus(bench, INVERSIONS, "1", CallerCall.CARRIER, "XLR")


@scenario(Verdict.NOT_ASSESSED)
def special_locus_raw_call(bench: Bench) -> Planted | None:
    """Plant two listed copies at a locus that needs its own caller, which did not run."""
    catalogue = bench.catalogue
    genes = [
        gene
        for gene, rows in catalogue.rows.items()
        if gene in catalogue.models
        and all(row.special_locus and row.special_locus not in INVERSIONS for row in rows)
        and all(row.inheritance == "AR" for row in rows)
    ]
    if not (drawn := bench.allele(genes)):
        return None
    gene, allele = drawn
    return Planted(gene, (bench.sequencer.call(allele, "1/1"),), callers_run=False)


SPECIAL_LOCUS_SCENARIOS = (
    smn1_no_copy,
    smn1_one_copy,
    boy_inversion,
    special_locus_positive,
    special_locus_carrier,
    girl_inversion_carrier,
    special_locus_phase_unknown,
    special_locus_no_call,
    special_locus_raw_call,
)
