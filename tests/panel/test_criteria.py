"""Criteria are values over a preset: closed keys, exact types, null for a rule that is off."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from evaluator.panel.criteria import PRESETS, Criteria, preset, read_criteria, resolve
from evaluator.panel.yaml_reader import read_yaml_text


def resolved(text: str) -> Criteria:
    """The criteria that a text resolves to."""
    document, problems = read_yaml_text("criteria.yaml", text)
    criteria, more = resolve(document)
    assert problems + more == []
    assert criteria
    return criteria


def told(text: str) -> list[str]:
    """The problems of a text, as a user reads them."""
    document, problems = read_yaml_text("criteria.yaml", text)
    return [str(problem) for problem in problems + resolve(document)[1]]


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_is_complete(name: str) -> None:
    """Every preset gives every value, and naming it alone is enough."""
    assert resolved(f"preset: {name}\n") == preset(name)


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_says_where_its_numbers_come_from(name: str, repository: Path) -> None:
    """Each preset is labelled an approximation or ours, with comments beside its values."""
    text = (repository / "evaluator" / "panel" / "presets" / f"{name}.yaml").read_text(encoding="utf-8")
    assert "ours" in text
    assert "In words:" in text
    assert "Approximation of" in text or name == "listed-alleles-only"


def test_published_numbers_of_the_presets() -> None:
    """The numbers that programmes published stand in their presets."""
    england, victoria, california = (
        preset(name) for name in ("generation-study", "babyscreen-plus", "nbseq")
    )
    assert (england.known_pathogenic.min_pathogenic, england.known_pathogenic.max_benign) == (1, 1)
    assert england.known_pathogenic.max_frequency.biallelic == 0.05
    assert england.predicted_lof.max_frequency.biallelic == 0.01
    assert england.sample.max_contamination == 0.015
    assert victoria.predicted_lof.max_frequency.monoallelic == 0.0001
    assert victoria.predicted_lof.max_frequency.biallelic == 0.001
    assert victoria.predicted_lof.start_lost
    assert california.known_pathogenic.max_frequency.biallelic == 0.001
    assert california.predicted_lof.max_frequency.biallelic == 0.005
    assert california.quality.min_genotype_quality == 21
    assert not preset("beginngs").predicted_lof.enabled
    listed = preset("listed-alleles-only")
    rules = (listed.known_pathogenic, listed.predicted_lof, listed.structural)
    assert [rule.enabled for rule in rules] == [False, False, False]


def test_values_override_deeply() -> None:
    """One value of a group replaces only itself; a list is replaced whole."""
    criteria = resolved(
        "preset: generation-study\n"
        "known_pathogenic: {max_frequency: {biallelic: 0.02}}\n"
        "quality: {filters: [PASS]}\n"
    )
    ceilings = criteria.known_pathogenic.max_frequency
    assert (ceilings.monoallelic, ceilings.biallelic, ceilings.x_linked) == (0.05, 0.02, 0.05)
    assert criteria.known_pathogenic.max_benign == 1
    assert criteria.quality.filters == ("PASS",)


def test_null_switches_a_threshold_off() -> None:
    """A threshold may be null; a switch or a policy may not."""
    criteria = resolved(
        "preset: nbseq\nquality: {min_depth: null, min_genotype_quality: null, het_allele_fraction: null,"
        " filters: null}\nknown_pathogenic: {max_frequency: {biallelic: null}}\n"
    )
    assert criteria.quality.model_dump() == {
        "min_depth": None,
        "min_genotype_quality": None,
        "het_allele_fraction": None,
        "filters": None,
        "hom_allele_fraction": None,
    }
    assert criteria.known_pathogenic.max_frequency.biallelic is None
    assert told("preset: nbseq\npredicted_lof: {enabled: null}\n") == [
        "criteria.yaml:2: predicted_lof.enabled null must be true or false"
    ]


def test_without_a_preset_everything_must_be_written() -> None:
    """No value is guessed."""
    problems = told("quality: {min_depth: 10}\n")
    assert "criteria.yaml:1: quality.min_genotype_quality is not given; add it" in problems
    assert "criteria.yaml:1: ledger is not given; add it" in problems


@pytest.mark.parametrize(
    ("line", "problem"),
    [
        ("quality: {min_depth: ten}", "quality.min_depth 'ten' must be a whole number"),
        ("quality: {min_depth: true}", "quality.min_depth true must be a whole number"),
        ("quality: {het_allele_fraction: [0.75, 0.25]}", "low below high"),
        ("quality: {het_allele_fraction: 0.25}", "must be a list such as [a, b]"),
        ("quality: {filters: []}", "no call would ever pass"),
        ("known_pathogenic: {max_frequency: 0.05}", "must be a mapping"),
        ("known_pathogenic: {min_pathogenic: 0}", "greater than or equal to 1"),
        ("predicted_lof: {start_lost: yes}", "predicted_lof.start_lost 'yes' must be true or false"),
        (
            "predicted_lof: {consequences: [stop_gaind]}",
            "predicted_lof.consequences.0 'stop_gaind' is not one",
        ),
        ("mosaic: {min_allele_fraction: 10}", "less than or equal to 1"),
        ("callability: {min_fraction: .nan}", "callability.min_fraction nan"),
        ("callability: {unknown: maybe}", "not one of 'not assessed' or 'assessed'"),
        ("ledger: {pending_phase: maybe}", "ledger.pending_phase 'maybe' is not one of 'positive'"),
        ("preset: [nbseq]", "is not one of 'generation-study'"),
        ("qualty: {}", "unknown key 'qualty'"),
    ],
)
def test_a_wrong_value_names_its_line(line: str, problem: str) -> None:
    """Each wrong value is told at its line, in words of the file."""
    base = "" if line.startswith("preset") else "preset: generation-study"
    (only,) = told(f"{base}\n\n{line}\n")
    assert only.startswith("criteria.yaml:3: ")
    assert problem in only


def test_an_unknown_preset_hides_nothing() -> None:
    """The other mistakes of the file are told beside it."""
    assert [problem.split(": ")[0] for problem in told("preset: england\nquality: {min_dept: 1}\n")] == [
        "criteria.yaml:1",
        "criteria.yaml:2",
    ]


def test_criteria_are_frozen() -> None:
    """Nobody changes a threshold after reading."""
    with pytest.raises(ValidationError):
        preset("nbseq").quality.min_depth = 5  # type: ignore[misc]


def test_an_unknown_preset_name_raises() -> None:
    """Asking the software for a preset that does not exist is an error."""
    with pytest.raises(ValueError, match="is not one of generation-study"):
        preset("england")


def test_a_missing_file_is_a_problem(tmp_path: Path) -> None:
    """Criteria are never assumed."""
    criteria, problems = read_criteria(tmp_path / "criteria.yaml")
    assert criteria is None
    assert "does not exist" in problems[0].message
