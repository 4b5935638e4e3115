"""The accuracy of a simulated cohort, counted once more in plain Python from what the simulation wrote.

Nothing of the evaluator is imported: the index test is the planted truth, the reference standard are the
outcomes, and cells and measures follow the rules' text. Every number must be that of `nbseval accuracy`.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
from collections import Counter, defaultdict
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

Run = Callable[..., subprocess.CompletedProcess[str]]
Pair = tuple[str, str]
Record = Callable[[str, object], None]
Cells = Mapping[str, int]
Rows = dict[tuple[str, str], dict[str, object]]
STATUS = {
    "failed": "failed",
    "declined": "not_tested",
    "withdrawn": "not_tested",
    "not_sampled": "not_tested",
}
# The panel's criteria declare the middle two.
INDEX = {
    "reportable": "positive",
    "pending phase": "positive",
    "not assessed": "failed",
    "not reportable": "negative",
}
CELL = {
    ("positive", "affected"): "tp",
    ("positive", "unaffected"): "fp",
    ("positive", "open"): "unresolved_positive",
    ("negative", "affected"): "fn",
    ("negative", "unaffected"): "tn",
    ("negative", "open"): "unverified_negative",
}
BASES = {"clinical": ("clinical", "biochemical"), "molecular": ("molecular",)}
NEED_NEGATIVES = ("sensitivity", "specificity", "npv", "fpr", "lr_positive", "lr_negative", "dor")


def read(path: Path) -> list[dict[str, str]]:
    """The rows of a TSV."""
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, delimiter="\t"))


def pair_cells(cohort: Path, definition: str) -> tuple[dict[Pair, str], dict[Pair, str]]:
    """The cell of every newborn x condition of the panel, and the reference result where there is one."""
    samples = {row["newborn"]: row["status"] or "sequenced" for row in read(cohort / "samples.tsv")}
    verdicts = {(row["newborn"], row["condition"]): row["verdict"] for row in read(cohort / "truth.tsv")}
    reference: dict[Pair, str] = {}
    for row in read(cohort / "outcomes.tsv"):
        if row["basis"] in BASES[definition]:
            pair = (row["newborn"], row["condition"])
            assert pair not in reference, "one row per basis in a simulated cohort"
            reference[pair] = row["reference"]
            assert row["onset_class"] in ("", "target")
    cells = {}
    for newborn, status in samples.items():
        for condition in {condition for _, condition in verdicts}:
            pair = (newborn, condition)
            index = INDEX[verdicts[pair]] if status == "sequenced" else STATUS[status]
            known = reference.get(pair, "")
            answer = known if known in ("affected", "unaffected") else "open"
            cells[pair] = CELL.get((index, answer), index)
    return cells, reference


def newborn_cell(cells: list[str], *, affected: bool) -> str:
    """The one cell of a newborn: found, else falsely alarmed, else missed, else not known to be well."""
    if "tp" in cells:
        return "tp"
    if affected and ("fp" in cells or "unresolved_positive" in cells):
        return "wrong_condition"
    for cell in ("unresolved_positive", "fp", "fn"):
        if cell in cells:
            return cell
    if affected and "failed" in cells:
        return "failed"
    return next(cell for cell in ("unverified_negative", "tn", "failed", "not_tested") if cell in cells)


def counted(cohort: Path, definition: str) -> dict[str, Counter[str]]:
    """Cells by stratum, as the rules' text has them; `affected_untested` and its kin beside them."""
    cells, reference = pair_cells(cohort, definition)
    strata: dict[str, Counter[str]] = defaultdict(Counter)
    own: dict[str, list[str]] = defaultdict(list)
    affected: set[str] = set()
    for (newborn, condition), cell in cells.items():
        strata[f"condition: {condition}"][cell] += 1
        strata["overall: newborn x condition"][cell] += 1
        own[newborn].append(cell)
        if reference.get((newborn, condition)) == "affected":
            affected.add(newborn)
    for newborn, mine in own.items():
        strata["overall"][newborn_cell(mine, affected=newborn in affected)] += 1
    return strata


