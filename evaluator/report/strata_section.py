"""The sections on sites, on equal service for everyone, and on pooling within groups."""

from __future__ import annotations

from evaluator.accuracy.equity import Contrast
from evaluator.accuracy.supplement_strata import Contrasts, Pooled, Site, Sites, limits_of_chance
from evaluator.report.charts import Band, Dot, funnel_plot
from evaluator.report.measured import p_value, proportion
from evaluator.report.model import Column, Figure, Section, Table
from evaluator.report.numbers import decimal
from evaluator.report.results import Results
from evaluator.report.without_answer_table import without_answer_table
from evaluator.statistics.variation import Variation

FUNNEL_SITES = 5
MOST_OPEN = 20  # of many comparisons a reader looks for one
MEASURES = {"sensitivity": "Sensitivity", "ppv": "PPV", "recall_rate": "Recalled"}
SITE_COLUMNS = {
    "tp": "True positive",
    "fp": "False positive",
    "unresolved_positive": "Unresolved",
    "fn": "Missed",
}


def sites_section(results: Results) -> Section:
    """Set the sites side by side, with tests that a small difference may be chance."""
    title, found = "Site by site", results.supplement
    if found is None:
        return Section("sites", title, (results.without_overall,))
    sites = found.sites
    if sites.reason:
        return Section("sites", title, (_reason(results, sites.reason),))
    columns = (
        Column("Site"),
        *(Column(name, numeric=True) for name in SITE_COLUMNS.values()),
        *(Column(f"{name} (95% CI)", numeric=True) for name in MEASURES.values()),
    )
    rows = tuple(_site(site) for site in sites.sites)
    table = Table("sites-table", "Newborns by site", columns, rows, note=_models(sites))
    return Section("sites", title, tuple(_tests(sites)), figures=_funnel(sites.detected), tables=(table,))


def _reason(results: Results, reason: str) -> str:
    if results.show.rule:
        return "Not shown: the accuracy was not split so, or its parts would reveal small numbers."
    return f"Not shown: {reason}."


def _site(site: Site) -> tuple[str, ...]:
    cells = [getattr(site.counts, name) for name in SITE_COLUMNS]
    shown = ["*" if cell is None else f"{cell:,}" for cell in cells]
    return (site.name, *shown, *(proportion(site.measures[name]) for name in MEASURES))


def _tests(sites: Sites) -> list[str]:
    sentences = []
    if sites.recall is not None and sites.recall.p_value is not None:
        sentences.append(
            f"Are newborns recalled equally often everywhere? p = {p_value(sites.recall.p_value)}"
            f" ({sites.recall.method}). A large p is no evidence that they are."
        )
    if sites.summary is None:
        reason = (
            f"{sites.unverified} of {len(sites.sites)} sites did not verify all of their negatives"
            if sites.unverified
            else "no site has an affected newborn with a result"
        )
        sentences.append(f"Sensitivity and specificity over all sites: not estimable, {reason}.")
    detected = sites.detected
    if detected is None:
        sentences.append("Spread of detected cases between sites: not measurable, no case was detected.")
    elif detected.scv.estimate is None:
        sentences.append(f"Spread of detected cases between sites: {detected.scv.not_estimable}.")
    elif detected.null_interval is not None:
        low, high = detected.null_interval
        sentences.append(
            f"Spread of detected cases between sites, {detected.names}: {decimal(detected.scv.estimate)};"
            f" chance alone gives {low:.1f} to {high:.1f} (seed {detected.seed})."
        )
    return sentences


def _models(sites: Sites) -> str:
    if sites.summary is None:
        return ""
    margins = {"Sensitivity": sites.summary.sensitivity, "Specificity": sites.summary.specificity}
    parts = [
        f"{name} over all sites ({margin.model}): {' '.join(proportion(margin.summary).split())}"
        for name, margin in margins.items()
    ]
    without = sum(site.measures["sensitivity"].estimate is None for site in sites.sites)
    if without:
        parts.append(f"{without} of {len(sites.sites)} sites had no affected newborn with a result")
    # what else the model has to say; one sentence per site and margin would bury it
    parts += [note for note in sites.summary.notes if " left out of " not in note]
    return ". ".join(parts) + "."


