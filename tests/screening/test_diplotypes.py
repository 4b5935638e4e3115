"""Rules for pairs: not reportable, reportable, as another condition, cis haplotypes."""

from __future__ import annotations

from typing import Any

import pytest

from evaluator.screening.diplotype_rules import diplotype_rules, ruled_alleles

Bench = Any  # the builders of conftest.py
D444H, PROFOUND = "chr3-15645186-G-C", "chr3-15645000-C-T"  # BTD
R117H, FIVE_T, F508 = "chr7-117530975-G-A", "chr7-117548628-GTT-G", "chr7-117559590-ATCT-A"
S, THAL, THAL_2 = "chr11-5227002-T-A", "chr11-5226774-G-A", "chr11-5226925-C-T"


def btd(bench: Bench, *calls: dict[str, Any]) -> dict[str, str]:
    """Decide two biotinidase rows; D444H counts only where a rule names it."""
    panel = bench.panel(
        [bench.row("BTD", "AR", "profound"), bench.row("BTD", "AR", "partial")],
        [bench.listed(D444H, "BTD", "deny_alone"), bench.listed(PROFOUND, "BTD")],
        [
            bench.rule("BTD", D444H, D444H, "not reportable"),
            bench.rule("BTD", D444H, "any", "reportable as partial"),
        ],
    )
    return {row["condition"]: f"{row['verdict']}: {row['reasons']}" for row in bench.findings(panel, calls)}


def test_a_mild_allele_with_itself_is_not_reported(bench: Bench) -> None:
    """D444H with itself is not biotinidase deficiency, profound or partial."""
    found = btd(bench, bench.call(D444H, "1/1"))
    assert set(found.values()) == {"not reportable: diplotype_not_reportable;deny_alone;no_annotation"}


def test_a_mild_allele_opposite_a_severe_one_is_another_condition(bench: Bench) -> None:
    """D444H opposite a profound allele is partial deficiency, and not the profound one."""
    calls = bench.call(D444H, "0|1", phase_set="1"), bench.call(PROFOUND, "1|0", phase_set="1")
    found = btd(bench, *calls)
    assert found["partial"] == "reportable: listed_allele;diplotype_reportable;two_alleles_in_trans"
    assert found["profound"].startswith("not reportable: diplotype_other_condition")


def test_a_ruled_pair_of_unknown_phase_is_pending(bench: Bench) -> None:
    """Phase still has to be known before a rule reports."""
    found = btd(bench, bench.call(D444H), bench.call(PROFOUND))
    assert found["partial"] == "pending phase: phase_unknown;listed_allele"
    assert found["profound"].startswith("not reportable: diplotype_other_condition")


def test_deny_alone_is_silent_without_a_partner(bench: Bench) -> None:
    """One D444H is no carrier state worth a word beyond its list."""
    assert btd(bench, bench.call(D444H))["profound"] == "not reportable: deny_alone;no_annotation"


def test_a_failed_partner_of_a_rule_is_repeated(bench: Bench) -> None:
    """A severe allele beside a D444H of bad quality may be partial deficiency: repeat."""
    found = btd(bench, bench.call(D444H, depth=3, alt_depth=1), bench.call(PROFOUND))
    assert found["partial"].startswith("not assessed: repeat_low_depth")


def test_a_failed_mild_allele_alone_stays_silent(bench: Bench) -> None:
    """Without a qualifying partner a bad D444H decides nothing."""
    assert btd(bench, bench.call(D444H, depth=3))["partial"].startswith("not reportable")


def cftr(bench: Bench, *calls: dict[str, Any]) -> str:
    """Decide R117H, 5T and F508del as the blood spot panel does."""
    panel = bench.panel(
        [bench.row("CFTR", "AR")],
        [
            bench.listed(R117H, "CFTR"),
            bench.listed(F508, "CFTR"),
            bench.listed(FIVE_T, "CFTR", "deny_alone"),
        ],
        [
            bench.rule("CFTR", f"{R117H}+{FIVE_T}", "any", "reportable"),
            bench.rule("CFTR", R117H, "any", "not reportable"),
        ],
    )
    finding = bench.finding(panel, calls)
    return f"{finding['verdict']}: {finding['reasons'].split(';')[0]}"


@pytest.mark.parametrize(
    ("five_t", "expected"),
    [
        (None, "not reportable: diplotype_not_reportable"),
        ("0|1", "reportable: listed_allele"),  # beside R117H
        ("1|0", "not reportable: diplotype_not_reportable"),  # beside F508del
        ("0/1", "pending phase: phase_unknown"),
        ("1|1", "reportable: listed_allele"),  # on both copies
    ],
)
def test_r117h_counts_only_in_cis_with_5t(bench: Bench, five_t: str | None, expected: str) -> None:
    """R117H opposite F508del is reported only with 5T on its own copy; unknown phase keeps it open."""
    calls = [bench.call(R117H, "0|1", phase_set="1"), bench.call(F508, "1|0", phase_set="1")]
    if five_t:
        calls.append(bench.call(FIVE_T, five_t, phase_set="1" if five_t in ("0|1", "1|0") else None))
    assert cftr(bench, *calls) == expected


def test_5t_and_r117h_on_one_copy_are_one_allele(bench: Bench) -> None:
    """The cis haplotype without an allele opposite is a carrier."""
    calls = bench.call(R117H, "0|1", phase_set="1"), bench.call(FIVE_T, "0|1", phase_set="1")
    assert cftr(bench, *calls) == "not reportable: one_allele_only"


@pytest.mark.parametrize(
    ("names", "expected"),
    [
        ((S,), "reportable: listed_allele;diplotype_reportable;homozygous"),
        ((S, THAL), "reportable: listed_allele;diplotype_reportable;two_alleles_in_trans"),
        ((THAL, THAL_2), "not reportable: diplotype_not_reportable;no_annotation"),
    ],
)
def test_sickle_cell_disease_needs_a_sickle_allele(
    bench: Bench, names: tuple[str, ...], expected: str
) -> None:
    """The more specific rule wins: S with anything is reported, other pairs are not."""
    panel = bench.panel(
        [bench.row("HBB", "AR")],
        [bench.listed(name, "HBB") for name in (S, THAL, THAL_2)],
        [bench.rule("HBB", "any", "any", "not reportable"), bench.rule("HBB", S, "any", "reportable")],
    )
    genotypes = ("1/1",) if len(names) == 1 else ("0|1", "1|0")
    calls = [bench.call(name, text, phase_set="1") for name, text in zip(names, genotypes, strict=True)]
    finding = bench.finding(panel, calls)
    assert f"{finding['verdict']}: {finding['reasons']}" == expected


def test_every_allele_that_a_rule_names_is_read(bench: Bench) -> None:
    """Members of cis haplotypes take part although they stand on no list."""
    panel = bench.panel(
        [bench.row("CFTR", "AR")], [], [bench.rule("CFTR", f"{R117H}+{FIVE_T}", "any", "reportable")]
    )
    rules = diplotype_rules(panel.diplotypes, panel.alleles)
    assert ruled_alleles(rules)["position"].sort().to_list() == [117530975, 117548628]
