"""Alleles that only rules about pairs name, not read or not read well."""

from __future__ import annotations

from typing import Any

import pytest

Bench = Any  # the builders of conftest.py
R117H, FIVE_T, F508 = "chr7-117530975-G-A", "chr7-117548628-GTT-G", "chr7-117559590-ATCT-A"
BAD = {"depth": 3, "alt_depth": 1}


def cftr(bench: Bench, calls: list[dict[str, Any]], *rules: tuple[str, str, str]) -> tuple[str, str]:
    """Decide R117H and F508del with the 5T site unread; 5T and R117H count in rules only."""
    panel = bench.panel(
        [bench.row("CFTR", "AR")],
        [
            bench.listed(F508, "CFTR"),
            bench.listed(R117H, "CFTR", "deny_alone"),
            bench.listed(FIVE_T, "CFTR", "deny_alone"),
        ],
        [bench.rule("CFTR", *rule) for rule in rules or [(f"{R117H}+{FIVE_T}", "any", "reportable")]],
    )
    gap = {"newborn": "N1", "contig": "chr7", "start": 117548620, "end": 117548640, "reason": "not_in_bed"}
    finding = bench.finding(panel, calls, uncallable=[gap])
    return finding["verdict"], finding["reasons"].split(";")[0]


def test_an_unread_partner_matters_where_the_others_are_called(bench: Bench) -> None:
    """R117H opposite F508del hangs on 5T; either of them alone does not."""
    calls = [bench.call(R117H, "0|1", phase_set="1"), bench.call(F508, "1|0", phase_set="1")]
    assert cftr(bench, calls) == ("not assessed", "listed_allele_uncovered")
    assert cftr(bench, calls[:1])[0] == cftr(bench, calls[1:])[0] == cftr(bench, [])[0] == "not reportable"


def test_a_doubtful_and_an_unread_partner_together(bench: Bench) -> None:
    """R117H of low depth and 5T unread: neither alone would count with F508del, both together would."""
    assert cftr(bench, [bench.call(R117H, **BAD), bench.call(F508)]) == ("not assessed", "repeat_low_depth")


@pytest.mark.parametrize(("genotype", "verdict"), [("0/1", "not reportable"), ("1/1", "not assessed")])
def test_an_unread_partner_may_be_on_both_copies(bench: Bench, genotype: str, verdict: str) -> None:
    """A rule for the cis haplotype on both copies needs R117H on both, and 5T may be."""
    both = f"{R117H}+{FIVE_T}"
    assert cftr(bench, [bench.call(R117H, genotype)], (both, both, "reportable"))[0] == verdict


def test_a_rule_of_unread_alleles_only_asks_for_nothing(bench: Bench) -> None:
    """Beside F508del nobody need know whether 5T is on both copies: no rule names the two together."""
    assert cftr(bench, [bench.call(F508)], (FIVE_T, FIVE_T, "reportable"))[0] == "not reportable"


def test_a_doubtful_allele_that_counts_by_itself_is_repeated(bench: Bench) -> None:
    """A pair of one allele that a rule reports, called on both copies with few reads."""
    calls = [bench.call(R117H, "1/1", depth=3, alt_depth=3)]
    assert cftr(bench, calls, (R117H, R117H, "reportable")) == ("not assessed", "repeat_low_depth")
