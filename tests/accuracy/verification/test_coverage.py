"""What the gate before Begg and Greenes' correction is for, by simulation: the setting of Cronin and Vickers.

BMC Med Res Methodol 2008;8:75: with one negative in ten verified, the corrected sensitivity's interval holds
the truth far too rarely when few missed cases are among the verified.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.correction import begg_greenes

SEED, STUDIES, NEWBORNS = 8_75, 1_500, 1_000
SENSITIVITY, SPECIFICITY = 0.8, 0.95
Record = Callable[[str, object], None]


def study(generator: np.random.Generator, prevalence: float, verified: float) -> tuple[Counts, float]:
    """One screened cohort, all its positives and some of its negatives verified; and its own sensitivity."""
    affected = int(generator.binomial(NEWBORNS, prevalence))
    tp = int(generator.binomial(affected, SENSITIVITY))
    fp = int(generator.binomial(NEWBORNS - affected, 1 - SPECIFICITY))
    fn, tn = affected - tp, NEWBORNS - affected - fp
    seen_fn, seen_tn = int(generator.binomial(fn, verified)), int(generator.binomial(tn, verified))
    unverified = fn + tn - seen_fn - seen_tn
    return Counts("s", tp, fp, seen_fn, seen_tn, 0, unverified, 0, 0), tp / affected


@pytest.mark.parametrize("prevalence", [0.05, 0.25])
def test_the_gate(prevalence: float, record_property: Record) -> None:
    """Few missed cases: none or a flagged estimate. Many: the estimates cover. The bounds hold always."""
    generator = np.random.default_rng(SEED)
    none = flagged = covered = plain = plain_covered = 0
    for _ in range(STUDIES):
        counts, own = study(generator, prevalence, verified=0.1)
        found = begg_greenes(counts)
        assert found.bounds.lower is not None
        assert found.bounds.upper is not None
        assert found.bounds.lower <= own <= found.bounds.upper
        lower, upper = found.sensitivity.lower, found.sensitivity.upper
        if lower is None or upper is None:
            assert counts.fn == 0
            none += 1
            continue
        holds = lower <= SENSITIVITY <= upper
        covered += holds
        flagged += found.only_beside_bounds
        if not found.only_beside_bounds:
            plain, plain_covered = plain + 1, plain_covered + holds
    ungated = covered / STUDIES  # without the gate, no missed case would give 100% and a width of zero
    told = (
        f"Begg-Greenes, one negative in ten verified, prevalence {prevalence:.0%}: no estimate in"
        f" {none / STUDIES:.0%}, flagged {flagged / STUDIES:.0%}; coverage {ungated:.3f} were there no gate,"
        f" {plain_covered} of the {plain} estimates that are shown alone"
    )
    record_property("table", told)
    if prevalence < 0.1:
        assert ungated < 0.80  # as Cronin and Vickers found: 77%
        assert none + flagged > 0.99 * STUDIES
    else:
        assert plain_covered / plain > 0.93
