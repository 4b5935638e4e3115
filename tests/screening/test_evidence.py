"""Which alleles qualify, and what keeps a near miss from it."""

from __future__ import annotations

from typing import Any

import pytest

from evaluator.errors import Problem
from evaluator.screening.evidence import Sources
from evaluator.screening.requirements import frequency_problems, notes

Bench = Any  # the builders of conftest.py
ALLELE = "chr1-75761161-A-G"  # ACADM, second last exon, more than 50 bases before its end
STOP = {"consequence": "stop_gained", "transcript": "NM_000016.6"}
PATHOGENIC = {"clinvar_id": "1", "clinvar_pathogenic": 2, "clinvar_benign": 0, "clinvar_stars": 1}


def found(
    bench: Bench,
    variant: dict[str, Any],
    row: dict[str, Any] | None = None,
    listed: list[dict[str, Any]] | None = None,
    **criteria: dict[str, Any],
) -> tuple[str, str]:
    """Decide a homozygote of one annotated allele in ACADM; returns verdict and first reason."""
    panel = bench.panel(
        [bench.row("ACADM", "AR", **(row or {"mechanism": "lof"}))],
        listed,
        criteria=bench.criteria(**criteria),
    )
    finding = bench.finding(
        panel, [bench.call(ALLELE, "1/1")], variants=[bench.variant(ALLELE, "ACADM", **variant)]
    )
    return finding["verdict"], finding["reasons"].split(";")[0]


YES = ("reportable", "known_pathogenic")


def no(reason: str) -> tuple[str, str]:
    """A negative with this reason."""
    return ("not reportable", reason)


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, YES),
        ({"clinvar_pathogenic": 1}, YES),
        ({"clinvar_pathogenic": 0}, no("no_qualifying_allele")),
        ({"clinvar_pathogenic": None}, no("no_qualifying_allele")),
        ({"clinvar_benign": 1}, YES),
        ({"clinvar_benign": 2}, no("benign_classification")),
        ({"population_frequency": 0.0499}, YES),
        ({"population_frequency": 0.05}, no("too_common")),
    ],
)
def test_known_pathogenic(bench: Bench, changes: dict[str, Any], expected: tuple[str, str]) -> None:
    """Counts for and against and the frequency ceiling of the preset, each at its limit."""
    assert found(bench, {**PATHOGENIC, **changes}) == expected


@pytest.mark.parametrize(
    ("stars", "expected"), [(2, YES), (1, no("below_min_stars")), (None, no("below_min_stars"))]
)
def test_stars_of_the_panel_and_of_the_row(
    bench: Bench, stars: int | None, expected: tuple[str, str]
) -> None:
    """The panel's floor of stars, and the row's own floor over it."""
    variant = {**PATHOGENIC, "clinvar_stars": stars}
    assert found(bench, variant, known_pathogenic={"min_stars": 2}) == expected
    assert found(bench, variant, {"min_stars": 2}) == expected
    assert found(bench, variant, {"min_stars": 0}, known_pathogenic={"min_stars": 4}) == YES


def test_the_row_may_set_its_own_ceiling(bench: Bench) -> None:
    """max_frequency of a gene row overrides the criteria, upwards and downwards."""
    variant = {**PATHOGENIC, "population_frequency": 0.06}
    assert found(bench, variant, {"max_frequency": 0.1}) == YES
    assert found(bench, variant, {"max_frequency": 0.01}) == no("too_common")


@pytest.mark.parametrize(("missing", "expected"), [(0.0, YES), (0.5, no("too_common"))])
def test_an_allele_missing_in_the_source_gets_the_panels_frequency(
    bench: Bench, missing: float, expected: tuple[str, str]
) -> None:
    """Never seen counts as what the criteria say."""
    assert found(bench, PATHOGENIC, frequency={"missing": missing}) == expected


def test_ceilings_differ_by_inheritance(bench: Bench) -> None:
    """Monoallelic, biallelic and X-linked rows each have their own ceiling."""
    ceilings = bench.criteria().known_pathogenic.max_frequency
    criteria = bench.criteria(
        known_pathogenic={
            "max_frequency": ceilings.model_copy(
                update={"monoallelic": 0.001, "biallelic": 0.01, "x_linked": 0.1}
            )
        }
    )
    places = {
        "AD": ("RB1", "chr13-48303950-C-T"),
        "AR": ("ACADM", ALLELE),
        "XLR": ("OTC", "chrX-38367361-G-A"),
        "XLD": ("OTC", "chrX-38367361-G-A"),
    }
    for frequency, accepting in (
        (0.0005, set(places)),
        (0.005, {"AR", "XLR", "XLD"}),
        (0.05, {"XLR", "XLD"}),
    ):
        accepted = set()
        for inheritance, (gene, allele) in places.items():
            panel = bench.panel([bench.row(gene, inheritance)], criteria=criteria)
            variants = [bench.variant(allele, gene, **PATHOGENIC, population_frequency=frequency)]
            if (
                bench.finding(panel, [bench.call(allele, "1/1")], variants=variants)["verdict"]
                == "reportable"
            ):
                accepted.add(inheritance)
        assert accepted == accepting


