"""Two tests compared where only newborns positive on either were verified.

Neither sensitivity is known then, but their ratio is: the affected newborns whom both tests missed stand in
both denominators and cancel out (Schatzkin et al., Am J Epidemiol 1987;125:672). Interval: Cheng
and Macaluso, Epidemiology 1997;8:104.
"""

from __future__ import annotations

import math

from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import PairedTable
from evaluator.statistics.paired_predictive import PairedStudy
from evaluator.statistics.ratios import Z


def relative_true_positive_fraction(study: PairedStudy) -> Measure:
    """Divide the first test's sensitivity by the second's."""
    return _relative(study.affected, "affected")


def relative_false_positive_fraction(study: PairedStudy) -> Measure:
    """Divide the first test's false-positive rate by the second's."""
    return _relative(study.unaffected, "unaffected")


def _relative(table: PairedTable, who: str) -> Measure:
    first, second = table.first, table.second
    if first == 0 or second == 0:
        return Measure(first, second, not_estimable=f"a test found no {who} newborn")
    ratio = first / second
    label = "relative fraction (Schatzkin), log"
    if table.discordant == 0:
        return Measure(first, second, ratio, None, None, f"{label}; the tests never disagree: no interval")
    reach = math.exp(Z * math.sqrt(table.discordant / (first * second)))
    return Measure(first, second, ratio, ratio / reach, ratio * reach, label)
