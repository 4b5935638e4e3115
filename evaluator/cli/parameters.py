"""What the options of several commands accept."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path

import click

FILE = click.Path(path_type=Path, dir_okay=False)
FOLDER = click.Path(path_type=Path, file_okay=False)
PROPORTION = click.FloatRange(0, 1, min_open=True, max_open=True)


def one_of(words: type[StrEnum]) -> click.Choice[str]:
    """Accept the words of a vocabulary; click itself would ask for the names of its members."""
    return click.Choice([word.value for word in words])
