"""What a rule broken on purpose is."""

from __future__ import annotations

from typing import NamedTuple

CASE = "case "  # before the name of a folder of tests/cases


class Mutation(NamedTuple):
    """One change; `file` as seen from evaluator/screening; `notices` is a setting of the judge, or a case."""

    rule: str
    file: str
    old: str
    new: str
    notices: str = "as it is"
