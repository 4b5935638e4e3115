"""What later became known of the newborns: outcomes under both definitions, and today's blood spot test."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import cycle
from random import Random
from typing import NamedTuple

from evaluator.simulation.catalogue import Catalogue
from evaluator.simulation.cohort import Newborn
from evaluator.vocabulary import IndexResult, Reference, SampleStatus, Verdict

FOLLOW_UP_MONTHS = 24
POSITIVE = frozenset({Verdict.REPORTABLE, Verdict.PENDING_PHASE})
# Genes of the conditions that England's blood spot test looks for (gov.uk, newborn blood spot screening).
BLOOD_SPOT_GENES = frozenset(
    {
        *("PAH", "ACADM", "BCKDHA", "BCKDHB", "DBT", "IVD", "GCDH", "CBS", "CFTR", "HBB", "FAH"),
        *("TPO", "TG", "SLC5A5", "DUOX2", "DUOXA2", "IYD", "PAX8", "TSHR"),
    }
)
# Ours: how today's test errs; no laboratory's figures.
NOT_SAMPLED_SHARE = 0.005
DETECTED_SHARE = 0.9
UNAFFECTED_RESULTS = (
    (0.0015, IndexResult.POSITIVE),
    (0.0025, IndexResult.INCONCLUSIVE),
    (0.0035, IndexResult.FAILED),
    (1.0, IndexResult.NEGATIVE),
)


class Outcome(NamedTuple):
    """One row of outcomes.tsv, the columns that the simulation fills."""

    newborn: str
    condition: str
    basis: str
    reference: str
    method: str
    followup_months: str = ""
    found_by: str = ""
    causal_gene: str = ""
    onset_class: str = ""
    reason_fp: str = ""


class _Course(NamedTuple):
    """What confirmation says of a positive: by molecular test, clinically, and why it was false."""

    molecular: Reference
    clinical: Reference
    reason_fp: str = ""


_TRUE = _Course(Reference.AFFECTED, Reference.AFFECTED)
_IN_CIS = _Course(Reference.UNAFFECTED, Reference.UNAFFECTED, "cis")
# Ours: an order in which every answer occurs early, so that a small cohort shows them all.
_COURSES = (
    _TRUE,
    _TRUE,
    _Course(Reference.UNAFFECTED, Reference.UNAFFECTED, "classification"),
    _TRUE,
    _TRUE,
    _Course(Reference.PENDING, Reference.PENDING),
    _TRUE,
    _Course(Reference.AFFECTED, Reference.UNAFFECTED, "nonpenetrant"),
    _TRUE,
    _Course(Reference.LOST, Reference.LOST),
    _TRUE,
    _Course(Reference.UNCERTAIN, Reference.UNCERTAIN),
    _TRUE,
    _Course(Reference.UNAFFECTED, Reference.UNAFFECTED, "technical"),
)

Truth = tuple[str, str, str, str]  # newborn, condition, verdict, scenario


def outcomes(
    newborns: Iterable[Newborn],
    truth: dict[str, list[Truth]],
    genes: dict[str, str],
    catalogue: Catalogue,
    rng: Random,
) -> list[Outcome]:
    """Return the reference standard; `genes` names the planted gene of each newborn.

    Positives are confirmed or not, missed newborns are found by their symptoms or by today's test, and the
    negatives of families who allowed it are checked against the registry. For the conditions of today's test
    every screened newborn is checked, so that accuracy can be estimated somewhere. Nobody else has a row.
    """
    rows: list[Outcome] = []
    registered = blood_spot_conditions(catalogue)
    courses = cycle(_COURSES)
    ways = cycle(("symptoms", "registry", "conventional"))
    for newborn in newborns:
        answered: set[str] = set()
        own = truth.get(newborn.name, [])
        planted = [row for row in own if newborn.scenario and row[3] == newborn.scenario.name]
        positive = [row for row in planted if row[2] in POSITIVE]
        affected = newborn.scenario is not None and newborn.scenario.affected
        if positive:
            course = next(courses) if affected else _IN_CIS
            for row in positive:
                rows += _confirmed(row, course, genes[newborn.name])
                answered.add(row[1])
        elif affected and planted:
            gene = "" if planted[0][3] == "no_variant_missed" else genes[newborn.name]
            rows += _found(planted[0], next(ways), gene)
            answered.add(planted[0][1])
        elif newborn.status is SampleStatus.DECLINED and "declined" not in genes:
            genes["declined"] = newborn.name  # one affected newborn whose family declined
            name = rng.choice(sorted(catalogue.conditions))
            rows += _found((newborn.name, name, "", ""), "symptoms", "")
        linked = set(catalogue.conditions) if newborn.consent_registry else registered
        rows += (_linked(row) for row in own if row[1] in linked - answered)
    return sorted(rows)


def _confirmed(row: Truth, course: _Course, gene: str) -> Iterator[Outcome]:
    for basis, reference in (("clinical", course.clinical), ("molecular", course.molecular)):
        known = reference in (Reference.AFFECTED, Reference.UNAFFECTED)
        method = "confirmatory_test" if known else "none"
        yield Outcome(
            row[0],
            row[1],
            basis,
            reference,
            method,
            followup_months="6" if known else "",
            found_by="screening" if reference is Reference.AFFECTED else "",
            causal_gene=gene if reference is Reference.AFFECTED else "",
            onset_class="target" if reference is Reference.AFFECTED else "",
            reason_fp=course.reason_fp if reference is Reference.UNAFFECTED else "",
        )


def _found(row: Truth, way: str, gene: str) -> Iterator[Outcome]:
    """An affected newborn whom the screen did not find, or did not test."""
    for basis in ("clinical", "molecular") if gene else ("clinical",):
        yield Outcome(
            row[0],
            row[1],
            basis,
            Reference.AFFECTED,
            "confirmatory_test" if basis == "molecular" else "clinical_followup",
            followup_months=str(FOLLOW_UP_MONTHS),
            found_by=way,
            causal_gene=gene if basis == "molecular" else "",
            onset_class="target",
        )


def _linked(row: Truth) -> Outcome:
    months = str(FOLLOW_UP_MONTHS)
    return Outcome(row[0], row[1], "clinical", Reference.UNAFFECTED, "registry_linkage", months)


def blood_spot_conditions(catalogue: Catalogue) -> frozenset[str]:
    """Conditions of the panel that England's blood spot test looks for."""
    return frozenset(
        name
        for name, rows in catalogue.conditions.items()
        if any(row.gene in BLOOD_SPOT_GENES for row in rows)
    )


def conventional(
    newborns: Iterable[Newborn], known: Iterable[Outcome], catalogue: Catalogue, rng: Random
) -> list[tuple[str, str, str]]:
    """Return today's test on the same newborns: newborn, condition, index. All error rates are ours."""
    ill = {
        (row.newborn, row.condition)
        for row in known
        if row.basis == "clinical" and row.reference == Reference.AFFECTED
    }
    by_test = {
        (row.newborn, row.condition)
        for row in known
        if row.found_by == "conventional" and row.basis == "clinical"
    }
    looked_for = sorted(blood_spot_conditions(catalogue))
    table = []
    for newborn in newborns:
        sampled = rng.random() >= NOT_SAMPLED_SHARE
        for name in looked_for:
            key = (newborn.name, name)
            chance = rng.random()
            if key in by_test:
                index = IndexResult.POSITIVE
            elif not sampled:
                index = IndexResult.NOT_TESTED
            elif key in ill:
                index = IndexResult.POSITIVE if chance < DETECTED_SHARE else IndexResult.NEGATIVE
            else:
                index = next(result for limit, result in UNAFFECTED_RESULTS if chance < limit)
            table.append((newborn.name, name, str(index)))
    return table
