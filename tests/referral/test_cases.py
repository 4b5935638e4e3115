"""Reading findings, samples and reviews into the cases to route."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import polars as pl
import pytest

from evaluator.errors import InputError
from evaluator.panel.model import Panel
from evaluator.provenance import Provenance, write_parquet, write_sidecar
from evaluator.referral.cases import Review, names_its_panel, read_cases
from evaluator.tables import FINDINGS
from evaluator.vocabulary import Verdict

HEADER = "newborn\tcondition\tgene\tinheritance\tverdict\n"
ROWS = [
    ("A2", "eye", "RB1", "AD", "not reportable"),
    ("A1", "slow", "GAA", "AR", "pending phase"),
    ("A1", "slow", "GAA2", "AR", "not assessed"),
    ("A1", "heart", "KCNQ1", "AD", "pending phase"),
    ("A1", "heart", "KCNQ1", "AR", "reportable"),
    ("A2", "skin", "SLC39A4", "AR", "not assessed"),
]


@pytest.fixture
def findings(tmp_path: Path) -> Path:
    """Findings of two newborns as a table."""
    path = tmp_path / "findings.tsv"
    path.write_text(HEADER + "".join("\t".join(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def samples(tmp_path: Path) -> Path:
    """A sample sheet of the two newborns."""
    path = tmp_path / "samples.tsv"
    rows = "A1\tmale\tN1\tyes\t12.5\tsequenced\nA2\tfemale\t\t\t\twithdrawn\n"
    head = "newborn\tsex\tregion\tconsent_care\tresult_age_days\tstatus\n"
    path.write_text(head + rows, encoding="utf-8")
    return path


def parquet(path: Path, panel_sha256: str) -> Path:
    """The same findings as Parquet, made with some panel."""
    names = list(FINDINGS)
    rows = [dict.fromkeys(names) | dict(zip(names, row, strict=False)) for row in ROWS]
    record = Provenance(command="flag", panel="other", panel_version="9", panel_sha256=panel_sha256)
    write_parquet(pl.DataFrame(rows, schema=FINDINGS), path, record)
    return path


def test_conditions_are_folded_by_the_verdict_order(findings: Path, samples: Path, panel: Panel) -> None:
    """A condition takes its strongest verdict; what is neither reportable nor pending needs no route."""
    cases = read_cases(findings, samples, panel, None)
    assert [(case.newborn, case.condition, case.verdict) for case in cases] == [
        ("A1", "heart", Verdict.REPORTABLE),
        ("A1", "slow", Verdict.PENDING_PHASE),
    ]
    assert (cases[0].region, cases[0].consent_care, cases[0].result_age_days) == ("N1", "yes", 12.5)


def test_parquet_and_table_say_the_same(findings: Path, samples: Path, panel: Panel, tmp_path: Path) -> None:
    """Both forms of the findings give the same cases."""
    other = parquet(tmp_path / "findings.parquet", panel.sha256)
    assert read_cases(other, samples, panel, None) == read_cases(findings, samples, panel, None)
    assert names_its_panel(other)
    assert not names_its_panel(findings)


def test_findings_of_another_panel_are_refused(
    findings: Path, samples: Path, panel: Panel, tmp_path: Path
) -> None:
    """Both versions are named, whether the record is inside the file or beside it."""
    other = parquet(tmp_path / "findings.parquet", "f" * 64)
    with pytest.raises(
        InputError, match=r"made with panel other 9 \(ffffffffffff\), not with small-panel 1 \("
    ):
        read_cases(other, samples, panel, None)
    record = Provenance(command="flag", panel="other", panel_version="9", panel_sha256="f" * 64)
    write_sidecar(findings, record, "2026-03-01T00:00:00+00:00")
    with pytest.raises(InputError, match="not with small-panel 1"):
        read_cases(findings, samples, panel, None)


def test_a_newborn_without_a_sample_row(findings: Path, samples: Path, panel: Panel) -> None:
    """The stranger is told by line and count, never by name."""
    samples.write_text("newborn\tsex\nA2\tmale\n", encoding="utf-8")
    with pytest.raises(InputError, match=r"findings\.tsv:3: 1 newborns with a result") as caught:
        read_cases(findings, samples, panel, None)
    assert "A1" not in str(caught.value)


def test_reviews_are_joined(findings: Path, samples: Path, panel: Panel, tmp_path: Path) -> None:
    """A decision reaches its newborn and condition, with its day."""
    reviews = tmp_path / "reviews.tsv"
    head = "newborn\tcondition\tdecision\tdate\n"
    reviews.write_text(head + "A1\theart\treport\t2026-03-06\nA2\teye\trepeat\t\n", encoding="utf-8")
    cases = read_cases(findings, samples, panel, reviews)
    assert [case.review for case in cases] == [Review("report", date(2026, 3, 6)), None]
    reviews.write_text(head + "A1\theart\tmaybe\t\nA1\tslow\treport\t6 March\n", encoding="utf-8")
    with pytest.raises(
        InputError, match=r"(?s)tsv:2: decision 'maybe'.*tsv:3: date is not a date.*2 problems"
    ):
        read_cases(findings, samples, panel, reviews)


@pytest.mark.parametrize("name", ["absent.parquet", "text.parquet", "other.parquet", "words.tsv"])
def test_what_is_no_findings_table(samples: Path, panel: Panel, tmp_path: Path, name: str) -> None:
    """An absent file, a text, another table and an unknown verdict are the user's mistakes."""
    (tmp_path / "text.parquet").write_text("no", encoding="utf-8")
    pl.DataFrame({"newborn": ["A1"]}).write_parquet(tmp_path / "other.parquet")
    (tmp_path / "words.tsv").write_text(HEADER + "A1\teye\tRB1\tAD\tpositive\n", encoding="utf-8")
    with pytest.raises(InputError, match=name):
        read_cases(tmp_path / name, samples, panel, None)