@pytest.mark.parametrize(
    ("changes", "row", "expected"),
    [
        ({}, {}, ("reportable", "predicted_lof")),
        ({}, {"mechanism": "gof"}, no("not_lof_mechanism")),
        ({}, {"mechanism": None}, no("not_lof_mechanism")),
        ({"consequence": "missense_variant"}, {}, no("no_qualifying_allele")),
        ({"consequence": "splice_region_variant&frameshift_variant"}, {}, ("reportable", "predicted_lof")),
        ({"consequence": "start_lost"}, {}, no("no_qualifying_allele")),
        ({"population_frequency": 0.01}, {}, no("too_common")),
        ({"transcript": "NM_000016.5"}, {}, ("reportable", "predicted_lof")),
        ({"transcript": "ENST00000370841.9"}, {}, ("reportable", "predicted_lof")),
        ({"transcript": "NM_001127328.3"}, {}, no("other_transcript")),
        ({"transcript": "NM_001127328.3"}, {"transcript": "NM_001127328.3"}, ("reportable", "predicted_lof")),
        ({"transcript": None}, {}, ("reportable", "predicted_lof")),
    ],
)
def test_predicted_loss_of_function(
    bench: Bench, changes: dict[str, Any], row: dict[str, Any], expected: tuple[str, str]
) -> None:
    """Consequence, mechanism, ceiling and transcript; the transcript's version does not matter."""
    assert found(bench, {**STOP, **changes}, {"mechanism": "lof", **row}) == expected


def test_start_lost_counts_by_its_own_setting(bench: Bench) -> None:
    """Weak evidence unless the panel says otherwise."""
    variant = {**STOP, "consequence": "start_lost"}
    assert found(bench, variant, predicted_lof={"start_lost": True}) == ("reportable", "predicted_lof")


@pytest.mark.parametrize(
    ("evidence", "variant", "expected"),
    [
        ("listed", PATHOGENIC, no("evidence_not_accepted")),
        ("lof", {**PATHOGENIC, "consequence": "missense_variant"}, no("evidence_not_accepted")),
        ("lof", {**PATHOGENIC, "consequence": "stop_gained"}, YES),
        ("missense", {**PATHOGENIC, "consequence": "missense_variant"}, YES),
        ("missense", STOP, no("evidence_not_accepted")),
        ("all", PATHOGENIC, YES),
    ],
)
def test_the_row_says_which_evidence_it_accepts(
    bench: Bench, evidence: str, variant: dict[str, Any], expected: tuple[str, str]
) -> None:
    """The evidence column narrows what counts; listed alleles always do."""
    assert found(bench, variant, {"mechanism": "lof", "evidence": evidence}) == expected
    listed = [bench.listed(ALLELE, "ACADM")]
    assert found(bench, variant, {"evidence": evidence}, listed) == ("reportable", "listed_allele")


@pytest.mark.parametrize(("on", "reason"), [("deny", "denied_allele"), ("deny_alone", "deny_alone")])
def test_a_denied_allele_never_qualifies(bench: Bench, on: str, reason: str) -> None:
    """The deny lists go before every evidence, within their scope."""
    listed = [bench.listed(ALLELE, "ACADM", on)]
    assert found(bench, {**PATHOGENIC, **STOP}, {"mechanism": "lof"}, listed) == no(reason)


@pytest.mark.parametrize(("scope", "denied"), [("the-condition", True), ("another", False)])
def test_a_scoped_denial_leaves_other_conditions_alone(bench: Bench, scope: str, denied: object) -> None:
    """A denial for one condition says nothing of another."""
    listed = [bench.listed(ALLELE, "ACADM", "deny", condition=scope)]
    assert (found(bench, PATHOGENIC, None, listed) == no("denied_allele")) is denied


def test_denied_in_one_scope_and_allowed_in_another(bench: Bench) -> None:
    """Listed for one condition and denied for another of the same gene: each row follows its own entry."""
    genes = [bench.row("ACADM", "AR", "one"), bench.row("ACADM", "AR", "two")]
    listed = [
        bench.listed(ALLELE, "ACADM", condition="one"),
        bench.listed(ALLELE, "ACADM", "deny", condition="two"),
    ]
    one, two = bench.findings(bench.panel(genes, listed), [bench.call(ALLELE, "1/1")])
    assert (one["verdict"], two["verdict"]) == ("reportable", "not reportable")
    assert two["reasons"].split(";")[0] == "denied_allele"


