"""Supplement by stratum: pooling within groups, sites, and whether every part is served equally well."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from scipy.stats import poisson

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.equity import Equity, Tally, contrast_strata
from evaluator.accuracy.measures import Settings, measures
from evaluator.accuracy.sites import SiteSummary, summarise_sites
from evaluator.statistics.grids import PROBABILITIES
from evaluator.statistics.homogeneity import Homogeneity, exact_homogeneity
from evaluator.statistics.measure import Measure
from evaluator.statistics.pooling import ExchangeableSet, Shrinkage
from evaluator.statistics.shrinkage import shrink
from evaluator.statistics.variation import Variation, expected_by_births, variation

# Ours: equal means no more than so far apart; recalls are few, so their margin is narrow.
MARGINS = {"sensitivity": 0.10, "ppv": 0.10, "recall_rate": 0.01}
DECLARED_IN = "the groups of the panel's conditions.tsv"


@dataclass(frozen=True)
class Pooled:
    """The predictive values of one group's conditions, raw and shrunken, or why none was pooled."""

    group: str
    shrinkage: Shrinkage


@dataclass(frozen=True)
class Site:
    """One site: its counts with the measures that need no verified negative, and those that do."""

    name: str
    counts: Counts
    measures: Mapping[str, Measure]


@dataclass(frozen=True)
class Sites:
    """The table of sites with its tests; `reason` says why there is none."""

    sites: tuple[Site, ...] = ()
    recall: Homogeneity | None = None
    summary: SiteSummary | None = None
    detected: Variation | None = None
    reason: str = ""

    @property
    def unverified(self) -> int:
        """How many sites have, or may have, a negative that nobody verified."""
        return sum(site.counts.unverified_negative != 0 for site in self.sites)


@dataclass(frozen=True)
class Contrasts:
    """Each stratum of one kind against the others, for each measure that can be compared."""

    kind: str
    equities: Mapping[str, Equity]
    reasons: Mapping[str, str]  # measure -> why it cannot be compared


def pool_within_groups(conditions: Mapping[str, Counts], groups: Mapping[str, str]) -> tuple[Pooled, ...]:
    """Shrink the predictive values of each group's conditions towards the group."""
    sets: dict[str, dict[str, tuple[int, int]]] = {}
    for name, counts in sorted(conditions.items()):
        if name in groups and counts.tp is not None and counts.fp is not None:
            sets.setdefault(groups[name], {})[name] = (counts.tp, counts.tp + counts.fp)
    return tuple(
        Pooled(group, shrink(members, ExchangeableSet(group, DECLARED_IN, tuple(sorted(members)))))
        for group, members in sorted(sets.items())
    )


def compare_sites(sites: Mapping[str, Counts], seed: int) -> Sites:
    """Set the sites side by side.

    Sensitivity and specificity over all sites stand only where every site verified its negatives: the sites
    that did are no sample of the others.
    """
    if not sites:
        return Sites(reason="accuracy was not split by site: run `nbseval accuracy` with --by site")
    table = tuple(Site(name, counts, measures(counts, Settings())) for name, counts in sorted(sites.items()))
    recalls = [site.measures["recall_rate"] for site in table]
    test = exact_homogeneity(
        [recall.numerator or 0 for recall in recalls], [recall.denominator or 0 for recall in recalls], seed
    )
    found = Sites(table, test, None, _detected(table, seed))
    verified = any(site.measures["sensitivity"].estimate is not None for site in table)
    if found.unverified or not verified:
        return found
    return replace(found, summary=summarise_sites(list(sites.values()), seed))


def _detected(table: tuple[Site, ...], seed: int) -> Variation | None:
    screened = [site.counts.screened for site in table]
    observed = [site.counts.tp for site in table]
    known = [number for number in screened if number]
    found = [number for number in observed if number is not None]
    if len(known) < len(table) or len(found) < len(table) or not sum(found):
        return None
    return variation([site.name for site in table], found, expected_by_births(found, known), seed)


def limits_of_chance(expected: float) -> tuple[float, float]:
    """Compute between which ratios of observed to expected chance puts 95% of counts with this mean."""
    low, high = (float(poisson.ppf(p, expected)) for p in (PROBABILITIES[0], PROBABILITIES[2]))
    return low / expected, high / expected


def compare_strata(kind: str, strata: Mapping[str, Counts], seed: int) -> Contrasts:
    """Set each stratum against all others, in sensitivity, predictive value and recall."""
    if not strata:
        reason = f"accuracy was not split by {kind}: run `nbseval accuracy` with --by {kind}"
        return Contrasts(kind, {}, {"all": reason})
    measured = {name: measures(counts, Settings()) for name, counts in sorted(strata.items())}
    equities: dict[str, Equity] = {}
    reasons: dict[str, str] = {}
    for measure, margin in MARGINS.items():
        tallies, reason = _tallies({name: found[measure] for name, found in measured.items()})
        if reason:
            reasons[measure] = reason
        else:
            equities[measure] = contrast_strata(tallies, margin, seed)
    return Contrasts(kind, equities, reasons)


def _tallies(measured: Mapping[str, Measure]) -> tuple[list[Tally], str]:
    """Count of total per stratum; a stratum without a denominator has none, one without counts stops all."""
    tallies = []
    for name, measure in measured.items():
        if measure.numerator is None or measure.denominator is None:
            return [], f"{name}: {measure.not_estimable}"
        tallies.append(Tally(name, measure.numerator, measure.denominator))
    return tallies, ""
