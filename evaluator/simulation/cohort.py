"""The newborns of a cohort: who they are, what became of their samples, what is planted in whom."""

from __future__ import annotations

from dataclasses import dataclass
from random import Random

from evaluator.simulation.scenario import Bench, Scenario
from evaluator.simulation.scenarios import SCENARIOS
from evaluator.vocabulary import SampleStatus, Sex

EVERY_SCENARIO_FROM = 100  # newborns
NEWBORNS_PER_ROUND = 400  # ours: above that size every scenario is planted once per so many newborns
SMALL_COHORT_SHARE = 0.4
# Ours: shares of newborns without a result, to exercise the flow diagram; no programme's figures.
WITHOUT_RESULT = {
    SampleStatus.FAILED: 0.01,
    SampleStatus.DECLINED: 0.015,
    SampleStatus.NOT_SAMPLED: 0.005,
    SampleStatus.WITHDRAWN: 0.005,
}
# Integrated care boards of England (ODS codes) with shares of our own.
REGIONS = {"QOX": 8, "QHL": 16, "QWE": 14, "QMJ": 12, "QOP": 18, "QWO": 15, "QHM": 10, "QUY": 7}
ANCESTRIES = {"EUR": 66, "SAS": 16, "AFR": 9, "EAS": 4, "AMR": 2, "OTH": 3}  # shares are ours
REGISTRY_CONSENT = 0.8  # shares are ours
RESEARCH_CONSENT = 0.7
HAPLOID_X_SHARE = 0.7  # of boys; the other callers write 1/1


@dataclass(frozen=True)
class Newborn:
    """One row of the sample sheet and what the simulation knows behind it."""

    name: str
    sex: Sex
    status: SampleStatus
    region: str
    site: str
    ancestry: str
    deprivation_fifth: int
    gestation_weeks: int
    sample_type: str
    sampled_age_hours: int
    result_age_days: int
    consent_registry: bool
    consent_research: bool
    haploid_x: bool
    scenario: Scenario | None

    @property
    def sequenced(self) -> bool:
        """Whether the newborn has a VCF."""
        return self.status is SampleStatus.SEQUENCED


def build_cohort(bench: Bench, count: int) -> list[Newborn]:
    """Draw a cohort and spread the scenarios that the panel allows over its sequenced newborns."""
    rng = bench.rng
    statuses = _statuses(count, rng)
    sequenced = [index for index, status in enumerate(statuses) if status is SampleStatus.SEQUENCED]
    possible = [scenario for scenario in SCENARIOS if scenario.build(bench) is not None]
    plan = dict(zip(rng.sample(sequenced, len(sequenced)), _rounds(possible, count), strict=False))
    return [_newborn(index, status, plan.get(index), rng) for index, status in enumerate(statuses)]


def _rounds(possible: list[Scenario], count: int) -> list[Scenario]:
    if count < EVERY_SCENARIO_FROM:
        return possible[: int(count * SMALL_COHORT_SHARE)]
    return possible * max(1, count // NEWBORNS_PER_ROUND)


def _statuses(count: int, rng: Random) -> list[SampleStatus]:
    statuses = [SampleStatus.SEQUENCED] * count
    lost = [
        status
        for status, share in WITHOUT_RESULT.items()
        for _ in range(max(round(count * share), 1 if count >= EVERY_SCENARIO_FROM else 0))
    ]
    for index, status in zip(rng.sample(range(count), len(lost)), lost, strict=True):
        statuses[index] = status
    return statuses


def _newborn(index: int, status: SampleStatus, scenario: Scenario | None, rng: Random) -> Newborn:
    sex = rng.choice((Sex.FEMALE, Sex.MALE))
    if scenario and scenario.sex:
        sex = scenario.sex
    haploid = rng.random() < HAPLOID_X_SHARE
    if scenario and scenario.name in ("boy_hemizygous_diploid", "boy_heterozygous"):
        haploid = False
    elif scenario and scenario.sex is Sex.MALE:
        haploid = True
    region = _drawn(REGIONS, rng)
    return Newborn(
        name=f"NB{index + 1:06d}",
        sex=sex,
        status=status,
        region=region,
        site=f"simulated site {region}-{rng.randint(1, 2)}",
        ancestry=_drawn(ANCESTRIES, rng),
        deprivation_fifth=rng.randint(1, 5),
        gestation_weeks=min(42, max(26, round(rng.gauss(39.2, 1.8)))),
        sample_type=rng.choices(("cord", "heel"), (85, 15))[0],
        sampled_age_hours=rng.randint(0, 2),
        result_age_days=rng.randint(9, 28),
        consent_registry=rng.random() < REGISTRY_CONSENT,
        consent_research=rng.random() < RESEARCH_CONSENT,
        haploid_x=haploid,
        scenario=scenario,
    )


def _drawn(shares: dict[str, int], rng: Random) -> str:
    return rng.choices(list(shares), list(shares.values()))[0]
