"""A rule that is broken is noticed: each mutation of the engine makes the judge or a readable case fail.

The table of rules and of who notices is `mutations.py`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from agreement import DIFFER
from mutation import CASE, Mutation
from mutations import HANDFUL, MUTATIONS

TESTS_FAILED = 1  # pytest's exit code for failed tests; a crash while collecting has another
CRASH = "Error"


def broken_copy(repository: Path, folder: Path, mutation: Mutation) -> None:
    """Copy the package and change one place of it; the place must exist exactly once."""
    shutil.copytree(
        repository / "evaluator", folder / "evaluator", ignore=shutil.ignore_patterns("__pycache__")
    )
    file = folder / "evaluator" / "screening" / mutation.file
    text = file.read_text(encoding="utf-8")
    times = text.count(mutation.old)
    assert times == 1, (
        f"evaluator/screening/{mutation.file} has the text of the rule {mutation.rule!r} {times} times, not "
        f"once; the engine was rewritten there, so write the mutation anew in tests/judge/mutations.py: "
        f"{mutation.old!r}"
    )
    file.write_text(text.replace(mutation.old, mutation.new), encoding="utf-8")


def verdict_on(repository: Path, folder: Path, notices: str) -> tuple[int, int, str]:
    """Run who must notice on the copy; its exit code, the code that means noticed, and its output."""
    if notices.startswith((CASE, "tests/")):
        words = ["-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
        if notices.startswith(CASE):
            name = notices.removeprefix(CASE)
            words += [f"{repository}/tests/screening/test_cases.py", "-k", f"expects and {name}]"]
        else:
            words.append(f"{repository}/{notices}")
        expected = TESTS_FAILED
    else:
        words = [f"{repository}/tests/judge/agreement.py", "--newborns", "150", "--setting", notices]
        expected = DIFFER
    done = subprocess.run(
        [sys.executable, *words],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=600,
        check=False,
    )
    return done.returncode, expected, done.stdout[-2000:] + done.stderr[-2000:]


def insist(repository: Path, folder: Path, mutation: Mutation) -> None:
    """Break the rule and insist that it is noticed by a difference, not by a crash."""
    broken_copy(repository, folder, mutation)
    code, expected, output = verdict_on(repository, folder, mutation.notices)
    assert code == expected, f"nobody noticed that {mutation.rule!r} is broken (exit {code}):\n{output}"


@pytest.mark.parametrize("mutation", HANDFUL, ids=lambda mutation: mutation.rule)
def test_a_broken_rule_is_noticed(repository: Path, tmp_path: Path, mutation: Mutation) -> None:
    """Three of the most consequential rules, on every run of the tests."""
    insist(repository, tmp_path, mutation)


@pytest.mark.slow
@pytest.mark.parametrize("mutation", MUTATIONS, ids=lambda mutation: mutation.rule)
def test_every_broken_rule_is_noticed(repository: Path, tmp_path: Path, mutation: Mutation) -> None:
    """All other rules."""
    insist(repository, tmp_path, mutation)


def test_the_judge_runs_on_the_copy(repository: Path, tmp_path: Path) -> None:
    """An unbroken copy passes, so that a failure above comes from the mutation alone."""
    shutil.copytree(
        repository / "evaluator", tmp_path / "evaluator", ignore=shutil.ignore_patterns("__pycache__")
    )
    (tmp_path / "evaluator" / "screening" / "proof.py").write_text("", encoding="utf-8")
    code, expected, output = verdict_on(repository, tmp_path, "as it is")
    assert (code, expected) == (0, DIFFER), output
