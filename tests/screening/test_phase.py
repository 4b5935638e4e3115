"""Two alleles in a recessive gene: cis, trans or unknown."""

from __future__ import annotations

from typing import Any

import pytest

Bench = Any  # the builders of conftest.py
A, B, C = "chr2-240871433-G-A", "chr2-240875159-T-C", "chr2-240877560-C-T"  # AGXT
NEAR = "chr2-240871440-C-T"


def found(bench: Bench, *calls: dict[str, Any], **phase: object) -> dict[str, Any]:
    """Decide listed AGXT alleles."""
    criteria = bench.criteria(phase=phase) if phase else None
    alleles = [bench.listed(name, "AGXT") for name in (A, B, C, NEAR)]
    finding: dict[str, Any] = bench.finding(
        bench.panel([bench.row("AGXT", "AR")], alleles, criteria=criteria), calls
    )
    return finding


def test_different_haplotypes_of_one_set_are_trans(bench: Bench) -> None:
    """Same phase set, different places: two copies hit, reportable."""
    finding = found(bench, bench.call(A, "0|1", phase_set="7"), bench.call(B, "1|0", phase_set="7"))
    assert finding["verdict"] == "reportable"
    assert finding["reasons"] == "listed_allele;two_alleles_in_trans"
    assert (finding["zygosity"], finding["phase"]) == ("compound_heterozygous", "trans")
    assert finding["alleles"] == f"{A};{B}"


def test_one_haplotype_of_one_set_is_cis(bench: Bench) -> None:
    """Same phase set, same place: one copy carries both, the other none."""
    finding = found(bench, bench.call(A, "0|1", phase_set="7"), bench.call(B, "0|1", phase_set="7"))
    assert (finding["verdict"], finding["phase"]) == ("not reportable", "cis")
    assert finding["reasons"] == "in_cis;no_annotation"


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (("0/1", None), ("0/1", None)),
        (("0|1", "7"), ("1|0", "8")),
        (("0|1", "7"), ("1|0", None)),
        (("0|1", "7"), ("0/1", None)),
        (("0|1", None), ("1|0", None)),
    ],
)
def test_otherwise_phase_is_unknown(
    bench: Bench, first: tuple[str, str | None], second: tuple[str, str | None]
) -> None:
    """Unphased calls, different sets, and a pipe without a set leave the pair pending."""
    calls = [
        bench.call(name, genotype, phase_set=group)
        for name, (genotype, group) in zip((A, B), (first, second), strict=True)
    ]
    finding = found(bench, *calls)
    assert (finding["verdict"], finding["phase"]) == ("pending phase", "unknown")
    assert finding["reasons"] == "phase_unknown;listed_allele"


@pytest.mark.parametrize(
    ("second", "expected"), [("1|0", "reportable"), ("0|1", "not reportable"), ("0/1", "pending phase")]
)
def test_a_pipe_without_a_set_follows_the_policy(bench: Bench, second: str, expected: str) -> None:
    """Where the panel reads a bare pipe as phased, two bare pipes are one set; a slash stays unknown."""
    calls = bench.call(A, "0|1"), bench.call(B, second)
    assert found(bench, *calls, pipe_without_phase_set="phased")["verdict"] == expected


def test_two_alternatives_of_one_record_are_trans(bench: Bench) -> None:
    """A genotype 1/2 names each copy once, phased or not: splitting the record must not lose that."""
    other = "chr2-240871433-GC-G"
    source = {"source_position": 240871433, "source_ref": "GC", "source_alts": "AC,G"}
    panel = bench.panel([bench.row("AGXT", "AR")], [bench.listed(name, "AGXT") for name in (A, other)])
    calls = [bench.call(A, **source), bench.call(other, **source)]
    assert bench.finding(panel, calls)["reasons"] == "listed_allele;two_alleles_in_trans"
    apart = [bench.call(A), bench.call(other)]
    assert bench.finding(panel, apart)["verdict"] == "pending phase"


def test_two_substitutions_of_one_base_are_trans(bench: Bench) -> None:
    """Records that were split before they came here still cannot lie on one copy."""
    other = "chr2-240871433-G-C"
    panel = bench.panel([bench.row("AGXT", "AR")], [bench.listed(name, "AGXT") for name in (A, other)])
    assert bench.finding(panel, [bench.call(A), bench.call(other)])["verdict"] == "reportable"


def test_one_allele_called_twice_is_one_allele(bench: Bench) -> None:
    """A duplicate record of the same allele is no second allele."""
    assert found(bench, bench.call(A), bench.call(A))["reasons"] == "one_allele_only;no_annotation"


@pytest.mark.parametrize(
    ("distance", "reason"), [(15, "one_allele_only"), (7, "one_allele_only"), (6, "in_cis")]
)
def test_neighbours_on_one_haplotype_are_one_event(bench: Bench, distance: int, reason: str) -> None:
    """Alleles within the panel's distance in cis are one multi-nucleotide event; the limit itself counts."""
    calls = bench.call(A, "0|1", phase_set="7"), bench.call(NEAR, "0|1", phase_set="7")
    finding = found(bench, *calls, event_distance=distance)
    assert finding["reasons"].split(";")[0] == reason
    assert finding["phase"] == "cis"


def test_neighbours_in_trans_are_two_alleles(bench: Bench) -> None:
    """Nearness says nothing when the haplotypes differ."""
    calls = bench.call(A, "0|1", phase_set="7"), bench.call(NEAR, "1|0", phase_set="7")
    assert found(bench, *calls)["verdict"] == "reportable"


def test_the_best_pair_of_three_decides_and_all_are_listed(bench: Bench) -> None:
    """Two alleles in cis and a third in trans: reportable, with all three named."""
    finding = found(
        bench,
        bench.call(A, "0|1", phase_set="7"),
        bench.call(B, "0|1", phase_set="7"),
        bench.call(C, "1|0", phase_set="7"),
    )
    assert (finding["verdict"], finding["alleles"]) == ("reportable", f"{A};{B};{C}")


def test_an_unknown_third_allele_keeps_a_cis_pair_pending(bench: Bench) -> None:
    """Two in cis and a third of unknown phase: the third may be opposite."""
    finding = found(
        bench,
        bench.call(A, "0|1", phase_set="7"),
        bench.call(B, "0|1", phase_set="7"),
        bench.call(C, "0/1"),
    )
    assert finding["verdict"] == "pending phase"


def test_a_homozygote_decides_whatever_stands_beside_it(bench: Bench) -> None:
    """Homozygous for one allele, heterozygous for another: homozygous decides, both are listed."""
    finding = found(bench, bench.call(A, "1/1"), bench.call(B))
    assert finding["reasons"] == "listed_allele;homozygous"
    assert (finding["zygosity"], finding["phase"]) == ("homozygous", "not_needed")
    assert finding["alleles"] == f"{A};{B}"
