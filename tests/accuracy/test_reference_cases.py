"""Partial verification, paired tests and strategies give the values that independent sources print.

The cases stand in reference/partial_paired_combined.tsv: inputs, expected values, tolerance, source.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from evaluator.accuracy.cells import Counts
from evaluator.accuracy.verification.correction import begg_greenes
from evaluator.statistics.apparent_prevalence import true_prevalence
from evaluator.statistics.capture_recapture import TwoSources, chapman, lincoln_petersen
from evaluator.statistics.measure import Measure
from evaluator.statistics.paired import McNemar, PairedTable, conditional_odds_ratio, mcnemar
from evaluator.statistics.paired_difference import (
    newcombe_paired_difference,
    tango_difference,
    unpaired_difference,
)
from evaluator.statistics.paired_predictive import (
    PairedStudy,
    PredictiveValue,
    generalised_score,
    predictive_value,
    relative_predictive_value,
    weighted_generalised_score,
)
from evaluator.statistics.relative_fractions import (
    relative_false_positive_fraction,
    relative_true_positive_fraction,
)
from evaluator.statistics.strategies import (
    Accuracy,
    Covariance,
    both_positive_scenario,
    either_positive_scenario,
)

CASES = Path(__file__).parent / "reference" / "partial_paired_combined.tsv"
Values = dict[str, Any]
POSITIVE, NEGATIVE = PredictiveValue.POSITIVE, PredictiveValue.NEGATIVE


def read_cases() -> dict[str, Values]:
    """Our table of published values, by id."""
    with CASES.open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))
    return {
        row["id"]: {
            "inputs": json.loads(row["inputs"]),
            "expected": json.loads(row["expected"]),
            "tolerance": float(row["tolerance"]),
        }
        for row in rows
    }


TABLE = read_cases()


def interval(measure: Measure) -> list[float | None]:
    """Both limits."""
    return [measure.lower, measure.upper]


def whole(measure: Measure) -> list[float | None]:
    """Estimate and both limits."""
    return [measure.estimate, measure.lower, measure.upper]


def table_of(cells: Values) -> PairedTable:
    """Read the cells of one reference result."""
    return PairedTable(cells["pp"], cells["t1only"], cells["t2only"], cells["nn"])


def study_of(inputs: Values) -> PairedStudy:
    """Read a study of two tests."""
    return PairedStudy(table_of(inputs["d"]), table_of(inputs["nd"]))


def paired(inputs: Values) -> PairedTable:
    """Read one paired table with cells a to d."""
    return PairedTable(inputs["a"], inputs["b"], inputs["c"], inputs["d"])


def weighted_score(inputs: Values) -> Values:
    """Kosinski's test and both PPV."""
    study = study_of(inputs)
    test = weighted_generalised_score(study, POSITIVE)
    return {
        "ppv1": predictive_value(study, POSITIVE).estimate,
        "ppv2": predictive_value(study.swapped(), POSITIVE).estimate,
        "chi2": test.statistic,
        "p": test.p_value,
    }


def plain_score(inputs: Values) -> Values:
    """Leisenring's test of both predictive values."""
    ppv, npv = (generalised_score(study_of(inputs), which) for which in (POSITIVE, NEGATIVE))
    return {
        "ppv_chi2": ppv.statistic,
        "ppv_p": ppv.p_value,
        "npv_chi2": npv.statistic,
        "npv_p": npv.p_value,
    }


def relative_values(inputs: Values) -> Values:
    """The source divides the second test's predictive value by the first's."""
    study = study_of(inputs).swapped()
    return {
        "rppv": whole(relative_predictive_value(study, POSITIVE)),
        "rnpv": whole(relative_predictive_value(study, NEGATIVE)),
    }


def mcnemar_tests(inputs: Values) -> Values:
    """McNemar in the affected and in the unaffected."""
    study = study_of(inputs)
    found: Values = {}
    for name, table in (("sens", study.affected), ("spec", study.unaffected)):
        test = mcnemar(table, McNemar.CHI_SQUARED)
        found |= {f"{name}_chi2": test.statistic, f"{name}_p": test.p_value}
        found[f"{name}_exact_p"] = mcnemar(table).p_value
    return found


def mcnemar_and_odds_ratio(inputs: Values) -> Values:
    """Every form of McNemar's test, and the conditional odds ratio."""
    (both, first), (second, neither) = inputs["table"]
    table = PairedTable(both, first, second, neither)
    plain, corrected = mcnemar(table, McNemar.CHI_SQUARED), mcnemar(table, McNemar.CORRECTED)
    ratio = conditional_odds_ratio(table)
    return {
        "p_exact": mcnemar(table).p_value,
        "chi2_cc": corrected.statistic,
        "p_cc": corrected.p_value,
        "chi2": plain.statistic,
        "p": plain.p_value,
        "or_": ratio.estimate,
        "or_ci": interval(ratio),
    }


def tango_of_accuracy(inputs: Values) -> Values:
    """The source gives the second test less the first, and specificity where we have positives."""
    affected, unaffected = (
        PairedTable(both, first, second, neither)
        for both, second, first, neither in (inputs["d"], inputs["nd"])
    )
    return {
        "sens": interval(tango_difference(affected.swapped())),
        "spec": interval(tango_difference(unaffected)),
    }


