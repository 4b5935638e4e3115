"""Sensitivity and specificity over several sites.

The gate decides before the fit what the counts can carry: the bivariate model needs five sites with missed as
well as found newborns and false as well as true negatives; else each margin alone, if it can; else the pooled
counts. A table of the sites and an exact test of homogeneity stand beside all three.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import hypot

import numpy as np
from numpy.typing import NDArray
from scipy.special import expit
from scipy.stats import t

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.measures import Settings, measures
from evaluator.statistics.homogeneity import Homogeneity, exact_homogeneity
from evaluator.statistics.intervals import IntervalMethod, proportion_interval
from evaluator.statistics.measure import Measure
from evaluator.statistics.mixed_model import MixedFit, fit
from evaluator.statistics.ratios import Z

MINIMUM_SITES = 5
# Ours: where rho is this close to 1, or its arctanh this uncertain, the sites do not tell it.
RHO_EDGE = 0.98
RHO_UNCERTAIN = 1.0
MARGINS = ("sensitivity", "specificity")


class SiteModel(StrEnum):
    """What was fitted."""

    BIVARIATE = "bivariate binomial-normal model"
    UNIVARIATE = "univariate random-intercept logistic model"
    POOLED = "pooled counts"


@dataclass(frozen=True)
class Margin:
    """One measure over all sites: summary, what a new site may show, spread between sites (logit scale)."""

    summary: Measure
    prediction: Measure
    model: SiteModel
    between_sites_sd: float | None
    homogeneity: Homogeneity


@dataclass(frozen=True)
class SiteRow:
    """One site's own sensitivity and specificity."""

    site: str
    sensitivity: Measure
    specificity: Measure


@dataclass(frozen=True)
class SiteSummary:
    """Both margins with the table of sites; the notes say which model stood and why."""

    sensitivity: Margin
    specificity: Margin
    sites: tuple[SiteRow, ...]
    rho: float | None
    notes: tuple[str, ...]


def summarise_sites(sites: Sequence[Counts], seed: int) -> SiteSummary:
    """Summarise the sites, each one stratum of counts; the seed serves the test of homogeneity."""
    rows = tuple(_row(counts) for counts in sorted(sites, key=lambda counts: counts.stratum))
    notes = [
        f"{row.site} left out of {margin}: {getattr(row, margin).not_estimable}"
        for row in rows
        for margin in MARGINS
        if getattr(row, margin).estimate is None
    ]
    events, totals = _columns(rows)
    tests = [
        exact_homogeneity(events[:, i].astype(int).tolist(), totals[:, i].astype(int).tolist(), seed)
        for i in (0, 1)
    ]
    mixed = (events > 0) & (events < totals)
    informative = [int(column.sum()) for column in mixed.T]
    both = int(mixed.all(axis=1).sum())
    if both >= MINIMUM_SITES:
        fitted, note = _bivariate(events, totals)
        sensitivity, specificity = (
            _modelled(fitted, i, _used(totals, i), SiteModel.BIVARIATE, tests[i]) for i in (0, 1)
        )
        return SiteSummary(sensitivity, specificity, rows, fitted.rho, (*notes, *note))
    notes.append(
        f"{both} sites with both outcomes in the affected and in the unaffected, {MINIMUM_SITES} are needed"
        " for the bivariate model"
    )
    margins = []
    for i, name in enumerate(MARGINS):
        if informative[i] >= MINIMUM_SITES:
            alone = fit(events[:, [i]], totals[:, [i]])
            margins.append(_modelled(alone, 0, _used(totals, i), SiteModel.UNIVARIATE, tests[i]))
        else:
            margins.append(_pooled(int(events[:, i].sum()), int(totals[:, i].sum()), tests[i]))
            notes.append(f"{name}: {informative[i]} sites with both outcomes, counts are pooled")
    return SiteSummary(margins[0], margins[1], rows, None, tuple(notes))


def _row(counts: Counts) -> SiteRow:
    found = measures(counts, Settings())
    return SiteRow(counts.stratum, found["sensitivity"], found["specificity"])


def _columns(rows: Sequence[SiteRow]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Events and totals, one row per site; a margin that is not estimable counts as 0 of 0."""
    pairs = [
        [
            (measure.numerator or 0, measure.denominator or 0) if measure.estimate is not None else (0, 0)
            for measure in (row.sensitivity, row.specificity)
        ]
        for row in rows
    ]
    both = np.array(pairs, dtype=float).reshape(-1, 2, 2)
    return both[:, :, 0], both[:, :, 1]


def _used(totals: NDArray[np.float64], margin: int) -> int:
    return int((totals[:, margin] > 0).sum())


def _bivariate(events: NDArray[np.float64], totals: NDArray[np.float64]) -> tuple[MixedFit, tuple[str, ...]]:
    """Fit with a correlation, or without where the sites do not tell it."""
    fitted = fit(events, totals)
    if abs(fitted.rho) < RHO_EDGE and fitted.arctanh_se < RHO_UNCERTAIN:
        return fitted, ()
    note = "the correlation between sensitivity and specificity is not identifiable, it is fixed at 0"
    return fit(events, totals, correlated=False), (note,)


def _modelled(
    fitted: MixedFit, margin: int, sites: int, model: SiteModel, homogeneity: Homogeneity
) -> Margin:
    mean, error, sd = fitted.mean[margin], fitted.mean_se[margin], fitted.sd[margin]
    method = f"{model.value}, adaptive Gauss-Hermite with {fitted.points} points"
    summary = Measure(
        estimate=float(expit(mean)),
        lower=float(expit(mean - Z * error)),
        upper=float(expit(mean + Z * error)),
        method=f"{method}; {sites} sites, 95% interval on the logit scale",
    )
    # Higgins, Thompson and Spiegelhalter, J R Stat Soc A 2009;172:137: t with sites - 2 degrees of freedom
    reach = float(t.ppf(0.975, sites - 2)) * hypot(sd, error)
    prediction = Measure(
        estimate=summary.estimate,
        lower=float(expit(mean - reach)),
        upper=float(expit(mean + reach)),
        method=f"{method}; 95% prediction interval for a new site",
    )
    return Margin(summary, prediction, model, sd, homogeneity)


def _pooled(events: int, total: int, homogeneity: Homogeneity) -> Margin:
    prediction = Measure(not_estimable="pooled counts do not tell how much sites differ")
    if total == 0:
        nothing = Measure(events, total, not_estimable="no site with a result")
        return Margin(nothing, prediction, SiteModel.POOLED, None, homogeneity)
    method = IntervalMethod.CLOPPER_PEARSON
    summary = Measure(
        events,
        total,
        events / total,
        *proportion_interval(events, total, method),
        f"{method.full_name}, pooled over sites as if they were one",
    )
    return Margin(summary, prediction, SiteModel.POOLED, None, homogeneity)
