"""The known answers follow from the plan alone."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from evaluator.panel.load import load_panel
from evaluator.panel.model import Panel
from evaluator.simulation.calls import Sequencer
from evaluator.simulation.catalogue import Catalogue, build_catalogue
from evaluator.simulation.cohort import Newborn, build_cohort
from evaluator.simulation.examinations import Examinations
from evaluator.simulation.markers import build_markers
from evaluator.simulation.scenario import Bench, Planted
from evaluator.simulation.scenarios import SCENARIOS
from evaluator.simulation.simulate import _stream
from evaluator.simulation.truth import newborn_truth
from evaluator.vocabulary import SampleStatus, Sex, Verdict

BY_NAME = {scenario.name: scenario for scenario in SCENARIOS}


@pytest.fixture(scope="module")
def bench(small_panel: Panel) -> Bench:
    """A bench on the small panel."""
    catalogue = build_catalogue(small_panel)
    rng = _stream(1, "tests")
    markers = build_markers(catalogue, _stream(1, "alleles"))
    return Bench(catalogue, markers, Sequencer(small_panel.criteria, rng), rng)


@pytest.fixture(scope="module")
def newborn(bench: Bench) -> Newborn:
    """A sequenced newborn in whom nothing is planted."""
    return next(newborn for newborn in build_cohort(bench, 5) if newborn.scenario is None)


def answers(catalogue: Catalogue, newborn: Newborn, planted: Planted | None) -> dict[str, tuple[str, str]]:
    """Verdict and scenario of each condition."""
    return {row[1]: (row[2], row[3]) for row in newborn_truth(catalogue, newborn, planted, Examinations())}


def test_silence_is_negative_except_at_special_loci(bench: Bench, newborn: Newborn) -> None:
    """Without a caller neither the inversion nor the pseudogene's neighbour is ever negative."""
    found = answers(bench.catalogue, newborn, None)
    special = {name for name, answer in found.items() if answer == ("not assessed", "special_locus")}
    assert special == {"haemophilia-a", "gaucher", "sma"}
    assert {answer for name, answer in found.items() if name not in special} == {
        ("not reportable", "nothing_planted")
    }


def test_a_failed_newborn_is_never_negative(bench: Bench, newborn: Newborn) -> None:
    """A failed sample leaves every condition not assessed; a declined one leaves no row."""
    failed = answers(bench.catalogue, replace(newborn, status=SampleStatus.FAILED), None)
    assert set(failed.values()) == {("not assessed", "sequencing_failed")}
    assert len(failed) == len(bench.catalogue.conditions)
    for status in (SampleStatus.DECLINED, SampleStatus.NOT_SAMPLED, SampleStatus.WITHDRAWN):
        assert answers(bench.catalogue, replace(newborn, status=status), None) == {}


def test_a_condition_takes_its_strongest_row(bench: Bench, newborn: Newborn) -> None:
    """One allele of a gene with two inheritances: dominant reportable, recessive not."""
    carrying = replace(newborn, scenario=BY_NAME["dominant_and_recessive"])
    found = answers(bench.catalogue, carrying, carrying.scenario.build(bench) if carrying.scenario else None)
    assert found["diabetes"] == ("reportable", "dominant_and_recessive")
    assert found["hyperinsulinism"] == ("not reportable", "dominant_and_recessive")


def test_a_boys_sequence_allele_outweighs_the_missing_caller(bench: Bench, newborn: Newborn) -> None:
    """A positive needs no complete reading."""
    boy = replace(newborn, scenario=BY_NAME["boy_inversion_gene"], sex=Sex.MALE)
    planted = BY_NAME["boy_inversion_gene"].build(bench)
    assert answers(bench.catalogue, boy, planted)["haemophilia-a"] == ("reportable", "boy_inversion_gene")


def test_scenarios_go_to_newborns_of_their_sex(bench: Bench) -> None:
    """Every planted newborn is sequenced and has the sex that the scenario is about."""
    cohort = build_cohort(bench, 150)
    planted = [newborn for newborn in cohort if newborn.scenario]
    assert len(planted) == len(SCENARIOS)
    for newborn in planted:
        assert newborn.sequenced
        assert newborn.scenario is not None
        assert newborn.scenario.sex in (None, newborn.sex)
    assert {newborn.sex for newborn in cohort if not newborn.scenario} == {Sex.MALE, Sex.FEMALE}


def test_a_small_cohort_takes_the_first_scenarios(bench: Bench) -> None:
    """Ten newborns hold four scenarios; eight hundred hold each one twice."""
    for count, expected in ((10, 4), (800, 2 * len(SCENARIOS))):
        assert sum(newborn.scenario is not None for newborn in build_cohort(bench, count)) == expected


def test_rules_switched_off_leave_no_room(small_panel: Panel, tmp_path: Path) -> None:
    """Where the panel asks for nothing, nothing is planted that would fail it."""
    folder = tmp_path / "open"
    folder.mkdir()
    for path in small_panel.path.iterdir():
        (folder / path.name).write_bytes(path.read_bytes())
    (folder / "criteria.yaml").write_text(
        "preset: listed-alleles-only\n"
        "quality: {min_depth: null, min_genotype_quality: null, het_allele_fraction: null, filters: null}\n"
        "callability: {min_fraction: null}\nphase: {pipe_without_phase_set: phased, event_distance: null}\n"
        "x_linked: {report_heterozygous_females: true}\n",
        encoding="utf-8",
    )
    panel = load_panel(folder)
    catalogue = build_catalogue(panel)
    rng = _stream(1, "tests")
    bench = Bench(catalogue, build_markers(catalogue, rng), Sequencer(panel.criteria, rng), rng)
    room = {scenario.name for scenario in SCENARIOS if scenario.build(bench) is not None}
    shut = {
        *("low_depth", "low_genotype_quality", "missing_genotype_quality", "filtered", "unbalanced"),
        *("gene_uncovered", "carrier_otherwise_uncovered", "listed_allele_uncovered", "near_in_cis"),
        *("pipe_without_phase_set", "girl_carrier", "sex_unknown", "clinvar_pathogenic", "lof_recessive"),
    }
    assert not room & shut
    assert {"homozygous", "unphased_pair", "dominant", "boy_hemizygous_haploid"} <= room
    assert {scenario.verdict for scenario in SCENARIOS} == set(Verdict)