def paired_differences(inputs: Values) -> Values:
    """Both intervals of a paired difference."""
    table = paired(inputs)
    return {
        "tango": interval(tango_difference(table)),
        "newcombe10": interval(newcombe_paired_difference(table)),
    }


def corrected(inputs: Values) -> Values:
    """Begg-Greenes with Zhou's standard errors."""
    s1, r1, s0, r0 = (inputs[name] for name in ("s1_T+D+", "r1_T+D-", "s0_T-D+", "r0_T-D-"))
    counts = Counts(
        "SPECT",
        tp=s1,
        fp=r1,
        fn=s0,
        tn=r0,
        unresolved_positive=inputs["n1_T+"] - s1 - r1,
        unverified_negative=inputs["n0_T-"] - s0 - r0,
    )
    found = begg_greenes(counts)
    return {
        "se": found.sensitivity.estimate,
        "sp": found.specificity.estimate,
        "se_se": found.sensitivity_error,
        "se_sp": found.specificity_error,
    }


def two_sources(inputs: Values) -> TwoSources:
    """Read two sources of cases."""
    return TwoSources(inputs["n1"], inputs["n2"], inputs["m"])


def prevalence(inputs: Values) -> Values:
    """The prevalence behind a share of positives."""
    found = true_prevalence(inputs["pos"], inputs["n"], inputs["se"], inputs["sp"])
    return {"est": found.estimate, "ci": interval(found)}


def two_tests(inputs: Values) -> tuple[Accuracy, Accuracy]:
    """Read the known accuracy of two tests."""
    first, second = (Accuracy(se, sp) for se, sp in zip(inputs["se"], inputs["sp"], strict=True))
    return first, second


def in_series(inputs: Values) -> Values:
    """Both must be positive; independent."""
    pair = both_positive_scenario(*two_tests(inputs))
    return {"se": pair.sensitivity.estimate, "sp": pair.specificity.estimate}


def in_parallel(inputs: Values) -> Values:
    """Either may be positive; dependent."""
    together = Covariance(inputs["cov_pos"], inputs["cov_neg"])
    pair = either_positive_scenario(*two_tests(inputs), together)
    return {"se": pair.sensitivity.estimate, "sp": pair.specificity.estimate}


def relative_fractions(inputs: Values) -> Values:
    """The source divides the second test's fraction by the first's."""
    study = study_of(inputs).swapped()
    return {
        "rtpf": whole(relative_true_positive_fraction(study)),
        "rfpf": whole(relative_false_positive_fraction(study)),
    }


COMPUTE: dict[str, Callable[[Values], Values]] = {
    "pv_wgs_paired1": weighted_score,
    "pv_gs_paired1": plain_score,
    "rpv_paired1": relative_values,
    "mcnemar_paired1": mcnemar_tests,
    "mcnemar_exact_2_9": mcnemar_and_odds_ratio,
    "sesp_diff_tango": tango_of_accuracy,
    "paired_rd_fagerland": paired_differences,
    "tango_vii": lambda inputs: {"ci": interval(tango_difference(paired(inputs)))},
    "chang2024": paired_differences,
    "begg_greenes_spect_cad": corrected,
    "chapman_948_421_167": lambda inputs: {"N": chapman(two_sources(inputs)).cases.estimate},
    "chapman_109_177_57": lambda inputs: {"N": chapman(two_sources(inputs)).cases.estimate},
    "lincoln_400": lambda inputs: {"N": lincoln_petersen(two_sources(inputs)).cases.estimate},
    "rogan_gladen": prevalence,
    "series_two_tests": in_series,
    "parallel_dependent": in_parallel,
    "relative_fractions_cheng_macaluso": relative_fractions,
} | {
    name: lambda inputs: {"ci": interval(unpaired_difference(inputs["first"], inputs["second"]))}
    for name in TABLE
    if name.startswith("newcombe_unpaired_")
}


def test_every_case_is_computed() -> None:
    """No case of the table is left without a test."""
    assert set(COMPUTE) == set(TABLE)


@pytest.mark.parametrize("name", sorted(TABLE))
def test_printed_values(name: str) -> None:
    """The value is the one that the source prints."""
    case = TABLE[name]
    found = COMPUTE[name](case["inputs"])
    for key, value in case["expected"].items():
        assert found[key] == pytest.approx(value, abs=case["tolerance"], rel=0), key


def test_small_p_values_to_the_digits_printed() -> None:
    """Where the tolerance of a case is larger than its p-value, compare relatively."""
    found = plain_score(TABLE["pv_gs_paired1"]["inputs"]) | mcnemar_tests(TABLE["mcnemar_paired1"]["inputs"])
    printed = TABLE["pv_gs_paired1"]["expected"] | TABLE["mcnemar_paired1"]["expected"]
    for key in printed:
        assert found[key] == pytest.approx(printed[key], rel=1e-6), key


def test_our_table_is_the_collected_one(shared_data: Path) -> None:
    """Inputs, expected values and tolerance of every case that the collected list has too."""
    cases = json.loads((shared_data / "accuracy" / "reference_cases.json").read_text("utf-8"))["cases"]
    collected = {case["id"]: case for case in cases if case["id"] in TABLE}
    assert len(collected) == 15
    for name, case in collected.items():
        ours = TABLE[name]
        assert ours["inputs"] == case["inputs"], name
        for key, value in ours["expected"].items():
            assert case["expected"][key] == value, name
        if case["tolerance"] is not None:
            assert ours["tolerance"] == case["tolerance"], name
