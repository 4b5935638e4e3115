"""Scenarios of the X chromosome, where the sex decides what one copy means."""

from __future__ import annotations

from dataclasses import replace

from evaluator.simulation.scenario import Bench, Planted, scenario
from evaluator.vocabulary import Sex, Verdict


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.MALE)
def boy_hemizygous_haploid(bench: Bench) -> Planted | None:
    """Plant a boy's only copy, called haploid."""
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "1")


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.MALE)
def boy_hemizygous_diploid(bench: Bench) -> Planted | None:
    """Plant a boy's only copy, called as if there were two."""
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "1/1")


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.MALE)
def boy_inversion_gene(bench: Bench) -> Planted | None:
    """Plant a boy's only copy in a gene whose inversion nobody looked for: the sequence is enough."""
    genes = bench.catalogue.x_linked("XLR", inversions=True) - bench.catalogue.x_linked("XLR")
    planted = bench.one_allele(genes, "1")
    return planted and replace(planted, callers_run=False)


@scenario(Verdict.NOT_ASSESSED, sex=Sex.MALE)
def boy_heterozygous(bench: Bench) -> Planted | None:
    """Plant a heterozygous call where a boy has one copy only."""
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "0/1")


@scenario(Verdict.NOT_REPORTABLE, sex=Sex.FEMALE)
def girl_carrier(bench: Bench) -> Planted | None:
    """Plant one copy in a girl, where the panel does not report carriers."""
    if bench.criteria.x_linked.report_heterozygous_females:
        return None
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "0/1")


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.FEMALE)
def girl_homozygous(bench: Bench) -> Planted | None:
    """Plant two copies in a girl."""
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "1/1")


@scenario(Verdict.NOT_ASSESSED, sex=Sex.UNKNOWN)
def sex_unknown(bench: Bench) -> Planted | None:
    """Plant a heterozygous call in a newborn of unknown sex: a carrier, or a suspicious boy."""
    if bench.criteria.x_linked.report_heterozygous_females:
        return None
    return bench.one_allele(bench.catalogue.x_linked("XLR"), "0/1")


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.FEMALE)
def girl_x_linked_dominant(bench: Bench) -> Planted | None:
    """Plant one copy of an X-linked dominant gene in a girl."""
    return bench.one_allele(bench.catalogue.x_linked("XLD"), "0/1")


@scenario(Verdict.REPORTABLE, affected=True, sex=Sex.MALE)
def boy_x_linked_dominant(bench: Bench) -> Planted | None:
    """Plant a boy's only copy of an X-linked dominant gene."""
    return bench.one_allele(bench.catalogue.x_linked("XLD"), "1")


X_LINKED_SCENARIOS = (
    boy_hemizygous_haploid,
    girl_carrier,
    boy_hemizygous_diploid,
    boy_heterozygous,
    girl_homozygous,
    girl_x_linked_dominant,
    boy_x_linked_dominant,
    boy_inversion_gene,
    sex_unknown,
)
