"""The errors a user can cause, and how they are told: where, what, and what to do next."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class Problem:
    """One mistake in one input: the file, the line (0 when it has none), what is wrong and what to do."""

    file: str
    line: int
    message: str

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        return f"{where}: {self.message}"


class EvaluatorError(Exception):
    """Base of every error that the user can mend; the command line turns it into exit code 2."""


class InputError(EvaluatorError):
    """One or more inputs are wrong; carries every problem found, so that all are told at once."""

    def __init__(self, problems: Iterable[Problem], consequence: str = "Nothing was evaluated.") -> None:
        self.problems: Sequence[Problem] = tuple(problems)
        self.consequence = consequence
        super().__init__(self.as_text())

    @classmethod
    def of(cls, file: Path | str, message: str, line: int = 0) -> InputError:
        """Build the error for a single problem."""
        return cls([Problem(str(file), line, message)])

    def as_text(self) -> str:
        """Render one line per problem and a closing line that counts them."""
        count = len(self.problems)
        noun = "problem" if count == 1 else "problems"
        return "\n".join([*map(str, self.problems), f"{count} {noun}. {self.consequence}"])


def raise_if_any(problems: Sequence[Problem], consequence: str = "Nothing was evaluated.") -> None:
    """Raise InputError when there is at least one problem."""
    if problems:
        raise InputError(problems, consequence)
