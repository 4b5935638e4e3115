"""The newborns and conditions that need a route, put together from findings, samples and reviews."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import polars as pl

from evaluator.errors import InputError, Problem, raise_if_any
from evaluator.panel.model import Panel
from evaluator.provenance import read_provenance
from evaluator.sheet_reader import read_sheet, read_sheet_or_raise
from evaluator.sheets import REVIEWS, SAMPLES, Column, Sheet
from evaluator.tables import FINDINGS
from evaluator.vocabulary import VERDICT_ORDER, Inheritance, SampleStatus, Verdict

CONSEQUENCE = "Nobody was routed."
NEEDS_A_ROUTE = (Verdict.REPORTABLE, Verdict.PENDING_PHASE)
FINDINGS_SHEET = Sheet(
    "findings",
    (
        Column("newborn", required=True),
        Column("condition", "slug", required=True),
        Column("gene", required=True),
        Column("inheritance", "word", required=True, words=tuple(Inheritance)),
        Column("verdict", "word", required=True, words=tuple(Verdict)),
        *(Column(name) for name in ("reasons", "alleles", "zygosity", "phase")),
    ),
    key=("newborn", "condition", "gene", "inheritance"),
    private=True,
)


@dataclass(frozen=True)
class Review:
    """What a person decided about one result, and on which day."""

    decision: str  # report | do_not_report | repeat
    day: date | None


@dataclass(frozen=True)
class Case:
    """One newborn and one condition that need a route."""

    newborn: str
    condition: str
    verdict: Verdict
    region: str | None
    consent_care: str | None  # yes | no | None: not recorded
    withdrawn: bool
    result_age_days: float | None
    review: Review | None


def read_cases(findings: Path, samples: Path, panel: Panel, reviews: Path | None) -> list[Case]:
    """Read every newborn x condition with a reportable or pending verdict, by newborn and condition.

    A condition takes the first verdict of VERDICT_ORDER among its gene rows. Raises InputError when the
    findings come from another panel, or name newborns whom the sample sheet does not have.
    """
    folded = _fold(_read_findings(findings, panel))
    sheet = read_sheet_or_raise(samples, SAMPLES)
    decisions = {} if reviews is None else _read_reviews(reviews)
    _require_known(folded, sheet, findings, samples)
    wanted = ("newborn", "region", "consent_care", "status", "result_age_days")
    joined = folded.join(sheet.select(wanted), on="newborn", how="left").sort("newborn", "condition")
    return [
        Case(
            newborn=row["newborn"],
            condition=row["condition"],
            verdict=Verdict(row["verdict"]),
            region=row["region"],
            consent_care=row["consent_care"],
            withdrawn=row["status"] in (SampleStatus.WITHDRAWN, SampleStatus.DECLINED),
            result_age_days=row["result_age_days"],
            review=decisions.get((row["newborn"], row["condition"])),
        )
        for row in joined.iter_rows(named=True)
    ]


def names_its_panel(findings: Path) -> bool:
    """Whether the findings carry a record of the panel they were made with."""
    return bool(_record(findings).get("panel_sha256"))


def _read_findings(path: Path, panel: Panel) -> pl.DataFrame:
    """Read the rows that need a route, with `line` null where the file has no lines."""
    _require_same_panel(path, panel)
    needed = pl.col("verdict").is_in([str(verdict) for verdict in NEEDS_A_ROUTE])
    if path.suffix.lower() != ".parquet":
        return read_sheet_or_raise(path, FINDINGS_SHEET).filter(needed)
    lazy = pl.scan_parquet(path)
    if dict(lazy.collect_schema()) != dict(FINDINGS):
        raise InputError.of(
            path, f"is not a findings table (columns {', '.join(FINDINGS)}); give flag's output"
        )
    return lazy.filter(needed).with_columns(line=pl.lit(None, pl.Int32)).collect()


def _fold(findings: pl.DataFrame) -> pl.DataFrame:
    rank = {str(verdict): place for place, verdict in enumerate(VERDICT_ORDER)}
    order = pl.col("verdict").replace_strict(rank, return_dtype=pl.Int8)
    return findings.group_by("newborn", "condition").agg(
        pl.col("verdict").sort_by(order).first(), pl.col("line").min()
    )


def _require_same_panel(path: Path, panel: Panel) -> None:
    """Refuse findings of another panel; a table without a record cannot be compared."""
    record = _record(path)
    sha256 = record.get("panel_sha256")
    if not sha256 or sha256 == panel.sha256:
        return
    theirs = f"{record.get('panel')} {record.get('panel_version')} ({str(sha256)[:12]})"
    ours = f"{panel.id} {panel.version} ({panel.sha256[:12]})"
    message = f"was made with panel {theirs}, not with {ours}; run flag again or give that panel"
    raise InputError([Problem(str(path), 0, message)], CONSEQUENCE)


def _record(path: Path) -> dict[str, object]:
    if not path.is_file():
        raise InputError(
            [Problem(str(path), 0, "does not exist; give the findings that flag wrote")], CONSEQUENCE
        )
    if path.suffix.lower() == ".parquet":
        try:
            return read_provenance(path)
        except pl.exceptions.PolarsError:
            raise InputError([Problem(str(path), 0, "is not a Parquet file")], CONSEQUENCE) from None
    sidecar = path.with_name(f"{path.name}.provenance.json")
    if not sidecar.is_file():
        return {}
    try:
        return dict(json.loads(sidecar.read_text(encoding="utf-8")))
    except ValueError:
        raise InputError([Problem(str(sidecar), 0, "is not JSON; run flag again")], CONSEQUENCE) from None


def _require_known(folded: pl.DataFrame, sheet: pl.DataFrame, findings: Path, samples: Path) -> None:
    strangers = folded.join(sheet.select("newborn"), on="newborn", how="anti")
    if strangers.is_empty():
        return
    line = strangers["line"].min()
    message = (
        f"{strangers['newborn'].n_unique()} newborns with a result to route are not in {samples}; "
        "a route needs their consent and region: give the sample sheet of the same run"
    )
    raise InputError([Problem(str(findings), line if isinstance(line, int) else 0, message)], CONSEQUENCE)


def _read_reviews(path: Path) -> dict[tuple[str, str], Review]:
    sheet, problems = read_sheet(path, REVIEWS)
    decisions = {}
    for row in sheet.iter_rows(named=True):
        try:
            day = None if row["date"] is None else date.fromisoformat(row["date"])
        except ValueError:
            problems.append(Problem(str(path), row["line"], "date is not a date; write it as 2026-03-01"))
            continue
        decisions[row["newborn"], row["condition"]] = Review(row["decision"], day)
    raise_if_any(problems, CONSEQUENCE)
    return decisions