def _funnel(detected: Variation | None) -> tuple[Figure, ...]:
    """Draw the funnel only where there are enough sites for a shape to be seen."""
    if detected is None or len(detected.areas) < FUNNEL_SITES:
        return ()
    most = max(area.expected for area in detected.areas) * 1.1
    marks = [most * step / 40 for step in range(4, 41)]
    limits = [Band(mark, *limits_of_chance(mark)) for mark in marks]
    dots = [Dot(a.name, a.expected, a.observed / a.expected) for a in detected.areas if a.expected]
    return (
        Figure(
            funnel_plot(dots, limits),
            "Detected over expected cases of each site; the grey band is where chance alone would put 95% of"
            " them. Expected means its share of all births.",
            "Funnel plot of the true positives in the table below over each site's share of them.",
        ),
    )


def equity_section(results: Results) -> Section:
    """Say for every ancestry and site whether the evidence suffices to call its accuracy equal."""
    title, found = "Is every newborn served equally well?", results.supplement
    if found is None:
        return Section("equity", title, (results.without_overall,))
    paragraphs = [
        (
            "Each part is set against all others together. Equal is said only where the whole interval of the"
            " difference lies within a margin that was declared beforehand; else the evidence is"
            " insufficient."
            " A wide interval is no reassurance."
        )
    ]
    tables = []
    for contrasts in found.contrasts:
        paragraphs += [
            f"By {contrasts.kind}, {MEASURES.get(name, 'all measures').lower()}. {_reason(results, reason)}"
            for name, reason in contrasts.reasons.items()
        ]
        if contrasts.equities:
            tables.append(_contrasts(contrasts))
    tables += without_answer_table(results)
    return Section("equity", title, tuple(paragraphs), tables=tuple(tables))


def _contrasts(contrasts: Contrasts) -> Table:
    columns = (
        Column(f"Measure, {contrasts.kind}"),
        Column("Here (95% CI)", numeric=True),
        Column("Elsewhere (95% CI)", numeric=True),
        Column("Difference (95% CI)", numeric=True),
        Column("p, Holm", numeric=True),
        Column("What may be said"),
        Column("Newborns needed", numeric=True),
    )
    rows = [
        (f"{MEASURES[name]}, {contrast.stratum}", *_contrast(contrast))
        for name, equity in contrasts.equities.items()
        for contrast in equity.contrasts
    ]
    margins = ", ".join(
        f"{MEASURES[name].lower()} {equity.margin * 100:g}" for name, equity in contrasts.equities.items()
    )
    note = (
        f"Margins, in percentage points: {margins} (ours). Needed: in the denominator of the measure, to show"
        " that it is equal if it is."
    )
    caption = f"Each {contrasts.kind} against the others"
    folded = f"Show {len(rows)} comparisons: {caption}" if len(rows) > MOST_OPEN else ""
    return Table(f"equity-{contrasts.kind}", caption, columns, tuple(rows), note=note, folded=folded)


def _contrast(contrast: Contrast) -> tuple[str, ...]:
    gap = contrast.difference
    if gap.estimate is None or gap.lower is None or gap.upper is None:
        difference = f"not estimable: {gap.not_estimable}"
    else:
        difference = f"{100 * gap.estimate:+.1f}\n({100 * gap.lower:+.1f} to {100 * gap.upper:+.1f})"
    needed = contrast.needed_reason or "" if contrast.needed is None else f"{contrast.needed:,}"
    return (
        proportion(contrast.own),
        proportion(contrast.others),
        difference,
        p_value(contrast.p_holm),
        str(contrast.verdict),
        needed,
    )


def pooling_section(results: Results) -> Section | None:
    """Show predictive values that borrow strength from their group, where the counts can carry it."""
    found = results.supplement
    if found is None or not found.pooled:
        return None
    pooled = [one for one in found.pooled if one.shrinkage.not_pooled is None]
    stopped = len(found.pooled) - len(pooled)
    paragraphs = [
        (
            "Conditions of one group may borrow strength from one another (beta-binomial model); the"
            " raw value"
            " always stands beside. A group is pooled only with enough conditions and results."
        )
    ]
    if stopped:
        paragraphs.append(f"Not pooled: {stopped} of {len(found.pooled)} groups, too few results.")
    return Section(
        "pooling", "Predictive values within groups", tuple(paragraphs), tables=_pooled(results, pooled)
    )


def _pooled(results: Results, pooled: list[Pooled]) -> tuple[Table, ...]:
    columns = (
        Column("Condition"),
        Column("Group"),
        Column("Raw", numeric=True),
        Column("Pooled", numeric=True),
    )
    rows = tuple(
        (results.name(row.condition), one.group, proportion(row.raw), proportion(row.shrunken))
        for one in pooled
        for row in one.shrinkage.conditions
        if row.raw.denominator
    )
    return (Table("pooled", "Positive predictive value, raw and pooled", columns, rows),) if rows else ()