def expected_measures(cells: Cells) -> dict[str, tuple[int, int] | float | None]:
    """Numerator and denominator of the proportions, the value of the ratios; None is not estimable."""
    tp, fp, fn, tn = (cells.get(name, 0) for name in ("tp", "fp", "fn", "tn"))
    wrong, waiting, open_ones = (
        cells.get(name, 0) for name in ("wrong_condition", "unresolved_positive", "unverified_negative")
    )
    screened = tp + fp + fn + tn + wrong + waiting + open_ones
    missed = fn + wrong
    found: dict[str, tuple[int, int] | float | None] = {
        "ppv": (tp, tp + fp + wrong) if tp + fp + wrong else None,
        "recall_rate": (tp + fp + waiting + wrong, screened) if screened else None,
        "detection_rate": (tp, screened) if screened else None,
        "false_per_true": (fp + wrong) / tp if tp else None,
        "screened_per_case": screened / tp if tp else None,
    }
    found |= dict.fromkeys(NEED_NEGATIVES)
    nobody = fn == tn == 0 and cells.get("failed", 0)
    if open_ones or nobody:
        return found
    found["sensitivity"] = (tp, tp + missed) if tp + missed else None
    found["specificity"] = (tn, tn + fp) if tn + fp else None
    found["fpr"] = (fp, tn + fp) if tn + fp else None
    found["npv"] = (tn, tn + fn) if tn + fn else None
    if tp + missed and fp + tn:
        found |= ratios(tp, fp, missed, tn)
    return found


def ratios(tp: int, fp: int, fn: int, tn: int) -> dict[str, tuple[int, int] | float | None]:
    """Likelihood and odds ratios; half a newborn is added to every cell where a zero leaves none."""

    def divided(x1: float, n1: float, x2: float, n2: float) -> float:
        if x1 and x2:
            return (x1 / n1) / (x2 / n2)
        return ((x1 + 0.5) / (n1 + 1)) / ((x2 + 0.5) / (n2 + 1))

    a, b, c, d = (cell + (0.0 if tp and fp and fn and tn else 0.5) for cell in (tp, fp, fn, tn))
    return {
        "lr_positive": divided(tp, tp + fn, fp, fp + tn),
        "lr_negative": divided(fn, tp + fn, tn, fp + tn),
        "dor": a * d / (b * c),
    }


def clopper_pearson(count: int, total: int) -> tuple[float, float]:
    """Exact limits by halving, from the definition: each tail of the binomial has 2.5%."""

    def tail(p: float, counts: range) -> float:
        if p in (0, 1):
            return float((0 if p == 0 else total) in counts)
        terms = (
            math.lgamma(total + 1) - math.lgamma(k + 1) - math.lgamma(total - k + 1)
            + k * math.log(p) + (total - k) * math.log1p(-p)
            for k in counts
        )  # fmt: skip
        return math.fsum(math.exp(term) for term in terms)

    def halved(beyond: Callable[[float], bool]) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            low, high = (low, middle) if beyond(middle) else (middle, high)
        return low

    # the shorter tail is summed; the other is what is left of 1
    lower = halved(lambda p: 1 - tail(p, range(count)) >= 0.025) if count else 0.0
    upper = halved(lambda p: tail(p, range(count + 1)) < 0.025) if count < total else 1.0
    return lower, upper


def printed(
    run: Path, nbseval: Run, panel: Path, definition: str
) -> dict[tuple[str, str], dict[str, object]]:
    """What `nbseval accuracy` says, by stratum and measure."""
    cohort = run / "cohort"
    done = nbseval(
        *("accuracy", run / "findings.parquet", "--panel", panel, "--samples", cohort / "samples.tsv"),
        *("--outcomes", cohort / "outcomes.tsv", "--definition", definition, "--format", "json"),
        *("--by", "overall", "--by", "condition"),
    )
    assert done.returncode == 0, done.stderr
    return {(row["stratum"], row["measure"]): row for row in json.loads(done.stdout)["rows"]}