def test_the_allow_list_overrides_stars_and_frequency(bench: Bench) -> None:
    """A listed allele needs no ClinVar record and may be common."""
    variant = {"population_frequency": 0.2, "clinvar_benign": 9, "clinvar_id": "1"}
    assert found(bench, variant, None, [bench.listed(ALLELE, "ACADM")]) == ("reportable", "listed_allele")


def test_a_list_entry_is_of_its_gene_only(bench: Bench) -> None:
    """An allele listed for another gene is not listed here."""
    genes = [bench.row("ACADM", "AR"), bench.row("AGXT", "AR")]
    panel = bench.panel(genes, [bench.listed(ALLELE, "ACADM")])
    acadm, agxt = bench.findings(panel, [bench.call(ALLELE, "1/1")])
    assert (acadm["verdict"], agxt["verdict"]) == ("reportable", "not reportable")


def test_a_switched_off_rule_is_silent(bench: Bench) -> None:
    """With both automatic rules off only the list decides, and nothing is a near miss."""
    off = {"enabled": False}
    variant = {**PATHOGENIC, **STOP, "population_frequency": 0.5}
    assert found(bench, variant, known_pathogenic=off, predicted_lof=off) == no("no_qualifying_allele")


def test_a_store_without_annotation_says_so_on_every_negative(bench: Bench) -> None:
    """Only listed alleles were evaluated, and each negative carries the reason."""
    panel = bench.panel([bench.row("ACADM", "AR")], [bench.listed(ALLELE, "ACADM")])
    assert bench.finding(panel, [])["reasons"] == "no_qualifying_allele;no_annotation"
    assert len(notes(panel, Sources.of(()))) == 1


@pytest.mark.parametrize(
    ("sources", "row", "expected"),
    [
        (("csq", "frequencies"), {"mechanism": "lof"}, "no_qualifying_allele;no_clinvar"),
        (("clinvar", "frequencies"), {"mechanism": "lof"}, "no_qualifying_allele;no_consequence"),
        (("clinvar", "frequencies"), {"mechanism": "gof"}, "no_qualifying_allele"),
        (("csq", "frequencies"), {"evidence": "listed"}, "no_qualifying_allele"),
        (("csq", "clinvar", "frequencies"), {"mechanism": "lof"}, "no_qualifying_allele"),
    ],
)
def test_a_negative_names_the_rules_that_could_not_speak(
    bench: Bench, sources: tuple[str, ...], row: dict[str, Any], expected: str
) -> None:
    """Missing ClinVar or consequences are named where the row would have asked for them."""
    panel = bench.panel([bench.row("ACADM", "AR", **row)])
    assert bench.finding(panel, [], variants=[], sources=sources)["reasons"] == expected


def test_a_ceiling_without_frequencies_stops_the_run(bench: Bench) -> None:
    """Ceilings need a frequency source, unless the panel switches them off."""
    panel = bench.panel([bench.row("ACADM", "AR", mechanism="lof")])
    (known, lof) = frequency_problems(panel, Sources.of(("csq", "clinvar")), "store")
    assert isinstance(known, Problem)
    assert "known_pathogenic.max_frequency" in known.message
    assert "--frequencies" in lof.message
    everything = Sources.of(("csq", "clinvar", "frequencies"))
    assert frequency_problems(panel, everything, "store", "population_max") == []
    assert frequency_problems(panel, Sources.of(()), "store") == []
    none = {"monoallelic": None, "biallelic": None, "x_linked": None}
    base = bench.criteria()
    open_criteria = bench.criteria(
        known_pathogenic={"max_frequency": base.known_pathogenic.max_frequency.model_copy(update=none)},
        predicted_lof={"max_frequency": base.predicted_lof.max_frequency.model_copy(update=none)},
    )
    panel = bench.panel([bench.row("ACADM", "AR", mechanism="lof")], criteria=open_criteria)
    assert frequency_problems(panel, Sources.of(("csq", "clinvar")), "store") == []


def test_another_statistic_than_the_criteria_name_stops_the_run(bench: Bench) -> None:
    """An overall frequency does not stand in for a population maximum."""
    panel = bench.panel([bench.row("ACADM", "AR")])
    everything = Sources.of(("csq", "clinvar", "frequencies"))
    (problem,) = frequency_problems(panel, everything, "store", "global")
    assert "--statistic population_max" in problem.message


def test_the_stores_own_frequencies_need_newborns(bench: Bench) -> None:
    """Fewer newborns than the panel's minimum make no frequency."""
    criteria = bench.criteria(frequency={"statistic": "internal", "min_newborns": 200})
    panel = bench.panel([bench.row("ACADM", "AR")], criteria=criteria)
    annotated = Sources.of(("csq", "clinvar"))
    (problem,) = frequency_problems(panel, annotated, "store", counted=199)
    assert "min_newborns" in problem.message
    assert frequency_problems(panel, annotated, "store", counted=200) == []
