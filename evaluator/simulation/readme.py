"""The page in a simulated cohort's folder that says what it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from evaluator import __version__
from evaluator.panel.model import Panel
from evaluator.simulation.cohort import Newborn
from evaluator.simulation.scenarios import SCENARIOS, UNPLANTED

PAGE = """\
A SIMULATED COHORT. There is no real newborn in it.

Made by nbseval simulate {software} with seed {seed}
from the panel {panel}, version {version}
(sha256 {sha256}).
Newborns: {newborns} ({statuses}).

The rates are ours: scenarios are planted so that every rule is exercised, far more often than disease
occurs. Nothing here says how common a condition is or how well a programme screens.
Alleles, positions and reference bases are those of the panel's own lists, and a few common polymorphisms.
Other alternative bases, every consequence and frequency (INFO/CSQ) and every record of clinvar.vcf.gz
are invented. Sites, ancestries and outcomes are drawn at random; the regions are codes of English boards.

samples.tsv       the sample sheet; paths are relative to it
vcf/              one VCF per sequenced newborn
callable/         where each newborn was read well: the panel's regions and what lies between near
                  neighbours, less the planted gaps
structural/       what the structural caller found; nobody looked for deletions in every tenth newborn
parents/          the parents' VCFs, where the scenario has a trio; at the newborn's planted alleles only
special_loci.tsv  what the callers of special loci say, where the panel has such loci; a few newborns are
                  left out and stay not assessed there
clinvar.vcf.gz    a synthetic ClinVar; truth.tsv supposes that `nbseval annotate --clinvar` reads it
outcomes.tsv      the reference standard: confirmed, followed up, missed, linked to a registry (every newborn
                  for the conditions of today's test, four in five for the others)
conventional.tsv  today's blood spot test on the same newborns
truth.tsv         the verdict that the reporting rules give, by construction and not by the engine

What the column scenario of truth.tsv says (newborns, verdict of the gene, scenario, what is planted).
A scenario with 0 newborns is one for which this panel or cohort leaves no room.
{scenarios}

Rows of truth.tsv without a scenario:
{others}
"""


def readme(panel: Panel, newborns: Sequence[Newborn], seed: int) -> str:
    """Render the page that tells a reader what the cohort is and what is planted in it."""
    planted = Counter(newborn.scenario.name for newborn in newborns if newborn.scenario)
    statuses = Counter(str(newborn.status) for newborn in newborns)
    lines = [
        f"  {planted[scenario.name]:>4}  {scenario.verdict:<14}  {scenario.name}: {scenario.meaning}"
        for scenario in SCENARIOS
    ]
    return PAGE.format(
        software=__version__,
        seed=seed,
        panel=panel.id,
        version=panel.version,
        sha256=panel.sha256,
        newborns=len(newborns),
        statuses=", ".join(f"{count} {status}" for status, count in sorted(statuses.items())),
        scenarios="\n".join(lines),
        others="\n".join(f"  {name}: {meaning}" for name, meaning in UNPLANTED.items()),
    )