def compare(run: Path, nbseval: Run, panel: Path, definition: str) -> tuple[int, dict[str, Counter[str]]]:
    """Compare every cell and measure of every stratum; returns how many figures, and the cells."""
    rows = printed(run, nbseval, panel, definition)
    strata = counted(run / "cohort", definition)
    assert {stratum for stratum, _ in rows} == set(strata)
    figures = 0
    for stratum, cells in strata.items():
        shown = set(CELL.values()) | {"failed", "not_tested", "inconclusive"}
        for name in shown | ({"wrong_condition"} if stratum == "overall" else set()):
            assert rows[stratum, name]["numerator"] == cells[name], (stratum, name)
            figures += 1
        for name, value in expected_measures(cells).items():
            row = rows[stratum, name]
            figures += 1
            if value is None:
                assert row["estimate"] is None, (stratum, name)
                assert row["not_estimable"], (stratum, name)
            elif isinstance(value, tuple):
                assert (row["numerator"], row["denominator"]) == value, (stratum, name)
                assert row["estimate"] == pytest.approx(value[0] / value[1])
                if value[0] <= 30 or value[1] - value[0] <= 30:
                    count, total = value
                    flipped = count > total / 2
                    low, high = clopper_pearson(total - count if flipped else count, total)
                    limits = (1 - high, 1 - low) if flipped else (low, high)
                    assert (row["lower"], row["upper"]) == pytest.approx(limits, abs=1e-9), (stratum, name)
            else:
                assert row["estimate"] == pytest.approx(value), (stratum, name)
    return figures, strata


def evaluated(folder: Path, nbseval: Run, panel: Path, newborns: int) -> Path:
    """Simulate, extract, annotate and flag."""
    cohort, store = folder / "cohort", folder / "store"
    for step in (
        ("simulate", panel, "--newborns", newborns, "--seed", 20, "--out", cohort),
        ("extract", cohort / "samples.tsv", "--panel", panel, "--out", store),
        ("annotate", store, "--clinvar", cohort / "clinvar.vcf.gz"),
        ("flag", store, "--panel", panel, "--out", folder / "findings.parquet"),
    ):
        done = nbseval(*map(str, step))
        assert done.returncode == 0, f"{step[0]}: {done.stderr}"
    return folder


@pytest.mark.parametrize(
    "newborns", [300, pytest.param(2_000, marks=pytest.mark.slow)], ids=["quick", "demo of 2,000"]
)
def test_every_figure_is_counted_again(
    tmp_path: Path,
    nbseval: Run,
    repository: Path,
    newborns: int,
    record_property: Callable[[str, object], None],
) -> None:
    """Cells and measures of every condition and overall, under both definitions, equal the plain count."""
    panel = repository / "panel" / "generation-study"
    run = evaluated(tmp_path, nbseval, panel, newborns)
    for definition in BASES:
        figures, strata = compare(run, nbseval, panel, definition)
        record_property("table", f"Counted again: {figures:,} figures of {newborns:,} newborns, {definition}")
        lands_where_it_should(run / "cohort", definition)
        assert strata["overall"]["tp"] > 0
        assert sum(strata["overall"].values()) == newborns


def lands_where_it_should(cohort: Path, definition: str) -> None:
    """Pending, lost and uncertain outcomes are open, never well; a case that a registry found is a miss."""
    cells, reference = pair_cells(cohort, definition)
    seen = Counter()
    for pair, known in reference.items():
        if known in ("pending", "lost", "uncertain") and pair in cells:
            seen[known] += 1
            assert cells[pair] in ("unresolved_positive", "unverified_negative", "failed", "not_tested")
    assert {"pending", "lost"} <= set(seen)
    registry = [
        (row["newborn"], row["condition"])
        for row in read(cohort / "outcomes.tsv")
        if row["found_by"] == "registry" and row["basis"] in BASES[definition]
    ]
    assert registry
    assert {cells[pair] for pair in registry if pair in cells} <= {"fn", "failed", "not_tested"}
